"""What the panel of key accounts knows: read beside the window, and again when something of it changes."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from gisapp.session import Session
from gisapp.tasks import Debounce, Tasks
from layers.feedback import Feedback
from layers.later import Later
from layers.model.change import ChangeSet
from layers.register import Register
from layers.text import Message

if TYPE_CHECKING:
    from layers.responsibility import book
    from layers.responsibility.book import Book
    from layers.responsibility.oversight import accounts
    from layers.responsibility.oversight.accounts import AccountBook, AccountRow
else:
    accounts = Later("layers.responsibility.oversight.accounts")
    book = Later("layers.responsibility.book")

_PAUSE = 120
_TYPES = {"customer", "person", "absence", "assignment", "account_visit", "account_problem", "setting"}


class AccountCentre(QObject):
    """``changed``: another book; ``chosen``: another account is looked at. ``book`` is None until it was read."""

    changed = Signal()
    chosen = Signal()

    def __init__(self, session: Session, tasks: Tasks, parent: QObject) -> None:
        super().__init__(parent)
        self.session, self._tasks = session, tasks
        self.book: AccountBook | None = None
        self.people: Book | None = None
        self.customer: int | None = None
        self.is_shown = False
        self._later = Debounce(_PAUSE, self.read, self)
        session.opened.connect(lambda _: self._forget())
        session.closed.connect(self._forget)
        session.changed.connect(self._on_changed)
        session.day_changed.connect(lambda _: self._later.touch())

    @property
    def day(self) -> datetime.date:
        """As of when: the day of the map's past, else today."""
        past = self.session.past
        return datetime.date.today() if past is None else datetime.date.fromisoformat(past.day)

    @property
    def row(self) -> AccountRow | None:
        """The account looked at."""
        return None if self.book is None or self.customer is None else self.book.row(self.customer)

    def show(self, on: bool) -> None:
        """The panel is shown, or no longer."""
        self.is_shown = on
        if on and self.book is None:
            self.read()

    def choose(self, customer: int | None) -> None:
        """Look at an account."""
        if customer != self.customer:
            self.customer = customer
            self.chosen.emit()

    def read(self) -> None:
        """Read all of it; a hidden panel waits until it is shown."""
        register = self.session.register
        if register is None or not self.is_shown:
            self.book = None
            return
        day = self.day

        def work(_: Feedback) -> tuple[Book, AccountBook]:
            return _read(register, day)

        self._tasks.run(
            Message("accounts.reading"), work, self._take, owner=self, key="accounts-read", shown=False
        )

    def _take(self, found: tuple[Book, AccountBook]) -> None:
        self.people, self.book = found
        if self.row is None:
            self.customer = self.book.rows[0].account.id if self.book.rows else None
        self.changed.emit()

    def _forget(self) -> None:
        self.book = self.people = self.customer = None
        self.changed.emit()
        if self.is_shown:
            self._later.touch()

    def _on_changed(self, change_set: ChangeSet) -> None:
        if any(name in _TYPES or name.startswith("c_") for name in change_set.changes):
            self._later.touch()


def _read(register: Register, day: datetime.date) -> tuple[Book, AccountBook]:
    people = book.read_book(register)
    return people, accounts.read_account_book(register, people, day)
