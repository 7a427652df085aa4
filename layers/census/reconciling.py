"""Book and field side by side: what was found as in the book, otherwise, not at all, or beyond it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from layers.census.words import (
    ACCEPTED,
    CANCELLED,
    INACCESSIBLE,
    LOGGED,
    MOVED,
    NEW,
    NOT_FOUND,
    RECORD,
    REJECTED,
    WAITING,
)
from layers.geometry.packed import Integers
from layers.model.query import All, Compare, Condition, Query
from layers.register import Register

Kind = Literal["planned", "same", "differs", "moved", "not_found", "inaccessible", "new"]
KINDS: tuple[Kind, ...] = get_args(Kind)
_FIELDS = ("lot", "target", "target_type", "state", "outcome", "differing")
_FEW = 20_000
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Reconciliation:
    """The records of a campaign side by side; ``kind`` is the position in ``KINDS`` of what each one says."""

    ids: Integers
    lot: Integers
    type: npt.NDArray[np.object_]
    target: npt.NDArray[np.object_]
    state: npt.NDArray[np.object_]
    kind: Integers
    differing: npt.NDArray[np.object_]

    def __len__(self) -> int:
        return len(self.ids)

    def of(
        self, *kinds: Kind, states: Collection[str] = (), type: str | None = None, lot: int | None = None
    ) -> Mask:
        """Which records say one of these, are in one of these states (all where none are named) and so on."""
        found: Mask = np.isin(self.kind, [KINDS.index(kind) for kind in kinds or KINDS])
        if states:
            found &= np.isin(self.state, list(states))
        if type is not None:
            found &= self.type == type
        if lot is not None:
            found &= self.lot == lot
        return found

    @cached_property
    def is_waiting(self) -> Mask:
        """Logged, and not yet decided."""
        return np.asarray(np.isin(self.state, list(WAITING)))

    def counts(self) -> Mapping[str, Mapping[Kind, int]]:
        """By type how many records say what."""
        types = pa.array(self.type, pa.string()).dictionary_encode()
        place = types.indices.to_numpy().astype(np.int64) * len(KINDS) + self.kind
        names = types.dictionary.to_pylist()
        table = np.bincount(place, minlength=len(names) * len(KINDS)).reshape(-1, len(KINDS)).tolist()
        return {
            name: Counter({kind: count for kind, count in zip(KINDS, row, strict=True) if count})
            for name, row in zip(names, table, strict=True)
        }

    def fields(self) -> Mapping[tuple[str, str], int]:
        """How often each field of each type differs."""
        some = self.differing != ""
        names = zip(self.type[some].tolist(), self.differing[some].tolist(), strict=True)
        return Counter((type, field) for type, fields in names for field in fields.split(","))


@dataclass(frozen=True)
class Share:
    """A share with what it is made of: the ids of the records counted, and of all they are counted among."""

    part: tuple[int, ...]
    whole: tuple[int, ...]

    @property
    def value(self) -> float | None:
        """0 to 1; None where there is nothing to count among."""
        return len(self.part) / len(self.whole) if self.whole else None


@dataclass(frozen=True)
class Rates:
    """Shares of a campaign. ``visited`` and ``accepted``: of the targets of the book; ``match``: found as in the
    book, of the book's targets that were looked at and the new ones."""

    visited: Share
    accepted: Share
    match: Share


def read_reconciliation(register: Register, campaign: int, where: Condition | None = None) -> Reconciliation:
    """All records of a campaign but the cancelled ones, or those that meet ``where`` too."""
    asked: list[Condition] = [Compare("campaign", "=", campaign), Compare("state", "!=", CANCELLED)]
    condition = All((*asked, *([where] if where is not None else [])))
    # A whole city's records are read faster by the worker, a few thousand at once here.
    if where is None and register.count(Query(RECORD, where=asked[0])) > _FEW:
        return reconciliation_of(register.columns(RECORD, _FIELDS, where=condition))
    return reconciliation_of(register.values(RECORD, _FIELDS, condition))


def reconciliation_of(table: pa.Table) -> Reconciliation:
    """The same from rows that were read: ``fid`` and lot, target, target_type, state, outcome, differing."""
    state, outcome, differing = _words(table, "state"), _words(table, "outcome"), _words(table, "differing")
    kind = np.full(table.num_rows, KINDS.index("planned"), np.int64)
    logged = np.isin(state, list(LOGGED))
    kind[logged] = KINDS.index("same")
    kind[logged & (differing != "")] = KINDS.index("differs")
    for word in (MOVED, NOT_FOUND, INACCESSIBLE, NEW):
        kind[logged & (outcome == word)] = KINDS.index(word)
    return Reconciliation(
        table["fid"].to_numpy().astype(np.int64),
        np.nan_to_num(table["lot"].to_numpy().astype(np.float64)).astype(np.int64),
        _words(table, "target_type"),
        _words(table, "target"),
        state,
        kind,
        differing,
    )


def rates(found: Reconciliation) -> Rates:
    """What share was visited, accepted, and found as the book says."""
    of_book, new = ~found.of("new"), found.of("new")
    seen = of_book & ~found.of("planned", "inaccessible")
    ids = found.ids

    def share(part: Mask, whole: Mask) -> Share:
        return Share(tuple(ids[part].tolist()), tuple(ids[whole].tolist()))

    return Rates(
        share(of_book & ~found.of("planned"), of_book),
        share(of_book & found.of(states=(ACCEPTED,)), of_book),
        share(found.of("same"), seen | (new & ~found.of(states=(REJECTED,)))),
    )


def decided(found: Reconciliation, chosen: Mask, state: str) -> Reconciliation:
    """As it is once these records are in another state."""
    states = found.state.copy()
    states[chosen] = state
    return replace(found, state=states)


def _words(table: pa.Table, name: str) -> npt.NDArray[np.object_]:
    filled = table[name].combine_chunks().dictionary_encode()
    words = np.array([*(word or "" for word in filled.dictionary.to_pylist()), ""], dtype=object)
    place = filled.indices.fill_null(len(words) - 1).to_numpy(zero_copy_only=False)
    found: npt.NDArray[np.object_] = words[place.astype(np.int64)]
    return found
