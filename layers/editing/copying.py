"""Copying values from one asset to others."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from layers.editing.draft import Draft
from layers.editing.plan import EditPlan
from layers.errors import UserError
from layers.model.asset import AssetKey
from layers.model.catalogue import AssetType
from layers.register import Register
from layers.text import Message


def copied_values(
    asset_type: AssetType, values: Mapping[str, Any], fields: Collection[str] | None = None
) -> dict[str, Any]:
    """What may be taken over from an asset into another of its type ("repeat from last"): all but its own fields.

    Blank ones take nothing over. With ``fields``, these only, blank or not; unique values never.
    """
    own = {*asset_type.editing.own, *asset_type.unique_across}
    return {
        f.name: values.get(f.name)
        for f in asset_type.columns
        if not f.unique
        and (f.name not in own and values.get(f.name) is not None if fields is None else f.name in fields)
    }


def plan_copy_attributes(
    register: Register, source: AssetKey, targets: Sequence[AssetKey], fields: Collection[str] | None = None
) -> EditPlan:
    """Give ``targets`` the values of ``source`` (default: every field but those that are each asset's own).

    Raises ``UserError`` for targets of another type.
    """
    draft = Draft(register)
    given = draft.get(source)
    values = copied_values(given.type, given.values, fields)
    for key in targets:
        item = draft.get(key)
        if item.type is not given.type:
            raise UserError(
                Message("editing.other_type", {"type": given.type.title, "other": item.type.title}),
                Message("editing.other_type_hint"),
            )
        differing = tuple(
            item.type.field_named(name).title
            for name, value in values.items()
            if item.values.get(name) != value
        )
        if differing and item is not given:
            draft.set(item, **values)
            draft.figure(Message("editing.takes_over", {"code": item.code, "fields": differing}))
    names = {"type": given.type.title, "code": given.code, "count": len(targets)}
    return draft.plan(Message("editing.copied", names))
