"""The classes of a layer in the style editor: shown or not, colour, name, width, how many."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon
from PySide6.QtWidgets import (
    QColorDialog,
    QDoubleSpinBox,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from gisapp.language import Language
from gisapp.map.legend import ordered_classes
from gisapp.panels.legend_rows import Swatches
from gisapp.theme import Theme
from layers.scene.palettes import chosen_colour
from layers.scene.restyling import colour_of, coloured
from layers.scene.style import ClassStyle, LayerStyle
from layers.text import Message, Title

SWATCH, NAME, WIDTH, COUNT = range(4)
Index = QModelIndex | QPersistentModelIndex
_PICTURE = (26, 16)
_ROWS_SHOWN = 9
_HEADS = {
    NAME: Message("styling.head.class"),
    WIDTH: Message("styling.head.width"),
    COUNT: Message("styling.head.count"),
}


class ClassModel(QAbstractTableModel):
    """One row for a class. ``class_changed`` tells the class as it shall be."""

    class_changed = Signal(object)

    def __init__(self, language: Language, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._language, self._theme = language, theme
        self._layer: LayerStyle | None = None
        self._classes: tuple[ClassStyle, ...] = ()
        self._counts: Mapping[str, int] = {}
        self._swatches = Swatches(theme.colors(), 1.0, frozenset())
        language.changed.connect(self._renew)
        theme.changed.connect(self._renew)

    def show_layer(self, layer: LayerStyle | None) -> None:
        """Show the classes of ``layer``; editing goes on where only looks changed."""
        classes = () if layer is None else ordered_classes(layer)
        same = [each.id for each in classes] == [each.id for each in self._classes]
        if not same:
            self.beginResetModel()
        self._layer, self._classes = layer, classes
        if not same:
            self.endResetModel()
        self._renew()

    def show_counts(self, counts: Mapping[str, int]) -> None:
        """How many assets there are of each class."""
        self._counts = counts
        self._renew()

    def at(self, row: int) -> ClassStyle:
        """The class in a row."""
        return self._classes[row]

    def colour(self, row: int) -> QColor:
        """The colour of a class as the map shows it now."""
        assert self._layer is not None
        return self._theme.colors()[colour_of(self._layer, self._classes[row].look)]

    def set_colour(self, row: int, colour: QColor) -> None:
        """Draw a class in this colour of the present theme."""
        assert self._layer is not None
        each = self._classes[row]
        chosen = chosen_colour(colour.name().upper(), "dark" if self._theme.name == "dark" else "light")
        self.class_changed.emit(replace(each, look=coloured(self._layer, each.look, chosen)))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._classes)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 4

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        each, column = self._classes[index.row()], index.column()
        if role == Qt.ItemDataRole.CheckStateRole and column == NAME:
            return Qt.CheckState.Checked if each.shown else Qt.CheckState.Unchecked
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return self._value(each, column, for_edit=role == Qt.ItemDataRole.EditRole)
        if role == Qt.ItemDataRole.DecorationRole and column == SWATCH and self._layer is not None:
            return QIcon(self._swatches.of(self._layer, each)(*_PICTURE))
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(each, column)
        if role == Qt.ItemDataRole.TextAlignmentRole and column in (WIDTH, COUNT):
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if not index.isValid():
            return False
        each = self._classes[index.row()]
        if role == Qt.ItemDataRole.CheckStateRole and index.column() == NAME:
            self.class_changed.emit(replace(each, shown=Qt.CheckState(value) == Qt.CheckState.Checked))
            return True
        if role != Qt.ItemDataRole.EditRole:
            return False
        if index.column() == NAME and str(value).strip():
            self.class_changed.emit(replace(each, title=self._titled(each.title, str(value).strip())))
            return True
        if index.column() == WIDTH:
            self.class_changed.emit(replace(each, look=replace(each.look, width=round(float(value), 2))))
            return True
        return False

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if index.column() == NAME:
            flags |= Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsEditable
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() == WIDTH else flags

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._language.render(_HEADS[section]) if section in _HEADS else ""
        if role == Qt.ItemDataRole.TextAlignmentRole and section in (WIDTH, COUNT):
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return None

    def _value(self, each: ClassStyle, column: int, *, for_edit: bool) -> Any:
        if column == NAME:
            return self._language.render(each.title)
        if column == WIDTH:
            return float(each.look.width) if for_edit else f"{each.look.width:g}"
        if column == COUNT:
            count = self._counts.get(each.id)
            return "" if count is None else f"{count:,}"
        return None

    def _tip(self, each: ClassStyle, column: int) -> str | None:
        if column == SWATCH:
            return self._language.render(Message("styling.colour.tip"))
        return self._language.render(each.title) if column == NAME else None

    def _titled(self, title: Title, words: str) -> Title:
        """Both languages say the same until somebody names the class in each."""
        if title.zh == title.en:
            return Title(words, words)
        return Title(words, title.en) if self._language.code == "zh" else Title(title.zh, words)

    def _renew(self) -> None:
        self._swatches = Swatches(self._theme.colors(), 1.0, frozenset())
        if self._classes:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._classes) - 1, COUNT))
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, COUNT)


class ClassTable(QTableView):
    """The rows; a click on a swatch asks for a colour, a double click on a name or a width edits it."""

    def __init__(self, language: Language, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("classTable")
        self._language, self._theme = language, theme
        self.classes = ClassModel(language, theme, self)
        self.setModel(self.classes)
        self.setFont(theme.font("small"))
        self.setShowGrid(False)
        self.setIconSize(QSize(*_PICTURE))
        self.setItemDelegate(_ClassDelegate(theme, self))
        self.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.setEditTriggers(
            QTableView.EditTrigger.DoubleClicked
            | QTableView.EditTrigger.EditKeyPressed
            | QTableView.EditTrigger.SelectedClicked
        )
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(theme.size("row_tree") + 4)
        header = self.horizontalHeader()
        header.setFont(theme.font("rail"))
        header.setMinimumSectionSize(24)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        for column, width in ((SWATCH, 38), (WIDTH, 40), (COUNT, 52)):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            header.resizeSection(column, width)
        self.setMinimumHeight(_ROWS_SHOWN * self.verticalHeader().defaultSectionSize() + 28)
        self.clicked.connect(self._on_click)

    def ask_colour(self, row: int) -> QColorDialog:
        """Ask for the colour of a class; the map follows what is chosen."""
        dialog = QColorDialog(self.classes.colour(row), self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(self._language.render(self.classes.at(row).title))
        # Ours is the same on every system, and follows language and theme.
        dialog.setOption(QColorDialog.ColorDialogOption.DontUseNativeDialog)
        dialog.colorSelected.connect(lambda colour: self.classes.set_colour(row, colour))
        dialog.open()
        return dialog

    def _on_click(self, index: QModelIndex) -> None:
        if index.column() == SWATCH:
            self.ask_colour(index.row())


class _ClassDelegate(QStyledItemDelegate):
    """Editors as high as the row; widths in tenths of a px."""

    def __init__(self, theme: Theme, parent: QTableView) -> None:
        super().__init__(parent)
        self._theme = theme

    def createEditor(
        self, parent: QWidget, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QWidget:
        if index.column() != WIDTH:
            editor = super().createEditor(parent, option, index)
            editor.setFont(self._theme.font("small"))
            return editor
        spin = QDoubleSpinBox(parent)
        spin.setFont(self._theme.font("small"))
        spin.setRange(0.2, 20.0)
        spin.setSingleStep(0.2)
        spin.setDecimals(1)
        spin.setButtonSymbols(QDoubleSpinBox.ButtonSymbols.NoButtons)
        return spin
