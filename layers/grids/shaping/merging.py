"""Making one grid of several: one stays, the others end in its favour and keep their last boundary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from layers.editing.plan import Answers, Choice, EditPlan, Question
from layers.errors import UserError
from layers.feedback import Feedback
from layers.grids.ground import Grids, read_grids
from layers.grids.patchwork import holes_of, pieces_of
from layers.grids.shaping.outlines import together
from layers.grids.shaping.refusals import lowest_shape
from layers.grids.shaping.reshaping import plan_boundaries
from layers.grids.sizes import now_has
from layers.register import Register
from layers.text import Message

KEEP = "keep"


def plan_merge(
    register: Register,
    keep: int,
    others: Sequence[int],
    *,
    reason: str = "",
    feedback: Feedback | None = None,
) -> EditPlan:
    """Give the land of ``others`` to ``keep``. They end yesterday with their assignments (``reason`` is written into
    those), ``replaced_by`` names the one that stays; a grid made only today goes as if it had never been.

    Raises ``UserError`` for grids that do not touch along an edge or are of an upper level.
    """
    grids = read_grids(register)
    others = [id for id in dict.fromkeys(others) if id != keep]
    if not others:
        raise UserError(Message("grid_ground.merge_two"), Message("grid_ground.merge_two_hint"))
    shapes = [lowest_shape(grids, id) for id in (keep, *others)]
    code = grids.codes[grids.position(keep)]
    codes = tuple(grids.codes[grids.position(id)] for id in others)
    whole = together(shapes)
    if pieces_of(whole) > pieces_of(shapes[0]):
        names = {"code": code, "others": codes}
        raise UserError(Message("grid_ground.do_not_touch", names), Message("grid_ground.do_not_touch_hint"))
    if holes_of(whole) > sum(map(holes_of, shapes)):
        raise UserError(Message("grid_ground.hole", {"code": code}), Message("grid_ground.hole_hint"))
    label = Message("grid_ground.merge", {"code": code, "others": codes})
    figure = now_has(code, shapes[0].area, whole.area)
    plan = plan_boundaries(
        register, grids, label, {keep: whole}, ended=dict.fromkeys(others, keep), reason=reason,
        figures=(figure, Message("grid_ground.end", {"codes": codes})), feedback=feedback,
    )  # fmt: skip
    return plan


def plan_merge_asking(
    register: Register, grids: Sequence[int], answers: Answers | None = None, *, reason: str = ""
) -> EditPlan:
    """The same for grids of which nobody said which one stays: asks (question ``keep``), the first is preferred."""
    answer = (answers or {}).get(KEEP)
    known = read_grids(register)
    keep = int(answer) if answer is not None else grids[0]
    plan = plan_merge(register, keep, [id for id in grids if id != keep], reason=reason)
    if answer is not None:
        return plan
    choices = tuple(Choice(str(id), _title(known, id)) for id in dict.fromkeys(grids))
    return replace(plan, questions=(Question(KEEP, Message("grid_ground.which_stays"), choices, str(keep)),))


def _title(grids: Grids, id: int) -> str:
    position = grids.position(id)
    return f"{grids.codes[position]} {grids.names[position]}"
