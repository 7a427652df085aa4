"""Cuts through faces that hold too much: straight, across the longer side, where the load is halved.

No cut goes through a house if it can help it: near the middle it takes the widest free strip.
"""

from __future__ import annotations

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.feedback import Feedback
from layers.grids.faces import Floats, Integers, Shapes

OVERSHOOT = 0.02
"""Metres a cut reaches beyond the border it ends on, so that noding surely meets it; loose ends cut nothing."""

MIDDLE = (0.35, 0.65)
"""Shares of the load between which the free strip is looked for."""

DEEPEST = 24
"""Halvings after which a face is left as it is: all its load is at one place."""


def halving_cuts(
    faces: Shapes,
    face_of_load: Integers,
    xy: Floats,
    weight: Floats,
    *,
    heaviest: float,
    largest: float,
    feedback: Feedback,
) -> Shapes:
    """Lines that cut every face heavier than ``heaviest`` or larger than ``largest`` (m2) until no piece is."""
    placed = np.flatnonzero(face_of_load >= 0)
    order = placed[np.argsort(face_of_load[placed], kind="stable")]
    starts = np.searchsorted(face_of_load[order], np.arange(len(faces) + 1))
    load = np.bincount(face_of_load[placed], weight[placed], len(faces))
    found: list[BaseGeometry] = []
    heavy = np.flatnonzero((load > heaviest) | (shapely.area(faces) > largest))
    for done, face in enumerate(heavy):
        feedback.progress(done / len(heavy))
        mine = order[starts[face] : starts[face + 1]]
        found += _cuts_of(faces[face], xy[mine], weight[mine], heaviest, largest)
    return np.array(found, dtype=object)


def _cuts_of(
    face: BaseGeometry, xy: Floats, weight: Floats, heaviest: float, largest: float
) -> list[BaseGeometry]:
    turn = _turn(face)
    turned = shapely.transform(face, lambda places: places @ turn.T)
    cuts: list[BaseGeometry] = []
    waiting = [(turned, xy @ turn.T, weight, 0)]
    while waiting:
        piece, places, loads, depth = waiting.pop()
        total = float(loads.sum())
        if (total <= heaviest and piece.area <= largest) or depth >= DEEPEST:
            continue
        x0, y0, x1, y1 = piece.bounds
        axis = 0 if x1 - x0 >= y1 - y0 else 1
        low, high = ((x0, x1), (y0, y1))[axis]
        at = _free_strip(places[:, axis], loads) if total > heaviest else (low + high) / 2
        if at is None or not low < at < high:
            continue
        cuts += _across(piece, axis, at)
        below = places[:, axis] <= at
        for side, (a, b) in ((below, (low - 1, at)), (~below, (at, high + 1))):
            box = shapely.box(a, y0 - 1, b, y1 + 1) if axis == 0 else shapely.box(x0 - 1, a, x1 + 1, b)
            part = shapely.intersection(piece, box)
            if part.area > 0:
                waiting.append((part, places[side], loads[side], depth + 1))
    return [shapely.transform(cut, lambda places: places @ turn) for cut in cuts]


def _turn(face: BaseGeometry) -> Floats:
    """The rotation that lays the face's narrowest box along the axes."""
    corners = shapely.get_coordinates(shapely.minimum_rotated_rectangle(face))
    along = corners[1] - corners[0] if len(corners) > 2 else np.array([1.0, 0.0])
    size = float(np.hypot(*along))
    cos, sin = (along / size) if size > 0 else (1.0, 0.0)
    return np.array([[cos, sin], [-sin, cos]])


def _free_strip(places: Floats, loads: Floats) -> float | None:
    """The middle of the widest strip without load near the half of the load; None when all is at one place."""
    order = np.argsort(places, kind="stable")
    sorted_places = places[order]
    running = np.cumsum(loads[order])
    share = running / running[-1]
    gaps = np.diff(sorted_places)
    middle = np.flatnonzero((share[:-1] >= MIDDLE[0]) & (share[:-1] <= MIDDLE[1]) & (gaps > 0))
    if not len(middle):
        possible = np.flatnonzero(gaps > 0)
        if not len(possible):
            return None
        middle = possible[[np.argmin(np.abs(share[possible] - 0.5))]]
    best = int(middle[np.argmax(gaps[middle])])
    return float((sorted_places[best] + sorted_places[best + 1]) / 2)


def _across(piece: BaseGeometry, axis: int, at: float) -> list[BaseGeometry]:
    x0, y0, x1, y1 = piece.bounds
    line = shapely.linestrings([[at, y0 - 1], [at, y1 + 1]] if axis == 0 else [[x0 - 1, at], [x1 + 1, at]])
    parts = shapely.get_parts(shapely.intersection(line, piece))
    found: list[BaseGeometry] = []
    for part in parts[shapely.length(parts) > 0]:
        ends = shapely.get_coordinates(part)
        along = ends[:, 1 - axis]
        reach = ends[[0, -1]].copy()
        reach[:, axis] = at
        reach[0, 1 - axis], reach[1, 1 - axis] = along.min() - OVERSHOOT, along.max() + OVERSHOOT
        found.append(shapely.linestrings(reach))
    return found
