"""Which assets lay in the ground on a day, by dates that are known to the day, month, year, decade or not at all.

An asset counts from the earliest day that its beginning may mean until the period of its end is over: what may have
lain there is shown. One without a known beginning is shown, too; both are counted apart, so that it can be said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from layers.later import Later
from layers.model import edtf
from layers.model.lifetime import Lifetime

if TYPE_CHECKING:
    import pyarrow.compute as pc
else:
    pc = Later("pyarrow.compute")

Mask = npt.NDArray[np.bool_]
#: Compared from behind: a date that is known shorter than this many letters is no exact day.
_DAY = len("2009-06-15")


@dataclass(frozen=True)
class Doubt:
    """Of the assets shown: ``vague`` began or ended in the very period the day lies in, ``undated`` have no
    beginning that is known."""

    vague: int = 0
    undated: int = 0

    def __add__(self, other: Doubt) -> Doubt:
        return Doubt(self.vague + other.vague, self.undated + other.undated)


@dataclass(frozen=True)
class Lying:
    """For every row of a table: whether it lay there, whether its time was over, whether that is vague."""

    there: Mask
    over: Mask
    vague: Mask
    undated: Mask

    @property
    def doubt(self) -> Doubt:
        return Doubt(int((self.there & self.vague).sum()), int((self.there & self.undated).sum()))


def lying_on(table: pa.Table, lifetime: Lifetime, day: str) -> Lying:
    """What lay in the ground on ``day`` (``2009-06-15``)."""
    begin = _first_known(table, lifetime.begin)
    undated = np.asarray(pc.is_null(begin).to_numpy(zero_copy_only=False), dtype=bool)
    first = pc.replace_substring(begin, "X", "0")
    begun = _filled(pc.less_equal(first, day), True)
    vague = _within(begin, day)
    over = np.zeros(len(table), dtype=bool)
    ended = np.zeros(len(table), dtype=bool)
    if lifetime.end is not None and lifetime.end in table.column_names:
        end = _known(table.column(lifetime.end))
        over = _passed(end, day)
        vague |= _within(end, day)
        ended = np.asarray(pc.is_valid(end).to_numpy(zero_copy_only=False), dtype=bool)
    there = begun.copy()
    if lifetime.status is not None and lifetime.status in table.column_names:
        status = table.column(lifetime.status)
        there &= ~_is_in(status, lifetime.not_yet)
        # Over without a date: nobody knows since when, so it is shown in the state of today.
        over |= _is_in(status, lifetime.ended) & ~ended
    return Lying(there, over, vague, undated)


def as_on(table: pa.Table, lifetime: Lifetime, day: str) -> pa.Table:
    """The rows that lay in the ground on a day, in the state of that day: what was not over yet was in use."""
    lying = lying_on(table, lifetime, day)
    if lifetime.status is not None and lifetime.alive is not None and lifetime.status in table.column_names:
        place = table.column_names.index(lifetime.status)
        status = table.column(place)
        revived = pa.array(_is_in(status, lifetime.ended) & ~lying.over)
        then = pc.if_else(revived, pa.scalar(lifetime.alive, status.type), status)
        table = table.set_column(place, lifetime.status, then)
    return table.filter(pa.array(lying.there))


def _first_known(table: pa.Table, names: tuple[str, ...]) -> pa.ChunkedArray:
    known = [_known(table.column(name)) for name in names if name in table.column_names]
    if not known:
        return pa.chunked_array([pa.nulls(len(table), pa.string())])
    return pc.coalesce(*known)


def _known(dates: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.if_else(pc.equal(dates, edtf.UNKNOWN), None, dates)


def _period(day: str, length: int) -> str:
    """The part of a day that a date of so many letters is compared with: the decade for ``200X``."""
    return day[:length]


def _passed(dates: pa.ChunkedArray, day: str) -> Mask:
    """Whether the whole period that a date means is over on ``day``; of an exact date, whether the day has come."""
    passed = _filled(pc.less_equal(dates, day), False) & _is_long(dates, _DAY)
    for letters in (4, 7):
        of_length = _is_long(dates, letters)
        known = pc.replace_substring(dates, "X", "9")
        passed |= of_length & _filled(pc.less(known, _period(day, letters)), False)
    return passed


def _within(dates: pa.ChunkedArray, day: str) -> Mask:
    """Whether ``day`` lies in the period of a date that is not known to the day."""
    found = np.zeros(len(dates), dtype=bool)
    for period in (day[:4], day[:7], f"{day[:3]}X"):
        found |= _filled(pc.equal(dates, period), False)
    return found


def _is_long(dates: pa.ChunkedArray, letters: int) -> Mask:
    return _filled(pc.equal(pc.utf8_length(dates), letters), False)


def _is_in(column: pa.ChunkedArray, values: tuple[str, ...]) -> Mask:
    return _filled(pc.is_in(column, value_set=pa.array(values, column.type)), False)


def _filled(mask: pa.ChunkedArray, otherwise: bool) -> Mask:
    return np.asarray(pc.fill_null(mask, otherwise).to_numpy(zero_copy_only=False), dtype=bool)
