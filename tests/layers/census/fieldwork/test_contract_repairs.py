"""Defects are closed by a photo of afterwards and looked at again; what is seen in passing becomes an order."""

from __future__ import annotations

import datetime

import pytest
import shapely

from layers.census.fieldwork.repairs import (
    DefectCase,
    photos_of,
    plan_look_again,
    plan_order,
    plan_repair,
    read_cases,
)
from layers.census.fieldwork.sightings import (
    Seen,
    plan_report,
    plan_report_closed,
    plan_report_order,
    read_reports,
)
from layers.editing.plan import EditPlan
from layers.errors import UserError
from layers.model.asset import AssetKey
from layers.register import Register
from layers.text import Message
from tests.layers.census.one_lot import WHEN, begin, do, record_of
from tests.layers.store.conftest import NewPlace

pytestmark = pytest.mark.keeps_running

DAY = datetime.date(2026, 11, 20)
PICTURE = b"\xff\xd8\xff\xe0 a picture"


def damaged(register: Register) -> int:
    """Two defects found in the campaign of a small scene, the severe one with its order; the campaign's id."""
    campaign, _ = begin(register)
    with register.edit(Message("store.created")) as edit:
        person = edit.insert("person", {"name": "周大江"})
        record = record_of(register, "hydrant:1")
        order = edit.insert("work_order", {
            "kind": "repair", "target": "hydrant:1", "state": "sent", "raised_date": "2026-11-10",
            "due_date": "2026-11-17", "person": person,
        })  # fmt: skip
        for kind, severity, its in (("cap_missing", 2, None), ("hydrant_leak", 3, order)):
            edit.insert("defect", {
                "target": "hydrant:1", "record": record.id, "kind": kind, "severity": severity,
                "found_date": "2026-11-10", "state": "ordered" if its else "open", "work_order": its,
            })  # fmt: skip
        register.attach(edit, "census_record", record.id, "前.jpg", PICTURE, {"kind": "photo"})
    return campaign.id


def case_of(register: Register, kind: str) -> DefectCase:
    return next(case for case in read_cases(register, None) if case.defect["kind"] == kind)


def refused(make: object) -> str:
    with pytest.raises(UserError) as told:
        make()  # type: ignore[operator]
    return told.value.title.id


def test_put_right_reopened_and_closed(new_place: NewPlace) -> None:
    with new_place().open() as register:
        campaign = damaged(register)
        cases = read_cases(register, campaign)
        assert [(c.defect["kind"], c.code, c.person) for c in cases] == [
            ("hydrant_leak", "H0", "周大江"),
            ("cap_missing", "H0", ""),
        ]
        assert [c.is_late(DAY) for c in cases] == [True, False]
        assert read_cases(register, campaign + 1) == ()
        leak = cases[0]
        before, after = photos_of(register, leak.defect)
        assert ([each["file_name"] for each in before], after) == (["前.jpg"], ())
        assert refused(
            lambda: plan_look_again(register, leak, "2026-11-20", "林工", "", DAY, is_right=True)
        ) == ("repairs.not_repaired")
        for day, photos, why in (
            ("2026-11-20", 0, "repairs.no_after_photo"),
            ("2026-11-09", 1, "repairs.before_found"),
            ("2026-11-21", 1, "repairs.day_to_come"),
        ):
            assert refused(lambda d=day, n=photos: plan_repair(register, leak, d, n, "", DAY)) == why
        plan = plan_repair(register, leak, "2026-11-19", 1, "换密封圈", DAY)
        with register.edit(plan.label) as edit:
            plan.apply(edit)
            register.attach(edit, "defect", leak.id, "后.jpg", PICTURE, {"kind": "after"})
        leak = case_of(register, "hydrant_leak")
        assert leak.order is not None
        assert (leak.state, leak.defect["repaired_date"], leak.defect["remark"]) == (
            "repaired",
            "2026-11-19",
            "换密封圈",
        )
        assert (leak.order["state"], leak.order["done_date"]) == ("closed", "2026-11-19")
        assert [len(each) for each in photos_of(register, leak.defect)] == [1, 1]
        assert refused(lambda: plan_repair(register, leak, "2026-11-19", 1, "", DAY)) == "repairs.not_waiting"

        # Looked at again it still leaks: the same order is open anew, due as from today.
        def again(day: str, reason: str, *, is_right: bool) -> EditPlan:
            case = case_of(register, "hydrant_leak")
            return plan_look_again(register, case, day, "林工", reason, DAY, is_right=is_right)

        assert refused(lambda: again("2026-11-20", " ", is_right=False)) == "repairs.reason_missing"
        assert refused(lambda: again("2026-11-18", "", is_right=True)) == "repairs.before_repaired"
        do(register, again("2026-11-20", "仍渗水", is_right=False))
        leak = case_of(register, "hydrant_leak")
        assert leak.order is not None
        assert (leak.state, leak.defect["repaired_date"], leak.defect["remark"]) == (
            "ordered",
            None,
            "换密封圈\n仍渗水",
        )
        assert (leak.order["state"], leak.order["done_date"], leak.order["due_date"]) == (
            "sent",
            None,
            "2026-11-27",
        )
        register.undo()
        do(register, again("2026-11-20", "", is_right=True))
        closed = case_of(register, "hydrant_leak")
        assert (closed.state, closed.defect["closed_date"], closed.defect["closed_by"]) == (
            "closed",
            "2026-11-20",
            "林工",
        )
        # A small one has no order until somebody raises it.
        cap = case_of(register, "cap_missing")
        assert refused(lambda: plan_order(register, closed, DAY, None)) == "repairs.ordered_already"
        do(register, plan_order(register, cap, DAY, None))
        cap = case_of(register, "cap_missing")
        assert cap.order is not None
        assert (cap.state, cap.order["state"], cap.order["due_date"], cap.order["task"]) == (
            "ordered",
            "open",
            "2026-11-27",
            "缺帽",
        )


