"""RegisterBook: what an import needs to know of a register, read in bulk and kept for one check."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

import pyarrow as pa

from layers.exchange.identity import Book, natural_fields, period_fields
from layers.model.query import All, Box, Compare
from layers.register import Register

QUARANTINE = "quarantined_row"
_IDENTITY = ("source_id", "source_key", "source_hash")


class RegisterBook:
    """The register as it is now; without one (a register that is yet to be made) everything is empty."""

    def __init__(self, register: Register | None) -> None:
        self._register = register
        self._books: dict[str, Book] = {}
        self._sources = {} if register is None else {each.name: each.id for each in register.sources()}
        self.data_version = 0 if register is None else register.data_version

    @cached_property
    def held(self) -> Box | None:
        """The box around all assets that are drawn, but for those far out; None when there is none."""
        if self._register is None:
            return None
        names = [t.name for t in self._register.catalogue if t.shape in ("point", "line")]
        return self._register.city(*names)

    def source_id(self, dataset: str) -> int | None:
        """The id of a data set that was imported before."""
        return self._sources.get(dataset)

    def of(self, type_name: str) -> Book:
        """The identities of every asset of a type."""
        if type_name not in self._books:
            self._books[type_name] = self._read(type_name)
        return self._books[type_name]

    def _read(self, type_name: str) -> Book:
        if self._register is None:
            return Book.empty()
        asset_type = self._register.catalogue[type_name]
        named = (*natural_fields(asset_type), *natural_fields(asset_type, with_code=False))
        fields = dict.fromkeys(("code", *_IDENTITY, *named, *period_fields(asset_type)))
        table = self._columns(type_name, list(fields))
        return Book.empty() if table is None else Book.of(table, asset_type)

    def names(self, type_name: str, fields: Sequence[str]) -> pa.Table:
        """The columns ``fid`` and ``fields`` of every asset of a type."""
        table = self._columns(type_name, list(fields))
        if table is not None:
            return table
        return pa.table(
            {"fid": pa.array([], pa.int64()), **{name: pa.array([], pa.string()) for name in fields}}
        )

    def values(self, type_name: str, fields: Sequence[str], *, geometry: bool) -> pa.Table | None:
        """The columns ``fid``, ``fields`` and perhaps ``geom`` of every asset of a type."""
        if self._register is None:
            return None
        return self._register.columns(type_name, list(fields), geometry=geometry)

    def waiting(self, type_name: str, dataset: str) -> frozenset[str]:
        """The rows of a data set that lie in quarantine already, as ``key|hash``."""
        if self._register is None or not self._register.count(QUARANTINE):
            return frozenset()
        wanted = All((Compare("type_name", "=", type_name), Compare("source", "=", dataset)))
        table = self._register.columns(QUARANTINE, ["row_key", "content_hash"], where=wanted)
        keys, hashes = table.column("row_key").to_pylist(), table.column("content_hash").to_pylist()
        return frozenset(f"{key}|{hash}" for key, hash in zip(keys, hashes, strict=True))

    def _columns(self, type_name: str, fields: list[str]) -> pa.Table | None:
        if self._register is None or not self._register.count(type_name):
            return None
        known = [n for n in fields if n in self._register.catalogue[type_name] or n in _IDENTITY]
        table = self._register.columns(type_name, known)
        for name in fields:
            if name not in known:
                table = table.append_column(name, pa.nulls(table.num_rows, pa.string()))
        return table
