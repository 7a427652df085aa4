"""Key accounts: who is the contact of each, when it was called on last, what it asked for and what became of that.

Rates are told with the objects they were counted from. A visit or problem counts on its own day, whoever had the
account then.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from layers.model import edtf
from layers.model.asset import AssetKey
from layers.model.catalogue import Catalogue
from layers.register import Register
from layers.renewal.figure import Figure
from layers.responsibility.book import Book
from layers.responsibility.key_accounts import Account, read_accounts
from layers.responsibility.person import BACKUP, PRIMARY, Day, Person

CUSTOMER, VISIT, PROBLEM = "customer", "account_visit", "account_problem"
_SATISFACTION, _CONTENT, _DISCONTENT = "satisfaction", "satisfied", "dissatisfied"
_VISIT_FIELDS = ("code", "customer", "person", "visit_date", "kind", "content", "leaflets", "satisfaction")
_PROBLEM_FIELDS = (
    "code",
    "customer",
    "visit",
    "problem",
    "owner",
    "raised_date",
    "due_date",
    "rectified_date",
    "satisfaction",
)

Standing = Literal["done", "late", "open"]


@dataclass(frozen=True)
class Visit:
    """Somebody called on an account."""

    id: int
    code: str
    customer: int
    person: int | None
    day: Day | None
    kind: str | None
    content: str
    leaflets: int
    satisfaction: str | None


@dataclass(frozen=True)
class AccountProblem:
    """What an account asked for. ``done`` is when it was put right."""

    id: int
    code: str
    customer: int
    visit: int | None
    words: str
    owner: int | None
    raised: Day | None
    due: Day | None
    done: Day | None
    satisfaction: str | None

    def standing(self, day: Day) -> Standing:
        """How it stands on a day: put right, late, or in hand."""
        if self.done is not None and self.done <= day:
            return "done"
        return "late" if self.due is not None and self.due < day else "open"

    def is_in_time(self, day: Day) -> bool:
        """Whether it was put right by its day."""
        return self.standing(day) == "done" and (
            self.due is None or (self.done is not None and self.done <= self.due)
        )


@dataclass(frozen=True)
class AccountRow:
    """One account on a day: its contact and who stands behind, its visits and problems up to then, the newest first."""

    account: Account
    contact: Person | None
    backup: Person | None
    visits: tuple[Visit, ...]
    problems: tuple[AccountProblem, ...]
    days_since: int | None
    """Days since the last visit; None without any."""
    is_due: bool
    """Not called on for longer than the company asks for."""
    unsolved: tuple[AccountProblem, ...]
    late: tuple[AccountProblem, ...]


@dataclass(frozen=True)
class Rate:
    """A part of a whole, both with their ids. ``rest``: what is missing."""

    part: Figure
    whole: Figure

    @property
    def percent(self) -> float | None:
        """0 to 100; None where there is nothing to divide by."""
        return None if not self.whole.value else 100 * (self.part.value or 0.0) / self.whole.value

    @property
    def rest(self) -> Figure:
        """What of the whole is not in the part."""
        ids = tuple(sorted(set(self.whole.ids) - set(self.part.ids)))
        return Figure(float(len(ids)), "count", self.whole.type, ids)


@dataclass(frozen=True)
class AccountFigures:
    """The figures of a period that ends with the day: of accounts as they stand, of visits and problems in it."""

    contacts: Rate
    """Accounts with a contact."""
    called_on: Rate
    """Accounts visited within the company's interval."""
    visits: Figure
    leaflets: Figure
    rectified: Rate
    """Problems raised in the period that are put right."""
    in_time: Rate
    """Of those put right, or due by now: put right by their day."""
    late: Figure
    content_visits: Rate
    """Of the visits at which the account said how content it was."""
    content_problems: Rate


@dataclass(frozen=True)
class AccountBook:
    """The key accounts as of ``day``, those that want attention first."""

    day: Day
    rows: tuple[AccountRow, ...]
    meanings: Mapping[str, str]
    """What the entries of the list of satisfaction mean to the program, by code."""

    def row(self, customer: int) -> AccountRow | None:
        """The row of an account; None for none of the day."""
        return next((row for row in self.rows if row.account.id == customer), None)

    def figures(self, first: Day | None = None, person: int | None = None) -> AccountFigures:
        """The figures since ``first`` (None: ever); of the accounts of one contact when ``person`` is given."""
        rows = [row for row in self.rows if person in (None, row.contact.id if row.contact else -1)]
        visits = [v for row in rows for v in row.visits if first is None or (v.day or first) >= first]
        problems = [p for row in rows for p in row.problems if first is None or (p.raised or first) >= first]
        done = [p for p in problems if p.standing(self.day) == "done"]
        late = [p for p in problems if p.standing(self.day) == "late"]
        return AccountFigures(
            _rate(CUSTOMER, (r.account.id for r in rows if r.contact), (r.account.id for r in rows)),
            _rate(CUSTOMER, (r.account.id for r in rows if not r.is_due), (r.account.id for r in rows)),
            _count(VISIT, (visit.id for visit in visits)),
            Figure(
                float(sum(v.leaflets for v in visits)),
                "count",
                VISIT,
                tuple(v.id for v in visits if v.leaflets),
            ),
            _rate(PROBLEM, (p.id for p in done), (p.id for p in problems)),
            _rate(PROBLEM, (p.id for p in done if p.is_in_time(self.day)), (p.id for p in (*done, *late))),
            # What is late is late whenever it was raised: the list says the same.
            _count(PROBLEM, (p.id for row in rows for p in row.late)),
            self._content(VISIT, visits),
            self._content(PROBLEM, done),
        )

    def _content(self, type: str, told: Iterable[Visit | AccountProblem]) -> Rate:
        answers = [each for each in told if each.satisfaction is not None]
        content = (each.id for each in answers if self.meanings.get(each.satisfaction or "") == _CONTENT)
        return _rate(type, content, (each.id for each in answers))


