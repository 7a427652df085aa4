"""Levels of grids: a grid divided into parts that stay within it, and grids put together under an area."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from shapely.geometry.base import BaseGeometry

from layers.editing.plan import Answers, Born, Choice, EditPlan, Entry, Question
from layers.errors import UserError
from layers.feedback import Feedback
from layers.grids.ground import NONE, Grids, read_grids
from layers.grids.naming import next_code
from layers.grids.shaping.outlines import together
from layers.grids.shaping.refusals import checked_code, lowest_shape
from layers.grids.shaping.reshaping import NewGrid, plan_boundaries
from layers.grids.shaping.splitting import plan_split, split
from layers.grids.sizes import area_words
from layers.model.catalogue import Catalogue
from layers.register import Register
from layers.text import Message

LEVELS: Final = "grid_level"
#: The question whether a line makes two grids or two parts of the one, and its answers.
HOW, SIDE_BY_SIDE, WITHIN = "how", "side_by_side", "within"
#: What is typed for a new area.
NAME: Final = "name"
#: The first code where there is no area yet.
_FIRST_AREA: Final = "PQ-00"


def plan_split_asking(
    register: Register, grid: int, line: BaseGeometry, answers: Answers | None = None
) -> EditPlan:
    """Divide a grid along a line: asks (question ``how``) whether into two grids, or into parts within it."""
    answer = (answers or {}).get(HOW)
    if answer == WITHIN:
        return plan_subdivide(register, grid, line)
    plan = plan_split(register, grid, line)
    if answer is not None:
        return plan
    choices = tuple(Choice(value, Message(f"grid_ground.how.{value}")) for value in (SIDE_BY_SIDE, WITHIN))
    return replace(plan, questions=(Question(HOW, Message("grid_ground.how"), choices, SIDE_BY_SIDE),))


def plan_subdivide(
    register: Register, grid: int, line: BaseGeometry, *, feedback: Feedback | None = None
) -> EditPlan:
    """Divide a grid of the lowest level into two grids of the level below (inserts 0 and 1), which are part of it and
    have its people from today on. Raises ``UserError`` like ``plan_split``."""
    grids = read_grids(register)
    shape = lowest_shape(grids, grid)
    position = grids.position(grid)
    code, name = grids.codes[position], grids.names[position]
    parts = split(shape, line, code)
    level = level_beside(register.catalogue, grids.levels[position], 1)
    new = []
    for number, part in enumerate(parts, 1):
        values = {"code": f"{code}-{number}", "name": f"{name}-{number}", "level": level, "parent": grid}
        checked_code(register, f"{code}-{number}")
        new.append(NewGrid(part, grid, values))
    label = Message("grid_ground.subdivide", {"code": code})
    figures = [
        Message(
            "grid_ground.new_has",
            {"code": each.values["code"], "area": area_words(each.shape.area, shape.area)},
        )
        for each in new
    ]
    return plan_boundaries(register, grids, label, new=new, figures=figures, feedback=feedback)


def plan_group(register: Register, ids: Sequence[int], answers: Answers | None = None) -> EditPlan:
    """Put grids together under a new area (insert 0), or under the one area that is among them; its outline is theirs.

    A new area's name may be typed (entry ``name``). Raises ``UserError`` when an area would be left without grids.
    """
    grids = read_grids(register)
    upper = [id for id in ids if grids.position(id) != NONE and not grids.is_lowest[grids.position(id)]]
    lower = [id for id in dict.fromkeys(ids) if id not in upper]
    shapes = [lowest_shape(grids, id) for id in lower]
    if not lower or len(upper) > 1:
        raise UserError(Message("grid_ground.group_what"), Message("grid_ground.group_what_hint"))
    _check_left(grids, lower, upper)
    codes = tuple(grids.codes[grids.position(id)] for id in lower)
    if upper:
        area = grids.codes[grids.position(upper[0])]
        label = Message("grid_ground.joined", {"codes": codes, "area": area})
        return plan_boundaries(register, grids, label, parents=dict.fromkeys(lower, upper[0]))
    values = _of_area(register, grids, lower, answers or {})
    whole = together(shapes)
    label = Message("grid_ground.grouped", {"codes": codes, "area": values["code"]})
    size = {"code": values["code"], "area": area_words(whole.area)}
    plan = plan_boundaries(
        register, grids, label, new=(NewGrid(whole, None, values),), parents=dict.fromkeys(lower, Born(0)),
        figures=(Message("grid_ground.new_has", size),),
    )  # fmt: skip
    entry = Entry(NAME, Message("grid_ground.area_name"), str(values["name"]))
    return replace(plan, entries=(entry,))


def level_beside(catalogue: Catalogue, level: str | None, by: int) -> str | None:
    """The level one below (``by`` 1) or above (-1) in the company's list; the same at its ends."""
    codes = [entry.code for entry in catalogue.code_lists[LEVELS].entries]
    if level not in codes:
        return level
    return codes[min(max(codes.index(level) + by, 0), len(codes) - 1)]


def _of_area(register: Register, grids: Grids, lower: Sequence[int], answers: Answers) -> Mapping[str, Any]:
    positions = [grids.position(id) for id in lower]
    level = level_beside(register.catalogue, grids.levels[positions[0]], -1)
    same = [code for code, its in zip(grids.codes, grids.levels, strict=True) if its == level]
    code = next_code(register, same[-1] if same else _FIRST_AREA)
    parents = {int(grids.parents[at]) for at in positions}
    parent = parents.pop() if len(parents) == 1 else NONE
    values: dict[str, Any] = {"code": code, "name": answers.get(NAME) or code, "level": level}
    # An area within an area only when the levels leave room for it.
    if parent != NONE and grids.levels[grids.position(parent)] != level:
        values["parent"] = parent
    return values


def _check_left(grids: Grids, lower: Sequence[int], upper: Sequence[int]) -> None:
    """Raises ``UserError`` when an area would lose all its grids: it would be one of the lowest level then."""
    for parent in {int(grids.parents[grids.position(id)]) for id in lower} - {NONE, *upper}:
        if set(grids.children(parent).tolist()) <= set(lower):
            code = {"code": grids.codes[grids.position(parent)]}
            raise UserError(Message("grid_ground.area_empty", code), Message("grid_ground.area_empty_hint"))
