"""Hand-over: assignments go to others from a day on, one or all of somebody who leaves, as one act with one undo."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from layers.editing.plan import EditPlan, Update
from layers.errors import UserError
from layers.model.asset import AssetKey
from layers.model.duty_words import GRID
from layers.register import Register
from layers.responsibility.book import Book, read_book
from layers.responsibility.handing_over.consequences import (
    load_changes,
    mean_of_people,
    new_gaps,
    notes_on_leaving,
    warnings_about,
)
from layers.responsibility.handing_over.move import Handover, Move
from layers.responsibility.handing_over.redrafting import Redraft
from layers.responsibility.naming import names_of, role_title
from layers.responsibility.person import ONE_DAY, PRIMARY, Assignment, Day, Person
from layers.text import Message


@dataclass(frozen=True)
class _Terms:
    """What holds for all moves of a hand-over."""

    day: Day
    old_becomes: str | None
    document: str
    reason: str
    note: str
    until: Day | None
    leaving: int | None


def duties(book: Book, person: int, day: Day) -> tuple[Assignment, ...]:
    """What somebody has charge of on a day or later, as a hand-over has to give away: primary first."""
    found = [a for a in book.of_person.get(person, ()) if a.last is None or a.last >= day]
    return tuple(sorted(found, key=lambda a: (a.target.type, *book.rank_order(a))))


def successors(book: Book, target: AssetKey, role: str, day: Day, rank: str = PRIMARY) -> tuple[int, ...]:
    """Who may take over, the likeliest first: backups, co-stewards, then whoever has that role and the fewest to look
    after, then everybody else; who is away on that day comes last. Nobody who has a place there already: a backup does
    not follow a backup."""
    running = book.running(target, day, role)
    held = {a.person for a in running if a.rank == PRIMARY or rank != PRIMARY}
    near = {a.person: number for number, a in enumerate(running)}

    def order(person: Person) -> tuple[bool, int, bool, int, str, int]:
        mine = [a for a in book.of_person.get(person.id, ()) if a.runs(day)]
        has_role = person.role == role or any(a.role == role for a in mine)
        count = sum((a.role, a.rank) == (role, PRIMARY) for a in mine)
        is_away = book.absence_of(person.id, day) is not None
        place = near.get(person.id, len(near))
        return is_away, place, not has_role, count if has_role else 0, person.code, person.id

    there = (p for p in book.people.values() if p.id not in held and not book.is_gone(p.id, day))
    return tuple(person.id for person in sorted(there, key=order))


def plan_handover(
    register: Register,
    moves: Sequence[Move],
    day: Day,
    *,
    book: Book | None = None,
    old_becomes: str | None = None,
    document: str = "",
    reason: str = "",
    note: str = "",
    until: Day | None = None,
    loads: Mapping[int, float] | None = None,
    leaving: int | None = None,
) -> Handover:
    """Hand assignments over from ``day`` on: the old ones end the day before.

    ``old_becomes``: the rank (backup, co-steward) that primaries keep; ``until``: the last day of the new ones
    (default: for good, or until the next primary already planned). ``loads``: percent of the mean by grid.
    ``leaving``: a person who is gone from ``day`` on. Raises ``UserError`` for what is over already, for somebody who
    would take over from himself, and for a gap without a reason.
    """
    book = book or read_book(register)
    if until is not None and until < day:
        raise UserError(Message("duty.refused.backwards", {"first": str(day), "last": str(until)}))
    terms = _Terms(day, old_becomes, document.strip(), reason.strip(), note.strip(), until, leaving)
    draft = Redraft(register, book)
    targets = [move.target or draft.get(move.assignment or 0).target for move in moves]
    names = names_of(register, book, targets)
    for move, target in zip(moves, targets, strict=True):
        if move.to is not None:
            _refuse_ended(book, target, _start(draft, move, day), names[target])
    figures = [
        _move(draft, book, move, terms, names[target]) for move, target in zip(moves, targets, strict=True)
    ]
    inserts, updates, deletes = draft.rows()
    if leaving is not None:
        updates = (*updates, _leave(register, leaving, day))
    lasting = tuple(
        dict.fromkeys(
            (target, _start(draft, move, day).isoformat())
            for move, target in zip(moves, targets, strict=True)
            if move.to is not None
        )
    )
    plan = EditPlan(_label(names, targets, day), inserts, updates, deletes, tuple(figures), lasting=lasting)
    people = _people(book, moves)
    changes = load_changes(book, draft.after, people, day, loads)
    mean = mean_of_people(draft.after, day, loads)
    return Handover(
        plan,
        changes,
        new_gaps(book, draft.after, targets, day),
        notes_on_leaving(register, book, leaving) if leaving is not None else (),
        warnings_about(register, book, draft.after, names, moves, changes, day, leaving, mean),
        mean,
    )


def _start(draft: Redraft, move: Move, day: Day) -> Day:
    """The first day of whoever takes over."""
    old = None if move.assignment is None else draft.before.assignments.get(move.assignment)
    return day if old is None else max(day, old.first)


def _refuse_ended(book: Book, target: AssetKey, day: Day, name: str) -> None:
    """Raise ``UserError`` for a grid that is none any more on ``day``; it names the one that its land went to."""
    grid = book.grids.get(target.id) if target.type == GRID else None
    if grid is None or grid.last is None or grid.last >= day:
        return
    given = {"target": name, "day": str(grid.last)}
    next_id = book.predecessor(grid.id, day)
    if next_id is None:
        raise UserError(Message("duty.refused.grid_ended", given), Message("duty.refused.gone_hint"))
    successor = book.grids[next_id]
    raise UserError(
        Message(
            "duty.refused.grid_merged", {**given, "successor": f"{successor.code} {successor.name}".strip()}
        ),
        Message("duty.refused.grid_merged_hint", {"successor": successor.code}),
    )


def _move(draft: Redraft, book: Book, move: Move, terms: _Terms, name: str) -> Message:
    """One move; the sentence that tells it."""
    if move.assignment is None:
        return _appoint(draft, book, move, terms, name)
    old = draft.get(move.assignment)
    if old.last is not None and old.last < terms.day:
        raise UserError(
            Message("duty.refused.over", {"target": name, "day": str(old.last)}),
            Message("duty.refused.over_hint"),
        )
    if move.to == old.person:
        raise UserError(Message("duty.refused.same", {"target": name, "name": _name(book, old.person)}))
    start = max(terms.day, old.first)
    gap_reason = move.gap_reason.strip() if move.to is None else ""
    needed = old.rank == PRIMARY and old.role in book.needed_roles(old.target.type)
    if move.to is None and needed and not gap_reason:
        raise UserError(
            Message("duty.refused.no_reason", {"target": name}), Message("duty.refused.no_reason_hint")
        )
    draft.end(old.id, start - ONE_DAY, terms.reason, gap_reason)
    given = {
        "target": name,
        "role": role_title(book, old.role),
        "rank": Message(f"duty.step.{old.rank}"),
        "day": str(start),
        "before": _name(book, old.person),
    }
    if move.to is None:
        return Message("duty.figure.ends", given | {"reason": gap_reason or "—"})
    made = draft.begin(_new(old, move.to, start, terms))
    if old.rank == PRIMARY and terms.old_becomes is not None and old.person != terms.leaving:
        kept = replace(_new(old, old.person, start, terms), rank=terms.old_becomes)
        draft.begin(kept)
    given["name"] = _name(book, move.to)
    if made.last is not None:
        return Message("duty.figure.moves_until", given | {"last": str(made.last)})
    return Message("duty.figure.moves", given)


def _appoint(draft: Redraft, book: Book, move: Move, terms: _Terms, name: str) -> Message:
    """Somebody for what nobody has charge of."""
    if move.target is None or move.to is None:
        raise ValueError("a move without an assignment names a target and a person")
    role = move.role or next(iter(book.needed_roles(move.target.type)), "")
    held = next((a for a in draft.of(move.target, role) if a.rank == PRIMARY and a.runs(terms.day)), None)
    if held is not None and move.rank == PRIMARY:
        raise UserError(
            Message("duty.refused.held", {"target": name, "name": _name(book, held.person)}),
            Message("duty.refused.held_hint"),
        )
    new = Assignment(0, "", move.to, role, move.target, move.rank, terms.day, terms.until)
    made = draft.begin(replace(new, reason=terms.reason, document=terms.document, note=terms.note))
    given = {
        "target": name,
        "role": role_title(book, role),
        "rank": Message(f"duty.step.{move.rank}"),
        "day": str(made.first),
        "name": _name(book, move.to),
    }
    return Message("duty.figure.begins", given)


def _new(old: Assignment, person: int, start: Day, terms: _Terms) -> Assignment:
    return Assignment(
        0, "", person, old.role, old.target, old.rank, start, terms.until, terms.reason, terms.document, terms.note
    )  # fmt: skip


def _leave(register: Register, person: int, day: Day) -> Update:
    asset = register.get("person", person)
    if asset is None:
        raise UserError(Message("duty.refused.no_person"), Message("duty.refused.gone_hint"))
    return Update("person", person, asset.version, {"left_date": day.isoformat()})


def _label(names: Mapping[AssetKey, str], targets: Sequence[AssetKey], day: Day) -> Message:
    """Without names of people: the trail is read by everybody."""
    if len(targets) == 1:
        return Message("duty.act.handed_over", {"target": names[targets[0]], "day": str(day)})
    return Message("duty.act.several_handed_over", {"count": len(targets), "day": str(day)})


def _people(book: Book, moves: Iterable[Move]) -> list[int]:
    """Everybody whose load may change, who gives before who takes."""
    given = [book.assignments.get(move.assignment or 0) for move in moves]
    old = [assignment.person for assignment in given if assignment is not None]
    return list(dict.fromkeys((*old, *(m.to for m in moves if m.to is not None))))


def _name(book: Book, id: int) -> str:
    person = book.people.get(id)
    return f"#{id}" if person is None else person.name
