"""A table of words for reading: rows of texts with the id of what each stands for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from gisapp.forms.row_table import dress_rows
from gisapp.language import Language, Words
from gisapp.plain_tip import plain_tip
from gisapp.theme import Theme

Index = QModelIndex | QPersistentModelIndex
_ROW = 26


@dataclass(frozen=True)
class TableRow:
    """One row: its id, the words of its cells, and its tone (a colour of the theme) by column."""

    id: int
    cells: tuple[Words, ...]
    tones: tuple[tuple[int, str], ...] = ()


class PlainModel(QAbstractTableModel):
    """Rows as they were given."""

    def __init__(
        self,
        language: Language,
        theme: Theme,
        titles: Sequence[Words],
        right: Sequence[int],
        parent: QObject,
        tips: Mapping[int, Words],
    ) -> None:
        super().__init__(parent)
        self._tips = tips
        self._language, self._theme = language, theme
        self._titles, self._right = tuple(titles), frozenset(right)
        self.rows: tuple[TableRow, ...] = ()

    def show(self, rows: Sequence[TableRow]) -> None:
        """List these."""
        self.beginResetModel()
        self.rows = tuple(rows)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._titles)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._language.render(self._titles[section])
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return self._side(section)
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.ToolTipRole:
            tip = self._tips.get(section)
            return None if tip is None else plain_tip(self._language.render(tip))
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self.rows):
            return None
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._language.render(row.cells[index.column()])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._side(index.column())
        if role == Qt.ItemDataRole.ForegroundRole:
            tone = dict(row.tones).get(index.column())
            return self._theme.color(tone) if tone else None
        return None

    def _side(self, column: int) -> Qt.AlignmentFlag:
        side = Qt.AlignmentFlag.AlignRight if column in self._right else Qt.AlignmentFlag.AlignLeft
        return side | Qt.AlignmentFlag.AlignVCenter


class PlainTable(QTableView):
    """``rows`` chosen are told by ``chosen_ids``; ``tips``: by column how its figures are counted."""

    def __init__(
        self,
        language: Language,
        theme: Theme,
        titles: Sequence[Words],
        *,
        right: Sequence[int] = (),
        stretch: int = -1,
        tips: Mapping[int, Words] | None = None,
    ) -> None:
        super().__init__()
        self.rows = PlainModel(language, theme, titles, right, self, tips or {})
        self.setModel(self.rows)
        dress_rows(self, theme, _ROW)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setTabKeyNavigation(False)
        header = self.horizontalHeader()
        header.setFont(theme.font("small"))
        for column in range(len(titles)):
            mode = (
                QHeaderView.ResizeMode.Stretch
                if column == stretch
                else QHeaderView.ResizeMode.ResizeToContents
            )
            header.setSectionResizeMode(column, mode)
        header.setResizeContentsPrecision(50)
        self._language, self._theme = language, theme
        self._instead: Words = ""
        language.changed.connect(self.viewport().update)

    def show_rows(self, rows: Sequence[TableRow]) -> None:
        """List these."""
        self.rows.show(rows)

    def say_instead(self, words: Words) -> None:
        """What stands in the place of rows as long as there are none."""
        self._instead = words
        self.setAccessibleDescription(self._language.render(words) if words else "")
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.rows.rows or not self._instead:
            return
        painter = QPainter(self.viewport())
        painter.setFont(self._theme.font("small"))
        painter.setPen(self._theme.color("text2"))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(
            self.viewport().rect().adjusted(24, 8, -24, -8), int(flags), self._language.render(self._instead)
        )
        painter.end()

    @property
    def chosen_ids(self) -> tuple[int, ...]:
        """The ids of the rows chosen."""
        return tuple(self.rows.rows[index.row()].id for index in self.selectionModel().selectedRows())
