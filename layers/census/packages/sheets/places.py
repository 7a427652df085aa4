"""What leads a team with a record sheet in hand from one target to the next: the walking number and where it lies."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.census.packages.scope import ROAD, Contents
from layers.census.walking.order import walking_order
from layers.census.words import RECORD
from layers.geometry.belonging import standing
from layers.geometry.packed import Floats
from layers.model.asset import Asset, AssetKey
from layers.model.fields import LinkField
from layers.text import Message, Texts

#: What tells where a thing lies, by the names that the catalogue gives it everywhere.
PLACES = ("road", "address", "community")
#: A road is told as the nearest one within so many metres.
NEAR_M = 200.0


class SheetPlaces:
    """The records of a lot as they are walked, and where each target lies."""

    def __init__(self, contents: Contents, texts: Texts) -> None:
        self._contents, self._texts = contents, texts
        roads = [r for r in contents.rows.get(ROAD, {}).values() if r.geometry is not None]
        self._lines = np.array([road.geometry for road in roads], dtype=object)
        named = [road for road in roads if road.get("name")]
        self._names = [str(road["name"]) for road in named]
        self._tree = shapely.STRtree([road.geometry for road in named])
        self.numbers: Mapping[int, int] = self._walk()
        """The walking number by the id of a record; what has no place has none."""

    def target_of(self, record: Asset) -> Asset | None:
        """The asset that a record is about, where the book has it."""
        key = AssetKey.of_link(record["target"])
        return None if key is None else self._contents.rows.get(key.type, {}).get(key.id)

    def told(self, record: Asset, name: str) -> str:
        """One of ``PLACES`` of a record's target as the book says; of the road the nearest where it does not."""
        asset = self.target_of(record)
        value = None if asset is None else asset.get(name)
        if asset is not None and value not in (None, ""):
            field = self._contents.catalogue[asset.type].field_named(name)
            if not isinstance(field, LinkField):
                return str(value)
            of = self._contents.rows.get(field.targets[0], {}).get(value)
            return "" if of is None else str(of.get("name") or of.get("code") or "")
        return self._near(record) if name == ROAD else ""

    def _near(self, record: Asset) -> str:
        place = self._place(record)
        if place is None or not self._names:
            return ""
        found = self._tree.query_nearest(place, max_distance=NEAR_M, all_matches=False)
        if not len(found):
            return ""
        return self._texts.render(Message("packages.sheet.near", {"road": self._names[int(found[0])]}))

    def _place(self, record: Asset) -> BaseGeometry | None:
        asset = self.target_of(record)
        place = None if asset is None else asset.geometry
        return record.geometry if place is None else place

    def _walk(self) -> dict[int, int]:
        """The numbers of the lot; where it was not numbered yet, the way goes on from the last number."""
        records = self._contents.rows[RECORD].values()
        numbers = {r.id: int(r["sequence"]) for r in records if r["sequence"] is not None}
        rest = np.array(sorted(r.id for r in records if r.id not in numbers), np.int64)
        xy = self._spots(rest.tolist())
        rest, xy = rest[np.isfinite(xy[:, 0])], xy[np.isfinite(xy[:, 0])]
        start = None
        if numbers:
            last = self._spots([max(numbers, key=lambda id: (numbers[id], id))])[0]
            start = (float(last[0]), float(last[1])) if np.isfinite(last[0]) else None
        order = walking_order(xy, self._lines, start=start).order
        first = max(numbers.values(), default=0) + 1
        return numbers | {id: number for number, id in enumerate(rest[order].tolist(), first)}

    def _spots(self, ids: list[int]) -> Floats:
        shapes = [self._place(self._contents.rows[RECORD][id]) for id in ids]
        return standing(shapes)
