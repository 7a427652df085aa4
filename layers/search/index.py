"""The search index of a register: every asset by the fields that its type is searched by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from layers.feedback import Feedback
from layers.model.asset import AssetKey
from layers.model.catalogue import AssetType, Catalogue
from layers.model.change import ChangeSet
from layers.model.query import Query
from layers.register import Register
from layers.search.text_column import TextColumn, plain_texts, squeeze
from layers.text import Message

PATCH_LIMIT = 2000
"""Changes of more rows of one type make its part of the index anew."""

_GROUPS = ("place", "backdrop", "network", "people", "project", "census", "record")
PER_TYPE = 8
PER_PLACE = 3
BY_PLACE = 10


@dataclass(frozen=True)
class Hit:
    """An asset found: which, by what field and value, under what label, and how well (0 is best)."""

    key: AssetKey
    label: str
    field: str
    value: str
    rank: int


@dataclass(frozen=True)
class _Part:
    """Rows of one type: ids, labels, columns; ``hidden`` rows changed since and stand in a later part."""

    type: str
    ids: NDArray[np.int64]
    labels: pa.Array
    columns: tuple[TextColumn, ...]
    by_place: frozenset[str] = frozenset()
    hidden: frozenset[int] = frozenset()

    def search(self, query: str, limit: int) -> Iterable[Hit]:
        for column in self.columns:
            for row, rank in column.search(query, limit + len(self.hidden)):
                number = int(self.ids[row])
                if number not in self.hidden:
                    value = column.values[row].as_py()
                    label = self.labels[row].as_py() or value
                    # What only lies at the road typed comes after the road itself and what is called so.
                    behind = BY_PLACE if column.field in self.by_place else 0
                    yield Hit(AssetKey(self.type, number), label, column.field, value, rank + behind)


@dataclass(frozen=True)
class SearchIndex:
    """Everything that can be found in a register by typing. Frozen: a change makes a new one."""

    catalogue: Catalogue
    parts: Mapping[str, tuple[_Part, ...]]

    @classmethod
    def build(cls, register: Register, feedback: Feedback) -> SearchIndex:
        """Read the searched fields of every type (a second for a city of 290,000 meters)."""
        types = searched_types(register.catalogue)
        parts = {}
        for number, asset_type in enumerate(types):
            feedback.progress(number / len(types), Message("search.indexing", {"type": asset_type.plural}))
            parts[asset_type.name] = (_read(register, asset_type),)
        return cls(register.catalogue, parts)

    def patched(self, register: Register, change: ChangeSet) -> SearchIndex:
        """This index after ``change``, reading again only what it touched."""
        parts = dict(self.parts)
        for name, part in change.changes.items():
            if name not in parts or part.leaves(_read_fields(register.catalogue[name])):
                continue
            touched = part.inserted | part.updated | part.deleted
            earlier = {int(n) for p in parts[name][1:] for n in p.ids}
            if part.is_bulk or len(touched | earlier) > PATCH_LIMIT:
                parts[name] = (_read(register, register.catalogue[name]),)
            else:
                base = replace(parts[name][0], hidden=parts[name][0].hidden | touched)
                parts[name] = (base, _read_rows(register, register.catalogue[name], touched | earlier))
        return SearchIndex(register.catalogue, parts)

    def search(self, text: str, limit: int = 30) -> list[Hit]:
        """The best hits for ``text``, best first, at most a few of each type."""
        query = squeeze(text)
        if not query:
            return []
        best: dict[AssetKey, Hit] = {}
        for parts in self.parts.values():
            for part in parts:
                for hit in part.search(query, PER_TYPE * 2):
                    if hit.key not in best or hit.rank < best[hit.key].rank:
                        best[hit.key] = hit
        order = {name: position for position, name in enumerate(self.parts)}
        ranked = sorted(best.values(), key=lambda h: (h.rank, order[h.key.type], len(h.value), h.value))
        return _few_of_each(ranked, limit)


def searched_types(catalogue: Catalogue) -> list[AssetType]:
    """The types that can be found by typing: places and roads first, then the network, then people."""
    types = [t for t in catalogue if t.group in _GROUPS and t.search_fields]
    return sorted(types, key=lambda t: _GROUPS.index(t.group))


def _few_of_each(hits: Sequence[Hit], limit: int) -> list[Hit]:
    count: Counter[str] = Counter()
    kept = []
    for hit in hits:
        count[hit.key.type] += 1
        if count[hit.key.type] <= (PER_TYPE if hit.rank < BY_PLACE else PER_PLACE):
            kept.append(hit)
    return kept[:limit]


def _read_fields(asset_type: AssetType) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*_searched_fields(asset_type), *asset_type.label_fields)))


def _searched_fields(asset_type: AssetType) -> tuple[str, ...]:
    """The type's own search fields, those of other tables left out."""
    return tuple(name for name in asset_type.search_fields if name in asset_type)


def _read(register: Register, asset_type: AssetType) -> _Part:
    if register.count(asset_type.name) <= PATCH_LIMIT:
        # Few rows are here sooner than the worker would have opened the file.
        return _read_rows(register, asset_type, None)
    return _part(asset_type, register.columns(asset_type.name, _read_fields(asset_type)))


def _read_rows(register: Register, asset_type: AssetType, ids: Collection[int] | None) -> _Part:
    fields = _read_fields(asset_type)
    chosen = None if ids is None else tuple(ids)
    assets = [] if chosen == () else register.find(Query(asset_type.name, ids=chosen, fields=fields))
    columns = {n: pa.array([_text(a.values.get(n)) for a in assets], pa.string()) for n in fields}
    return _part(asset_type, pa.table({"fid": pa.array([a.id for a in assets], pa.int64()), **columns}))


def _text(value: Any) -> str | None:
    """A value as it is searched and shown; labels may be numbers."""
    return None if value is None else str(value)


def _part(asset_type: AssetType, table: pa.Table) -> _Part:
    columns = tuple(TextColumn(name, table[name]) for name in _searched_fields(asset_type))
    for column in columns:
        column.prepare()
    label = plain_texts(table[asset_type.label_fields[0]])
    by_place = frozenset(c.field for c in columns if asset_type.field_named(c.field).section == "place")
    return _Part(asset_type.name, table["fid"].to_numpy(), label, columns, by_place)
