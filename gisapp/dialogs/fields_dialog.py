"""Fields and code lists of the company: what was added, what is in use, and adding more without a programmer."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from gisapp.dialogs.frame import Dialog
from gisapp.forms.words import Button
from gisapp.language import Language
from gisapp.theme import Theme
from layers.model.additions import FIELD_TYPE, KINDS
from layers.model.asset import Asset, AssetKey
from layers.model.catalogue import Catalogue
from layers.text import Message

_ROW = int(Qt.ItemDataRole.UserRole)


class FieldsDialog(Dialog):
    """Lists what the company made its own. Each act is told; ``show_rows`` shows what became of it."""

    field_asked = Signal()
    list_asked = Signal()
    entry_asked = Signal(str)
    """A new entry for the code list of this name."""
    change_asked = Signal(object)
    """The AssetKey of a field that shall be called or limited otherwise."""
    switched = Signal(object, bool)
    """The AssetKey of a field or an entry, and whether it is to be in use."""

    def __init__(self, language: Language, theme: Theme, *, may_change: bool, parent: QWidget) -> None:
        super().__init__(language, theme, Message("additions.title"), parent, 640)
        self._may_change = may_change
        self.tree = QTreeWidget()
        self.tree.setColumnCount(3)
        self.tree.setMinimumHeight(360)
        self.tree.setColumnWidth(0, 320)
        heads = ("additions.name", "additions.kind", "additions.state")
        self.tree.setHeaderLabels([language.render(Message(head)) for head in heads])
        self.tree.currentItemChanged.connect(self._follow)
        self.body.addWidget(self.tree)
        self.add_a_field = Button(language, Message("additions.add_field"))
        self.add_a_list = Button(language, Message("additions.add_list"))
        self.add_an_entry = Button(language, Message("additions.add_entry"))
        self.change = Button(language, Message("additions.change"))
        self.switch = Button(language, Message("additions.switch_off"))
        acts = QHBoxLayout()
        for button in (self.add_a_field, self.add_a_list, self.add_an_entry, self.change, self.switch):
            acts.addWidget(button)
        acts.addStretch(1)
        self.body.addLayout(acts)
        self.add_a_field.clicked.connect(self.field_asked)
        self.add_a_list.clicked.connect(self.list_asked)
        self.add_an_entry.clicked.connect(lambda: self.entry_asked.emit(self._list_at()))
        self.change.clicked.connect(self._change)
        self.switch.clicked.connect(self._switch)
        self.add_buttons(Message("additions.close"))
        self.say_wrong(None if may_change else Message("additions.may_not"))
        self._follow()

    def show_rows(
        self, catalogue: Catalogue, fields: Sequence[Asset], entries: dict[str, Sequence[Asset]]
    ) -> None:
        """Show the rows of ``added_field`` and, by name of their list, the entries of code lists."""
        said = self.language.render
        self.tree.clear()
        own = self._branch(said(Message("additions.fields")))
        for asset in fields:
            type_name = str(asset["key"]).partition(".")[0]
            owner = catalogue[type_name].title if type_name in catalogue else type_name
            title = Message("additions.of", {"name": self._title(asset), "type": owner})
            kind = Message(f"additions.kind.{asset['field_kind']}")
            self._leaf(own, said(title), said(kind), AssetKey(FIELD_TYPE, asset.id), asset["active"])
        if not fields:
            QTreeWidgetItem(own, [said(Message("additions.none"))]).setFirstColumnSpanned(True)
        for name, rows in entries.items():
            code_list = catalogue.code_lists[name]
            branch = self._branch(said(Message("additions.list", {"name": code_list.title})))
            branch.setData(0, _ROW, name)
            for asset in rows:
                key = AssetKey(code_list.table, asset.id)
                self._leaf(branch, self._title(asset), str(asset["code"]), key, asset["active"])
            branch.setExpanded(name.startswith("x_"))
        own.setExpanded(True)
        self._follow()

    def _branch(self, title: str) -> QTreeWidgetItem:
        return QTreeWidgetItem(self.tree, [title])

    def _leaf(
        self, branch: QTreeWidgetItem, title: str, kind: str, key: AssetKey, active: bool | None
    ) -> None:
        used = active is not False
        state = self.language.render(Message("additions.used" if used else "additions.unused"))
        item = QTreeWidgetItem(branch, [title, kind, state])
        item.setData(0, _ROW, (key, used))

    def _title(self, asset: Asset) -> str:
        english = asset["title_en"] if self.language.code == "en" else None
        return str(english or asset["title_zh"])

    def _held(self) -> object:
        item = self.tree.currentItem()
        return None if item is None else item.data(0, _ROW)

    def _list_at(self) -> str:
        item = self.tree.currentItem()
        while item is not None:
            if isinstance(held := item.data(0, _ROW), str):
                return held
            item = item.parent()
        return ""

    def _change(self) -> None:
        held = self._held()
        if isinstance(held, tuple):
            self.change_asked.emit(held[0])

    def _switch(self) -> None:
        held = self._held()
        if isinstance(held, tuple):
            key, used = held
            self.switched.emit(key, not used)

    def _follow(self) -> None:
        held = self._held()
        self.add_a_field.setEnabled(self._may_change)
        self.add_a_list.setEnabled(self._may_change)
        self.add_an_entry.setEnabled(self._may_change and bool(self._list_at()))
        self.switch.setEnabled(self._may_change and isinstance(held, tuple))
        is_field = isinstance(held, tuple) and held[0].type == FIELD_TYPE
        self.change.setEnabled(self._may_change and is_field)
        is_used = not isinstance(held, tuple) or held[1]
        self.switch.show_words(Message("additions.switch_off" if is_used else "additions.switch_on"))


class AddFieldDialog(Dialog):
    """Asks what field is wanted, or how one that is there shall be called and limited."""

    chosen = Signal(str, dict)
    """The type it is for, and the values of its row but for the key."""

    def __init__(
        self,
        language: Language,
        theme: Theme,
        catalogue: Catalogue,
        parent: QWidget,
        given: Asset | None = None,
    ) -> None:
        """``given``: the row of a field that is there; its type and kind stay as they are."""
        title = Message("additions.add_field" if given is None else "additions.change_field")
        super().__init__(language, theme, title, parent, 420)
        said = language.render
        self._given = given
        self.type, self.kind, self.list = QComboBox(), QComboBox(), QComboBox()
        for asset_type in catalogue:
            if asset_type.group != "system":
                self.type.addItem(
                    said(Message("additions.plain", {"name": asset_type.title})), asset_type.name
                )
        for kind in KINDS:
            self.kind.addItem(said(Message(f"additions.kind.{kind}")), kind)
        for code_list in sorted(
            catalogue.code_lists.values(), key=lambda each: not each.name.startswith("x_")
        ):
            words = said(Message("additions.plain", {"name": code_list.title}))
            self.list.addItem(words, code_list.name)
        self.chinese, self.english, self.unit = QLineEdit(), QLineEdit(), QLineEdit()
        self.minimum, self.maximum = QLineEdit(), QLineEdit()
        self.required = QCheckBox(said(Message("additions.required")))
        self.add_field(Message("additions.type"), self.type)
        self.add_field(Message("additions.chinese"), self.chinese)
        self.add_field(Message("additions.english"), self.english)
        self.add_field(Message("additions.kind"), self.kind)
        self.add_field(Message("additions.unit"), self.unit, Message("additions.unit_note"))
        limits = QHBoxLayout()
        limits.setSpacing(8)
        for field, hint in ((self.minimum, "additions.minimum"), (self.maximum, "additions.maximum")):
            field.setPlaceholderText(said(Message(hint)))
            limits.addWidget(field)
        self.add_field(Message("additions.limits"), limits, Message("additions.limits_note"))
        self.add_field(Message("additions.code_list"), self.list, Message("additions.code_list_note"))
        self.body.addWidget(self.required)
        self.kind.currentIndexChanged.connect(self._follow)
        if given is not None:
            self._fill(given)
        self.add_buttons(
            Message("additions.add" if given is None else "additions.keep"), Message("additions.cancel")
        )
        self._follow()

    def _fill(self, given: Asset) -> None:
        type_name = str(given["key"]).partition(".")[0]
        for box, value in ((self.type, type_name), (self.kind, given["field_kind"])):
            box.setCurrentIndex(box.findData(value))
            box.setEnabled(False)
        self.list.setCurrentIndex(self.list.findData(given["code_list"]))
        for field, name in (
            (self.chinese, "title_zh"), (self.english, "title_en"), (self.unit, "unit"),
            (self.minimum, "minimum"), (self.maximum, "maximum"),
        ):  # fmt: skip
            value = given[name]
            field.setText("" if value is None else f"{value:g}" if isinstance(value, float) else str(value))
        self.required.setChecked(given["required"] is True)

    def _follow(self) -> None:
        kind = self.kind.currentData()
        for field in (self.unit, self.minimum, self.maximum):
            field.setEnabled(kind in ("integer", "number"))
        self.list.setEnabled(kind == "choice" and self._given is None)

    def accept(self) -> None:
        if not self.chinese.text().strip():
            self.say_wrong(Message("additions.name_missing"))
            self.chinese.setFocus()
            return
        limits: dict[str, float | None] = {}
        for name, field in (("minimum", self.minimum), ("maximum", self.maximum)):
            text = field.text().strip() if field.isEnabled() else ""
            limits[name] = _number(text) if text else None
            if text and limits[name] is None:
                self.say_wrong(Message("additions.limit_wrong", {"text": text}))
                field.setFocus()
                return
        low, high = limits["minimum"], limits["maximum"]
        if low is not None and high is not None and low > high:
            self.say_wrong(Message("additions.limits_crossed"))
            self.maximum.setFocus()
            return
        values = {
            "title_zh": self.chinese.text().strip(),
            "title_en": self.english.text().strip() or None,
            "unit": (self.unit.text().strip() or None) if self.unit.isEnabled() else None,
            "required": self.required.isChecked(),
            **limits,
        }
        if self._given is None:
            values |= {
                "field_kind": self.kind.currentData(),
                "code_list": self.list.currentData() if self.list.isEnabled() else None,
                "active": True,
            }
        self.chosen.emit(self.type.currentData(), values)
        super().accept()


def _number(text: str) -> float | None:
    """The number a text says, if it says one that is finite."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


