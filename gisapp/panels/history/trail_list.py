"""The list of acts: a page at a time, the next one read when one scrolls to the end."""

from __future__ import annotations

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
from PySide6.QtGui import QFontMetrics, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gisapp.language import Language
from gisapp.panels.history.kinds import kind_look, wall_time
from gisapp.theme import Theme
from layers.model.catalogue import Catalogue
from layers.model.change import ChangeSet
from layers.text import Message

ROW_HEIGHT = 46
TYPES_NAMED = 3
Index = QModelIndex | QPersistentModelIndex


class TrailModel(QAbstractListModel):
    """The acts read so far, the newest first. ``more_asked``: the end of the list is in sight."""

    more_asked = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.acts: list[ChangeSet] = []
        self._has_more = False

    def show(self, acts: Sequence[ChangeSet], *, has_more: bool) -> None:
        """List these instead."""
        self.beginResetModel()
        self.acts, self._has_more = list(acts), has_more
        self.endResetModel()

    def add(self, acts: Sequence[ChangeSet], *, has_more: bool) -> None:
        """List these below the others."""
        self._has_more = has_more
        if acts:
            self.beginInsertRows(QModelIndex(), len(self.acts), len(self.acts) + len(acts) - 1)
            self.acts += acts
            self.endInsertRows()

    def row_of(self, id: int) -> int | None:
        """Where an act stands."""
        return next((row for row, act in enumerate(self.acts) if act.id == id), None)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.acts)

    def canFetchMore(self, parent: Index) -> bool:
        return not parent.isValid() and self._has_more

    def fetchMore(self, parent: Index) -> None:
        self._has_more = False  # until the answer says otherwise
        self.more_asked.emit()

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        act = self.acts[index.row()]
        if role == Qt.ItemDataRole.UserRole:
            return act
        if role == Qt.ItemDataRole.DisplayRole:
            return act.label.id
        return None


def touched_words(act: ChangeSet, catalogue: Catalogue) -> Message | str:
    """How many of which types an act touched; batches are counted with the rest."""
    counted = sorted(
        ((part.count, catalogue[name].title) for name, part in act.changes.items() if name in catalogue),
        key=lambda pair: -pair[0],
    )
    if not counted:
        return ""
    parts = tuple(
        Message("history.counted", {"type": title, "count": f"{count:,}"})
        for count, title in counted[:TYPES_NAMED]
    )
    if len(counted) > TYPES_NAMED:
        return Message("history.counted_and_more", {"types": parts, "count": len(counted) - TYPES_NAMED})
    return Message("history.counted_all", {"types": parts})


class TrailDelegate(QStyledItemDelegate):
    """Two lines: what and when; who and how many of what."""

    def __init__(self, language: Language, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._language, self._theme = language, theme
        self.catalogue: Catalogue | None = None

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        act: ChangeSet = index.data(Qt.ItemDataRole.UserRole)
        box: QRect = option.rect
        painter.save()
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(box, self._theme.color("selection_row"))
        elif option.state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(box, self._theme.color("hover"))
        painter.setPen(self._theme.color("border"))
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        icon, _ = kind_look(act.kind)
        painter.drawPixmap(box.left() + 12, box.top() + 7, self._theme.pixmap(icon, 16, "text2"))
        left, right = box.left() + 36, box.right() - 12
        upper = QRect(left, box.top() + 4, right - left, 20)
        lower = QRect(left, box.top() + 23, right - left, 18)
        self._write(painter, self._language.render(act.label), "base", "text", upper)
        when = wall_time(act.at, short=True)
        width = self._write(painter, when, "small", "text3", lower, at_right=True)
        lower.setRight(lower.right() - width - 10)
        width = self._write(painter, act.actor, "small", "text2", lower)
        if self.catalogue is not None:
            words = self._language.render(touched_words(act, self.catalogue))
            self._write(painter, words, "small", "text3", lower.adjusted(width + 10, 0, 0, 0))
        painter.restore()

    def _write(
        self, painter: QPainter, text: str, size: str, color: str, box: QRect, *, at_right: bool = False
    ) -> int:
        font = self._theme.font(size)
        metrics = QFontMetrics(font)
        shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(box.width(), 0))
        painter.setFont(font)
        painter.setPen(self._theme.color(color))
        side = Qt.AlignmentFlag.AlignRight if at_right else Qt.AlignmentFlag.AlignLeft
        painter.drawText(box, side | Qt.AlignmentFlag.AlignVCenter, shown)
        return metrics.horizontalAdvance(shown)
