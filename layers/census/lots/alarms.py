"""What wants attention in the lots of a campaign: late, soon due, too much for the days left, nobody to go."""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from layers.census.lots.worklist import LotRow
from layers.census.progress import day_of
from layers.census.quality.sampling import SIGNED
from layers.text import Message

AlarmKind = Literal["late", "tight", "soon", "nobody"]
Severity = Literal["danger", "warn", "info"]
KINDS: tuple[AlarmKind, ...] = ("late", "tight", "soon", "nobody")
SEVERITY: dict[AlarmKind, Severity] = {"late": "danger", "tight": "warn", "soon": "warn", "nobody": "info"}


@dataclass(frozen=True)
class LotAlarm:
    """One thing that is wrong with a lot: ``short`` for a chip, ``words`` as a sentence."""

    kind: AlarmKind
    lot: int
    days: int
    short: Message
    words: Message

    @property
    def severity(self) -> Severity:
        return SEVERITY[self.kind]


def alarm_of(row: LotRow, day: datetime.date, pace: float, soon: int) -> LotAlarm | None:
    """The gravest alarm of a lot; None when all is well. ``pace``: targets a day, ``soon``: days before it is due."""
    left, due = row.total - row.done, day_of(row.lot["due_date"])
    if not left or row.lot["state"] in SIGNED:
        return None
    if due is not None and due < day:
        return _alarm("late", row, (day - due).days, {"left": left, "due": str(due)})
    needed = math.ceil(left / pace - 1e-9)
    if due is not None and (due - day).days + 1 < needed:
        return _alarm("tight", row, needed, {"left": left, "due": str(due)})
    if not row.lot["team"]:
        return _alarm("nobody", row, 0, {"left": left})
    if due is not None and (due - day).days <= soon:
        return _alarm("soon", row, (due - day).days, {"left": left, "due": str(due)})
    return None


def alarms_of(rows: Sequence[LotRow], day: datetime.date, pace: float, soon: int) -> tuple[LotAlarm, ...]:
    """The alarms of lots, the gravest first."""
    found = [alarm for row in rows if (alarm := alarm_of(row, day, pace, soon)) is not None]
    return tuple(sorted(found, key=lambda alarm: (KINDS.index(alarm.kind), -alarm.days, alarm.lot)))


def _alarm(kind: AlarmKind, row: LotRow, days: int, given: dict[str, object]) -> LotAlarm:
    told = {"days": days} if kind != "nobody" else {}
    name = f"{row.lot['code']} {row.lot['name']}"
    return LotAlarm(
        kind, row.id, days, Message(f"lots.short.{kind}", told),
        Message(f"lots.alarm.{kind}", {"lot": name, **told, **given}),
    )  # fmt: skip
