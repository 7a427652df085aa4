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
#: A table of marks may have so many numbers for each id, and so many at any rate.
_WIDEST_GAP, _SMALL_TABLE = 16, 1_000_000

_NO_IDS: Ids = np.zeros(0, np.int64)
_NO_IDS.setflags(write=False)


class Selection:
    """A frozen set of assets. Types without an asset are left out; equal when the same assets are in it."""

    def __init__(self, ids: Mapping[str, npt.ArrayLike] | None = None) -> None:
        """``ids`` by type, in any order and with repetitions."""
        kept: dict[str, Ids] = {}
        for name, numbers in (ids or {}).items():
            unique = _sorted(np.asarray(numbers, dtype=np.int64))
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

    def holds(self, type_name: str, ids: Ids) -> npt.NDArray[np.bool_]:
        """For each of many ids of a type, whether it is in it."""
        return _is_in(ids, self.ids(type_name))

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
        return self._joined(other, _any)

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
    return a[_is_in(a, b)]


def _without(a: Ids, b: Ids) -> Ids:
    return a[~_is_in(a, b)]


def _either(a: Ids, b: Ids) -> Ids:
    return np.concatenate([_without(a, b), _without(b, a)])


def _any(a: Ids, b: Ids) -> Ids:
    return np.concatenate([a, b])


def _sorted(ids: Ids) -> Ids:
    """Sorted, each once. Ids run from 1 without great gaps: a mark for each number costs less than sorting."""
    if len(ids) and (room := _room(ids)) is not None:
        low, marks = room
        marks[ids - low] = True
        return np.asarray(np.flatnonzero(marks) + low, dtype=np.int64)
    ids = np.sort(ids)
    is_first = np.concatenate([np.ones(min(len(ids), 1), bool), ids[1:] != ids[:-1]])
    return np.asarray(ids[is_first], dtype=np.int64)


def _is_in(ids: Ids, others: Ids) -> npt.NDArray[np.bool_]:
    """For every id, whether it is one of the others."""
    if not len(others):
        return np.zeros(len(ids), bool)
    room = _room(others)
    if room is None:
        return np.isin(ids, others, assume_unique=True)
    low, marks = room
    marks[others - low] = True
    near = (ids >= low) & (ids < low + len(marks))
    near[near] = marks[ids[near] - low]
    return near


def _room(ids: Ids) -> tuple[int, npt.NDArray[np.bool_]] | None:
    """The lowest id and a mark for every number up to the highest; None where that would be a waste."""
    low, high = int(ids.min()), int(ids.max())
    if high - low > _WIDEST_GAP * len(ids) + _SMALL_TABLE:
        return None
    return low, np.zeros(high - low + 1, bool)


NOTHING = Selection()
