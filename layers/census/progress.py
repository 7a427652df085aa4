"""Progress of a campaign: how many a day, what is left, when it will be done at this pace, who is late."""

from __future__ import annotations

import datetime
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from layers.census.words import CANCELLED, LOGGED, RECORD
from layers.model.asset import Asset
from layers.model.query import All, Compare, Query
from layers.register import Register

Day = datetime.date
#: The pace is that of the last so many days on which anybody logged.
PACE_DAYS = 7
#: Letters of an instant up to its minute.
_MINUTE = 16


@dataclass(frozen=True)
class Logs:
    """One logged record: its day, its lot, who logged it and how long it took in seconds."""

    day: Day
    lot: int | None
    surveyor: int | None
    seconds: float | None


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

    @property
    def pace(self) -> float | None:
        """Records a day, of the last days on which there were any."""
        worked = [count for count in self.counts if count][-PACE_DAYS:]
        return sum(worked) / len(worked) if worked else None

    def forecast(self, today: Day) -> Day | None:
        """The day on which all will be logged at this pace; the last one logged when nothing is left."""
        if not self.left:
            return self.days[-1] if self.days else None
        if self.pace is None:
            return None
        days = [day for day, count in zip(self.days, self.counts, strict=True) if count][-PACE_DAYS:]
        # Days off between are days off to come.
        span = (days[-1] - days[0]).days + 1
        logged = sum([count for count in self.counts if count][-PACE_DAYS:])
        return today + datetime.timedelta(days=-(-self.left * span // logged))


@dataclass(frozen=True)
class TeamProgress:
    """What one team has done; ``pace`` per day worked, ``median_seconds`` per record as they were logged."""

    team: int | None
    planned: int
    done: int
    pace: float | None
    median_seconds: float | None
    late_lots: tuple[int, ...]


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

    @property
    def late_days(self) -> int | None:
        """How many days after its end the campaign will be done; None when nobody can tell."""
        return None if self.ends is None or self.due is None else (self.ends - self.due).days


def read_progress(register: Register, campaign: Asset, day: Day) -> Progress:
    """The progress of a campaign, read from its lots and records."""
    where = All((Compare("campaign", "=", campaign.id), Compare("state", "!=", CANCELLED)))
    table = register.values(RECORD, ("lot", "state", "surveyor", "logged_at", "seconds"), where)
    names = ("lot", "state", "surveyor", "logged_at", "seconds")
    planned: dict[int | None, int] = defaultdict(int)
    logs = []
    # Read once for each minute: thousands were logged in it.
    days: dict[str, Day] = {}
    for lot, state, surveyor, at, seconds in zip(*(table[name].to_pylist() for name in names), strict=True):
        planned[lot] += 1
        if state in LOGGED and at:
            logged = days.get(at[:_MINUTE]) or days.setdefault(at[:_MINUTE], local_day(at))
            if logged <= day:
                logs.append(Logs(logged, lot, surveyor, seconds))
    lots = register.find(Query("lot", where=Compare("campaign", "=", campaign.id)))
    return progress_of(campaign, lots, planned, logs, day)


def progress_of(
    campaign: Asset, lots: Sequence[Asset], planned: Mapping[int | None, int], logs: Sequence[Logs], day: Day
) -> Progress:
    """The same from what was read: ``planned`` counts the records of each lot."""
    curve = curve_of(logs, sum(planned.values()))
    first, due = (_day(campaign.get(name)) for name in ("from_date", "to_date"))
    expected = None
    if first is not None and due is not None and due >= first:
        share = min(1.0, max(0.0, ((day - first).days + 1) / ((due - first).days + 1)))
        expected = round(curve.planned * share)
    logged = Counter(log.lot for log in logs)
    team_of: dict[int | None, int | None] = {lot.id: lot.get("team") for lot in lots}
    teams = []
    for team in sorted({team_of.get(lot) for lot in planned}, key=lambda t: (t is None, t or 0)):
        mine = {lot for lot in planned if team_of.get(lot) == team}
        done = [log for log in logs if log.lot in mine]
        told = [log.seconds for log in done if log.seconds is not None]
        late = tuple(
            lot.id
            for lot in lots
            if lot.id in mine
            and (lot_due := _day(lot.get("due_date"))) is not None
            and lot_due < day
            and logged[lot.id] < planned[lot.id]
        )
        pace = curve_of(done, 0).pace
        count = sum(planned[lot] for lot in mine)
        teams.append(TeamProgress(team, count, len(done), pace, median(told) if told else None, late))
    return Progress(day, curve, tuple(teams), expected, curve.forecast(day), due)


def curve_of(logs: Sequence[Logs], planned: int) -> Curve:
    """Records by day, from the first day to the last without a hole."""
    if not logs:
        return Curve((), (), planned)
    counts: dict[Day, int] = defaultdict(int)
    for log in logs:
        counts[log.day] += 1
    first, last = min(counts), max(counts)
    days = tuple(first + datetime.timedelta(days=n) for n in range((last - first).days + 1))
    return Curve(days, tuple(counts[day] for day in days), planned)


def local_day(instant: str) -> Day:
    """The day on the wall on which an instant (UTC) was."""
    return datetime.datetime.fromisoformat(instant.replace("Z", "+00:00")).astimezone().date()


def _day(text: str | None) -> Day | None:
    try:
        return None if not text else datetime.date.fromisoformat(text)
    except ValueError:
        return None
