"""Shapes: the geometries of a foreign layer as the assets of one type hold them, all rows at once.

Parts of a multipart line or point become rows of their own; areas keep their parts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from layers.exchange.findings import Findings
from layers.exchange.placement import Placement
from layers.exchange.strays import flag_strays
from layers.model.catalogue import Shape
from layers.model.fields import GeometryField
from layers.model.problem import Severity
from layers.model.query import Box
from layers.text import Message

Geometries = NDArray[Any]

_PLAIN: dict[Shape, tuple[int, ...]] = {"point": (0,), "line": (1,), "polygon": (3, 6)}
_PARTED: dict[Shape, int] = {"point": 4, "line": 5}
_TITLES = {
    0: "point", 1: "line", 2: "line", 3: "polygon", 4: "point", 5: "line", 6: "polygon", 7: "mixed",
}  # fmt: skip


@dataclass(frozen=True)
class Parts:
    """Rows after taking multiparts apart: the source position of each, its part number (0: not parted)."""

    origin: NDArray[np.int64]
    number: NDArray[np.int64]

    @classmethod
    def whole(cls, count: int) -> Parts:
        """Rows that were left as they are."""
        return cls(np.arange(count, dtype=np.int64), np.zeros(count, dtype=np.int64))

    @property
    def is_parted(self) -> bool:
        return bool((self.number > 0).any())


def read_shapes(wkb: pa.Array, findings: Findings) -> Geometries:
    """The geometries of a layer; None where there is none, or it cannot be read (an error of that row)."""
    raw = np.asarray(wkb.to_numpy(zero_copy_only=False), dtype=object)
    shapes = shapely.from_wkb(raw, on_invalid="ignore")
    missing = shapely.is_missing(shapes)
    unreadable = missing & ~np.asarray(wkb.is_null().to_numpy(zero_copy_only=False))
    findings.flag("bad_geometry", "error", Message("import.row.bad_geometry"), unreadable)
    shapes[shapely.is_empty(shapes)] = None
    result: Geometries = shapes
    return result


def moved(shapes: Geometries, placement: Placement) -> tuple[Geometries, NDArray[np.bool_]]:
    """The geometries in the target's coordinates, heights as they are; and which have no counterpart there."""
    lost = np.zeros(len(shapes), dtype=np.bool_)
    coordinates, owner = shapely.get_coordinates(shapes, return_index=True)
    if not placement.is_identity:
        coordinates = placement.transform()(coordinates)
    lost[owner[~np.isfinite(coordinates).all(axis=1)]] = True
    if placement.is_identity:
        return shapes, lost
    result = shapes.copy()
    heights = shapely.get_coordinates(shapes, include_z=True)[:, 2]
    # A ring whose height is not a number would not close.
    deep = shapely.has_z(shapes) & ~_marked(owner[np.isnan(heights)], len(shapes))
    kept = ~shapely.is_missing(shapes) & ~lost
    for chosen in (kept & ~deep, kept & deep):
        if not chosen.any():
            continue
        rows = chosen[owner]
        with_height = bool(deep[chosen].all())
        points = np.column_stack((coordinates[rows], heights[rows])) if with_height else coordinates[rows]
        plain = shapes[chosen] if with_height else shapely.force_2d(shapes[chosen])
        result[chosen] = shapely.set_coordinates(plain, points)
    result[lost] = None
    return result, lost


def _marked(rows: NDArray[np.int64], size: int) -> NDArray[np.bool_]:
    flags = np.zeros(size, dtype=np.bool_)
    flags[rows] = True
    return flags


def place_shapes(
    shapes: Geometries, placement: Placement, findings: Findings, held: Box | None = None
) -> Geometries:
    """The geometries in the register's coordinates; a row whose coordinates have no counterpart is in error.

    So is one that lies far from where the register, which holds assets within ``held``, can have it.
    """
    result, lost = moved(shapes, placement)
    findings.flag("outside_crs", "error", Message("import.row.outside_crs"), lost)
    if lost.any():
        result = result.copy()
        result[lost] = None
    flag_strays(result, placement.target, held, findings)
    return result


