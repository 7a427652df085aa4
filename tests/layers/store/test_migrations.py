"""Older files are brought to today's schema by native ALTERs: nothing lost, trail and index alive, or as before."""

from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import shapely
import sqlalchemy as sa

from layers.errors import UserError
from layers.geometry.crs import Crs
from layers.model.catalogue import Catalogue
from layers.model.catalogue_file import load_catalogue
from layers.model.query import Query
from layers.register import Register
from layers.store import opening
from layers.store.backup import backup_folder
from layers.store.engine import open_engine
from layers.store.migrations import SCHEMA_VERSION, STEPS
from layers.store.migrations.runner import migrate, read_meta
from layers.store.migrations.step import Migration, Step
from layers.store.schema import build_schema
from layers.text import Message

pytestmark = pytest.mark.keeps_running

LABEL = Message("store.created")
TODAY = load_catalogue()
VALIDATOR = Path("/usr/lib/python3/dist-packages/osgeo_utils/samples/validate_gpkg.py")


def older() -> Catalogue:
    """A catalogue of some earlier release: hydrants lacked a field and had another name for one; no leaks yet."""
    hydrant = TODAY["hydrant"]
    fields = [f for f in hydrant.fields if f.name != "road"]
    fields = [replace(f, name="note") if f.name == "remark" else f for f in fields]
    types = {n: t for n, t in TODAY.types.items() if n != "leak"}
    attachment = types["attachment"]
    narrowed = [
        replace(f, targets=tuple(t for t in f.targets if t != "leak")) if hasattr(f, "targets") else f
        for f in attachment.fields
    ]
    types["hydrant"] = replace(hydrant, fields=tuple(fields))
    types["attachment"] = replace(attachment, fields=tuple(narrowed))
    return replace(TODAY, types=types)


def up(migration: Migration) -> None:
    migration.rename_field("hydrant", "note", "remark")
    migration.add_field("hydrant", "road")
    migration.add_type("leak")


STEP = Step(SCHEMA_VERSION + 1, up)


@pytest.fixture
def old_file(tmp_path: Path) -> Path:
    path = tmp_path / "old.gpkg"
    with Register.create(path, Crs.parse("EPSG:4546"), actor="before", catalogue=older()) as register:
        with register.edit(LABEL) as edit:
            for number in range(30):
                place = shapely.Point(500_000 + number, 3_400_000)
                edit.insert("hydrant", {"code": f"H{number}", "note": "旧备注", "geom": place})
        with register.edit(LABEL) as edit:
            edit.update("hydrant", 1, 1, {"note": "改过"})
            edit.delete("hydrant", 2, 1)
    return path


def run_steps(path: Path, *steps: Step) -> bool:
    schema = build_schema(TODAY, 4546)
    engine = open_engine(path)
    try:
        return migrate(engine, schema, path, steps=[*STEPS, *steps])
    finally:
        engine.dispose()


