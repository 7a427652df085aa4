"""Which statements there are, and the one worked on: computed, kept fresh, submitted, compared. No widget."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from gisapp.language import Language
from gisapp.session import Session
from gisapp.tasks import Debounce, Tasks
from layers.feedback import Feedback
from layers.later import Later
from layers.model.change import ChangeSet
from layers.model.query import Order, Query
from layers.register import Edit, Register
from layers.text import Message

if TYPE_CHECKING:
    from layers.renewal.statement import frozen
    from layers.renewal.statement import statement as stating
    from layers.reports import arranging
    from layers.reports.report import Report
else:
    # Nobody's start waits for figures that are looked at once a month.
    frozen = Later("layers.renewal.statement.frozen")
    stating = Later("layers.renewal.statement.statement")
    arranging = Later("layers.reports.arranging")

COPIES = "statement_copy"
#: Drafts of so many years are offered.
YEARS = 2
#: Milliseconds of quiet after a change before a draft that is looked at is computed anew.
QUIET = 600


@dataclass(frozen=True)
class Entry:
    """One statement of the list: a draft of a period, or a frozen copy with its ``id``."""

    first: datetime.date
    last: datetime.date
    id: int | None = None
    title: str = ""
    submitted: tuple[datetime.datetime, str] | None = None

    @property
    def key(self) -> str:
        """What tells it from all others."""
        return f"{self.first}/{self.last}" if self.id is None else str(self.id)


@dataclass(frozen=True)
class Opened:
    """An entry with its figures as data and as a document."""

    entry: Entry
    statement: stating.Statement
    report: Report
    differences: tuple[frozen.Difference, ...] | None = field(default=None)
    """What is otherwise in the register now; None: not compared yet."""


class StatementWork(QObject):
    """The entries and the one opened. ``opened`` and ``listed`` tell when there are others."""

    listed = Signal(object)
    opened = Signal(object)
    """An Opened, or None while nothing is looked at."""
    stale_changed = Signal(bool)
    """What is looked at is older than the register, or fresh again."""
    busy_changed = Signal(bool)
    compared = Signal(object)
    """The Opened with its differences."""

    def __init__(
        self, language: Language, session: Session, tasks: Tasks, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._language, self._session, self._tasks = language, session, tasks
        self.entries: tuple[Entry, ...] = ()
        self.current: Opened | None = None
        self.wanted: Entry | None = None
        self.is_stale = False
        self.is_shown = False
        self._drafts: dict[str, Entry] = {}
        self._book: stating.StatementBook | None = None
        self._fresh = Debounce(QUIET, self._refresh, self)
        session.changed.connect(self._follow)
        session.closed.connect(self._forget)
        language.changed.connect(self._reword)

    # ---- the list

    def show(self, on: bool) -> None:
        """The desk is looked at now, or left."""
        self.is_shown = on
        if not on:
            return
        self.list()
        if self.current is None or self.is_stale:
            self._refresh()

    def list(self) -> None:
        """Read which copies there are; the drafts are those of the last years and the periods asked for."""
        register = self._session.register
        if register is None:
            return
        self._tasks.run(
            Message("reporting.listing"), lambda _: _copies(register), self._take_list, owner=self,
            key="statements.list", shown=False,
        )  # fmt: skip

    def _take_list(self, copies: tuple[Entry, ...]) -> None:
        today = datetime.date.today()
        years = [
            Entry(datetime.date(year, 1, 1), datetime.date(year, 12, 31))
            for year in range(today.year, today.year - YEARS, -1)
        ]
        drafts = {entry.key: entry for entry in (*self._drafts.values(), *years)}
        self.entries = (*drafts.values(), *copies)
        self.listed.emit(self.entries)
        current = self.current
        if (
            current is not None
            and current.entry.id is not None
            and current.entry.key not in {e.key for e in copies}
        ):
            # Its submitting was undone: it is a draft again.
            self.add_draft(current.entry.first, current.entry.last)

    def add_draft(self, first: datetime.date, last: datetime.date) -> None:
        """Offer and open the draft of another period."""
        entry = Entry(first, last)
        self._drafts[entry.key] = entry
        self.open(entry)
        self.list()

    # ---- the one looked at

    def open(self, entry: Entry) -> None:
        """Compute a draft, or read a frozen copy; told when it is there."""
        register = self._session.register
        if register is None:
            return
        self.wanted = entry
        self.busy_changed.emit(True)

        def take(opened: Opened) -> None:
            self.busy_changed.emit(False)
            self.current = opened
            self._set_stale(False)
            self.opened.emit(opened)
            if opened.entry.id is not None:
                self.compare()

        self._tasks.run(
            Message("reporting.computing"),
            lambda feedback: self._open(register, entry, feedback),
            take,
            failed=self._fail,
            cancelled=lambda: self.busy_changed.emit(False),
            owner=self,
            key="statements.open",
        )

    def _open(self, register: Register, entry: Entry, feedback: Feedback) -> Opened:
        if entry.id is None:
            period = stating.Period(entry.first, entry.last)
            made = stating.statement_of(self._read(register, feedback), period, datetime.date.today())
        else:
            made = frozen.reopen(register, entry.id)
        return Opened(entry, made, self._report(register, entry, made))

    def _read(self, register: Register, feedback: Feedback) -> stating.StatementBook:
        """What statements are made from; read again only when something changed."""
        book = self._book
        if book is None or book.data_version != register.data_version:
            book = stating.read_book(register, feedback=feedback)
            self._book = book
        return book

    def _report(self, register: Register, entry: Entry, made: stating.Statement) -> Report:
        title = entry.title or self._language.render(
            Message("report.title", {"period": arranging.period_words(made.period)})
        )
        return arranging.arrange(
            made, title=title, unit=register.name, is_sample=register.is_sample, submitted=entry.submitted
        )

    def _fail(self, error: Exception) -> None:
        self.busy_changed.emit(False)
        self._tasks.failed.emit(error)

    def compare(self) -> None:
        """Learn what the figures of a frozen copy would be now, by the settings it was made with."""
        register, opened = self._session.register, self.current
        if register is None or opened is None or opened.entry.id is None:
            return

        def work(feedback: Feedback) -> Opened:
            before = opened.statement
            now = stating.statement(register, before.period, before.settings, None, feedback)
            return Opened(opened.entry, before, opened.report, frozen.compare(before, now))

        def take(found: Opened) -> None:
            if self.current is opened:
                self.current = found
                self.compared.emit(found)

        self._tasks.run(
            Message("reporting.comparing"), work, take, owner=self, key="statements.compare", shown=False
        )

    def submit(self) -> None:
        """Freeze the draft that is looked at, computed anew so that nothing newer is left out."""
        opened, register = self.current, self._session.register
        if opened is None or register is None or opened.entry.id is not None:
            return
        title, actor = opened.report.title, register.actor
        made: list[int] = []
        when = datetime.datetime.now(datetime.UTC)

        def work(edit: Edit) -> None:
            now = stating.statement_of(
                self._read(register, Feedback()), opened.statement.period, datetime.date.today()
            )
            made.append(frozen.submit(edit, now, title, actor, when))

        self._session.edit(
            frozen.submitting(title),
            work,
            lambda _: self._submitted(opened.entry, made[-1], title, when, actor),
        )

    def _submitted(self, draft: Entry, id: int, title: str, when: datetime.datetime, actor: str) -> None:
        self._drafts.pop(draft.key, None)
        self.list()
        self.open(Entry(draft.first, draft.last, id, title, (when.astimezone(), actor)))

    # ---- news

    def _follow(self, change: ChangeSet) -> None:
        if COPIES in change.changes and self.is_shown:
            self.list()
        if set(change.changes) <= {COPIES} or self.current is None:
            return
        if self.current.entry.id is None:
            self._set_stale(True)
        if self.is_shown:
            self._fresh.touch()

    def _refresh(self) -> None:
        """A draft is computed anew, a copy compared anew."""
        if not self.is_shown or self._session.register is None:
            return
        if self.current is not None and self.current.entry.id is not None:
            self.compare()
        else:
            last = datetime.date.today().year - 1
            self.open(self.wanted or Entry(datetime.date(last, 1, 1), datetime.date(last, 12, 31)))

    def _reword(self) -> None:
        register, opened = self._session.register, self.current
        if register is not None and opened is not None:
            report = self._report(register, opened.entry, opened.statement)
            self.current = Opened(opened.entry, opened.statement, report, opened.differences)
            self.opened.emit(self.current)

    def _set_stale(self, on: bool) -> None:
        if on != self.is_stale:
            self.is_stale = on
            self.stale_changed.emit(on)

    def _forget(self) -> None:
        self._fresh.stop()
        self._drafts.clear()
        self._book = None
        self.entries, self.current, self.wanted = (), None, None
        self._set_stale(False)
        self.listed.emit(())
        self.opened.emit(None)


def _copies(register: Register) -> tuple[Entry, ...]:
    fields = ("title", "period_from", "period_to", "submitted_at", "submitted_by")
    if COPIES not in register.catalogue:
        return ()
    found = register.find(Query(COPIES, fields=fields, order=(Order("submitted_at", descending=True),)))
    return tuple(
        Entry(
            _day(row.values["period_from"]),
            _day(row.values["period_to"]),
            row.id,
            row.values["title"],
            (_moment(row.values["submitted_at"]), row.values["submitted_by"] or ""),
        )
        for row in found
    )


def _day(value: str | datetime.date) -> datetime.date:
    return value if isinstance(value, datetime.date) else datetime.date.fromisoformat(value)


def _moment(value: str | datetime.datetime) -> datetime.datetime:
    moment = value if isinstance(value, datetime.datetime) else datetime.datetime.fromisoformat(value)
    return moment.astimezone()
