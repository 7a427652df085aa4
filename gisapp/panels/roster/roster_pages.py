"""The roster on pages of A4, turned: tables with their head on every page."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter

from gisapp.map.sheet.job import Steps, whole
from gisapp.map.sheet.layout import mm
from gisapp.map.sheet.output import PdfOutput
from gisapp.map.sheet.text import LEFT, RIGHT, SheetText
from gisapp.map.sheet.words import FontOf
from layers.reports.document import FAINT, HEAD, INK, RULE, SUM, WARN, Speech
from layers.reports.grids.roster import Roster, RosterColumn, RosterRow, RosterTable
from layers.reports.grids.roster_words import cell_text, day_text
from layers.text import Texts

_WIDTH, _HEIGHT = mm(297.0), mm(210.0)
_SIDE, _TOP, _BOTTOM = mm(14.0), mm(13.0), mm(14.0)
_ROOM = _WIDTH - 2 * _SIDE
_TITLE, _HEAD, _TEXT, _SMALL = mm(6.0), mm(4.2), mm(3.1), mm(2.7)
_ROW = mm(6.4)
_GAP = mm(1.2)
_BETWEEN = mm(5.0)


@dataclass(frozen=True)
class _Page:
    """Rows of one table; ``is_first`` has the heading of the table."""

    table: RosterTable
    rows: tuple[RosterRow, ...]
    is_first: bool


class RosterPages:
    """Finds what stands on which page, and paints it."""

    size = (_WIDTH, _HEIGHT)

    def __init__(self, roster: Roster, texts: Texts, font: FontOf, *, packed: bool = False) -> None:
        """``packed``: short tables share a page."""
        self._roster, self._say, self._font = roster, Speech(texts), font
        pages = [page for table in roster.tables for page in _paged(table)]
        self._pages = _packed(pages) if packed else [(page,) for page in pages]

    def steps(self, output: PdfOutput) -> Steps:
        """Paint all pages; trouble in between keeps nothing."""
        yield from whole(output, self._painted(output))

    def _painted(self, output: PdfOutput) -> Steps:
        for number, page in enumerate(self._pages):
            for painter in output.page():
                painter.setFont(QFont())
                _Painter(painter, self._font, self._say).page(self._roster, page, number, len(self._pages))
                yield (number + 1) / len(self._pages)


def _paged(table: RosterTable) -> list[_Page]:
    """The rows by pages: the head of an area never stands alone at the foot."""
    most = int((_HEIGHT - _TOP - _BOTTOM - mm(26.0)) / _ROW) - 1
    pages: list[list[RosterRow]] = [[]]
    for row in table.rows:
        if len(pages[-1]) >= most - (row.kind == "area"):
            pages.append([])
        pages[-1].append(row)
    return [_Page(table, tuple(rows), number == 0) for number, rows in enumerate(pages)]


def _packed(pages: list[_Page]) -> list[tuple[_Page, ...]]:
    """Tables one below the other as long as they fit."""
    most = _HEIGHT - _TOP - _BOTTOM - mm(11.0)
    found: list[tuple[_Page, ...]] = []
    for page in pages:
        if found and sum(_height(each) for each in (*found[-1], page)) <= most:
            found[-1] = (*found[-1], page)
        else:
            found.append((page,))
    return found


def _height(page: _Page) -> float:
    return mm(8.0) + _ROW * (len(page.rows) + 1) + _BETWEEN


class _Painter:
    def __init__(self, painter: QPainter, font: FontOf, say: Speech) -> None:
        self._painter, self._say = painter, say
        self._text = SheetText(painter, font)

    def page(self, roster: Roster, parts: tuple[_Page, ...], number: int, of: int) -> None:
        say, y = self._say, _TOP
        self._write(QRectF(_SIDE, y, _ROOM, mm(9)), say(roster.title), _TITLE, strong=True)
        said = f"{say(roster.company)}    {day_text(say, roster)}"
        self._write(QRectF(_SIDE, y, _ROOM, mm(9)), said, _TEXT, FAINT, RIGHT)
        y += mm(11)
        for page in parts:
            self._table(y, page)
            y += _height(page)
        foot = QRectF(_SIDE, _HEIGHT - _BOTTOM, _ROOM, mm(5))
        self._rule(foot.top())
        self._write(foot, "  ".join(say(note) for note in roster.notes), _SMALL, FAINT)
        self._write(foot, f"{number + 1} / {of}", _SMALL, FAINT, RIGHT)

    def _table(self, y: float, page: _Page) -> None:
        say = self._say
        self._write(QRectF(_SIDE, y, _ROOM, mm(7)), say(page.table.title), _HEAD, strong=True)
        y += mm(8)
        places = self._places(page.table)
        self._painter.fillRect(QRectF(_SIDE, y, _ROOM, _ROW), QColor(f"#{HEAD}"))
        for x, width, column in places:
            self._cell(x, y, width, column, say(column.title), strong=True)
        y += _ROW
        for row in page.rows:
            self._row(y, row, places)
            y += _ROW

    def _row(self, y: float, row: RosterRow, places: list[tuple[float, float, RosterColumn]]) -> None:
        ground = SUM if row.kind != "item" else WARN if row.flagged else None
        if ground is not None:
            self._painter.fillRect(QRectF(_SIDE, y, _ROOM, _ROW), QColor(f"#{ground}"))
        strong = row.kind != "item"
        for number, ((x, width, column), cell) in enumerate(zip(places, row.cells, strict=True)):
            # What follows the name of an area is blank: it may be long.
            wide = width + places[1][1] if row.kind == "area" and number == 0 else width
            self._cell(x, y, wide, column, cell_text(self._say, column, cell), strong=strong)
        self._rule(y + _ROW)

    def _cell(
        self, x: float, y: float, width: float, column: RosterColumn, text: str, *, strong: bool = False
    ) -> None:
        room = QRectF(x + _GAP, y, width - 2 * _GAP, _ROW)
        self._write(room, text, _TEXT, align=LEFT if column.digits is None else RIGHT, strong=strong)

    def _places(self, table: RosterTable) -> list[tuple[float, float, RosterColumn]]:
        whole, x, places = sum(column.width for column in table.columns), _SIDE, []
        for column in table.columns:
            width = _ROOM * column.width / whole
            places.append((x, width, column))
            x += width
        return places

    def _rule(self, y: float) -> None:
        self._painter.fillRect(QRectF(_SIDE, y, _ROOM, mm(0.15)), QColor(f"#{RULE}"))

    def _write(
        self, room: QRectF, text: str, size: float, colour: str = INK, align: Qt.AlignmentFlag = LEFT,
        *, strong: bool = False,
    ) -> None:  # fmt: skip
        self._text.write(room, text, size, QColor(f"#{colour}"), align, strong=strong)
