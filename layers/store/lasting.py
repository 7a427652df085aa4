"""Whether an asset that an act relies on is still there on a day: ended meanwhile, nothing is hung on it."""

from __future__ import annotations

from layers.errors import UserError
from layers.store.edit import Edit
from layers.store.rows import current_row
from layers.text import Message


def refuse_ended(edit: Edit, type: str, id: int, day: str) -> None:
    """Raise ``UserError`` when the asset is gone by now, or its lifetime was over before ``day`` (ISO)."""
    asset_type = edit.catalogue[type]
    row = current_row(edit.store, edit.connection, type, id)
    end = asset_type.lifetime.end
    last = "" if row is None or end is None else str(row.get(end) or "")
    if row is not None and not (last and last < day):
        return
    given = {"type": asset_type.title, "code": f"#{id}" if row is None else str(row.get("code") or f"#{id}")}
    if row is None:
        raise UserError(Message("editing.gone_meanwhile", given), Message("editing.ended_meanwhile_hint"))
    raise UserError(
        Message("editing.ended_meanwhile", {**given, "day": last}), Message("editing.ended_meanwhile_hint")
    )
