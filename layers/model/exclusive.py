"""Periods that exclude each other: of assets that are alike in some fields, no two may run on the same day."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from layers.model import edtf
from layers.model.fields import ChoiceField, Field
from layers.model.toml_file import Reader
from layers.text import Title

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Exclusive:
    """One ``[[exclusive]]`` table of a type, on the assets it is about.

    ``same``: the fields in which they are alike. ``begin``, ``end``: the dates of the first and the last day.
    ``where``: field and value that say which assets are meant; ``means``: the field whose entry, by what it means to
    the program, says so. ``title``: the rule, as the user reads it.
    """

    title: Title
    same: tuple[str, ...]
    begin: str
    end: str
    where: tuple[tuple[str, str], ...] = ()
    means: tuple[str, ...] = ()
    meaning_of: str | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Every field that is named."""
        meaning = () if self.meaning_of is None else (self.meaning_of,)
        return (*self.same, self.begin, self.end, *(name for name, _value in self.where), *meaning)

    def concerns(self, row: Row, fields: Mapping[str, Field]) -> bool:
        """Whether the rule is about this asset; ``fields`` by name, with the company's own entries."""
        if any(row.get(name) is None for name in self.same):
            return False
        if any(row.get(name) != value for name, value in self.where):
            return False
        if self.meaning_of is None:
            return True
        field = fields[self.meaning_of]
        entry = (
            field.code_list.get(row.get(self.meaning_of) or "") if isinstance(field, ChoiceField) else None
        )
        return entry is not None and entry.means in self.means

    def key(self, row: Row) -> tuple[Any, ...]:
        """What assets that exclude each other have in common."""
        return tuple(row[name] for name in self.same)

    def days(self, row: Row) -> tuple[datetime.date, datetime.date]:
        """The first and last day on which the asset certainly runs; a date not known lets it run for ever.

        Of a date known to the month only nobody can say that it clashes with another within that month.
        """
        begin, end = row.get(self.begin), row.get(self.end)
        first = edtf.latest(begin) if isinstance(begin, str) else None
        last = edtf.earliest(end) if isinstance(end, str) else None
        return first or datetime.date.min, last or datetime.date.max

    def clash(self, row: Row, others: Iterable[Row]) -> Row | None:
        """The first of ``others`` that runs on a day on which ``row`` runs too."""
        first, last = self.days(row)
        for other in others:
            start, stop = self.days(other)
            if start <= last and first <= stop:
                return other
        return None


def read_exclusive(reader: Reader) -> Exclusive:
    """The rule of one ``[[exclusive]]`` table. Raises ``CatalogueError``."""
    same = reader.texts("same")
    if not same:
        raise reader.fail("catalogue.missing_key", "same")
    where = tuple((name, str(value)) for name, value in reader.table("where").items())
    rule = Exclusive(
        reader.title("title"),
        same,
        reader.text("begin"),
        reader.text("end"),
        where,
        reader.texts("means"),
        reader.text("meaning_of") if reader.has("meaning_of") else None,
    )
    reader.done()
    return rule


def clashes(rule: Exclusive, rows: Iterable[Row], fields: Mapping[str, Field]) -> Iterator[tuple[Row, Row]]:
    """Pairs of ``rows`` that exclude each other: each with one that begins before it (or on the same day)."""
    groups: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        if rule.concerns(row, fields):
            groups.setdefault(rule.key(row), []).append(row)
    for group in groups.values():
        group.sort(key=rule.days)
        longest = group[0]
        for row in group[1:]:
            if rule.days(row)[0] <= rule.days(longest)[1]:
                yield row, longest
            if rule.days(row)[1] > rule.days(longest)[1]:
                longest = row
