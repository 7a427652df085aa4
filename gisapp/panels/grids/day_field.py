"""A day to type or to click in a month."""

from __future__ import annotations

import datetime

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit

from gisapp.forms.editors.calendar import CalendarPopup
from gisapp.forms.escape import takes_escape
from gisapp.forms.words import set_style
from gisapp.language import Language
from gisapp.theme import Theme
from layers.model import edtf
from layers.text import Message

_WIDTH = 128


class DayField(QLineEdit):
    """``chosen`` tells a date that was typed (Enter, or the keyboard went elsewhere) or clicked.

    What is no day, in one of the ways in which dates are typed here, is marked and told to nobody. Esc takes back
    what was typed. ``with_weekday`` says which day of the week it is while nobody types.
    """

    chosen = Signal(object)

    def __init__(self, language: Language, theme: Theme, tip: Message, *, with_weekday: bool = False) -> None:
        super().__init__()
        self._language, self._theme, self._with_weekday = language, theme, with_weekday
        self.day = datetime.date.today()
        self.setFont(theme.font("base"))
        self.setFixedWidth(_WIDTH if not with_weekday else _WIDTH + 20)
        language.hint(self, tip)
        self._open = QAction(self)
        self._open.triggered.connect(self.open_month)
        self.addAction(self._open, QLineEdit.ActionPosition.LeadingPosition)
        self.editingFinished.connect(self._on_typed)
        self.installEventFilter(self)
        theme.changed.connect(self._draw)
        language.changed.connect(self._show)
        self._draw()
        self._show()

    def show_day(self, day: datetime.date) -> None:
        """Show this day, without telling it."""
        self.day = day
        self._show()

    def open_month(self) -> None:
        """Let a day be clicked."""
        popup = CalendarPopup(self._language, self._theme, self, self._take)
        popup.open(self.day, self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusIn:
            self.setText(self.day.isoformat())
            self.selectAll()
        if self.isModified() and takes_escape(event):
            if event.type() == QEvent.Type.KeyPress:
                self._show()
            return True
        return False

    def _on_typed(self) -> None:
        text = self.text().split()[0] if self.text().split() else ""
        stored = edtf.parse(text) if self.isModified() else self.day.isoformat()
        day = edtf.latest(stored) if stored is not None else None
        set_style(self, "wrong", "true" if day is None else "")
        if day is not None:
            self._take(day.isoformat())

    def _take(self, stored: str) -> None:
        day = datetime.date.fromisoformat(stored)
        is_other = day != self.day
        self.show_day(day)
        if is_other:
            self.chosen.emit(day)

    def _show(self) -> None:
        text = self.day.isoformat()
        if self._with_weekday and not self.hasFocus():
            text = f"{text} {self._language.render(Message(f'grid_desk.weekday.{self.day.isoweekday()}'))}"
        self.setText(text)
        self.setModified(False)
        set_style(self, "wrong", "")

    def _draw(self) -> None:
        self._open.setIcon(self._theme.icon("calendar-blank", "text2"))
