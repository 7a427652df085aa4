"""What comes of a change of hands: loads before and after, gaps it leaves, what else the person leads, warnings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from layers.grids.load.limits import LoadLimits
from layers.model.asset import AssetKey
from layers.model.duty_words import GRID
from layers.model.query import All, AnyOf, Compare, Query
from layers.register import Register
from layers.responsibility.book import Book
from layers.responsibility.days import common, days
from layers.responsibility.finding import Gap
from layers.responsibility.gaps import gaps_of
from layers.responsibility.handing_over.move import LoadChange, Move
from layers.responsibility.person import BACKUP, PRIMARY, Day
from layers.text import Message


def load_changes(
    before: Book, after: Book, people: Iterable[int], day: Day, loads: Mapping[int, float] | None
) -> tuple[LoadChange, ...]:
    """What each of these people has to look after on ``day`` before and after, as primary of grids."""
    found = []
    for id in people:
        person = before.people.get(id)
        if person is not None:
            then, now = _grids(before, id, day), _grids(after, id, day)
            found.append(LoadChange(person, _sum(then, loads), _sum(now, loads)))
    return tuple(found)


def mean_of_people(book: Book, day: Day, loads: Mapping[int, float] | None, new: int = 0) -> float:
    """What those who are primary of grids on ``day`` have to look after on the mean, in percent of the mean grid.

    There may be twice as many grids as people: then it is 200, and who has as much is not overloaded. ``new``: so many
    more share in it.
    """
    held = [
        sum((loads or {}).get(id, 0.0) for id in grids)
        for p in book.people
        if (grids := _grids(book, p, day))
    ]
    return sum(held) / (len(held) + new) if held and sum(held) else 100.0


def new_gaps(before: Book, after: Book, targets: Iterable[AssetKey], day: Day) -> tuple[Gap, ...]:
    """Gaps from ``day`` on of these targets that were not there before, accepted ones too."""
    window = days(day, None)
    found = []
    for target in dict.fromkeys(targets):
        for role in after.needed_roles(target.type):
            old = {(g.first, g.last, g.reason) for g in gaps_of(before, target, role)}
            for gap in gaps_of(after, target, role):
                is_new = (gap.first, gap.last, gap.reason) not in old
                if is_new and common(days(gap.first, gap.last), window) is not None:
                    found.append(gap)
    return tuple(found)


def notes_on_leaving(register: Register, book: Book, person: int) -> tuple[Message, ...]:
    """What somebody who leaves has beside assignments, and that others have to be named for."""
    notes = [
        Message("duty.note.leads_team", {"team": team.name})
        for team in book.teams.values()
        if team.leader == person
    ]
    where = All((Compare("manager", "=", person), AnyOf((Compare("completed_date", "is null"),))))
    projects = register.count(Query("project", where))
    if projects:
        notes.append(Message("duty.note.manages_projects", {"count": projects}))
    if "account_problem" in register.catalogue:
        open_ones = All((Compare("owner", "=", person), Compare("rectified_date", "is null")))
        problems = register.count(Query("account_problem", open_ones))
        if problems:
            notes.append(Message("duty.note.owns_problems", {"count": problems}))
    return tuple(notes)


def without_backup(before: Book, after: Book, targets: Iterable[AssetKey], day: Day) -> list[AssetKey]:
    """The grids among these that have a backup before and none after."""
    return [
        target
        for target in dict.fromkeys(targets)
        if target.type == GRID and _has_backup(before, target, day) and not _has_backup(after, target, day)
    ]


def warnings_about(
    register: Register,
    before: Book,
    after: Book,
    targets: Mapping[AssetKey, str],
    moves: Sequence[Move],
    loads: Sequence[LoadChange],
    day: Day,
    leaving: int | None,
    mean: float,
) -> tuple[Message, ...]:
    """What speaks against it: a successor who is gone, away or overloaded, a grid left without a backup, what is left
    with who leaves. ``targets``: what is moved, and what each is called; ``mean``: what people have on the mean."""
    found = [
        Message("duty.warning.no_backup", {"target": targets[target]})
        for target in without_backup(before, after, targets, day)
    ]
    over = LoadLimits.of(register).over
    takers = dict.fromkeys(move.to for move in moves if move.to is not None)
    by_person = {change.person.id: change for change in loads}
    for id in takers:
        person = after.people.get(id)
        if person is None:
            continue
        if after.is_gone(id, day):
            found.append(Message("duty.warning.gone", {"name": person.name}))
        elif person.left is not None:
            found.append(Message("duty.warning.leaves", {"name": person.name, "day": str(person.left)}))
        if person.joined is not None and person.joined > day:
            found.append(Message("duty.warning.not_there", {"name": person.name, "day": str(person.joined)}))
        absence = after.absence_of(id, day)
        if absence is not None:
            last = Message("duty.alarm.open_end") if absence.last is None else str(absence.last)
            found.append(Message("duty.warning.absent", {"name": person.name, "until": last}))
        change = by_person.get(id)
        if change is not None and change.after is not None and change.after / mean * 100.0 >= over:
            given = {"name": person.name, "percent": f"{change.after / mean * 100.0:.0f}"}
            found.append(Message("duty.warning.overloaded", given))
    if leaving is not None:
        left = [a for a in after.of_person.get(leaving, ()) if a.last is None or a.last >= day]
        if left:
            found.append(Message("duty.warning.left_over", {"count": len(left)}))
    return tuple(found)


def _grids(book: Book, person: int, day: Day) -> list[int]:
    """The grids somebody is primary of, in a role that every grid has."""
    lowest = {grid.id for grid in book.lowest_grids(day)}
    return list(
        dict.fromkeys(
            a.target.id
            for a in book.of_person.get(person, ())
            if a.runs(day)
            and a.rank == PRIMARY
            and a.target.type == GRID
            and a.target.id in lowest
            and a.role in book.grid_roles
        )
    )


def _has_backup(book: Book, target: AssetKey, day: Day) -> bool:
    return any(a.rank == BACKUP for role in book.grid_roles for a in book.running(target, day, role))


def _sum(grids: Sequence[int], loads: Mapping[int, float] | None) -> float | None:
    return None if loads is None else float(sum(loads.get(id, 0.0) for id in grids))
