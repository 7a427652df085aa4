"""The roster under the map: by area, by person, the calendar of changes, and who has how much to do."""

from __future__ import annotations

import datetime

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QScrollArea,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gisapp.actions import Actions
from gisapp.forms.chip import tab_button
from gisapp.forms.words import Label, Line
from gisapp.language import Language
from gisapp.panels.grids.centre import GridCentre
from gisapp.panels.grids.knowing import Known
from gisapp.panels.roster.balance_chart import BalanceChart
from gisapp.panels.roster.calendar_list import CalendarList
from gisapp.panels.roster.roster_table import RosterTableView
from gisapp.tasks import Tasks
from gisapp.theme import Theme
from layers.grids.load.limits import LoadLimits
from layers.model.asset import AssetKey
from layers.model.duty_words import GRID
from layers.reports.grids.roster import by_area, by_person
from layers.responsibility.finding import CalendarEntry
from layers.responsibility.naming import names_of
from layers.responsibility.oversight.calendar import calendar, targets_of
from layers.text import Message

TABS = ("area", "person", "calendar", "balance")
_EXPORTS = ("roster.excel", "roster.word", "roster.pdf")
#: Days of the calendar before and after the day told of.
_BEFORE, _AFTER = 120, 366


class RosterPanel(QWidget):
    """Follows the desk. ``flown``: a grid to go to; ``opened``: another asset to look at; ``closed``: put away."""

    flown = Signal(int)
    opened = Signal(object)
    closed = Signal()

    def __init__(
        self, language: Language, theme: Theme, centre: GridCentre, tasks: Tasks, actions: Actions
    ) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._language, self._theme, self._centre, self._actions = language, theme, centre, actions
        self._tasks = tasks
        self.area = RosterTableView(language, theme)
        self.person = RosterTableView(language, theme)
        self.calendar = CalendarList(language, theme)
        self.balance = BalanceChart(language, theme)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        self._scroll.setWidget(self.balance)
        self.pages = QStackedWidget()
        self.said = Label(language, theme, tone="quiet")
        self.tabs: dict[str, QToolButton] = {}
        self._lay_out()
        self._tie()
        self._show()

    def show_tab(self, name: str) -> None:
        """Look at one of ``TABS``."""
        self.tabs[name].setChecked(True)
        self.pages.setCurrentIndex(TABS.index(name))
        self._say()

    # ---- showing

    def _show(self) -> None:
        known = self._centre.known
        overview = None if known is None else known.overview
        register = self._centre.register
        limits = LoadLimits() if register is None else LoadLimits.of(register)
        self.balance.show_overview(overview, limits)
        if known is None or overview is None:
            self.area.show_table(None)
            self.person.show_table(None)
            self.calendar.show_entries((), self._centre.day)
            return
        book = known.enquiry.book
        self.area.show_table(by_area(overview))
        self.person.show_table(by_person(book, overview))
        self._read_calendar(known)
        self._follow()
        self._say()

    def _read_calendar(self, known: Known) -> None:
        """What changes around the day; names of what is no grid are asked of the register."""
        register, book = self._centre.register, known.enquiry.book
        if register is None:
            return
        first = known.day - datetime.timedelta(days=_BEFORE)
        last = known.day + datetime.timedelta(days=_AFTER)
        self._tasks.run(
            Message("stewards.reading"),
            lambda _: calendar(book, first, last, names_of(register, book, targets_of(book, first, last))),
            lambda entries: self.calendar.show_entries(entries, known.day),
            owner=self,
            key="roster-calendar",
            shown=False,
        )

    def _follow(self) -> None:
        self.area.follow(self._centre.grid)
        self.balance.mark(GRID, self._centre.grid)

    def _say(self) -> None:
        """How even the work is: behind the tabs."""
        spread = self.balance.spread
        is_told = spread is not None and TABS[self.pages.currentIndex()] == "balance"
        self.said.setVisible(is_told)
        if spread is not None:
            self.said.show_words(Message("stewards.balance.spread", {"ratio": f"{spread:.2f}"}))

    # ---- choosing

    def _choose(self, type: str, id: int) -> None:
        if type == GRID:
            self._centre.choose(id)
        else:
            self.opened.emit(AssetKey(type, id))

    def _choose_entry(self, entry: CalendarEntry) -> None:
        if entry.target is not None:
            self._choose(entry.target.type, entry.target.id)
        elif entry.person is not None:
            self.opened.emit(AssetKey("person", entry.person))

    # ---- layout

    def _tie(self) -> None:
        self._centre.changed.connect(self._show)
        self._centre.chosen.connect(self._follow)
        self._language.changed.connect(self._show)
        self._theme.changed.connect(self.balance.update)
        self.area.chosen.connect(lambda id: self._choose(GRID, id))
        self.area.opened.connect(self.flown)
        self.person.opened.connect(lambda id: self._choose("person", id))
        self.calendar.chosen.connect(self._choose_entry)
        self.balance.chosen.connect(self._choose)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head())
        column.addWidget(Line())
        for page in (self.area, self.person, self.calendar, self._scroll):
            self.pages.addWidget(page)
        column.addWidget(self.pages, 1)

    def _head(self) -> QWidget:
        head, group = QWidget(), QButtonGroup(self)
        row = QHBoxLayout(head)
        row.setContentsMargins(8, 0, 8, 0)
        row.setSpacing(2)
        for name in TABS:
            tab = tab_button(self._theme, "base")
            tab.setFixedHeight(36)
            self._language.say(tab, "setText", Message(f"stewards.tab.{name}"))
            tab.clicked.connect(lambda _=False, chosen=name: self.show_tab(chosen))
            group.addButton(tab)
            row.addWidget(tab)
            self.tabs[name] = tab
        self.tabs[TABS[0]].setChecked(True)
        row.addSpacing(12)
        row.addWidget(self.said)
        row.addStretch(1)
        for name in _EXPORTS:
            row.addWidget(self._button(name, name.rpartition(".")[2]))
        close = QToolButton()
        close.setIcon(self._theme.icon("x"))
        close.setIconSize(QSize(14, 14))
        self._language.hint(close, Message("stewards.close"))
        self._theme.changed.connect(lambda: close.setIcon(self._theme.icon("x")))
        close.clicked.connect(self.closed)
        row.addWidget(close)
        self.said.hide()
        return head

    def _button(self, action: str, kind: str) -> QToolButton:
        """An export, by the name of the program it is for."""
        button = QToolButton()
        self._language.say(button, "setText", Message(f"stewards.export.{kind}"))
        self._language.hint(button, self._actions[action].title)
        button.clicked.connect(lambda: self._actions.trigger(action))
        return button
