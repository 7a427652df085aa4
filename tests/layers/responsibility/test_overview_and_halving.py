"""The list of the desk as of a day; a grid divided with one half handed over; questions typed in one line."""

from __future__ import annotations

import datetime

import pytest
import shapely
from shapely import LineString, Point

from layers.errors import UserError
from layers.grids.ground import read_grids
from layers.grids.load.stock import read_stock
from layers.grids.load.workload import workload
from layers.model.query import Compare, Query
from layers.register import Register
from layers.responsibility.asking.question import read_question
from layers.responsibility.handing_over.halving import NEW, OLD, halve, hand_half
from layers.responsibility.handing_over.terms import Terms
from layers.responsibility.oversight.alarms import AlarmSettings, alarms
from layers.responsibility.oversight.overview import overview_of
from layers.responsibility.oversight.overview_reading import read_overview
from layers.responsibility.person import ONE_DAY
from layers.text import Message
from tests.company_settings import set_setting
from tests.layers.responsibility.district import STEWARDS, book_of, build_district, day, grid, middle

pytestmark = pytest.mark.keeps_running
MONDAY = datetime.date.today() + datetime.timedelta(days=7)
#: Runs through G03 at a third of its width: ten of its thirty meters lie west of it.
LINE = LineString([(2333, -100), (2333, 1100)])


@pytest.fixture
def manned(register: Register) -> Register:
    """The district with thirty meters of households in G03 and ten in G04."""
    build_district(register)
    with register.edit(Message("store.created")) as edit:
        for x0, count in ((2000, 30), (3000, 10)):
            for n in range(count):
                place = Point(x0 + (n + 0.5) * 1000 / count, 500)
                edit.insert("meter", {
                    "meter_no": f"{x0}-{n}", "status": "in_service", "role": "household", "geom": place,
                })  # fmt: skip
    return register


def test_one_row_for_every_grid(manned: Register) -> None:
    book, today = book_of(manned), day("2026-11-23")
    grids = read_grids(manned, today)
    bare = overview_of(grids, book, today)
    assert [row.code for row in bare.rows] == [f"G{n:02d}" for n in range(1, 9)]
    assert {row.percent for row in bare.rows} == {None}
    assert bare.households is None
    first, fifth = bare.rows[0], bare.rows[4]
    assert (first.area, first.primary.name, [p.name for p in first.backups]) == (
        "城西片区", STEWARDS[0], [STEWARDS[1]],
    )  # fmt: skip
    assert [person.name for person in fifth.others] == [STEWARDS[8]]
    assert all(shapely.contains_xy(row.shape, *row.label) for row in bare.rows)
    stock = read_stock(manned)
    loads = workload(manned, stock)
    found = alarms(book, today, AlarmSettings(), {id: load.percent for id, load in loads.items()})
    full = overview_of(grids, book, today, found, stock, loads)
    assert full.households == 40
    heavy = full.by_id[grid(3).id]
    assert heavy.is_heavy
    assert heavy.worst.kind == "load_over"
    assert full.person_loads[heavy.primary.id] >= heavy.percent
    # The company's own limits rule, in documents and styles as at the desk.
    set_setting(manned, "load_over_percent", 1000)
    assert read_overview(manned, today).overview.by_id[grid(3).id].worst.kind == "load_high"
    # Before the grids were there, there is none.
    past = day("2020-01-01")
    assert overview_of(read_grids(manned, past), book, past).by_id.get(grid(3).id) is None


@pytest.mark.parametrize("which", [NEW, OLD])
def test_a_half_goes_to_somebody_in_one_act(manned: Register, which: int) -> None:
    stock = read_stock(manned)
    loads = workload(manned, stock)
    percents = {id: load.percent for id, load in loads.items()}
    halved = halve(manned, grid(3).id, LINE, stock, loads)
    homes = [
        next(f.value for f in part if f.measure.code == "households") for part in (halved.new, halved.old)
    ]
    assert homes == [10, 20]
    # There are nine grids afterwards: the mean is smaller, every load in percent of it larger.
    whole = percents[grid(3).id] * 9 / 8
    assert halved.percent == pytest.approx(whole / 3)
    book = book_of(manned)
    seventh = next(person.id for person in book.people.values() if person.name == STEWARDS[8])
    terms = Terms(MONDAY, "backup", "供水网〔2026〕9 号")
    found = hand_half(manned, halved, which, seventh, terms, book=book, loads=percents)
    changes = {change.person.name: change for change in found.loads}
    moved = whole * (1 if which == NEW else 2) / 3
    assert changes[STEWARDS[8]].after == pytest.approx(moved)
    assert changes[STEWARDS[2]].after == pytest.approx(whole - moved)
    assert not found.has_gap
    with manned.edit(found.plan.label) as edit:
        made = found.plan.apply(edit).made[0]
    after = book_of(manned)
    # What the card says is what the list counts once it is done.
    counted = read_stock(manned)
    listed = overview_of(read_grids(manned), after, MONDAY, (), counted, workload(manned, counted))
    for change in found.loads:
        assert change.after == pytest.approx(listed.person_loads[change.person.id])
    told = listed.person_loads.values()
    assert found.mean == pytest.approx(sum(told) / len(told))
    halves = (made, grid(3))
    moments = (datetime.date.today(), MONDAY - ONE_DAY, MONDAY, MONDAY + 400 * ONE_DAY)
    for moment in moments:
        names = [
            [
                after.people[a.person].name
                for a in after.running(half, moment, "steward")
                if a.rank == "primary"
            ]
            for half in halves
        ]
        expected = [[STEWARDS[2]], [STEWARDS[2]]]
        if moment >= MONDAY:
            expected[which] = [STEWARDS[8]]
        assert names == expected
    assert manned.count(Query("meter", Compare("grid", "=", made.id))) == 10
    manned.undo()
    assert manned.count(Query("meter", Compare("grid", "=", grid(3).id))) == 30
    assert book_of(manned).assignments.keys() == book.assignments.keys()


def test_a_line_that_divides_nothing_is_refused(manned: Register) -> None:
    stock = read_stock(manned)
    with pytest.raises(UserError):
        halve(manned, grid(3).id, LineString([(-500, -500), (-400, -400)]), stock, None)
    assert halve(manned, grid(3).id, LINE, None, None).percent is None
    assert read_grids(manned).at([middle(3)])[0] == grid(3).id


@pytest.mark.parametrize(
    ("text", "what", "moment"),
    [
        ("谁负责 解放巷 27 号 2024-05-01", "解放巷 27 号", "2024-05-01"),
        ("谁负责WG-05", "WG-05", None),
        ("谁管：锦绣家园 2024-05", "锦绣家园", "2024-05-31"),
        ("who SB-000123", "SB-000123", None),
        ("Who? SB-000123 2023", "SB-000123", "2023-12-31"),
        # A number alone is what is asked about, not a year.
        ("谁负责 2024", "2024", None),
    ],
)
def test_questions_in_one_line(text: str, what: str, moment: str | None) -> None:
    question = read_question(text)
    assert question is not None
    assert question.text == what
    assert question.day == (None if moment is None else day(moment))


@pytest.mark.parametrize("text", ["", "谁负责", "whole", "wholesale 2024", "解放巷"])
def test_what_is_no_question(text: str) -> None:
    assert read_question(text) is None
