"""Positions from a receiver's file: way and track points of GPX, fixes of NMEA 0183 (GGA)."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from layers.errors import UserError
from layers.geometry.crs import Crs, transformer
from layers.text import Message

_MOST_BYTES = 64 * 1024 * 1024
_POINTS = ("wpt", "trkpt", "rtept")
#: What a receiver can tell of one unit of HDOP, in metres, by the quality of its fix (GGA field 6).
_METRES = {"1": 3.0, "2": 1.0, "4": 0.02, "5": 0.3}
_KNOTTED = 9
WGS84 = "EPSG:4326"


@dataclass(frozen=True)
class Fix:
    """One position in metres of the register's CRS; ``accuracy_m`` None where the file says nothing."""

    x: float
    y: float
    name: str = ""
    accuracy_m: float | None = None


@dataclass(frozen=True)
class _Raw:
    lon: float
    lat: float
    name: str = ""
    accuracy_m: float | None = None


def read_fixes(path: Path, crs: Crs) -> tuple[Fix, ...]:
    """The positions of a GPX or NMEA file in order. Raises ``UserError`` for what holds none."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise UserError(Message("census.track_large", {"file": path.name}))
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise UserError(
            Message("census.track_unread", {"file": path.name}), Message("census.track_hint")
        ) from error
    raws = _gpx(text) if text.lstrip().startswith("<") else _nmea(text)
    if not raws:
        raise UserError(Message("census.track_empty", {"file": path.name}), Message("census.track_hint"))
    places = np.array([(raw.lon, raw.lat) for raw in raws], dtype=np.float64)
    xy = transformer(Crs.parse(WGS84), crs)(places)
    return tuple(
        Fix(float(x), float(y), raw.name, raw.accuracy_m)
        for (x, y), raw in zip(xy.tolist(), raws, strict=True)
    )


def nearest_fix(fixes: Sequence[Fix], place: tuple[float, float] | None) -> Fix:
    """The fix nearest to a place; the last one where there is no place."""
    if place is None:
        return fixes[-1]
    return min(fixes, key=lambda fix: (fix.x - place[0]) ** 2 + (fix.y - place[1]) ** 2)


def _gpx(text: str) -> list[_Raw]:
    # Entities are of no use in a track and can fill the memory.
    if "<!DOCTYPE" in text[:4096]:
        return []
    try:
        root = ET.fromstring(text)
    except ET.ParseError:
        return []
    raws = []
    for element in root.iter():
        if element.tag.rpartition("}")[2] in _POINTS:
            lon, lat = _number(element.get("lon")), _number(element.get("lat"))
            if lon is not None and lat is not None:
                name = next((str(e.text or "") for e in element if e.tag.rpartition("}")[2] == "name"), "")
                raws.append(_Raw(lon, lat, name))
    return raws


def _nmea(text: str) -> list[_Raw]:
    raws = []
    for line in text.splitlines():
        parts = line.strip().partition("*")[0].split(",")
        if len(parts) <= _KNOTTED or not parts[0].endswith("GGA") or not _is_whole(line.strip()):
            continue
        lat, lon = _degrees(parts[2], parts[3] == "S", 2), _degrees(parts[4], parts[5] == "W", 3)
        if lat is None or lon is None or parts[6] in ("", "0"):
            continue
        hdop, metres = _number(parts[8]), _METRES.get(parts[6])
        raws.append(_Raw(lon, lat, "", None if hdop is None or metres is None else round(hdop * metres, 3)))
    return raws


def _is_whole(line: str) -> bool:
    """Whether the sum at the end of a sentence is right; a sentence without one is taken as it is."""
    body, star, told = line.lstrip("$").partition("*")
    if not star:
        return True
    total = 0
    for character in body:
        total ^= ord(character)
    return f"{total:02X}" == told.strip()[:2].upper()


def _degrees(text: str, is_negative: bool, whole: int) -> float | None:
    degrees, minutes = _number(text[:whole]), _number(text[whole:])
    if degrees is None or minutes is None:
        return None
    value = degrees + minutes / 60
    return -value if is_negative else value


def _number(text: str | None) -> float | None:
    try:
        return float(text or "")
    except ValueError:
        return None
