"""A statement arranged for readers: the same tiles, tables and charts on the screen, in Excel, in Word and on paper."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from layers.renewal.figure import Breakdown, Figure, Row, Words


@dataclass(frozen=True)
class Tile:
    """One figure that is looked at first; ``note`` says what it is to be measured by."""

    name: str
    title: Words
    figure: Figure
    note: Words = ""


@dataclass(frozen=True)
class Bar:
    """One bar of ``value``; the last ``excess`` of it are more than the bar before has."""

    title: Words
    value: Figure
    percent: float | None = None
    excess: float = 0.0
    aside: Words = ""


@dataclass(frozen=True)
class Chart:
    """Bars on one scale from nought to ``whole``."""

    name: str
    title: Words
    unit: Words
    bars: tuple[Bar, ...]
    whole: float
    remarks: tuple[Words, ...] = ()


@dataclass(frozen=True)
class Report:
    """What a document holds, in the order to show it. ``code`` is the checksum of the figures.

    ``submitted``: when and by whom it was frozen; None for a draft. ``settings``: what was counted how, printed on
    every document; ``short_settings`` the same in one line for the foot of every page.
    """

    title: str
    unit: str
    period: Words
    day: datetime.date
    submitted: tuple[datetime.datetime, str] | None
    is_sample: bool
    settings: tuple[tuple[Words, Words], ...]
    short_settings: Words
    tiles: tuple[Tile, ...]
    tables: tuple[Breakdown, ...]
    charts: tuple[Chart, ...]
    notes: tuple[Words, ...]
    code: str

    def figures(self) -> Iterator[tuple[str, Words, Figure]]:
        """Every figure with its path in the report and what it is called."""
        for tile in self.tiles:
            yield f"tile/{tile.name}", tile.title, tile.figure
        for table in self.tables:
            for row in lines(table):
                for column in table.columns:
                    if column.name in row.cells:
                        yield f"{table.name}/{row.key}/{column.name}", row.title, row.cells[column.name]


def lines(table: Breakdown) -> tuple[Row, ...]:
    """The rows in the order of print: what is counted, the total, then what is listed and not counted."""
    counted = tuple(row for row in table.rows if row.level != "unknown")
    aside = tuple(row for row in table.rows if row.level == "unknown")
    return (*counted, table.total, *aside)
