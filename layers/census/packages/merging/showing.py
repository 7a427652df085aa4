"""Values in dispute in words, as forms show them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from layers.census.links import find_linked
from layers.census.packages.merging.three_way import Clash
from layers.census.values import from_json
from layers.model.asset import Asset
from layers.model.catalogue import AssetType, Catalogue
from layers.model.field import Field
from layers.register import Register
from layers.text import Message, Title

Render = Callable[[Message], str]


@dataclass(frozen=True)
class Shown:
    """One value in dispute: of what, and its three sides as text; ``base`` is None where there was nothing."""

    type: AssetType
    name: str
    field: Title | Message
    base: str | None
    office: str
    found: str


def show_clash(register: Register, clash: Clash, render: Render, language: str) -> Shown:
    """A clash of a dry run in words."""
    asset_type = register.catalogue[clash.type]
    asset = register.get(clash.type, clash.id)
    of, field = _field(register.catalogue, asset_type, asset, clash.field)
    title: Title | Message = field.title if field is not None else Message("packages.whole")
    base, office, found = (
        _text(field, from_json(value), render, language) for value in (clash.base, clash.office, clash.found)
    )
    blank = render(Message("packages.blank"))
    return Shown(of, _name(register, asset, clash.id), title, base, office or blank, found or blank)


def _field(
    catalogue: Catalogue, asset_type: AssetType, asset: Asset | None, name: str
) -> tuple[AssetType, Field | None]:
    column, _, part = name.partition(".")
    if part and asset is not None and asset.get("target_type") in catalogue:
        of = catalogue[asset["target_type"]]
        return of, of.fields_by_name.get(part)
    return asset_type, asset_type.fields_by_name.get(column)


def _name(register: Register, asset: Asset | None, id: int) -> str:
    if asset is None:
        return f"#{id}"
    of = find_linked(register, asset.get("target"))
    shown = of if of is not None and asset.get("code") is None else asset
    return str(shown.get("code") or asset.get("provisional_code") or f"#{id}")


def _text(field: Field | None, value: Any, render: Render, language: str) -> str | None:
    """None for a blank."""
    if value is None:
        return None
    if isinstance(value, BaseGeometry):
        at = shapely.get_coordinates(value)[0]
        return render(Message("packages.place", {"x": f"{at[0]:.2f}", "y": f"{at[1]:.2f}"}))
    return str(value) if field is None else field.show(value, language) or None
