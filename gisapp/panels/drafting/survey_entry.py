"""Survey entry: typed figures and known points become places of the drawing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from layers.errors import UserError
from layers.geometry.construction import by_bearing, by_offset, by_two_distances, parallel, read_angle
from layers.geometry.coordinate_reading import read_coordinates
from layers.geometry.crs import Crs
from layers.geometry.packed import Floats
from layers.model.query import Box
from layers.scene.snapping import Place
from layers.text import Message

Mode = Literal["coordinates", "bearing", "distances", "offset", "parallel"]
MODES: tuple[Mode, ...] = ("coordinates", "bearing", "distances", "offset", "parallel")
#: How many known points are picked on the map; a line counts by itself.
KNOWN_POINTS: dict[Mode, int] = {"distances": 2}
KNOWN_LINE: frozenset[Mode] = frozenset({"offset", "parallel"})
_FARTHEST = 1e6


@dataclass(frozen=True)
class Entry:
    """What is typed and known: ``first`` and ``second`` text, known points, the line one measures along."""

    mode: Mode
    first: str = ""
    second: str = ""
    points: tuple[Place, ...] = ()
    line: Floats | None = None
    left: bool = True
    start: Place | None = field(default=None)


def entered(entry: Entry, crs: Crs, bounds: Box | None) -> tuple[Place, ...]:
    """The places that an entry means, in the register's CRS. Raises ``UserError`` when it means none."""
    if entry.mode == "coordinates":
        readings = read_coordinates(entry.first, crs, bounds)
        if not readings:
            raise UserError(Message("draft.survey.no_coordinates"), Message("coordinates.examples"))
        return ((readings[0].x, readings[0].y),)
    if entry.mode == "bearing":
        if entry.start is None:
            raise UserError(Message("draft.survey.no_start"), Message("draft.survey.no_start_hint"))
        bearing = read_angle(entry.second)
        if bearing is None:
            raise UserError(
                Message("draft.survey.no_angle", {"typed": entry.second}),
                Message("draft.survey.no_angle_hint"),
            )
        return (by_bearing(entry.start, _metres(entry.first), bearing),)
    if entry.mode == "distances":
        if len(entry.points) < 2:
            raise UserError(Message("draft.survey.no_points"), Message("draft.survey.no_points_hint"))
        first, second = _metres(entry.first), _metres(entry.second)
        return (by_two_distances(entry.points[0], first, entry.points[1], second, left=entry.left),)
    if entry.line is None:
        raise UserError(Message("draft.survey.no_line"), Message("draft.survey.no_line_hint"))
    if entry.mode == "offset":
        station, offset = _metres(entry.first), _metres(entry.second, signed=True)
        return (by_offset(entry.line, station, offset),)
    moved = parallel(entry.line, _metres(entry.first, signed=True))
    return tuple((float(x), float(y)) for x, y in moved)


def entered_height(text: str) -> float | None:
    """Metres above datum as typed; None for nothing. Raises ``UserError`` for what is no number."""
    return _metres(text, signed=True) if text.strip() else None


def _metres(text: str, *, signed: bool = False) -> float:
    try:
        value = float(text.strip().replace("，", ".").replace(",", ".").removesuffix("m").strip())
    except ValueError:
        value = float("nan")
    if not (-_FARTHEST if signed else 0.0) <= value <= _FARTHEST:
        raise UserError(
            Message("draft.survey.no_metres", {"typed": text}), Message("draft.survey.no_metres_hint")
        )
    return value
