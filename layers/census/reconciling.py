"""Book and field side by side: what was found as in the book, otherwise, not at all, or beyond it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from layers.census.counting import outdone
from layers.census.words import (
    ACCEPTED,
    CANCELLED,
    INACCESSIBLE,
    KINDS,
    LOGGED,
    MOVED,
    NEW,
    NOT_FOUND,
    RECORD,
    REJECTED,
    WAITING,
    Kind,
)
from layers.geometry.packed import Integers
from layers.model.query import All, Compare
from layers.register import Register

_FIELDS = ("lot", "target", "target_type", "state", "outcome", "differing")
Mask = npt.NDArray[np.bool_]
Objects = npt.NDArray[np.object_]


@dataclass(frozen=True, eq=False)
class Coded:
    """Texts of which few are different: ``place`` is the position in ``words`` of each one."""

    words: tuple[str, ...]
    place: Integers

    @classmethod
    def of(cls, column: pa.ChunkedArray) -> Coded:
        """A column of texts, blank where it has none."""
        filled = column.combine_chunks().dictionary_encode()
        words = (*(word or "" for word in filled.dictionary.to_pylist()), "")
        place = filled.indices.fill_null(len(words) - 1).to_numpy(zero_copy_only=False)
        return cls(words, place.astype(np.int64))

    def among(self, words: Collection[str]) -> Mask:
        """Which of them are one of these words."""
        known = np.array([word in words for word in self.words], dtype=bool)
        found: Mask = known[self.place]
        return found

    def put(self, chosen: Mask, word: str) -> Coded:
        """The same with another word in some places."""
        place = self.place.copy()
        place[chosen] = len(self.words)
        return Coded((*self.words, word), place)

    @cached_property
    def texts(self) -> Objects:
        """One by one."""
        found: Objects = np.array(self.words, dtype=object)[self.place]
        return found


@dataclass(frozen=True, eq=False)
class Reconciliation:
    """The records of a campaign side by side; ``kind`` is the position in ``KINDS`` of what each one says."""

    ids: Integers
    lot: Integers
    types: Coded
    states: Coded
    kind: Integers
    differences: Coded
    links: pa.ChunkedArray
    older: tuple[int, ...] = ()
    """Records beside these that another of the same target outdoes: they are kept, and count nowhere."""

    @property
    def type(self) -> Objects:
        return self.types.texts

    @property
    def state(self) -> Objects:
        return self.states.texts

    @property
    def differing(self) -> Objects:
        """The fields in which book and field differ, parted by commas."""
        return self.differences.texts

    @cached_property
    def target(self) -> Objects:
        """Links to the assets; blank for what was found new."""
        return np.array([link or "" for link in self.links.to_pylist()], dtype=object)

    def __len__(self) -> int:
        return len(self.ids)

    def of(
        self, *kinds: Kind, states: Collection[str] = (), type: str | None = None, lot: int | None = None
    ) -> Mask:
        """Which records say one of these, are in one of these states (all where none are named) and so on."""
        found: Mask = np.array([kind in (kinds or KINDS) for kind in KINDS], dtype=bool)[self.kind]
        if states:
            found &= self.states.among(states)
        if type is not None:
            found &= self.types.among((type,))
        if lot is not None:
            found &= self.lot == lot
        return found

    @cached_property
    def is_target(self) -> Mask:
        """The targets of the book, which make the completion: what was found new is told beside it."""
        return ~self.of("new")

    @cached_property
    def is_waiting(self) -> Mask:
        """Logged, and not yet decided."""
        return self.states.among(WAITING)

    def counts(self) -> Mapping[str, Mapping[Kind, int]]:
        """By type how many records say what."""
        names = self.types.words
        place = self.types.place * len(KINDS) + self.kind
        table = np.bincount(place, minlength=len(names) * len(KINDS)).reshape(-1, len(KINDS)).tolist()
        found: dict[str, Counter[Kind]] = {}
        for name, row in zip(names, table, strict=True):
            counts = Counter({kind: count for kind, count in zip(KINDS, row, strict=True) if count})
            if counts:
                found[name] = counts
        return found

    def fields(self) -> Mapping[tuple[str, str], int]:
        """How often each field of each type differs."""
        fields = self.differences.words
        sizes = np.bincount(self.types.place * len(fields) + self.differences.place)
        found: Counter[tuple[str, str]] = Counter()
        for pair in np.flatnonzero(sizes).tolist():
            type, differing = divmod(pair, len(fields))
            for field in fields[differing].split(",") if fields[differing] else ():
                found[self.types.words[type], field] += int(sizes[pair])
        return found


@dataclass(frozen=True, eq=False)
class Share:
    """A share with what it is made of: the ids of the records counted, and of all they are counted among."""

    counted: Integers
    among: Integers

    @cached_property
    def part(self) -> tuple[int, ...]:
        return tuple(self.counted.tolist())

    @cached_property
    def whole(self) -> tuple[int, ...]:
        return tuple(self.among.tolist())

    @property
    def value(self) -> float | None:
        """0 to 1; None where there is nothing to count among."""
        return len(self.counted) / len(self.among) if len(self.among) else None


@dataclass(frozen=True)
class Rates:
    """Shares of a campaign. ``visited`` and ``accepted``: of the targets of the book; ``match``: found as in the
    book, of the book's targets that were looked at and the new ones."""

    visited: Share
    accepted: Share
    match: Share


