"""A table of figures on the screen: all rows at once, each figure a place to click or to reach with the arrows."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    Qt,
    Signal,
)
from PySide6.QtGui import QKeyEvent, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from gisapp.language import Language
from gisapp.theme import Theme
from layers.renewal.figure import Breakdown, Figure, Row, Words
from layers.reports.report import lines
from layers.reports.wording import number_text, shown
from layers.text import Message

Index = QModelIndex | QPersistentModelIndex
ROW_HEIGHT, HEAD_HEIGHT = 27, 44
#: English names of columns take a line more.
HIGH_HEAD = 58
#: A column of names this wide or less indents its parts less, so that they stand whole.
_ROOMY = 120
_STRONG = frozenset({"class", "total"})


class TableModel(QAbstractTableModel):
    """The rows of one breakdown; column 0 is what they are called."""

    def __init__(self, language: Language, theme: Theme, table: Breakdown, parent: QObject) -> None:
        super().__init__(parent)
        self._language, self._theme, self.table = language, theme, table
        self.rows = lines(table)
        unused = {
            column.name for column in table.columns if not any(column.name in row.cells for row in self.rows)
        }
        self.columns = tuple(column for column in table.columns if column.name not in unused)

    def figure(self, index: Index) -> Figure | None:
        """The figure of a cell."""
        if not index.isValid() or index.column() == 0:
            return None
        return self.rows[index.row()].cells.get(self.columns[index.column() - 1].name)

    def path(self, index: Index) -> str:
        """Where a figure stands in the report (``Report.figures``)."""
        return f"{self.table.name}/{self.rows[index.row()].key}/{self.columns[index.column() - 1].name}"

    def words(self, index: Index) -> Words:
        """What a figure is called: its row and column."""
        row, column = self.rows[index.row()], self.columns[index.column() - 1]
        return Message("reporting.figure", {"row": row.title, "column": column.title})

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.columns) + 1

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row = self.rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(row, index)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignLeft if index.column() == 0 else Qt.AlignmentFlag.AlignRight
            return int(side | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.FontRole:
            return self._theme.font(strong=row.level in _STRONG)
        if role == Qt.ItemDataRole.AccessibleTextRole and index.column():
            return f"{self._language.render(self.words(index))} {self._text(row, index)}"
        return None

    def _text(self, row: Row, index: Index) -> str:
        if index.column() == 0:
            return self._language.render(row.title)
        figure = self.figure(index)
        return "" if figure is None else number_text(figure)

    def headerData(self, section: int, side: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if side != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            wrapped = int(Qt.TextFlag.TextWordWrap)
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter) | wrapped
        if role == Qt.ItemDataRole.DisplayRole and 0 < section <= len(self.columns):
            column = self.columns[section - 1]
            render = self._language.render
            return f"{render(column.title)}\n{render(shown(column.unit).unit)}"
        return "" if role == Qt.ItemDataRole.DisplayRole else None


class _Cells(QStyledItemDelegate):
    """Grounds by what a row is, a line under what can be opened, a frame around what is."""

    def __init__(self, theme: Theme, view: TableView) -> None:
        super().__init__(view)
        self._theme, self._view = theme, view

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model, theme = self._view.table_model, self._theme
        row = model.rows[index.row()]
        box = QRectF(option.rect)
        painter.save()
        ground = {"unclassified": "warn_soft", "class": "sunken", "total": "sunken"}.get(row.level)
        if ground is not None:
            painter.fillRect(box, theme.color(ground))
        painter.setPen(theme.color("border"))
        painter.drawLine(box.bottomLeft(), box.bottomRight())
        text = str(model.data(index) or "")
        painter.setFont(theme.font(strong=row.level in _STRONG))
        painter.setPen(theme.color("text3" if row.level == "unknown" else "text"))
        part = 30.0 if box.width() > _ROOMY else 20.0
        indent = 12.0 if row.level != "part" else part
        room = box.adjusted(indent if index.column() == 0 else 2, 0, -10, 0)
        side = Qt.AlignmentFlag.AlignLeft if index.column() == 0 else Qt.AlignmentFlag.AlignRight
        metrics = painter.fontMetrics()
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, int(room.width()))
        painter.drawText(room, int(side | Qt.AlignmentFlag.AlignVCenter), text)
        figure = model.figure(index)
        if figure is not None and figure.ids:
            width = metrics.horizontalAdvance(text)
            y = box.center().y() + metrics.ascent() / 2 + 3
            painter.setPen(QPen(theme.color("text3"), 1))
            painter.drawLine(int(room.right() - width), int(y), int(room.right()), int(y))
        if index == self._view.chosen:
            painter.setPen(QPen(theme.color("accent"), 2))
            painter.drawRect(box.adjusted(1, 1, -1, -1))
        painter.restore()


class TableView(QTableView):
    """``figure_chosen`` tells (path, words, figure)."""

    figure_chosen = Signal(str, object, object)

    def __init__(self, language: Language, theme: Theme, table: Breakdown) -> None:
        super().__init__()
        self.table_model = TableModel(language, theme, table, self)
        self.chosen = QPersistentModelIndex()
        self.setModel(self.table_model)
        self.setItemDelegate(_Cells(theme, self))
        self.setObjectName("statementTable")
        self.setFont(theme.font())
        self.setShowGrid(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        head = self.horizontalHeader()
        head.setFont(theme.font("small"))
        self.head_height = HEAD_HEIGHT if language.code == "zh" else HIGH_HEAD
        head.setFixedHeight(self.head_height)
        head.setHighlightSections(False)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self._name_width = 220 if len(self.table_model.columns) < 7 else 168
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        head.resizeSection(0, self._name_width)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedHeight(self.head_height + ROW_HEIGHT * len(self.table_model.rows) + 2)
        self.clicked.connect(self.choose)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Figures stand in columns of one width; where that would cut a title, each has the width it needs."""
        head, figures = self.horizontalHeader(), range(1, len(self.table_model.columns) + 1)
        widest = max((head.sectionSizeHint(number) for number in figures), default=0)
        is_narrow = self.viewport().width() - self._name_width < widest * len(figures)
        modes = (QHeaderView.ResizeMode.Interactive, QHeaderView.ResizeMode.Stretch)
        if is_narrow:
            modes = (QHeaderView.ResizeMode.Stretch, QHeaderView.ResizeMode.ResizeToContents)
        if head.sectionResizeMode(0) != modes[0]:
            for number in figures:
                head.setSectionResizeMode(number, modes[1])
            head.setSectionResizeMode(0, modes[0])
            if not is_narrow:
                head.resizeSection(0, self._name_width)
        super().resizeEvent(event)

    def choose(self, index: Index) -> None:
        """Open the figure of a cell."""
        figure = self.table_model.figure(index)
        if figure is not None and figure.ids:
            self.mark(index)
            self.figure_chosen.emit(self.table_model.path(index), self.table_model.words(index), figure)

    def mark(self, index: Index | None) -> None:
        """Frame this cell, or none."""
        self.chosen = QPersistentModelIndex() if index is None else QPersistentModelIndex(index)
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.choose(self.currentIndex())
            return
        super().keyPressEvent(event)

    def wheelEvent(self, event: Any) -> None:
        # All rows are there: the wheel moves the page.
        event.ignore()
