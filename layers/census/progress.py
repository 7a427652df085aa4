"""Progress of a campaign: how many a day, what is left, when it will be done at this pace, who is late."""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from layers.census.counting import outdone
from layers.census.words import CANCELLED, LOGGED, LOT, NEW, RECORD
from layers.geometry.packed import Floats, Integers
from layers.model.asset import Asset
from layers.model.query import All, Compare, Query
from layers.register import Register

Day = datetime.date
#: The pace is that of the last so many days of the calendar.
PACE_DAYS = 28
#: Of the days between two on which anybody logged no more than so many count: a longer break comes once.
LONGEST_REST = 7
#: Letters of an instant up to its minute.
_MINUTE = 16
#: A clock that says an earlier day was never set, as one that is so far ahead of today.
_EARLIEST, _AHEAD = datetime.date(2015, 1, 1), datetime.timedelta(days=800)


@dataclass(frozen=True, eq=False)
class Logs:
    """Logged records side by side: day (``date.toordinal``), lot (0: none) and seconds taken (NaN: nobody said)."""

    day: Integers
    lot: Integers
    seconds: Floats

    def __len__(self) -> int:
        return len(self.day)

    def take(self, chosen: npt.NDArray[np.bool_]) -> Logs:
        """Some of them."""
        return Logs(self.day[chosen], self.lot[chosen], self.seconds[chosen])


