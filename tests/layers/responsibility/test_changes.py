"""What follows from the book: grids of the past, absences, endings, new halves, a calendar."""

from __future__ import annotations

import dataclasses
import datetime

import pytest
import shapely
from shapely import LineString

from layers.editing.plan import Born, EditPlan, Insert
from layers.errors import UserError
from layers.model.asset import AssetKey
from layers.register import Register
from layers.responsibility.asking.enquiry import Enquiry
from layers.responsibility.asking.history import spans
from layers.responsibility.handing_over.ending import plan_ending
from layers.responsibility.handing_over.handover import plan_handover, successors
from layers.responsibility.handing_over.move import Move
from layers.responsibility.handing_over.newborn import hand_over_new
from layers.responsibility.oversight.alarms import AlarmSettings, alarms
from layers.responsibility.oversight.calendar import calendar
from layers.text import LANGUAGES, Message, Texts
from tests.layers.responsibility.district import (
    book_of,
    build_accounts,
    build_district,
    day,
    give,
    grid,
    middle,
)

pytestmark = pytest.mark.keeps_running
TODAY = datetime.date.today()
FIRST = day("2020-01-01")


@pytest.fixture
def district(register: Register) -> Register:
    build_district(register)
    return register


def test_alarms_say_who_is_away_gone_or_about_to_end(district: Register) -> None:
    with district.edit(Message("store.created")) as edit:
        away = {"kind": "leave", "from_date": "2026-06-01", "to_date": "2026-06-14"}
        edit.insert("absence", {"person": 1, "stand_in": 9, **away})
        edit.insert("absence", {"person": 3, **away})
        edit.insert("absence", {"person": 4, **away})
        edit.update("person", 5, 1, {"left_date": "2026-06-01"})
        book = book_of(district)
        for number, change in ((7, {"to_date": "2026-06-20"}), (8, {"to_date": "2026-05-31"})):
            held = book.primary(grid(number), day("2026-05-01"), "steward")
            assert held is not None
            edit.update("assignment", held.id, 1, change)
    book, when = book_of(district), day("2026-06-10")
    loads = {grid(n).id: load for n, load in ((1, 128.0), (2, 112.0), (3, 50.0))}
    found = alarms(book, when, AlarmSettings(), loads)
    told = {(alarm.kind, alarm.target.id - 2) for alarm in found}
    assert told == {
        ("primary_absent", 1), ("primary_absent", 3), ("primary_absent", 4), ("person_left", 5), ("person_left", 4),
        ("expiring", 7), ("expired", 8), ("load_over", 1), ("load_high", 2), ("load_low", 3),
    }  # fmt: skip
    worst = {(a.kind, a.target.id - 2) for a in found if a.severity == "danger"}
    # The backup of the third is the fourth, who is away too.
    assert worst == {
        ("primary_absent", 3),
        ("primary_absent", 4),
        ("person_left", 5),
        ("expired", 8),
        ("load_over", 1),
    }
    for language in LANGUAGES:
        texts = Texts(language)
        assert all(
            "{" not in texts.render(m) and "duty." not in texts.render(m)
            for a in found
            for m in (a.short, a.words)
        )
    answer = Enquiry(district, book).who(text="G01", day=when)
    assert answer.main is not None
    assert (answer.main.is_there, answer.main.stand_in) == (False, book.people[9])
    assert [step.kind for step in answer.escalation] == ["primary", "stand_in", "backup", "team_leader"]
    entries = calendar(book, day("2026-05-31"), day("2026-06-15"))
    assert [(str(e.day), e.kind, e.person) for e in entries] == [
        ("2026-05-31", "ends", 8), ("2026-06-01", "absence", 1), ("2026-06-01", "absence", 3),
        ("2026-06-01", "absence", 4), ("2026-06-01", "left", 5), ("2026-06-15", "back", 1),
        ("2026-06-15", "back", 3), ("2026-06-15", "back", 4),
    ]  # fmt: skip
    assert all(Texts("en").render(entry.words) for entry in entries)


