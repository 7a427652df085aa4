"""The calendar of changes: who begins, ends, hands over, is away, joins or leaves, day by day; today is marked."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QFrame, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gisapp.language import Language
from gisapp.theme import Theme
from layers.responsibility.finding import CalendarEntry
from layers.text import Message

Index = QModelIndex | QPersistentModelIndex
ENTRY = Qt.ItemDataRole.UserRole
_ROW, _DAY, _KIND, _PAD = 28, 128, 84, 12
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
#: What is about to fall open is said louder than what is arranged.
_TONES = {
    "ends": "warn",
    "left": "warn",
    "absence": "warn",
    "handed_over": "accent_ink",
    "begins": "accent_ink",
}

Entry = CalendarEntry | datetime.date


class CalendarModel(QAbstractListModel):
    """Entries by day, with a line for today between what was and what comes."""

    def __init__(self, language: Language, parent: QObject) -> None:
        super().__init__(parent)
        self._language = language
        self.entries: tuple[Entry, ...] = ()
        self.names: dict[str, str] = {}

    def show(self, entries: Sequence[CalendarEntry], today: datetime.date) -> None:
        """Show other entries."""
        self.beginResetModel()
        before = [each for each in entries if each.day < today]
        self.entries = (*before, today, *(each for each in entries if each.day >= today))
        self.endResetModel()

    @property
    def today_row(self) -> int:
        """Where today's line stands."""
        return next((n for n, each in enumerate(self.entries) if isinstance(each, datetime.date)), 0)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        entry = self.entries[index.row()]
        if role == ENTRY:
            return entry
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            if isinstance(entry, datetime.date):
                return self._language.render(Message("stewards.calendar.today", {"day": entry.isoformat()}))
            return f"{entry.day.isoformat()} {self._language.render(entry.words)}"
        if role == Qt.ItemDataRole.ToolTipRole and isinstance(entry, CalendarEntry):
            return self._language.render(entry.words)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        if isinstance(self.entries[index.row()], datetime.date):
            return Qt.ItemFlag.ItemIsEnabled
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


class _RowPainter(QStyledItemDelegate):
    def __init__(self, language: Language, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._language, self._theme = language, theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(200, _ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        entry, theme = index.data(ENTRY), self._theme
        place: QRect = option.rect
        painter.save()
        if isinstance(entry, datetime.date):
            painter.fillRect(place, theme.color("accent_soft"))
            painter.setFont(theme.font(strong=True))
            painter.setPen(theme.color("accent_ink"))
            painter.drawText(place.adjusted(_PAD, 0, -_PAD, 0), _LEFT, str(index.data()))
        else:
            state = option.state
            if state & QStyle.StateFlag.State_Selected:
                painter.fillRect(place, theme.color("selection_row"))
            elif state & QStyle.StateFlag.State_MouseOver:
                painter.fillRect(place, theme.color("hover"))
            self._entry(painter, place, entry)
        painter.setPen(theme.color("border"))
        painter.drawLine(place.bottomLeft(), place.bottomRight())
        painter.restore()

    def _entry(self, painter: QPainter, place: QRect, entry: CalendarEntry) -> None:
        theme, render = self._theme, self._language.render
        weekday = render(Message(f"stewards.weekday.{entry.day.isoweekday()}"))
        painter.setFont(theme.font())
        painter.setPen(theme.color("text"))
        day = QRect(place.left() + _PAD, place.top(), _DAY, place.height())
        painter.drawText(day, _LEFT, f"{entry.day.isoformat()} {weekday}")
        painter.setPen(theme.color(_TONES.get(entry.kind, "text2")))
        kind = QRect(day.right() + 8, place.top(), _KIND, place.height())
        painter.drawText(kind, _LEFT, render(Message(f"stewards.calendar.{entry.kind}")))
        painter.setPen(theme.color("text"))
        left = kind.right() + 8
        words = QRect(left, place.top(), place.right() - left - _PAD, place.height())
        text = painter.fontMetrics().elidedText(
            render(entry.words), Qt.TextElideMode.ElideRight, words.width()
        )
        painter.drawText(words, _LEFT, text)


class CalendarList(QListView):
    """``chosen`` tells the CalendarEntry clicked."""

    chosen = Signal(object)

    def __init__(self, language: Language, theme: Theme) -> None:
        super().__init__()
        self.rows = CalendarModel(language, self)
        self.setModel(self.rows)
        self.setItemDelegate(_RowPainter(language, theme, self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.clicked.connect(self._choose)
        self.activated.connect(self._choose)
        language.changed.connect(self.viewport().update)

    def show_entries(self, entries: Sequence[CalendarEntry], today: datetime.date) -> None:
        """Show what changes; what comes next is in view."""
        self.rows.show(entries, today)
        row = max(self.rows.today_row - 1, 0)
        self.scrollTo(self.rows.index(row, 0), QListView.ScrollHint.PositionAtTop)

    def _choose(self, index: QModelIndex) -> None:
        entry = index.data(ENTRY)
        if isinstance(entry, CalendarEntry):
            self.chosen.emit(entry)
