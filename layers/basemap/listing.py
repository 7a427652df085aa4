"""The list of basemaps of a register: read, opened, and changed through the register's edits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from layers.basemap.entry import TYPE, BasemapEntry
from layers.basemap.opening import OpenBasemap, Place, open_basemap
from layers.errors import UserError
from layers.feedback import Feedback
from layers.model.query import Order, Query
from layers.register import Edit, Register
from layers.store.worker import Worker


def read_entries(register: Register) -> list[BasemapEntry]:
    """All basemaps, the lowest first; none where an older register can only be read."""
    if TYPE not in register.catalogue:
        return []
    assets = register.find(Query(TYPE, order=(Order("position"),)))
    return [BasemapEntry.of(asset) for asset in assets]


def place_of(register: Register) -> Place:
    """Where basemaps must fit."""
    return Place(register.crs, register.target)


def open_shown(
    register: Register, worker: Worker, feedback: Feedback
) -> tuple[list[OpenBasemap], list[UserError]]:
    """Open the basemaps that are shown, the lowest first; and what is wrong with those that cannot be.

    The caller closes what is opened.
    """
    opened: list[OpenBasemap] = []
    problems: list[UserError] = []
    for entry in read_entries(register):
        feedback.check()
        if not entry.shown:
            continue
        try:
            opened.append(open_basemap(entry, place_of(register), worker, feedback))
        except UserError as error:
            problems.append(error)
    return opened, problems


def add_entries(edit: Edit, entries: Sequence[BasemapEntry], above: Sequence[BasemapEntry]) -> list[int]:
    """Add basemaps on top of those that are there (``above`` them all)."""
    top = max((entry.position for entry in above), default=-1) + 1
    return [
        edit.insert(TYPE, entry.values() | {"position": top + number}) for number, entry in enumerate(entries)
    ]


def change_entry(edit: Edit, entry: BasemapEntry, values: Mapping[str, Any]) -> None:
    """Set fields of a basemap as it was read."""
    assert entry.id is not None
    edit.update(TYPE, entry.id, entry.version, values)


def remove_entry(edit: Edit, entry: BasemapEntry) -> None:
    """Take a basemap off the list; its file stays."""
    assert entry.id is not None
    edit.delete(TYPE, entry.id, entry.version)


def order_entries(edit: Edit, entries: Sequence[BasemapEntry]) -> None:
    """Put basemaps into this order, the lowest first."""
    for position, entry in enumerate(entries):
        if entry.position != position:
            change_entry(edit, entry, {"position": position})