def test_an_ending_asks_who_follows_or_why_nobody_does(district: Register) -> None:
    book = book_of(district)
    held = book.primary(grid(1), TODAY, "steward")
    assert held is not None
    asked = plan_ending(district, held.id, TODAY)
    assert [question.name for question in asked.questions] == ["successor"]
    assert [choice.value for choice in asked.questions[0].choices][:2] == ["2", "9"]
    assert successors(book, grid(1), "steward", TODAY)[0] == 2
    reason = plan_ending(district, held.id, TODAY, answers={"successor": "gap"})
    assert [entry.name for entry in reason.entries] == ["gap_reason"]
    assert [question.preferred for question in reason.questions] == ["gap"]
    accepted = plan_ending(district, held.id, TODAY, answers={"successor": "gap", "gap_reason": "并入"})
    assert [update.values["gap_reason"] for update in accepted.updates] == ["并入"]
    done = plan_ending(district, held.id, TODAY, answers={"successor": "2"})
    assert [insert.values["person"] for insert in done.inserts] == [2]
    backup = book.running(grid(1), TODAY)[1]
    assert not plan_ending(district, backup.id, TODAY).questions
    with pytest.raises(UserError):
        plan_ending(district, held.id, day("2020-01-01"))
    for wrong in (Move(held.id, held.person), Move(None, 2, target=grid(1)), Move(99_999, 2)):
        with pytest.raises(UserError):
            plan_handover(district, [wrong], TODAY)


def test_the_new_half_of_a_split_goes_to_somebody_else_in_the_same_act(district: Register) -> None:
    book, monday = book_of(district), TODAY + datetime.timedelta(7)
    x = middle(1)[0]
    half = {
        "code": "G09",
        "name": "新半",
        "level": "grid",
        "parent": 1,
        "valid_from": str(TODAY),
        "replaces": 3,
    }
    copied = [
        Insert("assignment", {
            "person": a.person, "role": a.role, "rank": a.rank, "target": Born(0), "from_date": str(TODAY),
        })
        for a in book.running(grid(1), TODAY)
    ]  # fmt: skip
    new = Insert("grid", {**half, "geom": shapely.box(x, 0, 1000, 1000)})
    split = EditPlan(Message("store.created"), (new, *copied))
    plan = hand_over_new(split, 2, monday, book=book, old_becomes="backup", document="供水网〔2026〕9 号")
    with district.edit(plan.label) as edit:
        made = plan.apply(edit).made
    after = book_of(district)
    target = made[0]
    told = [(a.person, a.rank, a.first == monday, a.last is None) for a in after.of_target[target]]
    assert told == [
        (1, "primary", False, False),
        (2, "backup", False, False),
        (2, "primary", True, True),
        (1, "backup", True, True),
    ]
    with pytest.raises(UserError):
        hand_over_new(split, 1, monday, book=book)
    assert district.undo() is not None
    assert target not in book_of(district).of_target


def test_people_can_be_masked_for_who_may_not_see_them(district: Register) -> None:
    book = book_of(district).masked(name=lambda name: name[:1] + "**", phone=lambda phone: phone[:3] + "****")
    answer = Enquiry(district, book).who(text="G01")
    assert answer.main is not None
    assert (answer.main.name, answer.main.phone) == ("周**", "139****")


def test_a_road_goes_through_grids(district: Register) -> None:
    with district.edit(Message("store.created")) as edit:
        edit.insert("road", {"code": "DL-1", "name": "长街", "geom": LineString([(100, 500), (2600, 500)])})
        edit.insert("road", {"code": "DL-2", "name": "短巷", "geom": LineString([(100, 500), (600, 500)])})
    enquiry = Enquiry(district, book_of(district))
    answer = enquiry.who(text="长街")
    # It is answered for its middle, and the other grids are told.
    assert answer.grids[0].code == "G02"
    assert [other.label[:3] for other in answer.others] == ["G01", "G03"]
    assert "G01" in Texts("zh").render(answer.notes[0])
    assert enquiry.who(text="短巷").notes == ()


