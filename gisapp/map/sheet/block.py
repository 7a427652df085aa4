"""The title block of a sheet: whose map it is, what it shows, in which systems, by whom and when."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPen

from gisapp.map.pens import Colours
from gisapp.map.sheet.text import CENTRE, LEFT, SheetText
from gisapp.map.sheet.words import SheetWords
from layers.geometry.scale_text import scale_text
from layers.text import Message

#: Heights of the rows as parts of the block: unit, title, and the small ones.
_UNIT, _TITLE, _SMALL = 1.15, 1.75, 1.0
#: Width of the name of a cell in furniture mm: alone in its row, and of two.
_NAME_ALONE, _NAME_OF_TWO = 15.0, 10.5


class SheetBlock:
    """Draws the block into a rectangle. ``unit`` is one furniture millimetre in px."""

    def __init__(
        self, painter: QPainter, unit: float, colours: Colours, words: SheetWords, text: SheetText
    ) -> None:
        self._painter, self._unit = painter, unit
        self._colours, self._words, self._text = colours, words, text

    def paint(self, room: QRectF, title: str, denominator: float, number: int, of: int) -> None:
        """The whole block of sheet ``number`` of ``of``."""
        words, block = self._words, self._words.block
        sheet, scale = words.render(sheet_words(number, of)), scale_text(denominator)
        rows: list[tuple[float, tuple[tuple[str, str], ...]]] = [
            (1.0, (("printing.block.number", block.number), ("printing.block.sheet", sheet))),
            (1.0, (("printing.block.scale", scale), ("printing.block.date", words.drawn_on.isoformat()))),
            (1.35, (("printing.block.crs", words.render(words.crs)),)),
            (1.0, (("printing.block.datum", block.height_datum),)),
            (1.0, (("printing.block.drawn_by", block.drawn_by), ("printing.block.checked_by", block.checked_by))),
        ]  # fmt: skip
        parts = _UNIT + _TITLE + sum(height for height, _ in rows)
        part = room.height() / parts
        y = room.top()
        y = self._wide(QRectF(room.left(), y, room.width(), _UNIT * part), block.unit or words.title, 3.1)
        y = self._wide(QRectF(room.left(), y, room.width(), _TITLE * part), title, 4.2, strong=True)
        for height, cells in rows:
            self._row(QRectF(room.left(), y, room.width(), height * part), cells)
            y += height * part
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        self._painter.setPen(QPen(self._colours["text"], 0.5 * self._unit))
        self._painter.drawRect(room)

    def _wide(self, room: QRectF, text: str, size: float, *, strong: bool = False) -> float:
        inner = room.adjusted(1.2 * self._unit, 0, -1.2 * self._unit, 0)
        ink = self._colours["text"]
        self._text.write(inner, text, size * self._unit, ink, CENTRE, strong=strong, lines=2)
        self._rule(room.bottomLeft(), room.bottomRight())
        return room.bottom()

    def _row(self, room: QRectF, cells: tuple[tuple[str, str], ...]) -> None:
        unit = self._unit
        width = room.width() / len(cells)
        names = min((_NAME_ALONE if len(cells) == 1 else _NAME_OF_TWO) * unit, width * 0.4)
        for position, (name, value) in enumerate(cells):
            cell = QRectF(room.left() + position * width, room.top(), width, room.height())
            head = QRectF(cell.left(), cell.top(), names, cell.height())
            tail = QRectF(head.right(), cell.top(), cell.width() - names, cell.height())
            self._text.write(
                head.adjusted(0.9 * unit, 0, -0.5 * unit, 0), self._words.text(name), 2.4 * unit,
                self._colours["text2"], LEFT, lines=2,
            )  # fmt: skip
            self._text.write(
                tail.adjusted(0.9 * unit, 0, -0.5 * unit, 0), value, 2.6 * unit, self._colours["text"], LEFT,
                lines=2,
            )  # fmt: skip
            self._rule(head.topRight(), head.bottomRight())
            if position:
                self._rule(cell.topLeft(), cell.bottomLeft())
        self._rule(room.bottomLeft(), room.bottomRight())

    def _rule(self, start: QPointF, end: QPointF) -> None:
        self._painter.setPen(QPen(self._colours["text"], 0.2 * self._unit))
        self._painter.drawLine(QLineF(start, end))


def sheet_words(number: int, of: int) -> Message:
    """``sheet n of m``; 0 is the index before them."""
    if number == 0:
        return Message("printing.sheet_index", {"count": of})
    return Message("printing.sheet_of", {"number": number, "count": of})
