"""A new project: its name, kind and plan, typed over the board."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from gisapp.language import Language, Words
from gisapp.panels.renewal.entry import Entry, choices_of
from gisapp.theme import Theme
from layers.errors import UserError
from layers.model.catalogue import AssetType
from layers.model.fields import ChoiceField
from layers.text import Message

_FIELDS = (
    "name",
    "kind",
    "planned_start",
    "planned_finish",
    "planned_length",
    "budget",
    "households",
    "fund_source",
)


class NewProject(QFrame):
    """``agreed``: the values of the project."""

    agreed = Signal(object)

    def __init__(self, language: Language, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        self.setObjectName("palette")
        self._language, self._theme = language, theme
        self.entry: Entry | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(4, 4, 4, 4)
        self.hide()

    def ask(self, asset_type: AssetType, people: list[tuple[Any, Words]], mine: Any) -> None:
        """Ask for a new project; ``mine`` is the manager offered first."""
        self.shut()
        entry = Entry(self._language, self._theme, Message("renewal_desk.new.save"))
        entry.heading.show_words(Message("renewal_desk.new.title"))
        entry.heading.show()
        for name in _FIELDS:
            field = asset_type.field_named(name)
            if isinstance(field, ChoiceField):
                choices = choices_of(field)
                entry.add_choice(
                    name, field.title, choices if field.required else [(None, "—"), *choices], "renewal"
                )
            else:
                entry.add_field(name, field)
        manager = asset_type.field_named("manager")
        entry.add_choice("manager", manager.title, [(None, "—"), *people], mine)
        entry.saved.connect(self._agree)
        entry.left.connect(self.shut)
        self.entry = entry
        self._column.addWidget(entry)
        room = self._over.rect()
        self.setFixedWidth(min(380, room.width() - 16))
        self.adjustSize()
        self.move(room.width() - self.width() - 8, 44)
        self.show()
        self.raise_()
        entry.begin("name")

    def shut(self) -> None:
        """Ask no more."""
        entry, self.entry = self.entry, None
        if entry is not None:
            self._column.removeWidget(entry)
            entry.hide()
            entry.deleteLater()
        self.hide()

    def show_failed(self, error: UserError) -> None:
        """It could not be written."""
        if self.entry is not None:
            self.entry.show_failed(error)

    def _agree(self, values: Mapping[str, Any]) -> None:
        if not values.get("name"):
            self.show_failed(UserError(Message("renewal_desk.new.unnamed")))
        else:
            self.agreed.emit(values)
