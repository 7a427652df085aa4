"""What leaves a batch: rows for the register, and records of the rows kept out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from layers.exchange.findings import Findings
from layers.exchange.identity import Identified
from layers.exchange.mapping import TypeRule
from layers.exchange.shapes import Geometries, Parts
from layers.exchange.staging_data import Flags, MissingTargets, Numbers, QuarantineRecord
from layers.exchange.values import as_text
from layers.model.catalogue import AssetType
from layers.model.fields import LengthField

CODE, GEOMETRY = "code", "geom"
CODE_LENGTH = 40
"""The longest business code of any type."""


@dataclass(frozen=True)
class BatchOutput:
    """A batch that has been read and checked, one entry per source row in everything but ``shapes`` and ``parts``.

    ``values`` by field; ``texts``: what links were written as; ``own_links``: the row of this batch that a
    link leads to (-1: none); ``wkb``: the file's own geometry where nothing changed it; ``staged``: how
    many rows of the type came before in this import.
    """

    asset_type: AssetType
    rule: TypeRule
    table: pa.Table
    numbers: Numbers
    values: Mapping[str, pa.Array]
    texts: Mapping[str, pa.Array]
    own_links: Mapping[str, Numbers]
    findings: Findings
    shapes: Geometries | None
    parts: Parts
    wkb: pa.Array | None
    known: Identified
    hashes: Numbers
    staged: int

    @property
    def size(self) -> int:
        """How many source rows there are."""
        return len(self.numbers)

    def rows(self, wanted: Flags, *, with_fid: bool = False) -> pa.Table:
        """The wanted source rows as the register holds them, multiparts taken apart."""
        parts, known = self.parts, self.known
        picked = np.flatnonzero(wanted[parts.origin])
        origin = parts.origin[picked]
        everything = len(origin) == self.size and not parts.is_parted
        columns: dict[str, pa.Array] = {
            name: values if everything else values.take(pa.array(origin))
            for name, values in self.values.items()
        }
        number = parts.number[picked]
        if parts.is_parted and CODE in columns:
            columns[CODE] = suffixed(columns[CODE], number)
        if self.shapes is not None:
            chosen = self.shapes[picked]
            columns[GEOMETRY] = self._geometry(chosen, everything)
            if parts.is_parted:
                self._share_lengths(columns, chosen, origin, number)
        if not with_fid:
            self._link_own(columns, origin)
        columns["source_key"] = known.keys if everything else known.keys.take(pa.array(origin))
        columns["source_hash"] = pa.array(self.hashes[origin])
        if with_fid:
            columns["fid"] = pa.array(known.fid[origin])
        return pa.table(columns)

    def _link_own(self, columns: dict[str, pa.Array], origin: Numbers) -> None:
        """Links to rows of this very batch, now that it is known which of them come in, and as the how-many-
        th.
        """
        for name, target in self.own_links.items():
            position = np.full(self.size, -1, dtype=np.int64)
            position[origin[::-1]] = np.arange(len(origin))[::-1]
            row = target[origin]
            found = (row >= 0) & (position[row] >= 0)
            ids = pa.array(-1 - self.staged - position[row], mask=~found)
            columns[name] = pc.coalesce(columns[name], ids)

    def _geometry(self, shapes: Geometries, everything: bool) -> pa.Array:
        if everything and self.wkb is not None:
            return self.wkb.cast(pa.binary())
        return pa.array(shapely.to_wkb(shapes, output_dimension=3, byte_order=1, flavor="iso"), pa.binary())

    def _share_lengths(
        self, columns: dict[str, pa.Array], shapes: Geometries, origin: Numbers, number: Numbers
    ) -> None:
        """A length stated for the whole is shared among its parts as they are drawn."""
        drawn = np.nan_to_num(shapely.length(shapes))
        total = np.bincount(origin, weights=drawn, minlength=self.size)[origin]
        share = np.where((number > 0) & (total > 0), drawn / np.where(total > 0, total, 1.0), 1.0)
        for name in columns:
            if name in self.asset_type and isinstance(self.asset_type.field_named(name), LengthField):
                columns[name] = pc.multiply(columns[name].cast(pa.float64()), pa.array(share))

    def missing(self, missing: MissingTargets, wanted: Flags) -> MissingTargets:
        """The targets to be made, beside the rows that ``rows(wanted)`` gives."""
        rows = self.parts.origin[wanted[self.parts.origin]]
        return MissingTargets(missing.field, missing.target, missing.texts.take(pa.array(rows)))

    def records(self, rows: Numbers) -> tuple[QuarantineRecord, ...]:
        """The source rows at these positions as they are kept in quarantine."""
        if not len(rows):
            return ()
        picked = pa.array(rows)
        problems = self.findings.by_row(rows.tolist())
        raw = {
            name: as_text(_whole(self.table.column(name)).take(picked)).to_pylist() for name in self._shown()
        }
        values = {
            name: v.take(picked).to_pylist() for name, v in self.values.items() if name not in self.texts
        }
        values |= {name: texts.take(picked).to_pylist() for name, texts in self.texts.items()}
        known, places = self.known, self._places(rows)
        return tuple(
            QuarantineRecord(
                int(self.numbers[row]),
                known.keys[int(row)].as_py(),
                int(self.hashes[row]),
                self._proposed(
                    {name: column[i] for name, column in values.items()}, {n: c[i] for n, c in raw.items()}
                ),
                {name: column[i] for name, column in raw.items()},
                places.get(int(row), ()),
                tuple(problem for _, problem in problems[int(row)]),
                int(known.fid[row]) if known.fid[row] >= 0 else None,
            )
            for i, row in enumerate(rows.tolist())
        )

    def _shown(self) -> list[str]:
        return [name for name in self.table.column_names if not name.startswith("__")]

    def _proposed(self, values: Mapping[str, Any], raw: Mapping[str, str | None]) -> dict[str, Any]:
        """The row by field; where a value could not be read, the file's text, to be corrected."""
        proposed = {name: value for name, value in values.items() if value is not None}
        for rule in self.rule.columns:
            if rule.field not in proposed and raw.get(rule.column) is not None:
                proposed[rule.field] = raw[rule.column]
        return proposed

    def _places(self, rows: Numbers) -> dict[int, tuple[bytes, ...]]:
        shapes, parts = self.shapes, self.parts
        if shapes is None:
            return {}
        wanted = np.zeros(self.size, dtype=np.bool_)
        wanted[rows] = True
        result: dict[int, tuple[bytes, ...]] = {}
        for position in np.flatnonzero(wanted[parts.origin]).tolist():
            shape = shapes[position]
            if shape is not None:
                row = int(parts.origin[position])
                wkb = shapely.to_wkb(shape, output_dimension=3, byte_order=1, flavor="iso")
                result[row] = (*result.get(row, ()), wkb)
        return result


def suffixed(codes: pa.Array, number: Numbers) -> pa.Array:
    """Codes of parts: ``-1``, ``-2``, ... behind the code of the whole; number 0 is no part."""
    endings = pa.array([f"-{n}" if n > 0 else "" for n in number.tolist()], pa.string())
    return without_too_long(pc.binary_join_element_wise(codes, endings, ""))


def without_too_long(codes: pa.Array) -> pa.Array:
    """Codes that grew beyond what a code may have are left blank: the row then gets one by the pattern."""
    too_long = pc.greater(pc.utf8_length(codes), CODE_LENGTH)
    return pc.if_else(too_long, pa.scalar(None, codes.type), codes)


def _whole(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