class AddWordDialog(Dialog):
    """Asks for a Chinese and an English title and, for an entry of a list, its code."""

    chosen = Signal(dict)

    def __init__(
        self, language: Language, theme: Theme, title: Message, taken: Iterable[str] | None, parent: QWidget
    ) -> None:
        """``taken``: the codes that the list has; None asks for no code."""
        super().__init__(language, theme, title, parent, 400)
        self._taken = None if taken is None else frozenset(taken)
        self.code, self.chinese, self.english = QLineEdit(), QLineEdit(), QLineEdit()
        if taken is not None:
            self.add_field(Message("additions.code"), self.code, Message("additions.code_note"))
        self.add_field(Message("additions.chinese"), self.chinese)
        self.add_field(Message("additions.english"), self.english)
        self.add_buttons(Message("additions.add"), Message("additions.cancel"))

    def accept(self) -> None:
        code, chinese = self.code.text().strip(), self.chinese.text().strip()
        wrong = None
        if not chinese:
            wrong = Message("additions.name_missing")
        elif self._taken is not None and not (code.isascii() and code.isalnum() and len(code) <= 16):
            wrong = Message("additions.code_wrong")
        elif self._taken is not None and code in self._taken:
            wrong = Message("additions.code_taken", {"code": code})
        self.say_wrong(wrong)
        if wrong is None:
            values = {"title_zh": chinese, "title_en": self.english.text().strip() or chinese}
            self.chosen.emit(values if self._taken is None else {"code": code, "active": True, **values})
            super().accept()
