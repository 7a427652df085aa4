"""From a campaign to lots on the street: what is left to visit is cut, put into walking order, and numbered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pyarrow as pa
import shapely

from layers.census.cutting import Cut, balance, by_grid, by_list, by_road, by_size
from layers.census.lots import Made, Render, make_lots, refuse_twice
from layers.census.targets import Targets, read_targets
from layers.census.walking import walking_order
from layers.census.words import RECORD
from layers.errors import UserError
from layers.feedback import Feedback
from layers.geometry.belonging import Shapes
from layers.grids.ground import read_grids
from layers.model.asset import Asset
from layers.register import Edit, Register
from layers.text import Message

Way = Literal["grid", "road", "size", "list"]
WAYS: tuple[Way, ...] = get_args(Way)
#: So many lots are put into walking order at once; more would take minutes and can be ordered one by one.
MOST_WALKED = 60


@dataclass(frozen=True)
class LotPlan:
    """The lots to be. ``targets``: all that is to be visited; ``evenness``: the largest by the mean."""

    cuts: tuple[Cut, ...]
    targets: int
    evenness: float


def plan_cuts(
    register: Register,
    campaign: Asset,
    way: Way,
    *,
    size: int = 50,
    chosen: Sequence[tuple[str, int]] = (),
    list_name: str = "",
    feedback: Feedback | None = None,
) -> LotPlan:
    """What the campaign has no record of yet, cut one way. Raises ``UserError`` when nothing is left or chosen."""
    feedback = feedback or Feedback()
    targets = refuse_twice(register, campaign.id, read_targets(register, campaign, feedback.part(0, 0.8)))
    if way == "grid":
        grids = read_grids(register)
        names = {
            int(grids.ids[n]): f"{grids.codes[n]} {grids.names[n]}".strip() for n in grids.lowest.tolist()
        }
        cuts = by_grid(targets, names)
    elif way == "road":
        cuts = by_road(targets)
    elif way == "list":
        cuts = by_list(targets, list_name, chosen)
        if not cuts:
            raise UserError(Message("census.none_chosen"), Message("census.none_chosen_hint"))
    else:
        cuts = by_size(targets, size)
    return LotPlan(cuts, sum(map(len, cuts)), balance(cuts))


def walk_cuts(register: Register, cuts: Sequence[Cut], feedback: Feedback | None = None) -> tuple[Cut, ...]:
    """The same lots with their targets as they are walked; what has no place stands at the end."""
    feedback = feedback or Feedback()
    if len(cuts) > MOST_WALKED:
        return tuple(cuts)
    roads = _roads(register)
    walked = []
    for number, cut in enumerate(cuts):
        part = feedback.part(number / len(cuts), (number + 1) / len(cuts))
        walked.append(Cut(cut.name, _walked(cut.targets, roads, part)))
    return tuple(walked)


def make_walked_lots(
    edit: Edit,
    campaign: int,
    cuts: Sequence[Cut],
    render: Render,
    *,
    teams: Mapping[int, int] | None = None,
    due: str | None = None,
) -> Made:
    """Add the lots with their records, numbered from 1 in each as they stand in it, within an open edit."""
    made = make_lots(edit, campaign, cuts, render, teams=teams, due=due)
    if made.records is not None and len(cuts) <= MOST_WALKED:
        numbers = [np.where(c.targets.is_placed, np.arange(1, len(c) + 1), 0) for c in cuts if len(c)]
        sequence = np.concatenate(numbers)
        ids = np.arange(made.records.first, made.records.last + 1, dtype=np.int64)
        placed = sequence > 0
        edit.update_many(RECORD, ids[placed], {"sequence": sequence[placed].tolist()})
    return made


def _walked(targets: Targets, roads: Shapes, feedback: Feedback) -> Targets:
    placed = np.flatnonzero(targets.is_placed)
    rest = np.flatnonzero(~targets.is_placed)
    order = walking_order(targets.xy[placed], roads, feedback).order
    return targets.take(np.concatenate([placed[order], rest]).astype(np.int64))


def _roads(register: Register) -> Shapes:
    if "road" not in register.catalogue:
        return np.zeros(0, dtype=object)
    table: pa.Table = register.columns("road", [], geometry=True)
    roads: Shapes = shapely.from_wkb([wkb for wkb in table["geom"].to_pylist() if wkb is not None])
    return roads
