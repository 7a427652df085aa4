"""Selection: assets picked out by a user, held by type as sorted ids, so that some hundred thousand are cheap."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Literal

import numpy as np
import numpy.typing as npt

from layers.model.asset import AssetKey
from layers.model.change import IdRange

Ids = npt.NDArray[np.int64]
#: What becomes of the old selection: replaced, joined, lessened, met, or turned over where both agree.
SelectionMode = Literal["new", "add", "remove", "intersect", "toggle"]

Join = Callable[[Ids, Ids], Ids]

_NO_IDS: Ids = np.zeros(0, np.int64)
_NO_IDS.setflags(write=False)


class Selection:
    """A frozen set of assets. Types without an asset are left out; equal when the same assets are in it."""

    def __init__(self, ids: Mapping[str, npt.ArrayLike] | None = None) -> None:
        """``ids`` by type, in any order and with repetitions."""
        kept: dict[str, Ids] = {}
        for name, numbers in (ids or {}).items():
            unique = np.unique(np.asarray(numbers, dtype=np.int64))
            unique.setflags(write=False)
            if len(unique):
                kept[name] = unique
        self._ids = MappingProxyType(kept)

    @classmethod
    def of(cls, keys: Iterable[AssetKey]) -> Selection:
        """These assets."""
        if isinstance(keys, Selection):
            return keys
        found: dict[str, list[int]] = {}
        for name, number in keys:
            found.setdefault(name, []).append(number)
        return cls(found)

    @property
    def by_type(self) -> Mapping[str, Ids]:
        """Sorted ids of every type that has any; the arrays cannot be written to."""
        return self._ids

    @property
    def counts(self) -> dict[str, int]:
        """How many of each type, most first."""
        counts = {name: len(ids) for name, ids in self._ids.items()}
        return dict(sorted(counts.items(), key=lambda pair: -pair[1]))

    @property
    def only(self) -> AssetKey | None:
        """The asset if there is exactly one."""
        return next(iter(self)) if len(self) == 1 else None

    def ids(self, type_name: str) -> Ids:
        """Sorted ids of one type."""
        return self._ids.get(type_name, _NO_IDS)

    @cached_property
    def _count(self) -> int:
        return sum(map(len, self._ids.values()))

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[AssetKey]:
        return (AssetKey(name, number) for name, ids in self._ids.items() for number in ids.tolist())

    def __contains__(self, key: object) -> bool:
        if not isinstance(key, tuple) or len(key) != 2:
            return False
        ids = self.ids(key[0])
        at = int(np.searchsorted(ids, key[1]))
        return at < len(ids) and int(ids[at]) == key[1]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Selection):
            return NotImplemented
        return self._ids.keys() == other._ids.keys() and all(
            np.array_equal(ids, other._ids[name]) for name, ids in self._ids.items()
        )

    def __hash__(self) -> int:
        return hash(frozenset((name, len(ids), int(ids[0])) for name, ids in self._ids.items()))

    def __repr__(self) -> str:
        return f"Selection({self.counts})"

    def union(self, other: Selection) -> Selection:
        """What is in either."""
        return self._joined(other, np.union1d)

    def intersection(self, other: Selection) -> Selection:
        """What is in both."""
        return self._joined(other, _both)

    def difference(self, other: Selection) -> Selection:
        """What is here and not in the other."""
        return self._joined(other, _without)

    def toggle(self, other: Selection) -> Selection:
        """What is in one of the two only: those already here go, the others come."""
        return self._joined(other, _either)

    def without_ranges(self, type_name: str, ranges: Iterable[IdRange]) -> Selection:
        """What is left when these runs of ids of one type are gone."""
        ids = self.ids(type_name)
        for gone in ranges:
            ids = ids[(ids < gone.first) | (ids > gone.last)]
        return self if len(ids) == len(self.ids(type_name)) else Selection({**self._ids, type_name: ids})

    def combined(self, other: Selection, mode: SelectionMode) -> Selection:
        """What is selected after ``other`` was picked in this mode."""
        match mode:
            case "new":
                return other
            case "add":
                return self.union(other)
            case "remove":
                return self.difference(other)
            case "intersect":
                return self.intersection(other)
            case "toggle":
                return self.toggle(other)

    def _joined(self, other: Selection, join: Join) -> Selection:
        names = dict.fromkeys((*self._ids, *other._ids))
        return Selection({name: join(self.ids(name), other.ids(name)) for name in names})


def _both(a: Ids, b: Ids) -> Ids:
    return np.intersect1d(a, b, assume_unique=True)


def _without(a: Ids, b: Ids) -> Ids:
    return np.setdiff1d(a, b, assume_unique=True)


def _either(a: Ids, b: Ids) -> Ids:
    return np.setxor1d(a, b, assume_unique=True)


NOTHING = Selection()
