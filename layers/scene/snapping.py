"""Snapping: the exact place a click most likely means - a symbol, an end or bend of a main, or a place on a main."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, cast

import numpy as np
import numpy.typing as npt

from layers.geometry.packed import Floats, Integers, PackedLines, segments, take_lines
from layers.model.query import Box
from layers.scene.line_source import LineSource
from layers.scene.part import LinePart
from layers.scene.point_source import PointSource
from layers.scene.request import DrawRequest
from layers.scene.scene import Scene

Place = tuple[float, float]
Without = frozenset[tuple[str, int]]
SnapKind = Literal["point", "end", "vertex", "intersection", "perpendicular", "line"]
SNAP_KINDS: tuple[SnapKind, ...] = ("point", "end", "vertex", "intersection", "perpendicular", "line")

#: More straight pieces than this under one click say nothing about where they cross.
_MOST_CROSSING = 48
#: Of two places nearly as near, the one of the earlier kind is meant: so many pixels of difference.
_PREFERENCE = {"point": 0.0, "end": 0.5, "vertex": 1.5, "intersection": 1.5}


@dataclass(frozen=True)
class Snap:
    """A place in the register's CRS, what kind of place it is, and the asset whose drawing it is of."""

    place: Place
    kind: SnapKind
    type: str
    id: int


@dataclass(frozen=True)
class _Pieces:
    """Straight pieces (n, 4) and for each the number of its group of lines and its asset."""

    xy: Floats
    line: Integers
    id: Integers


def snap(
    scene: Scene,
    x: float,
    y: float,
    metres_per_pixel: float,
    pixels: float,
    hidden: frozenset[str] = frozenset(),
) -> Place | None:
    """The place within ``pixels`` that (x, y) snaps to in the register's CRS, or None (see ``find_snap``)."""
    kinds = frozenset({"point", "end", "vertex", "line"})
    found = find_snap(scene, x, y, metres_per_pixel, pixels, hidden, kinds=kinds)
    return None if found is None else found.place


def find_snap(
    scene: Scene,
    x: float,
    y: float,
    metres_per_pixel: float,
    pixels: float,
    hidden: frozenset[str] = frozenset(),
    *,
    origin: Place | None = None,
    kinds: frozenset[str] = frozenset(SNAP_KINDS),
    outlines: bool = False,
    backdrop: bool = False,
    without: Without = frozenset(),
) -> Snap | None:
    """The place within ``pixels`` that (x, y) most likely means, or None.

    Symbols, ends, bends and crossings of mains, the nearest; else the foot of the perpendicular from ``origin``
    (the place before), else any place on a main. What is not drawn at this scale, or switched off
    (``layer/class``), does not count. ``outlines``: all lines and the borders of areas count like mains, with
    ``backdrop`` those of roads and buildings too. ``without``: assets (type, id) that do not count, as those moved.
    """
    finder = _Finder(np.array([x, y]), metres_per_pixel * pixels, metres_per_pixel, kinds, without)
    for source in scene.sources:
        layer = source.layer
        if not (layer.in_legend or backdrop) or not layer.is_visible(finder.denominator):
            continue
        shown = {n for n, c in enumerate(layer.classes) if f"{layer.id}/{c.id}" not in hidden}
        if isinstance(source, PointSource):
            for points in source.inside(finder.box):
                if points.class_number in shown:
                    finder.offer("point", points.xy, [layer.type], points.id)
        elif isinstance(source, LineSource) and (layer.drawing == "main" or outlines):
            for part in source.inside(finder.box):
                if part.class_number in shown:
                    finder.take_lines(layer.type, part)
    return finder.best(origin)


