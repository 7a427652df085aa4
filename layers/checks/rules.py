"""Rules of one row: what the fields say of its values, and what a geometry must be to be drawn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry, BaseMultipartGeometry

from layers.model.catalogue import AssetType
from layers.model.fields import GeometryField
from layers.model.ordering import order_problems
from layers.model.problem import Problem

_SHAPES = {
    "point": ("Point", "MultiPoint"),
    "line": ("LineString", "MultiLineString"),
    "polygon": ("Polygon", "MultiPolygon"),
}


def row_problems(asset_type: AssetType, row: Mapping[str, Any], names: Sequence[str]) -> list[Problem]:
    """Every rule that the values ``names`` of a row break, errors and warnings."""
    problems: list[Problem] = []
    for name in names:
        if name not in asset_type:
            continue  # a column of the store's own
        field = asset_type.field_named(name)
        if isinstance(field, GeometryField):
            problems += geometry_problems(field, row[name])
        else:
            problems += field.check(row[name])
    wrong = {problem.field for problem in problems}
    return problems + [p for p in order_problems(asset_type, row, names) if p.field not in wrong]


def geometry_problems(field: GeometryField, geometry: Any) -> Iterator[Problem]:
    """What keeps a geometry out of the register: another shape, several lines in one, no length or land, no number.

    A polygon that crosses itself is taken in with a warning: other programs draw such, here it can be mended.
    """
    if geometry is None:
        return
    if not isinstance(geometry, BaseGeometry) or geometry.geom_type not in _SHAPES[field.shape]:
        kind = getattr(geometry, "geom_type", type(geometry).__name__)
        yield field.problem("wrong_shape", "error", kind, shape=field.shape)
        return
    if geometry.is_empty:
        yield field.problem("empty_geometry", "error", geometry.geom_type)
        return
    several = isinstance(geometry, BaseMultipartGeometry) and len(geometry.geoms) > 1
    if several and field.shape != "polygon":
        yield field.problem("several_parts", "error", geometry.geom_type)
    elif not np.isfinite(shapely.get_coordinates(geometry)).all():
        yield field.problem("not_finite", "error", geometry.geom_type)
    elif field.shape == "line" and geometry.length == 0.0:
        yield field.problem("no_length", "error", geometry.geom_type)
    elif field.shape == "polygon" and not geometry.is_valid:
        # What crosses itself may come to nothing by its plain area, and still encloses land.
        if shapely.make_valid(geometry).area:
            yield field.problem("crosses_itself", "warning", geometry.geom_type)
        else:
            yield field.problem("no_area", "error", geometry.geom_type)
    elif field.shape == "polygon" and geometry.area == 0.0:
        yield field.problem("no_area", "error", geometry.geom_type)
