"""Records that others logged, decided or sent back since somebody looked at them: told, and nothing is written."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from layers.census.words import RECORD
from layers.errors import UserError
from layers.model.asset import AssetKey
from layers.store import meanwhile
from layers.store.edit import Edit
from layers.store.rows import Row, current_row, current_rows
from layers.text import Message

_NAMED = 3


def refuse_others(
    edit: Edit, records: Sequence[int], states: Collection[str], versions: Mapping[int, int] | None = None
) -> None:
    """Raise ``UserError`` naming records that are in none of ``states``, or were changed since they were read at
    ``versions``. All others stay as they are to the end of the act."""
    lost = meanwhile.others(edit, RECORD, records, "state", states, versions)
    if not lost:
        return
    rows = current_rows(edit.store, edit.connection, RECORD, lost[:_NAMED])
    names = [_told(edit, id, rows.get(id)) for id in lost[:_NAMED]]
    more = ["\u2026"] if len(lost) > _NAMED else []
    raise UserError(
        Message("census.meanwhile", {"count": len(lost), "names": (*names, *more)}),
        Message("census.meanwhile_hint"),
    )


def _told(edit: Edit, id: int, row: Row | None) -> Message:
    if row is None:
        return Message("census.meanwhile_gone", {"name": f"#{id}"})
    target = AssetKey.of_link(row["target"])
    is_known = target is not None and target.type in edit.catalogue
    asset = current_row(edit.store, edit.connection, *target) if target is not None and is_known else None
    code = None if asset is None else asset.get("code")
    entry = edit.catalogue.code_lists["record_state"].get(row["state"])
    told = {
        "name": str(code or row["provisional_code"] or f"#{id}"),
        "actor": meanwhile.last_actor(edit, RECORD, id) or "?",
        "state": row["state"] if entry is None else entry.title,
    }
    return Message("census.meanwhile_one", told)
