"""The ways in which a label may be written at its place, the best first: what room it takes, and its texts."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import NamedTuple

from gisapp.map.label_marks import SPACING, Mark, Measures
from gisapp.map.label_memory import Box4

#: Px between a point and its name.
_ASIDE, _ASIDE_NEAR, _ASIDE_CODE = 13.0, 20.0, 16.0
#: From this scale on symbols are large.
_LARGE_SYMBOLS = 5_000.0
_STEEP = math.radians(58)
_LEANING = math.radians(72)
_ABOVE = 10.0
#: Beyond this scale (a denominator) names stand so many px beside their roads.
_NARROW_ROADS, _BESIDE_ROAD = 10_000.0, 12.0
#: A turn of less than this is none: one box is enough.
_LEVEL = 0.02


class Place(NamedTuple):
    """A way to write a label. Both are worked out when they are asked for: most places are taken at the first box."""

    boxes: Callable[[], Iterable[Box4]]
    marks: Callable[[], tuple[Mark, ...]]


class Candidate(NamedTuple):
    """Where a label may stand: in px, which way (radians, as in the world), and how much room there is in px."""

    kind: str
    x: float
    y: float
    angle: float
    room: float


def ways(where: Candidate, text: str, metrics: Measures, denominator: float) -> Iterator[Place]:
    """All ways to write ``text`` at 1:``denominator``."""
    if where.kind in ("point", "code"):
        near = denominator <= _LARGE_SYMBOLS
        aside = _ASIDE_CODE if where.kind == "code" else _ASIDE_NEAR if near else _ASIDE
        return _beside(where, text, metrics, aside)
    if where.kind == "area":
        return _level(where, text, metrics)
    return _along(where, text, metrics, denominator)


def _beside(where: Candidate, text: str, metrics: Measures, aside: float) -> Iterator[Place]:
    """To the right of a point, to its left, below it, above it."""
    width, height, x, y = metrics.width(text), metrics.height, where.x, where.y
    for left, top in (
        (x + aside, y - height / 2),
        (x - aside - width, y - height / 2),
        (x - width / 2, y + aside - 1),
        (x - width / 2, y - aside + 1 - height),
    ):
        box = left, top, left + width, top + height
        yield Place(partial(_given, box), partial(_one, Mark(text, left, top + metrics.ascent)))


def _level(where: Candidate, text: str, metrics: Measures) -> Iterator[Place]:
    width, height = metrics.width(text), metrics.height
    if width > where.room:
        return
    left, top = where.x - width / 2, where.y - height / 2
    # A little room around it, so that it does not run into a street's name.
    box = left - 4, top - 2, left + width + 4, top + height + 2
    yield Place(partial(_given, box), partial(_one, Mark(text, left, top + metrics.ascent)))


def _given(box: Box4) -> tuple[Box4, ...]:
    return (box,)


def _one(mark: Mark) -> tuple[Mark, ...]:
    return (mark.moved(0.0, 0.0),)


def _along(where: Candidate, text: str, metrics: Measures, denominator: float) -> Iterator[Place]:
    kind, x, y, angle, room = where
    spaced = kind == "name" and not text.isascii()
    width = metrics.width(text) + (SPACING * (len(text) - 1) if spaced else 0)
    # Read from below or from the right, also where a line leans a little over.
    turn = (-angle + math.pi - _LEANING) % math.pi - math.pi + _LEANING
    stacked = spaced and abs(turn) > _STEEP
    if not stacked and width + 10 > room:
        return
    asides: tuple[float, ...] = (0.0,)
    if kind == "main":
        # A main's name stands above its line, as on the sheets of the trade, or else below it.
        asides = (_ABOVE, -_ABOVE)
    elif denominator > _NARROW_ROADS:
        # The road is narrower than its name: in its middle the name would cut the mains that run along it.
        asides = (_BESIDE_ROAD, -_BESIDE_ROAD)
    sin, cos = math.sin(turn), math.cos(turn)
    for aside in asides:
        at_x, at_y = x + sin * aside, y - cos * aside
        if stacked:
            yield from _stacked(text, metrics, at_x, at_y, turn, room)
            continue
        mark = Mark(text, at_x, at_y, turn, -width / 2, metrics.ascent - metrics.height / 2, spaced)
        yield Place(partial(_turned, at_x, at_y, width, metrics.height * 0.8, turn), partial(_one, mark))


def _stacked(text: str, metrics: Measures, x: float, y: float, turn: float, room: float) -> Iterator[Place]:
    """Character below character, each upright."""
    step = metrics.ascent + SPACING
    if step * len(text) + 10 > room:
        return
    direction = math.copysign(1.0, turn)
    dx, dy = math.cos(turn) * direction * step, math.sin(turn) * direction * step
    middle = (len(text) - 1) / 2
    places = [(x + dx * (i - middle), y + dy * (i - middle)) for i in range(len(text))]
    half = metrics.ascent / 2 + 1

    def boxes() -> Iterator[Box4]:
        return ((px - half, py - half, px + half, py + half) for px, py in places)

    def marks() -> tuple[Mark, ...]:
        return tuple(
            Mark(character, px, py, 0.0, -metrics.width(character) / 2, metrics.ascent * 0.38).moved(0.0, 0.0)
            for character, (px, py) in zip(text, places, strict=True)
        )

    yield Place(boxes, marks)


def _turned(x: float, y: float, width: float, height: float, turn: float) -> Iterator[Box4]:
    """The upright boxes of the parts of a turned label: small enough that they hug it."""
    cos, sin = math.cos(turn), math.sin(turn)
    parts = 1 if abs(sin) < _LEVEL or abs(cos) < _LEVEL else max(int(width / (1.5 * height)), 1)
    across = width / parts
    half_x = abs(cos) * across / 2 + abs(sin) * height / 2
    half_y = abs(sin) * across / 2 + abs(cos) * height / 2
    for part in range(parts):
        offset = (part + 0.5) * across - width / 2
        px, py = x + cos * offset, y + sin * offset
        yield px - half_x, py - half_y, px + half_x, py + half_y
