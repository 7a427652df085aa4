"""A new project: its name, kind and plan, typed over the board."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import QPoint, Signal

from gisapp.language import Words
from gisapp.panels.renewal.entry import choices_of
from gisapp.panels.renewal.entry_card import EntryCard
from layers.errors import UserError
from layers.model.catalogue import AssetType
from layers.model.fields import ChoiceField
from layers.renewal.stages import MAIN
from layers.renewal.words import RENEWED
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
_WIDTH, _TOP = 380, 44


class NewProject(EntryCard):
    """``agreed``: the values of the project."""

    agreed = Signal(object)

    def ask(
        self, asset_type: AssetType, people: list[tuple[Any, Words]], mine: Any, stages: str = MAIN
    ) -> None:
        """Ask for a new project; ``mine`` is the manager offered first, and a kind that follows ``stages``."""
        entry = self.make(Message("renewal_desk.new.title"), Message("renewal_desk.new.save"))
        for name in _FIELDS:
            field = asset_type.field_named(name)
            if isinstance(field, ChoiceField):
                choices = choices_of(field)
                offered = choices if field.required else [(None, "—"), *choices]
                # Most projects renew: a kind that means that is offered first, of those that are listed now.
                kinds = [each for each in field.code_list.entries if each.active and each.means == RENEWED]
                usual = next((each.code for each in kinds if (each.stages or MAIN) == stages), None)
                entry.add_choice(name, field.title, offered, usual)
            else:
                entry.add_field(name, field)
        manager = asset_type.field_named("manager")
        entry.add_choice("manager", manager.title, [(None, "—"), *people], mine)
        entry.saved.connect(self._agree)
        # At the right, under its button.
        self.open(entry, "name", _WIDTH, QPoint(self._over.width(), _TOP))

    def _agree(self, values: Mapping[str, Any]) -> None:
        if not values.get("name"):
            self.show_failed(UserError(Message("renewal_desk.new.unnamed")))
        else:
            self.agreed.emit(values)
