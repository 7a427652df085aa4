"""The sample of a lot, or of a whole campaign, as it stands: what was drawn, what was checked, and what that means.

Draws follow each other in rounds. A draw is judged when all of its checks are done, together with those before it in
the round; a round that fails ends, and the next begins once the records it condemned were surveyed again. Records
surveyed again and dug up are judged apart, and the worse verdict counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt

from layers.census.links import find_many
from layers.census.listing import codes_of_targets
from layers.census.quality.rules import (
    FEWEST_DUG,
    Quality,
    Sample,
    checked_of,
    judge,
    pick,
    plan_draw,
    share_of,
)
from layers.census.words import AGAIN, CANCELLED, CHECK, LOGGED, LOT, PLANNED, RECORD, SEEN
from layers.editing.plan import EditPlan
from layers.errors import UserError
from layers.geometry.packed import Integers
from layers.model.asset import Asset, AssetKey
from layers.model.query import All, Compare, Condition, Query
from layers.register import Register
from layers.text import Message

CheckKind = Literal["resurvey", "excavation"]
CHECK_KINDS: tuple[CheckKind, ...] = get_args(CheckKind)
Standing = Literal["not_drawn", "open", "passes", "draw_again", "fails"]
SIGNED = ("checked", "accepted")
"""States of a lot whose check is over."""


@dataclass(frozen=True)
class CheckRow:
    """A check in the list: its place from 1, the round it belongs to, its record and the code of what is checked."""

    number: int
    round: int
    check: Asset
    record: Asset
    code: str

    @property
    def id(self) -> int:
        return self.check.id

    @property
    def kind(self) -> CheckKind:
        return "excavation" if self.check["kind"] == "excavation" else "resurvey"

    @property
    def is_done(self) -> bool:
        return self.check["checked_date"] is not None

    @property
    def is_outdated(self) -> bool:
        """Whether its record was logged again after the check, or is to be visited again."""
        is_other = self.is_done and self.check["logged_at"] != self.record["logged_at"]
        return bool(is_other or self.record["state"] == AGAIN)


@dataclass(frozen=True, eq=False)
class SampleBook:
    """The sample of ``lot``, or of all of ``campaign`` where that is None.

    ``logged``: the records that can be drawn; ``hidden`` those dug for; ``left``: records still to be visited;
    ``crew``: persons of the teams surveyed. ``quality`` judges the running round by kind.
    """

    campaign: Asset
    lot: Asset | None
    lots: tuple[Asset, ...]
    rows: tuple[CheckRow, ...]
    round: int
    failed: bool
    logged: tuple[int, ...]
    hidden: tuple[int, ...]
    left: int
    crew: frozenset[int]
    percents: Mapping[CheckKind, float]
    limit_m: float

    @property
    def running(self) -> tuple[CheckRow, ...]:
        """The checks of the running round."""
        return tuple(row for row in self.rows if row.round == self.round)

    @property
    def undone(self) -> tuple[CheckRow, ...]:
        return tuple(row for row in self.running if not row.is_done)

    @cached_property
    def quality(self) -> Mapping[CheckKind, Quality]:
        return {kind: judge(checked_of(self._checks(kind)), self.limit_m) for kind in CHECK_KINDS}

    @cached_property
    def whole(self) -> Quality:
        """All checks of the running round at once: for the figures, not for the verdict."""
        return judge(checked_of([row.check for row in self.running]), self.limit_m)

    @property
    def standing(self) -> Standing:
        """How it stands now."""
        if not self.running:
            return "not_drawn"
        if self.undone:
            return "open"
        return self._verdict

    @cached_property
    def _verdict(self) -> Standing:
        found = {self._verdict_of(kind) for kind in CHECK_KINDS if self.population(kind)}
        worst: tuple[Standing, ...] = ("fails", "draw_again")
        return next((each for each in worst if each in found), "passes")

    def _verdict_of(self, kind: CheckKind) -> Standing:
        verdict = self.quality[kind].verdict
        if verdict == "draw_again" and not self.fresh(kind):
            # All there is has been looked at: no other sample could say otherwise.
            return "fails"
        return "passes" if verdict == "not_checked" else verdict

    def population(self, kind: CheckKind) -> tuple[int, ...]:
        """What checks of a kind are drawn from."""
        return self.hidden if kind == "excavation" else self.logged

    def fresh(self, kind: CheckKind) -> tuple[int, ...]:
        """Of these the ones that the running round has not drawn yet."""
        drawn = {row.check["record"] for row in self.running if row.kind == kind}
        return tuple(record for record in self.population(kind) if record not in drawn)

    def needed(self, kind: CheckKind) -> int:
        """How many checks of a kind the rules ask for at least."""
        least = FEWEST_DUG if kind == "excavation" else 1
        return share_of(len(self.population(kind)), self.percents[kind], least)

    def measured(self, kind: CheckKind) -> int:
        """How many of them were done, or are still to be."""
        undone = sum(row.kind == kind for row in self.undone)
        return undone + self.quality[kind].checked

    def to_draw(self, kind: CheckKind) -> int:
        """How many the next draw takes: at first the share of the rules, then twice as many as before."""
        wanted = self.needed(kind) - self.measured(kind)
        if self.quality[kind].verdict == "draw_again":
            last = max(row.check["draw"] for row in self.running if row.kind == kind)
            wanted = max(wanted, 2 * sum(r.kind == kind and r.check["draw"] == last for r in self.running))
        return max(0, min(wanted, len(self.fresh(kind))))

    @property
    def is_small(self) -> bool:
        """Whether more was logged since it was drawn than it stands for."""
        return any(
            self.measured(k) < min(self.needed(k), self.measured(k) + len(self.fresh(k))) for k in CHECK_KINDS
        )

    def _checks(self, kind: CheckKind) -> list[Asset]:
        return [row.check for row in self.running if row.kind == kind]


def read_sample(register: Register, campaign: Asset, lot: Asset | None) -> SampleBook:
    """Read how the sample of a lot stands; without one, that drawn over the whole campaign."""
    of_campaign = Compare("campaign", "=", campaign.id)
    scope: Condition = Compare("lot", "is null") if lot is None else Compare("lot", "=", lot.id)
    checks = register.find(Query(CHECK, where=All((of_campaign, scope))))
    records = {r.id: r for r in find_many(register, RECORD, sorted({c["record"] for c in checks}))}
    codes = codes_of_targets(register, list(records.values()))
    frame = of_campaign if lot is None else All((of_campaign, scope))
    table = register.values(RECORD, ("target", "target_type", "state", "outcome", "surveyor"), frame)
    ids = table["fid"].to_numpy().astype(np.int64)
    state = np.array(table["state"].to_pylist() or [], dtype=object)
    is_logged = np.isin(state, list(LOGGED))
    # Nothing can be dug up where nothing was found.
    was_there = np.isin(np.array(table["outcome"].to_pylist() or [], dtype=object), list(SEEN))
    hidden = (
        is_logged
        & was_there
        & _is_hidden(register, table["target_type"].to_pylist(), table["target"].to_pylist())
    )
    lots = (lot,) if lot is not None else tuple(register.find(Query(LOT, where=of_campaign)))
    crew = {int(s) for s in np.array(table["surveyor"].to_pylist() or [], dtype=object)[is_logged] if s}
    for team in sorted({each["team"] for each in lots if each["team"]}):
        crew |= {person.id for person in register.find(Query("person", Compare("team", "=", team)))}
    percent = campaign["sample_percent"]
    percents: dict[CheckKind, float] = {
        "resurvey": float(register.setting("sample_percent") if percent is None else percent),
        "excavation": float(register.setting("excavation_percent")),
    }
    ordered = sorted((c for c in checks if c["record"] in records), key=lambda c: (c["draw"], c.id))
    book = SampleBook(
        campaign,
        lot,
        tuple(each for each in lots if each["state"] != CANCELLED),
        (),
        1,
        failed=False,
        logged=tuple(sorted(ids[is_logged].tolist())),
        hidden=tuple(sorted(ids[hidden].tolist())),
        left=int(np.isin(state, (PLANNED, AGAIN)).sum()),
        crew=frozenset(crew),
        percents=percents,
        limit_m=float(register.setting("position_tolerance_m") or 0.0),
    )
    return _in_rounds(book, ordered, records, codes)


def read_samples(register: Register, campaign: Asset) -> tuple[SampleBook, ...]:
    """Every sample that was drawn in a campaign: that over the whole of it, then lot by lot."""
    checks = register.values(CHECK, ("lot",), Compare("campaign", "=", campaign.id))["lot"].to_pylist()
    lots = {lot.id: lot for lot in find_many(register, LOT, sorted({int(lot) for lot in checks if lot}))}
    scopes: list[Asset | None] = [None] if None in checks else []
    return tuple(read_sample(register, campaign, lot) for lot in (*scopes, *lots.values()))


def _in_rounds(
    book: SampleBook, checks: Sequence[Asset], records: Mapping[int, Asset], codes: Mapping[str, str]
) -> SampleBook:
    """The same with its checks in rounds: one that fails ends with the draw that told."""
    rows: list[CheckRow] = []
    number, failed = 1, False
    for draw in sorted({check["draw"] for check in checks}):
        if failed:
            number, failed = number + 1, False
        for check in (c for c in checks if c["draw"] == draw):
            record = records[check["record"]]
            code = codes.get(str(record["target"])) or str(record["provisional_code"] or "")
            rows.append(CheckRow(len(rows) + 1, number, check, record, code))
        now = _with(book, tuple(rows), number, failed=False)
        failed = now.standing == "fails"
    return _with(book, tuple(rows), number, failed=failed)


def _with(book: SampleBook, rows: tuple[CheckRow, ...], round: int, *, failed: bool) -> SampleBook:
    return SampleBook(
        book.campaign, book.lot, book.lots, rows, round, failed, book.logged, book.hidden, book.left, book.crew,
        book.percents, book.limit_m,
    )  # fmt: skip


def plan_next_draw(register: Register, book: SampleBook, actor: int | None) -> EditPlan:
    """The next draw. ``actor``: the person who asks for it; raises ``UserError`` where there is nothing to draw, checks
    are open, and for those who surveyed: they may not even start it."""
    refusal = why_no_draw(book, actor)
    if refusal is not None:
        raise UserError(refusal, Message("quality.draw_hint"))
    number = max((row.check["draw"] for row in book.rows), default=0) + 1
    if book.failed:
        book = _with(book, book.rows, book.round + 1, failed=False)
    scope = 0 if book.lot is None else book.lot.id
    seed = f"{book.campaign['seed'] or book.campaign.id}/{scope}/{number}"
    picked = {kind: pick(book.fresh(kind), book.to_draw(kind), f"{seed}/{kind}") for kind in CHECK_KINDS}
    sample = Sample(picked["resurvey"], picked["excavation"])
    return plan_draw(register, book.campaign.id, None if book.lot is None else book.lot.id, sample, number)


def why_no_draw(book: SampleBook, actor: int | None) -> Message | None:
    """Why nothing can be drawn now; None when it can."""
    if is_of_crew(book, actor):
        return Message("quality.own_team")
    if is_signed(book):
        return Message("quality.signed_already")
    if not book.logged:
        return Message("quality.nothing_logged")
    if book.undone:
        return Message("quality.checks_open", {"count": len(book.undone)})
    if book.failed:
        stale = sum(row.is_done and row.round == book.round and not row.is_outdated for row in book.rows)
        still = stale or any(row.record["state"] == AGAIN for row in book.running)
        return Message("quality.send_back_first") if still else None
    if not any(book.to_draw(kind) for kind in CHECK_KINDS):
        return Message("quality.nothing_to_draw")
    return None


def is_signed(book: SampleBook) -> bool:
    """Whether every lot of it was signed off."""
    return bool(book.lots) and all(lot["state"] in SIGNED for lot in book.lots)


def is_of_crew(book: SampleBook, person: int | None) -> bool:
    """Whether a person surveyed here, or is of a team that does."""
    return person is not None and person in book.crew


def _is_hidden(
    register: Register, types: Sequence[str], targets: Sequence[str | None]
) -> npt.NDArray[np.bool_]:
    """Which records are of what lies out of sight, by the company's word (setting ``hidden_types``)."""
    kinds = np.array(types or [], dtype=object)
    found = np.zeros(len(kinds), dtype=bool)
    for part in str(register.setting("hidden_types") or "").split(";"):
        name, _, condition = (word.strip() for word in part.partition("."))
        if name not in register.catalogue or not (kinds == name).any():
            continue
        field, _, code = (word.strip() for word in condition.partition("="))
        if not field:
            found |= kinds == name
        elif field in register.catalogue[name]:
            table = register.values(name, (field,), Compare(field, "=", code))
            mine = _ids(targets, kinds == name)
            found |= np.isin(mine, table["fid"].to_numpy().astype(np.int64))
    return found


def _ids(targets: Sequence[str | None], of: npt.NDArray[np.bool_]) -> Integers:
    """The ids that links name, 0 for none and for those that are not meant."""
    chosen = of.tolist()
    return np.array(
        [
            key.id if is_meant and (key := AssetKey.of_link(link)) is not None else 0
            for link, is_meant in zip(targets, chosen, strict=True)
        ],
        np.int64,
    )