def read_account_book(register: Register, book: Book, day: Day) -> AccountBook:
    """Read the key accounts of a register as of ``day``; people as ``book`` has them. What came later is left out."""
    accounts = {id: each for id, each in read_accounts(register).items() if each.is_open(day)}
    visits: dict[int, list[Visit]] = {}
    for row in register.values(VISIT, _VISIT_FIELDS).to_pylist():
        visit = _visit(row)
        if visit.day is None or visit.day <= day:
            visits.setdefault(visit.customer, []).append(visit)
    problems: dict[int, list[AccountProblem]] = {}
    for row in register.values(PROBLEM, _PROBLEM_FIELDS).to_pylist():
        problem = _problem(row)
        if problem.raised is None or problem.raised <= day:
            problems.setdefault(problem.customer, []).append(problem)
    interval = int(register.setting("visit_interval_days"))
    rows = [
        _row(book, account, visits.get(id, ()), problems.get(id, ()), day, interval)
        for id, account in accounts.items()
    ]
    rows.sort(key=_urgency)
    return AccountBook(day, tuple(rows), meanings(register.catalogue))


def meanings(catalogue: Catalogue) -> Mapping[str, str]:
    """What the entries of the list of satisfaction mean to the program, by code."""
    return {entry.code: entry.means for entry in catalogue.code_lists[_SATISFACTION].entries}


def is_discontent(book: AccountBook, code: str | None) -> bool:
    """Whether an answer says that the account was not content."""
    return book.meanings.get(code or "") == _DISCONTENT


def _row(
    book: Book,
    account: Account,
    visits: Collection[Visit],
    problems: Collection[AccountProblem],
    day: Day,
    interval: int,
) -> AccountRow:
    target = AssetKey(CUSTOMER, account.id)
    running = [a for role in book.account_roles for a in book.running(target, day, role)]
    people = {a.rank: book.people.get(a.person) for a in reversed(running) if not book.is_gone(a.person, day)}
    newest = tuple(sorted(visits, key=lambda v: (v.day or Day.min, v.id), reverse=True))
    asked = tuple(sorted(problems, key=lambda p: (p.raised or Day.min, p.id), reverse=True))
    last = next((visit.day for visit in newest if visit.day is not None), None)
    since = None if last is None else (day - last).days
    return AccountRow(
        account,
        people.get(PRIMARY),
        people.get(BACKUP),
        newest,
        asked,
        since,
        since is None or since > interval,
        tuple(p for p in asked if p.standing(day) != "done"),
        tuple(p for p in asked if p.standing(day) == "late"),
    )


def _urgency(row: AccountRow) -> tuple[Any, ...]:
    since = row.days_since if row.days_since is not None else 100_000
    return row.contact is not None, not row.late, not row.unsolved, -since, row.account.code


def _visit(row: Mapping[str, Any]) -> Visit:
    return Visit(
        row["fid"],
        row["code"] or "",
        row["customer"],
        row["person"],
        edtf.earliest(row["visit_date"]),
        row["kind"],
        row["content"] or "",
        row["leaflets"] or 0,
        row["satisfaction"],
    )


def _problem(row: Mapping[str, Any]) -> AccountProblem:
    raised, done = edtf.earliest(row["raised_date"]), edtf.earliest(row["rectified_date"])
    due = edtf.latest(row["due_date"])
    told = row["fid"], row["code"] or "", row["customer"], row["visit"], row["problem"] or "", row["owner"]
    return AccountProblem(*told, raised, due, done, row["satisfaction"])


def _count(type: str, ids: Iterable[int]) -> Figure:
    found = tuple(sorted(ids))
    return Figure(float(len(found)), "count", type, found)


def _rate(type: str, part: Iterable[int], whole: Iterable[int]) -> Rate:
    return Rate(_count(type, part), _count(type, whole))
