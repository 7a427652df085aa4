"""Coordinates as people write them: plane or degrees, decimal or minutes and seconds, Chinese or Latin letters.

Only the writing is understood here; where the numbers lie is ``coordinate_reading``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from layers.errors import UserError
from layers.geometry.crs import Crs
from layers.text import Message

Axis = Literal["", "x", "y", "east", "north"]
Notation = Literal["plain", "decimal", "minutes", "seconds"]


@dataclass(frozen=True)
class Value:
    """One number as written. ``x`` and ``y`` may be east or north: in China X is north.

    ``notation`` tells degrees by their signs; a plain number may be either. ``is_angle``: words or signs
    of degrees were seen.
    """

    number: float
    axis: Axis
    notation: Notation
    is_angle: bool


@dataclass(frozen=True)
class Pair:
    """Two numbers and the system named beside them: ``crs`` for good, ``datum`` only if they are degrees."""

    first: Value
    second: Value
    crs: Crs | None = None
    datum: Crs | None = None


_NARROW_SPACE = re.compile(r"(?<=\d)[\u2009\u202f\u00a0](?=\d{3}(?!\d))")
_WORDS_OF_DEGREES = re.compile(r"(?<=\d)\s*([度分秒])")
_SIGNS_OF_DEGREES = {"度": "°", "分": "'", "秒": '"'}
_BEFORE_FOLDING = str.maketrans(
    {
        "º": "°", "˚": "°", "′": "'", "’": "'", "‘": "'", "´": "'", "`": "'",
        "″": '"', "”": '"', "“": '"', "〃": '"', "、": ",", "\u2212": "-", "\u2013": "-",
    }
)  # fmt: skip
_SYSTEMS: tuple[tuple[re.Pattern[str], str, bool], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), code, is_datum)
    for pattern, code, is_datum in (
        (r"EPSG\s*:{0,2}\s*(\d{4,6})\b", "", False),
        (r"\bGCJ[-_ ]?02|火星坐标系?|火星|高德|腾讯", "GCJ-02", False),
        (r"\bBD[-_ ]?09(?:ll)?|百度", "BD-09", False),
        (r"\bWGS[-_ ]?(?:19)?84", "EPSG:4326", True),
        (r"\bCGCS[-_ ]?2000|国家2000|2000国家大地坐标系?|大地2000", "EPSG:4490", True),
        (r"西安(?:19)?80|\bXian[-_ ]?(?:19)?80", "EPSG:4610", True),
        (r"北京(?:19)?54|\bBeijing[-_ ]?(?:19)?54", "EPSG:4214", True),
    )
)
_CHATTER = re.compile(r"坐标系?|经纬度|[()\[\]<>{}]")
_LABELS: dict[str, tuple[Axis, int, bool]] = {
    "东经": ("east", 1, True), "西经": ("east", -1, True), "北纬": ("north", 1, True), "南纬": ("north", -1, True),
    "经度": ("east", 1, True), "纬度": ("north", 1, True),
    "longitude": ("east", 1, True), "latitude": ("north", 1, True),
    "long": ("east", 1, True), "lon": ("east", 1, True), "lng": ("east", 1, True), "lat": ("north", 1, True),
    "经": ("east", 1, True), "纬": ("north", 1, True),
    "easting": ("east", 1, False), "northing": ("north", 1, False), "横": ("east", 1, False), "纵": ("north", 1, False),
    "东": ("east", 1, False), "西": ("east", -1, False), "北": ("north", 1, False), "南": ("north", -1, False),
    "e": ("east", 1, False), "w": ("east", -1, False), "n": ("north", 1, False), "s": ("north", -1, False),
    "x": ("x", 1, False), "y": ("y", 1, False),
}  # fmt: skip
_NUMBER = r"\d+(?:\.\d+)?"
_VALUE = (
    rf"(?:(?P<label{{0}}>{'|'.join(map(re.escape, _LABELS))})\s*[:=]?\s*)?"
    rf"(?P<sign{{0}}>[-+]?)\s*(?P<degrees{{0}}>{_NUMBER})(?![\d.])"
    rf"(?:\s*(?P<mark{{0}}>°)"
    rf"(?:\s*(?P<minutes{{0}}>{_NUMBER})(?![\d.])(?!\s*°)\s*'?"
    rf"(?:\s*(?P<seconds{{0}}>{_NUMBER})(?![\d.])(?!\s*[°'])\s*\"?)?)?)?"
    rf"(?(label{{0}})|(?:\s*(?P<suffix{{0}}>[ENSW])(?![A-Z]))?)"
)
_BETWEEN = r"[\s,;/|]*"
_PAIR = re.compile(
    rf"{_BETWEEN}{_VALUE.replace('{0}', '1')}{_BETWEEN}{_VALUE.replace('{0}', '2')}{_BETWEEN}",
    re.IGNORECASE,
)
_SEXAGESIMAL = re.compile(
    r"(?<![\d.])(\d{1,3})(?:\s*:\s*|\s+)(\d{1,2})(?:\s*:\s*|\s+)(\d{1,2}(?:\.\d+)?)(?![\d.])"
)
_DEGREES_AND_MINUTES = re.compile(r"(?<![\d.])(\d{1,3})(?:\s*:\s*|\s+)(\d{1,2}\.\d+)(?![\d.])")
_BY_SPACE = re.compile(r"(?<![\d.])\d{1,3}(?: \d{3})+(?!\d)")
_BY_COMMA = re.compile(r"(?<![\d.])\d{1,3}(?:,\d{3})+(?!\d)")


def parse_pair(text: str) -> Pair | None:
    """The two numbers that ``text`` states, or None when it is something else.

    Raises ``UserError`` for what is clearly meant as coordinates but cannot be: an unknown EPSG number,
    minutes of 60 or more, two latitudes.
    """
    plain, crs, datum = _take_system(_folded(text))
    for variant in _variants(plain):
        match = _PAIR.fullmatch(variant)
        if match is not None:
            first, second = _value(match, "1"), _value(match, "2")
            if first.axis == second.axis != "":
                raise UserError(Message("coordinates.same_axis"), Message("coordinates.examples"))
            return Pair(first, second, crs, datum)
    return None


def _folded(text: str) -> str:
    """One way of writing for each sign: full-width letters, primes, degree signs, groups of digits."""
    text = _NARROW_SPACE.sub("", text)
    text = unicodedata.normalize("NFKC", text.translate(_BEFORE_FOLDING)).translate(_BEFORE_FOLDING)
    text = _WORDS_OF_DEGREES.sub(lambda match: _SIGNS_OF_DEGREES[match[1]], text)
    return text.replace("''", '"')


def _take_system(text: str) -> tuple[str, Crs | None, Crs | None]:
    crs = datum = None
    for pattern, code, is_datum in _SYSTEMS:
        match = pattern.search(text)
        if match is None:
            continue
        text = text[: match.start()] + " " + text[match.end() :].lstrip(" :,")
        named = Crs.parse(code or f"EPSG:{match[1]}")
        if is_datum:
            datum = named
        else:
            crs = named
    return _CHATTER.sub(" ", text).strip(" :"), crs, datum


def _variants(text: str) -> Iterator[str]:
    """The text as it stands, then with its blanks, colons and commas read in other usual ways."""
    yield text
    for pattern, form in ((_SEXAGESIMAL, "\\1°\\2'\\3\""), (_DEGREES_AND_MINUTES, "\\1°\\2'")):
        changed, count = pattern.subn(form, text)
        if count == 2:
            yield changed
    for pattern, separator in ((_BY_SPACE, " "), (_BY_COMMA, ",")):
        yield _ungrouped(text, pattern, separator)


def _ungrouped(text: str, groups: re.Pattern[str], separator: str) -> str:
    return groups.sub(lambda match: match[0].replace(separator, ""), text)


def _value(match: re.Match[str], which: str) -> Value:
    label = (match[f"label{which}"] or match[f"suffix{which}"] or "").lower()
    axis, direction, is_angle = _LABELS.get(label, ("", 1, False))
    number = float(match[f"degrees{which}"])
    minutes, seconds = match[f"minutes{which}"], match[f"seconds{which}"]
    for part in (minutes, seconds):
        if part is not None and float(part) >= 60:
            raise UserError(Message("coordinates.sixty", {"value": part}), Message("coordinates.examples"))
    if (minutes is not None and number % 1) or (seconds is not None and float(minutes) % 1):
        # Decimals belong to the last part only.
        raise UserError(Message("coordinates.mixed"), Message("coordinates.examples"))
    number += float(minutes or 0) / 60 + float(seconds or 0) / 3600
    notation: Notation = "plain"
    if match[f"mark{which}"]:
        notation = "seconds" if seconds else "minutes" if minutes else "decimal"
    if match[f"sign{which}"] == "-" or direction < 0:
        number = -number
    return Value(number, axis, notation, is_angle or notation != "plain")
