"""Ways to cut the targets of a campaign into lots: by grid, by road, by size, or as a list was drawn up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from layers.census.lots.targets import Targets, of_ids
from layers.geometry.halving import halved
from layers.text import Message


@dataclass(frozen=True, eq=False)
class Cut:
    """One lot to be: its name (a message where it has no word of the city's own) and its targets.

    ``walk_m``: how long the way is, where they stand as they are walked.
    """

    name: str | Message
    targets: Targets
    walk_m: float | None = None

    def __len__(self) -> int:
        return len(self.targets)


def by_grid(targets: Targets, names: Mapping[int, str]) -> tuple[Cut, ...]:
    """One lot for every grid, in the order of ``names`` (grid id to name); at the end what is in none."""
    known = [grid for grid in names if (targets.grid == grid).any()]
    cuts = [Cut(names[grid], targets.take(targets.grid == grid)) for grid in known]
    return (*cuts, *_rest(targets, ~np.isin(targets.grid, known), Message("census.no_grid")))


def by_road(targets: Targets) -> tuple[Cut, ...]:
    """One lot for every road, by name; at the end what lies at none."""
    names = sorted({str(name) for name in targets.road if name})
    cuts = [Cut(name, targets.take(targets.road == name)) for name in names]
    return (*cuts, *_rest(targets, targets.road == "", Message("census.no_road")))


def by_size(targets: Targets, most: int) -> tuple[Cut, ...]:
    """Lots of neighbours, each of ``most`` targets or fewer, all of about one size; unplaced ones at the end.

    Halved across the longer side again and again, so that a lot is compact. ``ValueError`` if ``most`` is below 1.
    """
    if most < 1:
        raise ValueError(most)
    placed = np.flatnonzero(targets.is_placed)
    parts = max(1, -(-len(placed) // most))
    cuts = [
        Cut(Message("census.lot_number", {"number": number}), targets.take(members))
        for number, members in enumerate(halved(placed, targets.xy, parts), 1)
        if len(members)
    ]
    return (*cuts, *_rest(targets, ~targets.is_placed, Message("census.no_place")))


def by_list(targets: Targets, name: str, chosen: Sequence[tuple[str, int]]) -> tuple[Cut, ...]:
    """One lot of the assets (type, id) of a list, as far as they are targets."""
    cut = Cut(name, of_ids(targets, chosen))
    return (cut,) if len(cut) else ()


def balance(cuts: Sequence[Cut]) -> float:
    """The largest lot by the mean: 1 where all are of one size."""
    sizes = [len(cut) for cut in cuts]
    return max(sizes) * len(sizes) / sum(sizes) if sum(sizes) else 1.0


def _rest(targets: Targets, chosen: np.ndarray, name: Message) -> tuple[Cut, ...]:
    return (Cut(name, targets.take(chosen)),) if chosen.any() else ()
