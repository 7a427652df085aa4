"""Progress: days without a hole, the pace, the day it will be done at that pace, lots that are late."""

from __future__ import annotations

import datetime
import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from layers.census.progress import Logs, curve_of, local_day, progress_of
from layers.model.asset import Asset

FIRST = datetime.date(2026, 9, 1)


def day(number: int) -> datetime.date:
    return FIRST + datetime.timedelta(days=number)


def logs(counts: dict[int, int], lot: int = 1, seconds: float = 60.0) -> Logs:
    days = [day(n).toordinal() for n, count in counts.items() for _ in range(count)]
    return Logs(np.array(days, np.int64), np.full(len(days), lot), np.full(len(days), seconds))


def both(one: Logs, other: Logs) -> Logs:
    return Logs(*(np.concatenate([getattr(one, n), getattr(other, n)]) for n in ("day", "lot", "seconds")))


def test_days_off_are_on_the_curve_and_in_the_forecast() -> None:
    curve = curve_of(logs({0: 10, 1: 20, 3: 30}), 180)
    assert curve.counts == (10, 20, 0, 30)
    assert curve.total == (10, 30, 30, 60)
    assert (curve.done, curve.left, curve.pace(day(3))) == (60, 120, 15)
    # 60 in 4 days: 120 more take 8.
    assert curve.forecast(day(3)) == day(11)
    # Work that was stopped for two months is taken for one week of rest: 60 in 12 days.
    stopped = curve_of(logs({0: 10, 1: 20, 60: 20, 63: 10}), 180)
    assert stopped.pace(day(63)) == 5
    assert stopped.forecast(day(63)) == day(63 + 24)
    # However long nobody came back: a week of rest, and then the pace of before.
    rested = curve_of(logs({0: 10, 1: 20}), 180)
    assert rested.pace(day(400)) == 30 / 9
    assert rested.forecast(day(400)) == day(400 + 45)
    # Only the last four weeks tell.
    lately = curve_of(logs(dict.fromkeys(range(40), 1) | dict.fromkeys(range(40, 68), 3)), 1000)
    assert lately.pace(day(67)) == 3
    # Who is through was as fast as on the last day of work.
    assert curve_of(logs({0: 10, 1: 20}), 30).pace(day(6)) == 15
    # So slow that the calendar ends before.
    assert curve_of(logs({0: 1}), 10**9).forecast(day(7)) == datetime.date.max
    assert curve_of(logs({}), 5).forecast(day(0)) is None
    assert curve_of(logs({0: 5}), 5).forecast(day(9)) == day(0)


@given(
    st.dictionaries(st.integers(0, 90), st.integers(1, 50), min_size=1, max_size=30),
    st.integers(0, 60),
    st.integers(1, 20),
)
def test_who_logs_more_is_never_later_and_pace_and_end_say_the_same(
    counts: dict[int, int], rest: int, more: int
) -> None:
    today = max(counts) + rest
    before = curve_of(logs(counts), 5000)
    after = curve_of(logs(counts | {today: counts.get(today, 0) + more}), 5000)
    ends, earlier = before.forecast(day(today)), after.forecast(day(today))
    assert ends is not None
    assert earlier is not None
    assert earlier <= ends
    pace = before.pace(day(today))
    assert pace is not None
    # What the table says a day, times the days that are said to be left, is what is left.
    assert (ends - day(today)).days == math.ceil(before.left / pace - 1e-9)


def test_teams_lots_and_the_plan() -> None:
    values = {"from_date": "2026-09-01", "to_date": "2026-09-10"}
    lots = [
        Asset("lot", 1, 1, {"team": 7, "due_date": "2026-09-03"}),
        Asset("lot", 2, 1, {"team": 8, "due_date": "2026-09-03"}),
        Asset("lot", 3, 1, {"team": 7, "due_date": "2026-09"}),
    ]
    done = both(logs({0: 4, 1: 6}, lot=1, seconds=30.0), logs({1: 5}, lot=2, seconds=np.nan))
    found = progress_of(Asset("campaign", 1, 1, values), lots, {1: 20, 2: 5, 3: 5, None: 10}, done, day(4))
    assert (found.curve.planned, found.curve.done, found.expected) == (40, 15, 20)
    one, two, none = found.teams
    assert (one.team, one.planned, one.done, one.pace) == (7, 25, 10, 2)
    assert (one.median_seconds, one.late_lots, one.lots) == (30, (1,), (1, 3))
    # Lot 1 was due on the third day, lot 3 on a day nobody can tell: by the tenth, the end of the campaign.
    assert (one.expected, one.ahead, one.left) == (20 + round(5 * 0.5), 10 - 22, 15)
    assert (one.due, one.ends) == (datetime.date(2026, 9, 3), day(4) + datetime.timedelta(days=8))
    assert one.late_days == 10
    # All together: 15 in five days. The second team was through on its first.
    assert (found.whole.pace, two.pace, none.pace) == (3, 5, None)
    assert (two.team, two.done, two.median_seconds, two.late_lots) == (8, 5, None, ())
    assert (none.team, none.planned, none.done) == (None, 10, 0)
    assert found.due == datetime.date(2026, 9, 10)
    assert found.ends is not None
    assert found.late_days == (found.ends - found.due).days


def test_a_day_is_that_on_the_wall() -> None:
    noon = "2026-09-01T12:00:00.000Z"
    assert local_day(noon) == datetime.datetime.fromisoformat(noon.replace("Z", "+00:00")).astimezone().date()
