"""Links: texts of a foreign column turned into the assets they name, in the register or in the same import."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from layers.exchange.identity import folded
from layers.exchange.values import as_text
from layers.model.catalogue import AssetType
from layers.model.fields import Field, LinkField, TextField

Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Names:
    """What one type's assets are called: texts (folded) and the ids they stand for.

    An id of 0 or more is an asset of the register; -1 - k is the k-th new row of that type in this import.
    """

    texts: pa.Array
    ids: Numbers


@dataclass(frozen=True)
class Directory:
    """The assets that links to one type may name: by code first, then by name, then by the source's own id."""

    names: tuple[Names, ...] = ()

    @classmethod
    def of(cls, columns: Sequence[tuple[pa.Array, Numbers]]) -> Directory:
        """From (texts, ids) in order of precedence."""
        return cls(tuple(_usable(texts, ids) for texts, ids in columns))

    def with_rows(self, columns: Sequence[tuple[pa.Array, Numbers]]) -> Directory:
        """This directory and further names, column by column."""
        own = [*self.names, *([Names(pa.array([], pa.string()), np.empty(0, np.int64))] * len(columns))]
        merged = [_join(own[position], _usable(texts, ids)) for position, (texts, ids) in enumerate(columns)]
        return Directory((*merged, *self.names[len(columns) :]))

    def find(self, texts: pa.Array) -> tuple[Numbers, NDArray[np.bool_]]:
        """The id of each text, and which were found; a blank is never found."""
        wanted = pc.utf8_trim_whitespace(folded(as_text(texts)))
        ids = np.zeros(len(wanted), dtype=np.int64)
        found = np.zeros(len(wanted), dtype=np.bool_)
        for names in self.names:
            if not len(names.texts) or found.all():
                continue
            place = pc.index_in(wanted, value_set=names.texts, skip_nulls=True)
            hit = pc.is_valid(place).to_numpy(zero_copy_only=False) & ~found
            ids[hit] = names.ids[pc.fill_null(place, 0).to_numpy(zero_copy_only=False)[hit]]
            found |= hit
        return ids, found


def naming_fields(target: AssetType) -> list[str]:
    """The fields of a type that a foreign file may name its assets by, in order of precedence."""
    names = [
        name
        for name in dict.fromkeys(("code", *target.label_fields, *target.search_fields))
        if name in target
    ]
    return [
        name for name in names if isinstance(target.field_named(name), TextField) and _names(target, name)
    ]


def creatable_by(target: AssetType) -> str | None:
    """The field to fill when an asset of ``target`` is made from nothing but its name; None if that cannot be.

    Only places are made so: a village that a meter list names is a place, a pipe that a leak names is a
    mistake.
    """
    if target.group != "place":
        return None
    needed = {f.name for f in target.columns if f.required and f.name != "code"}
    named = [name for name in target.label_fields if name != "code"]
    return named[0] if named and needed <= set(named[:1]) else None


def stored_link(field: LinkField, target: str, ids: Numbers, found: NDArray[np.bool_]) -> pa.Array:
    """Ids as the field stores them: the number, or ``type:number`` where it may point to several types."""
    if not field.several:
        return pa.array(ids, mask=~found)
    texts = [f"{target}:{id}" if ok else None for id, ok in zip(ids.tolist(), found.tolist(), strict=True)]
    return pa.array(texts, pa.string())


def _names(target: AssetType, name: str) -> bool:
    field: Field = target.field_named(name)
    return name == "code" or name in target.label_fields or field.unique or name in target.unique_across


def _usable(texts: pa.Array, ids: Numbers) -> Names:
    """Only names that one asset alone has: an ambiguous name finds nothing."""
    plain = pc.utf8_trim_whitespace(folded(as_text(texts)))
    known = pc.and_(pc.is_valid(plain), pc.fill_null(pc.not_equal(plain, ""), False)).to_numpy(
        zero_copy_only=False
    )
    return _single(plain.filter(pa.array(known)), ids[known])


def _join(one: Names, other: Names) -> Names:
    return _single(pa.concat_arrays([one.texts, other.texts]), np.concatenate((one.ids, other.ids)))


def _single(texts: pa.Array, ids: Numbers) -> Names:
    encoded = texts.dictionary_encode()
    groups = encoded.indices.to_numpy(zero_copy_only=False)
    if not len(groups):
        return Names(texts, ids)
    alone = np.bincount(groups)[groups] == 1
    return Names(texts, ids) if alone.all() else Names(texts.filter(pa.array(alone)), ids[alone])
