"""A lot is checked by a sample nobody chose: drawn, checked by others, judged, signed off or sent back."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

import pytest
import shapely
import shapely.affinity

from layers.census.acceptance.accepting import AcceptancePlan, plan_acceptance
from layers.census.quality.inspecting import (
    CheckSeen,
    plan_check,
    plan_send_back,
    plan_sign_off,
    read_checkers,
    read_person,
)
from layers.census.quality.sampling import SampleBook, plan_next_draw, read_sample
from layers.census.report_data import read_figures
from layers.census.values import as_text
from layers.errors import UserError
from layers.model.query import Compare, Query
from layers.register import Register
from layers.reports.census.report import by_quality
from layers.text import Message
from tests.company_settings import set_setting
from tests.layers.census.one_lot import WHEN, do
from tests.layers.store.conftest import NewPlace

pytestmark = pytest.mark.keeps_running

DAY = datetime.date(2026, 11, 20)
LOGGED = "2026-11-18T08:00:00.000Z"


@dataclass(frozen=True)
class Scene:
    campaign: int
    lot: int
    surveyor: int
    mate: int
    checker: int

    def book(self, register: Register) -> SampleBook:
        campaign, lot = register.get("campaign", self.campaign), register.get("lot", self.lot)
        assert campaign is not None
        assert lot is not None
        return read_sample(register, campaign, lot)


def scene(register: Register, records: int, percent: float = 5.0) -> Scene:
    """A lot whose records were all logged by one of a team of two, as the book has them."""
    with register.edit(Message("store.created")) as edit:
        team, other = edit.insert("team", {"name": "普查一组"}), edit.insert("team", {"name": "质检组"})
        people = [edit.insert("person", {"name": name, "team": team}) for name in ("周大江", "吴小河")]
        checker = edit.insert("person", {"name": "林工", "team": other})
        campaign = edit.insert("campaign", {
            "name": "消火栓普查", "types": "hydrant", "state": "open", "form": '{"hydrant": ["feed_dn"]}',
            "form_version": 1, "seed": 20261101, "sample_percent": percent,
        })  # fmt: skip
        lot = edit.insert("lot", {"campaign": campaign, "name": "学府片", "team": team, "state": "back"})
        for number in range(records):
            place = shapely.Point(10 * number, 0)
            kind = "below" if number < 4 else "above"
            values = {
                "code": f"H{number}",
                "status": "in_service",
                "hydrant_type": kind,
                "feed_dn": 100,
                "geom": place,
            }
            hydrant = edit.insert("hydrant", values)
            edit.insert("census_record", {
                "campaign": campaign, "lot": lot, "target": f"hydrant:{hydrant}", "target_type": "hydrant",
                "state": "visited", "outcome": "found", "found": as_text({"feed_dn": 100}), "geom": place,
                "book": as_text({"feed_dn": 100}), "surveyor": people[0], "logged_at": LOGGED, "sequence": number,
            })  # fmt: skip
    return Scene(campaign, lot, *people, checker)


def check_all(register: Register, scene: Scene, wrong: int, dug_off_m: float = 0.2) -> None:
    """Do every open check; the first ones of those surveyed again find another size."""
    book = scene.book(register)
    left = wrong
    with register.edit(Message("store.created")) as edit:
        for row in book.undone:
            is_wrong = row.kind == "resurvey" and left > 0
            left -= is_wrong
            assert row.record.geometry is not None
            off = dug_off_m if row.kind == "excavation" else 0.1
            place = shapely.affinity.translate(row.record.geometry, off)
            seen = CheckSeen("found", {"feed_dn": 150 if is_wrong else 100}, place, scene.checker)
            plan_check(register, book, row, seen, DAY).apply(edit)


def acceptance(register: Register, scene: Scene) -> AcceptancePlan:
    """What accepting all of the lot would do."""
    records = register.find(Query("census_record"))
    return plan_acceptance(register, scene.book(register).campaign, [record.id for record in records])


def held(register: Register, scene: Scene) -> str:
    """Why nothing of it is accepted."""
    with pytest.raises(UserError) as refused:
        acceptance(register, scene)
    why = refused.value.title.parameters["why"]
    assert isinstance(why, Message)
    return why.id


def refusal(register: Register, scene: Scene, what: str, actor: int | None = None) -> str:
    book = scene.book(register)
    make = {
        "draw": lambda: plan_next_draw(register, book, actor),
        "sign": lambda: plan_sign_off(register, book, WHEN, "林工", actor, ""),
        "back": lambda: plan_send_back(register, book, ""),
    }[what]
    with pytest.raises(UserError) as refused:
        make()
    return refused.value.title.id


def test_drawn_checked_and_signed_off(new_place: NewPlace) -> None:
    with new_place().open() as register:
        its = scene(register, 24)
        assert its.book(register).standing == "not_drawn"
        assert refusal(register, its, "sign") == "quality.not_drawn"
        assert refusal(register, its, "draw", its.surveyor) == "quality.own_team"
        assert refusal(register, its, "draw", its.mate) == "quality.own_team"
        do(register, plan_next_draw(register, its.book(register), its.checker))
        book = its.book(register)
        assert sorted(row.kind for row in book.rows) == ["excavation"] * 3 + ["resurvey"] * 2
        assert {row.code for row in book.rows if row.kind == "excavation"} < {"H0", "H1", "H2", "H3"}
        assert (book.standing, refusal(register, its, "draw")) == ("open", "quality.checks_open")
        # Undone and drawn again it is the same sample: nobody can draw until it suits.
        drawn = [(row.kind, row.code) for row in book.rows]
        register.undo()
        do(register, plan_next_draw(register, its.book(register), None))
        assert [(row.kind, row.code) for row in its.book(register).rows] == drawn

        assert refusal(register, its, "sign", its.checker) == "quality.checks_open"
        check_all(register, its, wrong=0)
        book = its.book(register)
        assert (book.standing, book.whole.checked, book.whole.over) == ("passes", 5, ())
        assert book.quality["excavation"].mean_error_m == pytest.approx(0.2 / 2**0.5)
        assert refusal(register, its, "sign", its.surveyor) == "quality.own_team"
        unsigned = acceptance(register, its)
        assert (unsigned.unsigned, unsigned.unsigned_lots) == (24, ("学府片",))
        with pytest.raises(UserError) as refused, register.edit(unsigned.label) as edit:
            unsigned.apply(edit, WHEN, "林工", " ")
        assert refused.value.title.id == "census.unsigned_reason"
        set_setting(register, "accept_signed_only", True)
        assert held(register, its) == "census.held_unsigned"
        word = plan_sign_off(register, book, WHEN, "林工", its.checker, " 可以入账 ")
        with register.edit(word.label) as edit:
            word.apply(edit, "林工")
        signed = acceptance(register, its)
        assert (signed.unsigned, [figure.id for figure in signed.figures]) == (0, ["census.accept_records"])
        lot = register.get("lot", its.lot)
        assert lot is not None
        assert (lot["state"], lot["checked_by"], lot["check_note"]) == ("checked", "林工", "可以入账")
        assert register.count(Query("census_record", Compare("state", "=", "checked"))) == 24
        assert refusal(register, its, "draw") == "quality.signed_already"
        register.undo()
        lot = register.get("lot", its.lot)
        assert lot is not None
        assert (lot["state"], lot["checked_by"]) == ("back", None)
        assert register.count(Query("census_record", Compare("state", "=", "visited"))) == 24


def test_twice_as_many_again_then_back_and_a_new_round(register: Register) -> None:
    its = scene(register, 40, percent=20.0)
    do(register, plan_next_draw(register, its.book(register), None))
    check_all(register, its, wrong=1)
    book = its.book(register)
    assert (len(book.rows), book.standing) == (11, "draw_again")
    assert refusal(register, its, "sign", its.checker) == "quality.must_draw_again"
    do(register, plan_next_draw(register, book, None))
    book = its.book(register)
    assert [row.kind for row in book.undone] == ["resurvey"] * 16
    assert len({row.record.id for row in book.running if row.kind == "resurvey"}) == 24
    check_all(register, its, wrong=6)
    book = its.book(register)
    assert (book.standing, len(book.quality["resurvey"].over)) == ("fails", 7)
    assert held(register, its) == "census.held_failed"
    assert refusal(register, its, "sign", its.checker) == "quality.must_go_back"
    assert refusal(register, its, "draw") == "quality.send_back_first"
    assert refusal(register, its, "back") == "census.reason_missing"

    word = plan_send_back(register, book, "口径多处不符")
    with register.edit(word.label) as edit:
        word.apply(edit, "林工")
    assert register.count(Query("census_record", Compare("state", "=", "visit_again"))) == 40
    assert refusal(register, its, "draw") == "quality.nothing_logged"
    # Surveyed anew: what was found before is history, the sample is another one.
    with register.edit(Message("store.created")) as edit:
        ids = [record.id for record in register.find(Query("census_record"))]
        edit.update_many("census_record", ids, {"state": "visited", "logged_at": "2026-11-21T08:00:00.000Z"})
    do(register, plan_next_draw(register, its.book(register), None))
    book = its.book(register)
    assert (book.round, book.standing, len(book.running)) == (2, "open", 11)
    assert {row.check["draw"] for row in book.running} == {3}
    check_all(register, its, wrong=0)
    assert its.book(register).standing == "passes"


def test_more_logged_since_needs_more_checks(register: Register) -> None:
    its = scene(register, 20)
    with register.edit(Message("store.created")) as edit:
        late = [record.id for record in register.find(Query("census_record"))][4:]
        edit.update_many("census_record", late, {"state": "planned"})
    do(register, plan_next_draw(register, its.book(register), None))
    check_all(register, its, wrong=0)
    assert refusal(register, its, "sign", its.checker) == "quality.not_all_logged"
    with register.edit(Message("store.created")) as edit:
        edit.update_many("census_record", late, {"state": "visited"})
        campaign = register.get("campaign", its.campaign)
        assert campaign is not None
        edit.update("campaign", campaign.id, campaign.version, {"sample_percent": 10.0})
    assert refusal(register, its, "sign", its.checker) == "quality.sample_small"
    do(register, plan_next_draw(register, its.book(register), None))
    assert [row.kind for row in its.book(register).undone] == ["resurvey"]


def test_one_wrong_of_all_there_is_fails(register: Register) -> None:
    its = scene(register, 1)
    do(register, plan_next_draw(register, its.book(register), None))
    check_all(register, its, wrong=1)
    book = its.book(register)
    assert book.quality["resurvey"].verdict == "draw_again"
    assert book.standing == "fails"


@pytest.mark.parametrize(
    ("seen", "why"),
    [
        (CheckSeen("found"), "quality.no_checker"),
        (CheckSeen("found", checker=2), "quality.own_team"),
        (CheckSeen("inaccessible", checker=3), "census.why_not"),
        (CheckSeen("found", {"feed_dn": 100}, checker=3), "quality.dug_without_place"),
    ],
)
def test_checks_that_cannot_be(register: Register, seen: CheckSeen, why: str) -> None:
    its = scene(register, 4)
    assert (its.mate, its.checker) == (2, 3)
    book = its.book(register)
    do(register, plan_next_draw(register, book, None))
    book = its.book(register)
    row = next(row for row in book.rows if row.kind == "excavation")
    with pytest.raises(UserError) as refused:
        plan_check(register, book, row, seen, DAY)
    assert refused.value.title.id == why


def test_nothing_is_dug_for_where_nothing_was_found(register: Register) -> None:
    its = scene(register, 8)
    first, second, *rest = its.book(register).hidden
    assert len(rest) == 2
    with register.edit(Message("store.created")) as edit:
        edit.update_many("census_record", [first], {"outcome": "not_found", "found": None})
        edit.update_many("census_record", [second], {"outcome": "inaccessible", "found": None})
    book = its.book(register)
    assert book.hidden == tuple(rest)
    assert {first, second} < set(book.logged)


def test_what_the_team_missed_is_wrong(register: Register) -> None:
    its = scene(register, 4)
    do(register, plan_next_draw(register, its.book(register), None))
    with register.edit(Message("store.created")) as edit:
        ids = [record.id for record in register.find(Query("census_record"))]
        edit.update_many("census_record", ids, {"outcome": "not_found", "found": None})
    book = its.book(register)
    first, second = book.rows[:2]
    seen = CheckSeen("found", {"feed_dn": 150}, shapely.Point(0, 0), its.checker)
    do(register, plan_check(register, book, first, seen, DAY))
    do(register, plan_check(register, book, second, CheckSeen("not_found", checker=its.checker), DAY))
    one, two = (row.check for row in its.book(register).rows[:2])
    assert (one["differing"], one["differences"], one["distance_m"], one["result"]) == (
        "outcome",
        1,
        None,
        "wrong",
    )
    assert (two["differing"], two["differences"], two["result"]) == (None, 0, "right")
    assert read_person(register, "林工") == its.checker
    assert read_checkers(register, book) == ((its.checker, "林工"),)


def test_over_the_whole_campaign(register: Register) -> None:
    its = scene(register, 10)
    campaign = register.get("campaign", its.campaign)
    assert campaign is not None
    do(register, plan_next_draw(register, read_sample(register, campaign, None), None))
    book = read_sample(register, campaign, None)
    assert len(book.rows) == 4
    assert its.book(register).rows == ()
    for row in book.rows:
        seen = CheckSeen("found", {"feed_dn": 100}, row.record.geometry, its.checker)
        do(register, plan_check(register, book, row, seen, DAY))
    book = read_sample(register, campaign, None)
    word = plan_sign_off(register, book, WHEN, "林工", its.checker, "")
    with register.edit(word.label) as edit:
        word.apply(edit, "林工")
    assert [lot["state"] for lot in register.find(Query("lot"))] == ["checked"]
    # The report says so.
    rows = by_quality(read_figures(register, campaign, DAY)).rows
    assert [row.cells[2:6] for row in rows] == [(1.0, 1.0, 0.0, 0.0), (3.0, 3.0, 0.0, 0.0)]
    assert {(row.cells[8], row.cells[9]) for row in rows} == {(Message("quality.standing.passes"), "林工")}
