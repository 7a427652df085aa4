"""The few fields asked while drawing, in a row: what a new asset gets from the strip."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from gisapp.forms.escape import takes_escape
from gisapp.forms.words import ElidedLabel, set_style
from gisapp.language import Language
from gisapp.plain_tip import plain_tip
from gisapp.theme import Theme
from layers.model.catalogue import AssetType
from layers.model.field import Field, ValueRefused
from layers.model.fields import BooleanField, ChoiceField, LinkField
from layers.model.problem import Problem
from layers.text import Message

#: A title is at most so wide; a longer one ends in "…".
MOST_TITLE = 136
_WIDTHS = {"integer": 64, "number": 72, "date": 92, "choice": 112, "text": 112}


def asked_fields(asset_type: AssetType) -> tuple[Field, ...]:
    """The fields of the strip: as the catalogue says, else what is required and the kind."""
    names = asset_type.editing.asked
    if not names:
        required = [f.name for f in asset_type.fields if f.required and not f.unique]
        names = tuple(dict.fromkeys([*required, *filter(None, [asset_type.kind_field])]))
    fields = (asset_type.field_named(name) for name in names)
    return tuple(f for f in fields if not isinstance(f, LinkField | BooleanField))


class AskedFields(QWidget):
    """A small editor with its title above for each field; wrong values are marked at once."""

    changed = Signal()
    left = Signal()
    """Enter or Esc: the keyboard goes back to the map."""

    def __init__(self, language: Language, theme: Theme) -> None:
        super().__init__()
        self._language, self._theme = language, theme
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(8)
        self.fields: tuple[Field, ...] = ()
        self.editors: dict[str, QLineEdit | QComboBox] = {}
        self._cells: list[QWidget] = []
        language.changed.connect(self._translate)

    def offer(self, asset_type: AssetType) -> None:
        """Ask the fields of this type; nothing is filled in."""
        for cell in self._cells:
            self._row.removeWidget(cell)
            cell.hide()
            cell.deleteLater()
        self._cells, self.editors = [], {}
        self.fields = asked_fields(asset_type)
        for field in self.fields:
            self._add(field)

    def fill(self, values: Mapping[str, Any]) -> None:
        """Show these values; fields they do not name are blank."""
        for field in self.fields:
            value, editor = values.get(field.name), self.editors[field.name]
            if isinstance(editor, QComboBox):
                editor.setCurrentIndex(max(editor.findData(value), 0))
            else:
                editor.setText(field.format(value, self._language.code))
        self._check()

    def values(self) -> dict[str, Any]:
        """What stands there and is right."""
        found: dict[str, Any] = {}
        for field in self.fields:
            value, problem = self._read(field)
            if problem is None and value is not None:
                found[field.name] = value
        return found

    def problems(self) -> list[Problem]:
        """What is wrong."""
        return [problem for field in self.fields if (problem := self._read(field)[1]) is not None]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        taken = takes_escape(event)
        if taken and event.type() == QEvent.Type.KeyPress:
            self.left.emit()
        return taken

    def _read(self, field: Field) -> tuple[Any, Problem | None]:
        editor = self.editors[field.name]
        if isinstance(editor, QComboBox):
            return editor.currentData(), None
        try:
            value = field.parse(editor.text())
        except ValueRefused as refused:
            return None, refused.problem
        wrong = (p for p in field.check(value) if p.severity == "error" and p.rule != "required")
        return value, next(wrong, None)

    def _add(self, field: Field) -> None:
        editor: QLineEdit | QComboBox
        if isinstance(field, ChoiceField):
            editor = QComboBox()
            editor.addItem("", None)
            for entry in field.code_list.entries:
                if entry.active:
                    editor.addItem(entry.title[self._language.code], entry.code)
            editor.activated.connect(lambda _: self._on_change())
            editor.activated.connect(lambda _: self.left.emit())
        else:
            editor = QLineEdit()
            editor.textEdited.connect(lambda _: self._on_change())
            editor.returnPressed.connect(self.left)
        editor.installEventFilter(self)
        editor.setFont(self._theme.font("small"))
        editor.setFixedSize(_WIDTHS.get(field.kind, 96), self._theme.size("control"))
        editor.setAccessibleName(field.title[self._language.code])
        title = Message("draft.field", {"title": field.title, "unit": field.unit or ""})
        plain = ElidedLabel(
            self._language, self._theme, title if field.unit else _bare(field), size="small", tone="quiet"
        )
        plain.setMinimumWidth(min(plain.sizeHint().width(), MOST_TITLE))
        cell = QWidget()
        column = QVBoxLayout(cell)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(1)
        column.addWidget(plain)
        column.addWidget(editor)
        self.editors[field.name] = editor
        self._cells.append(cell)
        self._row.addWidget(cell)
        cell.show()

    def _on_change(self) -> None:
        self._check()
        self.changed.emit()

    def _check(self) -> None:
        for field in self.fields:
            _, problem = self._read(field)
            editor = self.editors[field.name]
            set_style(editor, "wrong", "true" if problem else "false")
            editor.setToolTip("" if problem is None else plain_tip(self._language.render(problem.message)))

    def _translate(self) -> None:
        for field in self.fields:
            editor = self.editors[field.name]
            editor.setAccessibleName(field.title[self._language.code])
            if isinstance(editor, QComboBox) and isinstance(field, ChoiceField):
                for row in range(1, editor.count()):
                    entry = field.code_list.get(editor.itemData(row))
                    if entry is not None:
                        editor.setItemText(row, entry.title[self._language.code])


def _bare(field: Field) -> Message:
    return Message("draft.field.bare", {"title": field.title})
