"""The day of a record: something that happened keeps the person who was responsible then."""

from __future__ import annotations

from layers.model import edtf
from layers.model.asset import Asset
from layers.model.catalogue import AssetType
from layers.model.duty_words import ASSIGNMENT
from layers.model.fields import DateField
from layers.register import Register
from layers.responsibility.person import Day


def record_day(register: Register, asset: Asset) -> Day | None:
    """When what a record tells of happened (a leak, a visit, an order); None for what is no record, or has no day."""
    for name in _dates(register.catalogue[asset.type]):
        day = edtf.earliest(asset.get(name))
        if day is not None:
            return day
    return None


def _dates(asset_type: AssetType) -> list[str]:
    """The dates that say when a record happened, the telling one first; none of types that are no records."""
    dates = [f for f in asset_type.columns if isinstance(f, DateField) and f.companion_of is None]
    if asset_type.group == "record":
        begins = [name for name in asset_type.lifetime.begin if name in asset_type]
        return list(dict.fromkeys((*begins, *(f.name for f in dates))))
    # What must say its day and what it is about (a visit to a customer, a log of a project) is a record too; who has
    # charge of what is none.
    if asset_type.name == ASSIGNMENT or not any(link.required for link in asset_type.links):
        return []
    return [f.name for f in dates if f.required]
