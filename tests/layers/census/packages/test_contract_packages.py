"""Packages out and in on both stores: nothing lost, disputes kept, the same file twice changes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import shapely

from layers.model.query import Query
from layers.register import Register
from layers.store.worker import Worker
from tests.layers.census.packages.conftest import ACT, Town, by_hand

pytestmark = pytest.mark.keeps_running


def edit_copy(path: Path, worker: Worker, work) -> None:  # type: ignore[no-untyped-def]
    """Edit a package as our own program does."""
    with Register.open(path, actor="team") as copy:
        copy.worker = worker
        assert not copy.read_only
        with copy.edit(ACT) as edit:
            work(copy, edit)


def test_grid_out_edited_and_back(town: Town) -> None:
    out = town.out(grid=True)
    package = town.get("field_package", out.id)
    assert (package["state"], package["first_id"]) == ("out", 1_000_000_000 + out.id * 100_000)
    assert package["base_sha256"] == out.base.sha256
    town.set("hydrant", 2, remark="账面改")
    town.set("hydrant", 3, remark="账面改")
    town.set("hydrant", 5, remark="账面改")

    by_hand(
        out.path,
        "UPDATE hydrant SET remark = '现场' WHERE fid IN (1, 3)",
        "UPDATE hydrant SET road = '文三路' WHERE fid = 2",
        "DELETE FROM hydrant WHERE fid = 5",
        "INSERT INTO meter_well (code) VALUES ('W')",
        "INSERT INTO hydrant (code, well) SELECT 'NEW', fid FROM meter_well WHERE fid >= 1000000000",
    )
    before = town.register.data_version
    looked = town.look(out.path)
    assert town.register.data_version == before
    assert (len(looked.merge.inserts), len(looked.merge.writes), len(looked.merge.clashes)) == (2, 2, 2)

    arrival = town.back(out.path)
    assert (arrival.of, arrival.inserted, arrival.updated, arrival.conflicts) == (6, 2, 2, 2)
    assert arrival.refused == ()
    assert town.get("hydrant", 1)["remark"] == "现场"
    assert (town.get("hydrant", 2)["remark"], town.get("hydrant", 2)["road"]) == ("账面改", "文三路")
    assert town.get("hydrant", 3)["remark"] == "账面改"
    town.get("hydrant", 5)
    new = town.register.by_code("hydrant", "NEW")
    assert new is not None
    assert new.id < 1_000_000_000
    assert town.get("meter_well", new["well"])
    clashes = town.register.find(Query("checkin_conflict"))
    assert {(c["target_id"], c["field"], c["field_value"], c["state"]) for c in clashes} == {
        (3, "remark", '"现场"', "open"),
        (5, None, None, "open"),
    }
    assert town.register.change_sets(limit=1)[0].kind == "checkin"

    # Changed in the office since; the same file again takes nothing back, and repeats no dispute.
    town.set("hydrant", 1, remark="后来")
    looked = town.look(out.path)
    assert looked.is_again
    arrival = town.back(out.path)
    assert (arrival.of, arrival.inserted, arrival.updated, arrival.conflicts) == (0, 0, 0, 0)
    assert town.get("hydrant", 1)["remark"] == "后来"
    assert len(town.register.find(Query("checkin_conflict"))) == 2


def test_lot_out_and_back_waits_for_acceptance(town: Town, worker: Worker) -> None:
    out = town.out()
    assert town.get("lot", town.lot)["state"] == "out"

    def work(copy: Register, edit) -> None:  # type: ignore[no-untyped-def]
        one, two = copy.get("hydrant", 1), copy.get("hydrant", 2)
        assert one is not None
        assert two is not None
        edit.update("hydrant", 1, one.version, {"remark": "漏水"})
        edit.update("hydrant", 2, two.version, {"geom": shapely.Point(30, 9)})
        new = edit.insert("hydrant", {"code": "N1", "geom": shapely.Point(77, 3)})
        edit.insert(
            "defect", {"target": "hydrant:1", "kind": "meter_stopped", "severity": 2, "state": "open"}
        )
        copy.attach(edit, "hydrant", new, "照片.txt", b"photo of the new one")
        copy.attach(edit, "hydrant", 1, "照片1.txt", b"photo")

    edit_copy(out.path, worker, work)
    arrival = town.back(out.path)
    assert arrival.refused == ()
    assert (arrival.inserted, arrival.updated, arrival.photos) == (2, 2, 2)
    assert town.get("hydrant", 1)["remark"] is None
    assert town.register.by_code("hydrant", "N1") is None
    records = {r["target"] or r["provisional_code"]: r for r in town.register.find(Query("census_record"))}
    one, two = records["hydrant:1"], records["hydrant:2"]
    assert (one["state"], one["outcome"], json.loads(one["found"])) == (
        "visited",
        "found",
        {"remark": "漏水"},
    )
    assert (two["outcome"], two.geometry) == ("moved", shapely.Point(30, 9))
    new = next(r for code, r in records.items() if code.startswith("WB"))
    assert (new["outcome"], json.loads(new["found"])["code"]) == ("new", "N1")
    assert len(town.register.attachments("census_record", new.id)) == 1
    assert len(town.register.attachments("hydrant", 1)) == 1
    assert town.get("lot", town.lot)["state"] == "back"
    assert town.look(out.path).is_again


def test_two_teams_look_at_the_same(town: Town) -> None:
    first, second = town.out("a.gpkg"), town.out("b.gpkg")
    by_hand(first.path, "UPDATE hydrant SET remark = '甲' WHERE fid = 1")
    by_hand(second.path, "UPDATE hydrant SET remark = '乙', road = '文三路' WHERE fid = 1")
    assert town.back(first.path).conflicts == 0
    assert town.back(second.path).conflicts == 1
    record = town.register.find(Query("census_record"))[0]
    assert json.loads(record["found"]) == {"remark": "甲", "road": "文三路"}
    clash = town.register.find(Query("checkin_conflict"))[0]
    assert (clash["field"], clash["office_value"], clash["field_value"]) == ("found.remark", '"甲"', '"乙"')
