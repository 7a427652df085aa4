"""The period of a new statement: a year, a quarter, or from day to day."""

from __future__ import annotations

from PySide6.QtCore import QDate, Signal
from PySide6.QtWidgets import QComboBox, QDateEdit, QHBoxLayout, QWidget

from gisapp.dialogs.frame import Dialog
from gisapp.forms.words import Label
from gisapp.language import Language
from gisapp.theme import Theme
from layers.renewal.period import Day
from layers.text import Message

_YEARS = 12


class PeriodDialog(Dialog):
    """``chosen`` tells the first and the last day."""

    chosen = Signal(object, object)

    def __init__(self, language: Language, theme: Theme, parent: QWidget) -> None:
        super().__init__(language, theme, Message("reporting.period.title"), parent, 420)
        today = Day.today()
        self.period = QComboBox()
        for year in range(today.year, today.year - _YEARS, -1):
            words = language.render(Message("reporting.period.year", {"year": year}))
            self.period.addItem(words, (Day(year, 1, 1), Day(year, 12, 31)))
        five = language.render(
            Message("reporting.period.years", {"first": today.year - 4, "last": today.year})
        )
        self.period.insertItem(2, five, (Day(today.year - 4, 1, 1), Day(today.year, 12, 31)))
        quarter = (today.month - 1) // 3
        first = Day(today.year, quarter * 3 + 1, 1)
        words = language.render(
            Message("reporting.period.quarter", {"year": today.year, "quarter": quarter + 1})
        )
        self.period.insertItem(1, words, (first, today))
        self.first, self.last = QDateEdit(), QDateEdit()
        for edit in (self.first, self.last):
            edit.setCalendarPopup(True)
            edit.setDisplayFormat("yyyy-MM-dd")
        self.period.currentIndexChanged.connect(lambda _: self._take_period())
        self._take_period()
        row = QHBoxLayout()
        row.addWidget(self.first, 1)
        row.addWidget(Label(language, theme, "–"))
        row.addWidget(self.last, 1)
        self.add_field(Message("reporting.period.which"), self.period)
        self.add_field(Message("reporting.period.days"), row, Message("reporting.period.note"))
        self.add_buttons(Message("reporting.period.go"), Message("settings.cancel"))

    def _take_period(self) -> None:
        first, last = self.period.currentData()
        self.first.setDate(QDate(first.year, first.month, first.day))
        self.last.setDate(QDate(last.year, last.month, last.day))

    def accept(self) -> None:
        first, last = (Day(*edit.date().getDate()) for edit in (self.first, self.last))
        if last < first:
            self.say_wrong(Message("reporting.period.wrong"))
            return
        self.chosen.emit(first, last)
        super().accept()
