"""Values of options that several commands share: read from a word, or refused in the user's language."""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated

import typer

from layers.errors import UserError
from layers.model.query import Box
from layers.scene.paper import Paper, read_paper, read_scale
from layers.text import Message

JsonOption = Annotated[bool, typer.Option("--json", help="cli.option.json")]
RegisterArgument = Annotated[str, typer.Argument(metavar="REGISTER", help="cli.option.register")]


def _refuse(option: str, value: str, hint: Message) -> UserError:
    return UserError(Message("cli.error.value", {"option": option, "value": value}), hint)


def choice(option: str, allowed: Sequence[str]) -> Callable[[str], str]:
    """A reader that takes one of ``allowed``."""

    def read(value: str) -> str:
        if value not in allowed:
            raise _refuse(option, value, Message("cli.hint.one_of", {"values": tuple(allowed)}))
        return value

    return read


def whole_number(option: str, low: int, high: int) -> Callable[[str], int]:
    """A reader of an integer from ``low`` to ``high``."""

    def read(value: str | int) -> int:
        if not re.fullmatch(r"[+-]?\d{1,18}", str(value)) or not low <= int(value) <= high:
            raise _refuse(option, str(value), Message("cli.hint.whole_number", {"low": low, "high": high}))
        return int(value)

    return read


def day_of(option: str, word: str | None) -> datetime.date | None:
    """The day that an option names, None where it is not given. Raises ``UserError`` for what is none."""
    if word is None:
        return None
    try:
        return datetime.date.fromisoformat(word)
    except ValueError as error:
        raise _refuse(option, word, Message("cli.statement.day_hint")) from error


def positive_number(option: str) -> Callable[[str], float]:
    """A reader of a finite number above 0."""

    def read(value: str) -> float:
        try:
            number = float(value)
        except ValueError:
            number = 0.0
        if not math.isfinite(number) or number <= 0:
            raise _refuse(option, value, Message("cli.hint.positive"))
        return number

    return read


def _finite_numbers(option: str, value: str, count: int, example: str) -> list[float]:
    try:
        found = [float(part) for part in value.split(",")]
    except ValueError:
        found = []
    if len(found) != count or not all(math.isfinite(number) for number in found):
        raise _refuse(option, value, Message("cli.hint.example", {"example": example}))
    return found


def read_box(value: str | Box) -> Box:
    """The box that ``X0,Y0,X1,Y1`` says; both sides must be longer than nothing."""
    if isinstance(value, Box):
        return value
    box = Box(*_finite_numbers("--box", value, 4, "0,0,5000,4000"))
    if box.x0 >= box.x1 or box.y0 >= box.y1:
        raise _refuse("--box", value, Message("cli.hint.example", {"example": "0,0,5000,4000"}))
    return box


@dataclass(frozen=True)
class Offset:
    """What is added to coordinates, in metres."""

    x: float
    y: float


def read_offset(value: str | Offset) -> Offset:
    """The offset that ``X,Y`` says."""
    if isinstance(value, Offset):
        return value
    return Offset(*_finite_numbers("--offset", value, 2, "1000,-250"))


@dataclass(frozen=True)
class PictureSize:
    """Width and height in pixels."""

    width: int
    height: int

    def __str__(self) -> str:
        return f"{self.width}x{self.height}"


FULL_HD = PictureSize(1920, 1080)


def read_picture_size(value: str | PictureSize) -> PictureSize:
    """The size that a word such as ``1920x1080`` says; each side from 16 to 20,000."""
    if isinstance(value, PictureSize):
        return value
    match = re.fullmatch(r"(\d{1,6})[x×](\d{1,6})", value)
    if match is None or not all(16 <= int(side) <= 20_000 for side in match.groups()):
        raise _refuse("--size", value, Message("cli.hint.example", {"example": "1920x1080"}))
    return PictureSize(int(match[1]), int(match[2]))


def paper_of(value: str | Paper) -> Paper:
    """The paper that a word such as ``A3`` or ``900x600`` (mm) says."""
    return value if isinstance(value, Paper) else read_paper(value)


def scale_of(value: str | float) -> float:
    """N of a word such as ``2000`` or ``1:2000``."""
    return value if isinstance(value, float) else read_scale(value)