def test_seen_in_passing(new_place: NewPlace) -> None:
    with new_place().open() as register:
        begin(register)
        with register.edit(Message("store.created")) as edit:
            person = edit.insert("person", {"name": "周大江"})
        place, soon = shapely.Point(5, 5), WHEN + datetime.timedelta(hours=1)
        for seen, why in (
            (Seen(None, place, WHEN), "sighting.no_kind"),
            (Seen("leak", None, WHEN), "sighting.no_place"),
            (Seen("leak", place, soon), "sighting.to_come"),
        ):
            assert refused(lambda s=seen: plan_report(register, s, WHEN)) == why
        whole = Seen("leak", place, WHEN, "林工", "路面冒水", AssetKey("hydrant", 1))
        do(register, plan_report(register, whole, WHEN))
        do(register, plan_report(register, Seen("illegal_use", place, WHEN), WHEN))
        leak = next(case for case in read_reports(register) if case.report["kind"] == "leak")
        assert (leak.code, leak.report["finder"], leak.report["found_at"]) == (
            "H0",
            "林工",
            "2026-11-20T09:30:00.000Z",
        )
        assert leak.report.geometry == place
        do(register, plan_report_order(register, leak, DAY, person))
        leak = next(case for case in read_reports(register) if case.report["kind"] == "leak")
        assert leak.order is not None
        assert (leak.state, leak.person, leak.order["task"], leak.order["target"]) == (
            "confirmed",
            "周大江",
            "明漏 路面冒水",
            "hydrant:1",
        )
        assert leak.is_late(DAY + datetime.timedelta(days=8))
        assert refused(lambda: plan_report_order(register, leak, DAY, person)) == "sighting.ordered_already"
        assert refused(lambda: plan_report_closed(register, leak, "2026-11-20", " ", DAY, is_true=True)) == (
            "sighting.no_result"
        )
        do(register, plan_report_closed(register, leak, "2026-11-20", "已换管", DAY, is_true=True))
        other, leak = read_reports(register)
        assert (leak.state, leak.report["result"]) == ("closed", "已换管")
        assert leak.order is not None
        assert (leak.order["state"], leak.order["done_date"]) == ("closed", "2026-11-20")
        do(register, plan_report_closed(register, other, "2026-11-20", "自家水箱", DAY, is_true=False))
        assert {case.state for case in read_reports(register)} == {"closed", "unfounded"}
        register.undo()
        assert {case.state for case in read_reports(register)} == {"closed", "open"}