@dataclass(frozen=True)
class Curve:
    """``days`` in order with ``counts`` logged on each, ``total`` up to each; ``planned``: the targets."""

    days: tuple[Day, ...]
    counts: tuple[int, ...]
    planned: int

    @property
    def total(self) -> tuple[int, ...]:
        done, found = 0, []
        for count in self.counts:
            done += count
            found.append(done)
        return tuple(found)

    @property
    def done(self) -> int:
        return sum(self.counts)

    @property
    def left(self) -> int:
        return max(0, self.planned - self.done)

    def pace(self, today: Day) -> float | None:
        """Records a day of the calendar, days off included, in the last ``PACE_DAYS`` or since the first record.

        Of a break no more than ``LONGEST_REST`` days count. Who logs more today is never said to be done later: the
        days looked at do not depend on what was logged today.
        """
        logged, days = self._lately(today)
        return logged / days if logged else None

    def forecast(self, today: Day) -> Day | None:
        """The day on which all will be logged at this pace; the last one logged when nothing is left."""
        if not self.left:
            return self.days[-1] if self.days else None
        logged, days = self._lately(today)
        if not logged:
            return None
        needed = -(-self.left * days // logged)
        return today + datetime.timedelta(days=min(needed, (Day.max - today).days))

    def _lately(self, today: Day) -> tuple[int, int]:
        """How many records were logged of late, and in how many days that count."""
        # Who is through does not work more slowly with every day.
        logged, age, later = 0, 0, today if self.left or not self.days else self.days[-1]
        for day, count in zip(reversed(self.days), reversed(self.counts), strict=True):
            if not count:
                continue
            age += min(max((later - day).days, 0), LONGEST_REST)
            if age >= PACE_DAYS:
                return logged, PACE_DAYS
            logged, later = logged + count, day
        return logged, age + 1


@dataclass(frozen=True)
class TeamProgress:
    """What one team has done of its own lots; ``pace`` as ``Curve`` has it, ``median_seconds`` per record as logged.

    ``expected``: how many its own due dates ask for by now, None where its lots have none; ``ends``: when it will
    be through at its pace; ``due``: the last day any of its lots is due.
    """

    team: int | None
    lots: tuple[int, ...]
    curve: Curve
    median_seconds: float | None
    late_lots: tuple[int, ...]
    expected: int | None = None
    ends: Day | None = None
    due: Day | None = None
    new: int = 0
    """Found beyond the book: beside what was planned, and no part of what is done."""
    pace: float | None = None

    @property
    def planned(self) -> int:
        return self.curve.planned

    @property
    def done(self) -> int:
        return self.curve.done

    @property
    def left(self) -> int:
        return self.curve.left

    @property
    def ahead(self) -> int | None:
        """How many it is ahead of its own plan; behind is below 0."""
        return None if self.expected is None else self.done - self.expected

    @property
    def late_days(self) -> int | None:
        """How many days after its last due date it will be through; None when nobody can tell."""
        return None if self.ends is None or self.due is None else (self.ends - self.due).days


@dataclass(frozen=True)
class Progress:
    """A campaign as a whole and by team, on a day."""

    day: Day
    curve: Curve
    teams: tuple[TeamProgress, ...]
    expected: int | None
    """How many should be logged by now if they were spread evenly over the campaign's days; None without dates."""
    ends: Day | None = None
    """When all will be logged at this pace."""
    due: Day | None = None
    median_seconds: float | None = None

    @property
    def late_days(self) -> int | None:
        """How many days after its end the campaign will be done; None when nobody can tell."""
        return None if self.ends is None or self.due is None else (self.ends - self.due).days

    @property
    def whole(self) -> TeamProgress:
        """All teams together, as one is told."""
        lots = sorted(id for team in self.teams for id in team.lots)
        late = sorted(id for team in self.teams for id in team.late_lots)
        return TeamProgress(
            None,
            tuple(lots),
            self.curve,
            self.median_seconds,
            tuple(late),
            self.expected,
            self.ends,
            self.due,
            self.new,
            self.curve.pace(self.day),
        )

    @property
    def new(self) -> int:
        """How many were found beyond the book."""
        return sum(team.new for team in self.teams)

    def of_team(self, team: TeamProgress) -> Progress:
        """The progress of one team, as that of the campaign is told."""
        return Progress(
            self.day, team.curve, (team,), team.expected, team.ends, team.due, team.median_seconds
        )


def read_progress(register: Register, campaign: Asset, day: Day) -> Progress:
    """The progress of a campaign, read from its lots and records: of the targets of the book, new ones beside it."""
    where = All((Compare("campaign", "=", campaign.id), Compare("state", "!=", CANCELLED)))
    table = register.packed(RECORD, ("target", "lot", "state", "outcome", "logged_at", "seconds"), where)
    older = outdone(register, table)
    if len(older):
        table = table.filter(pa.array(~np.isin(table["fid"].to_numpy(), older)))
    lot = table["lot"].combine_chunks().fill_null(0).to_numpy().astype(np.int64)
    is_new = pc.is_in(table["outcome"], pa.array((NEW,)))
    beyond = is_new.combine_chunks().to_numpy(zero_copy_only=False).astype(bool)
    ids, at = np.unique(lot, return_inverse=True)
    planned, new = (
        {(id or None): count for id, count in zip(ids.tolist(), counts.tolist(), strict=True)}
        for counts in (np.bincount(at.ravel()[each], minlength=len(ids)) for each in (~beyond, beyond))
    )
    is_logged = pc.and_(pc.is_in(table["state"], pa.array(LOGGED)), pc.is_valid(table["logged_at"]))
    is_logged = pc.and_(is_logged, pc.invert(is_new))
    chosen = is_logged.combine_chunks().to_numpy(zero_copy_only=False)
    seconds = table["seconds"].combine_chunks().cast(pa.float64()).to_numpy(zero_copy_only=False)
    found = Logs(_days(table["logged_at"].filter(is_logged)), lot[chosen], seconds[chosen])
    lots = register.find(Query(LOT, where=Compare("campaign", "=", campaign.id)))
    return progress_of(campaign, lots, planned, found.take(found.day <= day.toordinal()), day, new)


def progress_of(
    campaign: Asset,
    lots: Sequence[Asset],
    planned: Mapping[int | None, int],
    logs: Logs,
    day: Day,
    new: Mapping[int | None, int] | None = None,
) -> Progress:
    """The same from what was read: ``planned`` counts the targets of each lot, ``new`` what it has beyond the book."""
    curve = curve_of(logs, sum(planned.values()))
    first, due = (day_of(campaign.get(name)) for name in ("from_date", "to_date"))
    its = {lot.id: lot for lot in lots}
    team_of: dict[int | None, int | None] = {lot.id: lot.get("team") for lot in lots}
    mine: dict[int | None, list[int]] = defaultdict(list)
    for id in planned:
        mine[team_of.get(id)].append(id or 0)
    known, place, counts = np.unique(logs.lot, return_inverse=True, return_counts=True)
    done_of = dict(zip(known.tolist(), counts.tolist(), strict=True))
    team_at = np.array([team_of.get(id) or 0 for id in known.tolist()], np.int64)[place.ravel()]
    teams = []
    for team in sorted(mine, key=lambda t: (t is None, t or 0)):
        done = logs.take(team_at == (team or 0))
        told = done.seconds[np.isfinite(done.seconds)]
        dues = {id: day_of(its[id].get("due_date")) for id in mine[team] if id in its}
        late = tuple(
            id for id in sorted(dues) if _is_before(dues[id], day) and done_of.get(id, 0) < planned[id]
        )
        own = curve_of(done, sum(planned[id or None] for id in mine[team]))
        asked = [
            planned[id] * share
            for id, its_due in dues.items()
            if (share := _share(day_of(its[id].get("sent_date")) or first, its_due or due, day)) is not None
        ]
        teams.append(
            TeamProgress(
                team,
                tuple(sorted(mine[team])),
                own,
                float(np.median(told)) if len(told) else None,
                late,
                round(sum(asked)) if asked else None,
                own.forecast(day),
                max((its_due for its_due in dues.values() if its_due is not None), default=due),
                sum((new or {}).get(id or None, 0) for id in mine[team]),
                own.pace(day),
            )
        )
    share = _share(first, due, day)
    expected = None if share is None else round(curve.planned * share)
    told = logs.seconds[np.isfinite(logs.seconds)]
    middle = float(np.median(told)) if len(told) else None
    return Progress(day, curve, tuple(teams), expected, curve.forecast(day), due, middle)


def curve_of(logs: Logs, planned: int) -> Curve:
    """Records by day, from the first day to the last without a hole."""
    if not len(logs):
        return Curve((), (), planned)
    first = int(logs.day.min())
    counts = np.bincount(logs.day - first)
    days = tuple(datetime.date.fromordinal(first + n) for n in range(len(counts)))
    return Curve(days, tuple(counts.tolist()), planned)


def local_day(instant: str) -> Day:
    """The day on the wall on which an instant (UTC) was."""
    return datetime.datetime.fromisoformat(instant.replace("Z", "+00:00")).astimezone().date()


def day_of(text: str | None) -> Day | None:
    """The day that a date names; None for one that is less exact."""
    try:
        return None if not text else datetime.date.fromisoformat(text)
    except ValueError:
        return None


def _days(instants: pa.ChunkedArray) -> Integers:
    """The day on the wall of each instant."""
    # Read once for each minute: thousands were logged in it.
    minutes = pc.utf8_slice_codeunits(instants, 0, _MINUTE).combine_chunks().dictionary_encode()
    days = np.array([_plausible(f"{text}Z") for text in minutes.dictionary.to_pylist()], np.int64)
    if not len(days):
        return np.zeros(0, np.int64)
    # What a clock that was never set says is no day: it counts with the last that is one.
    days[days == 0] = days.max() or datetime.date.today().toordinal()
    told: Integers = days[minutes.indices.to_numpy(zero_copy_only=False)]
    return told


def _plausible(instant: str) -> int:
    """The ordinal of an instant's day; 0 for none, or one long before this program and long after today."""
    try:
        day = local_day(instant)
    except (ValueError, OverflowError):
        return 0
    is_known = _EARLIEST <= day <= datetime.date.today() + _AHEAD
    return day.toordinal() if is_known else 0


def _is_before(due: Day | None, day: Day) -> bool:
    return due is not None and due < day


def _share(first: Day | None, due: Day | None, day: Day) -> float | None:
    """Which share of the days from the first to the last is over; None where they are not known."""
    if first is None or due is None or due < first:
        return None
    return min(1.0, max(0.0, ((day - first).days + 1) / ((due - first).days + 1)))
