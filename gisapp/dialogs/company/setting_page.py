"""A page of settings: every value with its unit and what it does; blank is the program's own value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtWidgets import QCheckBox, QGridLayout, QLineEdit, QWidget

from gisapp.forms.showing import unit_words
from gisapp.forms.words import Label, set_style
from gisapp.language import Language
from gisapp.theme import Theme
from layers.errors import UserError
from layers.model.field import ValueRefused
from layers.model.settings import SettingDefinition
from layers.text import Message

#: Classes of diameters in one line.
_WIDTH = 320


class SettingPage(QWidget):
    """The settings of one group; ``values`` are those of the register by name."""

    def __init__(
        self,
        language: Language,
        theme: Theme,
        definitions: Sequence[SettingDefinition],
        values: Mapping[str, Any],
    ) -> None:
        super().__init__()
        self._language, self._values = language, values
        self._definitions = {each.name: each for each in definitions}
        self.editors: dict[str, QLineEdit | QCheckBox] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(12, 8, 12, 8)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(2)
        for number, each in enumerate(definitions):
            field = each.field
            title = Label(language, theme, field.title)
            editor = self._editor(each, values[each.name])
            language.say(editor, "setAccessibleName", field.title)
            title.setBuddy(editor)
            grid.addWidget(title, 2 * number, 0)
            grid.addWidget(editor, 2 * number, 1)
            grid.addWidget(
                Label(language, theme, unit_words(field), size="small", tone="quiet"), 2 * number, 2
            )
            if field.note is not None:
                note = Label(language, theme, field.note, size="small", tone="faint", wrap=True)
                note.setContentsMargins(0, 0, 0, 6)
                grid.addWidget(note, 2 * number + 1, 0, 1, 3)
            self.editors[each.name] = editor
        grid.setColumnStretch(2, 1)
        grid.setRowStretch(2 * len(definitions), 1)

    def _editor(self, definition: SettingDefinition, value: Any) -> QLineEdit | QCheckBox:
        if definition.field.kind == "boolean":
            box = QCheckBox()
            box.setChecked(bool(value))
            return box
        line = QLineEdit(definition.format(value))
        line.setPlaceholderText(definition.format(definition.default))
        line.setFixedWidth(_WIDTH)
        # What is longer begins with its beginning.
        line.setCursorPosition(0)
        return line

    def changed(self) -> dict[str, Any]:
        """The settings that were changed, None for the program's own value. Raises ``UserError`` for what is none."""
        found: dict[str, Any] = {}
        for name, editor in self.editors.items():
            definition = self._definitions[name]
            if isinstance(editor, QCheckBox):
                value: Any = editor.isChecked()
            else:
                try:
                    value = definition.parse(editor.text()) if editor.text().strip() else definition.default
                except ValueRefused as refused:
                    set_style(editor, "wrong", "true")
                    raise UserError(refused.problem.message) from refused
                set_style(editor, "wrong", "")
            if value != self._values[name]:
                found[name] = None if value == definition.default else value
        return found

    @property
    def title(self) -> Message | str:
        """What the group is called."""
        definition = next(iter(self._definitions.values()))
        return self._language.render(definition.group_title)
