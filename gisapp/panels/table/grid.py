"""The grid of a table: cells to walk through, mark, copy and paste; the rows marked are the assets selected."""

from __future__ import annotations

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractItemView, QComboBox, QFrame, QHeaderView, QLineEdit, QTableView

from gisapp.language import Language
from gisapp.panels.table.cells import PADDING, Cells
from gisapp.panels.table.model import CHECK, TableModel
from gisapp.tasks import Debounce
from gisapp.theme import Theme
from layers.model.fields import BooleanField, ChoiceField, DateField, Field, LinkField, NumericField

ROW_HEIGHT = 28
CHECK_WIDTH = 36
#: Milliseconds after which the marked rows are selected on the map: walking with the arrow keys stays light.
SELECT_AFTER = 80
_WIDTHS: tuple[tuple[type[Field], int], ...] = (
    (NumericField, 96), (ChoiceField, 112), (BooleanField, 84), (DateField, 104), (LinkField, 120),
)  # fmt: skip
_TEXT_WIDTH = 148


_MOVES = {
    Qt.Key.Key_Up: QAbstractItemView.CursorAction.MoveUp,
    Qt.Key.Key_Down: QAbstractItemView.CursorAction.MoveDown,
    Qt.Key.Key_Left: QAbstractItemView.CursorAction.MoveLeft,
    Qt.Key.Key_Right: QAbstractItemView.CursorAction.MoveRight,
    Qt.Key.Key_Home: QAbstractItemView.CursorAction.MoveHome,
    Qt.Key.Key_End: QAbstractItemView.CursorAction.MoveEnd,
    Qt.Key.Key_PageUp: QAbstractItemView.CursorAction.MovePageUp,
    Qt.Key.Key_PageDown: QAbstractItemView.CursorAction.MovePageDown,
}


