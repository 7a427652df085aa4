"""The strip of a past day: which one, by what it is told, a slider through the years, and the way back to today."""

from __future__ import annotations

import datetime

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QSlider,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gisapp.forms.chip import filter_chip
from gisapp.forms.escape import takes_escape
from gisapp.forms.words import IconButton, IconLabel, Label
from gisapp.language import Language
from gisapp.panels.history.past_map import Span
from gisapp.theme import Theme
from layers.model import edtf
from layers.past.book import Basis, Past
from layers.past.ground import Doubt
from layers.text import Message

WIDTH = 660
_BASES: tuple[tuple[Basis, Message, Message], ...] = (
    ("ground", Message("past.ground"), Message("past.ground.tip")),
    ("book", Message("past.book"), Message("past.book.tip")),
)


class PastStrip(QFrame):
    """``day_chosen`` tells a date, ``basis_chosen`` by what it is told, ``closed`` that today is asked for."""

    day_chosen = Signal(object)
    basis_chosen = Signal(str)
    closed = Signal()

    def __init__(self, language: Language, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("pastStrip")
        self._language, self._theme = language, theme
        today = datetime.date.today()
        self._span = Span(today, today)
        self.basis: Basis = "ground"
        self._title = Label(language, theme, Message("past.title"), strong=True)
        self.note = Label(language, theme, size="small", tone="quiet", wrap=True)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        language.hint(self.slider, Message("past.slider"))
        self.slider.valueChanged.connect(self._on_slider)
        self.slider.installEventFilter(self)
        self.field = QLineEdit()
        self.field.setFixedWidth(104)
        self.field.setFont(theme.font("base"))
        self.field.installEventFilter(self)
        language.hint(self.field, Message("past.day"))
        self.field.editingFinished.connect(self._on_typed)
        self.first = Label(language, theme, size="small", tone="faint")
        self.bases: dict[Basis, QToolButton] = {}
        group = QButtonGroup(self)
        for basis, words, tip in _BASES:
            button = filter_chip(theme)
            language.say(button, "setText", words)
            language.hint(button, tip)
            button.clicked.connect(lambda _=False, chosen=basis: self.use_basis(chosen))
            group.addButton(button)
            self.bases[basis] = button
        self.bases["ground"].setChecked(True)
        self.earlier = self._step("caret-left", Message("past.earlier"), -1)
        self.later = self._step("caret-right", Message("past.later"), 1)
        self.close_button = IconButton(language, theme, "x", Message("past.close"))
        self.close_button.clicked.connect(self.closed)
        self._lay_out()
        self.hide()

    def begin(self, span: Span, day: datetime.date) -> None:
        """Come up on a day; ``span`` says how far back it goes."""
        self._span = span
        self._show_range()
        self.show_day(day)
        self.show()
        self.field.setFocus()
        self.field.selectAll()

    def show_day(self, day: datetime.date) -> None:
        """Show this day, without asking for it."""
        for widget in (self.slider, self.field):
            widget.blockSignals(True)
        self.slider.setValue(day.toordinal())
        self.field.setText(day.isoformat())
        for widget in (self.slider, self.field):
            widget.blockSignals(False)

    def use_basis(self, basis: Basis) -> None:
        """Tell it by dates or by the trail from now on."""
        if basis == self.basis:
            return
        self.basis = basis
        self.bases[basis].setChecked(True)
        self._show_range()
        self.basis_chosen.emit(basis)
        self._choose(self.day)

    @property
    def day(self) -> datetime.date:
        """The day that the slider stands on."""
        return datetime.date.fromordinal(max(1, self.slider.value()))

    def tell(self, past: Past, doubt: Doubt) -> None:
        """Say what the map shows now, and how sure that is."""
        words = Message(f"past.told.{past.basis}", {"day": past.day})
        if doubt.vague or doubt.undated:
            counts = {"vague": f"{doubt.vague:,}", "undated": f"{doubt.undated:,}"}
            words = Message("past.told.doubt", {"told": words, **counts})
        self.note.show_words(words)
        self.adjustSize()

    def give_room(self, width: int) -> None:
        """Be no wider than this."""
        self.setFixedWidth(max(320, min(WIDTH, width)))
        self.adjustSize()

    # ---- inside

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        taken = takes_escape(event)
        if taken and event.type() == QEvent.Type.KeyPress:
            self.closed.emit()
        if watched is self.slider and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            typed = event.text()
            if typed.isdigit():
                # A date typed while the slider has the keyboard begins in its field.
                self.field.setFocus()
                self.field.setText(typed)
                return True
        return taken

    def _show_range(self) -> None:
        first, today = self._span.first(self.basis), datetime.date.today()
        self.slider.blockSignals(True)
        self.slider.setRange(first.toordinal(), today.toordinal())
        days = self.slider.maximum() - self.slider.minimum()
        self.slider.setPageStep(365 if days > 1500 else 30)
        self.slider.setSingleStep(30 if days > 1500 else 1)
        self.slider.blockSignals(False)
        self.first.show_words(first.isoformat() if self.basis == "book" else str(first.year))

    def _on_slider(self, value: int) -> None:
        self._choose(datetime.date.fromordinal(max(1, value)))

    def _on_typed(self) -> None:
        stored = edtf.parse(self.field.text())
        day = None if stored is None else edtf.latest(stored)
        if day is None:
            self.note.show_words(Message("past.no_day", {"text": self.field.text()}))
            bottom = self.y() + self.height()
            self.adjustSize()
            # It grows upwards: below lies the foot of the map.
            self.move(self.x(), bottom - self.height())
            self.field.setText(self.day.isoformat())
        elif day != self.day or self.field.text() != day.isoformat():
            self._choose(day)

    def _choose(self, day: datetime.date) -> None:
        first, today = self._span.first(self.basis), datetime.date.today()
        day = min(max(day, first), today)
        self.show_day(day)
        self.day_chosen.emit(day)

    def _step(self, icon: str, tip: Message, sign: int) -> IconButton:
        button = IconButton(self._language, self._theme, icon, tip)

        def step() -> None:
            if self.basis == "book":
                self._choose(self.day + datetime.timedelta(days=sign))
                return
            # To the end of a year: dates of the book are often known to the year alone.
            year = self.day.year + sign
            self._choose(datetime.date(min(max(year, 1), 9999), 12, 31))

        button.clicked.connect(step)
        return button

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(IconLabel(self._theme, "clock-counter-clockwise", 16, "related"))
        head.addWidget(self._title)
        head.addSpacing(8)
        for button in self.bases.values():
            head.addWidget(button)
        head.addStretch(1)
        head.addWidget(self.close_button)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.first)
        row.addWidget(self.earlier)
        row.addWidget(self.slider, 1)
        row.addWidget(self.later)
        row.addWidget(self.field)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 4, 8, 8)
        column.setSpacing(4)
        column.addLayout(head)
        column.addLayout(row)
        column.addWidget(self.note)
