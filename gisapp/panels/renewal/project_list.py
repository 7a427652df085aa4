"""The list of projects with what is computed of them, sortable, and the totals under it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView, QVBoxLayout, QWidget

from gisapp.forms.row_table import dress_rows
from gisapp.forms.words import Label
from gisapp.language import Language
from gisapp.panels.renewal.numbers import km, metres, money, percent, standing_words
from gisapp.theme import Theme
from layers.renewal.board.board import Board, Card
from layers.text import Message

Index = QModelIndex | QPersistentModelIndex
_NUMBER = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_WORDS = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_ROW = 26


class _Column(NamedTuple):
    name: str
    width: int
    is_number: bool
    sort: Callable[[Card, Board], Any]


def _stage(card: Card, board: Board) -> Any:
    return card.at


_COLUMNS = (
    _Column("code", 80, False, lambda card, _: card.code),
    _Column("name", 160, False, lambda card, _: card.name),
    _Column("stage", 96, False, _stage),
    _Column("standing", 104, False, lambda card, board: -card.delay(board.day)),
    _Column("planned", 72, True, lambda card, _: card.planned),
    _Column("laid", 64, True, lambda card, _: card.laid),
    _Column("share", 56, True, lambda card, _: card.share),
    _Column("households", 64, True, lambda card, _: card.households),
    _Column("budget", 84, True, lambda card, _: card.budget),
    _Column("paid", 84, True, lambda card, _: card.paid),
    _Column("manager", 72, False, lambda card, _: card.manager_name),
)


class ProjectModel(QAbstractTableModel):
    """One row for each card."""

    def __init__(self, language: Language, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._language, self._theme = language, theme
        self._board: Board | None = None
        self.cards: list[Card] = []
        self._order: tuple[int, bool] = (0, False)

    def show(self, board: Board | None, cards: tuple[Card, ...]) -> None:
        """Show these."""
        self.beginResetModel()
        self._board, self.cards = board, list(cards)
        self._sort()
        self.endResetModel()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        if column < 0:
            return
        self.beginResetModel()
        self._order = column, order == Qt.SortOrder.DescendingOrder
        self._sort()
        self.endResetModel()

    def row_of(self, project: int) -> int:
        """The row of a project; -1 when it is not here."""
        return next((row for row, card in enumerate(self.cards) if card.id == project), -1)

    def _sort(self) -> None:
        column, descending = self._order
        if self._board is not None:
            board, by = self._board, _COLUMNS[column].sort
            self.cards.sort(key=lambda card: by(card, board), reverse=descending)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.cards)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(_COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(_COLUMNS):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._language.render(Message(f"renewal_desk.list.{_COLUMNS[section].name}"))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _NUMBER if _COLUMNS[section].is_number else _WORDS
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or self._board is None or index.row() >= len(self.cards):
            return None
        card, column = self.cards[index.row()], _COLUMNS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(card, column.name)
        if role == Qt.ItemDataRole.TextAlignmentRole and column.is_number:
            return _NUMBER
        if role == Qt.ItemDataRole.ForegroundRole and column.name == "standing":
            kind = standing_words(card, self._board.day)[1]
            return self._theme.color(kind) if kind in ("danger", "warn") else None
        if role == Qt.ItemDataRole.DecorationRole and column.name == "standing":
            _, kind, icon = standing_words(card, self._board.day)
            return self._theme.icon(icon, {"danger": "danger", "warn": "warn"}.get(kind, "text3"))
        return None

    def _text(self, card: Card, name: str) -> str:
        assert self._board is not None
        if name == "standing":
            return self._language.render(standing_words(card, self._board.day)[0])
        if name == "stage":
            words = Message("renewal_desk.all_reached") if card.current is None else card.current.stage.title
            return self._language.render(words)
        if name in ("planned", "laid"):
            return metres(getattr(card, name)) if getattr(card, name) else ""
        if name == "share":
            return percent(card.share) if card.planned else ""
        if name == "households":
            return f"{card.households:,}" if card.households else ""
        if name in ("budget", "paid"):
            return money(getattr(card, name), self._language.code) if getattr(card, name) else ""
        return str(card.manager_name if name == "manager" else getattr(card, name))


class ProjectList(QWidget):
    """``chosen``: the projects whose rows are marked; ``flown``: the one double-clicked."""

    chosen = Signal(tuple)
    flown = Signal(int)

    def __init__(self, language: Language, theme: Theme) -> None:
        super().__init__()
        self._language = language
        self.model = ProjectModel(language, theme, self)
        self.table = QTableView()
        self.table.setModel(self.model)
        dress_rows(self.table, theme, _ROW)
        self.table.setFrameShape(QFrame.Shape.NoFrame)
        self.table.setAlternatingRowColors(True)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSortingEnabled(True)
        self.table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.table.horizontalHeader().setFont(theme.font("small"))
        for number, column in enumerate(_COLUMNS):
            # Titles in another language may be longer than the figures below them.
            titled = self.table.horizontalHeader().sectionSizeHint(number)
            self.table.setColumnWidth(number, max(column.width, titled))
        self.table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        self.totals = Label(language, theme, size="small", strong=True)
        self.totals.setObjectName("totalsBar")
        self.totals.setContentsMargins(12, 5, 12, 5)
        column_box = QVBoxLayout(self)
        column_box.setContentsMargins(0, 0, 0, 0)
        column_box.setSpacing(0)
        column_box.addWidget(self.table, 1)
        column_box.addWidget(self.totals)
        self._is_following = False
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._tell())
        self.table.doubleClicked.connect(lambda index: self.flown.emit(self.model.cards[index.row()].id))
        language.changed.connect(lambda: self.model.headerDataChanged.emit(
            Qt.Orientation.Horizontal, 0, len(_COLUMNS) - 1
        ))  # fmt: skip

    def show_board(self, board: Board | None, cards: tuple[Card, ...], chosen: list[int]) -> None:
        """Show these cards, with the marked ones still marked."""
        self.model.show(board, cards)
        self.show_chosen(chosen)
        values = {
            "count": len(cards),
            "planned": km(sum(card.planned for card in cards)),
            "laid": km(sum(card.laid for card in cards)),
            "budget": money(sum(card.budget for card in cards), self._language.code),
            "paid": money(sum(card.paid for card in cards), self._language.code),
        }
        self.totals.show_words(Message("renewal_desk.totals", values))

    def show_chosen(self, projects: list[int]) -> None:
        """Mark the rows of these projects."""
        marked = {self.model.cards[index.row()].id for index in self.table.selectionModel().selectedRows()}
        if marked == set(projects):
            return
        self._is_following = True
        selection = self.table.selectionModel()
        selection.clearSelection()
        flags = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
        rows = [row for project in projects if (row := self.model.row_of(project)) >= 0]
        for row in rows:
            selection.select(self.model.index(row, 0), flags)
        if rows:
            self.table.scrollTo(self.model.index(rows[0], 0))
        self._is_following = False

    def _tell(self) -> None:
        if not self._is_following:
            rows = self.table.selectionModel().selectedRows()
            if rows:
                self.chosen.emit(tuple(self.model.cards[index.row()].id for index in rows))
