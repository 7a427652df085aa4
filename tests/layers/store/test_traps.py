"""The traps that measurement found in GeoPackage and SQLite (storage.md 2 and 3.3), each with its test."""

from __future__ import annotations

import json
import sqlite3
import struct
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
import shapely

from layers.geometry.crs import Crs
from layers.model.query import Box, Compare, Query
from layers.register import Register
from layers.store import engine, open_mode
from layers.store.schema import GEOMETRY
from layers.store.triggers import all_triggers
from layers.text import Message
from tests.company_settings import set_setting

pytestmark = pytest.mark.keeps_running

LABEL = Message("store.created")
SYSTEM_PYTHON = "/usr/bin/python3"
VALIDATOR = "/usr/lib/python3/dist-packages/osgeo_utils/samples/validate_gpkg.py"


def add_pipe(register: Register) -> int:
    with register.edit(LABEL) as edit:
        return edit.insert("pipe", {"dn": 100, "geom": shapely.LineString([(0, 0), (9, 0)])})


def visit(path: Path) -> None:
    """Another process opens the file, looks and closes: the last one out would take the WAL away."""
    look = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('SELECT 1 FROM pipe').fetchall()"
    subprocess.run([sys.executable, "-c", f"{look}; c.close()", str(path)], check=True)


def wal_of(path: Path) -> tuple[int, int] | None:
    wal = path.with_name(path.name + "-wal")
    return (wal.stat().st_ino, wal.stat().st_dev) if wal.exists() else None


# ---- 2.1 a second SQLite library, or a bare open(), in the process loses commits

CALLS: dict[str, Callable[[Register], object]] = {
    "get": lambda r: r.get("pipe", 1),
    "by_code": lambda r: r.by_code("pipe", "GD-000001"),
    "find": lambda r: r.find(Query("pipe", where=Compare("dn", ">", 1), box=Box(0, 0, 9, 9))),
    "count": lambda r: r.count("pipe"),
    "bounds": lambda r: r.bounds(),
    "columns": lambda r: r.columns("pipe", geometry=True),
    "columns of some": lambda r: r.columns("pipe", ["dn"], where=Compare("dn", ">", 1), box=Box(0, 0, 9, 9)),
    "summary": lambda r: r.summary(),
    "edit": add_pipe,
    "bulk insert": lambda r: _insert_bulk(r),
    "undo": lambda r: r.undo(),
    "redo": lambda r: r.redo(),
    "undo_change_set": lambda r: r.undo_change_set(r.data_version),
    "change_sets": lambda r: r.change_sets(),
    "row_changes": lambda r: r.row_changes(type="pipe", id=1),
    "setting": lambda r: r.setting("dn_threshold"),
    "change of a setting": lambda r: set_setting(r, "dn_threshold", 75),
    "poll": lambda r: r.poll(),
    "idle": lambda r: r.idle(),
    "labels": lambda r: (r.undo_label, r.redo_label, r.data_version),
}


def _insert_bulk(register: Register) -> None:
    with register.edit(LABEL, "import") as edit:
        edit.insert_bulk("hydrant", pa.table({"geom": pa.array([shapely.to_wkb(shapely.Point(1, 1))])}))


@pytest.mark.parametrize("call", CALLS)
def test_the_wal_survives_visitors_after_every_call(register: Register, call: str) -> None:
    path = Path(register.target)
    add_pipe(register)
    CALLS[call](register)
    before = wal_of(path)
    assert before is not None
    visit(path)
    assert wal_of(path) == before, f"{call} dropped the locks on the file"


@pytest.mark.skipif(sys.platform == "win32", reason="locks of POSIX")
def test_that_test_can_fail(register: Register) -> None:
    """What it guards against, shown: one bare open() of the live file, and a visitor takes the WAL away."""
    program = """
        import subprocess, sys
        from pathlib import Path
        from layers.store.engine import open_engine
        path = Path(sys.argv[1])
        with open_engine(path).connect() as connection:
            connection.exec_driver_sql("SELECT count(*) FROM pipe").all()
            connection.commit()
            open(path, "rb").read(1)
            print(path.with_name(path.name + "-wal").exists())
            visit = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1])"
            visit += "; c.execute('SELECT 1 FROM pipe').fetchall(); c.close()"
            subprocess.run([sys.executable, "-c", visit, str(path)], check=True)
            print(path.with_name(path.name + "-wal").exists())
    """
    add_pipe(register)
    register.close()
    command = [sys.executable, "-c", textwrap.dedent(program), str(register.target)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False"]


def test_a_register_does_without_the_sqlite_of_python() -> None:
    program = """
        import sys
        import layers.register
        print([name for name in ("_sqlite3", "osgeo") if name in sys.modules])
    """
    command = [sys.executable, "-c", textwrap.dedent(program)]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == "[]"


# ---- 2.2 the WAL-reset bug of SQLite below 3.51.3


def test_sqlite_is_one_without_the_wal_reset_bug() -> None:
    assert engine.sqlite_version() >= engine.SAFE_WAL


def test_an_older_sqlite_goes_without_wal(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, empty_register: Path
) -> None:
    monkeypatch.setattr(open_mode, "SAFE_WAL", (99, 0, 0))
    path = tmp_path / "old.gpkg"
    path.write_bytes(empty_register.read_bytes())
    with Register.open(path, actor="test") as register:
        add_pipe(register)
        with register._store.read() as connection:
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "delete"


def test_every_connection_has_the_settings_of_the_house(register: Register) -> None:
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "recursive_triggers": 0}
    wanted |= {"busy_timeout": 10_000, "cache_size": -65_536}
    connections = [register._store.engine.connect() for _ in range(3)]
    for connection in connections:
        found = {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in wanted}
        connection.close()
        assert found == wanted