def read_reconciliation(register: Register, campaign: int) -> Reconciliation:
    """All records of a campaign that count (``layers.census.counting``)."""
    condition = All((Compare("campaign", "=", campaign), Compare("state", "!=", CANCELLED)))
    table = register.packed(RECORD, _FIELDS, condition)
    older = outdone(register, table)
    if len(older):
        table = table.filter(pa.array(~np.isin(table["fid"].to_numpy(), older)))
    return replace(reconciliation_of(table), older=tuple(older.tolist()))


def reconciliation_of(table: pa.Table) -> Reconciliation:
    """The same from rows that were read: ``fid`` and lot, target, target_type, state, outcome, differing."""
    states, outcomes, differences = (Coded.of(table[name]) for name in ("state", "outcome", "differing"))
    kind = np.full(table.num_rows, KINDS.index("planned"), np.int64)
    logged = states.among(LOGGED)
    kind[logged] = KINDS.index("same")
    kind[logged & ~differences.among(("",))] = KINDS.index("differs")
    for word in (MOVED, NOT_FOUND, INACCESSIBLE):
        kind[logged & outcomes.among((word,))] = KINDS.index(word)
    # Found new stays new when it is to be visited again: it never becomes a target of the book.
    kind[outcomes.among((NEW,))] = KINDS.index("new")
    return Reconciliation(
        table["fid"].to_numpy().astype(np.int64),
        table["lot"].combine_chunks().fill_null(0).to_numpy().astype(np.int64),
        Coded.of(table["target_type"]),
        states,
        kind,
        differences,
        table["target"],
    )


def rates(found: Reconciliation) -> Rates:
    """What share was visited, accepted, and found as the book says."""
    of_book, new = found.is_target, found.of("new")
    seen = of_book & ~found.of("planned", "inaccessible")
    ids = found.ids

    def share(part: Mask, whole: Mask) -> Share:
        return Share(ids[part], ids[whole])

    return Rates(
        share(of_book & ~found.of("planned"), of_book),
        share(of_book & found.of(states=(ACCEPTED,)), of_book),
        share(found.of("same"), seen | (new & ~found.of(states=(REJECTED,)))),
    )


def decided(found: Reconciliation, chosen: Mask, state: str) -> Reconciliation:
    """As it is once these records are in another state."""
    return replace(found, states=found.states.put(chosen, state))
