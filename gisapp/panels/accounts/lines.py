"""Lines of a small table: texts in columns, each line standing for one asset."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from gisapp.forms.row_table import dress_rows
from gisapp.language import Language, Words
from gisapp.theme import Theme
from layers.model.asset import AssetKey

Index = QModelIndex | QPersistentModelIndex
_ROW_HEIGHT = 25


@dataclass(frozen=True)
class Column:
    """A column: its heading, and whether it takes the room that is left, or stands right."""

    title: Words
    wide: bool = False
    right: bool = False


@dataclass(frozen=True)
class LineOf:
    """A line: the asset it stands for, its cells, and the tone of a cell (danger, warn, faint) by column."""

    key: AssetKey
    cells: tuple[Words, ...]
    tones: tuple[tuple[int, str], ...] = ()


class LineModel(QAbstractTableModel):
    """The lines as they are shown."""

    def __init__(self, language: Language, theme: Theme, columns: Sequence[Column], parent: QObject) -> None:
        super().__init__(parent)
        self._language, self._theme, self._columns = language, theme, columns
        self.lines: tuple[LineOf, ...] = ()

    def show(self, lines: Sequence[LineOf]) -> None:
        """Show other lines."""
        self.beginResetModel()
        self.lines = tuple(lines)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.lines)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        line, column = self.lines[index.row()], index.column()
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self._language.render(line.cells[column])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if self._columns[column].right else Qt.AlignmentFlag.AlignLeft
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        tone = dict(line.tones).get(column)
        if role == Qt.ItemDataRole.ForegroundRole and tone is not None:
            return self._theme.color(tone)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._language.render(self._columns[section].title)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self.data_side(section)
        return None

    def data_side(self, section: int) -> int:
        """On which side a heading stands: that of its column."""
        side = Qt.AlignmentFlag.AlignRight if self._columns[section].right else Qt.AlignmentFlag.AlignLeft
        return int(side | Qt.AlignmentFlag.AlignVCenter)


class LineTable(QTableView):
    """``chosen``: the asset of the line looked at; ``opened``: of the line double-clicked, or Return."""

    chosen = Signal(object)
    opened = Signal(object)

    def __init__(self, language: Language, theme: Theme, columns: Sequence[Column], name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.lines = LineModel(language, theme, columns, self)
        self.setModel(self.lines)
        dress_rows(self, theme, _ROW_HEIGHT)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        header = self.horizontalHeader()
        header.setFont(theme.font("small"))
        for number, column in enumerate(columns):
            mode = QHeaderView.ResizeMode.Stretch if column.wide else QHeaderView.ResizeMode.ResizeToContents
            header.setSectionResizeMode(number, mode)
        self._is_following = False
        self.selectionModel().currentRowChanged.connect(self._on_current)
        self.activated.connect(lambda index: self.opened.emit(self.lines.lines[index.row()].key))

    def show_lines(self, lines: Sequence[LineOf], kept: AssetKey | None = None) -> None:
        """Show other lines; the line of ``kept`` is the one looked at."""
        self._is_following = True
        self.lines.show(lines)
        row = next((n for n, line in enumerate(lines) if line.key == kept), -1)
        if row >= 0:
            self.selectRow(row)
        else:
            self.clearSelection()
        self._is_following = False

    def _on_current(self, index: QModelIndex) -> None:
        if index.isValid() and not self._is_following:
            self.chosen.emit(self.lines.lines[index.row()].key)
