"""Alarms: what is wrong with who looks after what on a day, or will be soon, the worst first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from layers.grids.load.limits import LoadLimits
from layers.model.asset import AssetKey
from layers.model.duty_words import CUSTOMER, GRID
from layers.register import Register
from layers.responsibility.book import Book
from layers.responsibility.finding import Alarm, AlarmKind, Severity
from layers.responsibility.gaps import gaps_of
from layers.responsibility.key_accounts import Account
from layers.responsibility.naming import grid_name, role_title
from layers.responsibility.person import BACKUP, ONE_DAY, PRIMARY, Assignment, Day
from layers.text import Message

_BADNESS: Mapping[Severity, int] = {"danger": 0, "warn": 1, "info": 2}


@dataclass(frozen=True)
class AlarmSettings:
    """The company's limits: of workload, and days before an end; as delivered, where no register is asked."""

    load: LoadLimits = field(default_factory=LoadLimits)
    expiring_days: int = 30

    @classmethod
    def of(cls, register: Register) -> AlarmSettings:
        """The settings of a register as they are now."""
        return cls(LoadLimits.of(register), register.setting("expiring_days"))


def alarms(
    book: Book,
    day: Day,
    settings: AlarmSettings,
    loads: Mapping[int, float] | None = None,
    accounts: Mapping[int, Account] | None = None,
    names: Mapping[AssetKey, str] | None = None,
) -> tuple[Alarm, ...]:
    """What wants attention on a day. ``loads``: percent of the mean by grid; ``accounts``: the key accounts.

    ``names`` of other things that people have charge of (``names_of``), where alarms about these shall name them.
    """
    found: list[Alarm] = []
    needed: set[AssetKey] = set()
    for grid in book.lowest_grids(day):
        target = AssetKey(GRID, grid.id)
        needed.add(target)
        about = _About(book, target, grid_name(book, grid.id), day, settings)
        for role in book.grid_roles:
            found += about.of_role(role, needs_backup=role == book.grid_roles[0])
        if loads and grid.id in loads:
            found += about.of_load(loads[grid.id])
    for account in (accounts or {}).values():
        target = AssetKey(CUSTOMER, account.id)
        needed.add(target)
        if account.is_open(day):
            about = _About(book, target, account.name or account.code, day, settings)
            for role in book.account_roles:
                found += about.of_role(role, needs_backup=False)
    for assignment in book.assignments.values():
        if assignment.runs(day):
            is_told = assignment.target in needed and assignment.rank == PRIMARY
            is_needed = assignment.role in book.needed_roles(assignment.target.type)
            if not (is_told and is_needed):
                name = _name(book, assignment.target, names)
                found += _About(book, assignment.target, name, day, settings).of_other(assignment)
    return tuple(sorted(found, key=lambda a: (_BADNESS[a.severity], a.kind, a.target, a.assignment or 0)))


