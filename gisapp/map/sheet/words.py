"""What a sheet says, and in which fonts."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtGui import QFont

from layers.past.book import Past
from layers.text import Message, Texts, Title

#: ``font(size in px, strong)``.
FontOf = Callable[[float, bool], QFont]


@dataclass(frozen=True)
class BlockWords:
    """What the title block names beside what the map knows itself; an empty one leaves its cell blank."""

    unit: str = ""
    number: str = ""
    height_datum: str = ""
    drawn_by: str = ""
    checked_by: str = ""


@dataclass(frozen=True)
class SheetWords:
    """Names and dates of a map in the user's language."""

    texts: Texts
    font: FontOf
    title: str
    style: Title
    crs: Title
    drawn_on: datetime.date
    is_sample: bool = False
    is_local: bool = False
    block: BlockWords = field(default_factory=BlockWords)
    data_version: int | None = None
    #: Not all assets are on the map: somebody filtered them.
    is_filtered: bool = False
    #: The past day that the sheet shows.
    past: Past | None = None

    def render(self, words: Message | Title | str) -> str:
        """The text a reader sees."""
        return self.texts.render(words)

    def text(self, message_id: str) -> str:
        """The text of a message without parameters."""
        return self.texts.get(message_id)


def grouped(number: float, digits: int = 0) -> str:
    """A number in groups of three digits."""
    return f"{number:,.{digits}f}".replace(",", " ")


def metres_or_kilometres(length: float) -> str:
    """``500 m`` or ``2 km``."""
    return f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"
