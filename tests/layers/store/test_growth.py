"""Completing a file of an older program: killed, raced, refused, without room - and what releases may not change."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import shapely
from pysqlite3 import dbapi2
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateColumn

from layers.errors import Cancelled
from layers.feedback import Feedback
from layers.geometry.crs import Crs
from layers.model.catalogue import Catalogue
from layers.model.outline import Outline
from layers.register import Register
from layers.store import opening
from layers.store.backup import backup_folder
from layers.store.migrations.growth import DIGEST, OUTLINE
from layers.store.schema import build_schema
from layers.store.security import ForeignObjectsError
from layers.text import Message
from tests.layers.store.older import TODAY, as_of, without
from tests.layers.store.test_migrations import VALIDATOR, structure

pytestmark = pytest.mark.keeps_running

ROOT = Path(__file__).parents[3]
LABEL = Message("store.created")
RELEASE_1 = json.loads((Path(__file__).parent / "release_1.json").read_text())
RENAMED = {"project_in": "project_in_name", "project_out": "project_out_name"}
"""What step 2 of the schema calls the columns of release 1."""
OLDER = without(types={"leak", "map_style"}, columns={("hydrant", "road")}, entries={"material:PE"})


@pytest.fixture(scope="module")
def older_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("older") / "city.gpkg"
    made = Register.create(path, Crs.parse("EPSG:4546"), actor="old", catalogue=OLDER)
    with made, made.edit(LABEL) as edit:
        for number in range(20):
            edit.insert("hydrant", {"geom": shapely.Point(500_000 + number, 3_400_000)})
    return path


@pytest.fixture
def old_file(older_file: Path, tmp_path: Path) -> Path:
    path = tmp_path / "city.gpkg"
    shutil.copy(older_file, path)
    return path


def with_old_names(catalogue: Catalogue) -> Catalogue:
    """The catalogue with the columns that step 2 renames called as before."""
    old = {new: name for name, new in RENAMED.items()}
    types = {
        t.name: replace(t, fields=tuple(replace(f, name=old.get(f.name, f.name)) for f in t.fields))
        for t in catalogue
    }
    return replace(catalogue, types=types)


def rules(register: Register) -> list[str]:
    return [finding.rule for finding in register.opening_findings]


# ---- releases


def test_released_columns_are_as_they_were() -> None:
    """A register of release 1 is only ever added to: a changed or dropped column needs a numbered step."""
    schema, dialect = build_schema(TODAY, 4546), sqlite.dialect()
    for type_name, columns in RELEASE_1["types"].items():
        for name, words in columns.items():
            column = schema.assets[type_name].columns[RENAMED.get(name, name)]
            today = str(CreateColumn(column).compile(dialect=dialect)).strip().partition(" ")[2]
            assert today == words, f"{type_name}.{name}: write a migration step, then release_2.json"


def test_register_of_release_1_opens_completed(tmp_path: Path, empty_register: Path) -> None:
    """As it was made before registers kept a note of their catalogue, and before projects were assets."""
    catalogue_columns = {
        name: tuple(new for c in columns if (new := RENAMED.get(c, c)) in TODAY.outline.types[name])
        for name, columns in RELEASE_1["types"].items()
    }
    path = tmp_path / "release1.gpkg"
    released = with_old_names(as_of(Outline(catalogue_columns, RELEASE_1["entries"])))
    made = Register.create(path, Crs.parse("EPSG:4546"), actor="old", catalogue=released)
    with made, made.edit(LABEL) as edit:
        edit.insert("hydrant", {"code": "H1", "geom": shapely.Point(500_000, 3_400_000)})
        edit.insert("pipe", {"code": "P1", "project_in": "西湖路改造", "project_out": "2019-7"})
    raw = sqlite3.connect(path)
    raw.execute("DELETE FROM wa_meta WHERE name IN (?, ?)", (OUTLINE, DIGEST))
    raw.execute("UPDATE wa_meta SET value = '1' WHERE name = 'schema_version'")
    raw.commit()
    raw.close()
    with Register.open(path, actor="new") as register:
        assert rules(register) == []
        assert not register.read_only
        assert register.by_code("hydrant", "H1") is not None
        pipe = register.by_code("pipe", "P1")
        assert pipe is not None
        assert (pipe["project_in_name"], pipe["project_out_name"]) == ("西湖路改造", "2019-7")
        assert (pipe["project_in"], pipe["project_out"], pipe["section"]) == (None, None, None)
        assert [c.kind for c in register.change_sets()] == ["upgrade", "migration", "edit", "creation"]
        # Entries that were there before say what they mean as well, and the trail tells it.
        roles = register.catalogue.code_lists["service_role"].entries
        assert {role.code: role.means for role in roles if role.means} == {
            "steward": "grid",
            "account": "key_account",
        }
        (told,) = register.row_changes(type="c_service_role", id=1)
        assert told.changed_fields == ("means",)
    assert structure(path) == structure(empty_register)
    (copy,) = backup_folder(path).iterdir()
    assert "before-migration-2" in copy.name
    raw = sqlite3.connect(copy)
    assert raw.execute("SELECT project_in FROM pipe").fetchall() == [("西湖路改造",)]
    raw.close()


@pytest.mark.skipif(not VALIDATOR.exists(), reason="GDAL's validator is not installed (Debian: python3-gdal)")
def test_completed_file_passes_the_geopackage_validator(old_file: Path) -> None:
    Register.open(old_file, actor="new").close()
    done = subprocess.run(
        ["/usr/bin/python3", str(VALIDATOR), "-k", "--extra", str(old_file)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stdout + done.stderr


def test_file_that_has_everything_is_not_looked_through(
    old_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Register.open(old_file, actor="new").close()
    monkeypatch.setattr(opening, "present_columns", None)
    Register.open(old_file, actor="new").close()


# ---- stopped on the way

KILLED = """
import os, signal, sys
from layers.errors import Cancelled
from layers.feedback import Feedback
from layers.register import Register
seen = 0
def report(fraction, what):
    global seen
    seen += 1
    if seen == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
