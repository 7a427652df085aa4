"""Places in a file that came back which are none of this city: degrees, another system, a receiver without a fix."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.census.packages.merging.compare import Changed, Row, Rows
from layers.model.outline import GEOMETRY

_BEYOND = 1e12
FAR_M = 50_000.0
"""Nothing is found farther from where the book has it: the numbers are those of another system."""


def without_far_places(
    found: Sequence[Changed], base: Rows, names: Iterable[str]
) -> tuple[list[Changed], tuple[str, ...]]:
    """The changes without such places, what else they tell is kept; and what they are of, by name."""
    kept, far = [], []
    around: list[BaseGeometry] = []
    for change in found:
        place = None if change.field is None else change.field.get(GEOMETRY)
        if change.field is None or GEOMETRY not in change.names or not _is_somewhere(place):
            kept.append(change)
            continue
        before = None if change.base is None else change.base.get(GEOMETRY)
        if not isinstance(before, BaseGeometry) or not _is_somewhere(before):
            if not around:
                around.append(_middle_of(base, names))
            before = around[0]
        if before.is_empty or shapely.box(*before.bounds).distance(place) <= FAR_M:
            kept.append(change)
            continue
        far.append(_name(change.field, change))
        row = {**change.field, GEOMETRY: None if change.base is None else change.base.get(GEOMETRY)}
        left = tuple(name for name in change.names if name != GEOMETRY)
        if left or change.base is None:
            kept.append(replace(change, field=row, names=left))
    return kept, tuple(far)


def _is_somewhere(place: object) -> bool:
    """Whether it is a place of numbers: of another one nothing can be measured."""
    # NaN is less than nothing.
    return (
        isinstance(place, BaseGeometry)
        and not place.is_empty
        and all(abs(each) < _BEYOND for each in place.bounds)
    )


def _middle_of(base: Rows, names: Iterable[str]) -> BaseGeometry:
    """Where most of what went out lies: a place that is wrong in the book already is no matter."""
    shapes = [
        place
        for name in names
        for row in base.rows(name).values()
        if _is_somewhere(place := row.get(GEOMETRY))
    ]
    bounds = shapely.bounds(shapes).reshape(-1, 4)
    return shapely.Point(np.median(bounds[:, :2], axis=0)) if len(bounds) else shapely.Point()


def _name(row: Row, change: Changed) -> str:
    return str(row.get("code") or row.get("provisional_code") or row.get("target") or f"#{change.id}")
