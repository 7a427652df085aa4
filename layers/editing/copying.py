"""Copying values from one asset to others."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from layers.editing.plan import EditPlan
from layers.model.asset import Asset, AssetKey
from layers.model.catalogue import Catalogue
from layers.register import Register


def copied_values(
    catalogue: Catalogue, source: Asset, fields: Collection[str] | None = None
) -> dict[str, Any]:
    """What may be taken over from an asset into another of its type ("repeat from last"): all but its own fields."""
    raise NotImplementedError


def plan_copy_attributes(
    register: Register, source: AssetKey, targets: Sequence[AssetKey], fields: Collection[str] | None = None
) -> EditPlan:
    """Give ``targets`` the values of ``source`` (default: every field but those that are each asset's own)."""
    raise NotImplementedError
