"""A line that says of which day something is shown, or that it is of today all the same; hidden on today's map."""

from __future__ import annotations

from typing import Literal

from PySide6.QtWidgets import QFrame, QHBoxLayout

from gisapp.forms.words import IconLabel, Label
from gisapp.language import Language
from gisapp.session import Session
from gisapp.theme import Theme
from layers.past.book import Past
from layers.text import Message

#: What is shown: rows of the day, one asset of the day, one that was not there, or what is of today all the same.
Subject = Literal["rows", "asset", "absent", "today"]


def day_words(past: Past, subject: Subject) -> Message:
    """What is said of a day; of rows and single assets it depends on what the day is told by."""
    by_basis = subject in ("rows", "asset")
    kind = f"{subject}_{past.basis}" if by_basis else subject
    return Message(f"past.note.{kind}", {"day": past.day})


class DayNote(QFrame):
    """Follows the session by itself."""

    def __init__(self, language: Language, theme: Theme, session: Session, subject: Subject) -> None:
        super().__init__()
        self.setObjectName("dayNote")
        self._session, self._subject = session, subject
        self.label = Label(language, theme, size="small", wrap=True)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 12, 4)
        row.setSpacing(8)
        row.addWidget(IconLabel(theme, "hourglass-medium", 16, "related"))
        row.addWidget(self.label, 1)
        session.day_changed.connect(self._show)
        # Never shown before it stands anywhere: it would be a window of its own for a moment.
        self.hide() if session.past is None else self._say(session.past)

    def tell(self, subject: Subject) -> None:
        """What is shown is this from now on."""
        self._subject = subject
        self._show(self._session.past)

    def _show(self, past: Past | None) -> None:
        self.setVisible(past is not None)
        if past is not None:
            self._say(past)

    def _say(self, past: Past) -> None:
        self.label.show_words(day_words(past, self._subject))
