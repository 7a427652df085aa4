"""Answers as plain values with lasting names, for other programs."""

from __future__ import annotations

from typing import Any

from layers.responsibility.asking.answer import Answer, Responsible, Span, Step, Subject
from layers.responsibility.person import Day
from layers.text import Texts


def as_json(answer: Answer, texts: Texts) -> dict[str, Any]:
    """An answer; sentences in the language of ``texts``, days as ``2024-05-01``, open ends as null."""
    return {
        "day": answer.day.isoformat(),
        "subject": None if answer.subject is None else _subject(answer.subject),
        "place": None if answer.place is None else list(answer.place),
        "nearby": None if answer.nearby is None else texts.render(answer.nearby),
        "grids": [{"id": g.id, "code": g.code, "name": g.name, "level": g.level} for g in answer.grids],
        "people": [_person(each, texts) for each in answer.people],
        "escalation": [_step(each, texts) for each in answer.escalation],
        "missing": [texts.render(each) for each in answer.missing],
        "history": [_span(each) for each in answer.history],
        "others": [_subject(each) for each in answer.others],
        "notes": [texts.render(each) for each in answer.notes],
    }


def _subject(subject: Subject) -> dict[str, Any]:
    return {"type": subject.key.type, "id": subject.key.id, "label": subject.label}


def _person(each: Responsible, texts: Texts) -> dict[str, Any]:
    given = each.assignment
    return {
        "name": each.name,
        "phone": each.phone,
        "main": each.is_main,
        "role": each.role,
        "role_title": texts.render(each.role_title),
        "rank": each.rank,
        "target": {"type": each.target.type, "id": each.target.id, "name": each.target_name},
        "assignment": None if given is None else given.code,
        "since": _day(each.since),
        "until": _day(each.until),
        "document": each.document,
        "reason": "" if given is None else given.reason,
        "absent_until": None if each.absence is None else _day(each.absence.last),
        "absent": each.absence is not None,
        "left": each.is_gone,
        "stand_in": None
        if each.stand_in is None
        else {"name": each.stand_in.name, "phone": each.stand_in.phone},
    }


def _step(step: Step, texts: Texts) -> dict[str, Any]:
    return {
        "kind": step.kind,
        "name": step.person.name,
        "phone": step.person.phone,
        "words": texts.render(step.words),
        "available": step.is_there,
    }


def _span(span: Span) -> dict[str, Any]:
    return {
        "rank": span.rank,
        "kind": span.kind,
        "name": span.name,
        "from": _day(span.first),
        "to": _day(span.last),
        "reason": span.reason,
    }


def _day(day: Day | None) -> str | None:
    return None if day is None else day.isoformat()
