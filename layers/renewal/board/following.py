"""A board brought up to date after edits: only the projects they touched are read anew."""

from __future__ import annotations

import datetime
from collections.abc import Sequence

from layers.feedback import Feedback
from layers.model.catalogue import Catalogue
from layers.model.change import ChangeSet
from layers.model.fields import LinkField
from layers.model.query import Condition
from layers.register import Register
from layers.renewal.board.board import Board, read_board
from layers.renewal.words import PROJECT

#: More projects than this are read with all the others.
MOST = 40


def follow_board(
    register: Register,
    before: Board,
    changes: Sequence[ChangeSet],
    day: datetime.date,
    where: Condition | None = None,
    feedback: Feedback | None = None,
) -> Board:
    """What ``read_board`` gives now, after ``changes`` to a register whose board was ``before``."""
    touched = touched_projects(register, before, changes)
    if touched is None or len(touched) > MOST or day != before.day:
        return read_board(register, day, where, feedback)
    if not touched:
        return before
    part = read_board(register, day, where, feedback, ids=touched)
    cards = [card for card in before.cards if card.id not in touched]
    together = sorted([*cards, *part.cards], key=lambda card: card.code)
    return Board(day, tuple(together), part.people, part.programmes, part.full_mark)


def touched_projects(
    register: Register, before: Board, changes: Sequence[ChangeSet]
) -> frozenset[int] | None:
    """The projects that changes are about; None when that cannot be told, or it is all of them."""
    touched: set[int] = set()
    belonging = belonging_fields(register.catalogue)
    for change in changes:
        for name, part in change.changes.items():
            if name == PROJECT and not part.is_bulk:
                touched |= part.inserted | part.updated | part.deleted
            elif name in belonging:
                if part.is_bulk or (part.deleted and name != "pipe"):
                    return None
                touched |= {before.by_pipe[id] for id in part.deleted if id in before.by_pipe}
                if name == "pipe":
                    touched |= {before.by_pipe[id] for id in part.updated if id in before.by_pipe}
                touched |= _owners(register, name, belonging[name], sorted(part.inserted | part.updated))
                # A row that went from one project to another changes both.
                if part.updated and part.fields & set(belonging[name]) and name != "pipe":
                    return None
            else:
                return None
    return frozenset(touched)


def belonging_fields(catalogue: Catalogue) -> dict[str, tuple[str, ...]]:
    """By type the fields that link its rows to projects, and to nothing else."""
    found = {
        each.name: tuple(
            field.name
            for field in each.fields
            if isinstance(field, LinkField) and field.targets == (PROJECT,)
        )
        for each in catalogue
    }
    return {name: fields for name, fields in found.items() if fields}


def _owners(register: Register, type_name: str, fields: Sequence[str], ids: Sequence[int]) -> set[int]:
    if not ids:
        return set()
    table = register.rows(type_name, ids, fields)
    return {owner for name in fields for owner in table[name].to_pylist() if owner is not None}
