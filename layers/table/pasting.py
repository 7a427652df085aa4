"""Changing cells: what typed or pasted texts would do, judged cell by cell before anything is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from layers.model.columns import judge
from layers.model.condition_terms import Links
from layers.model.fields import Field, LinkField
from layers.model.problem import Problem
from layers.store.edit import Edit
from layers.table.data import DRAWN_LENGTH, TableData
from layers.text import Message

MOST_CELLS = 200_000
"""So many cells are pasted at once; beyond that it is an import."""


@dataclass(frozen=True)
class Refused:
    """A cell that is not taken: which asset, which column, what stood there and why it is wrong."""

    row: int
    name: str
    field: Field
    text: str
    why: Message


@dataclass(frozen=True)
class RowEdit:
    """One asset, the version its values were seen at, and the values it gets."""

    id: int
    version: int
    name: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class CellPlan:
    """What would be written. Nothing is, as long as any cell is ``refused``. ``odd``: taken, though unusual."""

    type: str
    rows: tuple[RowEdit, ...]
    counts: Mapping[str, int]
    refused: tuple[Refused, ...] = ()
    odd: tuple[Refused, ...] = ()

    @property
    def cells(self) -> int:
        """How many cells would change."""
        return sum(self.counts.values())

    def apply(self, edit: Edit) -> None:
        """Write it, all or nothing. Raises what ``Edit.update`` raises."""
        for row in self.rows:
            edit.update(self.type, row.id, row.version, row.values)


def plan_cells(
    data: TableData,
    rows: Sequence[int],
    fields: Sequence[Field],
    texts: Sequence[Sequence[str]],
    links: Links,
) -> CellPlan:
    """What ``texts`` would do, put in the cells of ``rows`` and ``fields`` from the first on.

    One text fills all cells, one line all rows, one column all columns. ``rows`` and ``fields`` are the target:
    cells beyond it are cut off by the caller. A text that is the cell's own already changes nothing.
    """
    judged: dict[tuple[str, str], tuple[Any, list[Problem]]] = {}
    edits: list[RowEdit] = []
    counts: dict[str, int] = {}
    refused: list[Refused] = []
    odd: list[Refused] = []
    for number, row in enumerate(rows):
        line = texts[number % len(texts)]
        values: dict[str, Any] = {}
        for column, field in enumerate(fields):
            text = line[column % len(line)]
            key = (field.name, text)
            if key not in judged:
                judged[key] = _judge(field, text, links)
            value, problems = judged[key]
            before = data.columns[field.name].value(row) if field.name in data.columns else None
            if is_fixed(field):
                if text.strip() != "" and value != before:
                    refused.append(
                        _refused(data, row, field, text, Message("table.fixed", {"field": field.title}))
                    )
                continue
            wrong = [p for p in problems if p.severity == "error"]
            if wrong:
                refused.append(_refused(data, row, field, text, wrong[0].message))
            elif value != before:
                values[field.name] = value
                counts[field.name] = counts.get(field.name, 0) + 1
                odd += [_refused(data, row, field, text, p.message) for p in problems]
        if values:
            edits.append(RowEdit(int(data.fids[row]), int(data.versions[row]), name_of(data, row), values))
    refused += _doubles(data, edits, fields)
    return CellPlan(data.type.name, tuple(edits), counts, tuple(refused), tuple(odd))


def is_fixed(field: Field) -> bool:
    """Whether the program works a field out, so that nobody may type in it."""
    return field.computed or field.name == DRAWN_LENGTH.name


def name_of(data: TableData, row: int) -> str:
    """What the asset of a row is called."""
    for name in data.type.label_fields:
        column = data.columns.get(name)
        if column is not None and column.value(row) is not None:
            return column.show(row, "zh")
    return data.type.code(int(data.fids[row]))


def _judge(field: Field, text: str, links: Links) -> tuple[Any, list[Problem]]:
    if isinstance(field, LinkField) and text.strip() not in field.blank_words:
        value = links.find(field, text.strip())
        if value is None:
            return None, [field.problem("not_a_link", "error", text)]
        return value, []
    value, problems = judge(field, text)
    if value is None and not problems and field.required:
        problems = list(field.check(None))
    return value, problems


def _refused(data: TableData, row: int, field: Field, text: str, why: Message) -> Refused:
    return Refused(row, name_of(data, row), field, text, why)


def _doubles(data: TableData, edits: Sequence[RowEdit], fields: Sequence[Field]) -> list[Refused]:
    """Values that must be the only ones of their kind and are pasted twice."""
    found = []
    for field in fields:
        seen: set[str] = set()
        for edit in edits if field.unique else ():
            value = edit.values.get(field.name)
            if value is None:
                continue
            word = str(value).casefold()
            if word in seen:
                row = int(data.rows_of(np.array([edit.id]))[0])
                why = Message("table.twice", {"field": field.title})
                found.append(_refused(data, row, field, str(value), why))
            seen.add(word)
    return found
