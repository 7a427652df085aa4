"""The panel of key accounts: rates, the accounts, and of the one looked at its contact, visits and problems."""

from __future__ import annotations

import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QSplitter, QVBoxLayout, QWidget

from gisapp.actions import Actions
from gisapp.forms.words import ElidedLabel, IconButton, Label, Line
from gisapp.language import Language, Words
from gisapp.panels.accounts.centre import AccountCentre
from gisapp.panels.accounts.lines import Column, LineOf, LineTable
from gisapp.panels.accounts.rates import RateLine
from gisapp.panels.grids.action_button import ActionButton
from gisapp.theme import Theme
from layers.model.asset import AssetKey
from layers.model.catalogue import AssetType
from layers.model.fields import ChoiceField
from layers.responsibility.oversight.accounts import (
    CUSTOMER,
    PROBLEM,
    VISIT,
    AccountBook,
    AccountProblem,
    AccountRow,
    Visit,
    is_discontent,
)
from layers.responsibility.person import Person
from layers.text import Message

_LIST_WIDTH = 330
PERIODS = ("year", "months", "all")
ACTS = {
    "accounts.visit": Message("accounts.visit.short"),
    "accounts.problem": Message("accounts.problem.short"),
    "accounts.contact": Message("accounts.contact.short"),
}


