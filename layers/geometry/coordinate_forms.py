"""Writing a place in every form that people ask for; each is read back by ``coordinate_reading``."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from layers.geometry.crs import Crs, Transform, transformer
from layers.text import Message

#: The forms by name, as the foot of the map and the menus offer them.
FORMS = ("register", "east_north", "decimal", "minutes", "seconds", "cgcs2000", "GCJ-02", "BD-09")


@dataclass(frozen=True)
class Form:
    """A place written in one form. ``parts`` are its two numbers with their letters, in reading order."""

    name: str
    title: Message
    parts: tuple[str, str]
    text: str


def form_names(register: Crs) -> tuple[str, ...]:
    """The forms in which places of a register can be written; local coordinates have no place on earth."""
    return FORMS[:2] if register.is_local else FORMS


def form_title(name: str, register: Crs) -> Message:
    """What a form is called."""
    if name in ("register", "east_north"):
        return Message(f"coordinates.form.{name}", {"crs": register.title})
    return Message(f"coordinates.form.{_KEYS.get(name, name)}")


_KEYS = {"GCJ-02": "gcj02", "BD-09": "bd09"}
_SYSTEMS = {"cgcs2000": "EPSG:4490", "GCJ-02": "GCJ-02", "BD-09": "BD-09"}


def write_place(x: float, y: float, register: Crs, name: str) -> Form:
    """The place (x, y) of a register in the form ``name``."""
    title = form_title(name, register)
    if name == "register":
        # In the trade X points north.
        return Form(name, title, (f"X {y:.3f}", f"Y {x:.3f}"), f"X {y:.3f}  Y {x:.3f}")
    if name == "east_north":
        return Form(name, title, (f"E {x:.3f}", f"N {y:.3f}"), f"E {x:.3f}  N {y:.3f}")
    lon, lat = _way(register, _SYSTEMS.get(name, "EPSG:4326"))(np.array([[x, y]], dtype=np.float64))[0]
    if name in ("minutes", "seconds"):
        write = _seconds if name == "seconds" else _minutes
        north, east = write(lat, "N", "S"), write(lon, "E", "W")
        return Form(name, title, (north, east), f"{north} {east}")
    parts = (f"{lon:.7f}", f"{lat:.7f}")
    # Shifted degrees carry their name with them, so that nobody takes them for others.
    before = f"{name} " if name in _KEYS else ""
    return Form(name, title, parts, f"{before}{parts[0]}, {parts[1]}")


def all_forms(x: float, y: float, register: Crs) -> tuple[Form, ...]:
    """The place in every form."""
    return tuple(write_place(x, y, register, name) for name in form_names(register))


def degrees_written(value: float, letters: tuple[str, str]) -> str:
    """An angle in degrees, minutes and seconds with the letter of its side."""
    return _seconds(value, *letters)


def _seconds(value: float, positive: str, negative: str) -> str:
    # Counted in ten-thousandths of a second, so that 59.99999 never becomes 60.
    units = round(abs(value) * 36_000_000)
    minutes, units = divmod(units, 600_000)
    degrees, minutes = divmod(minutes, 60)
    return f"{degrees}°{minutes:02d}′{units / 10_000:07.4f}″{positive if value >= 0 else negative}"


def _minutes(value: float, positive: str, negative: str) -> str:
    units = round(abs(value) * 60_000_000)
    degrees, units = divmod(units, 60_000_000)
    return f"{degrees}°{units / 1_000_000:09.6f}′{positive if value >= 0 else negative}"


@lru_cache(maxsize=32)
def _way(register: Crs, code: str) -> Transform:
    way: Callable[..., np.ndarray] = transformer(register, Crs.parse(code))
    return way