Register.open(sys.argv[1], actor="new", feedback=Feedback(report, interval=0)).close()
print(seen)
"""


def test_killed_at_any_moment_it_is_as_before_or_completed(old_file: Path, tmp_path: Path) -> None:
    before = structure(old_file)
    pristine = tmp_path / "pristine.gpkg"
    shutil.copy(old_file, pristine)
    done = subprocess.run(
        [sys.executable, "-c", KILLED, str(old_file), "-1"],
        capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    after = structure(old_file)
    assert after != before
    moments = int(done.stdout)
    outcomes = set()
    for moment in range(max(1, moments - 6), moments + 1):
        shutil.copy(pristine, old_file)
        killed = subprocess.run(
            [sys.executable, "-c", KILLED, str(old_file), str(moment)], check=False, cwd=ROOT
        )
        assert killed.returncode == -signal.SIGKILL
        # Whoever looks next: what was half done is rolled back.
        with Register.open(old_file, actor="reader", catalogue=OLDER) as register:
            assert register.count("hydrant") == 20
            outcomes.add(register.read_only)
        found = structure(old_file)
        assert found in (before, after)
        Register.open(old_file, actor="new").close()
        assert structure(old_file) == after
    # Both happened: killed before the commit and after it.
    assert outcomes == {False, True}


def test_two_programs_complete_it_at_once(old_file: Path) -> None:
    program = (
        "import sys; from layers.register import Register;"
        " r = Register.open(sys.argv[1], actor='new'); print(r.read_only, len(r.opening_findings)); r.close()"
    )
    both = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(old_file)], stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        for _ in range(2)
    ]
    assert [p.communicate()[0].strip() for p in both] == ["False 0", "False 0"]
    with Register.open(old_file, actor="new") as register:
        assert [c.kind for c in register.change_sets()].count("upgrade") == 1


def test_older_program_that_has_it_open_goes_on_until_it_closes(old_file: Path) -> None:
    with Register.open(old_file, actor="old", catalogue=OLDER) as old:
        with Register.open(old_file, actor="new") as new, new.edit(LABEL) as edit:
            edit.insert("leak", {})
        old.poll()
        with old.edit(LABEL) as edit:
            hydrant = edit.insert("hydrant", {"code": "late"})
        assert [c.operation for c in old.row_changes(type="hydrant", id=hydrant)] == ["insert"]
    with Register.open(old_file, actor="new") as new:
        assert rules(new) == []
        assert new.by_code("hydrant", "late") is not None


def test_writer_in_the_way_leaves_it_readable(old_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = opening.open_engine
    monkeypatch.setattr(opening, "open_engine", lambda *a, **k: real(*a, **k, busy_seconds=0.2))
    other = dbapi2.connect(str(old_file), isolation_level=None)
    other.execute("PRAGMA journal_mode=WAL")
    before = structure(old_file)
    other.execute("BEGIN IMMEDIATE")
    with Register.open(old_file, actor="new") as register:
        assert rules(register) == ["not_grown"]
        assert register.read_only
        assert register.count("hydrant") == 20
    other.execute("ROLLBACK")
    other.close()
    assert structure(old_file) == before
    with Register.open(old_file, actor="new") as register:
        assert rules(register) == []


@pytest.mark.parametrize("room", [200_000, 300_000])
def test_full_disk_leaves_it_readable_and_as_it_was(older_file: Path, small_disk: Path, room: int) -> None:
    """No room for the copy, or for the copy but not for the tables."""
    path = small_disk / "city.gpkg"
    shutil.copy(older_file, path)
    before = structure(path)
    copy = path.stat().st_size if room > 200_000 else 0
    free = os.statvfs(small_disk)
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * (free.f_bavail * free.f_frsize - copy - room))
    with Register.open(path, actor="new") as register:
        assert rules(register) == ["not_grown"]
        assert register.read_only
        assert register.count("hydrant") == 20
    assert structure(path) == before
    ballast.unlink()
    with Register.open(path, actor="new") as register:
        assert rules(register) == []


def test_file_in_a_folder_that_cannot_be_written_is_read(
    old_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("layers.store.open_mode.os.access", lambda *_: False)
    with Register.open(old_file, actor="new") as register:
        assert rules(register) == ["not_writable", "older_catalogue"]
        assert register.count("hydrant") == 20
        assert "leak" not in register.catalogue
    assert list(old_file.parent.iterdir()) == [old_file]


# ---- what others put into the file


def own_layer(path: Path, statement: str) -> None:
    raw = sqlite3.connect(path)
    raw.executescript(statement)
    raw.close()


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        ("CREATE TABLE leak (fid INTEGER PRIMARY KEY, note TEXT)", "leak"),
        ("ALTER TABLE hydrant ADD COLUMN road TEXT", "hydrant.road"),
    ],
)
def test_name_that_another_program_took_is_told(old_file: Path, statement: str, name: str) -> None:
    own_layer(old_file, statement)
    before = structure(old_file)
    with Register.open(old_file, actor="new") as register:
        assert register.read_only
        (finding,) = register.opening_findings
        assert finding.rule == "not_grown"
        assert name in finding.message.parameters["reason"].parameters["names"]
        assert register.count("hydrant") == 20
    assert structure(old_file) == before


def test_layer_of_somebodys_own_keeps_its_index(old_file: Path) -> None:
    own_layer(
        old_file,
        "CREATE TABLE mine (fid INTEGER PRIMARY KEY, geom BLOB, note TEXT);"
        "CREATE VIRTUAL TABLE rtree_mine_geom USING rtree(id, minx, maxx, miny, maxy);"
        "CREATE TRIGGER rtree_mine_geom_delete AFTER DELETE ON mine WHEN old.geom NOT NULL"
        " BEGIN DELETE FROM rtree_mine_geom WHERE id = OLD.fid; END",
    )
    Register.open(old_file, actor="new").close()
    triggers = structure(old_file)["triggers"]
    assert isinstance(triggers, dict)
    assert "rtree_mine_geom_delete" in triggers


def test_trigger_that_is_not_ours_stops_it(old_file: Path) -> None:
    own_layer(old_file, "CREATE TRIGGER evil AFTER INSERT ON c_material BEGIN DELETE FROM hydrant; END")
    before = structure(old_file)
    with pytest.raises(ForeignObjectsError):
        Register.open(old_file, actor="new")
    assert structure(old_file) == before


def test_cancelled_on_the_way_it_is_as_it_was(old_file: Path) -> None:
    before, told = structure(old_file), []
    feedback = Feedback(lambda fraction, _: (told.append(fraction), fraction > 0.8 and feedback.cancel()), 0)
    with pytest.raises(Cancelled):
        Register.open(old_file, actor="new", feedback=feedback)
    assert told == sorted(told)
    assert structure(old_file) == before
