"""What the program writes it reads again: every type, with its links, though types link in a circle."""

from __future__ import annotations

from pathlib import Path

import pytest
from shapely.geometry import LineString, Point, box

from layers.exchange.export import ExportOptions, export_assets
from layers.exchange.importer import plan_import, run_import
from layers.geometry.crs import Crs
from layers.model.query import Query
from layers.register import Register
from layers.text import Message

LABEL = Message("action.import")
X, Y = 538000.0, 3016000.0


def _town(path: Path) -> None:
    """Thirteen types: more than SQLite attaches files, with a circle of community, facility and pipe."""
    with Register.create(path, Crs.parse("EPSG:4546"), actor="t") as register, register.edit(LABEL) as edit:
        grid = edit.insert("grid", {"code": "WG-01", "name": "城中网格", "geom": box(X, Y, X + 9, Y + 9)})
        area = edit.insert(
            "service_area", {"code": "FQ-001", "name": "北区", "geom": box(X, Y, X + 9, Y + 9)}
        )
        community = edit.insert("community", {"code": "XQ-0001", "name": "锦绣家园", "grid": grid})
        pump = edit.insert(
            "facility",
            {
                "code": "CZ-001",
                "name": "锦绣泵房",
                "kind": "pump_house",
                "community": community,
                "geom": Point(X, Y),
            },
        )
        edit.update("community", community, 1, {"pump_house": pump})
        old = edit.insert("pipe", {"code": "GD-1", "geom": LineString([(X, Y), (X + 5, Y)]), "grid": grid})
        edit.insert("pipe", {
            "code": "GD-2", "dn": 200, "community": community, "service_area": area, "replaced_by": old,
            "geom": LineString([(X, Y), (X, Y + 5)]),
        })  # fmt: skip
        well = edit.insert("meter_well", {"code": "BJ-1", "kind": "meter_well", "geom": Point(X + 1, Y)})
        customer = edit.insert("customer", {"code": "YH-1", "name": "甲"})
        edit.insert("meter", {"code": "SB-1", "meter_no": "1", "well": well, "customer": customer})
        edit.insert("valve", {"code": "FM-1", "geom": Point(X + 2, Y)})
        edit.insert("hydrant", {"code": "XHS-1", "geom": Point(X + 3, Y)})
        edit.insert("road", {"name": "大塘路", "geom": LineString([(X, Y + 1), (X + 9, Y + 1)])})
        person = edit.insert("person", {"code": "RY-1", "name": "林工"})
        edit.insert("assignment", {
            "person": person, "role": "steward", "rank": "primary", "target": f"grid:{grid}", "from_date": "2024-01-01",
        })  # fmt: skip


def _links(register: Register) -> dict[str, dict[str, dict[str, object]]]:
    """Every link of every asset, by the code of what it leads to."""
    codes = {
        (t.name, int(fid)): code
        for t in register.catalogue
        if "code" in t and t.group != "system"
        for fid, code in zip(
            *(register.columns(t.name, ["code"]).column(c).to_pylist() for c in ("fid", "code")), strict=True
        )
    }
    found: dict[str, dict[str, dict[str, object]]] = {}
    for asset_type in register.catalogue:
        if asset_type.group == "system" or not asset_type.links:
            continue
        for row in register.columns(asset_type.name).to_pylist():
            links = {}
            for field in asset_type.links:
                value = row[field.name]
                if value is not None:
                    target, _, number = (
                        str(value).partition(":") if field.several else (field.targets[0], "", str(value))
                    )
                    links[field.name] = codes[target, int(number)]
            if links:
                found.setdefault(asset_type.name, {})[row["code"]] = links
    return found


@pytest.mark.keeps_running
def test_a_whole_register_comes_back_with_its_links(tmp_path: Path) -> None:
    _town(tmp_path / "town.gpkg")
    with Register.open(tmp_path / "town.gpkg", actor="t") as register:
        export_assets(register, tmp_path / "out.gpkg", ExportOptions(personal=True))
        before = _links(register)
        counts = {name: each.count for name, each in register.summary().types.items() if each.count}
    with Register.create(tmp_path / "again.gpkg", Crs.parse("EPSG:4546"), actor="t") as again:
        report = run_import(again, plan_import(again, [tmp_path / "out.gpkg"]))
        assert report.counts.quarantined == report.counts.rejected == 0
        counted = again.summary().types
        assert {name: counted[name].count for name in counts} == counts
        assert _links(again) == before
        again.undo()
        assert not any(again.count(name) for name in counts)


@pytest.mark.keeps_running
def test_a_copy_is_kept_before_an_import_into_what_is_there(tmp_path: Path) -> None:
    table = tmp_path / "pipes.csv"
    table.write_text("管段编号,管径\nGD-1,200\n", encoding="utf-8")
    folder = tmp_path / "book-backup"
    with Register.create(tmp_path / "book.gpkg", Crs.parse("local"), actor="t") as register:
        run_import(register, plan_import(register, [table]))
        assert not folder.exists(), "a register as created holds nothing to keep"
        table.write_text("管段编号,管径\nGD-2,300\n", encoding="utf-8")
        run_import(register, plan_import(register, [table]))
    (copy,) = folder.glob("*-before-import.gpkg")
    with Register.open(copy, actor="t", read_only=True) as before:
        assert [asset["code"] for asset in before.find(Query("pipe"))] == ["GD-1"]
