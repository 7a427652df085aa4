"""What an asset is called: the first of its type's label fields that is filled, else its number."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from layers.model.catalogue import AssetType
from layers.model.fields import ChoiceField
from layers.text import Title


def label_of(asset_type: AssetType, id: int, values: Mapping[str, Any]) -> str | Title:
    """The label of an asset with these values; the word of a list is told in either language."""
    for name in asset_type.label_fields:
        value = values.get(name)
        if value:
            field = asset_type.field_named(name)
            entry = field.code_list.get(value) if isinstance(field, ChoiceField) else None
            return str(value) if entry is None else entry.title
    return asset_type.code(id)
