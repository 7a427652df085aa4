"""The two tables of a proposal: grids before and after, and the moves, each of which can be taken or left."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QFrame, QHeaderView, QTableView

from gisapp.forms.row_table import dress_rows
from gisapp.language import Language
from gisapp.panels.grid_proposal.centre import Shown
from gisapp.theme import Theme
from layers.reports.wording import NONE, percent_text
from layers.text import Message

Index = QModelIndex | QPersistentModelIndex
_NUMBER = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_TEXT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_ROW = 24
_GRIDS = ("grid", "before", "after", "meters", "compact")
_MOVES = ("number", "from", "to", "share", "meters", "what")
#: Loads above and below (in percent of the mean) that stand out.
_HIGH, _OVER = 1.10, 1.25


class _Model(QAbstractTableModel):
    """Columns with titles of the room; what is shown is reset as a whole."""

    def __init__(
        self,
        language: Language,
        theme: Theme,
        columns: tuple[str, ...],
        words: tuple[str, ...],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._language, self._theme = language, theme
        self._columns, self._words = columns, words
        self.shown: Shown | None = None
        language.changed.connect(
            lambda: self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(columns) - 1)
        )

    def show(self, shown: Shown | None) -> None:
        """Show this proposal, or nothing."""
        self.beginResetModel()
        self.shown = shown
        self.endResetModel()

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._columns)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section < len(self._columns):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return self._language.render(Message(f"grid_proposal.column.{self._columns[section]}"))
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _TEXT if self._columns[section] in self._words else _NUMBER
        return None


class GridModel(_Model):
    """One row for each grid, before and after."""

    def __init__(self, language: Language, theme: Theme, parent: QObject) -> None:
        super().__init__(language, theme, _GRIDS, ("grid",), parent)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() or self.shown is None else len(self.shown.rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or self.shown is None:
            return None
        row, name = self.shown.rows[index.row()], self._columns[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            if name == "grid":
                return self.shown.code(row.grid)
            if name in ("before", "after"):
                share = getattr(row, f"share_{name}")
                return percent_text(None if share is None else 100 * share)
            if name == "meters":
                return _pair(_whole(row.count_before), _whole(row.count_after))
            return _pair(_two(row.compact_before), _two(row.compact_after))
        if role == Qt.ItemDataRole.TextAlignmentRole and name != "grid":
            return _NUMBER
        if role == Qt.ItemDataRole.ForegroundRole and name in ("before", "after"):
            share = getattr(row, f"share_{name}") or 0.0
            return self._theme.color("danger" if share > _OVER else "warn") if share > _HIGH else None
        return None


class MoveModel(_Model):
    """One row for each move, with a tick where it is taken. ``ticked``: the moves that are now."""

    ticked = Signal(object)

    def __init__(self, language: Language, theme: Theme, parent: QObject) -> None:
        super().__init__(language, theme, _MOVES, ("number", "from", "to", "what"), parent)
        self.chosen: set[int] = set()

    @property
    def _join(self) -> str:
        return "、" if self._language.code == "zh" else ", "

    def show(self, shown: Shown | None) -> None:
        self.chosen = set() if shown is None else set(shown.chosen)
        super().show(shown)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() or self.shown is None else len(self.shown.proposal.moves)

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsUserCheckable if index.column() == 0 else flags

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.CheckStateRole or self.shown is None or index.column() != 0:
            return False
        number = self.shown.proposal.moves[index.row()].number
        if Qt.CheckState(value) == Qt.CheckState.Checked:
            self.chosen.add(number)
        else:
            self.chosen.discard(number)
        self.dataChanged.emit(index, index, [Qt.ItemDataRole.CheckStateRole])
        self.ticked.emit(frozenset(self.chosen))
        return True

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or self.shown is None:
            return None
        move, name = self.shown.proposal.moves[index.row()], self._columns[index.column()]
        if role == Qt.ItemDataRole.CheckStateRole and name == "number":
            return Qt.CheckState.Checked if move.number in self.chosen else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.TextAlignmentRole and name in ("share", "meters"):
            return _NUMBER
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        names = [self.shown.survey.communities[at] for at in move.communities]
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(names) if name == "what" and names else None
        return {
            "number": str(move.number + 1),
            "from": self.shown.code(move.source),
            "to": self.shown.code(move.target),
            "share": percent_text(move.share * 100, 1),
            "meters": f"{move.count:,}",
            "what": self._join.join(names),
        }[name]


def flat_table(theme: Theme, model: QAbstractTableModel, widths: tuple[int, ...]) -> QTableView:
    """A table of whole rows in small type; the last column takes what is left."""
    table = QTableView()
    table.setModel(model)
    dress_rows(table, theme, _ROW)
    table.setFrameShape(QFrame.Shape.NoFrame)
    table.setAlternatingRowColors(True)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
    table.horizontalHeader().setStretchLastSection(True)
    table.horizontalHeader().setFont(theme.font("small"))
    for number, width in enumerate(widths):
        table.setColumnWidth(number, max(width, table.horizontalHeader().sectionSizeHint(number)))
    return table


def _whole(value: int | None) -> str:
    return NONE if value is None else f"{value:,}"


def _two(value: float | None) -> str:
    return NONE if value is None else f"{value:.2f}"


def _pair(before: str, after: str) -> str:
    return before if before == after else f"{before} → {after}"
