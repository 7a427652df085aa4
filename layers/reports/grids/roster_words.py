"""Cells of the roster as texts: the same in the workbook, in Word and on paper."""

from __future__ import annotations

from layers.reports.document import Speech
from layers.reports.grids.roster import Cell, Roster, RosterColumn
from layers.text import Message


def cell_text(say: Speech, column: RosterColumn, cell: Cell) -> str:
    """What is read in a cell; nothing where nothing is known."""
    if cell is None:
        return ""
    if isinstance(cell, float | int):
        unit = f" {column.unit}" if column.unit else ""
        return f"{cell:,.{column.digits or 0}f}{unit}"
    return say(cell)


def day_text(say: Speech, roster: Roster) -> str:
    """As of which day."""
    return say(Message("stewards.as_of", {"day": roster.day.isoformat()}))
