"""What a text means when somebody asks who is responsible: a code, a customer or meter number, a name, an address."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from layers.model.asset import Asset, AssetKey
from layers.model.catalogue import AssetType
from layers.model.query import AnyOf, Compare, Query
from layers.register import Register
from layers.responsibility.asking.answer import Subject
from layers.search.index import SearchIndex, searched_types
from layers.search.link_targets import target_label

#: So many assets that a text may mean are told.
SHOWN: Final = 8
#: Nobody asks who is responsible for a person.
_NOT_ASKED: Final = frozenset({"person", "team"})
#: The types that a number or name means first, in this order; the others follow as they are searched.
_FIRST: Final = ("grid", "customer", "meter", "community", "project")
_PLACE = re.compile(r"\s*(-?\d+(?:\.\d+)?)\s*[,，;； ]\s*(-?\d+(?:\.\d+)?)\s*")


def place_of(text: str) -> tuple[float, float] | None:
    """The place that ``x,y`` in metres means; None when the text is no such pair."""
    match = _PLACE.fullmatch(text)
    return None if match is None else (float(match[1]), float(match[2]))


def find_subjects(register: Register, text: str, index: SearchIndex | None = None) -> tuple[Subject, ...]:
    """The assets that a text may mean, the likeliest first.

    Codes are found at once. Names, numbers of meters and addresses by ``index``, or without one in the register
    itself: that takes a second where there are millions.
    """
    wanted = text.strip()
    if not wanted:
        return ()
    found = _by_code(register, wanted)
    if not found:
        found = _by_index(index, wanted) if index is not None else _by_reading(register, wanted)
    return tuple(_labelled(register, found[:SHOWN]))


def _types(register: Register) -> list[AssetType]:
    types = [t for t in searched_types(register.catalogue) if t.name not in _NOT_ASKED]
    return sorted(types, key=lambda t: _FIRST.index(t.name) if t.name in _FIRST else len(_FIRST))


def _by_code(register: Register, wanted: str) -> list[AssetKey]:
    coded = [t for t in _types(register) if "code" in t]
    likely, others = coded[: len(_FIRST)], coded[len(_FIRST) :]
    for types in (likely, others):
        found = [asset.key for t in types if (asset := register.by_code(t.name, wanted)) is not None]
        if found:
            return found
    return []


def _by_index(index: SearchIndex, wanted: str) -> list[AssetKey]:
    hits = index.search(wanted, limit=4 * SHOWN)
    return [hit.key for hit in hits if hit.key.type not in _NOT_ASKED]


def _by_reading(register: Register, wanted: str) -> list[AssetKey]:
    """First what is called or numbered just so, then whose name or address holds the text."""
    found: list[AssetKey] = []
    for comparison in ("=", "contains"):
        for asset_type in _types(register):
            # What is told masked cannot be asked for either.
            left_out = {"code", *register.hidden(asset_type.name)}
            names = [name for name in asset_type.search_fields if name in asset_type and name not in left_out]
            if names and len(found) < SHOWN:
                where = AnyOf(tuple(Compare(name, comparison, wanted) for name in names))
                asked = Query(asset_type.name, where, fields=(names[0],), limit=SHOWN)
                found += [asset.key for asset in register.find(asked)]
        if found:
            break
    return list(dict.fromkeys(found))


def _labelled(register: Register, keys: Iterable[AssetKey]) -> Iterable[Subject]:
    for key in keys:
        asset = register.get(*key)
        if asset is not None:
            yield subject_of(register, asset)


def subject_of(register: Register, asset: Asset) -> Subject:
    """An asset as sentences call it: its code, and its name where it has one."""
    label = target_label(register.catalogue[asset.type], asset)
    code = str(asset.get("code") or "")
    return Subject(asset.key, f"{code} {label}" if code and code != label else label)
