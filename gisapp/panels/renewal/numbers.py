"""How lengths, money, shares and dates of projects are written on the desk."""

from __future__ import annotations

import datetime

from gisapp.forms.chip import ChipKind
from layers.renewal.board.board import Card
from layers.text import Message

#: Budgets are told in ten thousands of yuan in Chinese, in millions in English.
_YUAN = {"zh": 10_000.0, "en": 1_000_000.0}


def km(metres: float) -> str:
    """Kilometres in two digits."""
    return f"{metres / 1000:,.2f}"


def metres(value: float) -> str:
    """Whole metres."""
    return f"{value:,.0f}"


def money(yuan: float, language: str) -> str:
    """An amount as budgets are told in a language, without its unit."""
    amount = yuan / _YUAN[language]
    if language == "en":
        return f"{amount:,.2f}"
    return f"{amount:,.1f}" if abs(amount) < 1000 else f"{amount:,.0f}"


def percent(share: float) -> str:
    """A share 0 to 1 in whole percent; what is begun is not 0, what is unfinished not 100."""
    whole = round(share * 100)
    if share > 0 and whole == 0:
        whole = 1
    if share < 1 and whole == 100:
        whole = 99
    return f"{whole} %"


def short_day(day: datetime.date | None, year: int | None = None) -> str:
    """Month and day; the year too when it is not ``year``."""
    if day is None:
        return ""
    return f"{day:%m-%d}" if year in (None, day.year) else f"{day:%y-%m-%d}"


def standing_words(card: Card, day: datetime.date, *, brief: bool = False) -> tuple[Message, ChipKind, str]:
    """What the chip of a card says, its kind and its icon; ``brief`` leaves room for a name beside it."""
    standing = card.standing(day)
    if standing == "late":
        days = {"days": card.delay(day)}
        words = Message("renewal_desk.late_brief", days) if brief else Message("renewal_desk.late", days)
        return words, "danger", "warning"
    if standing == "soon":
        due = card.due_in(day)
        words = Message("renewal_desk.soon", {"days": due}) if due else Message("renewal_desk.due_today")
        return words, "warn", "clock"
    kinds: dict[str, tuple[ChipKind, str]] = {
        "on_time": ("quiet", "check"),
        "unplanned": ("quiet", "calendar-blank"),
        "suspended": ("neutral", "pause"),
        "cancelled": ("neutral", "x"),
        "completed": ("ok", "check"),
    }
    kind, icon = kinds[standing]
    return Message(f"renewal_desk.standing.{standing}"), kind, icon


def delay_words(days: int | None) -> tuple[Message | str, str]:
    """How a date lies to its plan, and the tone it is told in."""
    if days is None:
        return "", ""
    if days == 0:
        return Message("renewal_desk.as_planned"), "faint"
    if days > 0:
        return Message("renewal_desk.days_late", {"days": days}), "danger"
    return Message("renewal_desk.days_early", {"days": -days}), "faint"
