"""What a file that came back has changed, by content: whatever program wrote it, whether it kept the trail or not."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.census.values import same
from layers.model.asset import AssetKey

Row = Mapping[str, Any]
_METRES = 1e-6
_PLAIN = (str, int, bool)


class Rows(Protocol):
    """A state of a package: its base, or what came back."""

    def held(self, type_name: str) -> tuple[str, ...]:
        """The columns of a type that it has; none where it has no such type."""

    def rows(self, type_name: str) -> Mapping[int, Row]:
        """The rows of a type by id."""


@dataclass(frozen=True)
class Changed:
    """A row that is not as it went out: ``base`` None is new, ``field`` None is gone.

    ``names``: the columns that differ. ``is_told``: the trail in the file tells of a deletion, or none is needed.
    ``told_by``: of a record, the asset in the file that tells it. ``known_as``: the key of a row that came new, where
    it is not its own.
    """

    type: str
    id: int
    base: Row | None
    field: Row | None
    names: tuple[str, ...]
    is_told: bool = True
    told_by: AssetKey | None = None
    known_as: str = ""

    @property
    def key(self) -> AssetKey:
        return AssetKey(self.type, self.id)


def alike(one: Any, other: Any) -> bool:
    """Whether two values say the same; places do within a thousandth of a millimetre."""
    kind = type(one)
    if one is other or (kind is type(other) and kind in _PLAIN and one == other):
        return True
    if isinstance(one, BaseGeometry) and isinstance(other, BaseGeometry):
        # Of what is no number, or beyond all numbers, nothing is told here.
        with np.errstate(all="ignore"):
            is_same = bool(shapely.equals_exact(one, other, tolerance=_METRES))
        return is_same and one.geom_type == other.geom_type
    if isinstance(one, BaseGeometry) or isinstance(other, BaseGeometry):
        return False
    if isinstance(one, float) and math.isnan(one):
        one = None
    return one is other or same(one, other)


def changes(
    base: Rows, returned: Rows, names: Iterable[str], deleted: Mapping[str, frozenset[int] | None]
) -> list[Changed]:
    """Every row of the types ``names`` that is new, changed or gone, in the order of the types and ids.

    A type that the file does not have any more is passed over, as is a column. ``deleted``: what the trail of the
    file tells of, by type; None where there is no trail.
    """
    found: list[Changed] = []
    for name in names:
        columns = [column for column in returned.held(name) if column in base.held(name)]
        if not columns:
            continue
        before, after = base.rows(name), returned.rows(name)
        for id, row in after.items():
            was = before.get(id)
            if was is None:
                given = tuple(column for column, value in row.items() if value is not None)
                found.append(Changed(name, id, None, row, given))
                continue
            differ = tuple(
                column
                for column in columns
                if (one := was[column]) is not (other := row[column]) and not alike(one, other)
            )
            if differ:
                found.append(Changed(name, id, was, row, differ))
        told = deleted.get(name)
        for id in before.keys() - after.keys():
            found.append(Changed(name, id, before[id], None, (), told is not None and id in told))
    return sorted(found, key=lambda each: (each.type, each.id)) if len(found) > 1 else found
