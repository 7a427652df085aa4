"""What of the found values the book can take: links to assets found new become those of the book, wrong ones wait."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from layers.census.newcomers import block_of, linked, read_homes, rows_of
from layers.census.values import from_text, is_object
from layers.census.words import CANCELLED, NEW, RECORD, REJECTED
from layers.checks.rules import row_problems
from layers.model.asset import Asset, AssetKey
from layers.model.catalogue import AssetType
from layers.model.fields import LinkField
from layers.model.query import Compare, Query
from layers.register import Register
from layers.text import Message

_CODE = "code"


@dataclass(frozen=True)
class Awaited:
    """In a value: the asset that accepting record ``record`` of the same batch makes."""

    record: int


@dataclass(frozen=True)
class Held:
    """A record that stays waiting, and why."""

    record: int
    code: str
    why: Message


class Admission:
    """Asked for every record of a batch in turn."""

    def __init__(self, register: Register, records: Sequence[Asset]) -> None:
        self._register = register
        links = {id for record in records for id in _link_ids(register, record)}
        self._homes = read_homes(register, links)
        self._rows = rows_of(register)
        self._batch = {record.id for record in records if record["outcome"] == NEW and not record["target"]}
        self._given: set[tuple[str, str, str]] = set()

    def values(
        self, asset_type: AssetType, values: Mapping[str, Any], id: int | None
    ) -> dict[str, Any] | Message:
        """The values as the book takes them, or why the record has to wait. ``id``: of the asset, if it has one."""
        taken = dict(values)
        for name, value in values.items():
            link = asset_type.fields_by_name.get(name)
            if not isinstance(link, LinkField):
                continue
            key = linked(link, value)
            if key is None or block_of(key.id) is None:
                continue
            home = self._home(key)
            if home is None:
                return Message("census.held_link", {"field": link.title})
            taken[name] = home if isinstance(home, Awaited) else as_link(link, home)
        return self._refused(asset_type, taken, id) or taken

    def _home(self, key: AssetKey) -> AssetKey | Awaited | None:
        """Where the asset stands that a device calls ``key``; None for what is not in the book and not about to be."""
        at = self._homes.get(f"{key.type}:{key.id}")
        if at is None or at.type != RECORD:
            return at
        record = self._rows(RECORD, [at.id]).get(at.id, {})
        if (asset := AssetKey.of_link(record.get("target"))) is not None:
            return asset
        if at.id in self._batch and record.get("state") not in (REJECTED, CANCELLED):
            return Awaited(at.id)
        return None

    def _refused(self, asset_type: AssetType, values: dict[str, Any], id: int | None) -> Message | None:
        plain = {name: value for name, value in values.items() if not isinstance(value, Awaited)}
        problems = row_problems(asset_type, plain, [name for name in plain if name in asset_type])
        wrong = next((problem for problem in problems if problem.severity == "error"), None)
        if wrong is not None:
            return wrong.message
        for name, value in plain.items():
            field = asset_type.fields_by_name.get(name)
            if field is None or value is None or not (field.unique or name in asset_type.unique_across):
                continue
            if not self._is_taken(asset_type, name, value, id):
                self._given.add((asset_type.name, name, str(value).casefold()))
            elif name == _CODE and id is None:
                # What the field called it gives way: the book numbers it, the record keeps the name.
                del values[name]
            else:
                return Message("census.held_taken", {"field": field.title, "value": str(value)})
        return None

    def _is_taken(self, asset_type: AssetType, name: str, value: object, id: int | None) -> bool:
        if (asset_type.name, name, str(value).casefold()) in self._given:
            return True
        across = name in asset_type.unique_across
        types = [t for t in self._register.catalogue if name in t.unique_across] if across else [asset_type]
        same = Compare(name, "=", value)
        return any(
            other is not asset_type or each.id != id
            for other in types
            for each in self._register.find(Query(other.name, same, fields=(name,), limit=2))
        )


def in_order(additions: Iterable[tuple[int, Mapping[str, Any]]]) -> tuple[list[int], list[int]]:
    """The records of additions so that what others link to comes first, and those that wait for one not among them."""
    waits = {
        record: {value.record for value in values.values() if isinstance(value, Awaited)}
        for record, values in additions
    }
    lost = {record for record, on in waits.items() if on - waits.keys()}
    while more := {record for record, on in waits.items() if on & lost} - lost:
        lost |= more
    ordered: list[int] = []
    left = {record: on for record, on in waits.items() if record not in lost}
    while left:
        ready = [record for record, on in left.items() if not on & left.keys()]
        if not ready:
            lost |= left.keys()
            break
        ordered += ready
        left = {record: on for record, on in left.items() if record not in ready}
    return ordered, sorted(lost)


def as_link(link: LinkField, key: AssetKey) -> object:
    """What a field holds that links to an asset."""
    return f"{key.type}:{key.id}" if link.several else key.id


def _link_ids(register: Register, record: Asset) -> Collection[int]:
    name = str(record["target_type"])
    if name not in register.catalogue or not is_object(record["found"]):
        return ()
    links = register.catalogue[name].links
    found = from_text(record["found"]) if links else {}
    keys = (linked(link, found.get(link.name)) for link in links)
    return [key.id for key in keys if key is not None]
