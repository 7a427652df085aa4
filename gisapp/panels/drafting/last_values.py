"""The values of the asset drawn last, by type: what the next one begins with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from layers.model.catalogue import AssetType


class LastValues:
    """What this user drew last, since the register was opened.

    Nothing is taken from what others drew: the date or the material of a main of long ago, kept by mistake, would be
    a wrong entry that looks right.
    """

    def __init__(self) -> None:
        self._kept: dict[str, Mapping[str, Any]] = {}

    def clear(self) -> None:
        """Another register: nothing was drawn in it."""
        self._kept.clear()

    def keep(self, asset_type: AssetType, values: Mapping[str, Any]) -> None:
        """These were given to an asset just now."""
        own = _own(asset_type)
        self._kept[asset_type.name] = {name: value for name, value in values.items() if name not in own}

    def of(self, asset_type: AssetType) -> Mapping[str, Any]:
        """What the next one of this type begins with; before the first, how any begins."""
        return self._kept.get(asset_type.name) or usual_values(asset_type)


def usual_values(asset_type: AssetType) -> Mapping[str, Any]:
    """What is so with nearly all that is drawn, as the catalogue says: it is in use."""
    lifetime = asset_type.lifetime
    return {} if lifetime.status is None or lifetime.alive is None else {lifetime.status: lifetime.alive}


def _own(asset_type: AssetType) -> frozenset[str]:
    """Each asset's own are not repeated, but for the state: what is drawn today is mostly in the same one."""
    return frozenset(asset_type.editing.own) - {asset_type.editing.status}