@dataclass(frozen=True)
class _About:
    """The alarms of one target on a day; ``name`` is what sentences call it."""

    book: Book
    target: AssetKey
    name: str
    day: Day
    settings: AlarmSettings

    def of_role(self, role: str, *, needs_backup: bool) -> Iterator[Alarm]:
        """Of a role that the target needs."""
        running = self.book.running(self.target, self.day, role)
        primary = next((a for a in running if a.rank == PRIMARY), None)
        backups = [a for a in running if a.rank == BACKUP and not self._is_away(a)]
        if primary is None:
            yield self._vacant(role)
        elif self.book.is_gone(primary.person, self.day):
            yield self._gone(primary)
        else:
            yield from self._absent(primary, bool(backups))
        if primary is not None:
            yield from self._expiring(primary)
        if needs_backup and not any(a.rank == BACKUP for a in running):
            yield self._alarm("no_backup", "warn", {"role": role_title(self.book, role)})

    def of_load(self, percent: float) -> Iterator[Alarm]:
        """Of a load far from the mean."""
        given = {"percent": f"{percent:.0f}"}
        match self.settings.load.standing(percent):
            case "over":
                yield self._alarm("load_over", "danger", given, amount=percent)
            case "high":
                yield self._alarm("load_high", "warn", given, amount=percent)
            case "low":
                yield self._alarm("load_low", "info", given, amount=percent)

    def of_other(self, assignment: Assignment) -> Iterator[Alarm]:
        """Of an assignment nobody must have: a backup, somebody for a community or a project."""
        if self.book.is_gone(assignment.person, self.day):
            yield self._gone(assignment, "warn")
        elif assignment.rank == PRIMARY:
            yield from self._expiring(assignment)

    def _vacant(self, role: str) -> Alarm:
        title = role_title(self.book, role)
        gap = next((g for g in gaps_of(self.book, self.target, role) if g.covers(self.day)), None)
        since = None if gap is None else gap.first
        days = 0.0 if since is None else float((self.day - since).days + 1)
        if gap is not None and gap.is_accepted:
            given = {"role": title, "reason": gap.reason}
            return self._alarm("gap_accepted", "info", given, day=since, amount=days)
        kind: AlarmKind = "no_primary" if self.target.type == GRID else "no_contact"
        held = [
            a
            for a in self.book.of_target.get(self.target, ())
            if (a.role, a.rank) == (role, PRIMARY) and a.last is not None and a.last < self.day
        ]
        if held:
            last = max(held, key=lambda a: a.last or self.day)
            given = {"role": title, "name": self._person(last.person), "day": str(last.last)}
            return self._alarm("expired", "danger", given, last, day=since, amount=days)
        return self._alarm(kind, "danger", {"role": title}, day=since, amount=days)

    def _gone(self, assignment: Assignment, severity: Severity = "danger") -> Alarm:
        given = {"name": self._person(assignment.person), "role": role_title(self.book, assignment.role)}
        person = self.book.people.get(assignment.person)
        left = None if person is None else person.left
        return self._alarm("person_left", severity, given, assignment, day=left)

    def _absent(self, primary: Assignment, has_backup: bool) -> Iterator[Alarm]:
        absence = self.book.absence_of(primary.person, self.day)
        if absence is None:
            return
        given = {"name": self._person(primary.person), "until": self._until(absence.last)}
        stand_in = absence.stand_in
        is_there = (
            stand_in is not None
            and not self.book.is_gone(stand_in, self.day)
            and self.book.absence_of(stand_in, self.day) is None
        )
        if stand_in is not None and is_there:
            given["by"] = Message("duty.alarm.by_stand_in", {"name": self._person(stand_in)})
        elif has_backup:
            given["by"] = Message("duty.alarm.by_backup")
        else:
            given["by"] = Message("duty.alarm.by_nobody")
        severity: Severity = "warn" if is_there or has_backup else "danger"
        yield self._alarm("primary_absent", severity, given, primary, day=absence.first)

    def _expiring(self, assignment: Assignment) -> Iterator[Alarm]:
        if assignment.last is None:
            return
        left = (assignment.last - self.day).days
        later = self.book.primary(self.target, assignment.last + ONE_DAY, assignment.role)
        if left > self.settings.expiring_days or later is not None or assignment.gap_reason:
            return
        given = {
            "name": self._person(assignment.person),
            "role": role_title(self.book, assignment.role),
            "day": str(assignment.last),
            "days": left,
        }
        yield self._alarm("expiring", "warn", given, assignment, day=assignment.last, amount=float(left))

    def _is_away(self, assignment: Assignment) -> bool:
        person = assignment.person
        return self.book.is_gone(person, self.day) or self.book.absence_of(person, self.day) is not None

    def _person(self, id: int) -> str:
        person = self.book.people.get(id)
        return f"#{id}" if person is None else person.name

    def _until(self, last: Day | None) -> str | Message:
        return Message("duty.alarm.open_end") if last is None else str(last)

    def _alarm(
        self,
        kind: AlarmKind,
        severity: Severity,
        given: Mapping[str, object],
        assignment: Assignment | None = None,
        day: Day | None = None,
        amount: float = 0.0,
    ) -> Alarm:
        short, words = _texts(kind, {**given, "target": self.name})
        person = None if assignment is None else assignment.person
        id = None if assignment is None else assignment.id
        return Alarm(kind, severity, short, words, self.target, person, id, day, amount)


def _texts(kind: AlarmKind, given: Mapping[str, object]) -> tuple[Message, Message]:
    """The words of a chip and the sentence."""
    days = {"days": given["days"]} if kind == "expiring" else {}
    return Message(f"duty.short.{kind}", days), Message(f"duty.alarm.{kind}", dict(given))


def _name(book: Book, target: AssetKey, names: Mapping[AssetKey, str] | None) -> str:
    if target.type == GRID:
        return grid_name(book, target.id)
    return (names or {}).get(target, f"{target.type} {target.id}")
