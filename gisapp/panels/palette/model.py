"""What the palette lists: actions, assets, places. A row knows what Enter does with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QFontMetrics, QPainter, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gisapp.theme import Theme
from layers.model.catalogue import AssetType

ROW_HEIGHT = 40


@dataclass(frozen=True)
class Entry:
    """One row: name, what it is, the key that does the same, its picture, and what choosing it does."""

    title: str
    note: str
    choose: Callable[[], None]
    icon: str = ""
    symbol: AssetType | None = None
    key: str = ""


class PaletteModel(QAbstractListModel):
    """The rows shown, best first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.entries: list[Entry] = []

    def show(self, entries: Sequence[Entry]) -> None:
        """List these instead."""
        self.beginResetModel()
        self.entries = list(entries)
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.entries)

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if not index.isValid():
            return None
        entry = self.entries[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.title
        if role == Qt.ItemDataRole.UserRole:
            return entry
        if role == Qt.ItemDataRole.AccessibleDescriptionRole:
            return entry.note
        return None


class PaletteDelegate(QStyledItemDelegate):
    """Draws a row: picture, name, what it is in smaller words behind, key at the right edge."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(0, ROW_HEIGHT)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        entry: Entry = index.data(Qt.ItemDataRole.UserRole)
        box = option.rect
        state = option.state
        painter.save()
        if state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, self._theme.color("selection_row"))
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(box, self._theme.color("hover"))
        painter.drawPixmap(box.left() + 12, box.top() + (box.height() - 18) // 2, self._picture(entry))
        right = box.right() - 12
        if entry.key:
            right -= (
                self._text(painter, entry.key, "small", "text3", box.left(), right, box, at_right=True) + 12
            )
        left = box.left() + 42
        left += self._text(painter, entry.title, "base", "text", left, right, box) + 12
        self._text(painter, entry.note, "small", "text3", left, right, box)
        painter.restore()

    def _text(
        self,
        painter: QPainter,
        text: str,
        size: str,
        color: str,
        left: int,
        right: int,
        box: Any,
        at_right: bool = False,
    ) -> int:
        font = self._theme.font(size)
        metrics = QFontMetrics(font)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(right - left, 0))
        width = metrics.horizontalAdvance(shown)
        painter.setFont(font)
        painter.setPen(self._theme.color(color))
        start = right - width if at_right else left
        painter.drawText(start, box.top() + (box.height() + metrics.ascent() - metrics.descent()) // 2, shown)
        return width

    def _picture(self, entry: Entry) -> QPixmap:
        if entry.symbol is not None:
            return self._theme.type_symbol(entry.symbol, 18)
        return self._theme.pixmap(entry.icon or "caret-right", 18)
