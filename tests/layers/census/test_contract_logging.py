"""What is logged is kept beside the book and changes nothing of it; severe defects raise orders."""

from __future__ import annotations

from typing import Any

import pytest
import shapely

from layers.census.logging import Logged, SeenDefect, defect_kinds, plan_log, plan_new
from layers.census.values import differences, from_text
from layers.errors import UserError
from layers.model.asset import AssetKey
from layers.model.query import Compare, Query
from layers.register import Register
from layers.text import Message
from tests.layers.census.fieldwork import WHEN, begin, do, record_of
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


def test_a_new_asset_is_a_record_only(register: Register) -> None:
    campaign, _form = begin(register)
    values: dict[str, Any] = {"feed_dn": 100}
    seen = Logged("new", values, place=shapely.Point(5, 5), position_accuracy_m=0.03)
    do(register, plan_new(register, campaign.id, 1, "hydrant", seen, WHEN, "PC001-N1"))
    assert register.count("hydrant") == 3
    [new] = register.find(Query("census_record", where=Compare("outcome", "=", "new")))
    assert (new["provisional_code"], new["target"], new.geometry) == ("PC001-N1", None, shapely.Point(5, 5))


def test_kinds_of_defects_are_those_of_the_type(register: Register) -> None:
    codes = {entry.code for entry in defect_kinds(register.catalogue, "meter")}
    assert "meter_stopped" in codes
    assert "other" in codes
    assert "cap_missing" not in codes
