"""All figures of a campaign as its report gives them: read at once, every share with the ids behind it."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from layers.census.progress import Progress, read_progress
from layers.census.quality.rules import Quality, checked_of, judge
from layers.census.quality.sampling import SampleBook, read_samples
from layers.census.reconciling import Rates, Reconciliation, Share, rates, read_reconciliation
from layers.census.values import told_in
from layers.census.words import (
    ACCEPTANCE,
    ACCEPTED,
    CAMPAIGN,
    CHECK,
    DEFECT,
    LOGGED,
    LOT,
    RECORD,
    REJECTED,
)
from layers.errors import UserError
from layers.feedback import Feedback
from layers.geometry.belonging import standing
from layers.geometry.packed import Integers
from layers.grids.ground import read_grids
from layers.model.asset import Asset, AssetKey
from layers.model.query import All, Compare, Query
from layers.register import Register
from layers.text import Message

GRADE = "condition"
#: Grades of the closed list ``condition`` that count as intact, and the one that says that nobody graded it.
INTACT = ("1", "2")
UNGRADED = ("", "0")
_GRID = "grid"
_AT_ONCE = 500


@dataclass(frozen=True, eq=False)
class CensusFigures:
    """A campaign on a day.

    ``grid`` and ``grade`` lie alongside the records of ``found``: the id of the grid (0: none) and the grade seen in
    the field, or that of the book where nobody graded it anew; blank where it was not seen. ``defects`` counts
    by kind, then by severity; ``states`` their states.
    """

    campaign: Asset
    day: datetime.date
    found: Reconciliation
    rates: Rates
    progress: Progress
    lots: tuple[Asset, ...]
    grid: Integers
    grid_names: Mapping[int, str]
    grade: npt.NDArray[np.object_]
    teams: Mapping[int, str]
    defects: Mapping[str, Mapping[int, int]]
    states: Mapping[str, int]
    quality: Quality
    samples: tuple[SampleBook, ...]
    acceptances: int
    accepted: int

    @property
    def seen(self) -> npt.NDArray[np.bool_]:
        """Records whose asset was there to be looked at; rejected ones are not counted."""
        was_there = self.found.of("same", "differs", "moved", "new")
        return np.asarray(was_there & self.found.of(states=LOGGED) & ~self.found.of(states=(REJECTED,)))

    @property
    def assessed(self) -> Share:
        """The graded ones among those seen."""
        return self._share(self._graded, self.seen)

    @property
    def intact(self) -> Share:
        """Grades 1 and 2 among those graded."""
        return self._share(np.isin(self.grade, INTACT) & self.seen, self._graded)

    @property
    def _graded(self) -> npt.NDArray[np.bool_]:
        return np.asarray(self.seen & ~np.isin(self.grade, UNGRADED))

    def grades(self, type: str) -> Counter[str]:
        """How many of a type were seen in which grade; "0" where it has none."""
        chosen = self.grade[self.seen & (self.found.type == type)].tolist()
        return Counter(grade or "0" for grade in chosen)

    def match(self, chosen: npt.NDArray[np.bool_]) -> Share:
        """The match rate of some of the records, as ``rates`` has it for all."""
        whole = chosen & ~self.found.of("planned", "inaccessible")
        new_rejected = self.found.of("new") & self.found.of(states=(REJECTED,))
        return self._share(chosen & self.found.of("same"), whole & ~new_rejected)

    def _share(self, part: npt.NDArray[np.bool_], whole: npt.NDArray[np.bool_]) -> Share:
        return Share(self.found.ids[part], self.found.ids[whole])


def campaign_on(register: Register, campaign: int | None = None) -> Asset:
    """The campaign asked for; without one the open one begun last, else the last. ``UserError`` if there is none."""
    if campaign is not None:
        chosen = [asset for asset in (register.get(CAMPAIGN, campaign),) if asset is not None]
    else:
        chosen = register.find(Query(CAMPAIGN))
    if not chosen:
        raise UserError(Message("census_report.no_campaign"), Message("census_report.no_campaign_hint"))
    return max(chosen, key=lambda c: (c["state"] == "open", str(c["from_date"] or ""), c.id))


def read_figures(
    register: Register, campaign: Asset, day: datetime.date, feedback: Feedback | None = None
) -> CensusFigures:
    """Read everything. Long for a whole city: a task."""
    feedback = feedback or Feedback()
    found = read_reconciliation(register, campaign.id)
    feedback.progress(0.2)
    progress = read_progress(register, campaign, day)
    feedback.progress(0.4)
    grade = _grades(register, campaign.id, found, feedback.part(0.4, 0.7))
    grid = _grids(register, found, feedback.part(0.7, 0.95))
    names = {row.id: f"{row['code']} {row['name'] or ''}".strip() for row in register.find(Query(_GRID))}
    kinds, states = _defects(register, found)
    of_campaign = Compare(CAMPAIGN, "=", campaign.id)
    checks = checked_of(register.find(Query(CHECK, where=of_campaign)))
    batches = register.find(Query(ACCEPTANCE, where=of_campaign))
    feedback.progress(1.0)
    return CensusFigures(
        campaign,
        day,
        found,
        rates(found),
        progress,
        tuple(register.find(Query(LOT, where=of_campaign))),
        grid,
        names,
        grade,
        {team.id: str(team["name"]) for team in register.find(Query("team"))},
        kinds,
        states,
        judge(checks, float(register.setting("position_tolerance_m") or 0.0)),
        read_samples(register, campaign),
        len(batches),
        int(found.of(states=(ACCEPTED,)).sum()),
    )


def _grades(
    register: Register, campaign: int, found: Reconciliation, feedback: Feedback
) -> npt.NDArray[np.object_]:
    """By record the grade of the field, else of the book; blank for what was not logged."""
    where = All((Compare(CAMPAIGN, "=", campaign), Compare("state", "in", LOGGED)))
    table = register.values(RECORD, ("found", "book"), where)
    grade_of: dict[int, str] = {}
    # Thousands of records say the same words: each is read once.
    known: dict[str | None, str] = {}

    def grade(text: str | None) -> str:
        if text not in known:
            known[text] = str(told_in(text).get(GRADE) or "")
        return known[text]

    rows = zip(*(table[name].to_pylist() for name in ("fid", "found", "book")), strict=True)
    for number, (id, seen, book) in enumerate(rows):
        if number % 10_000 == 0:
            feedback.check()
            feedback.progress(number / max(1, table.num_rows))
        grade_of[id] = grade(seen) or grade(book)
    return np.array([grade_of.get(id, "") for id in found.ids.tolist()] or [], dtype=object)


def _grids(register: Register, found: Reconciliation, feedback: Feedback) -> Integers:
    """By record the grid of its target; a new one has that in which it was found."""
    grids = np.zeros(len(found), np.int64)
    keys = map(AssetKey.of_link, found.target.tolist())
    ids = np.array([0 if key is None else key.id for key in keys], np.int64)
    names = sorted(set(found.type.tolist()))
    for number, name in enumerate(names):
        feedback.check()
        feedback.progress(number / len(names))
        if name not in register.catalogue or _GRID not in register.catalogue[name]:
            continue
        table = register.values(name, (_GRID,))
        of_id = _by_id(table)
        rows = (found.type == name) & (ids > 0) & (ids < len(of_id))
        grids[rows] = of_id[ids[rows]]
    fresh = np.flatnonzero((ids == 0) & found.of("new"))
    ground = read_grids(register) if len(fresh) else None
    for first in range(0, len(fresh), _AT_ONCE):
        part = fresh[first : first + _AT_ONCE]
        records = {r.id: r for r in register.find(Query(RECORD, ids=found.ids[part].tolist()))}
        placed = [
            n for n in part.tolist() if (r := records.get(int(found.ids[n]))) and r.geometry is not None
        ]
        if placed and ground is not None:
            shapes = np.array([records[int(found.ids[n])].geometry for n in placed], dtype=object)
            grids[placed] = np.maximum(ground.at(standing(shapes)), 0)
    return grids


def _by_id(table: pa.Table) -> Integers:
    """The grid at the place of each id, 0 for none."""
    ids = table["fid"].to_numpy().astype(np.int64)
    found = np.zeros(int(ids.max()) + 1 if len(ids) else 1, np.int64)
    found[ids] = np.nan_to_num(table[_GRID].to_numpy().astype(np.float64)).astype(np.int64)
    return found


def _defects(register: Register, found: Reconciliation) -> tuple[dict[str, Counter[int]], Counter[str]]:
    # What is broken is broken, whichever record told of it.
    mine = {*found.ids.tolist(), *found.older}
    table = register.values(DEFECT, ("record", "kind", "severity", "state"))
    kinds: dict[str, Counter[int]] = defaultdict(Counter)
    states: Counter[str] = Counter()
    names = ("record", "kind", "severity", "state")
    for record, kind, severity, state in zip(*(table[n].to_pylist() for n in names), strict=True):
        if record in mine:
            kinds[kind][int(severity or 0)] += 1
            states[state] += 1
    return dict(kinds), states
