"""Which columns a table shows: ticked in a list that can be searched, in the order of the form."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gisapp.forms.words import Button
from gisapp.language import Language
from gisapp.theme import Theme
from layers.model.catalogue import AssetType
from layers.table.data import table_fields
from layers.text import Message

WIDTH, HEIGHT = 260, 380


class ColumnChooser(QFrame):
    """``chosen``: the names of the columns to show; None for the usual ones."""

    chosen = Signal(object)

    def __init__(self, language: Language, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setObjectName("card")
        self._language = language
        self._names: list[str] = []
        self.field = QLineEdit()
        self.field.setFont(theme.font("small"))
        language.say(self.field, "setPlaceholderText", Message("table.columns.find"))
        self.field.textChanged.connect(self._narrow)
        self.list = QListWidget()
        self.list.setFont(theme.font("small"))
        self.list.itemChanged.connect(self._on_tick)
        usual = Button(language, Message("table.columns.usual"), "link")
        usual.clicked.connect(self._use_usual)
        foot = QHBoxLayout()
        foot.addWidget(usual)
        foot.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        column.addWidget(self.field)
        column.addWidget(self.list)
        column.addLayout(foot)
        self.setFixedSize(WIDTH, HEIGHT)

    def open_at(self, corner: QPoint, asset_type: AssetType, names: Sequence[str]) -> None:
        """List the columns of a type, those shown ticked; the right top corner is put at ``corner``."""
        self._names = list(names)
        self.field.clear()
        self.list.blockSignals(True)
        self.list.clear()
        for each in table_fields(asset_type):
            item = QListWidgetItem(self._language.render(each.title))
            item.setData(Qt.ItemDataRole.UserRole, each.name)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if each.name in names else Qt.CheckState.Unchecked)
            self.list.addItem(item)
        self.list.blockSignals(False)
        self.move(corner - QPoint(self.width(), 0))
        self.show()
        self.field.setFocus()

    def _use_usual(self) -> None:
        self.hide()
        self.chosen.emit(None)

    def _on_tick(self, item: QListWidgetItem) -> None:
        name = item.data(Qt.ItemDataRole.UserRole)
        if item.checkState() == Qt.CheckState.Checked:
            self._names = [*self._names, name]
        elif len(self._names) > 1:
            self._names = [other for other in self._names if other != name]
        else:
            item.setCheckState(Qt.CheckState.Checked)  # a table has at least one column
            return
        self.chosen.emit(tuple(dict.fromkeys(self._names)))

    def _narrow(self, text: str) -> None:
        for number in range(self.list.count()):
            item = self.list.item(number)
            item.setHidden(text.strip().lower() not in item.text().lower())
