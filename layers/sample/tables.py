"""From arrays to tables whose columns are the catalogue's fields."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from layers.model.catalogue import Catalogue
from layers.model.catalogue_file import load_catalogue
from layers.model.columns import arrow_type
from layers.sample.ground import Floats
from layers.sample.streets import Flags, Ints
from layers.sample.words import Texts

NONE = -1
"""A link to nothing."""


@lru_cache(maxsize=1)
def _catalogue() -> Catalogue:
    return load_catalogue()


def make_table(type_name: str, columns: Mapping[str, Any], geometry: Any = None) -> pa.Table:
    """A table of one type with ids 1, 2, 3, ...

    Missing values: None, NaN, or for links ``NONE``. ``geometry`` is points (n, 2) or shapely geometries.
    """
    asset_type = _catalogue()[type_name]
    arrays: dict[str, pa.Array] = {}
    for name, values in columns.items():
        arrays[name] = _array(values, arrow_type(asset_type.field_named(name)))
    if geometry is not None:
        arrays["geom"] = (
            point_wkb(geometry) if geometry.ndim == 2 else pa.array(shapely.to_wkb(geometry), pa.binary())
        )
    count = len(next(iter(arrays.values())))
    return pa.table({"fid": pa.array(np.arange(1, count + 1)), **arrays})


def _array(values: Any, kind: pa.DataType) -> pa.Array:
    if isinstance(values, pa.Array):
        return values
    if isinstance(values, str):
        raise TypeError("a column needs a value per row")
    values = np.asarray(values)
    if pa.types.is_int64(kind):
        return pa.array(values, kind, mask=values == NONE)
    if values.dtype.kind == "f":
        missing = np.isnan(values)
        if pa.types.is_int32(kind):
            return pa.array(np.where(missing, 0, values).astype(np.int32), kind, mask=missing)
        return pa.array(values, kind, mask=missing)
    return pa.array(values.tolist() if values.dtype.kind == "U" else values, kind)


def either(mask: Flags, yes: Any, no: Any) -> Texts:
    """``yes`` where the mask holds, else ``no``; each a column or one value, None among them."""
    found: Texts = np.where(mask, np.asarray(yes, dtype=object), np.asarray(no, dtype=object))
    return found


def with_none(column: Texts) -> Texts:
    """The column with None at its end, which the index -1 finds."""
    return np.concatenate([column, repeated(None, 1)])


def point_wkb(places: Floats) -> pa.Array:
    """Points as WKB, laid out in one buffer."""
    count = len(places)
    raw = np.empty((count, 21), dtype=np.uint8)
    raw[:, :5] = (1, 1, 0, 0, 0)
    raw[:, 5:] = np.ascontiguousarray(places, dtype="<f8").view(np.uint8).reshape(count, 16)
    offsets = np.arange(count + 1, dtype=np.int32) * 21
    return pa.Array.from_buffers(pa.binary(), count, [None, pa.py_buffer(offsets), pa.py_buffer(raw)])


def codes(type_name: str, count: int, first: int = 1) -> Texts:
    """Business codes by the type's pattern."""
    asset_type = _catalogue()[type_name]
    return np.array([asset_type.code(number) for number in range(first, first + count)], dtype=object)


def numbered(prefix: str, number: Ints, digits: int) -> Texts:
    """Texts such as JS000123."""
    return np.array([f"{prefix}{n:0{digits}d}" for n in number.tolist()], dtype=object)


def repeated(value: Any, count: int) -> Texts:
    """A column of one value."""
    return np.full(count, value, dtype=object)