class _Finder:
    """Gathers what a click may mean and says which is meant."""

    def __init__(
        self, at: Floats, reach: float, pixel: float, kinds: frozenset[str], without: Without
    ) -> None:
        self._at, self._reach, self._pixel, self._kinds = at, reach, pixel, kinds
        self._without = without
        self.box = Box(*(at - reach), *(at + reach))
        self.denominator = DrawRequest(0, self.box, pixel).denominator
        self._strong: list[tuple[float, Snap]] = []
        self._lines: list[tuple[str, LinePart]] = []

    def offer(self, kind: SnapKind, places: Floats, types: Sequence[str], ids: Integers) -> None:
        """Places of a kind; ``types`` has one name for each, or one for all."""
        if kind not in self._kinds or not len(places):
            return
        kept = self._kept(types[0], ids) if len(types) == 1 else None
        if kept is not None:
            places, ids = places[kept], ids[kept]
            if not len(places):
                return
        away = np.hypot(*(places - self._at).T)
        best = int(np.argmin(away))
        if away[best] <= self._reach:
            rank = float(away[best]) + _PREFERENCE[kind] * self._pixel
            name = types[best] if len(types) > 1 else types[0]
            self._strong.append((rank, Snap(_place(places[best]), kind, name, int(ids[best]))))

    def take_lines(self, type: str, part: LinePart) -> None:
        """Lines: their ends, their bends, and later any place on them."""
        kept = self._kept(type, part.id)
        if kept is not None:
            lines = take_lines(PackedLines(part.xy, part.offsets, part.id), np.flatnonzero(kept))
            part = LinePart(part.class_number, lines.row, lines.xy, lines.offsets)
        if not len(part.id):
            return
        self._lines.append((type, part))
        first, last = part.offsets[:-1], part.offsets[1:] - 1
        is_end = np.zeros(len(part.xy), bool)
        is_end[first] = is_end[last] = True
        owner = np.repeat(part.id, np.diff(part.offsets))
        self.offer("end", part.xy[is_end], [type], owner[is_end])
        self.offer("vertex", part.xy[~is_end], [type], owner[~is_end])

    def _kept(self, type: str, ids: Integers) -> npt.NDArray[np.bool_] | None:
        """Which of these assets count; None for all."""
        gone = [id for name, id in self._without if name == type]
        return ~np.isin(ids, gone) if gone else None

    def best(self, origin: Place | None) -> Snap | None:
        """What is meant."""
        near = _near(self._lines, self._at, self._reach)
        types = [self._lines[number][0] for number in near.line]
        if 1 < len(near.xy) <= _MOST_CROSSING:
            places, which = _crossings(near.xy)
            self.offer("intersection", places, [types[number] for number in which], near.id[which])
        if self._strong:
            return min(self._strong, key=lambda each: each[0])[1]
        for kind, target in (("perpendicular", origin), ("line", _place(self._at))):
            if kind not in self._kinds or target is None or not len(near.xy):
                continue
            feet = _feet(near.xy, np.array(target))
            away = np.hypot(*(feet - self._at).T)
            if kind == "perpendicular":
                # A foot at the end of a piece is no perpendicular, only the nearest place.
                away = np.where(_is_square(near.xy, feet, np.array(target)), away, np.inf)
            best = int(np.argmin(away))
            if away[best] <= self._reach:
                return Snap(_place(feet[best]), cast("SnapKind", kind), types[best], int(near.id[best]))
        return None


def _place(xy: Floats) -> Place:
    return float(xy[0]), float(xy[1])


def _near(lines: list[tuple[str, LinePart]], at: Floats, reach: float) -> _Pieces:
    """The straight pieces that come within ``reach`` of a place."""
    xy, types, ids = [np.empty((0, 4))], [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for number, (_, part) in enumerate(lines):
        pieces, owner = _pieces(part)
        kept = np.hypot(*(_feet(pieces, at) - at).T) <= reach
        xy.append(pieces[kept])
        ids.append(owner[kept])
        types.append(np.full(int(kept.sum()), number, np.int64))
    return _Pieces(np.concatenate(xy), np.concatenate(types), np.concatenate(ids))


def _pieces(part: LinePart) -> tuple[Floats, Integers]:
    """The straight pieces (n, 4) of lines, and the asset of each."""
    pieces, first = segments(PackedLines(part.xy, part.offsets, part.id))
    return pieces, np.repeat(part.id, np.diff(first))


def _crossings(pieces: Floats) -> tuple[Floats, Integers]:
    """Where straight pieces cross, and the number of one of the two."""
    one, other = np.triu_indices(len(pieces), 1)
    p, r = pieces[one, :2], pieces[one, 2:] - pieces[one, :2]
    q, s = pieces[other, :2], pieces[other, 2:] - pieces[other, :2]
    across = r[:, 0] * s[:, 1] - r[:, 1] * s[:, 0]
    level = np.abs(across) < 1e-9
    across = np.where(level, 1.0, across)
    apart = q - p
    t = (apart[:, 0] * s[:, 1] - apart[:, 1] * s[:, 0]) / across
    u = (apart[:, 0] * r[:, 1] - apart[:, 1] * r[:, 0]) / across
    met = ~level & (t >= 0) & (t <= 1) & (u >= 0) & (u <= 1)
    return np.asarray(p[met] + r[met] * t[met, None]), np.asarray(one[met], np.int64)


def _feet(pieces: Floats, at: Floats) -> Floats:
    """The place on each straight piece that is nearest to ``at``."""
    start, along = pieces[:, :2], pieces[:, 2:] - pieces[:, :2]
    square = np.maximum((along**2).sum(axis=1), 1e-12)
    share = np.clip(((at - start) * along).sum(axis=1) / square, 0.0, 1.0)
    return np.asarray(start + along * share[:, None])


def _is_square(pieces: Floats, feet: Floats, origin: Floats) -> npt.NDArray[np.bool_]:
    """Whether the way from ``origin`` to each foot is at a right angle to its piece, and a way at all."""
    along, way = pieces[:, 2:] - pieces[:, :2], feet - origin
    length = np.hypot(*way.T) * np.hypot(*along.T)
    square = np.abs((along * way).sum(axis=1)) <= 1e-6 * np.maximum(length, 1e-9)
    return np.asarray((length > 1e-9) & square)


def mains_inside(
    scene: Scene, box: Box, hidden: frozenset[str] = frozenset(), *, outlines: bool = False
) -> Iterator[LinePart]:
    """The lines of mains whose extent meets ``box``, those of classes switched off left out; with ``outlines`` roads
    and the borders of areas instead."""
    for source in scene.sources:
        if isinstance(source, LineSource) and (source.layer.drawing == "main") is not outlines:
            for part in source.inside(box):
                if f"{source.layer.id}/{source.layer.classes[part.class_number].id}" not in hidden:
                    yield part
