"""Disputes of check-ins: what office and field changed both, decided value by value, at once or much later."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from layers.census.packages.merging.compare import alike
from layers.census.packages.merging.records import decided as decided_values
from layers.census.values import as_text, from_json, told_in
from layers.census.words import CONFLICT, RECORD
from layers.editing.plan import Delete, EditPlan, Update
from layers.errors import UserError
from layers.model.asset import Asset, AssetKey
from layers.model.fields import format_instant
from layers.model.query import All, Compare, Order, Query
from layers.register import Register
from layers.text import Message, Title

Side = Literal["office", "field"]
OPEN = "open"


@dataclass(frozen=True)
class Dispute:
    """One value in dispute. ``now`` is what the book says today; ``field`` None: whether the asset stays at all."""

    conflict: Asset
    target: AssetKey
    name: str
    field: str | None
    title: Message | Title
    base: Any
    office: Any
    found: Any
    now: Any

    @property
    def is_open(self) -> bool:
        return bool(self.conflict["state"] == OPEN)


def disputes(
    register: Register, package: int | None = None, *, only_open: bool = True
) -> tuple[Dispute, ...]:
    """The disputes of a package, or of all, in the order in which they came up."""
    conditions = [Compare("state", "=", OPEN)] if only_open else []
    conditions += [] if package is None else [Compare("package", "=", package)]
    where = All(tuple(conditions)) if conditions else None
    found = register.find(Query(CONFLICT, where=where, order=(Order("fid"),)))
    return tuple(dispute_of(register, conflict) for conflict in found)


def dispute_of(register: Register, conflict: Asset) -> Dispute:
    """A conflict with what it is about as the book has it today."""
    key = AssetKey(conflict["target_type"], conflict["target_id"])
    asset = register.get(*key) if key.type in register.catalogue else None
    field, now = conflict["field"], None
    name = f"#{key.id}"
    if asset is not None:
        name = str(asset.get("code") or asset.get("provisional_code") or asset.get("target") or name)
        now = _now(asset, field)
    return Dispute(
        conflict,
        key,
        name,
        field,
        _title(register, key.type, field),
        from_json(conflict["base_value"]),
        from_json(conflict["office_value"]),
        from_json(conflict["field_value"]),
        now,
    )


def plan_decisions(register: Register, decided: Iterable[tuple[Dispute, Side]], by: str) -> EditPlan:
    """Decide disputes, each for the office's value or the field's, as one act.

    Raises ``UserError`` for one that is decided already or whose asset is gone and should take the field's value.
    """
    at = format_instant(datetime.datetime.now(datetime.UTC))
    updates: list[Update] = []
    deletes: list[Delete] = []
    values: dict[AssetKey, dict[str, Any]] = {}
    count = 0
    for dispute, side in decided:
        count += 1
        conflict = dispute.conflict
        if not dispute.is_open:
            raise UserError(Message("packages.decided_already"), Message("packages.no_lot_hint"))
        updates.append(
            Update(
                CONFLICT,
                conflict.id,
                conflict.version,
                {"state": side, "decided_by": by[:60] or None, "decided_at": at},
            )
        )
        if side == "field":
            _take_field(register, dispute, values, deletes)
    for key, some in values.items():
        asset = register.get(*key)
        assert asset is not None
        if key.type == RECORD:
            some = decided_values(register.catalogue, asset.values, some)
        updates.append(Update(key.type, key.id, asset.version, some))
    return EditPlan(Message("packages.decided", {"count": count}), (), tuple(updates), tuple(deletes))


def _take_field(
    register: Register, dispute: Dispute, values: dict[AssetKey, dict[str, Any]], deletes: list[Delete]
) -> None:
    asset = register.get(*dispute.target)
    if asset is None:
        raise UserError(Message("packages.gone", {"name": dispute.name}), Message("packages.gone_hint"))
    some = values.setdefault(dispute.target, {})
    if dispute.field is None:
        del values[dispute.target]
        deletes.append(Delete(dispute.target.type, dispute.target.id, asset.version))
        return
    some |= field_values(dispute, {**asset.values, **some})


def field_values(dispute: Dispute, row: Mapping[str, Any]) -> dict[str, Any]:
    """What a row gets when the field is right; nothing where it says so already."""
    column, _, part = str(dispute.field).partition(".")
    if part:
        return {column: as_text({**told_in(row.get(column)), part: dispute.found})}
    return {} if alike(row.get(column), dispute.found) else {column: dispute.found}


def _now(asset: Asset, field: str | None) -> Any:
    if field is None:
        return asset.get("code")
    column, _, part = field.partition(".")
    value = asset.values.get(column)
    return told_in(value).get(part) if part else value


def _title(register: Register, type_name: str, field: str | None) -> Message | Title:
    if field is None:
        return Message("packages.whole")
    column, _, part = field.partition(".")
    fields = register.catalogue[type_name].fields_by_name if type_name in register.catalogue else {}
    if part:
        for asset_type in register.catalogue:
            if part in asset_type and asset_type.group == "network":
                return asset_type.field_named(part).title
    return fields[column].title if column in fields else Message("packages.field", {"name": field})