def fit_shapes(shapes: Geometries, field: GeometryField, findings: Findings) -> Geometries:
    """The geometries as ``field`` asks, parts left together: a line or area stands for a point by its middle.

    Another kind of geometry, a line without length and an area without land are errors of their rows; of an area
    that crosses itself the land it encloses is taken, with a warning.
    """
    wanted = field.shape
    kinds = shapely.get_type_id(shapes)
    allowed = (*_PLAIN[wanted], *((_PARTED[wanted],) if wanted in _PARTED else ()))
    other = (kinds >= 0) & ~np.isin(kinds, allowed)
    if other.any():
        shapes = shapes.copy()
        rings = np.flatnonzero(other & (kinds == 2))
        if wanted == "line" and len(rings):
            coordinates, owner = shapely.get_coordinates(shapes[rings], return_index=True)
            shapes[rings] = shapely.linestrings(coordinates, indices=owner)
            other[rings] = False
        if wanted == "point":
            _middles(shapes, other, kinds, findings)
            other &= kinds == 7
        names = pa.array([_TITLES.get(int(kind), "mixed") for kind in kinds])
        _flag(findings, field, "wrong_shape", "error", other, names, shape=wanted)
        shapes[other] = None
    present = ~shapely.is_missing(shapes)
    if wanted == "line":
        _flag(findings, field, "no_length", "error", present & (shapely.length(shapes) == 0.0))
    elif wanted == "polygon":
        shapes = _enclosed(shapes, present & ~shapely.is_valid(shapes), findings)
        bare = present & (shapely.area(shapes) <= 0.0)
        _flag(findings, field, "no_area", "error", bare)
        if bare.any():
            shapes = shapes.copy()
            shapes[bare] = None
    return shapes


def _enclosed(shapes: Geometries, crossing: NDArray[np.bool_], findings: Findings) -> Geometries:
    """The areas with those that cross themselves as the land that they enclose."""
    if not crossing.any():
        return shapes
    shapes = shapes.copy()
    mended = shapely.make_valid(shapes[crossing])
    land = [shapely.union_all([p for p in _deep_parts(one) if p.geom_type == "Polygon"]) for one in mended]
    shapes[crossing] = np.array(land, dtype=object)
    findings.flag("crosses_itself", "warning", Message("import.row.area_mended"), crossing)
    return shapes


def _deep_parts(shape: Any) -> Iterator[Any]:
    """The single parts of a geometry of parts of parts."""
    for part in shapely.get_parts(shape):
        if hasattr(part, "geoms"):
            yield from _deep_parts(part)
        else:
            yield part


def _flag(
    findings: Findings, field: GeometryField, rule: str, severity: Severity, flags: NDArray[np.bool_],
    values: pa.Array | None = None, **parameters: str,
) -> None:  # fmt: skip
    """A finding in the words of the field's own rules."""
    message = field.problem(rule, severity, None, **parameters).message
    constant = Message(message.id, {k: v for k, v in message.parameters.items() if k != "value"})
    if values is None:
        values = pa.array(["line" if field.shape == "line" else field.shape] * findings.size)
    findings.flag(rule, severity, constant, flags, field=field.name, values=values)


def take_apart(shapes: Geometries, wanted: Shape | None) -> tuple[Geometries, Parts]:
    """Rows of single points or lines: a multipart of one part is that part, one of several becomes several
    rows.
    """
    count = len(shapes)
    whole = Parts.whole(count)
    if wanted not in _PARTED:
        return shapes, whole
    parted = shapely.get_type_id(shapes) == _PARTED[wanted]
    if not parted.any():
        return shapes, whole
    sizes = np.where(parted, np.maximum(shapely.get_num_geometries(shapes), 1), 1)
    origin = np.repeat(np.arange(count, dtype=np.int64), sizes)
    starts = np.repeat(np.cumsum(sizes) - sizes, sizes)
    number = np.arange(len(origin)) - starts + 1
    single = np.where(parted[origin], shapely.get_geometry(shapes[origin], number - 1), shapes[origin])
    return single, Parts(origin, np.where(sizes[origin] > 1, number, 0))


def _middles(
    shapes: Geometries, other: NDArray[np.bool_], kinds: NDArray[np.int32], findings: Findings
) -> None:
    lines = np.flatnonzero(other & np.isin(kinds, (1, 2, 5)))
    if len(lines):
        shapes[lines] = shapely.line_interpolate_point(_longest(shapes[lines]), 0.5, normalized=True)
    areas = np.flatnonzero(other & np.isin(kinds, (3, 6)))
    if len(areas):
        shapes[areas] = shapely.point_on_surface(shapes[areas])
    changed = np.zeros(len(shapes), dtype=np.bool_)
    changed[lines] = changed[areas] = True
    findings.flag("middle_taken", "warning", Message("import.row.middle_taken"), changed)


def _longest(lines: Geometries) -> Geometries:
    """A line of several parts stands by its longest."""
    if not (shapely.get_type_id(lines) == 5).any():
        return lines
    return np.array([max(shapely.get_parts(line), key=shapely.length) for line in lines], dtype=object)
