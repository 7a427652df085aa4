"""The form of a campaign: which fields of which types are asked in the field, as one version of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from layers.census.values import told_in
from layers.model.asset import Asset
from layers.model.catalogue import AssetType, Catalogue
from layers.model.fields import AttachmentField, DateField, GeometryField, LinkField

#: What nobody sees on the spot: places and photos are logged beside the form, dates are known from papers.
_UNASKED = (GeometryField, AttachmentField, LinkField, DateField)
#: Sections of types whose fields are known from papers, or are logged beside the form.
_FROM_PAPERS = ("place", "construction", "survey", "length", "people", "remark")


@dataclass(frozen=True)
class Form:
    """``fields``: by type the fields asked, in order. Versions count up whenever they change."""

    version: int
    fields: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, campaign: Asset, catalogue: Catalogue) -> Form:
        """The form of a campaign as far as the catalogue knows its types and fields; all fields where none is said."""
        said = told_in(campaign.get("form"))
        fields = {
            name: tuple(f for f in _named(said.get(name), catalogue[name]) if f in catalogue[name])
            for name in types_of(campaign)
            if name in catalogue
        }
        return cls(campaign.get("form_version") or 1, fields)

    def as_text(self) -> str:
        """What a campaign keeps in ``form``."""
        return json.dumps({name: list(fields) for name, fields in self.fields.items()}, ensure_ascii=False)


def _named(said: object, asset_type: AssetType) -> Sequence[str]:
    """The fields that a campaign names for a type; those of everybody where it names none, or nothing readable."""
    if isinstance(said, list) and all(isinstance(name, str) for name in said):
        return said
    return asked_by_default(asset_type)


def types_of(campaign: Asset) -> tuple[str, ...]:
    """The names of the types that a campaign counts."""
    return tuple(name for part in str(campaign.get("types") or "").split(",") if (name := part.strip()))


def asked_by_default(asset_type: AssetType) -> tuple[str, ...]:
    """The fields of a type that can be seen on the spot: no links, places, photos, dates, nor what a model knows."""
    companions = {name for field in asset_type.fields for name in _companions(field)}
    beside = {*companions, "code", "remark", asset_type.lifetime.status}
    return tuple(
        field.name
        for field in asset_type.fields
        if not isinstance(field, _UNASKED)
        and field.name not in beside
        and field.section not in _FROM_PAPERS
        and not (field.computed or field.of_model)
    )


def _companions(field: Any) -> tuple[str, ...]:
    return tuple(f"{field.name}_{end}" for end in ("origin", "accuracy", "source"))
