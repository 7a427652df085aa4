"""A page with the entries of one code list: what they are called, what the program takes them for, in use or not."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gisapp.forms.words import Button, Label
from gisapp.language import Language
from gisapp.theme import Theme
from layers.errors import UserError
from layers.model.asset import Asset
from layers.model.catalogue import Catalogue
from layers.model.code_list import CodeList
from layers.model.condition_text import read_condition, write_condition
from layers.model.field import Field, ValueRefused
from layers.model.fields import BooleanField, ChoiceField
from layers.text import Message

_TYPE, _CONDITION = "type_name", "condition"
_POSITION_STEP = 10
_CONDITION_WIDTH, _ROOM = 240, 12
_VALUE = int(Qt.ItemDataRole.UserRole)

Change = tuple[Asset | None, dict[str, Any]]
"""An entry with what becomes of it; None for a new one."""


class ListPage(QWidget):
    """The entries of ``code_list`` in ``rows``; ``usual``: the list as the program has it."""

    def __init__(
        self,
        language: Language,
        theme: Theme,
        catalogue: Catalogue,
        code_list: CodeList,
        usual: CodeList,
        rows: Sequence[Asset],
    ) -> None:
        super().__init__()
        self._language, self._catalogue, self._list = language, catalogue, code_list
        self._meanings = {entry.means for entry in usual.entries if entry.means}
        self._type = catalogue[code_list.table]
        names = ("title_zh", *code_list.own, "title_en", "active")
        self.fields = [self._type.field_named(name) for name in names]
        self._rows: list[Asset | None] = []
        self.table = QTableWidget(0, len(self.fields))
        self.table.setHorizontalHeaderLabels([language.render(field.title) for field in self.fields])
        self.table.verticalHeader().hide()
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setMinimumSectionSize(56)
        self.add = Button(language, Message("company.add"))
        self.add.setEnabled(code_list.extensible)
        self.add.clicked.connect(lambda: self.add_row(None))
        foot = QHBoxLayout()
        foot.addWidget(self.add)
        foot.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(8)
        if code_list.note is not None:
            column.addWidget(Label(language, theme, code_list.note, size="small", tone="faint", wrap=True))
        column.addWidget(self.table, 1)
        column.addLayout(foot)
        for asset in sorted(rows, key=lambda row: (row.get("position") or 0, row.id)):
            self.add_row(asset)
        for number, field in enumerate(self.fields):
            combo = self.table.cellWidget(0, number)
            width = combo.sizeHint().width() + _ROOM if combo is not None else _CONDITION_WIDTH
            if combo is not None or field.name == _CONDITION:
                header.setSectionResizeMode(number, QHeaderView.ResizeMode.Interactive)
                self.table.setColumnWidth(number, width)

    def add_row(self, asset: Asset | None) -> None:
        """A line for an entry, or for a new one."""
        row = self.table.rowCount()
        self.table.insertRow(row)
        self._rows.append(asset)
        for column, field in enumerate(self.fields):
            value = (True if field.name == "active" else None) if asset is None else asset.get(field.name)
            choices = self._choices(field)
            if choices is not None:
                self.table.setCellWidget(row, column, self._combo(choices, value))
                continue
            item = QTableWidgetItem()
            if isinstance(field, BooleanField):
                item.setFlags(Qt.ItemFlag.ItemIsUserCheckable | Qt.ItemFlag.ItemIsEnabled)
                item.setCheckState(Qt.CheckState.Checked if value else Qt.CheckState.Unchecked)
            else:
                item.setText(self._text(field, value, asset))
                item.setData(_VALUE, item.text())
            self.table.setItem(row, column, item)
        if asset is None:
            self.table.setCurrentCell(row, 0)
            first = self.table.item(row, 0)
            assert first is not None
            self.table.editItem(first)

    def _text(self, field: Field, value: Any, asset: Asset | None) -> str:
        """A value as it is typed; a condition in the words of the window's language."""
        if (
            field.name != _CONDITION
            or value is None
            or asset is None
            or asset.get(_TYPE) not in self._catalogue
        ):
            return field.format(value, self._language.code)
        try:
            asset_type = self._catalogue[asset[_TYPE]]
            return write_condition(read_condition(value, asset_type), asset_type, self._language.code)
        except UserError:
            # Written by hand elsewhere: it stands as it is, to be mended here.
            return str(value)

    def _choices(self, field: Field) -> list[tuple[Any, str]] | None:
        """What may be chosen in a field; None where something is typed."""
        said = self._language.render
        if isinstance(field, ChoiceField):
            entries = [e for e in field.code_list.entries if e.active]
            if field.name == "means":
                entries = [e for e in entries if e.code in self._meanings]
            return [(None, "—"), *((entry.code, said(entry.title)) for entry in entries)]
        if field.name == _TYPE:
            known = [t for t in self._catalogue if any("grid" in link.targets for link in t.links)]
            return [(t.name, said(t.plural)) for t in known if t.group != "system"]
        return None

    @staticmethod
    def _combo(choices: Sequence[tuple[Any, str]], value: Any) -> QComboBox:
        combo = QComboBox()
        combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        for each, words in choices:
            combo.addItem(words, each)
        if combo.findData(value) < 0 and value is not None:
            combo.addItem(str(value), value)
        combo.setCurrentIndex(max(combo.findData(value), 0))
        return combo

    # ---- what was entered

    def changed(self, taken: Collection[str] = ()) -> list[Change]:
        """The entries that are new or otherwise now. Raises ``UserError`` naming what cannot be."""
        found: list[Change] = []
        codes = {asset["code"] for asset in self._rows if asset is not None} | set(taken)
        last = max((asset.get("position") or 0 for asset in self._rows if asset is not None), default=0)
        for row, asset in enumerate(self._rows):
            values = {field.name: self._value(row, column, field) for column, field in enumerate(self.fields)}
            if asset is None and not values["title_zh"] and not values["title_en"]:
                continue
            self._check(values)
            if asset is not None:
                other = {n: v for n, v in values.items() if v != asset.get(n) and (v or asset.get(n))}
                if other:
                    found.append((asset, other))
                continue
            number = 1
            while f"own_{number}" in codes:
                number += 1
            codes.add(f"own_{number}")
            last += _POSITION_STEP
            values["title_en"] = values["title_en"] or values["title_zh"]
            found.append((None, {**values, "code": f"own_{number}", "position": last}))
        return found

    def _value(self, row: int, column: int, field: Field) -> Any:
        combo = self.table.cellWidget(row, column)
        if isinstance(combo, QComboBox):
            return combo.currentData()
        item = self.table.item(row, column)
        assert item is not None
        if isinstance(field, BooleanField):
            return item.checkState() == Qt.CheckState.Checked
        asset = self._rows[row]
        if asset is not None and item.text() == item.data(_VALUE):
            return asset.get(field.name)
        try:
            value = field.parse(item.text())
            problems = [p for p in field.check(value) if p.severity == "error"]
        except ValueRefused as refused:
            problems = [refused.problem]
        if problems and not (field.name == "title_en" and not item.text().strip()):
            self.table.setCurrentCell(row, column)
            raise UserError(problems[0].message)
        return value

    def _check(self, values: dict[str, Any]) -> None:
        """A condition must be one of its type."""
        if _TYPE in values and values.get(_CONDITION):
            read_condition(values[_CONDITION], self._catalogue[values[_TYPE]])
