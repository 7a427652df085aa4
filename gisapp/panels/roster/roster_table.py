"""A table of the roster on the screen: areas as headings over their grids; what is wrong stands out."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from gisapp.language import Language
from gisapp.theme import Theme
from layers.reports.document import Speech
from layers.reports.grids.roster import RosterRow, RosterTable
from layers.reports.grids.roster_words import cell_text
from layers.text import Texts

Index = QModelIndex | QPersistentModelIndex
_ROW_HEIGHT = 27
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


class RosterModel(QAbstractTableModel):
    """The rows of one table of the roster, as texts."""

    def __init__(self, language: Language, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._language, self._theme = language, theme
        self.table: RosterTable | None = None

    def show(self, table: RosterTable | None) -> None:
        """Show another table."""
        self.beginResetModel()
        self.table = table
        self.endResetModel()

    def row(self, index: Index) -> RosterRow | None:
        """The line that an index stands in."""
        return None if self.table is None or not index.isValid() else self.table.rows[index.row()]

    def position_of(self, id: int) -> int:
        """Where an asset stands; -1 where it does not."""
        rows = () if self.table is None else self.table.rows
        return next((number for number, row in enumerate(rows) if row.id == id), -1)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() or self.table is None else len(self.table.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() or self.table is None else len(self.table.columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row = self.row(index)
        if row is None or self.table is None:
            return None
        column = self.table.columns[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return cell_text(Speech(Texts(self._language.code)), column, row.cells[index.column()])
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _LEFT if column.digits is None else _RIGHT
        if role == Qt.ItemDataRole.FontRole and row.kind != "item":
            return self._theme.font(strong=True)
        if role == Qt.ItemDataRole.BackgroundRole:
            ground = "sunken" if row.kind != "item" else "warn_soft" if row.flagged else None
            return None if ground is None else self._theme.color(ground)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if self.table is None or orientation != Qt.Orientation.Horizontal:
            return None
        column = self.table.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._language.render(column.title)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _LEFT if column.digits is None else _RIGHT
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        row = self.row(index)
        if row is None:
            return Qt.ItemFlag.NoItemFlags
        if row.id is None:
            return Qt.ItemFlag.ItemIsEnabled
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


class _Grounds(QStyledItemDelegate):
    """Paints the grounds of rows: a style sheet leaves them out."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        ground = index.data(Qt.ItemDataRole.BackgroundRole)
        if ground is not None and not option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, ground)
        super().paint(painter, option, index)


class RosterTableView(QTableView):
    """``chosen``: the id of the row that is looked at; ``opened``: that of one double-clicked or entered."""

    chosen = Signal(int)
    opened = Signal(int)

    def __init__(self, language: Language, theme: Theme) -> None:
        super().__init__()
        self._theme, self._is_following = theme, False
        self.rows = RosterModel(language, theme, self)
        self.setModel(self.rows)
        self.setItemDelegate(_Grounds(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
        self.horizontalHeader().setHighlightSections(False)
        self.selectionModel().currentRowChanged.connect(self._on_current)
        self.doubleClicked.connect(self._open)
        language.changed.connect(self.viewport().update)

    def show_table(self, table: RosterTable | None) -> None:
        """Show another table; the columns share the width as on paper."""
        before = self.rows.row(self.currentIndex())
        before_id = None if before is None else before.id
        self._is_following = True
        self.rows.show(table)
        self._is_following = False
        if table is None:
            return
        self.clearSpans()
        for number, row in enumerate(table.rows):
            if row.kind == "area":
                # The name of an area is longer than a code.
                self.setSpan(number, 0, 1, 3)
        if before_id is not None:
            self.follow(before_id)
        self._share_width()

    def follow(self, id: int | None) -> None:
        """Mark the row of an asset, without telling anybody."""
        place = -1 if id is None else self.rows.position_of(id)
        self._is_following = True
        if place < 0:
            self.clearSelection()
        else:
            self.setCurrentIndex(self.rows.index(place, 0))
        self._is_following = False

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        self._share_width()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(self.currentIndex())
        else:
            super().keyPressEvent(event)

    def _share_width(self) -> None:
        table = self.rows.table
        if table is None:
            return
        whole = sum(column.width for column in table.columns)
        header: QHeaderView = self.horizontalHeader()
        for number, column in enumerate(table.columns):
            header.resizeSection(number, max(round(self.viewport().width() * column.width / whole) - 1, 44))

    def _on_current(self, index: QModelIndex, _: QModelIndex) -> None:
        row = self.rows.row(index)
        if row is not None and row.id is not None and not self._is_following:
            self.chosen.emit(row.id)

    def _open(self, index: QModelIndex) -> None:
        row = self.rows.row(index)
        if row is not None and row.id is not None:
            self.opened.emit(row.id)
