"""What was measured, and the words for it: on the map, by the cursor, in the strip, and for the clipboard."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from gisapp.tools.figures import AreaUnit, LengthUnit, angle_text, area_words, length_words
from layers.geometry.crs import Crs
from layers.geometry.measuring import Area, Bearing, Lengths, area, bearing, crosses_itself, lengths
from layers.text import Message

Measuring = Literal["length", "area", "bearing"]
Units = tuple[LengthUnit, AreaUnit]
#: A name, and the figure.
Line = tuple[Message, Message]


@dataclass(frozen=True)
class Measured:
    """The figures of some places (the last one still moving unless ``done``)."""

    kind: Measuring
    places: tuple[tuple[float, float], ...]
    crs: Crs
    done: bool
    lengths: Lengths
    area: Area | None = None
    bearing: Bearing | None = None
    crosses: bool = False

    def piece_words(self, units: Units) -> tuple[Message, ...]:
        """The figure of every straight piece, on the ellipsoid where there is one."""
        found = self.area.around if self.area is not None else self.lengths
        pieces = found.plane if found.ellipsoid is None else found.ellipsoid
        return tuple(length_words(piece, units[0]) for piece in pieces)

    def live_words(self, units: Units) -> tuple[Message, ...]:
        """What stands by the cursor: the whole first, then the last piece."""
        if len(self.places) < 2:
            return (Message("measure.live.begin"),)
        if self.bearing is not None:
            return (
                Message("measure.live.grid", {"angle": angle_text(self.bearing.grid)}),
                length_words(_first(self.lengths), units[0]),
            )
        if self.kind == "area":
            if self.area is None:
                return (Message("measure.live.third"),)
            figure = self.area.plane if self.area.ellipsoid is None else self.area.ellipsoid
            return (Message("measure.live.area", {"area": area_words(figure, units[1])}),)
        total = Message("measure.live.total", {"length": length_words(_first(self.lengths), units[0])})
        pieces = self.lengths.plane if self.lengths.ellipsoid is None else self.lengths.ellipsoid
        if len(pieces) < 2:
            return (total,)
        return (total, Message("measure.live.piece", {"length": length_words(pieces[-1], units[0])}))

    def lines(self, units: Units) -> tuple[Line, ...]:
        """Every figure with its name, for the strip and the clipboard."""
        if self.bearing is not None:
            return (*_directions(self.bearing), *_distances(self.lengths, units[0]))
        if self.kind == "area" and self.area is not None:
            plane = (Message("measure.plane"), area_words(self.area.plane, units[1]))
            figures = [plane]
            if self.area.ellipsoid is not None:
                figures.insert(0, (Message("measure.ellipsoid"), area_words(self.area.ellipsoid, units[1])))
            around = self.area.around
            total = around.plane_total if around.ellipsoid_total is None else around.ellipsoid_total
            return (*figures, (Message("measure.around"), length_words(total, units[0])))
        pieces = len(self.lengths.plane)
        count = (Message("measure.pieces"), Message("measure.count", {"count": pieces}))
        return (*_both(self.lengths, units[0]), *((count,) if pieces > 1 else ()))

    def note(self) -> Message | None:
        """What must be known about the figures."""
        if self.crosses:
            return Message("measure.crosses")
        return Message("measure.local") if self.crs.is_local else None


def measure(kind: Measuring, places: tuple[tuple[float, float], ...], crs: Crs, done: bool) -> Measured:
    """The figures of ``places`` (x, y) in the register's CRS."""
    points = np.array(places, dtype=np.float64)
    found = lengths(points, crs)
    if kind == "area" and len(places) > 2:
        return Measured(
            kind, places, crs, done, found, area=area(points, crs), crosses=crosses_itself(points)
        )
    if kind == "bearing" and len(places) > 1:
        return Measured(kind, places, crs, done, found, bearing=bearing(places[0], places[1], crs))
    return Measured(kind, places, crs, done, found)


def _first(found: Lengths) -> float:
    """The figure that stands for a length: on the ellipsoid where there is one."""
    return found.plane_total if found.ellipsoid_total is None else found.ellipsoid_total


def _both(found: Lengths, unit: LengthUnit) -> tuple[Line, ...]:
    plane = (Message("measure.plane"), length_words(found.plane_total, unit))
    if found.ellipsoid_total is None:
        return (plane,)
    return ((Message("measure.ellipsoid"), length_words(found.ellipsoid_total, unit)), plane)


def _distances(found: Lengths, unit: LengthUnit) -> tuple[Line, ...]:
    plane = (Message("measure.distance.plane"), length_words(found.plane_total, unit))
    if found.ellipsoid_total is None:
        return (plane,)
    return ((Message("measure.distance.ellipsoid"), length_words(found.ellipsoid_total, unit)), plane)


def _directions(found: Bearing) -> tuple[Line, ...]:
    grid = (Message("measure.grid"), Message("measure.as_is", {"value": angle_text(found.grid)}))
    if found.true is None or found.convergence is None:
        return (grid,)
    return (
        grid,
        (Message("measure.true"), Message("measure.as_is", {"value": angle_text(found.true)})),
        (
            Message("measure.convergence"),
            Message("measure.as_is", {"value": angle_text(found.convergence, signed=True)}),
        ),
    )
