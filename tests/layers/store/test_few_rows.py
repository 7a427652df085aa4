"""Tables of few rows are read by our own connection; what comes is what GDAL would read in the worker."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pyarrow as pa
import pytest
from shapely.geometry import LineString, Point

from layers.model.query import All, Compare, Condition
from layers.register import Register
from layers.store.engine import GEOMETRY_FUNCTIONS
from layers.store.geopackage import GeoPackageStore
from layers.store.worker import Worker
from layers.text import Message

ACT = Message("store.created")


@pytest.fixture
def book(tmp_path: Path, empty_register: Path):  # type: ignore[no-untyped-def]
    """Some mains and valves in a register with a worker of its own."""
    path = tmp_path / "few.gpkg"
    path.write_bytes(empty_register.read_bytes())
    with Register.open(path, actor="test", worker=Worker(children=1)) as register:
        with register.edit(ACT) as edit:
            for number in range(6):
                line = LineString([(500_000 + number, 3_000_000, 1.5), (500_010, 3_000_010, 2.5)])
                material = ("DI", "PE", None)[number % 3]
                edit.insert("pipe", {"code": f"G'D-{number}%", "material": material, "geom": line})
            edit.insert("valve", {"code": "V:1", "geom": Point(1, 2)})
            edit.insert("valve", {"code": "V2"})
        yield register


def by_worker(
    register: Register, monkeypatch: pytest.MonkeyPatch, *arguments: object, **more: object
) -> pa.Table:
    """The same columns read by GDAL."""
    with monkeypatch.context() as patch:
        patch.setattr(GeoPackageStore, "few", 0)
        return register.columns(*arguments, **more)  # type: ignore[arg-type]


def test_no_process_is_asked_for_few_rows(book: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(book.columns("pipe")) == 6
    assert book.worker.process_ids == ()
    monkeypatch.setattr(GeoPackageStore, "few", 5)
    assert len(book.columns("pipe")) == 6
    assert len(book.worker.process_ids) == 1


@pytest.mark.parametrize(
    "where",
    [
        Compare("code", "contains", "'"),
        Compare("code", "contains", "%"),
        Compare("code", "=", "V:1"),
        Compare("code", "=", "nothing"),
        All((Compare("code", "starts", "g"), Compare("code", "!=", "G'D-2%"))),
    ],
)
@pytest.mark.parametrize("type_name", ["pipe", "valve"])
def test_conditions_choose_the_same(
    book: Register, monkeypatch: pytest.MonkeyPatch, type_name: str, where: Condition
) -> None:
    few = book.columns(type_name, geometry=True, where=where)
    assert few.equals(by_worker(book, monkeypatch, type_name, geometry=True, where=where))


def test_what_another_program_wrote_is_read_as_gdal_reads_it(
    book: Register, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = sqlite3.connect(tmp_path / "few.gpkg")
    for name, function in GEOMETRY_FUNCTIONS.items():
        raw.create_function(name, 1, function)
    raw.execute("PRAGMA ignore_check_constraints=ON")
    raw.execute("UPDATE pipe SET dn = 'wide', laid_date = 5 WHERE fid = 1")
    raw.execute("UPDATE pipe SET dn = 2.5, material = NULL WHERE fid = 2")
    raw.commit()
    raw.close()
    few = book.columns("pipe", geometry=True)
    assert few.equals(by_worker(book, monkeypatch, "pipe", geometry=True))
