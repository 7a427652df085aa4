"""Batch: the rows of one layer that go to one type, on their way into the register. Runs in the worker."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from layers.exchange import identity, links
from layers.exchange.findings import Finding, Findings
from layers.exchange.mapping import TypeRule
from layers.exchange.row_hash import hash_rows
from layers.exchange.shapes import Geometries, Parts, fit_shapes, place_shapes, read_shapes, take_apart
from layers.exchange.staging_data import (
    Counts,
    Flags,
    LayerJob,
    MissingTargets,
    Numbers,
    QuarantineRecord,
    StagedType,
    TypeContext,
)
from layers.exchange.values import ORIGIN, SOURCE, UNKNOWN_WORD, as_text, read_values
from layers.model.catalogue import AssetType
from layers.model.fields import ChoiceField, Field, LengthField, LinkField, TextField
from layers.text import Message

CODE, REMARK, GEOMETRY = "code", "remark", "geom"
_IMPORTED = "imported"


class Batch:
    """Stages the rows ``table`` (with ``geometry`` beside them) as assets of one type.

    ``numbers`` are the rows' numbers in the file, ``rule`` says what fills what.
    """

    def __init__(
        self,
        job: LayerJob,
        asset_type: AssetType,
        rule: TypeRule,
        table: pa.Table,
        geometry: pa.Array | None,
        numbers: Numbers,
        kinds: pa.Array | None = None,
    ) -> None:
        self._job = job
        self._type = asset_type
        self._rule = rule
        self._table = table
        self._wkb = geometry
        self._numbers = numbers
        self._kinds = kinds
        self._context: TypeContext = job.contexts[asset_type.name]
        self._size = table.num_rows
        self._findings = Findings(self._size)
        self._values: dict[str, pa.Array] = {}
        self._texts: dict[str, pa.Array] = {}
        self._remarks: dict[int, list[str]] = {}
        self._missing: list[MissingTargets] = []

    def stage(self) -> StagedType:
        """Read, check, identify and sort the rows into accepted, unchanged, changed and quarantined."""
        self._read_fields()
        shapes = self._read_shapes()
        self._check_required()
        self._warn_of_labels()
        hashes = self._hashes()
        keys = identity.make_keys(self._native(), hashes)
        known = identity.identify(keys, hashes, self._job.source_id, self._context.book)
        self._check_codes(known)
        self._note_remarks()
        return self._sorted(shapes, hashes, known)

    # ---- values

    def _read_fields(self) -> None:
        for column in self._rule.columns:
            if column.column not in self._table.column_names:
                continue
            field = self._type.field_named(column.field)
            raw = self._table.column(column.column)
            raw = raw.combine_chunks() if isinstance(raw, pa.ChunkedArray) else raw
            if isinstance(field, LinkField):
                self._link(field, column.column, raw)
                continue
            # A code that is missing is given by the pattern.
            asked = replace(field, required=False) if field.name == CODE else field
            read = read_values(self._type, asked, column, raw)
            values = read.values
            if field.name == CODE and self._job.mapping.code_prefix:
                values = pc.binary_join_element_wise(self._job.mapping.code_prefix, values, "")
            self._values[field.name] = values
            for finding in read.findings:
                self._take_finding(field, finding, raw)
            if read.source is not None and f"{field.name}{SOURCE}" not in self._values:
                self._values[f"{field.name}{SOURCE}"] = read.source
        for name, value in self._rule.constants.items():
            self._values.setdefault(name, pa.array([value] * self._size))
        if self._kinds is not None and self._type.kind_field is not None:
            self._values[self._type.kind_field] = self._kinds
        self._name_origins()

    def _take_finding(self, field: Field, finding: Finding, raw: pa.Array) -> None:
        """An unknown word keeps out the word alone, if its text is kept elsewhere."""
        soft = finding.rule == UNKNOWN_WORD and not field.required and self._job.unknown_words == "note"
        kept = f"{field.name}{SOURCE}" in self._type
        if not soft or not (kept or REMARK in self._type):
            self._findings.add(finding)
            return
        told = Message("import.row.unknown_word", dict(finding.message.parameters))
        self._findings.add(
            Finding(UNKNOWN_WORD, "warning", told, finding.rows, field.name, finding.column, finding.values)
        )
        if not kept:
            self._remember(field, finding.rows, as_text(raw.take(pa.array(finding.rows))))

    def _remember(self, field: Field, rows: Numbers, texts: pa.Array) -> None:
        for row, text in zip(rows.tolist(), texts.to_pylist(), strict=True):
            self._remarks.setdefault(row, []).append(f"{field.title.zh}：{text}")

    def _link(self, field: LinkField, column: str, raw: pa.Array) -> None:
        texts = as_text(raw)
        present = pc.fill_null(pc.not_equal(pc.utf8_trim_whitespace(texts), ""), False)
        wanted = present.to_numpy(zero_copy_only=False)
        resolved = pa.nulls(self._size, pa.string() if field.several else pa.int64())
        found = np.zeros(self._size, dtype=np.bool_)
        for target in field.targets:
            ids, hit = self._job.directories[target].find(texts)
            hit &= wanted & ~found
            resolved = pc.if_else(pa.array(hit), links.stored_link(field, target, ids, hit), resolved)
            found |= hit
        self._values[field.name] = resolved
        self._texts[field.name] = texts
        lost = wanted & ~found
        if not lost.any():
            return
        target = field.targets[0]
        if target in self._job.creatable and not field.several:
            self._missing.append(MissingTargets(field.name, target, pc.if_else(pa.array(lost), texts, None)))
            return
        self._findings.flag(
            "unknown_link", "warning",
            Message("import.row.unknown_link", {"field": field.title, "type": self._job.types[target].title}),
            lost, field=field.name, column=column, values=texts,
        )  # fmt: skip
        if field.unknown_flag is not None:
            flag = pa.array(lost)
            earlier = self._values.get(field.unknown_flag)
            self._values[field.unknown_flag] = flag if earlier is None else pc.if_else(flag, True, earlier)
        rows = np.flatnonzero(lost)
        if REMARK in self._type:
            self._remember(field, rows, texts.take(pa.array(rows)))

    def _name_origins(self) -> None:
        """Where nothing says where a value comes from: it was imported."""
        for name in [n for n in self._values if f"{n}{ORIGIN}" in self._type]:
            self._origin(f"{name}{ORIGIN}", pc.is_valid(self._values[name]))

    def _origin(self, name: str, where: pa.Array) -> None:
        field = self._type.field_named(name)
        if name not in self._values and isinstance(field, ChoiceField) and field.code_list.get(_IMPORTED):
            self._values[name] = pc.if_else(where, pa.scalar(_IMPORTED), pa.scalar(None, pa.string()))

    def _note_remarks(self) -> None:
        if not self._remarks:
            return
        field = self._type.field_named(REMARK)
        assert isinstance(field, TextField)
        before = self._values.get(REMARK, pa.nulls(self._size, pa.string()))
        rows = sorted(self._remarks)
        added = pa.array(["；".join(self._remarks[row]) for row in rows], pa.string())
        place = np.full(self._size, -1, dtype=np.int64)
        place[rows] = np.arange(len(rows))
        added = added.take(pa.array(place, mask=place < 0))
        # A null of either side makes the joined text null: then the other side stands alone.
        joined = pc.coalesce(pc.binary_join_element_wise(before, added, "；"), added, before)
        self._values[REMARK] = pc.utf8_slice_codeunits(joined, 0, field.length)

    # ---- place

    def _read_shapes(self) -> Geometries | None:
        geometry = self._type.geometry_field
        if self._wkb is None or geometry is None or self._job.placement is None:
            return None
        shapes = read_shapes(self._wkb, self._findings)
        shapes = place_shapes(shapes, self._job.placement, self._findings)
        shapes = fit_shapes(shapes, geometry, self._findings)
        if f"position{ORIGIN}" in self._type:
            self._origin(f"position{ORIGIN}", pa.array(~shapely.is_missing(shapes)))
        return shapes

    # ---- rules

    def _check_required(self) -> None:
        for field in self._type.columns:
            if not field.required or field.name == CODE:
                continue
            values = self._values.get(field.name)
            blank = np.ones(self._size, np.bool_) if values is None else _flags(pc.is_null(values))
            broken = self._findings.broken
            problem = field.problem("required", "error", None)
            self._findings.flag("required", "error", problem.message, blank & ~broken, field=field.name)

    def _warn_of_labels(self) -> None:
        """What a type is named by besides its code: blanks and repeats are allowed, and told."""
        for name in self._type.label_fields:
            values = self._values.get(name)
            rule = self._rule.column_for(name)
            if name == CODE or values is None or rule is None or not pa.types.is_string(values.type):
                continue
            title = {"field": self._type.field_named(name).title}
            blank = _flags(pc.is_null(values))
            self._findings.flag(
                "blank_name", "warning", Message("import.row.blank_name", title), blank,
                field=name, column=rule.column,
            )  # fmt: skip
            repeated = ~blank & ~identity.single(identity.folded(values))
            self._findings.flag(
                "repeated_name", "warning", Message("import.row.repeated_name", title), repeated,
                field=name, column=rule.column, values=values,
            )  # fmt: skip

    def _check_codes(self, known: identity.Identified) -> None:
        """A code must be the row's own: in the file, in the other layers of the import, and in the book."""
        for field in self._type.columns:
            values = self._values.get(field.name)
            if not field.unique or values is None or not pa.types.is_string(values.type):
                continue
            rule = self._rule.column_for(field.name)
            column = rule.column if rule else None
            title = {"field": field.title}
            repeated, first = identity.repeated_after_first(values)
            rows = np.flatnonzero(repeated)
            if len(rows):
                lines = self._numbers[first[rows]]
                for line in np.unique(lines)[:1] if len(rows) == 1 else [None]:
                    told = Message(
                        "import.row.repeated_code" if line is None else "import.row.repeated_code_of",
                        title if line is None else {**title, "line": int(line)},
                    )
                    self._findings.flag(
                        "repeated_code",
                        "error",
                        told,
                        repeated,
                        field=field.name,
                        column=column,
                        values=values,
                    )
            if field.name != CODE:
                continue
            elsewhere = _flags(
                pc.is_in(identity.folded(values), value_set=self._context.staged_codes, skip_nulls=True)
            )
            taken = identity.taken(values, known.fid, self._context.book) | elsewhere
            self._findings.flag(
                "code_taken", "error", Message("import.row.code_taken", title), taken & ~known.same,
                field=field.name, column=column, values=values,
            )  # fmt: skip

    # ---- identity

    def _native(self) -> pa.Array | None:
        code = self._rule.column_for(CODE)
        name = self._job.mapping.native_id or (code.column if code else None)
        if name is None or name not in self._table.column_names:
            return None
        column = self._table.column(name)
        return as_text(column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column)

    def _hashes(self) -> Numbers:
        """Content of the row: what it fills, and its geometry as the file has it."""
        names = sorted(n for n in self._values if not n.endswith(ORIGIN))
        columns = [self._texts.get(name, self._values[name]) for name in names]
        if self._wkb is not None:
            columns.append(self._wkb)
        placement = self._job.placement
        seed = "|".join((self._type.name, *names))
        if placement is not None and not placement.is_identity:
            seed += f"|{placement.source}|{placement.scale:g}|{placement.offset}|{placement.swapped}"
        return hash_rows(columns, self._size, seed)

    # ---- sorting

    def _sorted(self, shapes: Geometries | None, hashes: Numbers, known: identity.Identified) -> StagedType:
        broken = self._findings.broken & ~known.same
        changed = known.is_known & ~known.same & ~broken
        accepted = ~broken & ~changed & ~known.same
        single, parts = (
            (shapes, Parts.whole(self._size)) if shapes is None else take_apart(shapes, self._type.shape)
        )
        self._tell_parts(parts, accepted | changed)
        rows = self._rows(accepted, single, parts, known, hashes)
        warned = self._findings.marked("warning") & accepted
        quarantined = self._records(np.flatnonzero(broken), single, parts, known, hashes)
        counts = Counts(
            self._size, int(accepted.sum()), int(known.same.sum()), int(warned.sum()), int(broken.sum())
        )
        told = tuple(f.only(~known.same).moved(self._numbers) for f in self._findings.found)
        where = np.flatnonzero(accepted)
        return StagedType(
            self._type.name, counts, rows, tuple(f for f in told if len(f.rows)),
            tuple(self._missing_of(each, accepted[parts.origin], parts) for each in self._missing),
            quarantined,
            self._rows(changed, single, parts, known, hashes, with_fid=True) if changed.any() else None,
            self._records(np.flatnonzero(changed), single, parts, known, hashes),
            (self._native() or pa.nulls(self._size, pa.string())).take(
                pa.array(parts.origin[accepted[parts.origin]] if len(where) else np.empty(0, np.int64))
            ),
        )  # fmt: skip

    def _tell_parts(self, parts: Parts, concerned: Flags) -> None:
        if not parts.is_parted:
            return
        counts = np.bincount(parts.origin, minlength=self._size)
        several = (counts > 1) & concerned
        self._findings.flag(
            "parted", "warning", Message("import.row.parted"), several, values=pa.array(counts)
        )

    def _rows(
        self, wanted: Flags, shapes: Geometries | None, parts: Parts, known: identity.Identified, hashes: Numbers,
        *, with_fid: bool = False,
    ) -> pa.Table:  # fmt: skip
        picked = np.flatnonzero(wanted[parts.origin])
        origin = parts.origin[picked]
        everything = len(origin) == self._size and not parts.is_parted
        columns: dict[str, pa.Array] = {
            name: values if everything else values.take(pa.array(origin))
            for name, values in self._values.items()
        }
        number = parts.number[picked]
        if parts.is_parted and CODE in columns:
            columns[CODE] = _suffixed(columns[CODE], number)
        if shapes is not None:
            chosen = shapes[picked]
            columns[GEOMETRY] = self._geometry(chosen, everything)
            if parts.is_parted:
                self._share_lengths(columns, chosen, origin, number)
        columns["source_key"] = known.keys if everything else known.keys.take(pa.array(origin))
        columns["source_hash"] = pa.array(hashes[origin])
        if with_fid:
            columns["fid"] = pa.array(known.fid[origin])
        return pa.table(columns)

    def _geometry(self, shapes: Geometries, everything: bool) -> pa.Array:
        placement = self._job.placement
        untouched = everything and placement is not None and placement.is_identity
        if untouched and self._wkb is not None and not self._findings.found:
            return self._wkb.cast(pa.binary())
        return pa.array(shapely.to_wkb(shapes, output_dimension=3, byte_order=1, flavor="iso"), pa.binary())

    def _share_lengths(
        self, columns: dict[str, pa.Array], shapes: Geometries, origin: Numbers, number: Numbers
    ) -> None:
        """A length stated for the whole is shared among its parts as they are drawn."""
        drawn = np.nan_to_num(shapely.length(shapes))
        total = np.bincount(origin, weights=drawn, minlength=self._size)[origin]
        share = np.where((number > 0) & (total > 0), drawn / np.where(total > 0, total, 1.0), 1.0)
        for name in columns:
            if name in self._type and isinstance(self._type.field_named(name), LengthField):
                columns[name] = pc.multiply(columns[name].cast(pa.float64()), pa.array(share))

    def _missing_of(self, missing: MissingTargets, wanted: Flags, parts: Parts) -> MissingTargets:
        rows = parts.origin[np.flatnonzero(wanted)]
        return MissingTargets(missing.field, missing.target, missing.texts.take(pa.array(rows)))

    def _records(
        self,
        rows: Numbers,
        shapes: Geometries | None,
        parts: Parts,
        known: identity.Identified,
        hashes: Numbers,
    ) -> tuple[QuarantineRecord, ...]:
        if not len(rows):
            return ()
        picked = pa.array(rows)
        problems = self._findings.by_row(rows.tolist())
        raw = {
            name: as_text(_whole(self._table.column(name)).take(picked)).to_pylist() for name in self._shown()
        }
        values = {
            name: v.take(picked).to_pylist() for name, v in self._values.items() if name not in self._texts
        }
        values |= {name: texts.take(picked).to_pylist() for name, texts in self._texts.items()}
        places = self._places(rows, shapes, parts)
        return tuple(
            QuarantineRecord(
                int(self._numbers[row]),
                known.keys[int(row)].as_py(),
                int(hashes[row]),
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
        return [name for name in self._table.column_names if not name.startswith("__")]

    def _proposed(self, values: Mapping[str, Any], raw: Mapping[str, str | None]) -> dict[str, Any]:
        """The row by field; where a value could not be read, the file's text, to be corrected."""
        proposed = {name: value for name, value in values.items() if value is not None}
        for rule in self._rule.columns:
            if rule.field not in proposed and raw.get(rule.column) is not None:
                proposed[rule.field] = raw[rule.column]
        return proposed

    def _places(self, rows: Numbers, shapes: Geometries | None, parts: Parts) -> dict[int, tuple[bytes, ...]]:
        if shapes is None:
            return {}
        wanted = np.zeros(self._size, dtype=np.bool_)
        wanted[rows] = True
        result: dict[int, tuple[bytes, ...]] = {}
        for position in np.flatnonzero(wanted[parts.origin]).tolist():
            shape = shapes[position]
            if shape is not None:
                row = int(parts.origin[position])
                wkb = shapely.to_wkb(shape, output_dimension=3, byte_order=1, flavor="iso")
                result[row] = (*result.get(row, ()), wkb)
        return result


def _suffixed(codes: pa.Array, number: Numbers) -> pa.Array:
    endings = pa.array([f"-{n}" if n > 0 else "" for n in number.tolist()], pa.string())
    return pc.binary_join_element_wise(codes, endings, "")


def _flags(values: pa.Array) -> Flags:
    return np.asarray(values.to_numpy(zero_copy_only=False), dtype=np.bool_)


def _whole(column: pa.Array | pa.ChunkedArray) -> pa.Array:
    return column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
