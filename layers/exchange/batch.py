"""Batch: the rows of one layer that go to one type, on their way into the register. Runs in the worker."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from layers.exchange import identity, links
from layers.exchange.batch_codes import CodeCheck
from layers.exchange.batch_output import BatchOutput
from layers.exchange.batch_periods import check_periods
from layers.exchange.findings import Finding, Findings
from layers.exchange.foreign import ORIGIN as COLUMN_ORIGIN
from layers.exchange.mapping import TypeRule
from layers.exchange.own_links import flag_circles, warn_of_lost
from layers.exchange.row_hash import hash_rows
from layers.exchange.shapes import Geometries, Parts, fit_shapes, place_shapes, read_shapes, take_apart
from layers.exchange.staging_data import (
    Counts,
    Flags,
    LayerJob,
    MissingTargets,
    Numbers,
    StagedType,
    TypeContext,
)
from layers.exchange.values import ORIGIN, SOURCE, UNKNOWN_WORD, as_text, read_values
from layers.model.catalogue import AssetType
from layers.model.fields import ChoiceField, Field, LinkField, TextField
from layers.model.ordering import order_problems
from layers.text import Message

CODE, REMARK, GEOMETRY = "code", "remark", "geom"
_IMPORTED = "imported"


class Batch:
    """Stages the rows ``table`` (with ``geometry`` beside them) as assets of one type.

    ``numbers`` are the rows' numbers in the file, ``rule`` says what fills what, ``told`` what their reader found.
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
        told: Iterable[Finding] = (),
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
        self._findings = Findings(self._size, list(told))
        self._values: dict[str, pa.Array] = {}
        self._texts: dict[str, pa.Array] = {}
        self._remarks: dict[int, list[str]] = {}
        self._missing: list[MissingTargets] = []
        self._own_links: dict[str, Numbers] = {}

    def stage(self) -> StagedType:
        """Read, check, identify and sort the rows into accepted, unchanged, changed and quarantined."""
        self._read_fields()
        shapes, parts = self._read_shapes()
        self._check_order()
        self._warn_of_labels()
        hashes = self._hashes()
        keys = identity.make_keys(self._native(), hashes)
        known = identity.identify(keys, hashes, self._job.source_id, self._context.book)
        known = self._recognised(known)
        self._check_required(known)
        book, found = self._context.book.periods, self._findings
        check_periods(self._type, self._values, known.fid, book, self._numbers, found)
        self._check_codes(known, parts)
        flag_circles(self._type, self._own_links, self._texts, self._findings)
        warn_of_lost(self._type, self._own_links, self._texts, self._findings)
        self._note_remarks()
        placement = self._job.placement
        untouched = placement is not None and placement.is_identity and not self._findings.found
        return self._sorted(
            BatchOutput(
                self._type,
                self._rule,
                self._table,
                self._numbers,
                self._values,
                self._texts,
                self._own_links,
                self._findings,
                shapes,
                parts,
                self._wkb if untouched else None,
                known,
                hashes,
                self._context.staged,
            )
        )

    # ---- values

    def _read_fields(self) -> None:
        links_to_read: list[tuple[LinkField, str, pa.Array]] = []
        for column in self._rule.columns:
            if column.column not in self._table.column_names:
                continue
            field = self._type.field_named(column.field)
            raw = self._table.column(column.column)
            raw = raw.combine_chunks() if isinstance(raw, pa.ChunkedArray) else raw
            if isinstance(field, LinkField):
                links_to_read.append((field, column.column, raw))
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
        for link in links_to_read:
            self._link(*link)  # after the codes, which links within the type name
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
            # Our own exports write a link that may lead to several types as "type:code".
            plain = pc.replace_substring_regex(texts, f"^{target}:", "") if field.several else texts
            ids, hit = self._job.directories[target].find(plain)
            hit &= wanted & ~found
            resolved = pc.if_else(pa.array(hit), links.stored_link(field, target, ids, hit), resolved)
            found |= hit
        self._values[field.name] = resolved
        self._texts[field.name] = texts
        lost = wanted & ~found
        if self._type.name in field.targets and not field.several and lost.any() and CODE in self._values:
            place = pc.index_in(
                pc.utf8_trim_whitespace(identity.folded(texts)),
                value_set=identity.folded(self._values[CODE]),
                skip_nulls=True,
            )
            own = _flags(pc.is_valid(place)) & lost
            self._own_links[field.name] = np.where(own, pc.fill_null(place, 0).to_numpy(), -1)
            lost &= ~own
        if not lost.any():
            return
        target = field.targets[0]
        if target in self._job.creatable and not field.several:
            self._missing.append(MissingTargets(field.name, target, pc.if_else(pa.array(lost), texts, None)))
            return
        named = {"field": field.title, "type": self._job.types[target].title}
        told = Message("import.row.unknown_link", {**named, "value": ""})
        if field.required:
            # Nothing can be made of the row; one sentence says why.
            told = Message("import.row.unknown_owner", {**named, "value": ""})
            self._findings.flag(
                "unknown_link", "error", told, lost, field=field.name, column=column, values=texts
            )
            return
        self._findings.flag(
            "unknown_link", "warning", told, lost, field=field.name, column=column, values=texts
        )
        if field.unknown_flag is not None:
            flag = pa.array(lost)
            earlier = self._values.get(field.unknown_flag)
            self._values[field.unknown_flag] = flag if earlier is None else pc.if_else(flag, True, earlier)
        rows = np.flatnonzero(lost)
        if REMARK in self._type:
            self._remember(field, rows, texts.take(pa.array(rows)))

    def _name_origins(self) -> None:
        """Where nothing says where a value comes from: as its column has it, else it was imported."""
        for name in [n for n in self._values if f"{n}{ORIGIN}" in self._type]:
            rule = self._rule.column_for(name)
            said = self._said_origin(rule.column) if rule is not None else _IMPORTED
            self._origin(f"{name}{ORIGIN}", pc.is_valid(self._values[name]), said)

    def _said_origin(self, column: str) -> str:
        found = column in self._table.column_names
        metadata = (self._table.schema.field(column).metadata if found else None) or {}
        return str(metadata.get(COLUMN_ORIGIN, _IMPORTED.encode()).decode())

    def _origin(self, name: str, where: pa.Array, origin: str = _IMPORTED) -> None:
        field = self._type.field_named(name)
        if name not in self._values and isinstance(field, ChoiceField) and field.code_list.get(origin):
            self._values[name] = pc.if_else(where, pa.scalar(origin), pa.scalar(None, pa.string()))

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

    def _read_shapes(self) -> tuple[Geometries | None, Parts]:
        geometry = self._type.geometry_field
        if self._wkb is None or geometry is None or self._job.placement is None:
            return None, Parts.whole(self._size)
        shapes = read_shapes(self._wkb, self._findings)
        shapes = place_shapes(shapes, self._job.placement, self._findings, self._job.held)
        shapes = fit_shapes(shapes, geometry, self._findings)
        if f"position{ORIGIN}" in self._type:
            self._origin(f"position{ORIGIN}", pa.array(~shapely.is_missing(shapes)))
        return take_apart(shapes, self._type.shape)

    # ---- rules

    def _check_required(self, known: identity.Identified) -> None:
        """A list may tell of an asset that is there only what changes."""
        there = known.is_known & self._type.kept_in_lists
        for field in self._type.columns:
            if not field.required or field.name == CODE:
                continue
            values = self._values.get(field.name)
            blank = np.ones(self._size, np.bool_) if values is None else _flags(pc.is_null(values))
            broken = self._findings.broken
            problem = field.problem("required", "error", None)
            self._findings.flag(
                "required", "error", problem.message, blank & ~broken & ~there, field=field.name
            )

    def _warn_of_labels(self) -> None:
        """What a type is named by besides its code: blanks and repeats are allowed, and told."""
        for name in self._type.label_fields:
            values = self._values.get(name)
            rule = self._rule.column_for(name)
            if name == CODE or values is None or rule is None or not pa.types.is_string(values.type):
                continue
            if not isinstance(self._type.field_named(name), TextField):
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

    def _check_codes(self, known: identity.Identified, parts: Parts) -> None:
        for field in self._type.columns:
            values = self._values.get(field.name)
            if not field.unique or values is None or not pa.types.is_string(values.type):
                continue
            rule = self._rule.column_for(field.name)
            check = CodeCheck(field, rule.column if rule else None, self._numbers, self._findings)
            check.repeated(values)
            if field.name == CODE:
                values = check.told_apart(values, self._context, known, self._job.layer)
                self._values[CODE] = values
                check.taken(values, parts, self._context, known)

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
        flags = {link.unknown_flag for link in self._type.links}
        # What depends on the register, not on the file, is no content of the row.
        names = sorted(n for n in self._values if not n.endswith(ORIGIN) and n not in flags)
        columns = [self._texts.get(name, self._values[name]) for name in names]
        if self._wkb is not None:
            columns.append(self._wkb)
        placement = self._job.placement
        seed = "|".join((self._type.name, *names))
        if placement is not None and not placement.is_identity:
            seed += f"|{placement.source}|{placement.scale:g}|{placement.offset}|{placement.swapped}"
        return hash_rows(columns, self._size, seed)

    def _recognised(self, known: identity.Identified) -> identity.Identified:
        """Rows of lists are known by what they name; what names one asset twice is kept out."""
        by_code = CODE in self._values
        names = identity.natural_fields(self._type, with_code=by_code)
        if not names or names[0] not in self._values:
            return known
        blank = pa.nulls(self._size, pa.string())
        natural = identity.natural_keys([self._values.get(name, blank) for name in names], self._size)
        if names != (CODE,):
            again = identity.repeated_after_first(natural)[0]
            field = self._type.field_named(names[-1 if len(names) == 1 else 1])
            titles = tuple(self._type.field_named(name).title for name in names)
            told = field.problem("not_unique_together", "error", None, type=self._type.title, fields=titles)
            self._findings.flag("not_unique_together", "error", told.message, again, field=field.name)
        book = self._context.book
        named = book.natural if by_code or CODE not in self._type else book.together
        return identity.recognise(known, natural, book, named)

    def _check_order(self) -> None:
        """Values that stand the wrong way round."""
        for first, second in self._type.in_order:
            if first not in self._values or second not in self._values:
                continue
            pairs = zip(self._values[first].to_pylist(), self._values[second].to_pylist(), strict=True)
            for row, (earlier, later) in enumerate(pairs):
                for problem in order_problems(self._type, {first: earlier, second: later}, (second,)):
                    one = np.zeros(self._size, dtype=np.bool_)
                    one[row] = True
                    self._findings.flag(problem.rule, "error", problem.message, one, field=second)

    # ---- sorting

    def _sorted(self, out: BatchOutput) -> StagedType:
        known = out.known
        broken = self._findings.broken & ~known.same
        changed = known.is_known & ~known.same & ~broken
        accepted = ~broken & ~changed & ~known.same
        self._tell_parts(out.parts, accepted | changed)
        warned = self._findings.marked("warning") & accepted
        counts = Counts(
            self._size, int(accepted.sum()), int(known.same.sum()), int(warned.sum()), int(broken.sum())
        )
        told = (finding.only(~known.same).moved(self._numbers) for finding in self._findings.found)
        return StagedType(
            self._type.name,
            counts,
            out.rows(accepted),
            tuple(finding for finding in told if len(finding.rows)),
            tuple(out.missing(each, accepted) for each in self._missing),
            out.records(np.flatnonzero(broken)),
            out.rows(changed, with_fid=True) if changed.any() else None,
            out.records(np.flatnonzero(changed)),
        )

    def _tell_parts(self, parts: Parts, concerned: Flags) -> None:
        if not parts.is_parted:
            return
        counts = np.bincount(parts.origin, minlength=self._size)
        several = (counts > 1) & concerned
        self._findings.flag(
            "parted", "warning", Message("import.row.parted", {"value": 0}), several, values=pa.array(counts)
        )


def _flags(values: pa.Array) -> Flags:
    return np.asarray(values.to_numpy(zero_copy_only=False), dtype=np.bool_)
