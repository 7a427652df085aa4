"""Assets found new: by one team, by two, with what hangs on them, before and after they are in the book."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import shapely

from layers.census import newcomers
from layers.census.acceptance.accepting import plan_acceptance
from layers.census.acceptance.twins import plan_not_same, plan_same, read_twins
from layers.census.packages.merging.conflicts import disputes, plan_decisions
from layers.census.packages.out import checkout
from layers.census.reconciling import read_reconciliation
from layers.errors import UserError
from layers.model.asset import Asset
from layers.model.query import Compare, Query
from layers.register import Edit, Register, ValuesRefused
from tests.layers.census.one_lot import WHEN
from tests.layers.census.packages.conftest import ACT, Town, by_hand
from tests.layers.census.packages.test_photos import picture
from tests.layers.store.conftest import Worker

pytestmark = pytest.mark.keeps_running
JPEG = picture("JPEG")
ORDER = {"kind": "repair", "task": "扶正", "state": "open", "raised_date": "2026-11-20"}


def change(path: Path, worker: Worker, work: Any) -> None:
    """Edit a package as our own program does."""
    with Register.open(path, actor="team") as copy:
        copy.worker = worker
        with copy.edit(ACT) as edit:
            work(copy, edit)


def record_like(town: Town, found: str) -> Asset:
    """The record of a new asset of which this was found."""
    records = town.register.find(Query("census_record", Compare("outcome", "=", "new")))
    return next(each for each in records if found in str(each["found"]))


def accept(town: Town, *records: int) -> None:
    plan = plan_acceptance(town.register, town.get("campaign", town.campaign), records)
    with town.register.edit(plan.label) as edit:
        plan.apply(edit, WHEN, "审核", "先入账")


def find_new(copy: Register, edit: Any) -> None:
    """A well, a hydrant in it, a defect with its order and a photo: nothing of it is in the book."""
    well = edit.insert("meter_well", {"code": "W1", "geom": shapely.Point(77, 3)})
    values = {"code": "N1", "well": well, "plate_no": "新1", "geom": shapely.Point(77, 3)}
    new = edit.insert("hydrant", values)
    order = edit.insert("work_order", {**ORDER, "target": f"hydrant:{new}"})
    values = {"kind": "hydrant_tilted", "severity": 3, "state": "ordered", "work_order": order}
    kinds = copy.catalogue.code_lists["defect_kind"].entries
    edit.insert("defect", {**values, "kind": kinds[0].code, "target": f"hydrant:{new}"})
    copy.attach(edit, "hydrant", new, "新.txt", b"photo of the new one")


def test_what_hangs_on_new_assets_meets_them(town: Town, worker: Worker) -> None:
    town.set("campaign", town.campaign, types="hydrant,meter_well")
    first, second = town.out("a.gpkg"), town.out("b.gpkg")
    change(first.path, worker, find_new)
    arrival = town.back(first.path)
    assert arrival.refused == ()
    assert (arrival.inserted, arrival.photos) == (4, 1)
    record, well = record_like(town, "新1"), record_like(town, "W1")
    [defect], [order] = (town.register.find(Query(name)) for name in ("defect", "work_order"))
    assert (defect["target"], order["target"]) == (f"census_record:{record.id}",) * 2
    assert defect["work_order"] == order.id

    # A second team finds the same hydrant, and a photo of it.
    def find_too(copy: Register, edit: Any) -> None:
        values = {"plate_no": "新1", "feed_dn": 150, "outlets": "3", "geom": shapely.Point(78, 3)}
        new = edit.insert("hydrant", {**values, "remark": "二组"})
        copy.attach(edit, "hydrant", new, "又.txt", b"photo of the second team")

    change(second.path, worker, find_too)
    assert town.back(second.path).refused == ()
    [twin] = read_twins(town.register, town.campaign)
    assert (twin.partner.id, twin.metres) == (record.id, pytest.approx(1.0))
    plan = plan_acceptance(
        town.register, town.get("campaign", town.campaign), [twin.record.id, record.id, well.id]
    )
    assert plan.twins == 1
    # Called two, they are offered no more; that can be taken back.
    two = plan_not_same([twin])
    with town.register.edit(two.label) as edit_:
        two.apply(edit_)
    assert read_twins(town.register, town.campaign) == ()
    town.register.undo()
    [twin] = read_twins(town.register, town.campaign)
    same = plan_same(town.register, [twin], "审核")
    with town.register.edit(same.label) as edit_:
        same.apply(edit_)
    assert read_twins(town.register, town.campaign) == ()
    assert read_reconciliation(town.register, town.campaign).counts()["hydrant"]["new"] == 1
    other = town.get("census_record", twin.record.id)
    assert (other["state"], other["same_as"]) == ("cancelled", record.id)
    record = town.get("census_record", record.id)
    assert json.loads(record["found"])["feed_dn"] == 150
    assert len(town.register.attachments("census_record", record.id)) == 2

    # The hydrant stands in a well that is not in the book: it waits for it.
    with pytest.raises(UserError) as refused:
        accept(town, record.id)
    assert refused.value.title.id == "census.accept_held"
    accept(town, record.id, well.id)
    [hydrant] = town.register.find(Query("hydrant", Compare("plate_no", "=", "新1")))
    [home] = town.register.find(Query("meter_well"))
    assert (hydrant["well"], hydrant["code"], hydrant["feed_dn"]) == (home.id, "N1", 150)
    link = f"hydrant:{hydrant.id}"
    assert town.get("defect", defect.id)["target"] == town.get("work_order", order.id)["target"] == link

    # Both come in once more, with more of it: it is told of the asset in the book, and by nobody twice.
    def go_on(copy: Register, edit: Any) -> None:
        [own] = copy.find(Query("hydrant", Compare("plate_no", "=", "新1")))
        edit.update("hydrant", own.id, own.version, {"remark": f"再看 {own['feed_dn']}"})
        kind = copy.catalogue.code_lists["defect_kind"].entries[0].code
        edit.insert("defect", {"target": f"hydrant:{own.id}", "kind": kind, "severity": 1, "state": "open"})
        copy.attach(edit, "hydrant", own.id, "三.txt", f"photo {own['feed_dn']}".encode())

    for out in (first, second):
        change(out.path, worker, go_on)
        arrival = town.back(out.path)
        assert (arrival.refused, arrival.inserted, arrival.photos, arrival.conflicts) == ((), 1, 1, 1)
        assert town.look(out.path).is_again
    defects = town.register.find(Query("defect"))
    assert {each["target"] for each in defects} == {link}
    assert {each["record"] for each in defects} == {record.id}
    assert len(town.register.attachments("census_record", record.id)) == 4
    assert town.register.count("hydrant") == 14
    assert town.get("hydrant", hydrant.id)["remark"] == "二组"

    # Decided for the field, what was accepted waits to be accepted again.
    [dispute, _] = disputes(town.register)
    decided = plan_decisions(town.register, [(dispute, "field")], "审核")
    with town.register.edit(ACT) as edit_:
        decided.apply(edit_)
    assert town.get("census_record", record.id)["state"] == "visited"
    accept(town, record.id)
    assert town.get("hydrant", hydrant.id)["remark"] == dispute.found


def test_codes_taken_and_values_that_no_field_takes(town: Town, worker: Worker) -> None:
    out = town.out()

    def work(copy: Register, edit: Any) -> None:
        edit.insert("hydrant", {"code": "X3", "plate_no": "甲", "geom": shapely.Point(50, 30)})
        kind = copy.catalogue.code_lists["defect_kind"].entries[0].code
        edit.insert("defect", {"target": "hydrant:2", "kind": kind, "severity": 3, "state": "open"})
        for id, code in ((6, "H5-old"), (1, "H5")):
            hydrant = copy.get("hydrant", id)
            assert hydrant is not None
            edit.update("hydrant", id, hydrant.version, {"code": code})

    change(out.path, worker, work)
    assert town.back(out.path).refused == ()
    # A severe defect calls for an order, whatever program wrote it; once.
    [defect], [order] = (town.register.find(Query(name)) for name in ("defect", "work_order"))
    assert (defect["state"], defect["work_order"], order["target"]) == ("ordered", order.id, "hydrant:2")
    assert town.get("census_record", defect["record"])["target"] == "hydrant:2"
    assert town.back(out.path).of == 0
    with town.register.edit(ACT) as edit_:
        edit_.insert("hydrant", {"code": "x3", "geom": shapely.Point(1, 1)})
    waiting = [r.id for r in town.register.find(Query("census_record", Compare("state", "=", "visited")))]
    plan = plan_acceptance(town.register, town.get("campaign", town.campaign), waiting)
    # H0 cannot take the code that another one still has; the new one gets a code of the book's.
    assert [(held.code, held.why.id) for held in plan.held] == [("H0", "census.held_taken")]
    with town.register.edit(plan.label) as edit_:
        plan.apply(edit_, WHEN, "审核", "先入账")
    [new] = town.register.find(Query("hydrant", Compare("plate_no", "=", "甲")))
    assert new["code"] not in (None, "X3")
    assert town.get("hydrant", 6)["code"] == "H5-old"
    # Now it is free.
    accept(town, plan.held[0].record)
    assert town.get("hydrant", 1)["code"] == "H5"


def test_a_main_found_new_and_one_that_runs_elsewhere(town: Town, worker: Worker) -> None:
    course = shapely.LineString([(0, 10), (50, 10.1234), (90, 12)])
    with town.register.edit(ACT) as edit_:
        pipe = edit_.insert("pipe", {"code": "P1", "dn": 100, "status": "in_service", "geom": course})
        values = {"campaign": town.campaign, "lot": town.lot, "target": f"pipe:{pipe}", "target_type": "pipe"}
        edit_.insert("census_record", {**values, "state": "visit_again"})
    town.set("campaign", town.campaign, types="hydrant,pipe")
    out = town.out()
    bent = shapely.LineString([(0, 10), (60, 15), (90, 12)])

    def work(copy: Register, edit: Any) -> None:
        own = copy.get("pipe", pipe)
        assert own is not None
        edit.update("pipe", pipe, own.version, {"geom": bent, "dn": 150})
        edit.insert("pipe", {"code": "P2", "dn": 80, "geom": shapely.LineString([(90, 12), (90, 40)])})

    change(out.path, worker, work)
    assert town.back(out.path).refused == ()
    records = town.register.find(Query("census_record", Compare("state", "=", "visited")))
    assert {(r["outcome"], r["differing"]) for r in records} == {("moved", "dn"), ("new", None)}
    assert town.get("pipe", pipe).geometry.equals(course)
    accept(town, *(record.id for record in records))
    assert town.get("pipe", pipe).geometry.equals(bent)
    assert town.get("pipe", pipe)["dn"] == 150
    new = town.register.by_code("pipe", "P2")
    assert new is not None
    assert new.geometry is not None
    assert new.geometry.length == pytest.approx(28)


def test_a_defect_that_the_team_closed_without_a_photo_waits(town: Town, worker: Worker) -> None:
    out = town.out(grid=True)
    values = {"target": "hydrant:1", "kind": "hydrant_leak", "severity": 2, "state": "repaired"}

    def work(copy: Register, edit: Edit) -> None:
        shown = edit.insert("defect", {**values, "code": "SHOWN"})
        copy.attach(edit, "defect", shown, "后.jpg", JPEG, {"kind": "after"})

    change(out.path, worker, work)
    by_hand(
        out.path,
        "INSERT INTO defect (code, target, kind, severity, state)"
        " VALUES ('BARE', 'hydrant:2', 'hydrant_leak', 3, 'closed')",
    )
    arrival = town.back(out.path)
    assert (arrival.refused, arrival.conflicts) == ((), 1)
    bare, shown = (town.register.by_code("defect", code) for code in ("BARE", "SHOWN"))
    assert bare is not None
    assert shown is not None
    # It is still to be put right, and as it is severe there is an order for it.
    assert (bare["state"], bare["work_order"] is not None, shown["state"]) == ("ordered", True, "repaired")
    [dispute] = disputes(town.register, out.id)
    assert (dispute.target.id, dispute.field, dispute.found) == (bare.id, "state", "closed")
    plan = plan_decisions(town.register, [(dispute, "field")], "林工")
    with pytest.raises(ValuesRefused), town.register.edit(plan.label) as edit:
        plan.apply(edit)
    with town.register.edit(plan.label) as edit:
        town.register.attach(edit, "defect", bare.id, "后.jpg", JPEG, {"kind": "after"})
        plan.apply(edit)
    assert town.get("defect", bare.id)["state"] == "closed"
    # The same file again changes nothing.
    again = town.back(out.path)
    assert (again.of, again.conflicts, town.get("defect", bare.id)["state"]) == (0, 0, "closed")


def test_ids_of_the_ten_thousandth_package_are_as_good(
    town: Town, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    far = 2**31 + 5 * newcomers.BLOCK
    for module in (newcomers, checkout):
        monkeypatch.setattr(module, "FIRST_BLOCK", far)
    town.set("campaign", town.campaign, types="hydrant,meter_well")
    out = town.out()
    # The book's own note of the block has 32 bits: it says nothing rather than something wrong.
    assert town.get("field_package", out.id)["first_id"] is None
    change(out.path, worker, find_new)
    assert max(_ids(out.path, "hydrant")) > far
    arrival = town.back(out.path)
    assert (arrival.refused, arrival.inserted) == ((), 4)
    record, well = record_like(town, "新1"), record_like(town, "W1")
    accept(town, record.id, well.id)
    link = str(town.get("census_record", record.id)["target"])
    assert [d["target"] for d in town.register.find(Query("defect"))] == [link]
    hydrant = town.get("hydrant", int(link.partition(":")[2]))
    assert f"meter_well:{hydrant['well']}" == town.get("census_record", well.id)["target"]


def _ids(path: Path, type_name: str) -> list[int]:
    with Register.open(path, actor="team", read_only=True) as copy:
        return [each.id for each in copy.find(Query(type_name))]