def test_a_visit_keeps_the_contact_of_its_day(district: Register) -> None:
    (account,), _ = build_accounts(district, enterprises=1, staff=2)
    contact = AssetKey("customer", account)
    with district.edit(Message("store.created")) as edit:
        values = {"customer": account, "visit_date": "2024-05-10", "person": 9}
        visit = AssetKey("account_visit", edit.insert("account_visit", values))
    held = book_of(district).primary(contact, TODAY, "account")
    assert held is not None
    second = next(p.id for p in book_of(district).people.values() if p.name == "经理1")
    with district.edit(Message("store.created")) as edit:
        plan_handover(district, [Move(held.id, second)], day("2024-05-15")).plan.apply(edit)
    enquiry = Enquiry(district, book_of(district))
    assert enquiry.who(asset=AssetKey("assignment", 1)).grids[0].code == "G01"
    told = [enquiry.who(asset=visit).main, enquiry.who(asset=contact).main]
    assert [each.name for each in told if each is not None] == ["经理0", "经理1"]
    assert enquiry.who(asset=visit).day == day("2024-05-10")


def test_nonsense_of_other_programs_ends_in_an_answer(district: Register) -> None:
    with district.edit(Message("store.created")) as edit:
        for number in (3, 4):
            row = district.get("grid", number)
            assert row is not None
            edit.update("grid", number, row.version, {"valid_to": "2022-12-31"})
        held = district.get("assignment", 2)
        assert held is not None
        edit.update("assignment", 2, held.version, {"from_date": "2021", "to_date": "202X"})
    book = book_of(district)
    # Each is part of the other and replaces it; a link names a person and a type nobody knows.
    circle = {
        one: dataclasses.replace(book.grids[one], parent=other, replaces=other, replaced_by=other)
        for one, other in ((3, 4), (4, 3))
    }
    book = dataclasses.replace(book, grids={**book.grids, **circle})
    wild = dataclasses.replace(
        book,
        people={id: person for id, person in book.people.items() if id != 1},
        assignments={
            **book.assignments,
            999: dataclasses.replace(book.assignments[2], id=999, target=AssetKey("moon", 1)),
        },
    )
    for known in (book, wild):
        enquiry = Enquiry(district, known)
        for text in ("G01", "G02"):
            answer = enquiry.who(text=text, day=day("2023-06-01"))
            assert answer.grids == ()
            assert [note.id for note in answer.notes] == ["duty.note.no_grid_then"]
        assert enquiry.who(text="G01", day=day("2022-06-01")).grids[0].code == "G01"
        # Somebody who is not in the book any more counts as gone.
        assert any(alarm.kind == "person_left" for alarm in alarms(known, TODAY, AlarmSettings())) == (
            known is wild
        )
        assert any(entry.target == AssetKey("moon", 1) for entry in calendar(known, FIRST, TODAY)) == (
            known is wild
        )
        assert sum(len(spans(known, target)) for target in known.of_target) >= len(known.assignments)


def test_who_has_charge_of_an_area_or_a_single_asset_is_told_beside_the_steward(district: Register) -> None:
    x, y = middle(1)
    with district.edit(Message("store.created")) as edit:
        estate = shapely.box(x - 100, y - 100, x + 100, y + 100)
        community = AssetKey(
            "community", edit.insert("community", {"code": "XQ1", "name": "桂花苑", "geom": estate})
        )
        valve = AssetKey("valve", edit.insert("valve", {"code": "F1", "geom": shapely.Point(x + 10, y)}))
        give(edit, 3, community, role="reader")
        give(edit, 4, valve, role="mains")
        give(edit, 5, valve, role="mains", rank="backup")
    enquiry = Enquiry(district, book_of(district))

    def told(
        place: tuple[float, float] | None = None, asset: AssetKey | None = None
    ) -> list[tuple[str, int]]:
        people = enquiry.who(place=place, asset=asset, day=TODAY).people
        return [(each.role, each.person.id) for each in people if each.rank == "primary"]

    steward, leader = ("steward", 1), ("steward", 10)
    assert told(place=(x, y)) == [steward, ("reader", 3), leader]
    assert told(place=(x + 300, y)) == [steward, leader]
    # Somebody who has charge of the very valve is asked before the steward.
    assert told(asset=valve) == [("mains", 4), ("reader", 3), steward, leader]
    way_up = [(step.kind, step.person.id) for step in enquiry.who(asset=valve).escalation]
    assert way_up == [("primary", 4), ("backup", 5), ("team_leader", 10), ("area", 1)]
    # Of a whole grid nobody has charge because an estate lies in its middle.
    assert told(asset=grid(1)) == [steward, leader]
