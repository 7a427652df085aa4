"""How a reading of typed coordinates is said back to the user."""

from __future__ import annotations

from gisapp.forms.showing import grouped
from layers.geometry.coordinate_forms import degrees_written
from layers.geometry.coordinate_reading import Reading
from layers.geometry.crs import Crs
from layers.text import Message

#: So far outside of its area a register is left only when asked twice.
FAR = 1000.0


def stated(reading: Reading) -> Message:
    """The numbers as they were understood, with the names of their axes."""
    if reading.is_degrees:
        if reading.notation in ("minutes", "seconds"):
            lon = degrees_written(reading.east, ("E", "W"))
            lat = degrees_written(reading.north, ("N", "S"))
        else:
            lon, lat = _degrees(reading.east), _degrees(reading.north)
        return Message("navigate.read.degrees", {"longitude": lon, "latitude": lat})
    values = {"north": grouped(f"{reading.north:.3f}"), "east": grouped(f"{reading.east:.3f}")}
    return Message("navigate.read.plane", values)


def understood(reading: Reading, register: Crs) -> Message:
    """In which system the numbers were taken, where that is, and how far from the register."""
    if reading.outside > 0:
        return Message(
            "navigate.read.outside", {"crs": reading.crs.title, "distance": distance(reading.outside)}
        )
    if reading.crs == register:
        return Message("navigate.read.here", {"crs": reading.crs.title})
    place = {"north": grouped(f"{reading.y:.2f}"), "east": grouped(f"{reading.x:.2f}")}
    return Message("navigate.read.from", {"crs": reading.crs.title, **place})


def _degrees(value: float) -> str:
    return f"{value:.7f}".rstrip("0").rstrip(".") + "°"


def distance(metres: float) -> Message:
    """How far something is, in two or three digits."""
    if metres >= 10_000:
        return Message("measure.in.km", {"value": grouped(f"{metres / 1000:.0f}")})
    if metres >= 1000:
        return Message("measure.in.km", {"value": f"{metres / 1000:.1f}"})
    return Message("measure.in.m", {"value": f"{metres:.0f}"})
