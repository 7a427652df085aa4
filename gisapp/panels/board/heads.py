"""The heads of a board's columns: title, what stands in it, how full it is; narrow ones turned on their side."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter

from gisapp.theme import Theme

HEAD = 46
FOLDED = 30


@dataclass(frozen=True)
class BoardColumn:
    """A column by its key: title, a line ``under`` it, and the ids of its cards.

    ``load``: how much of a bar under the head is filled, 0 to 1 (None: a plain line), in the colour ``tone``.
    ``mark``: a colour (#RRGGBB) that stands before the title, as the map has it.
    """

    key: Hashable
    title: str
    under: str
    cards: tuple[int, ...]
    load: float | None = None
    tone: str = "bar_fill"
    mark: str | None = None


class HeadPainter:
    """Paints the head of a column, or all of one that is narrow."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme

    def paint(
        self, painter: QPainter, place: QRect, column: BoardColumn, is_folded: bool, *, is_target: bool
    ) -> None:
        """``place`` is the whole column; ``is_target``: something is held over it."""
        theme = self._theme
        if is_target:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color("accent_soft"))
            painter.drawRoundedRect(QRectF(place).adjusted(-3, 2, 3, -2), 4, 4)
        if is_folded:
            self._paint_folded(painter, place, column)
            return
        left, width = place.left(), place.width()
        aside = 0
        if column.mark is not None:
            aside = 16
            painter.setPen(theme.color("border_strong"))
            painter.setBrush(QColor(column.mark))
            painter.drawRoundedRect(QRectF(left + 0.5, 9, 10, 10), 2, 2)
        for top, words, font, tone, room in (
            (4, column.title, theme.font("base", strong=True), "text", width - 18 - aside),
            (23, column.under, theme.font("small"), "text2", width),
        ):
            painter.setFont(font)
            painter.setPen(theme.color(tone))
            shown = painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, room)
            begin = left + (aside if top < HEAD // 2 - 1 else 0)
            painter.drawText(QRect(begin, top, room, 20), Qt.AlignmentFlag.AlignVCenter, shown)
        theme.icon("caret-left", "text3").paint(painter, QRect(left + width - 14, 8, 12, 12))
        bar = QRect(left, HEAD - 3, width, 2)
        painter.fillRect(bar, theme.color("border_strong"))
        if column.load is not None:
            full = round(width * min(max(column.load, 0.0), 1.0))
            painter.fillRect(QRect(left, HEAD - 4, width, 4), theme.color("bar_bg"))
            painter.fillRect(QRect(left, HEAD - 4, full, 4), theme.color(column.tone))

    def paint_count(self, painter: QPainter, corner: QPointF, count: int) -> None:
        """How many are held."""
        theme = self._theme
        badge = QRectF(corner.x() - 10, corner.y() - 10, 26, 20)
        painter.setOpacity(1.0)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color("accent"))
        painter.drawRoundedRect(badge, 10, 10)
        painter.setFont(theme.font("small", strong=True))
        painter.setPen(theme.color("accent_text"))
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, str(count))

    def _paint_folded(self, painter: QPainter, column_place: QRect, column: BoardColumn) -> None:
        theme = self._theme
        left, width, title = column_place.left(), column_place.width(), column.title
        painter.setPen(theme.color("border"))
        painter.setBrush(theme.color("sunken"))
        painter.drawRoundedRect(QRectF(left, 4, width, column_place.height() - 12), 4, 4)
        theme.icon("caret-right", "text2").paint(painter, QRect(left + 8, 12, 14, 14))
        painter.setPen(theme.color("text"))
        painter.setFont(theme.font("small", strong=True))
        centre = Qt.AlignmentFlag.AlignHCenter
        painter.drawText(QRect(left, 32, width, 18), centre, str(len(column.cards)))
        painter.setFont(theme.font("small"))
        painter.setPen(theme.color("text2"))
        if title.isascii():
            painter.save()
            painter.translate(left + width / 2 - painter.fontMetrics().capHeight() / 2, 58)
            painter.rotate(90)
            painter.drawText(QPointF(0, 0), title)
            painter.restore()
        else:
            for number, letter in enumerate(title):
                painter.drawText(QRect(left, 54 + 20 * number, width, 20), centre, letter)
