"""Three-way merge, value by value: as it went out, as the office has it now, as it came back."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from layers.census.newcomers import OfficeRows
from layers.census.packages.merging.compare import Changed, Row, alike
from layers.census.packages.merging.records import DECIDED, QUIET, followed, now, parts_of
from layers.census.packages.receipt import Refused
from layers.census.values import as_json, as_text, from_text
from layers.census.words import RECORD, VISITED
from layers.checks.rules import row_problems
from layers.model.asset import AssetKey
from layers.model.catalogue import Catalogue
from layers.model.fields import DateField
from layers.store.schema import VERSION

WHOLE = ""
"""Stands for the whole row among the fields of a clash: one side deleted it."""
_JSON = {RECORD: "found"}


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
    """What is to be done. ``of``: rows changed in the file; ``already``: those that are so in the book.

    ``places``: where in ``writes`` that of a row stands.
    """

    of: int = 0
    already: int = 0
    inserts: list[Changed] = field(default_factory=list)
    writes: list[Write] = field(default_factory=list)
    clashes: list[Clash] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    late_days: int = 0
    places: dict[tuple[str, int], int] = field(default_factory=dict)


def merge(
    catalogue: Catalogue,
    found: Iterable[Changed],
    office: OfficeRows,
    known: Mapping[str, AssetKey],
    today: str,
) -> Merge:
    """Merge the changes of a file into the book as ``office`` tells it.

    ``known``: rows that came new in an earlier file, by their key, with where they are in the book.
    """
    done = Merge()
    by_type: dict[str, list[Changed]] = {}
    for change in found:
        by_type.setdefault(change.type, []).append(change)
    for name, some in by_type.items():
        of = [known.get(key_of(change)) for change in some]
        ids = [
            change.id if at is None or at.type != name else at.id for change, at in zip(some, of, strict=True)
        ]
        fresh = [change.base is None and at is None for change, at in zip(some, of, strict=True)]
        there = dict(office(name, {id for id, is_fresh in zip(ids, fresh, strict=True) if not is_fresh}))
        for change, id, is_fresh in zip(some, ids, fresh, strict=True):
            done.of += 1
            if is_fresh:
                _insert(catalogue, change, done, today)
            else:
                _merge_row(catalogue, change, id, there, done, today)
    return done


def key_of(change: Changed) -> str:
    """Under which a row that came new is known: the type and the id of what it was in the file."""
    return change.known_as or f"{change.type}:{change.id}"


def _insert(catalogue: Catalogue, change: Changed, done: Merge, today: str) -> None:
    assert change.field is not None
    row, late = _in_time(catalogue, change.type, dict(change.field), change.names, today)
    done.late_days = max(done.late_days, late)
    if _refuses(catalogue, change, row, change.names, done):
        return
    names = change.names
    if change.type == RECORD and row.get("state") == VISITED and not row.get("logged_at"):
        row, names = {**row, "logged_at": now()}, tuple(dict.fromkeys((*names, "logged_at")))
    done.inserts.append(replace(change, field=row, names=names))


def _merge_row(
    catalogue: Catalogue, change: Changed, id: int, there: dict[int, Row], done: Merge, today: str
) -> None:
    office = there.get(id)
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
    values, clashes = _values(catalogue, change, id, base, office)
    names = tuple(values)
    given, late = _in_time(catalogue, change.type, {**office, **values}, names, today)
    values = {name: given[name] for name in names}
    done.late_days = max(done.late_days, late)
    if values and _refuses(catalogue, change, {**office, **values}, tuple(values), done):
        return
    done.clashes += clashes
    if values:
        _write(done, Write(change.type, id, office[VERSION], values))
        # Another row of the file may tell of the same: it is merged into this.
        there[id] = {**office, **values}
    elif not clashes:
        done.already += 1


def _write(done: Merge, write: Write) -> None:
    at = done.places.get((write.type, write.id))
    if at is None:
        done.places[write.type, write.id] = len(done.writes)
        done.writes.append(write)
        return
    before = done.writes[at]
    values = {**(before.values or {}), **(write.values or {})}
    done.writes[at] = Write(write.type, write.id, before.version, values)


def _merge_deletion(change: Changed, id: int, office: Row, done: Merge) -> None:
    base, quiet = change.base or {}, QUIET if change.type == RECORD else ()
    is_same = all(name not in office or name in quiet or alike(base[name], office[name]) for name in base)
    if is_same and change.is_told:
        done.writes.append(Write(change.type, id, office[VERSION], None))
    else:
        done.clashes.append(_whole(change, id, office, None))


def _values(
    catalogue: Catalogue, change: Changed, id: int, base: Row, office: Row
) -> tuple[dict[str, Any], list[Clash]]:
    assert change.field is not None
    is_record = change.type == RECORD
    decided = is_record and office.get("state") in DECIDED
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
        elif not (is_record and name in QUIET):
            clashes.append(_clash(change.type, id, name, was, now, found))
    if is_record and values:
        values = followed(catalogue, office, values, change.field)
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
    if type_name == RECORD and "found" in names and str(values.get("target_type")) in catalogue:
        values, late = _found_in_time(catalogue, values, today)
    for name in names:
        date = asset_type.fields_by_name.get(name)
        value = values.get(name)
        if isinstance(date, DateField) and date.not_future and isinstance(value, str) and value > today:
            late = max(late, days_between(today, value))
            values = {**values, name: today}
    return values, late


def _found_in_time(catalogue: Catalogue, values: dict[str, Any], today: str) -> tuple[dict[str, Any], int]:
    try:
        found = from_text(values["found"])
    except ValueError:
        return values, 0
    found, late = _in_time(catalogue, str(values["target_type"]), found, tuple(found), today)
    return ({**values, "found": as_text(found)} if late else values), late


def days_between(first: str, last: str) -> int:
    """How many days lie between two days as text; 0 where either is no plain day."""
    try:
        return (datetime.date.fromisoformat(last[:10]) - datetime.date.fromisoformat(first[:10])).days
    except ValueError:
        return 0


def _refuses(catalogue: Catalogue, change: Changed, row: Row, names: Collection[str], done: Merge) -> bool:
    """Whether the book's own rules refuse the values; then they are listed, and stay in the file kept."""
    problems = row_problems(catalogue[change.type], row, [n for n in names if n in row])
    if change.type == RECORD and "found" in names:
        problems += parts_of(catalogue, row)
    wrong = [problem.message.id for problem in problems if problem.severity == "error"]
    if wrong:
        done.refused.append(refused(change.told_by or change.key, row, wrong))
    return bool(wrong)


def refused(key: AssetKey, row: Row, reasons: Iterable[str]) -> Refused:
    """A row that was not taken in."""
    name = row.get("code") or row.get("provisional_code") or f"#{key.id}"
    return Refused(key.type, key.id, str(name), tuple(reasons))
