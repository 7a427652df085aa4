"""Several devices with copies of one package: each one's work comes in, and none takes back what another one did."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from layers.census.packages.checkin import check_in
from layers.census.packages.receipt import Receipt
from layers.errors import UserError
from layers.model.query import Query
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
