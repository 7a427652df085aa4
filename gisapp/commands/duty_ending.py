"""Ending an assignment: who follows is asked, or why nobody does for now."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from gisapp.actions import Action
from gisapp.window import Window
from layers.editing.plan import Answers, EditPlan
from layers.errors import UserError
from layers.later import Later
from layers.model.asset import AssetKey
from layers.model.duty_words import ASSIGNMENT, GRID
from layers.register import Register
from layers.text import Message

if TYPE_CHECKING:
    from gisapp.panels.drafting import acts
    from layers.responsibility.handing_over import ending
else:
    acts = Later("gisapp.panels.drafting.acts")
    ending = Later("layers.responsibility.handing_over.ending")


def duty_ending_actions(window: Window) -> list[Action]:
    """The act in the grids menu and the palette."""
    session = window.parts.session

    def is_possible() -> bool:
        return session.is_open and session.may("edit") and _assignment(window) is not None

    return [
        Action(
            id="grids.end_duty", title=Message("duty.action.end"), icon="user-minus", menu="grids", group=2,
            handler=lambda: _end(window), enabled=is_possible,
            words="end assignment successor gap 终止责任 卸任 接替 空缺 zhongzhi",
        ),
    ]  # fmt: skip


def _assignment(window: Window) -> int | None:
    """The assignment selected, else the one that the grid chosen at the desk has its primary by."""
    only = window.parts.session.selection.only
    if only is not None and only.type == ASSIGNMENT:
        return only.id
    centre = window.grids.centre
    if centre.grid is None or centre.known is None:
        return None
    book = centre.known.enquiry.book
    for role in book.grid_roles:
        held = book.primary(AssetKey(GRID, centre.grid), centre.day, role)
        if held is not None:
            return held.id
    return None


def _end(window: Window) -> None:
    assignment = _assignment(window)
    if assignment is None:
        return

    def make(register: Register, answers: Answers) -> EditPlan:
        rest = {name: value for name, value in answers.items() if name != "date"}
        return ending.plan_ending(register, assignment, _day(answers.get("date")), answers=rest)

    window.map.drafting.acts.do(acts.Act(make, shown=True, asked="date"))


def _day(text: str | None) -> datetime.date:
    if text is None:
        return datetime.date.today()
    try:
        return datetime.date.fromisoformat(text)
    except ValueError as error:
        raise UserError(
            Message("editing.no_date", {"date": text}), Message("cli.statement.day_hint")
        ) from error
