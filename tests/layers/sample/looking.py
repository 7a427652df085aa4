"""Ways to look at the tables of a sample city."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from layers.sample.city import SampleCity


def column(table: pa.Table, name: str) -> npt.NDArray[Any]:
    """A column as objects, None where empty."""
    return np.array(table[name].to_pylist(), dtype=object)


def shapes(table: pa.Table) -> npt.NDArray[Any]:
    """The geometries, None where there is none."""
    return np.asarray(shapely.from_wkb(table["geom"].to_numpy(zero_copy_only=False)))


def places(table: pa.Table) -> npt.NDArray[np.float64]:
    """Coordinates (n, 2) of the located points."""
    located = table.filter(table["geom"].is_valid())
    return np.asarray(shapely.get_coordinates(shapes(located)))


def planted_codes(city: SampleCity, *rules: str) -> set[str]:
    """The codes that are wrong on purpose by these rules (default: by any)."""
    return {code for p in city.planted if not rules or p.rule in rules for code in p.codes}


def ends(lines: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """First and last coordinates (n, 2, 2) of lines."""
    first = shapely.get_coordinates(shapely.get_point(lines, 0))
    last = shapely.get_coordinates(shapely.get_point(lines, -1))
    return np.stack([first, last], axis=1)
