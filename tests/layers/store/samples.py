"""Values that fields take, for tests over every asset type of the catalogue."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from typing import Any

import shapely
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from layers.model import edtf
from layers.model.catalogue import AssetType, Shape
from layers.model.field import Field
from layers.model.fields import (
    BooleanField,
    ChoiceField,
    DateField,
    InstantField,
    IntegerField,
    LinkField,
    NumericField,
    TextField,
    format_instant,
)

EAST, NORTH = 500_000.0, 3_000_000.0
TEXT = st.text(
    st.characters(codec="utf-8", exclude_characters="\x00", exclude_categories=("Cs",)), min_size=1
)
FIRST, LAST = datetime.datetime(1900, 1, 1), datetime.datetime(2100, 1, 1)


def geometry(shape: Shape, number: int, z: float | None = None) -> BaseGeometry:
    """A geometry of the shape, another one for each number."""
    x, y = EAST + number * 10.0, NORTH + number * 0.125
    corners = [(x, y), (x + 4.5, y), (x + 4.5, y + 3.25), (x, y)]
    if z is not None:
        corners = [(*corner, z) for corner in corners]  # type: ignore[misc]
    match shape:
        case "point":
            return shapely.Point(corners[0])
        case "line":
            return shapely.LineString(corners[:3])
        case "polygon":
            return shapely.Polygon(corners)


def values(field: Field) -> st.SearchStrategy[Any]:
    """Values that the field takes, blank not among them; links to nothing are left to the caller."""
    match field:
        case ChoiceField():
            return st.sampled_from([entry.code for entry in field.code_list.entries])
        case BooleanField():
            return st.booleans()
        case DateField():
            return st.dates(FIRST.date(), LAST.date()).map(str) | st.sampled_from(
                [edtf.UNKNOWN, "199X", "2009"]
            )
        case InstantField():
            return st.datetimes(FIRST, LAST).map(format_instant)
        case NumericField():
            low = -1e6 if field.minimum is None else field.minimum
            high = 1e6 if field.maximum is None else field.maximum
            if isinstance(field, IntegerField):
                return st.integers(int(low), int(min(high, 2**31 - 1)))
            return st.floats(low, high)
        case TextField() if field.pattern is not None:
            return st.from_regex(field.pattern, fullmatch=True)
        case TextField():
            return TEXT.map(lambda text: text[: field.length])
    raise AssertionError(f"no values for {field!r}")


def example(field: Field, number: int) -> Any:
    """One value of the field, another one for each number where the field allows."""
    match field:
        case ChoiceField():
            return field.code_list.entries[number % len(field.code_list.entries)].code
        case BooleanField():
            return number % 2 == 0
        case DateField():
            return ("2009-06-15", "2009-06", "2009", "200X", "XXXX")[number % 5]
        case InstantField():
            return f"2023-09-15T06:30:00.{number % 1000:03}Z"
        case NumericField():
            low = 0 if field.minimum is None else field.minimum
            whole_only = isinstance(field, IntegerField)
            span = 10 if field.maximum is None else min(10, max(1, int(field.maximum - low) + whole_only))
            return int(low) + number % span if whole_only else low + number % span + 0.1 + 0.2
        case TextField() if field.pattern is not None:
            written = (f"{number:064x}", f"x_{number}", f"pipe.x_{number}", f"{number}")
            return next(text for text in written if re.fullmatch(field.pattern, text))
        case TextField():
            return f"文{number}"[: field.length]
    raise AssertionError(f"no example for {field!r}")


def whole_row(asset_type: AssetType, number: int) -> dict[str, Any]:
    """A value for every field but the links, geometry included."""
    row = {f.name: example(f, number) for f in asset_type.columns if not isinstance(f, LinkField)}
    row |= _unproven(asset_type, row, number)
    if asset_type.shape is not None:
        row["geom"] = geometry(asset_type.shape, number, z=1.25 * number)
    return row


def least_row(asset_type: AssetType, number: int, links: Mapping[str, Any]) -> dict[str, Any]:
    """Only what the type demands; ``links`` gives the value of a mandatory link by field name."""
    row: dict[str, Any] = {}
    for field in asset_type.columns:
        if field.required and not (field.name == "code" and asset_type.code_prefix):
            row[field.name] = links[field.name] if isinstance(field, LinkField) else example(field, number)
    return row | _unproven(asset_type, row, number)


def _unproven(asset_type: AssetType, row: Mapping[str, Any], number: int) -> dict[str, Any]:
    """For what the row says that wants something attached, what does not."""
    others: dict[str, Any] = {}
    for proof in asset_type.proofs:
        field = asset_type.field_named(proof.field)
        if proof.concerns(row) and isinstance(field, ChoiceField):
            free = [entry.code for entry in field.code_list.entries if entry.code not in proof.values]
            others[proof.field] = free[number % len(free)]
    return others
