"""Which class of a layer each row of a table belongs to, for whole columns at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from layers.later import Later
from layers.scene.style import LayerStyle, Rule

if TYPE_CHECKING:
    import pyarrow.compute as pc
else:
    pc = Later("pyarrow.compute")

UNCLASSED = 255


def class_indexes(table: pa.Table, layer: LayerStyle) -> npt.NDArray[np.uint8]:
    """The position of the first class whose rules every row meets; ``UNCLASSED`` where there is none."""
    result = np.full(len(table), UNCLASSED, dtype=np.uint8)
    open_rows = np.ones(len(table), dtype=bool)
    numbers: dict[str, npt.NDArray[np.float64]] = {}
    if layer.gone:
        open_rows = ~np.logical_and.reduce([_meets(table, rule, numbers) for rule in layer.gone])
    known: dict[Rule, npt.NDArray[np.bool_]] = {}
    for number, style in enumerate(layer.classes):
        met = open_rows.copy()
        for rule in style.rules:
            if rule not in known:
                known[rule] = _meets(table, rule, numbers)
            met &= known[rule]
        result[met] = number
        open_rows &= ~met
    return result


def _meets(table: pa.Table, rule: Rule, numbers: dict[str, npt.NDArray[np.float64]]) -> npt.NDArray[np.bool_]:
    """Whether each row meets a rule. ``numbers`` keeps the columns that were read as numbers, NaN where blank."""
    if rule.field not in table.column_names:
        return np.full(len(table), rule.blank or bool(rule.other_than), dtype=bool)
    column = table.column(rule.field)
    if rule.blank:
        return np.asarray(pc.is_null(column).to_numpy(), dtype=bool)
    if rule.other_than:
        return ~_is_in(column, rule.other_than)
    if rule.values:
        return _is_in(column, rule.values)
    if rule.field not in numbers:
        numbers[rule.field] = np.asarray(_as_numbers(column).to_numpy(), dtype=np.float64)
    values = numbers[rule.field]
    met = ~np.isnan(values)
    if rule.lower is not None:
        met &= values >= rule.lower
    if rule.upper is not None:
        met &= values < rule.upper
    return met


def _is_in(column: pa.ChunkedArray, values: tuple[str, ...]) -> npt.NDArray[np.bool_]:
    typed = pa.array([_typed(value, column.type) for value in values], column.type)
    return np.asarray(pc.is_in(column, value_set=typed).to_numpy(), dtype=bool)


def _typed(value: str, kind: pa.DataType) -> object:
    if pa.types.is_boolean(kind):
        return value == "true"
    return int(value) if pa.types.is_integer(kind) else value


def numbers_of(column: pa.ChunkedArray) -> npt.NDArray[np.float64]:
    """The numbers of a column as ranges compare them: of dates the years; blanks are left out."""
    numbers = pc.drop_null(_as_numbers(column).combine_chunks())
    return np.asarray(pc.cast(numbers, pa.float64()).to_numpy(), dtype=np.float64)


def _as_numbers(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The column as numbers; of dates the year, of a decade (``200X``) its first one, of the unknown nothing."""
    if not pa.types.is_string(column.type):
        return column
    year = pc.replace_substring_regex(pc.utf8_slice_codeunits(column, 0, 4), r"^(\d{3})X$", r"\10")
    return pc.cast(pc.if_else(pc.match_substring_regex(year, r"^\d{4}$"), year, None), pa.int64())
