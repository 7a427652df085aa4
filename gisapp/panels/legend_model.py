"""The tree of layers and their classes: what is drawn, how, how many and how long."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QPixmap

from gisapp.language import Language, Words
from layers.geometry.scale_text import scale_text
from layers.text import Message

NAME, COUNT, LENGTH = range(3)
CHECK_ROLE = Qt.ItemDataRole.CheckStateRole
Index = QModelIndex | QPersistentModelIndex

_HEADS = (
    Message("window.layers.name"),
    Message("window.layers.count"),
    Message("window.layers.km"),
)


@dataclass(frozen=True)
class LegendRow:
    """A layer or a class of one: its id, name, number of assets, metres of pipe, and how it is drawn.

    ``swatch(width, height)`` draws it by the map's own pens, so that the legend is the map. A row that is not
    drawn at the present scale names in ``scale`` the one at which it is (a denominator). ``figure`` stands in the
    place of the kilometres.
    """

    id: str
    title: Words
    count: int
    metres: float | None
    swatch: Callable[[int, int], QPixmap] | None = None
    children: tuple[LegendRow, ...] = ()
    is_shown: bool = True
    scale: float | None = None
    figure: str = ""
    #: The style is about it: it is unfolded until somebody folds it.
    is_about: bool = False

    @property
    def leaves(self) -> tuple[LegendRow, ...]:
        """The rows below it, or itself: those that are switched on and off."""
        return tuple(leaf for child in self.children for leaf in child.leaves) or (self,)


class _Node:
    def __init__(self, row: LegendRow, parent: _Node | None, position: int) -> None:
        self.row, self.parent, self.position = row, parent, position
        self.is_shown = row.is_shown
        self.children = [_Node(child, self, n) for n, child in enumerate(row.children)]

    @property
    def state(self) -> Qt.CheckState:
        if not self.children:
            return Qt.CheckState.Checked if self.is_shown else Qt.CheckState.Unchecked
        states = {child.state for child in self.children}
        return states.pop() if len(states) == 1 else Qt.CheckState.PartiallyChecked

    def show(self, on: bool) -> None:
        self.is_shown = on
        for child in self.children:
            child.show(on)

    def leaves(self) -> list[_Node]:
        return [leaf for child in self.children for leaf in child.leaves()] if self.children else [self]


class LegendModel(QAbstractItemModel):
    """Rows of two levels with check boxes. ``hidden_changed`` tells the ids of the leaves switched off."""

    hidden_changed = Signal(tuple)

    def __init__(self, language: Language, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._language = language
        self._top: list[_Node] = []
        language.changed.connect(self._retell)

    def show(self, rows: Sequence[LegendRow]) -> None:
        """Show these rows; numbers alone change without a reset, so that the tree stays as it is unfolded."""
        if [_shape(row) for row in rows] == [_shape(node.row) for node in self._top]:
            for node, row in zip(self._top, rows, strict=True):
                _renew(node, row)
            self._retell()
            return
        self.beginResetModel()
        self._top = [_Node(row, None, position) for position, row in enumerate(rows)]
        self.endResetModel()

    @property
    def hidden(self) -> tuple[str, ...]:
        """The ids of the leaves that are switched off."""
        return tuple(leaf.row.id for node in self._top for leaf in node.leaves() if not leaf.is_shown)

    def index(self, row: int, column: int, parent: Index = QModelIndex()) -> QModelIndex:  # noqa: B008
        if not self.hasIndex(row, column, parent):
            return QModelIndex()
        siblings = self._node(parent).children if parent.isValid() else self._top
        return self.createIndex(row, column, siblings[row])

    def parent(self, index: Index) -> QModelIndex:  # type: ignore[override]
        node = self._node(index).parent if index.isValid() else None
        return QModelIndex() if node is None else self.createIndex(node.position, 0, node)

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        if not parent.isValid():
            return len(self._top)
        return len(self._node(parent).children) if parent.column() == 0 else 0

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 3

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        node = self._node(index)
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(node.row, index.column())
        if role == CHECK_ROLE and index.column() == NAME:
            return node.state
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() != NAME:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.UserRole:
            return node.row
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(node.row, index.column())
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if not index.isValid() or role != CHECK_ROLE:
            return False
        self._node(index).show(Qt.CheckState(value) == Qt.CheckState.Checked)
        self._retell()
        self.hidden_changed.emit(self.hidden)
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsUserCheckable if index.column() == NAME else flags

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._language.render(_HEADS[section])
        if role == Qt.ItemDataRole.TextAlignmentRole and section != NAME:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def _text(self, row: LegendRow, column: int) -> str:
        return self._language.render(row.title) if column == NAME else number_text(row, column)

    def _tip(self, row: LegendRow, column: int) -> str | None:
        if row.scale is not None:
            return self._language.render(Message("styling.legend.scale", {"scale": f"{row.scale:,.0f}"}))
        return self._text(row, NAME) if column == NAME else None

    def _node(self, index: Index) -> _Node:
        node = index.internalPointer()
        assert isinstance(node, _Node)
        return node

    def _retell(self) -> None:
        """Say that texts, numbers or marks changed, without touching the rows."""
        if not self._top:
            return
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, 2)
        self.dataChanged.emit(self.index(0, 0), self.index(len(self._top) - 1, 2))
        for node in self._top:
            if node.children:
                parent = self.index(node.position, 0)
                self.dataChanged.emit(self.index(0, 0, parent), self.index(len(node.children) - 1, 2, parent))


def number_text(row: LegendRow, column: int) -> str:
    """What a row says in one of the columns beside its name."""
    if column == COUNT:
        return f"{row.count:,}"
    if row.figure:
        return row.figure
    if row.scale is not None and row.metres is None:
        return scale_text(row.scale)
    return "" if row.metres is None else f"{row.metres / 1000:,.1f}"


def _shape(row: LegendRow) -> tuple[str, tuple[str, ...]]:
    return row.id, tuple(child.id for child in row.children)


def _renew(node: _Node, row: LegendRow) -> None:
    node.row = row
    node.is_shown = row.is_shown
    for child, child_row in zip(node.children, row.children, strict=True):
        _renew(child, child_row)
