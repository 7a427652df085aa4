"""Disputes of one check-in: what was decided is written, all others are kept to be decided, and noted once."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from typing import Literal

from layers.census.newcomers import OfficeRows
from layers.census.packages.back import unproven
from layers.census.packages.back.examining import Examined
from layers.census.packages.merging.compare import Row
from layers.census.packages.merging.conflicts import OPEN, field_values
from layers.census.packages.merging.records import decided as decided_values
from layers.census.packages.merging.three_way import Clash, Merge, Write, refused
from layers.census.packages.receipt import Refused
from layers.census.values import as_text, from_json, told_in
from layers.census.words import CONFLICT, RECORD
from layers.model.asset import AssetKey
from layers.model.fields import format_instant
from layers.model.query import All, Compare, Query
from layers.store import read
from layers.store.edit import Edit
from layers.store.schema import VERSION
from layers.store.value_rules import ValuesRefused

Decided = Mapping[tuple[str, int, str], Literal["office", "field"]]
"""Disputes decided at once: type, id and field of a clash to the side that is right. Those of earlier files too."""


class Disputes:
    """What office and field both changed, within an open edit; ``merge`` holds the clashes and what is to be written.

    ``office`` gives rows of the book as they are now.
    """

    def __init__(
        self, edit: Edit, examined: Examined, merge: Merge, office: OfficeRows, actor: str, decided: Decided
    ) -> None:
        self._edit, self._examined, self._merge, self._office = edit, examined, merge, office
        self._actor, self._decided = actor, decided
        self._unproven: set[tuple[str, int, str]] = set()

    @property
    def open(self) -> int:
        """How many nobody decided."""
        return sum(self._side(clash) is None for clash in self._merge.clashes)

    def settle(self) -> None:
        """What was decided for the field is written with the rest."""
        for clash in self._merge.clashes:
            if self._side(clash) != "field":
                continue
            at = next(
                (n for n, w in enumerate(self._merge.writes) if (w.type, w.id) == (clash.type, clash.id)),
                None,
            )
            row = self._office(clash.type, [clash.id])[clash.id]
            values = {} if at is None else dict(self._merge.writes[at].values or {})
            column, _, part = clash.field.partition(".")
            found = from_json(clash.found)
            if part:
                values[column] = as_text({**told_in(values.get(column, row.get(column))), part: found})
            else:
                values[column] = found
            if clash.type == RECORD:
                values = decided_values(self._edit.catalogue, row, values)
            write = Write(clash.type, clash.id, row[VERSION], values)
            if at is None:
                self._merge.writes.append(write)
            else:
                self._merge.writes[at] = write

    def settle_earlier(self) -> None:
        """Disputes of earlier files that were decided now; one that was decided or overtaken meanwhile is left."""
        for dispute in self._examined.disputes:
            side = self._decided.get((*dispute.target, dispute.field or ""))
            conflict = self._office(CONFLICT, [dispute.conflict.id]).get(dispute.conflict.id, {})
            if side is None or conflict.get("state") != OPEN or dispute.field is None:
                continue
            key = dispute.target
            row = self._office(key.type, [key.id]).get(key.id)
            if side == "field" and row is not None:
                values = field_values(dispute, row)
                if key.type == RECORD:
                    values = decided_values(self._edit.catalogue, row, values)
                self._edit.update(key.type, key.id, row[VERSION], values)
            who = {"decided_by": self._actor[:60], "decided_at": _now(), "state": side}
            self._edit.update(CONFLICT, dispute.conflict.id, conflict[VERSION], who)

    def hold_back_unproven(self) -> list[tuple[Clash, Row]]:
        """What nothing proves is a dispute that nobody can decide yet; each with the row as it is now."""
        found = unproven.hold_back(self._edit)
        for clash, _ in found:
            self._merge.clashes.append(clash)
            self._unproven.add((clash.type, clash.id, clash.field))
        return found

    def keep_all(self) -> Iterator[Refused]:
        """Keep every dispute. Those too long to be kept are given: the rest of the file comes in all the same."""
        for clash in self._merge.clashes:
            try:
                self._keep(clash)
            except ValuesRefused as error:
                yield refused(AssetKey(clash.type, clash.id), {}, [p.message.id for p in error.problems])

    def _side(self, clash: Clash) -> str | None:
        key = (clash.type, clash.id, clash.field)
        return self._decided.get(key) if clash.field and key not in self._unproven else None

    def _keep(self, clash: Clash) -> None:
        """Keep a dispute, once: the same one may be open from an earlier file, or decided."""
        where = All(
            (
                Compare("package", "=", self._examined.package.id),
                Compare("target_type", "=", clash.type),
                Compare("target_id", "=", clash.id),
                Compare("field", "=", clash.field) if clash.field else Compare("field", "is null"),
            )
        )
        known = read.find(self._edit.store, self._edit.connection, Query(CONFLICT, where=where))
        same = next((each for each in known if each["field_value"] == clash.found), None)
        if same is not None:
            if same["state"] != OPEN and (clash.type, clash.id, clash.field) in self._unproven:
                anew = {"state": OPEN, "decided_by": None, "decided_at": None}
                self._edit.update(CONFLICT, same.id, same.version, anew)
            return
        values = {
            "package": self._examined.package.id,
            "target_type": clash.type,
            "target_id": clash.id,
            "field": clash.field or None,
            "base_value": clash.base,
            "office_value": clash.office,
            "field_value": clash.found,
        }
        side = self._side(clash)
        who = {} if side is None else {"decided_by": self._actor[:60], "decided_at": _now()}
        self._edit.insert(CONFLICT, {**values, **who, "state": side or "open"})


def _now() -> str:
    return format_instant(datetime.datetime.now(datetime.UTC))
