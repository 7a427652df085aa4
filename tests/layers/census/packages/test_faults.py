"""Files cut short, rewritten or edited by other programs, bases that were lost: nothing gets lost with them."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import shapely
import sqlalchemy as sa
from pysqlite3 import dbapi2

from layers.census.packages import shelf as base
from layers.census.packages.merging.conflicts import disputes, plan_decisions
from layers.census.packages.out.checkout import check_out, prepare
from layers.census.packages.out.left_over import read_left_over
from layers.census.packages.scope import of_lot
from layers.errors import UserError
from layers.model.query import Query
from layers.store import package_writing, packages
from tests.layers.census.packages.conftest import ACT, Town, by_hand
from tests.layers.store.conftest import NewPlace, Place

pytestmark = pytest.mark.keeps_running

QGIS_PYTHON = Path("/usr/bin/python3")
QGIS_EDITS = """
import sys
from qgis.core import QgsApplication, QgsGeometry, QgsPointXY, QgsVectorLayer, QgsVectorLayerUtils
application = QgsApplication([], False)
application.initQgis()
layer = QgsVectorLayer(sys.argv[1] + "|layername=hydrant", "hydrant", "ogr")
assert layer.isValid()
with_fids = {f.id(): f for f in layer.getFeatures()}
assert layer.startEditing()
fields = layer.fields()
widget = layer.editorWidgetSetup(fields.indexOf("condition"))
assert widget.type() == "ValueMap", widget.type()
assert len(widget.config()["map"]) > 2
assert layer.editorWidgetSetup(fields.indexOf("row_version")).type() == "Hidden"
assert layer.attributeAlias(fields.indexOf("code")) != ""
records = QgsVectorLayer(sys.argv[1] + "|layername=census_record", "record", "ogr")
assert records.renderer().type() == "categorizedSymbol"
assert QgsVectorLayer(sys.argv[1] + "|layername=field_photo", "photo", "ogr").isValid()
del records
assert layer.changeAttributeValue(1, fields.indexOf("remark"), "QGIS \\u6539")
assert layer.changeGeometry(2, QgsGeometry.fromPointXY(QgsPointXY(31, 5)))
assert layer.deleteFeature(10)
place = QgsGeometry.fromPointXY(QgsPointXY(60, 6))
new = QgsVectorLayerUtils.createFeature(layer, place, {fields.indexOf("code"): "Q1"})
assert layer.addFeature(new)
assert layer.commitChanges(), layer.commitErrors()
del layer
application.exitQgis()
"""


@pytest.fixture
def new_place(empty_register: Path, tmp_path: Path, worker) -> NewPlace:  # type: ignore[no-untyped-def]
    """These are told by the file alone: one store will do."""

    def make() -> Place:
        shutil.copy(empty_register, tmp_path / "city.gpkg")
        return Place(tmp_path / "city.gpkg", worker)

    return make


def test_truncated_then_whole(town: Town) -> None:
    out = town.out(grid=True)
    by_hand(out.path, "UPDATE hydrant SET remark = '现场' WHERE fid = 1")
    whole = out.path.read_bytes()
    cut = town.field / "cut.gpkg"
    for size in (0, 50, len(whole) // 2, len(whole) - 4096):
        cut.write_bytes(whole[:size])
        with pytest.raises(UserError) as refused:
            town.back(cut)
        detail = refused.value.detail
        assert detail is None or detail.id in ("packages.torn", "packages.not_readable")
    assert town.get("field_package", out.id)["state"] == "out"
    assert town.back(out.path).updated == 1
    assert list(town.folder.glob("incoming*")) == []


def test_base_lost_is_told_by_the_trail(town: Town) -> None:
    out = town.out(grid=True)
    town.set("hydrant", 1, remark="账面")
    town.set("hydrant", 2, road="账面路")
    by_hand(
        out.path,
        "UPDATE hydrant SET remark = '现场' WHERE fid IN (1, 2)",
        "DELETE FROM hydrant WHERE fid = 12",
        "INSERT INTO hydrant (code) VALUES ('NEW')",
    )
    out.base.path.unlink()
    assert town.look(out.path).base == "trail"
    arrival = town.back(out.path)
    assert (arrival.inserted, arrival.updated, arrival.deleted, arrival.conflicts) == (1, 1, 1, 1)
    assert town.register.get("hydrant", 12) is None
    assert (town.get("hydrant", 2)["remark"], town.get("hydrant", 2)["road"]) == ("现场", "账面路")
    town.set("hydrant", 2, remark="后来")
    assert town.back(out.path).of == 0
    assert town.get("hydrant", 2)["remark"] == "后来"


def test_refused_rows_are_named_and_come_in_later(town: Town) -> None:
    out = town.out(grid=True)
    by_hand(
        out.path,
        "PRAGMA foreign_keys=OFF",
        "PRAGMA ignore_check_constraints=ON",
        "UPDATE hydrant SET condition = 'nonsense' WHERE fid = 1",
        "UPDATE hydrant SET remark = '好' WHERE fid = 2",
        "UPDATE grid SET name = '不是他的' WHERE fid = 1",
    )
    arrival = town.back(out.path)
    assert (arrival.of, arrival.updated) == (3, 1)
    assert {(r.type, r.id) for r in arrival.refused} == {("hydrant", 1), ("grid", 1)}
    by_hand(out.path, "UPDATE hydrant SET condition = NULL, remark = '改好' WHERE fid = 1")
    again = town.back(out.path)
    assert again.updated == 1
    assert town.get("hydrant", 1)["remark"] == "改好"


def test_clock_ahead_and_older_form(town: Town) -> None:
    out = town.out()
    town.set("campaign", town.campaign, form_version=2)
    kind = next(iter(town.register.catalogue.code_lists["defect_kind"].entries)).code
    by_hand(
        out.path,
        "UPDATE hydrant SET remark = '现场' WHERE fid = 1",
        "INSERT INTO hydrant_h (fid, at, op) VALUES (1, '2031-01-01T00:00:00.000Z', 'U')",
        "INSERT INTO defect (code, target, kind, severity, state, found_date)"
        f" VALUES ('D1', 'hydrant:2', '{kind}', 1, 'open', '2031-01-01')",
    )
    looked = town.look(out.path)
    assert looked.clock_days > 300
    assert [note.id for note in looked.notes] == ["packages.older_form"]
    arrival = town.back(out.path)
    assert arrival.refused == ()
    assert (arrival.inserted, arrival.updated) == (1, 1)
    assert town.register.find(Query("defect"))[0]["found_date"] < "2031"


def test_photos_missing_renamed_twice(town: Town) -> None:
    out = town.out()
    folder = out.path.parent / "photos"
    (folder / "renamed.txt").write_bytes(b"the first")
    (folder / "copy.txt").write_bytes(b"the first")
    (folder / "loose.txt").write_bytes(b"nobody's")
    digest = "d0a96e9f3dabb9a1d5b8f1ac0a6b9ebbd6b4d2dbd0c0d3d8f4f5e2b0f8a1c3e4"
    by_hand(
        out.path,
        "INSERT INTO attachment (target, file_name, sha256) VALUES"
        f" ('hydrant:1', 'a.txt', '{hashlib.sha256(b'the first').hexdigest()}'),"
        f" ('hydrant:1', 'lost.txt', '{digest}')",
        "INSERT INTO field_photo (target_type, target_id, path) VALUES ('hydrant', 2, 'photos/LOOSE.txt')",
    )
    (folder / "nobody.txt").write_bytes(b"no record")
    arrival = town.back(out.path)
    assert (arrival.photos, arrival.photos_missing) == (2, ("lost.txt",))
    assert arrival.photos_loose == ("nobody.txt",)
    assert town.register.attachments("hydrant", 1)[0]["file_name"] == "a.txt"
    assert town.back(out.path).photos == 0
    assert (folder / "renamed.txt").exists()


@pytest.mark.skipif(shutil.which("ogr2ogr") is None, reason="no ogr2ogr (Debian: gdal-bin)")
def test_rewritten_without_triggers_by_ogr2ogr(town: Town) -> None:
    out = town.out(grid=True)
    by_hand(out.path, "UPDATE hydrant SET remark = '现场' WHERE fid = 1")
    rewritten = town.field / "ogr.gpkg"
    subprocess.run(["ogr2ogr", "-f", "GPKG", rewritten, out.path], check=True, capture_output=True)
    by_hand(rewritten, "DELETE FROM hydrant WHERE fid = 12", "INSERT INTO hydrant (code) VALUES ('NEW')")
    looked = town.look(rewritten)
    assert looked.barred == ()
    arrival = town.back(rewritten)
    # What is gone from a file without a trail may just not have been written: somebody decides.
    assert (arrival.inserted, arrival.updated, arrival.conflicts) == (1, 1, 1)
    dispute = disputes(town.register)[0]
    assert (dispute.target.id, dispute.field) == (12, None)
    with town.register.edit(ACT) as edit:
        plan_decisions(town.register, [(dispute, "field")], "张工").apply(edit)
    assert town.register.get("hydrant", 12) is None
    assert disputes(town.register) == ()
    assert town.back(rewritten).of == 0


def has_qgis() -> bool:
    """Whether the distribution's Python has QGIS."""
    found = subprocess.run([QGIS_PYTHON, "-c", "import qgis.core"], capture_output=True, check=False)
    return found.returncode == 0


