"""What a drawing writes beside an asset: the nominal size that names its layer, and the label on the map."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from layers.exchange.values import ORIGIN, as_text, is_nominal
from layers.model.catalogue import AssetType
from layers.model.fields import ChoiceField

ENDING = ".dxf"


def sizes_of(asset_type: AssetType, values: Mapping[str, pa.Array]) -> pa.Array | None:
    """The nominal sizes in mm by row; None for a type without one. ``values`` are those stored, by field."""
    for field in asset_type.columns:
        if is_nominal(asset_type, field):
            return values[field.name].cast(pa.int64())
    return None


def labels_of(
    asset_type: AssetType, values: Mapping[str, pa.Array], sizes: pa.Array | None, language: str
) -> pa.Array:
    """What stands beside each asset: size and what it is made of for lines, else its name or code."""
    count = len(next(iter(values.values())))
    if asset_type.shape == "line" and sizes is not None:
        parts = [[None if size is None else f"DN{size}" for size in sizes.to_pylist()]]
        for field in asset_type.columns:
            if isinstance(field, ChoiceField) and f"{field.name}{ORIGIN}" in asset_type:
                stored = values[field.name].to_pylist()
                parts.append([field.format(value, language) if value else None for value in stored])
        return pa.array(
            [" ".join(filter(None, row)) or None for row in zip(*parts, strict=True)], pa.string()
        )
    label = pa.nulls(count, pa.string())
    for name in asset_type.label_fields:
        if name in values and pa.types.is_string(values[name].type):
            label = pc.coalesce(label, as_text(values[name]))
    return label
