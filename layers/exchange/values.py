"""Values: one column of a foreign layer read as one field, all rows at once.

What cannot be read is a finding of its row. A word that a list does not know keeps out only the word, not
the row: its text is kept beside the field, or in the remark.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from layers.exchange.findings import Finding
from layers.exchange.mapping import ColumnRule
from layers.exchange.survey import as_numbers
from layers.exchange.units import METRES, NOMINAL_TOLERANCE, to_nominal
from layers.model.catalogue import AssetType
from layers.model.code_list import normalise
from layers.model.columns import ColumnProblems, parse_column
from layers.model.fields import ChoiceField, Field, IntegerField, NumberField, NumericField
from layers.text import Message

SOURCE = "_source"
ORIGIN = "_origin"
UNKNOWN_WORD = "not_in_list"


@dataclass(frozen=True)
class FieldValues:
    """A field of every row: its ``values``, what the source wrote where that says more, and what was found."""

    values: pa.Array
    source: pa.Array | None
    findings: tuple[Finding, ...] = ()


def read_values(asset_type: AssetType, field: Field, rule: ColumnRule, column: pa.Array) -> FieldValues:
    """The values of ``field`` that ``column`` holds, by ``rule``."""
    raw = column
    if rule.words and isinstance(field, ChoiceField):
        column = _translate(column, rule.words)
    found: tuple[Finding, ...] = ()
    if isinstance(field, NumericField) and is_nominal(asset_type, field):
        column, found = _nominal_sizes(field, rule, column)
    elif isinstance(field, NumericField) and rule.unit is not None and field.unit in METRES:
        column = _in_unit(column, METRES[rule.unit] / METRES[field.unit])
    parsed = parse_column(field, column)
    shown = raw if rule.unit is None else _with_unit(raw, rule.unit, column)
    problems = tuple(finding for group in parsed.problems for finding in _findings(group, field, rule, shown))
    source = _as_written(raw, parsed.values) if f"{field.name}{SOURCE}" in asset_type else None
    return FieldValues(parsed.values, source, (*found, *problems))


def _with_unit(raw: pa.Array, unit: str, converted: pa.Array) -> pa.Array:
    """What was written beside what it is in the field's own unit: ``457.2 in = 11613``."""
    return pc.binary_join_element_wise(as_text(raw), f" {unit} = ", as_text(converted), "")


def _findings(group: ColumnProblems, field: Field, rule: ColumnRule, raw: pa.Array) -> Iterator[Finding]:
    """One finding per wording: the field's sentences may hold more than the value."""
    encoded = group.values.dictionary_encode(null_encoding="encode")
    codes = encoded.indices.to_numpy(zero_copy_only=False)
    wordings: dict[Message, list[int]] = {}
    _, first = np.unique(codes, return_index=True)
    for position in first.tolist():
        message = group.problem(position).message
        constant = Message(message.id, {k: v for k, v in message.parameters.items() if k != "value"})
        wordings.setdefault(constant, []).append(int(codes[position]))
    for message, words in wordings.items():
        rows = group.rows[np.isin(codes, words)]
        yield Finding(
            group.rule, group.severity, message, rows, field.name, rule.column, raw.take(pa.array(rows))
        )


def is_nominal(asset_type: AssetType, field: Field) -> bool:
    """Whether a field is a nominal size: whole millimetres beside which the source's own value is kept."""
    return isinstance(field, IntegerField) and field.unit == "mm" and f"{field.name}{SOURCE}" in asset_type


def as_text(values: pa.Array) -> pa.Array:
    """The values as a report and a companion column show them: a whole number without its point."""
    if pa.types.is_string(values.type):
        return values
    if pa.types.is_dictionary(values.type):
        return as_text(values.cast(values.type.value_type))
    if pa.types.is_floating(values.type):
        texts = [None if v is None or v != v else f"{v:.15g}" for v in values.to_pylist()]
        return pa.array(texts, pa.string())
    if pa.types.is_binary(values.type) or pa.types.is_large_binary(values.type):
        return pa.nulls(len(values), pa.string())
    try:
        return values.cast(pa.string())
    except (pa.ArrowNotImplementedError, pa.ArrowInvalid):
        return pa.array([None if v is None else str(v) for v in values.to_pylist()], pa.string())


def unique_texts(values: pa.Array) -> tuple[pa.Array, NDArray[np.int64]]:
    """The different values as texts, and for each row which of them it has (-1: none)."""
    encoded = pc.dictionary_encode(values) if not pa.types.is_dictionary(values.type) else values
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    indices = pc.fill_null(encoded.indices.cast(pa.int64()), -1).to_numpy(zero_copy_only=False)
    return as_text(encoded.dictionary), indices


def _translate(column: pa.Array, words: Any) -> pa.Array:
    """The column with the words that the user explained put as codes."""
    texts, indices = unique_texts(column)
    meant = [None if text is None else words.get(normalise(text), text) for text in texts.to_pylist()]
    return pa.array(meant, pa.string()).take(pa.array(indices, mask=indices < 0))


def _in_unit(column: pa.Array, factor: float) -> pa.Array:
    """Plain numbers times ``factor``; what is no plain number is left for the field to judge."""
    numbers = as_numbers(column)
    if pa.types.is_string(column.type):
        plain = np.isfinite(numbers)
        scaled = as_text(pa.array(np.where(plain, numbers * factor, np.nan)))
        return pc.if_else(pa.array(plain), scaled, column)
    return pa.array(numbers * factor, mask=~np.isfinite(numbers))


def _nominal_sizes(
    field: NumericField, rule: ColumnRule, column: pa.Array
) -> tuple[pa.Array, tuple[Finding, ...]]:
    """Diameters as nominal sizes; those that are no usual size are rounded and warned of."""
    reader = NumberField(name=field.name, title=field.title, zero_is_blank=field.zero_is_blank)
    parsed = parse_column(reader, column)
    refused = np.zeros(len(column), dtype=np.bool_)
    for group in parsed.problems:
        refused[np.asarray(group.rows, dtype=np.int64)] = True
    sizes = pc.fill_null(parsed.values.cast(pa.float64()), float("nan")).to_numpy(zero_copy_only=False)
    factor = METRES[rule.unit or "mm"] / METRES["mm"]
    nominal, unusual = to_nominal(sizes * factor)
    rounded = pa.array(nominal, mask=~np.isfinite(nominal)).cast(pa.int64())
    rows = np.flatnonzero(unusual)
    told = Message(
        "import.row.unusual_size", {"field": field.title, "percent": f"{NOMINAL_TOLERANCE:.0%}", "value": ""}
    )
    found = Finding(
        "unusual_size", "warning", told, rows, field.name, rule.column, column.take(pa.array(rows))
    )
    if refused.any():
        # Left as written, so that the field refuses them in its own words.
        texts = pc.if_else(pa.array(refused), as_text(column), rounded.cast(pa.string()))
        return texts, (found,)
    return rounded, (found,)


def _as_written(raw: pa.Array, values: pa.Array) -> pa.Array | None:
    """The source's text where it is not simply the stored value; None if it is everywhere."""
    written, stored = pc.utf8_trim_whitespace(as_text(raw)), as_text(values)
    longest = 120
    differs = pc.and_(pc.is_valid(written), pc.fill_null(pc.not_equal(written, stored), True))
    differs = pc.and_(differs, pc.not_equal(written, ""))
    if not pc.any(differs).as_py():
        return None
    return pc.if_else(differs, pc.utf8_slice_codeunits(written, 0, longest), None)
