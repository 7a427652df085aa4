"""The end of an assignment: it asks who follows, or why nobody does for now."""

from __future__ import annotations

from layers.editing.plan import Answers, Choice, EditPlan, Entry, Question
from layers.errors import UserError
from layers.model.asset import AssetKey
from layers.register import Register
from layers.responsibility.book import Book, read_book
from layers.responsibility.handing_over.handover import plan_handover, successors
from layers.responsibility.handing_over.move import Move
from layers.responsibility.handing_over.redrafting import Redraft
from layers.responsibility.naming import name_of, role_title
from layers.responsibility.person import ONE_DAY, PRIMARY, Assignment, Day
from layers.text import Message

#: The answer that nobody follows.
GAP = "gap"
SUCCESSOR = "successor"
GAP_REASON = "gap_reason"
#: So many people are offered.
_OFFERED = 12


def plan_ending(
    register: Register,
    assignment: int,
    last: Day,
    *,
    book: Book | None = None,
    answers: Answers | None = None,
    reason: str = "",
) -> EditPlan:
    """Let an assignment end with ``last``. Of a primary it asks (question ``successor``) who follows: the id of a
    person, or ``gap``; for that the entry ``gap_reason`` has to say why it is accepted.

    Where the next primary is planned already for the day after, nothing is asked. Raises ``UserError`` for an end
    before the beginning.
    """
    book, answers = book or read_book(register), answers or {}
    draft = Redraft(register, book)
    old = draft.get(assignment)
    name = name_of(register, book, old.target)
    if last < old.first:
        raise UserError(Message("duty.refused.backwards", {"first": str(old.first), "last": str(last)}))
    if not _is_needed(book, old, last):
        draft.end(old.id, last, reason)
        inserts, updates, deletes = draft.rows()
        return EditPlan(_label(name, last), inserts, updates, deletes, (_told(book, old, name, last),))
    offered = successors(book, old.target, old.role, last + ONE_DAY)
    chosen = answers.get(SUCCESSOR)
    why = answers.get(GAP_REASON, "").strip()
    entry = Entry(GAP_REASON, Message("duty.entry.gap_reason"), why)
    if chosen is None or (chosen == GAP and not why):
        question = _question(book, old, name, offered, chosen)
        told = (_told(book, old, name, last),)
        return EditPlan(_label(name, last), figures=told, questions=(question,), entries=(entry,))
    if chosen == GAP:
        draft.end(old.id, last, reason, why)
        inserts, updates, deletes = draft.rows()
        figures = (_told(book, old, name, last), Message("duty.figure.gap", {"reason": why}))
        return EditPlan(_label(name, last), inserts, updates, deletes, figures)
    move = Move(assignment, int(chosen))
    return plan_handover(register, [move], last + ONE_DAY, book=book, reason=reason).plan


def _is_needed(book: Book, old: Assignment, last: Day) -> bool:
    """Whether somebody has to follow: a primary, and none is planned for the day after."""
    if old.rank != PRIMARY or old.role not in book.needed_roles(old.target.type):
        return False
    return all(
        a.id == old.id or a.rank != PRIMARY or not a.runs(last + ONE_DAY)
        for a in book.of_target[AssetKey(*old.target)]
        if a.role == old.role
    )


def _question(
    book: Book, old: Assignment, name: str, offered: tuple[int, ...], chosen: str | None
) -> Question:
    choices = [Choice(str(id), book.people[id].name) for id in offered[:_OFFERED]]
    choices.append(Choice(GAP, Message("duty.choice.gap")))
    text = Message("duty.question.successor", {"target": name, "role": role_title(book, old.role)})
    return Question(SUCCESSOR, text, tuple(choices), chosen or choices[0].value)


def _told(book: Book, old: Assignment, name: str, last: Day) -> Message:
    person = book.people.get(old.person)
    given = {"target": name, "name": "" if person is None else person.name, "day": str(last)}
    return Message("duty.figure.ends_on", given)


def _label(name: str, last: Day) -> Message:
    return Message("duty.act.ended", {"target": name, "day": str(last)})
