"""Records to another state, many at once: never without the reason it takes, never over what others did meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from layers.census.meanwhile import refuse_others
from layers.census.words import AGAIN, RECORD, REJECTED, WAITING
from layers.errors import UserError
from layers.store.edit import Edit
from layers.text import Message

Decision = str
"""The state a record goes to: accepted, rejected, visit_again."""


def decide(
    edit: Edit,
    records: Sequence[int],
    state: Decision,
    actor: str,
    reason: str = "",
    read_at: Mapping[int, int] | None = None,
) -> int:
    """Set records to a state within an open edit, in bulk; how many are in another one now.

    Raises ``UserError`` when a record is sent back or rejected without a reason, and when one does not wait any more
    or was changed since it was ``read_at`` a version: others accepted it, sent it back, or logged it anew.
    """
    if state in (REJECTED, AGAIN) and not reason.strip():
        raise UserError(Message("census.reason_missing"), Message("census.reason_missing_hint"))
    refuse_others(edit, records, WAITING, read_at)
    return set_state(edit, records, state, actor, reason)


def set_state(edit: Edit, records: Sequence[int], state: Decision, actor: str, reason: str = "") -> int:
    """Set them, whatever they are now; how many are in another state after it."""
    values = {"state": state, "decided_by": actor, "decision_reason": reason.strip() or None}
    return edit.update_many(RECORD, np.asarray(records, np.int64), values)
