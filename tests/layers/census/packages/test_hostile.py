"""Files that would act, lead elsewhere or break what reads them: nothing of them acts, what is wrong is told."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest
import shapely

from layers.errors import UserError
from layers.model.query import Query
from tests.layers.census.packages.conftest import Town, by_hand
from tests.layers.census.packages.test_faults import new_place

__all__ = ["new_place"]

pytestmark = pytest.mark.keeps_running


def hydrants(town: Town) -> dict[int, dict[str, object]]:
    return {each.id: dict(each.values) for each in town.register.find(Query("hydrant"))}


def test_triggers_and_views_of_others_never_act(town: Town) -> None:
    out = town.out(grid=True)
    raw = sqlite3.connect(out.path)
    raw.executescript(
        "PRAGMA legacy_alter_table = ON; ALTER TABLE road RENAME TO roads;"
        "CREATE VIEW road AS SELECT fid, 'x' AS code, 'y' AS name, NULL AS geom FROM roads"
    )
    raw.close()
    by_hand(
        out.path,
        "CREATE TRIGGER evil AFTER UPDATE ON hydrant BEGIN INSERT INTO wa_meta VALUES (random(), 'x'); END",
        "CREATE VIEW v AS SELECT randomblob(1000000000) AS blob FROM hydrant",
        "CREATE VIEW field_report_copy AS SELECT * FROM wa_changeset",
        "PRAGMA application_id = 0",
        "UPDATE hydrant SET remark = '现场' WHERE fid = 1",
    )
    arrival = town.back(out.path)
    assert (arrival.updated, arrival.refused) == (1, ())
    assert town.get("hydrant", 1)["remark"] == "现场"
    # A view in the place of a table is no table.
    assert town.get("road", 1)["code"] == "R1"


BROKEN = (
    "remark = printf('%.*c', 5000000, 'x')",
    "geom = X'4750'",
    "geom = 'here'",
    "feed_dn = 'wide'",
    "remark = CAST(X'FFFE41' AS TEXT)",
    "code = X'00FF'",
    "code = NULL",
)


@pytest.mark.parametrize("grid", [True, False])
def test_values_that_are_none_are_named_and_the_rest_comes_in(town: Town, grid: bool) -> None:
    out = town.out(grid=grid)
    raw = sqlite3.connect(out.path)
    for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        raw.execute(f'DROP TRIGGER "{name}"')
    raw.execute("PRAGMA ignore_check_constraints = ON")
    raw.execute("PRAGMA writable_schema = ON")
    raw.execute("UPDATE sqlite_master SET sql = replace(sql, 'NOT NULL', '') WHERE name = 'hydrant'")
    raw.commit()
    raw.close()
    raw = sqlite3.connect(out.path)
    raw.execute("PRAGMA ignore_check_constraints = ON")
    for id, change in enumerate(BROKEN, 1):
        raw.execute(f"UPDATE hydrant SET {change} WHERE fid = {id}")
    raw.execute("UPDATE hydrant SET remark = '好' WHERE fid = 9")
    raw.commit()
    raw.close()
    before = hydrants(town)
    arrival = town.back(out.path)
    assert arrival.updated == 1
    assert {(each.type, each.id) for each in arrival.refused} == {
        ("hydrant", id + 1) for id in range(len(BROKEN))
    }
    assert {id: row for id, row in hydrants(town).items() if id != 9} == {
        id: row for id, row in before.items() if id != 9
    }


def test_records_that_are_no_records(town: Town) -> None:
    out = town.out()
    by_hand(
        out.path,
        "UPDATE census_record SET found = '{\"remark\":' || replace(hex(zeroblob(40000)), '0', '[') WHERE fid = 1",
        "UPDATE census_record SET found = '[1]', state = 'visited' WHERE fid = 2",
        'UPDATE census_record SET found = \'{"condition": {"a": 1}}\' WHERE fid = 3',
        "UPDATE census_record SET target = 'hydrant:999999999999999999999' WHERE fid = 4",
        "UPDATE census_record SET found = '{\"remark\": \"好\"}', state = 'visited' WHERE fid = 5",
    )
    arrival = town.back(out.path)
    assert town.get("census_record", 5)["found"] == '{"remark":"好"}'
    assert {(each.type, each.id) for each in arrival.refused} == {
        ("census_record", 1),
        ("census_record", 2),
        ("hydrant", 3),
    }
    assert town.get("census_record", 4)["target"] == "hydrant:4"
    assert all(town.get("census_record", id)["found"] is None for id in (1, 2, 3, 4))


def test_another_registers_package_and_words_that_are_none(town: Town) -> None:
    out = town.out()
    other = town.field / "other.gpkg"
    shutil.copy(out.path, other)
    by_hand(other, 'UPDATE wa_meta SET value = replace(value, \'"token": "\', \'"token": "f\')')
    before = town.register.data_version
    with pytest.raises(UserError) as refused:
        town.look(other)
    assert refused.value.title.id == "packages.unknown"
    for words in (
        "'[1, 2'",
        "'[]'",
        '\'{"code": 7, "version": "x"}\'',
        "'' || replace(hex(zeroblob(9000)), '0', '[')",
    ):
        by_hand(other, f"UPDATE wa_meta SET value = {words} WHERE name = 'field_package'")
        with pytest.raises(UserError) as refused:
            town.look(other)
        assert refused.value.title.id == "packages.unnamed"
    # Told by hand of which package it is, it is compared like any other.
    assert town.look(other, out.code).merge.of == 0
    assert town.register.data_version == before


def test_photos_that_lead_elsewhere(town: Town, tmp_path: Path) -> None:
    out = town.out()
    folder = out.path.parent / "photos"
    secret = tmp_path / "secret.txt"
    secret.write_text("not to be told")
    (folder / "link.txt").symlink_to(secret)
    (folder / "deep").symlink_to(tmp_path)
    (folder / "empty.jpg").write_bytes(b"")
    (folder / "fine.txt").write_bytes(b"fine")
    paths = (
        "../../secret.txt",
        str(secret),
        "photos/link.txt",
        "deep/secret.txt",
        "empty.jpg",
        "C:\\DCIM\\fine.txt",
    )
    by_hand(
        out.path,
        *(
            f"INSERT INTO field_photo (target_type, target_id, path) VALUES ('hydrant', 1, '{path}')"
            for path in paths
        ),
        "INSERT INTO field_photo (target_type, target_id, path) VALUES ('hydrant', 99, 'fine.txt')",
        "INSERT INTO field_photo (target_type, target_id, path) VALUES ('sqlite_master', 'x', 'fine.txt')",
    )
    arrival = town.back(out.path)
    assert arrival.photos == 1
    assert arrival.photos_missing == ("link.txt", "secret.txt")
    assert sorted(each.name for each in arrival.refused) == ["empty.jpg", "fine.txt"]
    assert [each["file_name"] for each in town.register.attachments("hydrant", 1)] == ["fine.txt"]


def test_disputes_left_open_are_told_again_and_settled_by_a_third_run(town: Town) -> None:
    out = town.out(grid=True)
    town.set("hydrant", 1, remark="账面")
    by_hand(out.path, "UPDATE hydrant SET remark = '现场' WHERE fid = 1")
    arrival = town.back(out.path)
    assert (arrival.conflicts, arrival.by_whom) == (1, {"": 1})
    assert town.get("field_package", out.id)["grid"] == 1
    looked = town.look(out.path)
    assert looked.is_again
    assert [(each.target.id, each.field, each.found) for each in looked.disputes] == [(1, "remark", "现场")]
    version = town.register.data_version
    assert town.back(out.path).conflicts == 0
    assert town.get("hydrant", 1)["remark"] == "账面"
    assert len(town.register.find(Query("checkin_conflict"))) == 1
    town.back(out.path, decided={("hydrant", 1, "remark"): "field"})
    assert town.get("hydrant", 1)["remark"] == "现场"
    assert town.look(out.path).disputes == ()
    assert town.register.data_version > version
    # One act of a person, taken back by one.
    town.register.undo()
    assert town.get("hydrant", 1)["remark"] == "账面"
    assert [each["state"] for each in town.register.find(Query("checkin_conflict"))] == ["open"]


def test_a_team_decides_on_nothing_and_one_row_keeps_no_file_out(town: Town) -> None:
    place = shapely.to_wkb(shapely.Point(116.4, 39.9)).hex()
    header = (b"GP\0\1" + (4326).to_bytes(4, "little")).hex()
    nan = (b"GP\0\1" + (4546).to_bytes(4, "little") + shapely.to_wkb(shapely.Point(float("nan"), 1))).hex()
    out = town.out()
    long = "'{\"remark\":\"' || printf('%.*c', 300000, 'x') || '\"}'"
    by_hand(
        out.path,
        "PRAGMA ignore_check_constraints = ON",
        "UPDATE census_record SET state = 'accepted', decided_by = '我', outcome = 'found' WHERE fid = 1",
        "UPDATE census_record SET state = 'cancelled' WHERE fid = 2",
        f"UPDATE census_record SET state = 'visited', outcome = 'found', found = {long} WHERE fid = 3",
        f"UPDATE hydrant SET geom = X'{header}{place}' WHERE fid = 5",
        f"UPDATE hydrant SET geom = X'{nan}' WHERE fid = 6",
        "UPDATE census_record SET state = 'visited', outcome = 'not_found' WHERE fid = 7",
    )
    town.set("census_record", 3, found='{"remark":"办公室"}', state="visited", outcome="found")
    arrival = town.back(out.path)
    records = {r.id: (r["state"], r["decided_by"]) for r in town.register.find(Query("census_record"))}
    assert (records[1], records[2], records[7]) == (("visited", None), ("planned", None), ("visited", None))
    assert {(each.type, each.id) for each in arrival.refused} == {
        ("census_record", 3),
        ("hydrant", 5),
        ("hydrant", 6),
    }
    assert town.get("census_record", 3)["found"] == '{"remark":"办公室"}'
