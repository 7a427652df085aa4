"""Submitted statements: whole copies that data may no longer change, to be re-opened and compared."""

from __future__ import annotations

import datetime
import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from layers.errors import UserError
from layers.model.fields import format_instant
from layers.register import Edit, Register
from layers.renewal.figure import Breakdown, Figure, Words
from layers.renewal.statement.as_json import FORMAT, as_json, from_json
from layers.renewal.statement.statement import HEADLINE, Statement
from layers.text import Message

__all__ = ["Difference", "as_json", "checksum", "compare", "from_json", "reopen", "submit", "submitting"]

COPY = "statement_copy"
_TOLERANCE = 1e-6
#: What may be another word for the same figures.
_UNSUMMED = frozenset({"title", "day", "data_version", "notes", "seal"})
_Key = tuple[str, str, str]


@dataclass(frozen=True)
class Difference:
    """A figure that is another one now; None where there was, or is, none.

    ``table``: the name of a breakdown, or ``headline``, ``length_source``, ``funnel``, ``supervision``,
    ``fulfilment``. ``row`` is its title, ``column`` the name of the figure.
    """

    table: str
    key: str
    row: Words
    column: str
    before: Figure | None
    now: Figure | None

    @property
    def objects(self) -> tuple[int, ...]:
        """What is in one of the figures only."""
        ids = [set(figure.ids) if figure is not None else set() for figure in (self.before, self.now)]
        return tuple(sorted(ids[0] ^ ids[1]))

    @property
    def change(self) -> float:
        """Now less before; a figure that is not there is 0."""
        values = [(figure.value or 0.0) if figure is not None else 0.0 for figure in (self.before, self.now)]
        return values[1] - values[0]


def submitting(title: str) -> Message:
    """What the act of submitting is called in the history."""
    return Message("kilometres.submitting", {"title": title})


def submit(edit: Edit, statement: Statement, title: str, actor: str, when: datetime.datetime) -> int:
    """Freeze a statement within an edit called ``submitting(title)``; returns the id of its ``statement_copy``.

    ``when``: the moment, with its zone.
    """
    figures = as_json(statement) | {"title": title, "seal": checksum(statement)}
    return edit.insert(
        COPY,
        {
            "title": title,
            "period_from": str(statement.period.first),
            "period_to": str(statement.period.last),
            "submitted_at": format_instant(when),
            "submitted_by": actor,
            "figures": json.dumps(figures, ensure_ascii=False, separators=(",", ":")),
            "settings": json.dumps(statement.settings.as_json(), ensure_ascii=False),
        },
    )


def reopen(register: Register, id: int) -> Statement:
    """A submitted statement exactly as it was; one whose copy was changed since says so in its notes.

    Raises ``UserError`` when there is none or it cannot be read.
    """
    copy = register.get(COPY, id)
    if copy is None:
        raise UserError(Message("kilometres.no_copy"))
    try:
        data = json.loads(copy["figures"])
        statement = from_json(data)
        is_whole = set(HEADLINE) <= set(statement.headline) and data["format"] <= FORMAT
        if not is_whole:
            raise ValueError("not all figures of a statement, or those of a newer program")
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError) as error:
        raise UserError(Message("kilometres.unreadable_copy", {"title": copy["title"]})) from error
    return _as_sealed(data, statement)


def _as_sealed(data: Mapping[str, Any], statement: Statement) -> Statement:
    seal = data.get("seal")
    if seal is None or seal == _sum(data):
        return statement
    note = Message("kilometres.changed_copy", {"sum": str(seal)})
    return replace(statement, notes=(note, *statement.notes))


def compare(before: Statement, now: Statement) -> tuple[Difference, ...]:
    """Every figure whose value or objects differ, in the order of the statement."""
    first, second = dict(_figures(before)), dict(_figures(now))
    found = []
    for key in [*first, *(key for key in second if key not in first)]:
        row, old = first.get(key, ("", None))
        new_row, new = second.get(key, (row, None))
        if not _same(old, new):
            found.append(Difference(key[0], key[1], new_row if old is None else row, key[2], old, new))
    return tuple(found)


def checksum(statement: Statement) -> str:
    """Eight letters that stand for all its figures and settings, printed on every page: ``7F3A 19C2``."""
    return _sum(as_json(statement))


def _sum(data: Mapping[str, Any]) -> str:
    told = {name: data[name] for name in data if name not in _UNSUMMED}
    digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest().upper()
    return f"{digest[:4]} {digest[4:8]}"


def _figures(statement: Statement) -> Iterator[tuple[_Key, tuple[Words, Figure]]]:
    for name, figure in statement.headline.items():
        yield ("headline", name, name), ("", figure)
    for breakdown in (*statement.breakdowns.values(), statement.length_sources):
        yield from _of_breakdown(breakdown)
    for step in statement.funnel.steps:
        for name in ("communities", "households"):
            yield ("funnel", step.stage.code, name), (step.stage.title, getattr(step, name))
    for visited in statement.supervision:
        for name in ("visits", "score", "found", "rectified_in_time", "open"):
            yield ("supervision", str(visited.project), name), (visited.title, getattr(visited, name))
    for row in statement.fulfilment:
        for name in ("planned", "done", "projects", "finished"):
            key = f"{row.programme or ''}:{row.means}"
            yield ("fulfilment", key, name), (row.title, getattr(row, name))


def _of_breakdown(breakdown: Breakdown) -> Iterator[tuple[_Key, tuple[Words, Figure]]]:
    for row in (*breakdown.rows, breakdown.total):
        for name, figure in row.cells.items():
            yield (breakdown.name, row.key, name), (row.title, figure)


def _same(old: Figure | None, new: Figure | None) -> bool:
    if old is None or new is None:
        there = old or new
        return there is None or (not there.ids and not there.value)
    if old.value is None or new.value is None:
        return old.value is new.value and old.ids == new.ids
    return old.ids == new.ids and math.isclose(old.value, new.value, rel_tol=_TOLERANCE, abs_tol=_TOLERANCE)
