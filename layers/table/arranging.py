"""Which rows a table shows and in which order: filters, what is typed, and columns to sort by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from layers.feedback import Feedback
from layers.model.fields import BooleanField, ChoiceField, LinkField, TextField
from layers.model.query import All, AnyOf, Compare, Condition, Order
from layers.table.columns import BLANK, Column, Mask, NumberColumn, Numbers, Ranks, WordColumn
from layers.table.data import DRAWN_LENGTH, TableData

#: A sort key and a row's number lie in one integer of so many bits; numpy sorts those fastest.
_BITS = 62
MOST_LINKS = 2000
"""A typed word that more targets of a link contain is not looked for in that link on the map."""


@dataclass(frozen=True)
class Arrangement:
    """What is wanted: ``sorts`` the most important first, ``typed`` words that every row shown must contain.

    ``names`` are the columns that typed words are looked for in. ``kept``: ids that pass the filters, ``only``:
    ids apart from which nothing is shown; None keeps all.
    """

    sorts: tuple[Order, ...] = ()
    typed: str = ""
    names: tuple[str, ...] = ()
    kept: Numbers | None = None
    only: Numbers | None = None


def arranged(
    data: TableData, wanted: Arrangement, language: str, feedback: Feedback | None = None
) -> Numbers:
    """The rows to show, in order. Rows that are equal in every column sorted by stand as they were made."""
    feedback = feedback or Feedback()
    shown = _shown(data, wanted, language, feedback)
    rows = np.arange(len(data)) if shown is None else np.flatnonzero(shown)
    feedback.check()
    ranks = []
    for order in wanted.sorts:
        if order.field in data.columns:
            ranks.append((data.columns[order.field].ranks, order.descending))
            feedback.check()
    return in_order(rows, ranks)


def in_order(rows: Numbers, keys: Sequence[tuple[Ranks, bool]]) -> Numbers:
    """These rows by their ranks, the first key above the second; True turns a key over; blanks are last."""
    if not keys or len(rows) < 2:
        return rows
    row_bits = int(rows[-1]).bit_length()
    packed = np.zeros(len(rows), np.int64)
    room = 1 << (_BITS - row_bits)
    used = 1
    for number, (ranks, descending) in enumerate(keys):
        if used * (ranks.count + 1) > room:
            return _in_order_of_many(rows, keys[: number + 1], keys[number + 1 :])
        packed *= ranks.count + 1
        packed += _turned(ranks, descending, rows)
        used *= ranks.count + 1
    packed <<= row_bits
    packed |= rows
    packed.sort()
    packed &= (1 << row_bits) - 1
    return packed


def _in_order_of_many(
    rows: Numbers, keys: Sequence[tuple[Ranks, bool]], more: Sequence[tuple[Ranks, bool]]
) -> Numbers:
    """The same where the keys do not fit into one integer."""
    turned = [_turned(ranks, descending, rows) for ranks, descending in (*keys, *more)]
    return np.asarray(rows[np.lexsort(tuple(reversed(turned)))])


def _turned(ranks: Ranks, descending: bool, rows: Numbers) -> Numbers:
    found = ranks.ranks[rows]
    blank = found == BLANK
    if descending:
        found = ranks.count - 1 - found
    found[blank] = ranks.count
    return np.asarray(found)


def _shown(data: TableData, wanted: Arrangement, language: str, feedback: Feedback) -> Mask | None:
    """Which rows are shown; None for all."""
    masks = [data.holds(ids) for ids in (wanted.kept, wanted.only) if ids is not None]
    columns = [data.columns[name] for name in wanted.names if name in data.columns]
    for word in wanted.typed.split():
        feedback.check()
        any_of = np.zeros(len(data), np.bool_)
        for column in columns:
            any_of |= column.matches(word, language)
        masks.append(any_of)
    if not masks:
        return None
    shown = masks[0]
    for mask in masks[1:]:
        shown = shown & mask
    return shown


def typed_condition(data: TableData, typed: str, names: Sequence[str], language: str) -> Condition | None:
    """The condition that keeps the rows which typed words do; None when nothing is typed."""
    every: list[Condition] = []
    for word in typed.split():
        columns = {name: data.columns[name] for name in names if name in data.columns}
        any_of = tuple(
            part for name, column in columns.items() for part in _parts(name, column, word, language)
        )
        every.append(AnyOf(any_of))
    return All(tuple(every)) if every else None


def _parts(name: str, column: Column, word: str, language: str) -> list[Condition]:
    """The ways in which a column can contain a word."""
    if name == DRAWN_LENGTH.name:
        return []
    field = column.field
    if isinstance(column, NumberColumn):
        value = column.typed(word, language)
        return [] if value is None else [Compare(name, "=", value)]
    if isinstance(field, TextField):
        return [Compare(name, "contains", word)]
    if isinstance(field, ChoiceField | LinkField | BooleanField) or column.labels is not None:
        found = set(_found(column, word, language))
        return [Compare(name, "in", tuple(sorted(found)))] if 0 < len(found) <= MOST_LINKS else []
    return [Compare(name, "contains", word)]


def _found(column: WordColumn, word: str, language: str) -> list[object]:
    mask = column.words_with(word, language)
    return [column.words[int(at)].as_py() for at in np.flatnonzero(mask)[: MOST_LINKS + 1]]


def after(rows: Numbers, gone: Numbers, come: Numbers) -> Numbers:
    """Where rows stand once ``gone`` went and ``come`` came (see ``layers.table.patching.Patched``)."""
    if len(gone):
        rows = rows[~np.isin(rows, gone)]
        rows = rows - np.searchsorted(gone, rows)
    if len(come):
        # ``come`` are rows of the new table: every old row moves down by those put in before it.
        places = come - np.arange(len(come))
        rows = rows + np.searchsorted(places, rows, side="right")
    return rows
