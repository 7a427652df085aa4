"""Edits of other programs in the file: they leave their trail, are checked, and can be undone."""

from __future__ import annotations

import shutil
import struct
import subprocess
import textwrap
from pathlib import Path

import pytest
import shapely
from pysqlite3 import dbapi2

from layers.analysis.checking.waivers import read_waivers, today
from layers.errors import UserError
from layers.model.change import ChangeSet
from layers.model.query import Query
from layers.register import Register
from layers.store import adoption
from layers.text import Message, Texts

pytestmark = pytest.mark.keeps_running

LABEL = Message("store.created")
SYSTEM_PYTHON = "/usr/bin/python3"


def run(program: str, path: Path) -> None:
    """Run a program for Debian's own Python, which has GDAL and QGIS, in a process of its own."""
    text = textwrap.dedent(program).replace("PATH", repr(str(path)))
    done = subprocess.run([SYSTEM_PYTHON, "-c", text], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def start(register: Register) -> int:
    with register.edit(LABEL) as edit:
        well = edit.insert("meter_well", {})
        edit.insert("meter", {"well": well})
        edit.insert("customer", {"code": "K-1"})
        return edit.insert("pipe", {"code": "P-1", "dn": 100, "geom": shapely.LineString([(0, 0), (9, 0)])})


OGR_EDITS = """
    from osgeo import ogr
    ogr.UseExceptions()
    file = ogr.Open(PATH, 1)
    pipes = file.GetLayer("pipe")
    pipe = pipes.GetFeature(1)
    pipe["dn"] = 200
    pipe.SetGeometry(ogr.CreateGeometryFromWkt("LINESTRING (0 0, 50 50)"))
    pipes.SetFeature(pipe)
    new = ogr.Feature(pipes.GetLayerDefn())
    new["material"] = "DI"
    new.SetGeometry(ogr.CreateGeometryFromWkt("LINESTRING Z (5 5 1, 6 6 2)"))
    pipes.CreateFeature(new)
    file.GetLayer("meter").DeleteFeature(1)
"""


def check_adopted(register: Register, news: list[ChangeSet]) -> None:
    edits, codes = news
    assert (edits.kind, edits.actor) == ("outside", "outside")
    assert (codes.kind, codes.actor) == ("outside", "outside")
    assert edits.changes["pipe"].updated == {1}
    assert edits.changes["pipe"].inserted == codes.changes["pipe"].updated == {2}
    assert edits.changes["pipe"].fields == {"dn", "geom"}
    assert edits.changes["meter"].deleted == {1}
    drawn = register.get("pipe", 2)
    assert drawn is not None
    assert drawn["code"] == "GD-000001"
    assert drawn.geometry is not None
    assert drawn.geometry.has_z
    assert register.find(Query("pipe", box=register.bounds("pipe")))[0]["dn"] == 200
    assert register.opening_findings == []


def test_ogr_edits_are_adopted_while_open_and_undone(register: Register) -> None:
    start(register)
    before = register.get("pipe", 1)
    heard: list[ChangeSet] = []
    register.listen(heard.append)
    run(OGR_EDITS, Path(register.target))
    news = register.poll()
    check_adopted(register, news)
    assert heard == news
    changed = register.get("pipe", 1)
    assert before is not None
    assert changed is not None
    assert changed.version > before.version
    for change_set in reversed(news):
        register.undo_change_set(change_set.id)
    assert register.count("meter") == register.count("pipe") == 1
    assert dict(register.get("pipe", 1).values) == dict(before.values)  # type: ignore[union-attr]


def test_ogr_edits_are_adopted_at_the_next_opening(register: Register) -> None:
    start(register)
    newest = register.data_version
    register.close()
    run(OGR_EDITS, Path(register.target))
    with Register.open(register.target, actor="test", read_only=True) as seen:
        assert [finding.rule for finding in seen.opening_findings] == ["not_adopted"]
    with Register.open(register.target, actor="test") as again:
        news = [c for c in again.change_sets() if c.id > newest][::-1]
        check_adopted(again, news)
        assert again.undo_label == LABEL  # nobody's own step
        assert again.poll() == []


def test_acts_of_other_programs_are_told_apart_by_time(register: Register) -> None:
    pipe = start(register)
    store = register._store
    history = store.schema.history["pipe"]
    with store.write() as connection:
        for at in ("2026-01-01T08:00:00.000Z", "2026-01-01T08:04:00.000Z", "2026-01-01T08:30:00.000Z"):
            connection.execute(history.insert().values(at=at, op="U", fid=pipe, row_version=1))
        problems = adoption.adopt(store, connection, register.catalogue, lambda *_: [])
    assert problems == []
    acts = [c for c in register.change_sets() if c.kind == "outside"]
    assert [act.at for act in acts] == ["2026-01-01T08:30:00.000Z", "2026-01-01T08:04:00.000Z"]


def test_what_other_programs_get_wrong_is_found(register: Register) -> None:
    start(register)
    run(
        """
        import sqlite3
        file = sqlite3.connect(PATH)
        for name in ("ST_IsEmpty", "ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):
            file.create_function(name, 1, lambda geometry: 0)
        file.execute("UPDATE pipe SET material = 'NOPE', laid_date = 'long ago'")
        file.execute("INSERT INTO valve (code, survey_no) VALUES ('V1', 'w1'), ('V2', 'W1')")
        photo = ("pipe:77", "a.jpg", "0" * 64)
        file.execute("INSERT INTO attachment (target, file_name, sha256) VALUES (?, ?, ?)", photo)
        file.execute("INSERT INTO hydrant (code, geom) SELECT 'H', geom FROM pipe WHERE fid = 1")
        file.commit()
        """,
        Path(register.target),
    )
    register.poll()
    found = {(finding.rule, finding.field) for finding in register.opening_findings}
    assert found >= {
        ("dangling_link", None),
        ("not_in_list", "material"),
        ("not_a_date", "laid_date"),
        ("not_unique", "survey_no"),
        ("link_to_nothing", "target"),
        ("wrong_shape", "geom"),
    }
    sentences = [Texts("zh").render(finding.message) for finding in register.opening_findings]
    assert any("P-1" in sentence and "材质" in sentence for sentence in sentences)


def test_hard_limits_hold_for_other_programs_too(register: Register) -> None:
    start(register)
    run(
        """
        import sqlite3
        file = sqlite3.connect(PATH)
        for name in ("ST_IsEmpty", "ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):
            file.create_function(name, 1, lambda geometry: 0)
        for statement in (
            "UPDATE pipe SET dn = 5000",
            "UPDATE pipe SET fid = 9",
            "UPDATE pipe_h SET dn = 1",
            "DELETE FROM pipe_h",
            "UPDATE wa_changeset SET actor = 'nobody'",
            "DELETE FROM wa_changeset",
            "INSERT INTO customer (code) VALUES ('k-1')",
        ):
            try:
                file.execute(statement)
            except sqlite3.IntegrityError:
                continue
            raise SystemExit(statement + " was accepted")
        """,
        Path(register.target),
    )


def test_history_is_guarded_from_ourselves(register: Register) -> None:
    start(register)
    with pytest.raises(UserError) as guarded, register._store.write() as connection:
        connection.execute(register._store.schema.history["pipe"].delete())
    assert guarded.value.title.id == "store.history_guarded"


QGIS_EDITS = """
    import os
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from qgis.core import QgsApplication, QgsFeature, QgsGeometry, QgsVectorLayer, QgsVectorLayerUtils
    application = QgsApplication([], False)
    application.initQgis()
    for name in ("pipe", "meter", "meter_well", "c_material", "grid"):
        assert QgsVectorLayer(PATH + "|layername=" + name, name, "ogr").isValid(), name
    pipes = QgsVectorLayer(PATH + "|layername=pipe", "pipe", "ogr")
    assert pipes.startEditing()
    assert pipes.changeAttributeValue(1, pipes.fields().indexOf("dn"), 200)
    assert pipes.changeGeometry(1, QgsGeometry.fromWkt("LINESTRING(0 0, 50 50)"))
    new = QgsVectorLayerUtils.createFeature(pipes, QgsGeometry.fromWkt("LINESTRING(5 5, 6 6)"))
    assert pipes.addFeature(new)
    assert pipes.commitChanges(), pipes.commitErrors()
    del pipes
    application.exitQgis()
"""


def _has_qgis() -> bool:
    done = subprocess.run([SYSTEM_PYTHON, "-c", "import qgis.core"], capture_output=True, check=False)
    return done.returncode == 0


@pytest.mark.skipif(not _has_qgis(), reason="python3-qgis is not installed")
def test_a_qgis_edit_session_is_adopted(register: Register) -> None:
    start(register)
    run(QGIS_EDITS, Path(register.target))
    edits = register.poll()[0]
    assert edits.kind == "outside"
    assert edits.changes["pipe"].fields >= {"dn", "geom"}
    assert edits.changes["pipe"].inserted == {2}
    assert register.get("pipe", 2)["code"] == "GD-000001"  # type: ignore[index]


def test_a_shape_that_another_program_broke_does_not_keep_the_rest_from_being_read(
    register: Register,
) -> None:
    target = Path(str(register.target))
    one_point = struct.pack("<BII2d", 1, 2, 1, 538000.0, 3016000.0)
    broken = b"GP\0\x03" + struct.pack("<i4d", 4546, 538000, 538000, 3016000, 3016000) + one_point
    key = start(register)
    register.close()
    file = dbapi2.connect(str(target))
    for name in ("ST_IsEmpty", "ST_MinX", "ST_MaxX", "ST_MinY", "ST_MaxY"):
        file.create_function(name, 1, lambda geometry: 0)
    file.execute("UPDATE pipe SET geom = ? WHERE fid = ?", (broken, key))
    file.commit()
    file.close()
    with Register.open(target, actor="t") as again:
        asset = again.get("pipe", key)
        assert asset is not None
        assert asset.geometry is None
        assert again.change_sets()[0].kind == "outside"


def test_a_register_deleted_under_us_is_told(register: Register) -> None:
    Path(str(register.target)).unlink()
    with pytest.raises(UserError) as told:
        register.columns("pipe", ["code"])
    assert told.value.title.id == "store.cannot_open"


HOSTILE = {
    "key of bytes": "UPDATE added_field SET key = x'ff00'",
    "key of SQL": "UPDATE added_field SET key = 'pipe.x_a\"; DROP TABLE pipe; --'",
    "position of text": "UPDATE added_field SET position = 'abc', active = 1",
    "limits of text": "UPDATE added_field SET minimum = 'abc', maximum = 9e999",
    "list of bytes": "UPDATE added_list SET name = x'ff'",
    "words of bytes": "UPDATE c_material SET aliases = x'ff', position = 'abc' WHERE code = 'DI'",
    "day of a waiver": "INSERT INTO waiver (finding, text, reason, until) VALUES ('a b', x'ff', '', '31/12/26')",
}


@pytest.mark.parametrize("statement", HOSTILE.values(), ids=HOSTILE)
def test_rows_of_any_kind_do_not_keep_the_register_shut(
    statement: str, tmp_path: Path, empty_register: Path
) -> None:
    path = tmp_path / "city.gpkg"
    shutil.copy(empty_register, path)
    with Register.open(path, actor="test") as register, register.edit(LABEL) as edit:
        edit.insert("added_list", {"name": "x_tone", "title_zh": "色调"})
        edit.insert("added_field", {"key": "pipe.x_depth", "title_zh": "深", "field_kind": "number"})
    Register.open(path, actor="test").close()
    raw = dbapi2.connect(str(path))
    raw.execute(statement)
    raw.commit()
    raw.close()
    with Register.open(path, actor="test") as register:
        assert not register.read_only
        assert start(register)
        (waiver,) = read_waivers(register) or [None]
        assert waiver is None or not waiver.holds(today())