class Grid(QTableView):
    """``marked``: rows first to last of the view are selected. What keys ask for is told, not done, here."""

    marked = Signal(int, int)
    toggled = Signal(int)
    """A row of the view joins the selection or leaves it."""
    flown = Signal(int)
    copied = Signal(bool)
    """The cells marked shall be copied; True with the names of their columns."""
    pasted = Signal()
    cleared = Signal()
    searched = Signal()
    menu_asked = Signal(QPoint)
    header_asked = Signal(int, QPoint)
    sorted_by = Signal(int, bool)
    """A column shall be sorted by; True behind those that are already."""

    def __init__(self, language: Language, theme: Theme, model: TableModel) -> None:
        super().__init__()
        self.setObjectName("tableGrid")
        self._language = language
        self._later = Debounce(SELECT_AFTER, self._tell, self)
        self._is_quiet = False
        #: Where cells marked with Shift begin.
        self._anchor = QPersistentModelIndex()
        self.cells = Cells(language, theme, self)
        self.setModel(model)
        model.redrawn.connect(self.viewport().update)
        self.setItemDelegate(self.cells)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ContiguousSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self.menu_asked)
        rows = self.verticalHeader()
        rows.hide()
        rows.setMinimumSectionSize(ROW_HEIGHT)
        rows.setDefaultSectionSize(ROW_HEIGHT)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        head = _Header(self)
        self.setHorizontalHeader(head)
        head.setFont(theme.font("small"))
        head.setHighlightSections(False)
        head.setSectionsClickable(True)
        head.setSectionsMovable(True)
        head.setFirstSectionMovable(False)
        head.setMinimumSectionSize(36)
        head.setFixedHeight(30)
        # Headers mark what is selected; asking that of every row, they would stop the window for seconds.
        self._nothing = QItemSelectionModel(model, self)
        for header in (head, rows):
            header.setSelectionModel(self._nothing)
        head.sectionClicked.connect(self._on_header)
        head.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        head.customContextMenuRequested.connect(
            lambda at: self.header_asked.emit(head.logicalIndexAt(at), head.mapToGlobal(at))
        )
        self.cells.typed.connect(self._on_typed)

    def table(self) -> TableModel:
        """The model, by its own type."""
        model = self.model()
        assert isinstance(model, TableModel)
        return model

    def fit_columns(self, widths: dict[str, int]) -> None:
        """Give every column the width it had last, or one that suits its values."""
        self.setColumnWidth(CHECK, CHECK_WIDTH)
        metrics = self.horizontalHeader().fontMetrics()
        for number, field in enumerate(self.table().fields):
            usual = next((width for kind, width in _WIDTHS if isinstance(field, kind)), _TEXT_WIDTH)
            title = str(self.table().headerData(number + 1, Qt.Orientation.Horizontal) or "")
            needed = metrics.horizontalAdvance(title) + 2 * PADDING + 12
            self.setColumnWidth(number + 1, widths.get(field.name) or max(usual, needed))

    def range(self) -> tuple[int, int, int, int] | None:
        """First and last row and first and last column of the cells marked; None when there are none."""
        ranges = self.selectionModel().selection()
        if ranges.isEmpty():
            current = self.currentIndex()
            if not current.isValid() or current.column() == CHECK:
                return None
            return current.row(), current.row(), current.column(), current.column()
        last = ranges.at(ranges.count() - 1)
        return last.top(), last.bottom(), max(last.left(), 1), last.right()

    def columns_between(self, first: int, last: int) -> list[int]:
        """The columns from first to last as they stand, hidden by moving or not."""
        head = self.horizontalHeader()
        places = sorted((head.visualIndex(first), head.visualIndex(last)))
        return [head.logicalIndex(place) for place in range(places[0], places[1] + 1)]

    def go_to(self, row: int, column: int = 1, *, quietly: bool = True) -> None:
        """Make a cell the current one; quietly: without selecting its asset."""
        index = self.model().index(row, max(column, 1))
        self._is_quiet = quietly
        self._anchor = QPersistentModelIndex(index)
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        self._is_quiet = False
        self.scrollTo(index)

    def show_row(self, row: int) -> None:
        """Bring a row into view; nothing moves if it is."""
        self.scrollTo(self.model().index(row, 1), QAbstractItemView.ScrollHint.EnsureVisible)

    def unmark(self) -> None:
        """Mark no cells: something else was selected elsewhere."""
        self._later.stop()
        self._is_quiet = True
        self.clearSelection()
        self._is_quiet = False

    # ---- marking

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        if not self._is_quiet and not self.selectionModel().selection().isEmpty():
            self._later.touch()

    def _tell(self) -> None:
        marked = self.range()
        if marked is not None:
            self.marked.emit(marked[0], marked[1])

    def _on_header(self, section: int) -> None:
        head = self.horizontalHeader()
        if section != CHECK and isinstance(head, _Header):
            self.sorted_by.emit(section, bool(head.keys & Qt.KeyboardModifier.ShiftModifier))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        is_left = event.button() == Qt.MouseButton.LeftButton
        keys = event.modifiers()
        if (
            is_left
            and index.isValid()
            and (index.column() == CHECK or keys & Qt.KeyboardModifier.ControlModifier)
        ):
            self.setFocus()
            if keys & Qt.KeyboardModifier.ShiftModifier and self.currentIndex().isValid():
                self._mark_rows(self.currentIndex().row(), index.row())
            else:
                self.go_to(index.row(), index.column())
                self.unmark()
                self.toggled.emit(index.row())
            return
        if event.button() == Qt.MouseButton.RightButton and index.isValid():
            marked = self.range()
            if marked is not None and marked[0] <= index.row() <= marked[1]:
                return  # the menu is about the cells marked
        super().mousePressEvent(event)
        if not keys & Qt.KeyboardModifier.ShiftModifier:
            self._anchor = QPersistentModelIndex(self.currentIndex())

    def _mark_rows(self, first: int, last: int) -> None:
        model = self.model()
        top, bottom = min(first, last), max(first, last)
        rows = QItemSelection(model.index(top, 1), model.index(bottom, model.columnCount() - 1))
        self.selectionModel().select(rows, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if index.isValid():
            self.flown.emit(index.row())

    # ---- keys

    def event(self, event: QEvent) -> bool:
        # While one works in the grid, its keys are not the window's: letters are typed, Ctrl+A marks cells.
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and self._is_own(event)
        ):
            event.accept()
            return True
        return bool(super().event(event))

    def _is_own(self, event: QKeyEvent) -> bool:
        keys, key = event.modifiers(), event.key()
        plain = keys in (
            Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.KeypadModifier,
        )  # fmt: skip
        if plain:
            return (
                key != Qt.Key.Key_Escape
                and not Qt.Key.Key_F3 <= key <= Qt.Key.Key_F35
                and key != Qt.Key.Key_F1
            )
        copies_titles = (
            keys == Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
            and key == Qt.Key.Key_C
        )
        return copies_titles or (keys == Qt.KeyboardModifier.ControlModifier and key in (
            Qt.Key.Key_A, Qt.Key.Key_C, Qt.Key.Key_V, Qt.Key.Key_F, Qt.Key.Key_Home, Qt.Key.Key_End,
        ))  # fmt: skip

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, keys = event.key(), event.modifiers()
        control = bool(keys & Qt.KeyboardModifier.ControlModifier)
        shift = bool(keys & Qt.KeyboardModifier.ShiftModifier)
        index = self.currentIndex()
        if control and key == Qt.Key.Key_C:
            self.copied.emit(shift)
        elif control and key == Qt.Key.Key_V:
            self.pasted.emit()
        elif control and key == Qt.Key.Key_F:
            self.searched.emit()
        elif control and key == Qt.Key.Key_A:
            if self.model().rowCount():
                self._mark_rows(0, self.model().rowCount() - 1)
        elif key in _MOVES and not control:
            self._move(_MOVES[Qt.Key(key)], keys, further=shift)
        elif control and not shift and key in (Qt.Key.Key_Home, Qt.Key.Key_End) and self.model().rowCount():
            first = key == Qt.Key.Key_Home
            place = 1 if first else self.model().columnCount() - 1
            column = self.horizontalHeader().logicalIndex(place)
            self.go_to(0 if first else self.model().rowCount() - 1, column, quietly=False)
        elif key in (Qt.Key.Key_F2, Qt.Key.Key_Return, Qt.Key.Key_Enter) and not control:
            self.begin_edit(index)
        elif key == Qt.Key.Key_Delete and not keys & ~Qt.KeyboardModifier.KeypadModifier:
            self.cleared.emit()
        elif key == Qt.Key.Key_Space and not control and index.isValid():
            self.toggled.emit(index.row())
        elif (
            event.text()
            and event.text().isprintable()
            and not control
            and not keys & Qt.KeyboardModifier.AltModifier
        ):
            self.begin_edit(index, event.text())
        else:
            super().keyPressEvent(event)

    def _move(
        self, move: QAbstractItemView.CursorAction, keys: Qt.KeyboardModifier, *, further: bool
    ) -> None:
        """Go to another cell; ``further``: mark the cells from the anchor to there."""
        to = self.moveCursor(move, keys)
        if not to.isValid():
            return
        if to.column() == CHECK:
            to = self.model().index(to.row(), 1)
        if not further or not self._anchor.isValid():
            self.go_to(to.row(), to.column(), quietly=False)
            return
        anchor = self.model().index(self._anchor.row(), self._anchor.column())
        self.selectionModel().setCurrentIndex(to, QItemSelectionModel.SelectionFlag.NoUpdate)
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect
        self.selectionModel().select(QItemSelection(anchor, to), flags)
        self.scrollTo(to)

    def begin_edit(self, index: QModelIndex, letter: str | None = None) -> None:
        """Open the editor of a cell that may be edited; a letter typed takes the place of what stood there."""
        if not index.isValid() or not self.model().flags(index) & Qt.ItemFlag.ItemIsEditable:
            return
        super().edit(index)
        editor = self.indexWidget(index)
        if letter is not None and editor is not None:
            line = editor.lineEdit() if isinstance(editor, QComboBox) else editor
            if isinstance(line, QLineEdit):
                line.setText(letter)
                line.textEdited.emit(letter)

    def _on_typed(self, index: QModelIndex, text: str, key: object) -> None:
        """After Enter the next row, after Tab the next column."""
        step = {
            Qt.Key.Key_Return: (1, 0), Qt.Key.Key_Enter: (1, 0), Qt.Key.Key_Tab: (0, 1), Qt.Key.Key_Backtab: (0, -1),
        }.get(key)  # type: ignore[call-overload]  # fmt: skip
        if step is None:
            return
        head = self.horizontalHeader()
        row = min(index.row() + step[0], self.model().rowCount() - 1)
        place = min(max(head.visualIndex(index.column()) + step[1], 1), self.model().columnCount() - 1)
        self.setFocus()
        self.go_to(row, head.logicalIndex(place), quietly=False)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self.model().rowCount():
            self.go_to(0)

    def sizeHint(self) -> QSize:
        return QSize(640, 240)


class _Header(QHeaderView):
    """Knows which keys were held when it was clicked."""

    def __init__(self, parent: QTableView) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.keys = Qt.KeyboardModifier.NoModifier

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.keys = event.modifiers()
        super().mousePressEvent(event)