# ---- 2.3 GDAL passes over columns of types it does not know


def test_other_programs_see_every_column_of_every_table(register: Register) -> None:
    program = """
        import json, sys
        from osgeo import ogr
        file = ogr.Open(sys.argv[1])
        layers = [file.GetLayer(n) for n in range(file.GetLayerCount())]
        print(json.dumps({
            layer.GetName(): [
                (field.GetName(), field.GetTypeName()) for field in layer.schema
            ] for layer in layers
        }))
    """
    command = [SYSTEM_PYTHON, "-c", textwrap.dedent(program), str(register.target)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stderr == ""
    seen = {name: dict(fields) for name, fields in json.loads(done.stdout).items()}
    assert set(seen) == set(register.catalogue.types)  # and neither history nor bookkeeping
    kinds = {
        "text": "String",
        "integer": "Integer64",
        "double": "Real",
        "boolean": "Integer",
        "datetime": "DateTime",
    }
    for asset_type in register.catalogue:
        expected = {field.name: kinds[field.storage.kind] for field in asset_type.columns}
        assert {name: seen[asset_type.name][name] for name in expected} == expected
        assert set(seen[asset_type.name]) - set(expected) == {
            "row_version",
            "source_id",
            "source_key",
            "source_hash",
        }


# ---- 2.4 the mark of a GeoPackage must be in the file itself, not in the WAL


def test_the_header_is_in_the_file_while_it_is_open(tmp_path: Path) -> None:
    path = tmp_path / "new.gpkg"
    with Register.create(path, Crs.parse("EPSG:4546"), actor="test") as register:
        add_pipe(register)
        read = f"import sys; sys.stdout.buffer.write(open({str(path)!r}, 'rb').read(100))"
        header = subprocess.run([sys.executable, "-c", read], capture_output=True, check=True).stdout
        version, application = struct.unpack_from(">I", header, 60)[0], header[68:72]
        assert (application, version) == (b"GPKG", 10300)


# ---- 3.3 tables are altered natively: Alembic's batch mode loses triggers, AUTOINCREMENT, geometry type


def test_a_native_column_keeps_triggers_numbering_and_geometry_type(register: Register) -> None:
    add_pipe(register)
    with register._store.write() as connection:
        for table in ("pipe", "pipe_h"):
            connection.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN later TEXT(20)")
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        assert set(connection.exec_driver_sql(query).scalars()) == set(all_triggers(register._store.schema))
        made = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE name = 'pipe'").scalar_one()
        assert "AUTOINCREMENT" in made
        columns = {row[1]: row[2] for row in connection.exec_driver_sql("PRAGMA table_info(pipe)")}
        assert columns[GEOMETRY] == "LINESTRING"
    register.close()
    assert validate(Path(register.target)) == ""


# ---- the standard, as GDAL's own validator reads it


def validate(path: Path) -> str:
    command = [SYSTEM_PYTHON, VALIDATOR, "-k", "--extra", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


@pytest.mark.parametrize("code", ["EPSG:4546", "local", "EPSG:3546"])
def test_the_validator_finds_nothing(tmp_path: Path, code: str) -> None:
    path = tmp_path / "new.gpkg"
    with Register.create(path, Crs.parse(code), actor="test") as register:
        for asset_type in register.catalogue:
            if asset_type.shape is not None and not any(
                f.required and f.name != "code" for f in asset_type.fields
            ):
                with register.edit(LABEL) as edit:
                    edit.insert(asset_type.name, {"geom": _anything(asset_type.shape)})
                    edit.insert(asset_type.name, {})
        register.undo()
        register.redo()
    assert validate(path) == ""


def _anything(shape: str) -> shapely.Geometry:
    line = [(0, 0, 1), (9, 0, 2), (9, 9, 3), (0, 0, 1)]
    kinds = {
        "point": shapely.Point(line[0]),
        "line": shapely.LineString(line),
        "polygon": shapely.Polygon(line),
    }
    return kinds[shape]


def test_a_system_without_number_is_registered_by_its_definition(tmp_path: Path) -> None:
    path = tmp_path / "own.gpkg"
    own = (
        'PROJCRS["Own",BASEGEOGCRS["CGCS2000",DATUM["China 2000",'
        'ELLIPSOID["CGCS2000",6378137,298.257222101]]],'
        'CONVERSION["Own",METHOD["Transverse Mercator"],PARAMETER["Latitude of natural origin",0],'
        'PARAMETER["Longitude of natural origin",111.5],PARAMETER["Scale factor at natural origin",1],'
        'PARAMETER["False easting",500000],PARAMETER["False northing",0]],CS[Cartesian,2],'
        'AXIS["easting",east],AXIS["northing",north],LENGTHUNIT["metre",1]]'
    )
    with Register.create(path, Crs.parse(own), actor="test") as register:
        add_pipe(register)
        crs = register.crs
    with Register.open(path, actor="test") as register:
        assert register.crs == crs
    assert validate(path) == ""


def test_the_system_library_reads_what_we_write(register: Register) -> None:
    """No function or trick of ours is needed to read the file."""
    add_pipe(register)
    register.close()
    with sqlite3.connect(f"file:{register.target}?mode=ro", uri=True) as file:
        assert file.execute("SELECT code, dn FROM pipe").fetchall() == [("GD-000001", 100)]
        assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    file.close()
