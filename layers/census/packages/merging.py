"""Three-way merge, value by value: as it went out, as the office has it now, as it came back."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from layers.census.packages.compare import Changed, Row, alike, as_json
from layers.census.packages.receipt import Refused
from layers.census.values import as_text, from_text
from layers.census.words import ACCEPTED, CANCELLED, RECORD, REJECTED
from layers.checks.rules import row_problems
from layers.model.asset import AssetKey
from layers.model.catalogue import Catalogue
from layers.model.fields import DateField
from layers.store.schema import VERSION

WHOLE = ""
"""Stands for the whole row among the fields of a clash: one side deleted it."""
_JSON = {RECORD: "found"}
_QUIET = {RECORD: frozenset({"logged_at", "seconds", "book", "sequence", "surveyor"})}
"""Who logged when is no matter of dispute: what the office has stays."""
_DECIDED = (ACCEPTED, REJECTED, CANCELLED)

OfficeRows = Callable[[str, Collection[int]], Mapping[int, Row]]


@dataclass(frozen=True)
class Clash:
    """A value that office and field changed both, each its own way; values as JSON texts."""

    type: str
    id: int
    field: str
    base: str | None
    office: str | None
    found: str | None


@dataclass(frozen=True)
class Write:
    """Values for a row at a version; ``values`` None deletes it."""

    type: str
    id: int
    version: int
    values: Mapping[str, Any] | None


@dataclass
class Merge:
    """What is to be done. ``of``: rows changed in the file; ``already``: those that are so in the book."""

    of: int = 0
    already: int = 0
    inserts: list[Changed] = field(default_factory=list)
    writes: list[Write] = field(default_factory=list)
    clashes: list[Clash] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    late_days: int = 0


def merge(
    catalogue: Catalogue,
    found: Iterable[Changed],
    office: OfficeRows,
    known: Mapping[str, int],
    today: str,
) -> Merge:
    """Merge the changes of a file into the book as ``office`` tells it.

    ``known``: rows that came new in an earlier file, by their key, with their ids in the book.
    """
    done = Merge()
    by_type: dict[str, list[Changed]] = {}
    for change in found:
        by_type.setdefault(change.type, []).append(change)
    for name, some in by_type.items():
        ids = {change.id: known.get(key_of(change), change.id) for change in some}
        there = office(
            name, [ids[change.id] for change in some if change.base is not None or is_known(change, known)]
        )
        for change in some:
            done.of += 1
            if change.base is None and not is_known(change, known):
                _insert(catalogue, change, done, today)
            else:
                _merge_row(catalogue, change, ids[change.id], there.get(ids[change.id]), done, today)
    return done


def key_of(change: Changed) -> str:
    """Under which a row that came new is known: its type and its id in the file."""
    if change.type == RECORD and change.field is not None and change.field.get("outcome") == "new":
        return f"{change.field['target_type']}:{change.id}"
    return f"{change.type}:{change.id}"


def is_known(change: Changed, known: Mapping[str, int]) -> bool:
    """Whether a row that is new in the file came in an earlier one."""
    return change.base is None and key_of(change) in known


def _insert(catalogue: Catalogue, change: Changed, done: Merge, today: str) -> None:
    assert change.field is not None
    row, late = _in_time(catalogue, change.type, dict(change.field), change.names, today)
    done.late_days = max(done.late_days, late)
    if _refuses(catalogue, change, row, change.names, done):
        return
    done.inserts.append(Changed(change.type, change.id, None, row, change.names))


def _merge_row(
    catalogue: Catalogue, change: Changed, id: int, office: Row | None, done: Merge, today: str
) -> None:
    if office is None:
        if change.field is None:
            done.already += 1
        else:
            done.clashes.append(_whole(change, id, None, change.field))
        return
    if change.field is None:
        _merge_deletion(change, id, office, done)
        return
    base = change.base or {}
    values, clashes = _values(change, id, base, office)
    values, late = _in_time(catalogue, change.type, values, tuple(values), today)
    done.late_days = max(done.late_days, late)
    if values and _refuses(catalogue, change, {**office, **values}, tuple(values), done):
        return
    done.clashes += clashes
    if values:
        done.writes.append(Write(change.type, id, office[VERSION], values))
    elif not clashes:
        done.already += 1


def _merge_deletion(change: Changed, id: int, office: Row, done: Merge) -> None:
    base = change.base or {}
    is_same = all(name not in office or alike(base[name], office[name]) for name in base)
    if is_same and change.is_told:
        done.writes.append(Write(change.type, id, office[VERSION], None))
    else:
        done.clashes.append(_whole(change, id, office, None))


def _values(change: Changed, id: int, base: Row, office: Row) -> tuple[dict[str, Any], list[Clash]]:
    assert change.field is not None
    decided = change.type == RECORD and office.get("state") in _DECIDED
    values: dict[str, Any] = {}
    clashes: list[Clash] = []
    for name in change.names:
        was, now, found = base.get(name), office.get(name), change.field.get(name)
        if alike(now, found):
            continue
        if name == _JSON.get(change.type):
            taken, disputed = _parts(change, id, was, now, found, decided)
            clashes += disputed
            if not alike(taken, now):
                values[name] = taken
        elif not decided and alike(was, now):
            values[name] = found
        elif name not in _QUIET.get(change.type, ()):
            clashes.append(_clash(change.type, id, name, was, now, found))
    return values, clashes


def _parts(
    change: Changed, id: int, was: Any, now: Any, found: Any, decided: bool
) -> tuple[Any, list[Clash]]:
    """A column of JSON, merged by its parts: two teams may look at different fields of one asset."""
    try:
        before, office, came = from_text(was), from_text(now), from_text(found)
    except ValueError:
        return now, [_clash(change.type, id, _JSON[change.type], was, now, found)]
    taken, clashes = dict(office), []
    for name, value in came.items():
        if name in office and alike(office[name], value):
            continue
        if not decided and alike(before.get(name), office.get(name)):
            taken[name] = value
        elif not alike(before.get(name), value):
            part = f"{_JSON[change.type]}.{name}"
            clashes.append(_clash(change.type, id, part, before.get(name), office.get(name), value))
    return (as_text(taken) if taken else None), clashes


def _clash(type_name: str, id: int, name: str, base: Any, office: Any, found: Any) -> Clash:
    return Clash(type_name, id, name, as_json(base), as_json(office), as_json(found))


def _whole(change: Changed, id: int, office: Row | None, found: Row | None) -> Clash:
    def told(row: Row | None) -> str | None:
        return None if row is None else as_json(str(row.get("code") or f"#{id}"))

    return Clash(change.type, id, WHOLE, told(change.base), told(office), told(found))


def _in_time(
    catalogue: Catalogue, type_name: str, values: dict[str, Any], names: Collection[str], today: str
) -> tuple[dict[str, Any], int]:
    """Values without days to come, and by how many days the device's clock is ahead: such a day becomes today."""
    asset_type, late = catalogue[type_name], 0
    for name in names:
        date = asset_type.fields_by_name.get(name)
        value = values.get(name)
        if isinstance(date, DateField) and date.not_future and isinstance(value, str) and value > today:
            late = max(late, days_between(today, value))
            values = {**values, name: today}
    return values, late


def days_between(first: str, last: str) -> int:
    """How many days lie between two days as text; 0 where either is no plain day."""
    try:
        return (datetime.date.fromisoformat(last[:10]) - datetime.date.fromisoformat(first[:10])).days
    except ValueError:
        return 0


def _refuses(catalogue: Catalogue, change: Changed, row: Row, names: Collection[str], done: Merge) -> bool:
    """Whether the book's own rules refuse the values; then they are listed, and stay in the file kept."""
    problems = [
        p
        for p in row_problems(catalogue[change.type], row, [n for n in names if n in row])
        if p.severity == "error"
    ]
    if problems:
        done.refused.append(refused(change.key, row, [p.message.id for p in problems]))
    return bool(problems)


def refused(key: AssetKey, row: Row, reasons: Iterable[str]) -> Refused:
    """A row that was not taken in."""
    return Refused(key.type, key.id, str(row.get("code") or f"#{key.id}"), tuple(reasons))
