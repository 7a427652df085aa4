"""Offers: what a field may be, to choose from a list while typing: codes, yes and no, dates, assets."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from gisapp.language import Language, Words
from layers.model import edtf
from layers.model.code_list import CodeEntry
from layers.model.fields import BooleanField, ChoiceField, DateField, LinkField
from layers.search.initials import has_chinese, pinyin_keys
from layers.text import Message, Title


@dataclass(frozen=True)
class Offer:
    """One row of the list: the value, what it is called, and a word beside it.

    ``act`` is done instead of taking the value (to point at the map).
    """

    value: Any
    words: Words
    note: Words = ""
    act: Callable[[], None] | None = None


Give = Callable[[Sequence[Offer]], None]


class Offers(Protocol):
    """Knows what may be meant. ``is_closed``: nothing else may be entered."""

    is_closed: bool

    def ask(self, text: str, give: Give) -> None:
        """Tell what ``text`` may mean, now or later; an empty text asks for everything."""
        ...


class ChoiceOffers:
    """The entries of a code list by title in either language, code, alias, or the initials of their pinyin."""

    is_closed = True

    def __init__(self, field: ChoiceField) -> None:
        self._entries = [entry for entry in field.code_list.entries if entry.active]
        self._keys: list[tuple[str, str]] | None = None

    def ask(self, text: str, give: Give) -> None:
        wanted = "".join(text.casefold().split())
        ranked = []
        for place, entry in enumerate(self._entries):
            rank = self._rank(place, entry, wanted) if wanted else 0
            if rank is not None:
                ranked.append((rank, place, Offer(entry.code, entry.title, entry.code)))
        give([offer for _, _, offer in sorted(ranked, key=lambda each: each[:2])])

    def _rank(self, place: int, entry: CodeEntry, wanted: str) -> int | None:
        """How well an entry answers, 0 best; None when it does not."""
        words = [w.casefold() for w in (entry.code, entry.title.zh, entry.title.en, *entry.aliases)]
        if any(word == wanted for word in words):
            return 0
        if any(word.startswith(wanted) for word in words):
            return 1
        if not has_chinese(wanted) and any(key.startswith(wanted) for key in self._pinyin(place)):
            return 2
        return 3 if any(wanted in word for word in words) else None

    def _pinyin(self, place: int) -> tuple[str, str]:
        if self._keys is None:
            self._keys = pinyin_keys(entry.title.zh for entry in self._entries)
        return self._keys[place]


class BooleanOffers:
    """Yes or no."""

    is_closed = True

    def __init__(self, field: BooleanField) -> None:
        self._field = field

    def ask(self, text: str, give: Give) -> None:
        both = [Offer(value, Title(*(self._field.format(value, code) for code in ("zh", "en"))))
                for value in (True, False)]  # fmt: skip
        wanted = text.strip().casefold()
        yes = ("y", "s", "1", "t", "是", "有")
        no = ("n", "f", "0", "否", "无")
        starts = {True: yes, False: no}
        give([o for o in both if not wanted or wanted[:1] in starts[o.value]] or both)


class DateOffers:
    """A date as exactly as it is known: the day, the month, the year, the decade, or not at all."""

    is_closed = False

    def __init__(self, field: DateField, today: Callable[[], datetime.date] = datetime.date.today) -> None:
        self._field, self._today = field, today
        #: Opens a month to choose a day from.
        self.open_month: Callable[[], None] | None = None

    def ask(self, text: str, give: Give) -> None:
        stored = edtf.parse(text.strip()) if text.strip() else None
        if stored is None or stored == edtf.UNKNOWN:
            today = self._today().isoformat()
            found = [(today, Message("form.date.today")), (today[:7], Message("form.date.this_month")),
                     (today[:4], Message("form.date.this_year"))]  # fmt: skip
            if text.strip() and stored is None:
                found = []
        else:
            decade = f"{stored[:3]}X"
            steps = [stored[:10], stored[:7], stored[:4]] if edtf.precision(stored) != "decade" else []
            found = [(step, Message(f"form.date.{edtf.precision(step)}")) for step in dict.fromkeys(steps)]
            found.append((decade, Message("form.date.decade")))
        found.append((edtf.UNKNOWN, Message("form.date.unknown")))
        offers = [Offer(value, self._title(value), note) for value, note in found]
        if self.open_month is not None:
            offers.append(Offer(None, Message("form.date.calendar"), "", self.open_month))
        give(offers)

    def _title(self, value: str) -> Title:
        return Title(self._field.format(value, "zh"), self._field.format(value, "en"))


class LinkSearch(Protocol):
    """Finds assets that a link may point to."""

    def find(self, field: LinkField, text: str, give: Give) -> None:
        """The assets called so, the nearest where no text is given."""
        ...

    def name(self, field: LinkField, value: Any, give: Callable[[str], None]) -> None:
        """What the target of a link is called."""
        ...

    def can_point(self, field: LinkField) -> bool:
        """Whether one can show it on the map."""
        ...

    def point(self, field: LinkField, take: Callable[[Any], None]) -> None:
        """Let the user click it on the map; ``take`` gets the value of the link."""
        ...


class LinkOffers:
    """Assets by code or name, and the way to click one on the map."""

    is_closed = True

    def __init__(self, field: LinkField, search: LinkSearch, language: Language) -> None:
        self._field, self._search, self._language = field, search, language
        self.take: Callable[[Any], None] | None = None

    def ask(self, text: str, give: Give) -> None:
        def with_map(found: Sequence[Offer]) -> None:
            give([*found, *self._from_map()])

        self._search.find(self._field, text, with_map)

    def _from_map(self) -> list[Offer]:
        take = self.take
        if take is None or not self._search.can_point(self._field):
            return []
        act = lambda: self._search.point(self._field, take)  # noqa: E731
        return [Offer(None, Message("form.link.point"), "", act)]