def structure(path: Path) -> dict[str, object]:
    """Tables with columns, types, defaults, keys and indexes, triggers, registrations: whatever order they have."""
    raw = sqlite3.connect(path)
    tables = dict(raw.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY name"))
    found: dict[str, object] = {
        table: (
            sorted(row[1:] for row in raw.execute(f'PRAGMA table_info("{table}")')),
            sorted(row[2:] for row in raw.execute(f'PRAGMA foreign_key_list("{table}")')),
            sorted(row[1:3] for row in raw.execute(f'PRAGMA index_list("{table}")') if row[3] == "c"),
            sorted(re.findall(r"CONSTRAINT ck_.*?CHECK \(.*?\)(?=[,\n]|\)$| )", sql)),
        )
        for table, sql in tables.items()
        if not table.startswith("sqlite_")
    }
    found["triggers"] = dict(raw.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"))
    found["contents"] = sorted(raw.execute("SELECT table_name, data_type, srs_id FROM gpkg_contents"))
    found["extensions"] = sorted(map(str, raw.execute("SELECT * FROM gpkg_extensions")))
    found["autoincrement"] = sorted(
        r[0] for r in raw.execute("SELECT name FROM sqlite_master WHERE sql LIKE '%AUTOINCREMENT%'")
    )
    raw.close()
    return found


def test_upgraded_file_is_as_a_fresh_one_and_keeps_everything(
    old_file: Path, empty_register: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run_steps(old_file, STEP)
    assert not run_steps(old_file, STEP)
    upgraded, fresh = structure(old_file), structure(empty_register)
    for name in sorted({*upgraded, *fresh}):
        assert upgraded.get(name) == fresh.get(name), name
    monkeypatch.setattr(opening, "SCHEMA_VERSION", SCHEMA_VERSION + 1)
    with Register.open(old_file, actor="after") as register:
        assert not register.opening_findings
        assert not register.read_only
        assert register.count("hydrant") == 29
        first = register.get("hydrant", 1)
        assert first is not None
        assert (first["remark"], first["road"], first.version) == ("改过", None, 2)
        # The trail reaches back over the change, and goes on.
        assert [c.operation for c in register.row_changes(type="hydrant", id=1)] == ["update", "insert"]
        with register.edit(LABEL) as edit:
            edit.update("hydrant", 1, 2, {"road": "人民路", "geom": shapely.Point(0, 0)})
            leak = edit.insert("leak", {})
        assert register.get("leak", leak) is not None
        assert register.bounds("hydrant").x0 == 0  # type: ignore[union-attr]
        register.undo()
        assert register.get("hydrant", 1)["road"] is None  # type: ignore[index]
        kinds = [c.kind for c in register.change_sets()]
        assert kinds.count("migration") == 1
    (copy,) = backup_folder(old_file).iterdir()
    assert "before-migration" in copy.name
    assert sqlite3.connect(copy).execute("SELECT count(*) FROM hydrant WHERE note = '旧备注'").fetchone() == (
        28,
    )


@pytest.mark.skipif(not VALIDATOR.exists(), reason="GDAL's validator is not installed (Debian: python3-gdal)")
def test_upgraded_file_passes_the_geopackage_validator(old_file: Path) -> None:
    """Storage trap of migrations by copying: triggers, AUTOINCREMENT and the geometry type would be lost."""
    run_steps(old_file, STEP)
    done = subprocess.run(
        ["/usr/bin/python3", str(VALIDATOR), "-k", "--extra", str(old_file)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stdout + done.stderr


def fail(migration: Migration) -> None:
    up(migration)
    raise ZeroDivisionError


def orphan(migration: Migration) -> None:
    up(migration)
    migration.connection.exec_driver_sql("UPDATE hydrant SET well = 99999")


def hole(migration: Migration) -> None:
    up(migration)
    migration.connection.exec_driver_sql("DELETE FROM rtree_hydrant_geom_rowid WHERE rowid = 5")


@pytest.mark.parametrize(
    ("step", "error"), [(fail, ZeroDivisionError), (orphan, UserError), (hole, UserError)]
)
def test_a_step_that_fails_or_leaves_it_unsound_changes_nothing(
    old_file: Path, step: object, error: type[Exception]
) -> None:
    before = structure(old_file)
    with pytest.raises(error):
        run_steps(old_file, Step(SCHEMA_VERSION + 1, step))  # type: ignore[arg-type]
    assert structure(old_file) == before
    with Register.open(old_file, actor="still", catalogue=older()) as register:
        assert register.count("hydrant") == 29
        with register.edit(LABEL) as edit:
            edit.insert("hydrant", {"code": "new"})


def test_dropped_field_goes_from_the_history_too(old_file: Path) -> None:
    def drop(migration: Migration) -> None:
        up(migration)
        migration.drop_field("hydrant", "remark")
        migration.add_field("hydrant", "remark")

    run_steps(old_file, Step(SCHEMA_VERSION + 1, drop))
    raw = sqlite3.connect(old_file)
    assert raw.execute("SELECT count(remark) FROM hydrant").fetchone() == (0,)
    assert raw.execute("SELECT count(remark) FROM hydrant_h").fetchone() == (0,)
    raw.close()


def test_what_the_catalogue_has_more_need_not_be_named_by_a_step(
    old_file: Path, empty_register: Path
) -> None:
    def rename(migration: Migration) -> None:
        migration.rename_field("hydrant", "note", "remark")

    run_steps(old_file, Step(SCHEMA_VERSION + 1, rename))
    assert structure(old_file) == structure(empty_register)


def test_steps_are_numbered_without_gap() -> None:
    assert [step.version for step in STEPS] == list(range(1, SCHEMA_VERSION + 1))


@pytest.fixture
def from_the_future(old_file: Path) -> Path:
    raw = sqlite3.connect(old_file)
    raw.execute("UPDATE wa_meta SET value = ? WHERE name = 'schema_version'", (str(SCHEMA_VERSION + 7),))
    raw.commit()
    raw.close()
    return old_file


def test_file_of_a_newer_program_is_read_only(from_the_future: Path) -> None:
    with Register.open(from_the_future, actor="old program", catalogue=older()) as register:
        assert register.read_only
        assert [f.rule for f in register.opening_findings] == ["newer_version"]
        assert len(register.find(Query("hydrant"))) == 29
        with pytest.raises(UserError), register.edit(LABEL) as edit:
            edit.insert("hydrant", {})


def test_older_file_that_cannot_be_written_says_so(old_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opening, "SCHEMA_VERSION", SCHEMA_VERSION + 1)
    with pytest.raises(UserError) as told:
        Register.open(old_file, actor="reader", read_only=True)
    assert told.value.title.id == "migrations.needed"


def test_two_programs_migrate_at_once(old_file: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from tests.layers.store.test_migrations import run_steps, STEP;"
        " print(run_steps(Path(sys.argv[1]), STEP))"
    )
    both = [
        subprocess.Popen([sys.executable, "-c", program, str(old_file)], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    answers = sorted(process.communicate()[0].strip() for process in both)
    assert [process.returncode for process in both] == [0, 0]
    assert "True" in answers
    engine = open_engine(old_file)
    with engine.connect() as connection:
        assert read_meta(connection)["schema_version"] == str(SCHEMA_VERSION + 1)
        query = sa.text("SELECT count(*) FROM wa_changeset WHERE kind = 'migration'")
        assert connection.execute(query).scalar_one() == 1
    engine.dispose()
