"""Snapping: the exact place a click most likely means - of a symbol, an end or bend of a main, or on a main."""

from __future__ import annotations

import numpy as np

from layers.geometry.packed import Floats, PackedLines, segments
from layers.model.query import Box
from layers.scene.line_source import LineSource
from layers.scene.part import LinePart
from layers.scene.point_source import PointSource
from layers.scene.request import DrawRequest
from layers.scene.scene import Scene

Place = tuple[float, float]


def snap(
    scene: Scene,
    x: float,
    y: float,
    metres_per_pixel: float,
    pixels: float,
    hidden: frozenset[str] = frozenset(),
) -> Place | None:
    """The place within ``pixels`` that (x, y) snaps to in the register's CRS, or None.

    Symbols go before ends and bends of mains, these before any other place on a main. What is not drawn at this
    scale, or switched off (``layer/class``), does not count.
    """
    reach = metres_per_pixel * pixels
    box = Box(x - reach, y - reach, x + reach, y + reach)
    at = np.array([x, y])
    denominator = DrawRequest(0, box, metres_per_pixel).denominator
    points, pieces = [np.empty((0, 2))], [np.empty((0, 4))]
    for source in scene.sources:
        layer = source.layer
        if not layer.in_legend or not layer.is_visible(denominator):
            continue
        if isinstance(source, PointSource):
            points += [
                part.xy
                for part in source.inside(box)
                if f"{layer.id}/{layer.classes[part.class_number].id}" not in hidden
            ]
        elif isinstance(source, LineSource) and layer.drawing == "main":
            pieces += [
                _pieces(part)
                for part in source.inside(box)
                if f"{layer.id}/{layer.classes[part.class_number].id}" not in hidden
            ]
    straight = np.concatenate(pieces)
    ends = straight.reshape(-1, 2)
    for found in (np.concatenate(points), ends, _on(straight, at)):
        nearest = _nearest(found, at, reach)
        if nearest is not None:
            return nearest
    return None


def _pieces(part: LinePart) -> Floats:
    """The straight pieces (n, 4) of lines."""
    return segments(PackedLines(part.xy, part.offsets, part.id))[0]


def _nearest(places: Floats, at: Floats, reach: float) -> Place | None:
    if not len(places):
        return None
    away = np.hypot(*(places - at).T)
    best = int(np.argmin(away))
    return (float(places[best, 0]), float(places[best, 1])) if away[best] <= reach else None


def _on(pieces: Floats, at: Floats) -> Floats:
    """The place on each straight piece that is nearest to ``at``."""
    start, along = pieces[:, :2], pieces[:, 2:] - pieces[:, :2]
    square = np.maximum((along**2).sum(axis=1), 1e-12)
    share = np.clip(((at - start) * along).sum(axis=1) / square, 0.0, 1.0)
    return np.asarray(start + along * share[:, None])
