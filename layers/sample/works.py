"""Which pipes of the city were laid or are to be replaced by which project."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

import numpy as np

from layers.sample.ages import Ages
from layers.sample.draft import Draft
from layers.sample.net import LATERAL, MAIN, STUB
from layers.sample.pipes import jobs
from layers.sample.points import community_ids
from layers.sample.projects import Laid
from layers.sample.streets import Ints
from layers.sample.tables import NONE
from layers.sample.words import words

TODAY = datetime.date(2026, 10, 31)
"""The last day of which the sample city knows anything."""
FIRST_YEAR = 2021
_CONVERTED_BEFORE = 2002
_SUSPENDED, _CANCELLED = 0.05, 0.03
_SHARE_OF_OLD_ESTATES = 0.75


@dataclass
class Work:
    """One project in the making. ``new`` and ``old`` are rows of the pipe table; lengths in metres."""

    kind: str
    name: str
    programme: int
    start: datetime.date
    days: int
    is_done: bool
    road: int = NONE
    community: int = NONE
    new: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    old: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    households: int = 0
    state: str = "open"
    joint: str | None = None


def finished_works(draft: Draft, ages: Ages, year: Ints, retired: Laid) -> list[Work]:
    """Projects of the last five years, by what lies in the ground: mains by road and kilometre, old estates."""
    random = draft.random("finished works")
    spans, role, estate = draft.spans, draft.span_role, draft.span_estate
    before = ages.before[spans.path] > 0
    recent = year >= FIRST_YEAR
    job = jobs(draft)
    found: list[Work] = []
    for renewed in (True, False):
        rows = np.flatnonzero((role == MAIN) & recent & (before == renewed))
        for each in _groups(job[rows]):
            pipes = rows[each]
            road = int(draft.span_road[pipes[0]])
            kind = "renewal" if renewed else _other_kind(float(random.uniform()))
            span = spans.start[pipes].min() - 2, spans.end[pipes].max() + 2
            mine = retired.path == spans.path[pipes[0]]
            middle = (retired.start + retired.end) / 2
            old = np.flatnonzero(mine & (middle > span[0]) & (middle < span[1]) & renewed)
            work = _dated(kind, _road_name(draft, road, kind), 1 if renewed else 2, year[pipes[0]], random)
            work.new, work.old = pipes, retired.first + old
            work.road = road + 1
            work.households = int(random.integers(0, 40) * 10) if renewed else 0
            work.joint = words()["renewal"]["road_works"] if random.uniform() < 0.2 else None
            found.append(work)
    inside = (estate >= 0) & np.isin(role, [LATERAL, STUB]) & recent
    rows = np.flatnonzero(inside & (draft.estates.year[estate] < _CONVERTED_BEFORE))
    meters, homes = draft.estates.meters(), community_ids(draft)
    for each in _groups(estate[rows]):
        pipes = rows[each]
        of = int(estate[pipes[0]])
        if homes[of] == NONE:
            continue
        name = draft.estate_names[of] + words()["renewal"]["conversion"]
        work = _dated("conversion", name, NONE, year[pipes[0]], random)
        work.new, work.community, work.households = pipes, int(homes[of]), int(meters[of])
        work.joint = words()["renewal"]["street_works"] if random.uniform() < 0.3 else None
        found.append(work)
    return found


def coming_works(draft: Draft, extensions: Laid, renewing: Laid) -> list[Work]:
    """Projects under way: extensions of three pipes each, and new mains beside old ones."""
    random = draft.random("coming works")
    found = []
    road_of = draft.net.paths().road
    for first in range(0, len(extensions.path), 3):
        road = int(road_of[extensions.path[first]])
        start = TODAY - datetime.timedelta(days=int(random.integers(10, 150)))
        work = Work("new_laying", _road_name(draft, road, "extension"), 2, start, 120, False, road + 1)
        work.new = extensions.first + np.arange(first, first + 3)
        found.append(_stopped(work, float(random.uniform())))
    spans = draft.spans
    for pipes in _groups(renewing.path):
        path = int(renewing.path[pipes[0]])
        road = int(road_of[path])
        start = TODAY - datetime.timedelta(days=int(random.integers(-150, 240)))
        work = Work("renewal", _road_name(draft, road, "renewal"), 4, start, 130, False, road + 1)
        work.new = renewing.first + pipes
        within = (spans.start >= renewing.start[pipes].min() - 5) & (
            spans.end <= renewing.end[pipes].max() + 5
        )
        work.old = np.flatnonzero((spans.path == path) & (draft.span_role == MAIN) & within)
        work.households = int(random.integers(2, 40) * 10)
        work.joint = words()["renewal"]["road_works"] if random.uniform() < 0.3 else None
        found.append(_stopped(work, float(random.uniform())))
    return found


def conversions(draft: Draft, taken: set[int]) -> list[Work]:
    """Three years' programme of household-meter conversion in the old communities; of some, nothing is known yet."""
    random = draft.random("conversions")
    homes, meters = community_ids(draft), draft.estates.meters()
    found = []
    for estate in np.flatnonzero(draft.estates.year < _CONVERTED_BEFORE + 3).tolist():
        community = int(homes[estate])
        if community in (NONE, *taken) or random.uniform() > _SHARE_OF_OLD_ESTATES:
            continue
        start = TODAY + datetime.timedelta(days=int(random.integers(-150, 420)))
        name = draft.estate_names[estate] + words()["renewal"]["conversion"]
        work = Work("conversion", name, 3, start, int(random.integers(60, 120)), False)
        work.community, work.households = community, int(meters[estate])
        work.joint = words()["renewal"]["street_works"] if random.uniform() < 0.25 else None
        found.append(work)
    return found


def _other_kind(draw: float) -> str:
    names = ("new_laying", "connection", "diversion", "emergency")
    return names[int(np.searchsorted([0.72, 0.86, 0.95], draw))]


def _dated(kind: str, name: str, programme: int, year: int, random: np.random.Generator) -> Work:
    """A finished project whose pipes went into service in that year."""
    days = int(random.integers(50, 160))
    served = datetime.date(int(year), 1, 1) + datetime.timedelta(days=int(random.integers(75, 350)))
    start = served - datetime.timedelta(days=round(days * 0.85))
    return Work(kind, name, programme, start, days, True, state="completed")


def _stopped(work: Work, draw: float) -> Work:
    if draw < _CANCELLED:
        work.state = "cancelled"
    elif draw < _CANCELLED + _SUSPENDED:
        work.state = "suspended"
    return work


def _road_name(draft: Draft, road: int, kind: str) -> str:
    return str(draft.road_names[road] + words()["renewal"][kind])


def _groups(key: Ints) -> list[Ints]:
    """Positions of equal keys, keys ascending."""
    order = np.argsort(key, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(key[order])) + 1) if len(key) else []
