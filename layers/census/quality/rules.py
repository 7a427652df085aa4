"""Quality of a census: a sample drawn by seed is surveyed again, and the differences decide over the lot.

Rules: CJJ 61-2017 section 7.5 as given in the product's domain notes (e.6): at least 5 % of the points again and 1 %
of the hidden ones, three at least, dug up; up to 20 points every difference is judged for itself, beyond that the mean
error too; up to 10 % of points over the limit pass, up to 20 % are drawn again, more of more than 10 points fail.
The shares are settings.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from layers.census.words import CHECK
from layers.editing.plan import Done, EditPlan, Insert
from layers.errors import UserError
from layers.model.asset import Asset
from layers.model.query import All, Compare, Query
from layers.register import Edit, Register
from layers.store import read
from layers.store.one_at_a_time import one_at_a_time
from layers.text import Message

Verdict = Literal["passes", "draw_again", "fails", "not_checked"]
FEWEST_DUG = 3
EACH_FOR_ITSELF = 20
PASSES, AGAIN = 0.10, 0.20
FAILS_FROM = 10
_DIGEST = 8


@dataclass(frozen=True)
class Sample:
    """Records drawn: ``resurvey`` to be surveyed again, ``excavation`` to be dug up; in the order drawn."""

    resurvey: tuple[int, ...]
    excavation: tuple[int, ...]


@dataclass(frozen=True)
class Checked:
    """One check: how far off the position was (m) and how many values were wrong; None for what was not measured."""

    record: int
    distance_m: float | None
    differences: int | None


@dataclass(frozen=True)
class Quality:
    """What the checks say. ``over``: records off by more than ``limit_m`` or with wrong values.

    ``mean_error_m``: root of the sum of squared distances by twice their number, two measurements of one accuracy.
    """

    verdict: Verdict
    checked: int
    over: tuple[int, ...]
    limit_m: float
    mean_error_m: float | None
    wrong_values: int

    @property
    def share(self) -> float | None:
        """The share of points over the limit, 0 to 1."""
        return len(self.over) / self.checked if self.checked else None


def draw(
    records: Collection[int],
    hidden: Collection[int],
    seed: int,
    number: int,
    *,
    percent: float,
    dug_percent: float,
    before: Collection[int] = (),
) -> Sample:
    """Draw at random from logged records; ``hidden`` are those whose asset lies under ground.

    The same seed and number give the same sample whatever order the records come in, so that anybody can draw it
    again and nobody can choose. ``before`` were in an earlier draw and are not drawn twice.
    """
    fresh, buried = sorted(set(records) - set(before)), sorted(set(hidden) - set(before))
    return Sample(
        pick(fresh, share_of(len(records), percent, 1), f"{seed}/{number}/resurvey"),
        pick(buried, share_of(len(hidden), dug_percent, FEWEST_DUG), f"{seed}/{number}/excavation"),
    )


@dataclass(frozen=True)
class DrawPlan(EditPlan):
    """A draw by its ``number`` from 1, over a lot, or the whole campaign where ``lot`` is None."""

    campaign: int = 0
    lot: int | None = None
    number: int = 1

    def apply(self, edit: Edit) -> Done:
        """As every plan; ``UserError`` when somebody else drew this one meanwhile: nothing is drawn twice."""
        one_at_a_time(edit.connection, f"wa_draw_{self.campaign}")
        scope = Compare("lot", "is null") if self.lot is None else Compare("lot", "=", self.lot)
        same = All((Compare("campaign", "=", self.campaign), scope, Compare("draw", ">=", self.number)))
        if read.count(edit.store, edit.connection, Query(CHECK, same)):
            raise UserError(Message("census.drawn_meanwhile"), Message("census.drawn_meanwhile_hint"))
        return super().apply(edit)


def plan_draw(register: Register, campaign: int, lot: int | None, sample: Sample, number: int) -> DrawPlan:
    """The rows to be filled in by those who check. The team surveyed does not see them before."""
    kinds = {"resurvey": sample.resurvey, "excavation": sample.excavation}
    rows = [
        Insert(CHECK, {"campaign": campaign, "lot": lot, "record": record, "draw": number, "kind": kind})
        for kind, records in kinds.items()
        for record in records
    ]
    counts = {"resurvey": len(sample.resurvey), "excavation": len(sample.excavation), "number": number}
    return DrawPlan(Message("census.drawn", counts), tuple(rows), campaign=campaign, lot=lot, number=number)


def judge(checks: Sequence[Checked], limit_m: float) -> Quality:
    """What the checks mean for the lot."""
    measured = [c for c in checks if c.distance_m is not None or c.differences is not None]
    distances = [c.distance_m for c in measured if c.distance_m is not None]
    over = tuple(c.record for c in measured if (c.distance_m or 0.0) > limit_m or (c.differences or 0) > 0)
    error = math.sqrt(sum(d * d for d in distances) / (2 * len(distances))) if distances else None
    wrong = sum(c.differences or 0 for c in measured)
    return Quality(
        _verdict(len(measured), len(over), error, limit_m), len(measured), over, limit_m, error, wrong
    )


def checked_of(rows: Sequence[Asset]) -> tuple[Checked, ...]:
    """The checks that are done, from their rows."""
    return tuple(
        Checked(row["record"], row["distance_m"], row["differences"])
        for row in rows
        if row["checked_date"] is not None
    )


def _verdict(checked: int, over: int, error: float | None, limit: float) -> Verdict:
    if not checked:
        return "not_checked"
    share = over / checked
    if share > AGAIN:
        return "fails" if checked > FAILS_FROM else "draw_again"
    if share > PASSES:
        return "draw_again"
    # Beyond 20 points half the limit is what the mean error may be.
    too_wide = checked > EACH_FOR_ITSELF and error is not None and error > limit / 2
    return "draw_again" if too_wide else "passes"


def share_of(count: int, percent: float, least: int) -> int:
    """A share of so many, rounded up, and so many at least as far as there are."""
    return min(count, max(least, math.ceil(count * percent / 100 - 1e-9))) if count else 0


def pick(records: Sequence[int], count: int, word: str) -> tuple[int, ...]:
    """So many of them at random, the same ones for the same word."""
    seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:_DIGEST])
    order = np.random.default_rng(seed).permutation(len(records))[:count]
    return tuple(records[place] for place in order.tolist())
