"""Lots to be made: how the campaign is cut, who goes out, until when; what would come of it is told before."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import Signal

from gisapp.forms.words import Label
from gisapp.language import Language, Words
from gisapp.panels.renewal.entry import Entry
from gisapp.theme import Theme
from layers.census.lots.planning import WAYS, LotPlan, Way
from layers.errors import UserError
from layers.model.catalogue import Catalogue
from layers.model.field import ValueRefused
from layers.model.fields import IntegerField
from layers.text import Message, Title

NOBODY, ALL = "nobody", "all"
_SIZE = IntegerField(name="size", title=Title("每份最多", "At most"), minimum=1, maximum=5000)
_USUAL = 60


class LotsEntry(Entry):
    """``asked``: what would come of what is entered now shall be told (``show_plan``)."""

    asked = Signal()

    def __init__(
        self,
        language: Language,
        theme: Theme,
        catalogue: Catalogue,
        teams: Sequence[tuple[int, str]],
        selected: int,
    ) -> None:
        super().__init__(language, theme, Message("census_desk.lots.save"))
        self.heading.show_words(Message("census_desk.lots.title"))
        self.heading.show()
        ways: list[tuple[Any, Words]] = [
            (way, Message(f"census_desk.lots.way.{way}")) for way in WAYS if way != "list" or selected
        ]
        way = self.add_choice("way", Message("census_desk.lots.way"), ways, "list" if selected else "grid")
        size = self.add_field("size", _SIZE, _USUAL)
        people: list[tuple[Any, Words]] = [(NOBODY, Message("census_desk.lots.nobody"))]
        if len(teams) > 1:
            people.append((ALL, Message("census_desk.lots.all_teams", {"count": len(teams)})))
        people += list(teams)
        self.add_choice("team", Message("census_desk.lots.team"), people, ALL if len(teams) > 1 else None)
        self.add_field("due_date", catalogue["lot"].field_named("due_date"))
        self.told = Label(language, theme, size="small", tone="quiet", wrap=True)
        self.add_row(self.told)
        way.currentIndexChanged.connect(lambda _: self._on_way())
        size.textEdited.connect(lambda _: self._ask())
        self._on_way()

    @property
    def way(self) -> Way:
        """How the campaign is cut."""
        way: Way = self.editors["way"].currentData()  # type: ignore[union-attr]
        return way

    @property
    def most(self) -> int | None:
        """At most so many targets in a lot; None while no number stands there."""
        try:
            number = _SIZE.parse(self.editors["size"].text())  # type: ignore[union-attr]
        except ValueRefused:
            return None
        return None if number is None or any(_SIZE.check(number)) else int(number)

    @property
    def is_ready(self) -> bool:
        """Whether what is entered says how to cut."""
        return self.way != "size" or self.most is not None

    def show_plan(self, plan: LotPlan | UserError) -> None:
        """What would come of it."""
        if not self.is_ready:
            return
        is_good = isinstance(plan, LotPlan)
        self.save.setEnabled(is_good)
        if isinstance(plan, LotPlan):
            told = {"lots": len(plan.cuts), "targets": plan.targets, "evenness": f"{plan.evenness:.2f}"}
            self.told.show_words(Message("census_desk.lots.told", told))
            self.told.set_tone("quiet")
        else:
            self.told.show_words(plan.title)
            self.told.set_tone("warn")

    def _on_way(self) -> None:
        self.editors["size"].setEnabled(self.way == "size")
        self._ask()

    def _ask(self) -> None:
        """Have told what would come of it, or say what is missing: what was told before holds no longer."""
        if self.is_ready:
            self.asked.emit()
            return
        self.save.setEnabled(False)
        self.told.show_words(
            Message("census_desk.lots.no_size", {"least": _SIZE.minimum, "most": _SIZE.maximum})
        )
        self.told.set_tone("warn")
