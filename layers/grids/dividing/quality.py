"""How good a division is: its balance against what no division can beat, its shape, its boundaries."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from layers.grids.dividing.units import connected
from layers.grids.faces import Floats, Integers, Shapes


@dataclass(frozen=True)
class Quality:
    """Figures of one division.

    ``mean`` is the load of a grid if load could be shared out to the last drop: no division of this area into so many
    grids has a smaller largest load (the continuous lower bound). ``worst`` and ``least`` are the largest and the
    smallest load as multiples of it; ``spread`` the standard deviation, likewise. ``compactness`` is the mean of
    4 pi area / perimeter^2 (1 = circle, 0.79 = square), ``least_compact`` that of the worst grid. ``pieces``: grids
    that are of more than one piece. ``along``: the share of inner boundaries along roads, waters, communities or
    present boundaries, by length.
    """

    grids: int
    mean: float
    worst: float
    least: float
    spread: float
    compactness: float
    least_compact: float
    pieces: int
    along: float


def compactness(shapes: Shapes) -> Floats:
    """4 pi area / perimeter^2 of each area: 1 for a circle, 0 for what is missing."""
    there = ~shapely.is_missing(shapes)
    found = np.zeros(len(shapes))
    found[there] = (
        4 * np.pi * shapely.area(shapes[there]) / np.maximum(shapely.length(shapes[there]), 1e-9) ** 2
    )
    return found


def pieces_of(label: Integers, pair: Integers, count: int) -> Integers:
    """Of how many connected pieces each label 0..count-1 is; -1 counts for none."""
    same = (label[pair[:, 0]] == label[pair[:, 1]]) & (label[pair[:, 0]] >= 0)
    piece = connected(len(label), pair[same])
    labelled = np.flatnonzero(label >= 0)
    first = labelled[np.unique(piece[labelled], return_index=True)[1]]
    pieces: Integers = np.bincount(label[first], minlength=count)
    return pieces


def quality(load: Floats, shapes: Shapes, pieces: Integers, along: float) -> Quality:
    """The figures of a division with these loads and areas (``None`` = no area)."""
    mean = float(load.mean()) if len(load) else 0.0
    share = load / mean if mean > 0 else np.ones(len(load))
    compact = compactness(shapes)
    return Quality(
        len(load),
        mean,
        float(share.max(initial=0.0)),
        float(share.min()) if len(share) else 0.0,
        float(share.std()) if len(share) else 0.0,
        float(compact.mean()) if len(compact) else 0.0,
        float(compact.min()) if len(compact) else 0.0,
        int((pieces > 1).sum()),
        along,
    )
