"""Acts on one line: turn it round, lengthen, shorten, carry on, set and take away vertices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from layers.editing.plan import Answers, EditPlan
from layers.model.asset import AssetKey
from layers.model.editing import Way
from layers.register import Register

End = Literal["start", "end"]
Place = tuple[float, ...]


def plan_reverse(register: Register, lines: Sequence[AssetKey]) -> EditPlan:
    """Turn lines round: vertices in the other order, what is said of start and end exchanged."""
    raise NotImplementedError


def plan_continue(
    register: Register,
    line: AssetKey,
    end: End,
    places: Sequence[Place],
    *,
    reach: float = 0.0,
    way: Way | None = None,
    answers: Answers | None = None,
) -> EditPlan:
    """Carry a line on through ``places``; its new end is tied to what lies within ``reach``."""
    raise NotImplementedError


def plan_extend(
    register: Register,
    line: AssetKey,
    end: End,
    *,
    target: AssetKey | None = None,
    metres: float | None = None,
) -> EditPlan:
    """Lengthen a line straight on: until it meets ``target``, or by ``metres``."""
    raise NotImplementedError


def plan_trim(
    register: Register,
    line: AssetKey,
    place: Place,
    *,
    target: AssetKey | None = None,
    answers: Answers | None = None,
) -> EditPlan:
    """Cut away the end of a line that ``place`` lies at: as far as ``target`` crosses it, else as far as ``place``."""
    raise NotImplementedError


def plan_insert_vertex(register: Register, line: AssetKey, place: Place) -> EditPlan:
    """A further vertex on the line, at the place on it nearest to ``place``."""
    raise NotImplementedError


def plan_delete_vertex(register: Register, asset: AssetKey, index: int) -> EditPlan:
    """Take a vertex away; what hangs on the line there comes along, or is listed."""
    raise NotImplementedError
