"""What is asked when a card is dropped on another column: the dates that bring the project there."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QVBoxLayout, QWidget

from gisapp.forms.words import Button, Label
from gisapp.language import Language
from gisapp.panels.renewal.entry import Entry
from gisapp.theme import Theme
from layers.errors import UserError
from layers.model.catalogue import AssetType
from layers.renewal.board import Card
from layers.renewal.moving import Move
from layers.text import Message, Title


class MoveCard(QFrame):
    """Lies over the board. ``agreed``: values of milestones by the code of their stage; ``left``: nothing is done;
    ``complete_asked``: the project shall be completed instead."""

    agreed = Signal(object)
    left = Signal()
    complete_asked = Signal()

    def __init__(self, language: Language, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        self.setObjectName("palette")
        self._language, self._theme = language, theme
        self.entry: Entry | None = None
        self._stages: list[str] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(4, 4, 4, 4)
        self.hide()

    def ask(
        self, card: Card, phase: Title | Message, move: Move, asset_type: AssetType, day: str, at: QRect
    ) -> None:
        """Ask for the dates of a move, near the column ``at``."""
        self.shut()
        entry = Entry(self._language, self._theme, Message("renewal_desk.move.save"))
        entry.heading.show_words(Message("renewal_desk.move.title", {"project": card.name, "phase": phase}))
        entry.heading.show()
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
        entry.left.connect(self.shut)
        self.entry = entry
        self._column.addWidget(entry)
        room = self._over.rect()
        self.setFixedWidth(min(340, room.width() - 16))
        self.adjustSize()
        left = min(max(at.left(), 8), room.width() - self.width() - 8)
        self.move(left, min(60, max(room.height() - self.height() - 8, 8)))
        self.show()
        self.raise_()
        entry.begin(self._stages[0])

    def shut(self) -> None:
        """Ask no more."""
        entry, self.entry = self.entry, None
        if entry is not None:
            self._column.removeWidget(entry)
            entry.hide()
            entry.deleteLater()
        if self.isVisible():
            self.hide()
            self.left.emit()

    def show_failed(self, error: UserError) -> None:
        """The dates could not be written."""
        if self.entry is not None:
            self.entry.show_failed(error)

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

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.shut()
        else:
            super().keyPressEvent(event)
