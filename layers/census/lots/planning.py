"""From a campaign to lots on the street: what is left to visit is cut, put into walking order, and numbered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from layers.census.lots.cutting import Cut, balance, by_grid, by_list, by_road, by_size
from layers.census.lots.making import Made, Render, make_lots, refuse_twice
from layers.census.lots.targets import read_targets
from layers.census.walking.order import walking_order
from layers.census.walking.streets import Streets
from layers.census.words import RECORD
from layers.errors import UserError
from layers.feedback import Feedback
from layers.grids.ground import read_grids
from layers.model.asset import Asset
from layers.register import Edit, Register
from layers.text import Message

Way = Literal["grid", "road", "size", "list"]
WAYS: tuple[Way, ...] = get_args(Way)


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
    """The same lots with their targets as they are walked and the length of the way; unplaced ones stand at the end."""
    feedback = feedback or Feedback()
    streets = Streets.read(register)
    walked = []
    for number, cut in enumerate(cuts):
        part = feedback.part(number / len(cuts), (number + 1) / len(cuts))
        walked.append(_walked(cut, streets, part))
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
    if made.records is not None:
        numbers = [np.where(c.targets.is_placed, np.arange(1, len(c) + 1), 0) for c in cuts if len(c)]
        sequence = np.concatenate(numbers)
        ids = np.arange(made.records.first, made.records.last + 1, dtype=np.int64)
        placed = sequence > 0
        edit.update_many(RECORD, ids[placed], {"sequence": sequence[placed].tolist()})
    return made


def _walked(cut: Cut, streets: Streets, feedback: Feedback) -> Cut:
    targets = cut.targets
    placed = np.flatnonzero(targets.is_placed)
    rest = np.flatnonzero(~targets.is_placed)
    places = targets.xy[placed]
    walk = walking_order(places, streets.near(places), feedback)
    order = np.concatenate([placed[walk.order], rest]).astype(np.int64)
    return Cut(cut.name, targets.take(order), walk.metres)
