"""The milestones of a project: plan, date reached and how they differ; a click opens one to be dated in place."""

from __future__ import annotations

import datetime
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from gisapp.forms.words import ElidedLabel, IconLabel, Label, set_style
from gisapp.language import Language, Words
from gisapp.panels.renewal.entry import Entry
from gisapp.panels.renewal.numbers import delay_words, short_day
from gisapp.theme import Theme
from layers.errors import UserError
from layers.model.asset import Asset
from layers.model.catalogue import AssetType
from layers.renewal.board.board import Card, Step
from layers.text import Message

_DATE, _DELAY = 52, 46
_ROW = 22


class MilestoneRow(QFrame):
    """One line: sign, stage, planned, reached, difference."""

    clicked = Signal(int)

    def __init__(self, language: Language, theme: Theme, number: int) -> None:
        super().__init__()
        self.setObjectName("milestoneRow")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setFixedHeight(_ROW)
        self._number = number
        self._sign = IconLabel(theme, "circle", 12, "text3")
        self.stage = ElidedLabel(language, theme, size="base")
        self._planned = Label(language, theme, size="small", tone="quiet")
        self.actual = Label(language, theme, size="small")
        self.delay = Label(language, theme, size="small")
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(6)
        row.addWidget(self._sign)
        row.addWidget(self.stage, 1)
        for label, width in ((self._planned, _DATE), (self.actual, _DATE), (self.delay, _DELAY)):
            label.setFixedWidth(width)
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            row.addWidget(label)

    def show_step(self, step: Step, card: Card, day: datetime.date, year: int) -> None:
        """Show a step as it stands."""
        is_now = card.current is step
        self.stage.show_words(step.stage.title)
        tone = "faint" if step.stage.optional and step.actual is None else ""
        self.stage.set_tone(tone)  # type: ignore[arg-type]
        self._planned.show_words(short_day(step.planned, year))
        actual: Words = short_day(step.actual, year)
        if step.actual is None and is_now:
            actual = Message("renewal_desk.under_way")
        self.actual.show_words(actual)
        words, colour = delay_words(step.delay(day))
        self.delay.show_words(words)
        self.delay.set_tone(colour)  # type: ignore[arg-type]
        if step.actual is not None:
            self._sign.show_icon("check", "ok")
        elif is_now:
            self._sign.show_icon("circle-half", "accent")
        else:
            self._sign.show_icon("circle", "danger" if colour == "danger" else "text3")
        set_style(self, "now", "true" if is_now else "")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.clicked.emit(self._number)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.clicked.emit(self._number)
        else:
            super().keyPressEvent(event)


class MilestoneList(QWidget):
    """``saved``: the code of a stage and the values entered for its milestone."""

    saved = Signal(str, object)
    refused = Signal()
    """A milestone was clicked where nothing can be changed."""

    def __init__(self, language: Language, theme: Theme) -> None:
        super().__init__()
        self._language, self._theme = language, theme
        self.rows: list[MilestoneRow] = []
        self.entry: Entry | None = None
        self._open: str = ""
        self._card: Card | None = None
        self._type: AssetType | None = None
        self._known: dict[str, Asset] = {}
        self._is_writable = False
        self._typed: dict[tuple[int, str], dict[str, str]] = {}
        self._people: list[tuple[Any, Words]] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 2, 0, 4)
        self._column.setSpacing(0)
        self._column.addWidget(self._head())

    def _head(self) -> QWidget:
        head = QWidget()
        row = QHBoxLayout(head)
        row.setContentsMargins(12, 2, 12, 2)
        row.setSpacing(6)
        row.addStretch(1)
        for name, width in (("planned", _DATE), ("actual", _DATE), ("delay", _DELAY)):
            label = Label(
                self._language, self._theme, Message(f"renewal_desk.head.{name}"), size="rail", tone="faint"
            )
            label.setFixedWidth(width)
            label.setAlignment(Qt.AlignmentFlag.AlignRight)
            row.addWidget(label)
        return head

    def show_card(
        self,
        card: Card,
        day: datetime.date,
        milestone_type: AssetType,
        known: dict[str, Asset],
        people: list[tuple[Any, Words]],
        *,
        is_writable: bool,
    ) -> None:
        """Show the steps of a project. What is being entered stays while it is the same project."""
        if self._card is None or self._card.id != card.id:
            self.put_aside()
        self._card, self._type, self._known = card, milestone_type, known
        self._people, self._is_writable = people, is_writable
        while len(self.rows) < len(card.steps):
            row = MilestoneRow(self._language, self._theme, len(self.rows))
            row.clicked.connect(self.open_entry)
            self.rows.append(row)
            self._column.addWidget(row)
        dates = [step.planned or step.actual for step in card.steps]
        years = [date.year for date in dates if date is not None]
        year = max(set(years), key=years.count) if years else day.year
        for number, row in enumerate(self.rows):
            row.setVisible(number < len(card.steps))
            if number < len(card.steps):
                row.show_step(card.steps[number], card, day, year)
        self._day = day

    def open_entry(self, number: int) -> None:
        """Let a milestone be dated."""
        card, milestone_type = self._card, self._type
        if card is None or milestone_type is None:
            return
        if not self._is_writable:
            self.refused.emit()
            return
        step = card.steps[number]
        if self._open == step.stage.code:
            self.close_entry()
            return
        self.close_entry()
        entry = Entry(self._language, self._theme, Message("renewal_desk.save"))
        row = self._known.get(step.stage.code)
        values: dict[str, Any] = {} if row is None else dict(row.values)
        if values.get("actual_date") is None:
            values["actual_date"] = self._day.isoformat()
        for name in ("actual_date", "evidence", "planned_date"):
            entry.add_field(name, milestone_type.field_named(name), values.get(name))
        owner_title = milestone_type.field_named("owner").title
        entry.add_choice("owner", owner_title, [(None, "—"), *self._people], values.get("owner"))
        entry.add_field("reason", milestone_type.field_named("reason"), values.get("reason"))
        before = {} if row is None else dict(row.values)

        def save(found: dict[str, Any]) -> None:
            # Only what was changed here: what others enter meanwhile in other fields stays.
            changed = {name: value for name, value in found.items() if value != before.get(name)}
            self.saved.emit(step.stage.code, changed)

        entry.saved.connect(save)
        entry.left.connect(self.close_entry)
        entry.restore(self._typed.pop((card.id, step.stage.code), {}))
        self.entry, self._open = entry, step.stage.code
        self._column.insertWidget(self._column.indexOf(self.rows[number]) + 1, entry)
        entry.show()
        entry.begin("actual_date")

    def open_next(self) -> None:
        """Let the milestone worked at be dated."""
        current = None if self._card is None else self._card.current
        if self._card is not None and current is not None and self._open != current.stage.code:
            self.open_entry(self._card.at)

    def put_aside(self) -> None:
        """Another project is looked at: what is typed stays with the one it was typed for."""
        if self.entry is not None and self._card is not None and self.entry.texts:
            self._typed[self._card.id, self._open] = self.entry.texts
        self.close_entry()

    def close_entry(self) -> None:
        """Leave what is entered."""
        entry, self.entry, self._open = self.entry, None, ""
        if entry is not None:
            self._column.removeWidget(entry)
            entry.hide()
            entry.deleteLater()

    def show_failed(self, error: UserError) -> None:
        """What was entered could not be written."""
        if self.entry is not None:
            self.entry.show_failed(error)
