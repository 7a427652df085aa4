"""The book of grid maps: a page that shows all grids, then one page for each with its people and what it holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from gisapp.map.sheet.layout import SheetLayout
from gisapp.map.sheet.text import CENTRE, LEFT, RIGHT, SheetText
from gisapp.panels.roster.notice_card import CardWords
from layers.reports.document import FAINT, HEAD, INK, RULE
from layers.reports.grids.notice import GridNotice
from layers.reports.wording import percent_text
from layers.responsibility.person import PRIMARY
from layers.scene.paper import LANDSCAPE, Paper
from layers.text import Message

_MISSING = "BD1A12"
_TEXT, _SMALL, _HEAD, _NAME = 3.0, 2.5, 3.3, 5.0
_ROW = 5.6
_PEOPLE, _STOCK = 38.0, 52.0
#: Grids listed beside the map of all; of more than these the list goes on on pages of its own.
BESIDE = 24
ON_PAGE = 26


@dataclass(frozen=True)
class StockLine:
    """One thing a grid holds, as words."""

    title: str
    value: str


def book_layout(*, index: bool) -> SheetLayout:
    """A4 across: the map, a column for the words beside it. The index has no legend."""
    layout = SheetLayout.of_paper(Paper.of("A4", LANDSCAPE))
    legend, block = layout.legend, layout.block
    assert legend is not None
    assert block is not None
    if index:
        return replace(layout, legend=None, block=None)
    low = legend.top() + (_PEOPLE + _STOCK) * layout.unit
    rest = QRectF(legend.left(), low, legend.width(), block.bottom() - 6 * layout.unit - low)
    return replace(layout, legend=rest, block=None)


def column_of(layout: SheetLayout) -> QRectF:
    """The room of words beside the map, below the signs."""
    signs, frame = layout.signs, layout.frame
    assert signs is not None
    assert frame is not None
    top = signs.bottom() + 2 * layout.unit
    return QRectF(signs.left(), top, signs.width(), frame.bottom() - 2 * layout.unit - top)


class BookPainter:
    """Paints what stands around the maps of one book."""

    def __init__(self, painter: QPainter, layout: SheetLayout, words: CardWords) -> None:
        self._painter, self._unit, self._words = painter, layout.unit, words
        self._text = SheetText(painter, words.font)
        self._layout, self._room = layout, column_of(layout)

    def grid(self, notice: GridNotice, stock: Sequence[StockLine], page: int, of: int) -> None:
        """People, what the grid holds, and which page this is."""
        room, unit = self._room, self._unit
        self._people(notice, QRectF(room.left(), room.top(), room.width(), _PEOPLE * unit))
        top = room.top() + _PEOPLE * unit
        self._stock(notice, stock, QRectF(room.left(), top, room.width(), _STOCK * unit))
        self._page(page, of)

    def index(self, notices: Sequence[GridNotice], of: int) -> None:
        """The list of all grids with their pages, as far as it has room here."""
        room, unit = self._room, self._unit
        self._head(room.top(), self._say("stewards.book.grids"))
        y = room.top() + 7 * unit
        for number, notice in enumerate(notices[:BESIDE]):
            self._line(room.left(), y, room.width(), notice, number, len(notices))
            y += _ROW * unit
        self._page(1, of)

    def list_page(self, notices: Sequence[GridNotice], first: int, total: int, page: int, of: int) -> None:
        """A page of the list, from the grid at ``first`` on."""
        frame = self._layout.frame
        assert frame is not None
        unit = self._unit
        inner = frame.adjusted(6 * unit, 6 * unit, -6 * unit, -6 * unit)
        title = self._say("stewards.book.grids")
        self._write(QRectF(inner.left(), inner.top(), inner.width(), 9 * unit), title, 5.0, strong=True)
        y = inner.top() + 12 * unit
        for number, notice in enumerate(notices, first):
            self._line(inner.left(), y, inner.width(), notice, number, total)
            y += _ROW * unit
        self._page(page, of)

    def _line(self, x: float, y: float, width: float, notice: GridNotice, number: int, total: int) -> None:
        unit, height = self._unit, _ROW * self._unit
        if number % 2:
            self._painter.fillRect(QRectF(x, y, width, height), QColor(f"#{HEAD}"))
        primary = notice.primary
        person = self._say("stewards.vacant") if primary is None else primary.name
        wide = width * 0.46
        self._write(QRectF(x + unit, y, wide, height), notice.title, _TEXT)
        ink = _MISSING if primary is None else INK
        self._write(QRectF(x + unit + wide, y, width * 0.36, height), person, _TEXT, ink)
        page = str(page_of(number, total))
        self._write(QRectF(x, y, width - unit, height), page, _TEXT, FAINT, RIGHT)

    def _people(self, notice: GridNotice, room: QRectF) -> None:
        unit, y = self._unit, room.top()
        self._head(y, self._words.publisher.role)
        y += 7 * unit
        if notice.primary is None:
            vacant = QRectF(room.left(), y, room.width(), 9 * unit)
            self._write(vacant, self._say("stewards.book.vacant"), 4.0, _MISSING, strong=True)
            y += 11 * unit
        for person in notice.people[:4]:
            strong = person.rank == PRIMARY
            height = (8 if strong else 5.6) * unit
            half = room.width() * 0.5
            rank = "" if strong else self._say(f"stewards.card.{person.rank}") + " "
            name = QRectF(room.left(), y, half, height)
            self._write(name, rank + person.name, _NAME if strong else _TEXT, strong=strong)
            phone = QRectF(room.left() + half, y, half, height)
            self._write(phone, person.phone, 3.8 if strong else _TEXT, align=RIGHT, strong=strong)
            y += height + unit

    def _stock(self, notice: GridNotice, stock: Sequence[StockLine], room: QRectF) -> None:
        unit = self._unit
        self._head(room.top(), self._say("stewards.book.stock"))
        lines = list(stock)
        if notice.load is not None:
            lines.append(StockLine(self._say("stewards.column.load"), percent_text(notice.load)))
        half, y = room.width() / 2, room.top() + 6.5 * unit
        for number, line in enumerate(lines[:14]):
            x = room.left() + (number % 2) * half
            title = QRectF(x, y, half * 0.66, 5 * unit)
            self._write(title, line.title, _SMALL, FAINT)
            value = QRectF(x + half * 0.66, y, half * 0.34 - 2 * unit, 5 * unit)
            self._write(value, line.value, _TEXT, align=RIGHT)
            y += 5 * unit if number % 2 else 0

    def _page(self, page: int, of: int) -> None:
        unit, frame = self._unit, self._layout.frame
        assert frame is not None
        foot = QRectF(frame.left(), frame.bottom() + 0.8 * unit, frame.width(), 4 * unit)
        company = f"{self._words.publisher.company}  {self._words.day.isoformat()}"
        self._write(foot, company, _SMALL, FAINT)
        self._write(foot, f"{page} / {of}", _SMALL, FAINT, CENTRE)

    def _head(self, y: float, text: str) -> None:
        unit, room = self._unit, self._room
        self._painter.fillRect(QRectF(room.left(), y, room.width(), 0.25 * unit), QColor(f"#{RULE}"))
        self._write(QRectF(room.left(), y + unit, room.width(), 5 * unit), text, _HEAD, strong=True)

    def _say(self, message_id: str) -> str:
        return self._words.texts.render(Message(message_id))

    def _write(
        self, room: QRectF, text: str, size: float, colour: str = INK, align: Qt.AlignmentFlag = LEFT,
        *, strong: bool = False,
    ) -> None:  # fmt: skip
        self._text.write(room, text, size * self._unit, QColor(f"#{colour}"), align, strong=strong)


def list_pages(count: int) -> int:
    """How many pages of list follow the index."""
    return max(-(-(count - BESIDE) // ON_PAGE), 0)


def page_of(number: int, total: int) -> int:
    """The page of the grid at ``number``, counted from 1: index and lists come before."""
    return 2 + list_pages(total) + number
