"""Calendar of changes: what begins, ends and changes hands, who is away, joins or leaves, day by day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from layers.model.asset import AssetKey
from layers.model.duty_words import GRID
from layers.responsibility.book import Book
from layers.responsibility.finding import CalendarEntry, EntryKind
from layers.responsibility.naming import grid_name, role_title
from layers.responsibility.person import ONE_DAY, PRIMARY, Assignment, Day
from layers.text import Message


def calendar(
    book: Book, first: Day, last: Day, names: Mapping[AssetKey, str] | None = None
) -> tuple[CalendarEntry, ...]:
    """What changes from ``first`` to ``last`` (inclusive), by day. ``names``: see ``names_of``.

    What ends one day and begins the next in other hands is told once, as handed over.
    """
    found = [*_assignments(book, names or {}), *_people(book), *_grids(book)]
    return tuple(sorted((e for e in found if first <= e.day <= last), key=lambda e: (e.day, e.kind)))


def targets_of(book: Book, first: Day, last: Day) -> tuple[AssetKey, ...]:
    """The targets whose names a calendar of these days needs."""
    return tuple(dict.fromkeys(e.target for e in calendar(book, first, last) if e.target is not None))


def _assignments(book: Book, names: Mapping[AssetKey, str]) -> Iterator[CalendarEntry]:
    for target, held in book.of_target.items():
        name = grid_name(book, target.id) if target.type == GRID else names.get(target, "")
        name = name or f"{target.type} {target.id}"
        ended = {(a.role, a.rank, a.last + ONE_DAY): a for a in held if a.last is not None}
        taken_over: set[int] = set()
        for each in held:
            before = ended.get((each.role, each.rank, each.first))
            if before is not None and before.person != each.person:
                taken_over.add(before.id)
                given = _given(book, each, name) | {"before": _person(book, before.person)}
                yield _entry("handed_over", each.first, given, each, before.person)
            elif before is not None:
                # The same person goes on under another document: nothing changes hands.
                taken_over.add(before.id)
            else:
                yield _entry("begins", each.first, _given(book, each, name), each)
        for each in held:
            if each.last is not None and each.id not in taken_over:
                yield _entry("ends", each.last, _given(book, each, name), each)


def _entry(
    kind: EntryKind, day: Day, given: Mapping[str, object], assignment: Assignment, before: int | None = None
) -> CalendarEntry:
    words = Message(f"duty.calendar.{kind}", dict(given))
    return CalendarEntry(day, kind, words, assignment.target, assignment.person, before, assignment.id)


def _given(book: Book, assignment: Assignment, target: str) -> dict[str, object]:
    return {
        "name": _person(book, assignment.person),
        "role": role_title(book, assignment.role),
        "rank": Message("duty.step.primary")
        if assignment.rank == PRIMARY
        else Message(f"duty.step.{assignment.rank}"),
        "target": target,
    }


def _people(book: Book) -> Iterator[CalendarEntry]:
    for person in book.people.values():
        dates: tuple[tuple[EntryKind, Day | None], ...] = (("joined", person.joined), ("left", person.left))
        for kind, day in dates:
            if day is not None:
                yield CalendarEntry(
                    day, kind, Message(f"duty.calendar.{kind}", {"name": person.name}), person=person.id
                )
    for absence in (each for found in book.absences.values() for each in found):
        name, stand_in = _person(book, absence.person), absence.stand_in
        words = Message("duty.calendar.absence", {"name": name})
        if stand_in is not None:
            given = {"name": name, "stand_in": _person(book, stand_in)}
            words = Message("duty.calendar.absence_with", given)
        yield CalendarEntry(absence.first, "absence", words, None, absence.person, stand_in)
        if absence.last is not None:
            back = Message("duty.calendar.back", {"name": name})
            yield CalendarEntry(absence.last + ONE_DAY, "back", back, None, absence.person)


def _grids(book: Book) -> Iterator[CalendarEntry]:
    for grid in book.grids.values():
        given, target = {"grid": grid_name(book, grid.id)}, AssetKey(GRID, grid.id)
        if grid.first is not None:
            yield CalendarEntry(
                grid.first, "grid_begins", Message("duty.calendar.grid_begins", given), target
            )
        if grid.last is not None:
            yield CalendarEntry(grid.last, "grid_ends", Message("duty.calendar.grid_ends", given), target)


def _person(book: Book, id: int) -> str:
    person = book.people.get(id)
    return f"#{id}" if person is None else person.name
