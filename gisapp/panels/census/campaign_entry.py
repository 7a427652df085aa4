"""A new campaign: what is counted where, from when to when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gisapp.forms.words import Label
from gisapp.language import Language, Words
from gisapp.panels.census.choice_strip import ChoiceStrip
from gisapp.panels.renewal.entry import Entry
from gisapp.theme import Theme
from layers.model.catalogue import Catalogue
from layers.text import Message

WHOLE, SELECTED = "whole", "selected"


class CampaignEntry(Entry):
    """``saved`` tells name, organisation, dates, ``types`` and ``area`` (whole, selected, or the id of a grid)."""

    def __init__(
        self,
        language: Language,
        theme: Theme,
        catalogue: Catalogue,
        types: Sequence[str],
        grids: Sequence[tuple[int, str]],
        selected: int,
        today: str,
    ) -> None:
        super().__init__(language, theme, Message("census_desk.new.save"))
        campaign = catalogue["campaign"]
        self.heading.show_words(Message("census_desk.new.title"))
        self.heading.show()
        self.add_field("name", campaign.field_named("name"))
        self.add_field("organisation", campaign.field_named("organisation"))
        self.types = ChoiceStrip(language, theme, several=True, flowing=True)
        self.types.offer([(name, catalogue[name].title) for name in types])
        language.say(self.types, "setAccessibleName", Message("census_desk.new.types"))
        self.add_row(Label(language, theme, Message("census_desk.new.types"), size="small", tone="quiet"))
        self.add_row(self.types)
        areas: list[tuple[Any, Words]] = [(WHOLE, Message("census_desk.new.whole"))]
        if selected:
            areas.append((SELECTED, Message("census_desk.new.selected", {"count": selected})))
        areas += list(grids)
        self.add_choice("area", Message("census_desk.new.area"), areas, SELECTED if selected else WHOLE)
        self.add_field("from_date", campaign.field_named("from_date"), today)
        self.add_field("to_date", campaign.field_named("to_date"))

    def values(self) -> dict[str, Any] | None:
        """What is entered; None when something is wrong or missing."""
        found = super().values()
        if found is None:
            return None
        if not self.types.chosen:
            self.error.show_words(Message("census_desk.new.no_types"))
            self.error.show()
            return None
        return {**found, "types": ",".join(self.types.chosen)}
