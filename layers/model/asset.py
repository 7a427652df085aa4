"""Asset: one frozen row of the register."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from shapely.geometry.base import BaseGeometry

#: Ids of so many digits no database gives.
_DIGITS = 19


class AssetKey(NamedTuple):
    """Which asset: its type and its id, which is never used again."""

    type: str
    id: int

    @classmethod
    def of_link(cls, link: object) -> AssetKey | None:
        """The asset that a link to one of several types names (``hydrant:7``).

        None for a blank, and for what is no link: other programs may write anything there.
        """
        name, _, id = str(link or "").partition(":")
        return cls(name, int(id)) if id.isdecimal() and len(id) < _DIGITS else None


@dataclass(frozen=True)
class Asset:
    """One row with the version it was read at; ``values`` holds every field, geometry included."""

    type: str
    id: int
    version: int
    values: Mapping[str, Any]

    @property
    def key(self) -> AssetKey:
        return AssetKey(self.type, self.id)

    @property
    def geometry(self) -> BaseGeometry | None:
        """The place in the register's CRS, or None for an unlocated asset."""
        return self.values.get("geom")

    def __getitem__(self, name: str) -> Any:
        return self.values[name]

    def get(self, name: str, default: Any = None) -> Any:
        """The value of field ``name``; ``default`` when the type has no such field or it is empty."""
        value = self.values.get(name)
        return default if value is None else value
