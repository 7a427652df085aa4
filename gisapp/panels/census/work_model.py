"""The targets of a lot as rows of a list, and how a row is painted: number, code, road, metres, what was found."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gisapp.language import Language
from gisapp.panels.census.kinds import ICONS, TONES, kind_words
from gisapp.theme import Theme
from layers.census.lots.worklist import WorkRow
from layers.text import Message

Index = QModelIndex | QPersistentModelIndex
ROW = Qt.ItemDataRole.UserRole
CURRENT = Qt.ItemDataRole.UserRole + 1
_HEIGHT, _PAD, _NUMBER, _METRES, _CHIP = 26, 8, 34, 58, 92
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class WorkModel(QAbstractListModel):
    """Rows in walking order."""

    def __init__(self, language: Language, parent: QObject) -> None:
        super().__init__(parent)
        self._language = language
        self.rows: tuple[WorkRow, ...] = ()
        self.current: int | None = None

    def show(self, rows: tuple[WorkRow, ...]) -> None:
        """List these."""
        if [row.id for row in rows] == [row.id for row in self.rows]:
            self.rows = rows
            if rows:
                self.dataChanged.emit(self.index(0), self.index(len(rows) - 1))
            return
        self.beginResetModel()
        self.rows = rows
        self.endResetModel()

    def mark(self, record: int | None) -> int:
        """The row worked on; its place, -1 for none."""
        before, self.current = self.place_of(self.current), record
        place = self.place_of(record)
        for each in (before, place):
            if each >= 0:
                self.dataChanged.emit(self.index(each), self.index(each))
        return place

    def place_of(self, record: int | None) -> int:
        return next((number for number, row in enumerate(self.rows) if row.id == record), -1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        row = self.rows[index.row()]
        if role == ROW:
            return row
        if role == CURRENT:
            return row.id == self.current
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return f"{row.code} {row.road} {self._language.render(kind_words(row, is_current=False))}"
        return None


class WorkPainter(QStyledItemDelegate):
    """Paints one row."""

    def __init__(self, language: Language, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._language, self._theme = language, theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, _HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row, is_current, theme = index.data(ROW), bool(index.data(CURRENT)), self._theme
        place: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if is_current:
            painter.fillRect(place, theme.color("selection_row"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(place, theme.color("hover"))
        inner = place.adjusted(_PAD, 0, -_PAD, 0)
        painter.setFont(theme.font("small"))
        painter.setPen(theme.color("text3"))
        number = row.record["sequence"]
        painter.drawText(
            QRect(inner.left(), inner.top(), _NUMBER - 10, _HEIGHT),
            _RIGHT,
            "" if number is None else str(number),
        )
        right = inner.right() - self._chip(painter, inner, row, is_current)
        painter.setFont(theme.font("small"))
        painter.setPen(theme.color("text2"))
        if row.metres is not None:
            painter.drawText(
                QRect(right - _METRES, inner.top(), _METRES - 6, _HEIGHT), _RIGHT, f"{row.metres:.0f} m"
            )
        painter.setPen(theme.color("text"))
        painter.setFont(theme.font("base", strong=is_current))
        left = inner.left() + _NUMBER
        width = min(painter.fontMetrics().horizontalAdvance(row.code) + 8, max(right - _METRES - left, 40))
        painter.drawText(QRect(left, inner.top(), width, _HEIGHT), _LEFT, _cut(painter, row.code, width))
        painter.setFont(theme.font("small"))
        painter.setPen(theme.color("text2"))
        room = right - _METRES - left - width
        if room > 20:
            painter.drawText(
                QRect(left + width, inner.top(), room, _HEIGHT), _LEFT, _cut(painter, row.road, room)
            )
        painter.setPen(theme.color("border"))
        painter.drawLine(place.bottomLeft(), place.bottomRight())
        painter.restore()

    def _chip(self, painter: QPainter, place: QRect, row: WorkRow, is_current: bool) -> int:
        """What was found, at the right end; the room it takes."""
        theme = self._theme
        kind = "current" if is_current and row.is_open else "" if row.is_older else row.kind
        text = self._language.render(kind_words(row, is_current=is_current))
        painter.setFont(theme.font("small"))
        icon, tone = ICONS.get(kind, ""), TONES.get(kind, "")
        width = painter.fontMetrics().horizontalAdvance(text) + (26 if icon else 8)
        chip = QRect(place.right() + 1 - width, place.top() + 4, width, _HEIGHT - 8)
        if tone and tone != "ok":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color(f"{tone}_soft"))
            painter.drawRoundedRect(chip, 3, 3)
        if icon:
            theme.icon(icon, tone or "text3").paint(painter, QRect(chip.left() + 5, chip.top() + 3, 12, 12))
        painter.setPen(theme.color(tone or "text3"))
        painter.drawText(chip.adjusted(21 if icon else 0, 0, -4, 0), _LEFT if icon else _RIGHT, text)
        # All rows leave the same room, so that their metres stand below each other: that of the longest words.
        words = (Message(f"census_desk.kind.{each}") for each in ICONS)
        widest = max(painter.fontMetrics().horizontalAdvance(self._language.render(each)) for each in words)
        return max(_CHIP, widest + 26)


def _cut(painter: QPainter, text: str, width: int) -> str:
    return painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, width)
