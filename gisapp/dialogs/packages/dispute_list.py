"""Values in dispute, one below the other: the office's or the field's is chosen, or it is left for later."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from gisapp.dialogs.side_list import SideList, add_links
from gisapp.language import Language
from gisapp.theme import Theme
from layers.text import Message

if TYPE_CHECKING:
    from layers.census.packages.merging.showing import Shown

SHOWN = 60
_HEIGHT = 260


@dataclass(frozen=True)
class DisputeRow:
    """One value in dispute, in words. ``key`` tells it apart."""

    key: Hashable
    shown: Shown


class DisputeList(QWidget):
    """``chosen`` whenever a side is taken. ``answers``: those rows that were decided, True for the field's value."""

    chosen = Signal()

    def __init__(self, language: Language, theme: Theme, rows: Sequence[DisputeRow]) -> None:
        super().__init__()
        self._sides: SideList[Hashable] = SideList(language, theme)
        self.pairs = self._sides.pairs
        self._sides.chosen.connect(self.chosen)
        for row in rows[:SHOWN]:
            shown = row.shown
            of = {"name": shown.name, "field": shown.field}
            words = Message("packages.dispute_blank", of)
            if shown.base is not None:
                words = Message("packages.dispute", {**of, "base": shown.base})
            self._sides.begin(shown.type, words)
            self._sides.ask(
                row.key,
                Message("packages.field_value", {"value": shown.found}),
                Message("packages.office_value", {"value": shown.office}),
            )
        beyond = len(rows) - SHOWN
        self._sides.end(_HEIGHT, Message("packages.more", {"count": beyond}) if beyond > 0 else None)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        if len(rows) > 1:
            links = QHBoxLayout()
            links.addStretch(1)
            field, office = Message("packages.all.field"), Message("packages.all.office")
            add_links(links, language, (("field", field, True), ("office", office, False)), self.choose_all)
            column.addLayout(links)
        column.addWidget(self._sides, 1)

    @property
    def answers(self) -> Mapping[Hashable, bool]:
        """What is decided, by the key of its row."""
        return self._sides.answers

    def choose_all(self, field: bool) -> None:
        """Take one side everywhere."""
        self._sides.choose_all(field)
