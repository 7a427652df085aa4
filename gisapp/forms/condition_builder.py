"""Builds a condition from rows of field, comparison and value, joined by all or any, in groups of rows."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from gisapp.forms.choice_button import ChoiceButton
from gisapp.forms.words import IconButton, Label
from gisapp.language import Language
from gisapp.plain_tip import plain_tip
from gisapp.theme import Theme
from layers.model.catalogue import AssetType
from layers.model.condition_terms import SIGNS, Links, comparisons_of, fields_of, simplified
from layers.model.condition_text import ConditionError, read_condition, write_value
from layers.model.fields import BooleanField, ChoiceField, Field, TextField
from layers.model.query import All, AnyOf, Compare, Comparison, Condition, Not
from layers.text import Message

FIELD_WIDTH, COMPARISON_WIDTH, UNIT_WIDTH = 172, 104, 34
_NO_VALUE: tuple[Comparison, ...] = ("is null", "is not null")


class ConditionBuilder(QWidget):
    """``changed``: what is stated is another condition now, or none (None) because a row is not complete."""

    changed = Signal()

    def __init__(self, language: Language, theme: Theme, asset_type: AssetType, links: Links) -> None:
        super().__init__()
        self._language, self._theme, self._type, self._links = language, theme, asset_type, links
        self.group = _Group(language, theme, asset_type, links, nested=False)
        self.group.changed.connect(self.changed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.group)

    def show_condition(self, condition: Condition | None) -> None:
        """Show a condition in rows; one that ``is_buildable``."""
        self.group.show_condition(simplified(condition))

    def condition(self) -> Condition | None:
        """What the rows state; None when there is none. Raises ``ConditionError`` for a row that is not right."""
        return simplified(self.group.condition())


def is_buildable(condition: Condition | None, depth: int = 0) -> bool:
    """Whether rows and one level of groups can show a condition."""
    simple = simplified(condition) if depth == 0 else condition
    match simple:
        case None | Compare() | Not(Compare(_, "in", _)):
            return True
        case All(parts) | AnyOf(parts):
            return depth < 2 and all(is_buildable(part, depth + 1) for part in parts)
        case _:
            return False


class _Group(QFrame):
    changed = Signal()
    removed = Signal()

    def __init__(
        self, language: Language, theme: Theme, asset_type: AssetType, links: Links, *, nested: bool
    ) -> None:
        super().__init__()
        self._parts = (language, theme, asset_type, links)
        self._nested = nested
        if nested:
            self.setObjectName("conditionGroup")
        self.items: list[_Row | _Group] = []
        self.joiner = QComboBox()
        for number, words in enumerate((Message("condition.all"), Message("condition.any"))):
            self.joiner.addItem(language.render(words), number)
        self.joiner.activated.connect(self.changed)
        self._add = IconButton(
            language, theme, "plus", Message("condition.add.tip"), words=Message("condition.add")
        )
        self._add.clicked.connect(lambda: self._begin_row())
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.joiner)
        head.addWidget(self._add)
        if nested:
            remove = IconButton(language, theme, "x", Message("condition.remove"))
            remove.clicked.connect(self.removed)
            head.addStretch(1)
            head.addWidget(remove)
        else:
            more = IconButton(
                language,
                theme,
                "brackets-round",
                Message("condition.group.tip"),
                words=Message("condition.group"),
            )
            more.clicked.connect(self._begin_group)
            head.addWidget(more)
            head.addStretch(1)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(6)
        column = QVBoxLayout(self)
        margin = 8 if nested else 0
        column.setContentsMargins(margin, margin, margin, margin)
        column.setSpacing(6)
        column.addLayout(head)
        column.addLayout(self._rows)

    def show_condition(self, condition: Condition | None) -> None:
        for item in list(self.items):
            self._drop(item)
        parts: Sequence[Condition] = () if condition is None else (condition,)
        if isinstance(condition, All | AnyOf):
            parts = condition.conditions
            self.joiner.setCurrentIndex(int(isinstance(condition, AnyOf)))
        for part in parts:
            if isinstance(part, All | AnyOf):
                group = _Group(*self._parts, nested=True)
                group.show_condition(part)
                self._take(group)
            else:
                row = _Row(*self._parts)
                row.show_condition(part)
                self._take(row)

    def condition(self) -> Condition | None:
        parts = tuple(c for item in self.items if (c := item.condition()) is not None)
        if not parts:
            return None
        return AnyOf(parts) if self.joiner.currentIndex() else All(parts)

    def _begin_row(self) -> None:
        row = _Row(*self._parts)
        self._take(row)
        row.field.setFocus()
        self.changed.emit()

    def _begin_group(self) -> None:
        group = _Group(*self._parts, nested=True)
        group.joiner.setCurrentIndex(1 - self.joiner.currentIndex())
        self._take(group)
        group._begin_row()

    def _take(self, item: _Row | _Group) -> None:
        self.items.append(item)
        item.changed.connect(self.changed)
        item.removed.connect(lambda: self._remove(item))
        self._rows.addWidget(item)

    def _remove(self, item: _Row | _Group) -> None:
        self._drop(item)
        self.changed.emit()

    def _drop(self, item: _Row | _Group) -> None:
        self.items.remove(item)
        self._rows.removeWidget(item)
        item.hide()
        item.deleteLater()


class _Row(QWidget):
    changed = Signal()
    removed = Signal()

    def __init__(self, language: Language, theme: Theme, asset_type: AssetType, links: Links) -> None:
        super().__init__()
        self._language, self._theme, self._type, self._links = language, theme, asset_type, links
        self.field = QComboBox()
        self.field.setMaxVisibleItems(20)
        for field in fields_of(asset_type):
            if field.companion_of is None:
                self.field.addItem(language.render(field.title), field.name)
        self.comparison = QComboBox()
        self.value = QLineEdit()
        self.choices = ChoiceButton(language, theme)
        self._unit = Label(language, theme, size="small", tone="quiet")
        remove = IconButton(language, theme, "x", Message("condition.remove"))
        remove.clicked.connect(self.removed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        self.field.setFixedWidth(FIELD_WIDTH)
        self.comparison.setFixedWidth(COMPARISON_WIDTH)
        self._unit.setFixedWidth(UNIT_WIDTH)
        self._filler = QWidget()
        row.addWidget(self.field)
        row.addWidget(self.comparison)
        row.addWidget(self.value, 1)
        row.addWidget(self.choices, 1)
        row.addWidget(self._filler, 1)
        row.addWidget(self._unit)
        row.addWidget(remove)
        self.field.activated.connect(self._on_field)
        self.comparison.activated.connect(self._on_comparison)
        self.value.textEdited.connect(lambda _: self.changed.emit())
        self.choices.changed.connect(self.changed)
        usual = self.field.findData(asset_type.kind_field or "")
        self.field.setCurrentIndex(max(usual, 0))
        self._fit_field()

    @property
    def _field(self) -> Field:
        return self._type.field_named(self.field.currentData())

    def show_condition(self, condition: Condition) -> None:
        compare = condition.condition if isinstance(condition, Not) else condition
        assert isinstance(compare, Compare)
        at = self.field.findData(compare.field)
        if at < 0:
            title = self._type.field_named(compare.field).title
            self.field.addItem(self._language.render(title), compare.field)
            at = self.field.count() - 1
        self.field.setCurrentIndex(at)
        self._fit_field()
        sign = (
            "!=" if isinstance(condition, Not) else "=" if compare.comparison == "in" else compare.comparison
        )
        self.comparison.setCurrentIndex(self.comparison.findData(sign))
        values = compare.value if compare.comparison == "in" else (compare.value,)
        field = self._field
        if isinstance(field, ChoiceField | BooleanField):
            self.choices.tick(values)
        elif sign in ("contains", "starts"):
            self.value.setText(str(compare.value))
        elif sign not in _NO_VALUE:
            quoted = [write_value(field, value, self._language.code, self._links) for value in values]
            self.value.setText(quoted[0].strip("\"'") if len(quoted) == 1 else "、".join(quoted))
        self._fit_comparison()

    def condition(self) -> Condition | None:
        """What the row states; None while its value is empty."""
        field, sign = self._field, self.comparison.currentData()
        written = "" if sign in _NO_VALUE else self._value()
        if not written and sign not in _NO_VALUE:
            self._mark(None)
            return None
        try:
            # The one reader of conditions judges rows too, so that text and rows can never differ.
            condition = read_condition(f"{field.name} {SIGNS[sign][1]} {written}", self._type, self._links)
        except ConditionError as error:
            self._mark(error)
            raise
        self._mark(None)
        return condition

    def _value(self) -> str:
        field = self._field
        if isinstance(field, ChoiceField):
            return ", ".join(f'"{code}"' for code in self.choices.ticked())
        if isinstance(field, BooleanField):
            return "".join("yes" if value else "no" for value in self.choices.ticked()[:1])
        text = self.value.text().strip()
        is_whole = self.comparison.currentData() in ("contains", "starts") or isinstance(field, TextField)
        several = "、" in text and self.comparison.currentData() in ("=", "!=")
        if text and is_whole and not several and text[0] not in "\"'“":
            mark = "'" if '"' in text else '"'
            return f"{mark}{text}{mark}"
        return text

    def _mark(self, error: ConditionError | None) -> None:
        self.value.setProperty("wrong", "false" if error is None else "true")
        self.value.setToolTip("" if error is None else plain_tip(self._language.render(error.title)))
        self.value.style().unpolish(self.value)
        self.value.style().polish(self.value)

    def _on_field(self) -> None:
        self._fit_field()
        self.changed.emit()

    def _on_comparison(self) -> None:
        self._fit_comparison()
        self.changed.emit()

    def _fit_field(self) -> None:
        field = self._field
        before = self.comparison.currentData()
        self.comparison.clear()
        chinese = self._language.code == "zh"
        for sign in comparisons_of(field):
            self.comparison.addItem(_shown(SIGNS[sign][0 if chinese else 1]), sign)
        self.comparison.setCurrentIndex(max(self.comparison.findData(before), 0))
        self.value.clear()
        self._unit.show_words(field.unit or "")
        if isinstance(field, ChoiceField):
            entries = [(e.code, e.title) for e in field.code_list.entries if e.active]
            self.choices.offer(
                [(code, self._language.render(title)) for code, title in entries], several=True
            )
        elif isinstance(field, BooleanField):
            words = [(value, field.format(value, self._language.code)) for value in (True, False)]
            self.choices.offer(words, several=False)
        self._fit_comparison()

    def _fit_comparison(self) -> None:
        field, has_value = self._field, self.comparison.currentData() not in _NO_VALUE
        picks = isinstance(field, ChoiceField | BooleanField)
        self.value.setVisible(has_value and not picks)
        self.choices.setVisible(has_value and picks)
        self._filler.setVisible(not has_value)


def _shown(sign: str) -> str:
    return {"!=": "≠", "<=": "≤", ">=": "≥"}.get(sign, sign)
