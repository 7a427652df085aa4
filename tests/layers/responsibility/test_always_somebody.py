"""At every date each grid has exactly one primary or a gap that is listed, whatever changes hands or is divided."""

from __future__ import annotations

import datetime
import shutil
from pathlib import Path

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers.editing.plan import EditPlan
from layers.errors import UserError
from layers.grids.shaping.merging import plan_merge
from layers.grids.shaping.splitting import plan_split
from layers.model.asset import AssetKey
from layers.register import Register
from layers.responsibility.book import Book
from layers.responsibility.gaps import gaps
from layers.responsibility.handing_over.ending import GAP, plan_ending
from layers.responsibility.handing_over.handover import duties, plan_handover
from layers.responsibility.handing_over.move import Move
from layers.responsibility.handing_over.newborn import hand_over_new
from layers.responsibility.person import BACKUP, CO, PRIMARY, Day
from layers.store.worker import Worker
from tests.layers.responsibility.district import book_of, build_district, days_between

pytestmark = pytest.mark.keeps_running
TODAY = datetime.date.today()
FIRST, LAST = TODAY - datetime.timedelta(45), TODAY + datetime.timedelta(45)

act = st.tuples(
    st.sampled_from(["hand over", "end", "leave", "appoint", "split", "split and hand over", "merge"]),
    st.integers(0, 7),
    st.integers(1, 9),
    st.dates(FIRST, LAST),
    st.sampled_from([None, BACKUP, CO]),
    st.booleans(),
)
Acts = list[tuple[str, int, int, Day, str | None, bool]]


@pytest.fixture(scope="module")
def district(empty_register: Path, tmp_path_factory: pytest.TempPathFactory, worker: Worker) -> Path:
    path = tmp_path_factory.mktemp("district") / "district.gpkg"
    shutil.copy(empty_register, path)
    with Register.open(path, actor="test") as register:
        register.worker = worker
        build_district(register)
    return path


@given(acts=st.lists(act, min_size=1, max_size=5))
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_one_primary_or_a_listed_gap_at_every_date(
    acts: Acts, district: Path, tmp_path: Path, worker: Worker
) -> None:
    path = tmp_path / "copy.gpkg"
    shutil.copy(district, path)
    with Register.open(path, actor="test") as register:
        register.worker = worker
        for each in acts:
            plan = _planned(register, *each)
            if plan is not None:
                # Outside of any try: what was planned is never refused by the guards of the register.
                with register.edit(plan.label) as edit:
                    plan.apply(edit)
            _check(book_of(register, str(TODAY)))
    path.unlink()


def _planned(
    register: Register, act: str, number: int, person: int, when: Day, becomes: str | None, accepts: bool
) -> EditPlan | None:
    """The plan of an act; None when it makes no sense and is refused with a sentence."""
    book = book_of(register, str(TODAY))
    lowest = book.lowest_grids(TODAY)
    grid = AssetKey("grid", lowest[number % len(lowest)].id)
    held = book.primary(grid, when, "steward")
    try:
        if act == "merge":
            return plan_merge(register, grid.id, [lowest[person % len(lowest)].id], reason="合并")
        if act.startswith("split"):
            return _split(register, book, grid, person, when, hands_over=act != "split", upright=accepts)
        if act == "appoint" or held is None:
            return plan_handover(register, [Move(None, person, target=grid)], when, book=book).plan
        if act == "hand over":
            return plan_handover(register, [Move(held.id, person)], when, book=book, old_becomes=becomes).plan
        if act == "end":
            answers = {"successor": GAP, "gap_reason": "并入"} if accepts else {"successor": str(person)}
            return plan_ending(register, held.id, when, book=book, answers=answers)
        to = None if accepts else person
        moves = [Move(each.id, to, "暂缺") for each in duties(book, held.person, when)]
        return plan_handover(register, moves, when, book=book, leaving=held.person).plan
    except UserError:
        return None


def _split(
    register: Register, book: Book, grid: AssetKey, person: int, when: Day, *, hands_over: bool, upright: bool
) -> EditPlan:
    row = register.get(*grid)
    assert row is not None
    assert row.geometry is not None
    x0, y0, x1, y1 = row.geometry.bounds
    x, y = (x0 + x1) / 2, (y0 + y1) / 2
    line = [(x, y0 - 9), (x, y1 + 9)] if upright else [(x0 - 9, y), (x1 + 9, y)]
    plan = plan_split(register, grid.id, shapely.LineString(line))
    return hand_over_new(plan, person, max(when, TODAY), book=book) if hands_over else plan


def _check(book: Book) -> None:
    listed = gaps(book, FIRST, LAST)
    for held in book.of_target.values():
        for each in held:
            assert each.last is None or each.last >= each.first
    dates = [*days_between(FIRST, LAST, 7), TODAY, TODAY - datetime.timedelta(1)]
    for date in dates:
        for grid in book.lowest_grids(date):
            key = AssetKey("grid", grid.id)
            running = book.running(key, date, "steward")
            primaries = [a for a in running if a.rank == PRIMARY]
            gap = [each for each in listed if each.target == key and each.covers(date)]
            assert (len(primaries), len(gap)) in ((1, 0), (0, 1)), (grid, date, primaries, gap)
            everybody = [a.person for a in running]
            assert len(everybody) == len(set(everybody)), (grid, date, running)
