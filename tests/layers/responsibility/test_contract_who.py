"""Who is responsible here, on every store: eight grids and nine stewards, hand-over in mid-month, records of old."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import replace

import pytest
import shapely

from layers.errors import UserError
from layers.grids.shaping.merging import plan_merge
from layers.model.asset import AssetKey
from layers.register import Register
from layers.responsibility.asking.enquiry import Enquiry
from layers.responsibility.asking.history import spans
from layers.responsibility.book import read_book
from layers.responsibility.gaps import gaps
from layers.responsibility.handing_over.handover import duties, plan_handover
from layers.responsibility.handing_over.move import Move
from layers.responsibility.key_accounts import read_accounts
from layers.responsibility.oversight.alarms import AlarmSettings, alarms
from layers.responsibility.oversight.cover import cover
from layers.text import LANGUAGES, Message, Texts
from tests.layers.responsibility.district import (
    STEWARDS,
    book_of,
    build_accounts,
    build_district,
    day,
    give,
    grid,
    middle,
    square,
)
from tests.layers.store.conftest import Place

pytestmark = pytest.mark.keeps_running


@pytest.fixture
def opened(place: Place) -> Iterator[Register]:
    with place.open() as register:
        build_district(register)
        yield register


def test_eight_grids_and_nine_stewards(opened: Register) -> None:
    enquiry = Enquiry(opened, book_of(opened))
    for number in range(1, 9):
        answer = enquiry.who(place=middle(number))
        assert answer.main is not None
        assert answer.main.name == STEWARDS[number - 1]
        assert [each.name for each in answer.backups] == [STEWARDS[number % 8]]
        assert [grid.code for grid in answer.grids] == [
            f"G{number:02d}",
            "A1" if number in (1, 2, 5, 6) else "A2",
        ]
        assert not answer.missing
    fifth = enquiry.who(text="G05")
    assert [each.name for each in fifth.co_stewards] == ["罗敏"]
    assert [(step.kind, step.person.name) for step in fifth.escalation] == [
        ("primary", "何文博"), ("backup", "孙丽"), ("co", "罗敏"), ("team_leader", "林队长"),
    ]  # fmt: skip
    assert fifth.main is not None
    assert (fifth.main.phone, str(fifth.main.since), fifth.main.document) == (
        "13900000005", "2021-11-01", "供水网〔2021〕12 号",
    )  # fmt: skip
    outside = enquiry.who(place=(-50.0, -50.0))
    assert (outside.main, outside.grids, [note.id for note in outside.notes]) == (
        None,
        (),
        ["duty.note.outside"],
    )
    counted = cover(enquiry.book, day("2026-11-23"))
    assert [
        each.value for each in (counted.grids, counted.grids_with_primary, counted.grids_with_backup)
    ] == [8, 8, 8]
    assert gaps(enquiry.book, day("2022-01-01"), None) == ()
    assert alarms(enquiry.book, day("2026-11-23"), AlarmSettings()) == ()


def test_handed_over_in_mid_month_answers_right_on_both_sides_and_is_one_undo(opened: Register) -> None:
    book = book_of(opened)
    old = book.primary(grid(5), day("2024-05-14"), "steward")
    assert old is not None
    loads = {key.id: 100.0 for key in map(grid, range(1, 9))}
    made = plan_handover(
        opened, [Move(old.id, 7)], day("2024-05-15"), book=book, old_becomes="backup", loads=loads,
        document="供水网〔2024〕18 号", reason="调岗", note="钥匙已交",
    )  # fmt: skip
    assert not made.has_gap
    assert [(c.person.name, c.before, c.after) for c in made.loads] == [
        ("何文博", 100, 0),
        ("谢春梅", 100, 200),
    ]
    assert [warning.id for warning in made.warnings] == ["duty.warning.overloaded"]
    before = opened.data_version
    with opened.edit(made.plan.label) as edit:
        made.plan.apply(edit)
    enquiry = Enquiry(opened, book_of(opened))
    then = {text: enquiry.who(place=middle(5), day=day(text)) for text in ("2024-05-14", "2024-05-15")}
    names = {text: answer.main.name for text, answer in then.items() if answer.main is not None}
    assert names == {"2024-05-14": "何文博", "2024-05-15": "谢春梅"}
    after = then["2024-05-15"]
    assert [each.name for each in after.backups] == ["孙丽", "何文博"]
    assert after.main is not None
    assert after.main.assignment is not None
    assert (after.main.document, after.main.assignment.note) == ("供水网〔2024〕18 号", "钥匙已交")
    told = [(s.name, str(s.first), str(s.last)) for s in after.history if s.rank == "primary"]
    assert told == [("何文博", "2021-11-01", "2024-05-14"), ("谢春梅", "2024-05-15", "None")]
    assert opened.undo() is not None
    assert len(opened.changes_after(before)) == 2
    again = Enquiry(opened, book_of(opened)).who(place=middle(5), day=day("2024-05-15"))
    assert again.main is not None
    assert again.main.name == "何文博"


def test_a_record_keeps_the_person_of_its_day_and_numbers_and_addresses_are_found(opened: Register) -> None:
    x, y = middle(2)
    with opened.edit(Message("store.created")) as edit:
        community = edit.insert(
            "community", {"code": "XQ1", "name": "桂花苑", "geom": square(1, 0).buffer(-100)}
        )
        values = {"code": "6001", "name": "张三", "community": community, "address": "解放巷 27 号"}
        customer = edit.insert("customer", values)
        point = shapely.Point(x + 5, y)
        edit.insert(
            "meter",
            {
                "code": "SB1",
                "meter_no": "2024777",
                "customer": customer,
                "address": "解放巷 27 号",
                "geom": point,
            },
        )
        leak = edit.insert("leak", {"code": "LD1", "found_date": "2024-05-10", "geom": shapely.Point(x, y)})
        pipe = edit.insert(
            "pipe", {"code": "GD1", "dn": 300, "geom": shapely.LineString([(x - 900, y), (x + 1400, y)])}
        )
        lead = edit.insert("project", {"code": "XM1", "name": "西湖路改造", "kind": "renewal", "manager": 9})
    book = book_of(opened)
    old = book.primary(grid(2), day("2024-05-14"), "steward")
    assert old is not None
    with opened.edit(Message("store.created")) as edit:
        plan_handover(opened, [Move(old.id, 9)], day("2024-05-15"), book=book).plan.apply(edit)
    enquiry = Enquiry(opened, book_of(opened))

    def name(text: str) -> str:
        main = enquiry.who(text=text).main
        return "" if main is None else main.name

    assert enquiry.who(asset=AssetKey("leak", leak)).day == day("2024-05-10")
    assert name("LD1") == "陈立国"
    for text in ("6001", "2024777", "sb1", "XQ1", "桂花苑", "解放巷 27", "张三", f"{x}, {y}"):
        assert name(text) == "罗敏", text
    assert [grid.code for grid in enquiry.who(text="6001", day=day("2024-05-14")).grids] == ["G02", "A1"]
    # It reaches into the first and third grid; half its length lies in the second.
    assert next(grid.code for grid in enquiry.who(asset=AssetKey("pipe", pipe)).grids) == "G02"
    answer = enquiry.who(asset=AssetKey("project", lead))
    assert answer.main is not None
    assert answer.main.name == "罗敏"
    assert answer.main.assignment is None
    near = enquiry.who(place=(x + 20, y)).nearby
    assert near == Message("duty.near.address", {"address": "解放巷 27 号"})
    assert enquiry.who(place=(x + 200, y)).nearby is None
    unknown = enquiry.who(text="没有这条街")
    assert (unknown.main, [note.id for note in unknown.notes]) == (None, ["duty.note.unknown"])


def test_a_leaves_on_friday_and_all_of_it_is_one_act(opened: Register) -> None:
    with opened.edit(Message("store.created")) as edit:
        team = opened.by_code("team", "B1")
        assert team is not None
        edit.update("team", team.id, team.version, {"leader": 1})
    friday = day("2024-05-17")
    book = book_of(opened)
    mine = duties(book, 1, friday)
    assert [(a.target.id, a.rank) for a in mine] == [(3, "primary"), (10, "backup")]
    with pytest.raises(UserError) as refused:
        plan_handover(opened, [Move(mine[0].id, None)], friday, book=book)
    assert refused.value.title.id == "duty.refused.no_reason"
    both = [Move(mine[0].id, 2), Move(mine[1].id, None)]
    made = plan_handover(opened, both, friday, book=book, leaving=1)
    # Who was backup and is primary now is no backup any more.
    assert [note.id for note in made.notes] == ["duty.note.leads_team"]
    with opened.edit(made.plan.label) as edit:
        made.plan.apply(edit)
    after = book_of(opened)
    assert duties(after, 1, friday) == ()
    assert [(a.person, a.rank) for a in after.running(grid(1), friday)] == [(2, "primary")]
    assert {alarm.kind for alarm in alarms(after, friday, AlarmSettings())} == {"no_backup"}
    assert after.people[1].left == friday
    opened.undo()
    undone = book_of(opened)
    assert (undone.people[1].left, len(duties(undone, 1, friday))) == (None, 2)
    accepted = plan_handover(opened, [Move(mine[0].id, None, "并入第二网格前由班长代管")], friday, book=book)
    assert (accepted.has_gap, [gap.is_accepted for gap in accepted.gaps]) == (False, [True])
    with opened.edit(accepted.plan.label) as edit:
        accepted.plan.apply(edit)
    later = book_of(opened)
    assert [gap.first for gap in gaps(later, friday, None)] == [friday]
    assert [(s.kind, s.rank) for s in spans(later, grid(1))][:2] == [
        ("held", "primary"),
        ("accepted", "primary"),
    ]
    assert [alarm.kind for alarm in alarms(later, friday, AlarmSettings())] == ["gap_accepted"]


def test_each_of_122_enterprises_has_one_contact_of_74(opened: Register) -> None:
    build_accounts(opened)
    book, known = book_of(opened), read_accounts(opened)
    today = day("2026-11-23")
    assert len(known) == 122
    contacts = [book.primary(AssetKey("customer", id), today, "account") for id in known]
    assert len({a.person for a in contacts if a is not None}) == 74
    assert cover(book, today, known).accounts_with_primary.value == 122
    enquiry = Enquiry(opened, book)
    answer = enquiry.who(text="QY100")
    assert answer.main is not None
    assert answer.main.name == "经理26"
    assert not answer.missing
    with opened.edit(Message("store.created")) as edit:
        edit.insert("customer", {"code": "QY999", "name": "新企业", "key_account": True})
    found = alarms(book, today, AlarmSettings(), accounts=read_accounts(opened))
    assert [alarm.kind for alarm in found] == ["no_contact"]
    assert [m.id for m in enquiry.who(text="QY999").missing] == ["duty.missing.account"]
    for language in LANGUAGES:
        assert "新企业" in Texts(language).render(found[0].words)


def test_a_day_before_a_split_or_merge_is_answered_by_the_grid_of_that_day(opened: Register) -> None:
    x, y = middle(1)
    left, right = shapely.box(0, 0, x, 1000), shapely.box(x, 0, 1000, 1000)
    since = "2025-03-01"
    with opened.edit(Message("store.created")) as edit:
        old = opened.get(*grid(1))
        assert old is not None
        edit.update("grid", old.id, old.version, {"geom": left})
        values = {"code": "G01B", "name": "新半", "level": "grid", "parent": old["parent"], "geom": right}
        new = edit.insert("grid", {**values, "valid_from": since, "replaces": old.id})
        give(edit, 1, AssetKey("grid", new), from_date=since, to_date="2025-03-09")
        give(edit, 9, AssetKey("grid", new), from_date="2025-03-10")
        # The sixth grid was merged into the fifth.
        kept, gone = opened.get(*grid(5)), opened.get(*grid(6))
        assert kept is not None
        assert gone is not None
        edit.update("grid", kept.id, kept.version, {"geom": square(0, 1, 2), "name": "第6网格"})
        edit.update("grid", gone.id, gone.version, {"valid_to": "2025-02-28", "replaced_by": kept.id})
        for each in book_of(opened).of_target[grid(6)]:
            row = opened.get("assignment", each.id)
            assert row is not None
            edit.update("assignment", each.id, row.version, {"to_date": "2025-02-28"})
    enquiry = Enquiry(opened, book_of(opened, str(datetime.date.today())))
    place = (x + 200, y)
    told = {}
    for date in ("2024-01-01", "2025-03-05", "2025-03-10"):
        answer = enquiry.who(place=place, day=day(date))
        told[date] = answer.main.name if answer.main else None, answer.grids[0].code
    # The ground was drawn anew today only: what the trail knows of those days is the whole square.
    assert told["2024-01-01"] == ("周海燕", "G01")
    assert enquiry.who(place=place).grids[0].code == "G01B"
    assert enquiry.who(text="G01B", day=day("2024-01-01")).grids[0].code == "G01"
    merged = enquiry.who(place=middle(6), day=day("2024-01-01"))
    assert (merged.main.name if merged.main else None, merged.grids[0].code) == ("孙丽", "G06")
    assert enquiry.who(place=middle(6)).grids[0].code == "G05"
    assert enquiry.who(text="G06").grids[0].code == "G05"
    # The fifth bears the name of the one that is over; today it is the one that is meant.
    assert enquiry.who(text="第6网格").subject == enquiry.who(text="G05").subject
    assert [other.label for other in enquiry.who(text="第6网格").others] == ["G06 第6网格"]
    line = [
        (s.name, str(s.first), str(s.last))
        for s in spans(enquiry.book, AssetKey("grid", new))
        if s.rank == "primary"
    ]
    assert line == [
        ("周海燕", "2021-11-01", "2025-02-28"), ("周海燕", "2025-03-01", "2025-03-09"),
        ("罗敏", "2025-03-10", "None"),
    ]  # fmt: skip


def test_what_was_merged_away_meanwhile_is_not_handed_over(opened: Register) -> None:
    today = datetime.date.today()
    before = read_book(opened)
    held = before.primary(grid(2), today, "steward")
    assert held is not None
    new = Move(None, 9, target=grid(2), role="steward", rank="co")
    thought = plan_handover(opened, [new], today, book=before).plan
    merge = plan_merge(opened, grid(1).id, [grid(2).id])
    with opened.edit(merge.label) as edit:
        merge.apply(edit)
    count = opened.count("assignment")
    # Thought through before, done after: nothing is hung on a grid that is none.
    with pytest.raises(UserError) as raised, opened.edit(thought.label) as edit:
        thought.apply(edit)
    assert raised.value.title.id == "editing.ended_meanwhile"
    assert opened.count("assignment") == count
    # Thought through anew it is said where the land went, in both languages.
    for move in (new, Move(held.id, 3)):
        with pytest.raises(UserError) as raised:
            plan_handover(opened, [replace(move, target=grid(2))], today, book=read_book(opened))
        assert raised.value.title.id in ("duty.refused.grid_merged", "duty.refused.over")
    with pytest.raises(UserError) as raised:
        plan_handover(opened, [new], today, book=read_book(opened))
    assert raised.value.hint is not None
    for language in LANGUAGES:
        texts = Texts(language)
        assert "G01" in texts.render(raised.value.title)
        assert "G01" in texts.render(raised.value.hint)
    # On a day on which it was a grid, somebody may still be named after the fact.
    past = today - datetime.timedelta(days=30)
    assert plan_handover(opened, [new], past, book=read_book(opened)).plan.inserts


def test_people_are_judged_by_what_people_have(opened: Register) -> None:
    """Four stewards of two grids each: 200 % of a grid is what everybody has, and nobody is overloaded by it."""
    today = day("2026-11-23")
    book = book_of(opened)
    held = {n: book.primary(grid(n), today, "steward") for n in range(1, 9)}
    moves = [Move(held[n].id, n - 4) for n in range(5, 9)]  # type: ignore[union-attr]
    loads = {key.id: 100.0 for key in map(grid, range(1, 9))}
    made = plan_handover(opened, moves, today, book=book, loads=loads)
    assert made.mean == 200
    assert {change.after for change in made.loads} == {0, 200}
    assert not [warning for warning in made.warnings if warning.id == "duty.warning.overloaded"]
    one_more = plan_handover(opened, [*moves, Move(held[4].id, 1)], today, book=book, loads=loads)  # type: ignore[union-attr]
    (warning,) = [each for each in one_more.warnings if each.id == "duty.warning.overloaded"]
    # Three have three, two and two grids; the fourth, who gives one of his away, has one.
    assert one_more.mean == 200
    assert warning.parameters["percent"] == "150"
