"""Completion of a project in one act: what it laid goes into service, what it replaces is retired, or nothing.

Branches, valves, hydrants and meters that hung on the old mains are hung on the new ones; the old mains keep the
project and lead to those that took their place. Source of the rules: the trade's order that a replaced pipe is never
deleted, and that completing is one transaction.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from layers.editing.draft import Draft, Item, box_around
from layers.editing.ending import retire
from layers.editing.plan import Answers, Choice, EditPlan
from layers.errors import UserError
from layers.model import edtf
from layers.model.asset import AssetKey
from layers.model.query import All, Compare, Condition, Query
from layers.register import Register
from layers.renewal.completion.household import convert
from layers.renewal.completion.stage_dates import reached, set_reached, stages
from layers.renewal.mains.lengths import drawn_m, enter_lengths, project_length
from layers.renewal.mains.reattaching import is_planned, reattach, stands_on, tell
from layers.renewal.mains.succession import successors
from layers.renewal.words import IN, OUT, PROJECT, SECTION, laying_types
from layers.text import Message

#: Stages that should be reached before water flows, and those that completion reaches.
_BEFORE = ("pressure_test", "flush")
_BEGINNING = "start"
_OWN = "completion."


def plan_completion(
    register: Register,
    project: int,
    date: str,
    *,
    section: int | None = None,
    answers: Answers | None = None,
    today: datetime.date | None = None,
) -> EditPlan:
    """Put what a project laid into service on ``date`` (EDTF, or as people write it), and retire what it replaces.

    With ``section`` only the pipes of that section; the project stays open while others wait. Asks for the as-built
    length of every size (entries ``as_built:DN``, metres, may stay blank), and whether to go on when tests are not
    recorded (question ``tests``). Raises ``UserError`` with the reason when the project cannot be completed.
    """
    draft = Draft(register, answers)
    item = draft.get(AssetKey(PROJECT, project))
    day = _checked_day(draft, item, date, today or datetime.date.today())
    if section is not None:
        _check_section(draft, item, section)
    new, old = _pipes(draft, project, section)
    reach = float(register.setting("reattach_reach_m"))
    _check(draft, item, new, old)
    _ask_tests(draft, item)
    _put_in_service(draft, new, day)
    entries = enter_lengths(draft, new)
    taken = _retire_old(draft, new, old, day, reach)
    # Nothing hangs on an old main that came from a list and was never drawn.
    done = reattach(draft, [item for item in old if item.geometry is not None], new, reach)
    _say(draft, new, old, taken)
    tell(draft, done, item.code)
    rest = _waiting(register, project, {each.asset.id for each in (*new, *old) if each.asset is not None})
    if not rest:
        convert(draft, item, day)
        _finish(draft, item, new, day)
        set_reached(draft, item, _reaches(new, old), day)
    else:
        draft.figure(Message("completion.rest", {"count": rest}))
    names = {"code": item.code, "name": str(item.values.get("name") or ""), "date": day}
    plan = draft.plan(Message("completion.done" if not rest else "completion.partly_done", names))
    # What the project does stands before what that does to the network around it.
    own = tuple(figure for figure in plan.figures if figure.id.startswith(_OWN))
    others = tuple(figure for figure in plan.figures if not figure.id.startswith(_OWN))
    return replace(plan, entries=entries, figures=(*own, *others))


# ---- guards


def _checked_day(draft: Draft, project: Item, date: str, today: datetime.date) -> str:
    """The day of going into service. Raises ``UserError`` for one that cannot be."""
    day = edtf.parse(date) or ""
    first = edtf.earliest(day)
    if first is None:
        raise UserError(Message("completion.no_date", {"date": date}), Message("completion.no_date_hint"))
    if first > today:
        raise UserError(Message("completion.future", {"date": day}), Message("completion.future_hint"))
    begun = reached(draft, project).get(_BEGINNING)
    start, last = edtf.earliest(begun), edtf.latest(day)
    if start is not None and last is not None and last < start:
        names = {"date": day, "start": begun}
        raise UserError(Message("completion.before_start", names), Message("completion.before_start_hint"))
    return day


def _check(draft: Draft, project: Item, new: Sequence[Item], old: Sequence[Item]) -> None:
    """Raise ``UserError`` when the project cannot be completed as it stands."""
    state = project.values.get("state")
    names: dict[str, Any] = {"code": project.code, "name": str(project.values.get("name") or "")}
    if state in ("suspended", "cancelled", "completed"):
        raise UserError(Message(f"completion.{state}", names), Message(f"completion.{state}_hint"))
    if not new and not old and project.values.get("community") is None:
        raise UserError(Message("completion.nothing", names), Message("completion.nothing_hint"))
    unlocated = tuple(item.code for item in new if item.geometry is None)
    if unlocated:
        raise UserError(
            Message("completion.no_place", {"codes": unlocated}), Message("completion.no_place_hint")
        )
    both = tuple(item.code for item in new if item in old)
    if both:
        raise UserError(Message("completion.both", {"codes": both}), Message("completion.both_hint"))


def _check_section(draft: Draft, project: Item, section: int) -> None:
    """Raise ``UserError`` when a section is one of another project."""
    item = draft.get(AssetKey(SECTION, section))
    if item.values.get(PROJECT) != project.link:
        names = {"name": str(item.values.get("name") or ""), "code": project.code}
        raise UserError(Message("completion.other_section", names), Message("completion.other_section_hint"))


def _ask_tests(draft: Draft, project: Item) -> None:
    """Ask whether water shall flow though tests are not recorded. Raises ``UserError`` when it shall not."""
    dates = reached(draft, project)
    missing = tuple(
        stage.title
        for stage in stages(draft, project)
        if stage.means in _BEFORE and not dates.get(stage.means)
    )
    if not missing:
        return
    choices = (Choice("wait", Message("completion.tests_wait")), Choice("go", Message("completion.tests_go")))
    answer = draft.ask("tests", Message("completion.tests", {"stages": missing}), choices, "wait")
    if answer == "wait" and "tests" in draft.answers:
        raise UserError(
            Message("completion.tests_missing", {"stages": missing}), Message("completion.tests_missing_hint")
        )


# ---- what becomes of the mains


def _pipes(draft: Draft, project: int, section: int | None) -> tuple[list[Item], list[Item]]:
    """What the project lays and is not in service yet, and what it replaces and is in service."""
    new: list[Item] = []
    old: list[Item] = []
    for asset_type in laying_types(draft.catalogue):
        for name, found in ((IN, new), (OUT, old)):
            where: Condition = Compare(name, "=", project)
            if section is not None:
                where = All((where, Compare(SECTION, "=", section)))
            keys = [each.key for each in draft.register.find(Query(asset_type.name, where=where))]
            items = [draft.get(key) for key in keys]
            found += [each for each in items if not each.is_gone and (name == OUT or is_planned(each))]
    return new, [item for item in old if not is_planned(item)]


def _waiting(register: Register, project: int, done: set[int]) -> int:
    """How many pipes of the project are left for later."""
    count = 0
    for asset_type in laying_types(register.catalogue):
        words = asset_type.lifetime
        laid = Compare(str(words.status), "in", words.not_yet)
        old = Compare(str(words.status), "in", _still(asset_type.lifetime.alive))
        for where in (All((Compare(IN, "=", project), laid)), All((Compare(OUT, "=", project), old))):
            found = register.find(Query(asset_type.name, where=where, fields=("code",)))
            count += sum(asset.id not in done for asset in found)
    return count


def _still(alive: str | None) -> tuple[str, ...]:
    return () if alive is None else (alive,)


def _put_in_service(draft: Draft, new: Sequence[Item], day: str) -> None:
    """The new mains, and what is planned on them."""
    for item in new:
        _begin(draft, item, day)
    for point in _planned_points(draft, new):
        _begin(draft, point, day)
        for link in point.type.links:
            chamber = draft.target(point, link.name) if link.inside else None
            if chamber is not None and is_planned(chamber):
                _begin(draft, chamber, day)


def _begin(draft: Draft, item: Item, day: str) -> None:
    words = item.type.lifetime
    values: dict[str, Any] = {str(words.status): words.alive}
    begun = item.type.editing.begun
    if "completion_date" in item.type:
        values["completion_date"] = day
    if begun is not None and item.values.get(begun) is None:
        values[begun] = day
    draft.set(item, **values)


def _planned_points(draft: Draft, new: Sequence[Item]) -> Iterator[Item]:
    for line in new:
        for point in draft.near(draft.point_types, box_around(line.course, draft.tolerance)):
            if point.sits_on_lines and is_planned(point) and stands_on(draft, point, [line]):
                yield point


def _retire_old(
    draft: Draft, new: Sequence[Item], old: Sequence[Item], day: str, reach: float
) -> Mapping[str, int]:
    """Retire the old mains with those that follow them, and the fittings that are nothing without them."""
    following = successors(old, new, reach)
    # What hangs on an old main and on nothing else, found before it is retired.
    fittings = [point for line in old for point in _fittings(draft, line, old)]
    counts = {"followed": 0, "fittings": 0}
    for number, item in enumerate(old):
        name = item.type.editing.successor
        if name is not None and item.values.get(name) is None and number in following:
            draft.set(item, **{name: following[number].link})
        counts["followed"] += name is not None and item.values.get(name) is not None
        retire(draft, item, day)
        if number in following:
            _lead_over(draft, item, following[number])
    for point in dict.fromkeys(fittings):
        retire(draft, point, day)
        counts["fittings"] += 1
    return counts


def _lead_over(draft: Draft, old: Item, new: Item) -> None:
    """Links that go over to the one that follows."""
    for other, name in draft.linked_to(old):
        link = next(each for each in other.type.links if each.name == name)
        if link.goes_over:
            draft.set(other, **{name: f"{new.type.name}:{new.link}" if link.several else new.link})


def _fittings(draft: Draft, line: Item, old: Sequence[Item]) -> Iterator[Item]:
    """Bends, tees and the like that stand on an old main alone."""
    if line.geometry is None:
        return
    for point in draft.near(draft.point_types, box_around(line.course, draft.tolerance)):
        if (
            point.type.editing.fitting
            and point.type.editing.retired is not None
            and not is_planned(point)
            and stands_on(draft, point, [line])
        ):
            near = draft.near(draft.line_types, box_around(point.course, draft.tolerance))
            others = [each for each in near if each not in old]
            if not stands_on(draft, point, others):
                yield point


# ---- the project


def _finish(draft: Draft, project: Item, new: Sequence[Item], day: str) -> None:
    values: dict[str, Any] = {"state": "completed"}
    if project.values.get("completed_date") is None:
        values["completed_date"] = day
    if project.values.get("as_built_length") is None:
        length = project_length(draft, project)
        if length is not None:
            values["as_built_length"] = length
    draft.set(project, **values)


def _reaches(new: Sequence[Item], old: Sequence[Item]) -> tuple[str, ...]:
    """The meanings of the stages that are reached by completing."""
    return (
        *(("in_service", "as_built") if new else ()),
        *(("old_retired",) if old else ()),
        "finish",
    )


def _say(draft: Draft, new: Sequence[Item], old: Sequence[Item], counts: Mapping[str, int]) -> None:
    if new:
        metres = sum(drawn_m(item) for item in new)
        draft.figure(Message("completion.in_service", {"count": len(new), "km": f"{metres / 1000:,.3f}"}))
    if old:
        metres = sum(drawn_m(item) for item in old)
        names = {"count": len(old), "km": f"{metres / 1000:,.3f}", "followed": counts["followed"]}
        draft.figure(Message("completion.retired", names))
    if counts["fittings"]:
        draft.figure(Message("completion.fittings", {"count": counts["fittings"]}))
    sizeless = tuple(item.code for item in new if item.values.get("dn") is None)
    if sizeless:
        draft.figure(Message("completion.no_size", {"codes": sizeless}))
