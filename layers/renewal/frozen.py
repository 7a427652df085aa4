"""Submitted statements: whole copies that data may no longer change, to be re-opened and compared."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from layers.register import Edit, Register
from layers.renewal.figure import Figure, Words
from layers.renewal.statement import Statement
from layers.text import Message


@dataclass(frozen=True)
class Difference:
    """A figure that is another one now. ``place``: breakdown and row key, or "headline"; None: was not there."""

    table: str
    row: Words
    column: str
    before: Figure | None
    now: Figure | None


def as_json(statement: Statement) -> dict[str, Any]:
    """Everything in a statement as plain values with stable English keys; ``from_json`` reads it back equal."""
    raise NotImplementedError


def from_json(data: dict[str, Any]) -> Statement:
    """The statement that ``as_json`` wrote."""
    raise NotImplementedError


def submitting(title: str) -> Message:
    """What the act of submitting is called in the history."""
    return Message("kilometres.submitting", {"title": title})


def submit(edit: Edit, statement: Statement, title: str, actor: str, when: datetime.datetime) -> int:
    """Freeze a statement within an edit called ``submitting(title)``; returns the id of its ``statement_copy``."""
    raise NotImplementedError


def reopen(register: Register, id: int) -> Statement:
    """A submitted statement exactly as it was."""
    raise NotImplementedError


def compare(before: Statement, now: Statement) -> tuple[Difference, ...]:
    """Every figure whose value or objects differ, in the order of the statement."""
    raise NotImplementedError


def checksum(statement: Statement) -> str:
    """Eight letters that stand for all its figures, printed on every page."""
    raise NotImplementedError
