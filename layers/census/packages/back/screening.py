"""What of a file cannot be taken as it stands: values nobody can read, words that are the office's, second records."""

from __future__ import annotations

from collections.abc import Mapping

from layers.census.packages.merging.compare import Changed, Row
from layers.census.values import is_object
from layers.census.words import ACCEPTED, CANCELLED, CHECKED, PLANNED, RECORD, REJECTED, VISITED

_JSON = ("found", "book")
_OFFICES = ("target", "target_type", "campaign", "lot", "decided_by", "decision_reason", "same_as")
_DECIDED = (CHECKED, ACCEPTED, REJECTED, CANCELLED)


def read_records(
    then: Mapping[int, Row], now: Mapping[int, Row]
) -> tuple[Mapping[int, Row], Mapping[int, Row], list[Changed]]:
    """The records of base and file, and those of the file whose values cannot be read: they count as they went out.

    What a record is of is the office's word, and whether it is accepted: no team signs off its own work.
    """
    rows, wrong = {}, []
    for id, row in now.items():
        was = then.get(id)
        told = [row.get(name) for name in _JSON if was is None or row.get(name) != was.get(name)]
        if not all(map(is_object, told)):
            wrong.append(Changed(RECORD, id, was, row, ("found",)))
            if was is not None:
                rows[id] = was
        else:
            kept = {} if was is None else {n: was[n] for n in _OFFICES if n in was and n in row}
            before = None if was is None else was.get("state")
            if "state" in row and row["state"] in _DECIDED and row["state"] != before:
                kept["state"] = VISITED if row.get("outcome") else before or PLANNED
            rows[id] = {**row, **kept}
    return then, rows, wrong


def second_records(then: Mapping[int, Row], now: Mapping[int, Row]) -> list[Changed]:
    """New records of targets that went out with one: what was seen belongs into that, or it is counted twice."""
    asked = {row.get("target") for row in then.values()} - {None}
    return [
        Changed(RECORD, id, None, row, tuple(row))
        for id, row in now.items()
        if id not in then and row.get("target") in asked
    ]


def is_unreadable(change: Changed) -> bool:
    """Whether a value is neither number nor text nor place, whatever the file calls it."""
    return any(isinstance((change.field or {}).get(name), bytes) for name in change.names)
