"""At every date each grid has exactly one primary or a gap that is listed, whatever changes hands."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layers.editing.plan import EditPlan
from layers.errors import UserError
from layers.register import Register
from layers.responsibility.book import Book
from layers.responsibility.ending import GAP, plan_ending
from layers.responsibility.gaps import gaps
from layers.responsibility.handover import duties, plan_handover
from layers.responsibility.move import Move
from layers.responsibility.person import BACKUP, CO, ONE_DAY, PRIMARY, Day
from layers.store.worker import Worker
from tests.layers.responsibility.district import book_of, build_district, day, days_between, grid

pytestmark = pytest.mark.keeps_running
FIRST, LAST = day("2024-01-01"), day("2024-03-31")

acts = st.lists(
    st.tuples(
        st.sampled_from(["hand over", "end", "leave", "appoint"]),
        st.integers(1, 8),
        st.integers(1, 9),
        st.dates(FIRST, LAST),
        st.sampled_from([None, BACKUP, CO]),
        st.booleans(),
    ),
    min_size=1,
    max_size=5,
)


@pytest.fixture(scope="module")
def district(empty_register: Path, tmp_path_factory: pytest.TempPathFactory, worker: Worker) -> Path:
    path = tmp_path_factory.mktemp("district") / "district.gpkg"
    shutil.copy(empty_register, path)
    with Register.open(path, actor="test") as register:
        register.worker = worker
        build_district(register)
    return path


@given(acts=acts)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_one_primary_or_a_listed_gap_at_every_date(
    acts: list[tuple[str, int, int, Day, str | None, bool]], district: Path, tmp_path: Path, worker: Worker
) -> None:
    path = tmp_path / "copy.gpkg"
    shutil.copy(district, path)
    with Register.open(path, actor="test") as register:
        register.worker = worker
        for act in acts:
            plan = _planned(register, *act)
            if plan is not None:
                # Outside of any try: what was planned is never refused by the guards of the register.
                with register.edit(plan.label) as edit:
                    plan.apply(edit)
            _check(book_of(register, "2024-01-01"))
    path.unlink()


def _planned(
    register: Register, act: str, number: int, person: int, when: Day, becomes: str | None, accepts: bool
) -> EditPlan | None:
    """The plan of an act; None when it makes no sense and is refused with a sentence."""
    book = book_of(register, "2024-01-01")
    held = book.primary(grid(number), when, "steward")
    try:
        if act == "appoint" or held is None:
            return plan_handover(register, [Move(None, person, target=grid(number))], when, book=book).plan
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


def _check(book: Book) -> None:
    listed = gaps(book, FIRST, LAST)
    for number in range(1, 9):
        held = book.of_target[grid(number)]
        for each in held:
            assert each.last is None or each.last >= each.first
        for date in days_between(FIRST - 2 * ONE_DAY, LAST, 7):
            primaries = [a for a in held if a.rank == PRIMARY and a.runs(date)]
            gap = [each for each in listed if each.target == grid(number) and each.covers(date)]
            assert (len(primaries), len(gap)) in ((1, 0), (0, 1)), (number, date, primaries, gap)
            everybody = [a.person for a in held if a.runs(date)]
            assert len(everybody) == len(set(everybody)), (number, date, held)
