"""What is logged is kept beside the book and changes nothing of it; severe defects raise orders."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import shapely

from layers.census.acceptance.accepting import plan_acceptance
from layers.census.fieldwork.logging import Logged, SeenDefect, defect_kinds, plan_log, plan_new
from layers.census.fieldwork.repairs import read_cases
from layers.census.values import differences, from_text
from layers.errors import UserError
from layers.model.asset import AssetKey
from layers.model.query import Compare, Query
from layers.register import Register
from layers.text import Message
from tests.layers.census.one_lot import WHEN, begin, do, record_of
from tests.layers.store.conftest import NewPlace

pytestmark = pytest.mark.keeps_running


def test_found_defective_and_undone(new_place: NewPlace) -> None:
    with new_place().open() as register:
        _campaign, form = begin(register)
        with register.edit(Message("store.created")) as edit:
            person = edit.insert("person", {"name": "周大江", "active": True})
        book = {a.id: a.values for a in register.find(Query("hydrant"))}
        seen = Logged(
            "found",
            {"feed_dn": 150, "plate_no": "P0"},
            defects=(SeenDefect("hydrant_buried"), SeenDefect("cap_missing")),
            photos=1,
            finder="林工",
            seconds=14,
        )
        asked: list[AssetKey] = []

        def responsible(key: AssetKey) -> int:
            asked.append(key)
            return person

        record = record_of(register, "hydrant:1")
        do(register, plan_log(register, record, seen, WHEN, form.fields["hydrant"], responsible))
        after = record_of(register, "hydrant:1")
        assert (after["state"], after["outcome"], after["seconds"]) == ("visited", "found", 14)
        found = from_text(after["found"])
        [difference] = differences(register.catalogue["hydrant"], from_text(after["book"]), found)
        assert (difference.field, difference.book, difference.found) == ("feed_dn", 100, 150)
        defects = register.find(Query("defect"))
        assert [(d["kind"], d["severity"], d["state"]) for d in defects] == [
            ("hydrant_buried", 4, "ordered"),
            ("cap_missing", 2, "open"),
        ]
        [order] = register.find(Query("work_order"))
        assert (order.id, order["person"], order["target"]) == (defects[0]["work_order"], person, "hydrant:1")
        assert (order["raised_date"], order["due_date"]) == ("2026-11-20", "2026-11-27")
        assert asked == [AssetKey("hydrant", 1)]
        assert {a.id: a.values for a in register.find(Query("hydrant"))} == book, "the book is as it was"
        register.undo()
        assert record_of(register, "hydrant:1")["state"] == "planned"
        assert register.count("defect") == register.count("work_order") == 0


@pytest.mark.parametrize(
    ("seen", "refusal"),
    [
        (Logged("not_found", {"feed_dn": 100}), "census.unseen_values"),
        (Logged("inaccessible", remark=" "), "census.why_not"),
        (Logged("moved", {}), "census.no_found_place"),
        (Logged("found", defects=(SeenDefect("hydrant_leak"),)), "census.photo_missing"),
        (Logged("found", defects=(SeenDefect("cap_missing", severity=4),)), "census.photo_missing"),
        (Logged("found", {"feed_dn": -5}), None),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(
    register: Register, seen: Logged, refusal: str | None
) -> None:
    _campaign, form = begin(register)
    record = record_of(register, "hydrant:1")
    with pytest.raises(UserError) as refused:
        plan_log(register, record, seen, WHEN, form.fields["hydrant"])
    if refusal is not None:
        assert refused.value.title.id == refusal


def test_a_new_asset_is_a_record_only_and_its_defects_meet_it_in_the_book(new_place: NewPlace) -> None:
    with new_place().open() as register:
        campaign, form = begin(register)
        with register.edit(Message("store.created")) as edit:
            person = edit.insert("person", {"name": "周大江", "active": True})
        values: dict[str, Any] = {"feed_dn": 100}
        place = shapely.Point(5, 5)
        damage = SeenDefect("cap_missing"), SeenDefect("hydrant_leak")
        seen = Logged("new", values, place=place, position_accuracy_m=0.03, defects=damage)
        asked: list[Any] = []

        def responsible(at: Any) -> int:
            asked.append(at)
            return person

        new_one = (register, campaign.id, 1, "hydrant")
        with pytest.raises(UserError) as refused:
            plan_new(*new_one, seen, WHEN, "PC001-N1")
        assert refused.value.title.id == "census.photo_missing"
        do(register, plan_new(*new_one, replace(seen, photos=1), WHEN, "PC001-N1", responsible))
        assert register.count("hydrant") == 3
        [new] = register.find(Query("census_record", where=Compare("outcome", "=", "new")))
        assert (new["provisional_code"], new["target"], new.geometry) == ("PC001-N1", None, place)
        link = f"census_record:{new.id}"
        defects = register.find(Query("defect"))
        assert [(d["kind"], d["target"], d["record"]) for d in defects] == [
            ("cap_missing", link, new.id),
            ("hydrant_leak", link, new.id),
        ]
        [order] = register.find(Query("work_order"))
        assert (defects[1]["work_order"], order["target"], order["person"]) == (order.id, link, person)
        assert asked == [place]
        assert [case.code for case in read_cases(register, campaign.id)] == ["PC001-N1"] * 2
        # Looked at once more before it is accepted: what is seen then hangs on it as well.
        more = Logged("new", values, place=place, defects=(SeenDefect("hydrant_rusted"),), photos=1)
        do(register, plan_log(register, new, more, WHEN, form.fields["hydrant"], responsible_at=responsible))
        assert {d["target"] for d in register.find(Query("defect"))} == {link}
        plan = plan_acceptance(register, campaign, [new.id])
        with register.edit(plan.label) as edit:
            plan.apply(edit, WHEN, "审核", "先入账")
        assert {d["target"] for d in register.find(Query("defect"))} == {"hydrant:4"}
        assert {o["target"] for o in register.find(Query("work_order"))} == {"hydrant:4"}


def test_kinds_of_defects_are_those_of_the_type(register: Register) -> None:
    codes = {entry.code for entry in defect_kinds(register.catalogue, "meter")}
    assert "meter_stopped" in codes
    assert "other" in codes
    assert "cap_missing" not in codes
