"""Contract of every store: table, single assets and exports of a past day are what they were on that day."""

from __future__ import annotations

from pathlib import Path

import pytest
from shapely.geometry import LineString, Point

from layers.exchange.export import ExportOptions, export_assets
from layers.model.asset import AssetKey
from layers.model.query import Query
from layers.past.book import Past, asset_as_of
from layers.register import Register
from layers.table.data import TableData, table_fields
from layers.table.reading import read_table
from layers.text import Message
from tests.layers.store.conftest import NewPlace

pytestmark = pytest.mark.keeps_running
ACT = Message("action.import")


def shown(register: Register, name: str, past: Past | None) -> list[list[str]]:
    """Every cell of every column, in words."""
    asset_type = register.catalogue[name]
    names = [field.name for field in table_fields(asset_type)]
    data: TableData = read_table(register, name, names, past=past)
    return [
        [str(id), *(data.columns[name].show(row, "zh") for name in names)]
        for row, id in enumerate(data.fids.tolist())
    ]


def exported(register: Register, folder: Path, past: Past | None) -> dict[str, str]:
    folder.mkdir()
    options = ExportOptions(types=("pipe", "valve", "leak"), past=past)
    export_assets(register, folder / "then.csv", options)
    return {path.name: path.read_text(encoding="utf-8-sig") for path in sorted(folder.glob("*.csv"))}


def test_the_book_of_a_day_in_tables_and_files(new_place: NewPlace, tmp_path: Path) -> None:
    with new_place().open() as register:
        with register.edit(ACT) as edit:
            ids = [
                edit.insert("pipe", {
                    "code": f"P{n}", "dn": (100, 300)[n % 2], "laid_date": ("1985", None, "2005-07")[n % 3],
                    "status": "in_service", "recorded_length_m": 10.5 * n or None,
                    "geom": LineString([(n, 0), (n, 10 + n)]) if n % 4 else None,
                })
                for n in range(6)
            ]  # fmt: skip
            edit.insert("valve", {"code": "V1", "geom": Point(1, 5)})
            leak = edit.insert("leak", {"code": "L1", "pipe": ids[1], "geom": Point(1, 5)})
        version = register.data_version
        names = ("pipe", "valve", "leak")
        then = {name: shown(register, name, None) for name in names}
        files = exported(register, tmp_path / "then", None)
        book = Past("2026-01-01", "book", version)
        with register.edit(ACT) as edit:
            for id, values in ((ids[2], {"dn": 600, "geom": None}), (ids[4], {"code": "P-other"})):
                edit.update("pipe", id, register.get("pipe", id).version, values)
            edit.update("leak", leak, register.get("leak", leak).version, {"pipe": ids[3]})
            edit.delete("pipe", ids[1], register.get("pipe", ids[1]).version)
            new = edit.insert("pipe", {"code": "P-new", "dn": 80})
        assert shown(register, "pipe", None) != then["pipe"]
        assert {name: shown(register, name, book) for name in names} == then
        assert exported(register, tmp_path / "book", book) == files
        gone = asset_as_of(register, AssetKey("pipe", ids[1]), book)
        assert gone is not None
        assert gone["code"] == "P1"
        assert asset_as_of(register, AssetKey("pipe", new), book) is None
        assert asset_as_of(register, AssetKey("pipe", ids[2]), book)["dn"] == 100
        notes = [row.get("as_of") for row in register.find(Query("export_record"))]
        assert notes == [None, "2026-01-01"]


def test_what_lay_there_by_its_dates(new_place: NewPlace, tmp_path: Path) -> None:
    with new_place().open() as register:
        with register.edit(ACT) as edit:
            old = edit.insert("pipe", {
                "code": "old", "laid_date": "1985", "status": "abandoned", "retired_date": "2010-03-01",
            })  # fmt: skip
            young = edit.insert("pipe", {"code": "young", "laid_date": "2005-07", "status": "in_service"})
        day = Past("2000-12-31", "ground")
        data = read_table(register, "pipe", ["code", "status"], past=day)
        assert data.fids.tolist() == [old]
        assert data.columns["status"].value(0) == "in_service"
        assert "young" not in exported(register, tmp_path / "ground", day)["then.csv"]
        assert asset_as_of(register, AssetKey("pipe", old), day)["status"] == "in_service"
        assert asset_as_of(register, AssetKey("pipe", young), day) is None
        assert asset_as_of(register, AssetKey("pipe", young), None)["code"] == "young"