class AccountPanel(QWidget):
    """``opened``: an asset to look at; ``gathered``: type and ids to list in the table; ``closed``: put away."""

    opened = Signal(object)
    gathered = Signal(str, tuple)
    closed = Signal()

    def __init__(self, language: Language, theme: Theme, centre: AccountCentre, actions: Actions) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._language, self._theme, self._centre, self._actions = language, theme, centre, actions
        self.period = QComboBox()
        self.rates = RateLine(language, theme)
        self.accounts = LineTable(
            language,
            theme,
            (
                Column(Message("accounts.column.name"), wide=True),
                Column(Message("accounts.column.contact")),
                Column(Message("accounts.column.last"), right=True),
                Column(Message("accounts.column.open"), right=True),
            ),
            "accountTable",
        )
        self.visits = LineTable(language, theme, _columns("visit", 2), "visitTable")
        self.problems = LineTable(language, theme, _columns("problem", 1), "problemTable")
        self._name = ElidedLabel(language, theme, strong=True)
        self._contact = ElidedLabel(language, theme, size="small", tone="quiet")
        self._empty = Label(language, theme, Message("accounts.empty"), tone="quiet", wrap=True)
        self.acts: dict[str, ActionButton] = {}
        self._lay_out()
        self._tie()
        self._show()

    @property
    def first(self) -> datetime.date | None:
        """The first day of the period; None for ever."""
        day = self._centre.day
        match self.period.currentData():
            case "year":
                return day.replace(month=1, day=1)
            case "months":
                return day - datetime.timedelta(days=365)
        return None

    # ---- showing

    def _show(self) -> None:
        book = self._centre.book
        rows = () if book is None else book.rows
        self._empty.setVisible(book is not None and not rows)
        self._body.setVisible(bool(rows))
        self._show_rates()
        customer = self._centre.customer
        kept = None if customer is None else AssetKey(CUSTOMER, customer)
        self.accounts.show_lines([self._account_line(row) for row in rows], kept)
        self._show_one()

    def _show_rates(self) -> None:
        book = self._centre.book
        self.rates.show_figures(None if book is None or not book.rows else book.figures(self.first))

    def _show_one(self) -> None:
        row, book = self._centre.row, self._centre.book
        if row is None or book is None:
            self._name.show_words("")
            self._contact.show_words("")
            self.visits.show_lines(())
            self.problems.show_lines(())
            return
        self._name.show_words(row.account.name or row.account.code)
        told = {"contact": _told(row.contact), "backup": _told(row.backup)}
        self._contact.show_words(Message("accounts.contact_line", told))
        self._contact.set_tone("quiet" if row.contact is not None else "danger")
        self.visits.show_lines([self._visit_line(book, visit) for visit in row.visits])
        self.problems.show_lines([self._problem_line(book, problem) for problem in row.problems])

    def _account_line(self, row: AccountRow) -> LineOf:
        tones: list[tuple[int, str]] = []
        contact: Words = Message("accounts.nobody") if row.contact is None else row.contact.name
        if row.contact is None:
            tones.append((1, "danger"))
        last: Words = Message("accounts.never")
        if row.days_since is not None:
            last = Message("accounts.days_ago", {"days": row.days_since})
        if row.is_due:
            tones.append((2, "warn"))
        waiting: Words = f"{len(row.unsolved)}" if row.unsolved else ""
        if row.late:
            waiting = Message("accounts.open_late", {"open": len(row.unsolved), "late": len(row.late)})
            tones.append((3, "danger"))
        name = row.account.name or row.account.code
        return LineOf(AssetKey(CUSTOMER, row.account.id), (name, contact, last, waiting), tuple(tones))

    def _visit_line(self, book: AccountBook, visit: Visit) -> LineOf:
        kind = self._entry(VISIT, "kind", visit.kind)
        content = self._entry(VISIT, "satisfaction", visit.satisfaction)
        cells = (_date(visit.day), self._person(visit.person), visit.content or kind, content)
        return LineOf(AssetKey(VISIT, visit.id), cells, self._discontent(book, visit.satisfaction, 3))

    def _problem_line(self, book: AccountBook, problem: AccountProblem) -> LineOf:
        standing = problem.standing(book.day)
        due: Words = _date(problem.due)
        if standing == "done":
            due = Message("accounts.done_on", {"day": _date(problem.done)})
        elif standing == "late":
            days = (book.day - problem.due).days if problem.due is not None else 0
            due = Message("accounts.late_by", {"days": days})
        content = self._entry(PROBLEM, "satisfaction", problem.satisfaction)
        cells = (_date(problem.raised), problem.words, self._person(problem.owner), due, content)
        tone = {"done": "ok", "late": "danger", "open": "warn"}[standing]
        tones = ((3, tone), *self._discontent(book, problem.satisfaction, 4))
        return LineOf(AssetKey(PROBLEM, problem.id), cells, tones)

    @staticmethod
    def _discontent(book: AccountBook, code: str | None, column: int) -> tuple[tuple[int, str], ...]:
        return ((column, "danger"),) if is_discontent(book, code) else ()

    def _person(self, id: int | None) -> str:
        people = self._centre.people
        person = None if people is None or id is None else people.people.get(id)
        return "" if person is None else person.name

    def _entry(self, type_name: str, field: str, code: str | None) -> Words:
        """What the company calls a code."""
        register = self._centre.session.register
        if register is None or code is None:
            return ""
        return _title(register.catalogue[type_name], field, code)

    # ---- layout

    def _tie(self) -> None:
        centre = self._centre
        centre.changed.connect(self._show)
        centre.chosen.connect(self._show_one)
        self._language.changed.connect(self._name_periods)
        self._language.changed.connect(self._show)
        self._theme.changed.connect(self._show)
        self.period.activated.connect(lambda _: self._show_rates())
        self.rates.gathered.connect(self.gathered)
        self.accounts.chosen.connect(lambda key: centre.choose(key.id))
        self.accounts.opened.connect(self.opened)
        for table in (self.visits, self.problems):
            table.chosen.connect(self.opened)

    def _name_periods(self) -> None:
        for position, name in enumerate(PERIODS):
            self.period.setItemText(position, self._language.render(Message(f"accounts.period.{name}")))

    def _lay_out(self) -> None:
        language, theme = self._language, self._theme
        for name in PERIODS:
            self.period.addItem("", name)
        self._name_periods()
        language.hint(self.period, Message("accounts.period"))
        head = QHBoxLayout()
        head.setContentsMargins(12, 4, 8, 4)
        head.setSpacing(8)
        head.addWidget(Label(language, theme, Message("accounts.title"), strong=True))
        head.addWidget(self.period)
        head.addWidget(self.rates, 1)
        shut = IconButton(language, theme, "x", Message("accounts.close"))
        shut.clicked.connect(self.closed)
        head.addWidget(shut)
        self._body = QSplitter(Qt.Orientation.Horizontal)
        self._body.setHandleWidth(1)
        self._body.setChildrenCollapsible(False)
        self._body.addWidget(self.accounts)
        self._body.addWidget(self._one())
        self._body.setStretchFactor(1, 1)
        self._body.setSizes([_LIST_WIDTH, 3 * _LIST_WIDTH])
        self._empty.setContentsMargins(12, 12, 12, 12)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(Line())
        column.addWidget(self._empty)
        column.addWidget(self._body, 1)

    def _one(self) -> QWidget:
        """The account looked at: its contact, what can be done, and beside each other its visits and problems."""
        language = self._language
        head = QHBoxLayout()
        head.setContentsMargins(12, 4, 8, 4)
        head.setSpacing(8)
        head.addWidget(self._name)
        head.addWidget(self._contact, 1)
        for act, words in ACTS.items():
            button = ActionButton(language, self._theme, self._actions, act, words)
            head.addWidget(button)
            self.acts[act] = button
        tables = QSplitter(Qt.Orientation.Horizontal)
        tables.setHandleWidth(1)
        tables.setChildrenCollapsible(False)
        tables.addWidget(self.visits)
        tables.addWidget(self.problems)
        tables.setStretchFactor(0, 2)
        tables.setStretchFactor(1, 3)
        tables.setSizes([_LIST_WIDTH, 3 * _LIST_WIDTH // 2])
        widget = QWidget()
        column = QVBoxLayout(widget)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(Line())
        column.addWidget(tables, 1)
        return widget


def _columns(kind: str, wide: int) -> tuple[Column, ...]:
    names = {
        "visit": ("date", "by", "content", "satisfaction"),
        "problem": ("raised", "problem", "owner", "due", "satisfaction"),
    }[kind]
    return tuple(Column(Message(f"accounts.column.{name}"), n == wide) for n, name in enumerate(names))


def _told(person: Person | None) -> str:
    """Name and number."""
    return "—" if person is None else f"{person.name} {person.phone}".strip()


def _date(day: datetime.date | None) -> str:
    return "" if day is None else day.isoformat()


def _title(asset_type: AssetType, field: str, code: str) -> Words:
    choice = asset_type.field_named(field)
    entry = choice.code_list.get(code) if isinstance(choice, ChoiceField) else None
    return code if entry is None else entry.title
