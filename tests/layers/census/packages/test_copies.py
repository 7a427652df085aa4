"""Several devices with copies of one package: each one's work comes in, and none takes back what another one did."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from layers.census.packages.back.checkin import check_in
from layers.census.packages.receipt import Receipt
from layers.errors import UserError
from layers.model.query import Query
from layers.store import packages
from layers.store.engine import GEOMETRY_FUNCTIONS
from tests.layers.census.packages.conftest import ACT, Town, by_hand
from tests.layers.census.packages.test_faults import new_place

__all__ = ["new_place"]

pytestmark = pytest.mark.keeps_running
VISIT = "UPDATE census_record SET state = 'visited', outcome = 'found', found = '{\"remark\":\"%s\"}' WHERE fid = %d"
NEW = "INSERT INTO hydrant (code, geom) SELECT '%s', geom FROM hydrant WHERE fid = %d"


def two_copies(town: Town) -> tuple[Path, Path]:
    """A package, and its copy in a folder of its own."""
    first = town.out().path
    (town.field / "other" / "photos").mkdir(parents=True)
    return first, Path(shutil.copy(first, town.field / "other" / "lot.gpkg"))


def without_trail(path: Path) -> None:
    """As other programs rewrite a file."""
    raw = sqlite3.connect(path)
    for kind, like in (("trigger", "%"), ("table", "wa_h%")):
        names = raw.execute("SELECT name FROM sqlite_master WHERE type = ? AND name LIKE ?", (kind, like))
        for (name,) in names.fetchall():
            raw.execute(f'DROP {kind} "{name}"')
    raw.commit()
    raw.close()


def seen(town: Town) -> dict[str, str]:
    """What the records say that somebody filled in."""
    records = town.register.find(Query("census_record"))
    return {str(r["target"] or r["provisional_code"]): r["found"] for r in records if r["state"] == "visited"}


def test_each_copy_brings_its_own_and_leaves_the_others(town: Town) -> None:
    first, second = two_copies(town)
    by_hand(first, VISIT % ("一", 1), NEW % ("PHONE1", 1))
    by_hand(second, VISIT % ("二", 2), NEW % ("PHONE2", 9))
    raw = sqlite3.connect(second)
    (new,) = raw.execute("SELECT max(fid) FROM hydrant").fetchone()
    raw.close()
    by_hand(
        second,
        f"INSERT INTO field_photo (target_type, target_id, path) VALUES ('hydrant', {new}, 'photos/n.txt')",
        "INSERT INTO defect (target, kind, severity, state, found_date)"
        f" VALUES ('hydrant:{new}', 'hydrant_hit', 1, 'open', '2026-11-01')",
    )
    (second.parent / "photos" / "n.txt").write_bytes(b"of the second")
    town.back(first)
    town.back(second)
    assert town.look(first).is_again
    both = {
        "hydrant:1": '{"remark":"一"}',
        "hydrant:2": '{"remark":"二"}',
        "WB-0001-hydrant-0": '{"code":"PHONE1"}',
        "WB-0001-hydrant-20000": '{"code":"PHONE2"}',
    }
    assert seen(town) == both
    [record] = [r.id for r in town.register.find(Query("census_record")) if r["found"] == '{"code":"PHONE2"}']
    [defect] = town.register.find(Query("defect"))
    assert defect["target"] == f"census_record:{record}"
    assert [a["file_name"] for a in town.register.attachments("census_record", record)] == ["n.txt"]

    # Each goes on, and takes back its own: it is one's own last file that a file is compared with.
    by_hand(second, f"UPDATE hydrant SET remark = '后来' WHERE fid = {new}")
    by_hand(first, "UPDATE census_record SET state = 'planned', outcome = NULL, found = NULL WHERE fid = 1")
    town.back(second)
    town.back(first)
    del both["hydrant:1"]
    assert seen(town) == {**both, "WB-0001-hydrant-20000": '{"code":"PHONE2","remark":"后来"}'}

    # So it is where the trail went.
    for path, number in ((first, 5), (second, 6)):
        without_trail(path)
        by_hand(path, VISIT % (f"n{number}", number))
        town.back(path)
    assert town.look(first).merge.of == town.look(second).merge.of == 0
    told = seen(town)
    assert (told["hydrant:2"], told["hydrant:5"]) == ('{"remark":"二"}', '{"remark":"n5"}')
    assert told["hydrant:6"] == '{"remark":"n6"}'


def test_two_take_in_at_once(town: Town) -> None:
    first, second = two_copies(town)
    by_hand(first, VISIT % ("一", 1), NEW % ("PHONE1", 1))
    by_hand(second, VISIT % ("二", 2))
    looked = town.look(first), town.look(first), town.look(second)
    for examined in looked[:2]:
        with town.register.edit(ACT, "checkin") as edit:
            check_in(edit, examined, "x")
    with pytest.raises(UserError) as no, town.register.edit(ACT, "checkin") as edit:
        check_in(edit, looked[2], "x")
    assert no.value.title.id == "packages.came_meanwhile"
    assert town.back(second).updated == 1
    arrivals = Receipt.of(town.get("field_package", 1)["receipt"]).arrivals
    assert [(a.inserted, a.updated, a.already) for a in arrivals] == [(1, 1, 0), (0, 0, 2), (0, 1, 0)]
    assert len(seen(town)) == 3


def test_a_second_record_of_a_target_is_named_and_not_counted(town: Town) -> None:
    out = town.out()
    columns = "campaign, lot, target, target_type"
    by_hand(
        out.path,
        VISIT % ("甲", 1),
        f"INSERT INTO census_record ({columns}, state, outcome) "
        f"SELECT {columns}, 'visited', 'found' FROM census_record WHERE fid = 1",
        NEW % ("新", 1),
    )
    arrival = town.back(out.path)
    assert (arrival.inserted, arrival.updated) == (1, 1)
    assert [each.reasons for each in arrival.refused] == [("packages.second_record",)]
    records = town.register.find(Query("census_record"))
    assert sorted(r["target"] or "" for r in records) == sorted(["", *(f"hydrant:{n}" for n in range(1, 11))])


def test_one_picture_under_two_names_and_a_date_in_no_known_way(town: Town) -> None:
    out = town.out()
    for name in ("a.txt", "b.txt"):
        (out.path.parent / "photos" / name).write_bytes(b"one")
    rows = ", ".join(
        f"('hydrant', {id}, 'photos/{name}', '2026:11:20 08:00:00', 'snap')"
        for id, name in ((1, "a.txt"), (2, "b.txt"))
    )
    by_hand(out.path, f"INSERT INTO field_photo (target_type, target_id, path, taken_at, kind) VALUES {rows}")
    arrival = town.back(out.path)
    assert (arrival.photos, arrival.photos_missing, arrival.photos_loose) == (2, (), ())
    assert arrival.refused == ()
    told = [town.register.attachments("hydrant", id)[0]["file_name"] for id in (1, 2)]
    assert told == ["a.txt", "b.txt"]


def test_work_in_the_log_comes_in_from_a_folder_nobody_may_write(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = town.out().path
    raw = sqlite3.connect(path)
    for name, function in GEOMETRY_FUNCTIONS.items():
        raw.create_function(name, 1, function)
    raw.execute("PRAGMA journal_mode = WAL")
    raw.execute(VISIT % ("日志里", 2))
    raw.commit()
    stick = town.field / "stick"
    stick.mkdir()
    for name in ("", "-wal"):
        shutil.copy(f"{path}{name}", stick / f"lot.gpkg{name}")
    raw.close()
    whole = packages.dbapi2.connect

    def connect(place: str, **more: bool) -> object:
        if str(stick) in place and "immutable" not in place:
            raise packages.dbapi2.OperationalError("unable to open database file")
        return whole(place, **more)

    monkeypatch.setattr(packages.dbapi2, "connect", connect)
    assert town.back(stick / "lot.gpkg").updated == 1
    assert town.get("census_record", 2)["found"] == '{"remark":"日志里"}'
    assert [p.name for p in town.folder.rglob("*.from*")] == []
