"""Escalation: whom to turn to, one after the other, when the first one cannot be reached."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from layers.model.asset import AssetKey
from layers.model.duty_words import GRID
from layers.responsibility.asking.answer import GridOn, Responsible, Step
from layers.responsibility.book import Book
from layers.responsibility.person import BACKUP, CO, PRIMARY, Day, Person
from layers.text import Message


def escalation(
    book: Book, day: Day, people: Sequence[Responsible], grids: Sequence[GridOn]
) -> tuple[Step, ...]:
    """The primary, who stands in, the backups, co-stewards, the leader of the team, the primary of the area above.

    ``people`` are those of one target in one role, ``grids`` what lies above it. Nobody comes twice; somebody absent is
    told as such.
    """
    found: list[Step] = []
    for step in _steps(book, day, people, grids):
        if all(step.person.id != earlier.person.id for earlier in found):
            found.append(step)
    return tuple(found)


def _steps(book: Book, day: Day, people: Sequence[Responsible], grids: Sequence[GridOn]) -> Iterator[Step]:
    for each in people:
        if each.rank == PRIMARY:
            yield Step("primary", each.person, Message("duty.step.primary"), each.is_there)
            if each.stand_in is not None:
                words = Message("duty.step.stand_in", {"name": each.person.name})
                yield Step("stand_in", each.stand_in, words, _is_there(book, each.stand_in, day))
    for each in people:
        if each.rank == BACKUP:
            yield Step("backup", each.person, Message("duty.step.backup"), each.is_there)
    for each in people:
        if each.rank == CO:
            yield Step("co", each.person, Message("duty.step.co"), each.is_there)
    yield from _above(book, day, people, grids)


def _above(book: Book, day: Day, people: Sequence[Responsible], grids: Sequence[GridOn]) -> Iterator[Step]:
    for each in people:
        team = book.teams.get(each.person.team or 0)
        leader = None if team is None else book.people.get(team.leader or 0)
        if team is not None and leader is not None:
            words = Message("duty.step.team_leader", {"team": team.name})
            yield Step("team_leader", leader, words, _is_there(book, leader, day))
    for grid in grids:
        primaries = [a for a in book.running(AssetKey(GRID, grid.id), day) if a.rank == PRIMARY]
        # Where somebody has the role that every grid has, the crews of the grid are no way up.
        for assignment in [a for a in primaries if a.role in book.grid_roles] or primaries:
            person = book.people.get(assignment.person)
            if person is not None:
                words = Message("duty.step.area", {"area": grid.name or grid.code})
                yield Step("area", person, words, _is_there(book, person, day))


def _is_there(book: Book, person: Person, day: Day) -> bool:
    return not book.is_gone(person.id, day) and book.absence_of(person.id, day) is None
