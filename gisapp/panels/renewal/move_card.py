"""What is asked when a card is dropped on another column: the dates that bring the project there."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPoint, QRect, Signal
from PySide6.QtWidgets import QLineEdit, QWidget

from gisapp.forms.words import Button, Label
from gisapp.language import Language
from gisapp.panels.renewal.entry_card import EntryCard
from gisapp.theme import Theme
from layers.errors import UserError
from layers.model.catalogue import AssetType
from layers.renewal.board.board import Card
from layers.renewal.board.moving import Move
from layers.text import Message, Title

_WIDTH, _TOP = 340, 60


class MoveCard(EntryCard):
    """``agreed``: values of milestones by the code of their stage; ``left``: nothing is done;
    ``complete_asked``: the project shall be completed instead."""

    agreed = Signal(object)
    complete_asked = Signal()

    def __init__(self, language: Language, theme: Theme, parent: QWidget) -> None:
        super().__init__(language, theme, parent)
        self._stages: list[str] = []

    def ask(
        self, card: Card, phase: Title | Message, move: Move, asset_type: AssetType, day: str, at: QRect
    ) -> None:
        """Ask for the dates of a move, near the column ``at``."""
        title = Message("renewal_desk.move.title", {"project": card.name, "phase": phase})
        entry = self.make(title, Message("renewal_desk.move.save"))
        self._stages = [step.stage.code for step in move.steps]
        for step in move.steps:
            entry.add_field(
                step.stage.code, asset_type.field_named("actual_date"), day, title=step.stage.title
            )
        entry.add_field("evidence", asset_type.field_named("evidence"))
        for doubt in move.doubts:
            entry.add_row(Label(self._language, self._theme, doubt, size="small", tone="warn", wrap=True))
        if move.completes:
            button = Button(self._language, Message("renewal_desk.page.complete"))
            button.clicked.connect(self.complete_asked)
            entry.buttons.addWidget(button)
        entry.saved.connect(self._agree)
        self.open(entry, self._stages[0], _WIDTH, QPoint(at.left(), _TOP))

    def _agree(self, values: dict[str, Any]) -> None:
        entry = self.entry
        assert entry is not None
        dates = {stage: values.get(stage) for stage in self._stages}
        empty = next((stage for stage, date in dates.items() if date is None), None)
        if empty is not None:
            editor = entry.editors[empty]
            entry.show_failed(UserError(Message("renewal_desk.move.undated")))
            if isinstance(editor, QLineEdit):
                editor.setFocus()
            return
        evidence = values.get("evidence")
        last = self._stages[-1]
        self.agreed.emit({
            stage: {"actual_date": date} | ({"evidence": evidence} if evidence and stage == last else {})
            for stage, date in dates.items()
        })  # fmt: skip
