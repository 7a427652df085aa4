"""The names under which the catalogue has the census, said once."""

from __future__ import annotations

from typing import Literal, get_args

CAMPAIGN, LOT, RECORD = "campaign", "lot", "census_record"
DEFECT, ORDER, CHECK = "defect", "work_order", "quality_check"
PACKAGE, CONFLICT, ACCEPTANCE, REPORT = "field_package", "checkin_conflict", "acceptance", "field_report"

#: States of a record (closed list ``record_state``).
PLANNED, VISITED, AGAIN, CHECKED = "planned", "visited", "visit_again", "checked"
ACCEPTED, REJECTED, CANCELLED = "accepted", "rejected", "cancelled"
LOGGED = (VISITED, CHECKED, ACCEPTED, REJECTED)
"""A record in one of these has been looked at in the field."""
WAITING = (VISITED, CHECKED)
"""Logged, and not yet decided."""

#: Outcomes (closed list ``census_outcome``).
FOUND, NOT_FOUND, INACCESSIBLE, NEW, MOVED = "found", "not_found", "inaccessible", "new", "moved"
SEEN = (FOUND, MOVED, NEW)
"""The asset was there to be looked at."""
Kind = Literal["planned", "same", "differs", "moved", "not_found", "inaccessible", "new"]
KINDS: tuple[Kind, ...] = get_args(Kind)
"""What a record says of its asset."""