@pytest.mark.on_demand
def test_edited_by_qgis(town: Town) -> None:
    if not QGIS_PYTHON.exists() or not has_qgis():
        pytest.skip("no QGIS (Debian: python3-qgis)")
    out = town.out()
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    environment.pop("PYTHONPATH", None)
    done = subprocess.run(
        [QGIS_PYTHON, "-c", QGIS_EDITS, out.path],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    arrival = town.back(out.path)
    assert arrival.refused == ()
    assert (arrival.inserted, arrival.updated, arrival.conflicts) == (1, 3, 0)
    records = {r["target"]: r for r in town.register.find(Query("census_record"))}
    assert json.loads(records["hydrant:1"]["found"])["remark"] == "QGIS 改"
    assert records["hydrant:2"].geometry == shapely.Point(31, 5)
    assert records["hydrant:10"]["outcome"] == "not_found"
    assert json.loads(records[None]["found"])["code"] == "Q1"
    assert town.get("hydrant", 10)
    assert town.look(out.path).is_again


def test_a_full_disk_is_told_and_nothing_is_left_half(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def database_full(*_: object, **__: object) -> None:
        raise sa.exc.OperationalError("", {}, dbapi2.OperationalError("database or disk is full"))

    def copy_full(*_: object, **__: object) -> None:
        raise dbapi2.OperationalError("database or disk is full")

    def refusal(act: Callable[[], object], place: object, name: str, fault: object) -> str:
        with monkeypatch.context() as patched:
            patched.setattr(place, name, fault)
            with pytest.raises(UserError) as no:
                act()
        return no.value.title.id

    def left() -> list[str]:
        return [path.name for path in town.folder.rglob("*") if path.is_file()]

    contents = of_lot(town.register, town.lot)
    long = town.field / ("x" * 300 + ".gpkg")
    assert refusal(town.out, base.os, "fsync", full) == "packages.cannot_write"
    assert refusal(town.out, package_writing, "_put", database_full) == "store.disk_full"
    with pytest.raises(UserError) as no:
        prepare(town.register, contents, long, town.folder)
    assert no.value.title.id == "packages.cannot_write"
    assert (left(), town.register.count("field_package")) == ([], 0)

    out = town.out("whole.gpkg")
    by_hand(out.path, "UPDATE census_record SET state = 'visited', outcome = 'found' WHERE fid = 1")
    for place, name, fault in (
        (packages, "_copy", copy_full),
        (Path, "mkdir", full),
        (Path, "replace", full),
    ):
        assert refusal(lambda: town.look(out.path), place, name, fault) == "packages.cannot_keep"
    assert left() == ["base.gpkg"]
    assert town.back(out.path).updated == 1


def test_a_disk_that_is_full_from_the_first_page_on(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(raw: object) -> None:
        raise dbapi2.OperationalError("database or disk is full")

    monkeypatch.setattr(package_writing.gpkg, "write_header", full)
    with pytest.raises(UserError) as refused:
        town.out()
    assert refused.value.title.id == "store.disk_full"
    assert list(town.field.iterdir()) == []


def test_an_act_that_was_not_done_has_handed_out_nothing(town: Town) -> None:
    prepared = prepare(town.register, of_lot(town.register, town.lot), town.field / "lot.gpkg", town.folder)

    def hand_out() -> None:
        with town.register.edit(ACT) as edit:
            check_out(edit, prepared, "一组")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        hand_out()
    prepared.withdraw()
    assert [path.name for path in town.field.iterdir() if path.is_file()] == []
    assert read_left_over(town.register, base.Shelf.of(town.register, town.folder)) == ()
