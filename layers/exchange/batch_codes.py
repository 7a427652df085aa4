"""Codes of a batch: each must be the row's own, in the file, in the import and in the book, whatever its
case.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from layers.exchange import identity
from layers.exchange.batch_output import suffixed, without_too_long
from layers.exchange.findings import Findings
from layers.exchange.shapes import Parts
from layers.exchange.staging_data import Flags, Numbers, TypeContext
from layers.model.fields import Field
from layers.text import Message

_TOLD_WITH_LINE = 500


@dataclass(frozen=True)
class CodeCheck:
    """Checks one unique field of a batch and notes what is wrong; ``numbers`` are the rows' numbers in the
    file.
    """

    field: Field
    column: str | None
    numbers: Numbers
    findings: Findings

    def repeated(self, values: pa.Array) -> None:
        """An earlier row of the batch has the value already."""
        flags, first = identity.repeated_after_first(values)
        rows = np.flatnonzero(flags)
        if len(rows) > _TOLD_WITH_LINE:
            self._flag("repeated_code", Message("import.row.repeated_code", self._title), flags, values)
            return
        for row in rows.tolist():
            told = {**self._title, "line": int(self.numbers[first[row]])}
            one = np.zeros(len(values), dtype=np.bool_)
            one[row] = True
            self._flag("repeated_code", Message("import.row.repeated_code_of", told), one, values)

    def told_apart(
        self, values: pa.Array, context: TypeContext, known: identity.Identified, layer: str
    ) -> pa.Array:
        """The values with the layer's name before those that another layer of the file has: a pump and a
        tank.
        """
        shared = _flags(pc.is_in(identity.folded(values), value_set=context.sibling_codes, skip_nulls=True))
        if not shared.any():
            return values
        told = Message("import.row.code_shared", {**self._title, "layer": layer})
        self.findings.flag(
            "code_shared", "warning", told, shared & ~known.is_known,
            field=self.field.name, column=self.column, values=values,
        )  # fmt: skip
        apart = without_too_long(pc.binary_join_element_wise(layer, values, "-"))
        return pc.if_else(pa.array(shared), apart, values)

    def taken(self, values: pa.Array, parts: Parts, context: TypeContext, known: identity.Identified) -> None:
        """Another asset, or a row staged before, has the value; of a multipart row, any of its parts'
        values.
        """
        codes, fid = values, known.fid
        if parts.is_parted:
            codes, fid = suffixed(values.take(pa.array(parts.origin)), parts.number), known.fid[parts.origin]
        clash = identity.taken(codes, fid, context.book)
        for others in (context.staged_codes, context.sibling_codes):
            clash |= _flags(pc.is_in(identity.folded(codes), value_set=others, skip_nulls=True))
        if parts.is_parted:
            clash |= identity.repeated_after_first(codes)[0] & (parts.number > 0)
        flags = np.zeros(len(values), dtype=np.bool_)
        np.logical_or.at(flags, parts.origin, clash)
        self._flag("code_taken", Message("import.row.code_taken", self._title), flags & ~known.same, values)

    @property
    def _title(self) -> dict[str, object]:
        return {"field": self.field.title}

    def _flag(self, rule: str, message: Message, flags: Flags, values: pa.Array) -> None:
        self.findings.flag(
            rule, "error", message, flags, field=self.field.name, column=self.column, values=values
        )


def _flags(values: pa.Array) -> Flags:
    return np.asarray(values.to_numpy(zero_copy_only=False), dtype=np.bool_).copy()
