"""Rows kept out of the register: kept with their reason, corrected, taken in or dropped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from layers.errors import UserError
from layers.exchange.import_plan import ImportOptions
from layers.exchange.importer import (
    drop,
    get_quarantined,
    list_quarantined,
    load_mapping,
    plan_import,
    run_import,
    take_in,
)
from layers.model.query import Query
from layers.register import Register, ValuesRefused
from layers.text import Texts

# One worker serves all tests of the module.
pytestmark = pytest.mark.keeps_running


def deliver(folder: Path, rows: list[dict[str, Any]], name: str = "管线.geojson", **changes: Any) -> Path:
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "LineString", "coordinates": [[500_000, 3_000_000 + n], [500_100, 3_000_000 + n]]},
            "properties": row,
        }
        for n, row in enumerate(rows)
    ]  # fmt: skip
    crs = {"type": "name", "properties": {"name": "EPSG:4546"}}
    path = folder / name
    path.write_text(
        json.dumps({"type": "FeatureCollection", "crs": crs, "features": features}), encoding="utf-8"
    )
    return path


def bring(opened: Register, path: Path, options: ImportOptions | None = None) -> Any:
    return run_import(opened, plan_import(opened, [path], options))


ROWS: list[dict[str, Any]] = [
    {"管段编号": "G1", "管径": 200, "材质": "球铁"},
    {"管段编号": "G2", "管径": 200000, "材质": "PE"},
    {"管段编号": "g1", "管径": 100, "材质": "PE"},
]


def test_rows_are_kept_with_place_values_and_reasons(opened: Register, tmp_path: Path) -> None:
    bring(opened, deliver(tmp_path, ROWS))
    wide, repeated = list_quarantined(opened)
    assert (wide.type, wide.source, wide.file, wide.row) == ("pipe", "管线", "管线.geojson", 2)
    assert wide.as_written["管径"] == "200000"
    assert wide.proposed["material"] == "PE"
    assert [p.rule for p in wide.problems if p.severity == "error"] == ["out_of_range"]
    assert "200000" in Texts("zh").render(wide.problems[-1].message)
    assert [p.rule for p in repeated.problems if p.severity == "error"] == ["repeated_code"]
    assert len(wide.parts) == 1


def test_a_corrected_row_comes_in_with_its_place_and_its_identity(opened: Register, tmp_path: Path) -> None:
    path = deliver(tmp_path, ROWS)
    bring(opened, path)
    wide, repeated = list_quarantined(opened)
    (key,) = take_in(opened, [wide], {"dn": "DN200"})
    asset = opened.get(*key)
    assert asset is not None
    assert (asset["code"], asset["dn"], asset["material"]) == ("G2", 200, "PE")
    assert asset.geometry is not None
    assert asset.geometry.length == pytest.approx(100)
    assert [row.id for row in list_quarantined(opened)] == [repeated.id]
    # The file is known now: nothing of it is new.
    again = bring(opened, path)
    assert (again.counts.unchanged, again.counts.quarantined, again.change_set) == (2, 1, None)
    opened.undo()
    assert opened.count("pipe") == 1
    assert [row.id for row in list_quarantined(opened)] == [wide.id, repeated.id]


def test_a_row_that_is_still_wrong_changes_nothing_and_says_what(opened: Register, tmp_path: Path) -> None:
    bring(opened, deliver(tmp_path, ROWS))
    wide, repeated = list_quarantined(opened)
    version = opened.data_version
    with pytest.raises(ValuesRefused) as raised:
        take_in(opened, [wide], {"dn": "很粗", "laid_date": "从前"})
    assert {p.field for p in raised.value.problems} == {"dn", "laid_date"}
    with pytest.raises(ValuesRefused) as raised:
        take_in(opened, [wide, repeated], {"dn": "100"})
    assert {p.field for p in raised.value.problems} == {"code"}
    assert opened.data_version == version
    assert len(list_quarantined(opened)) == 2


def test_a_code_of_another_data_set_is_prefixed_with_one_act(opened: Register, tmp_path: Path) -> None:
    bring(opened, deliver(tmp_path, ROWS[:1]))
    path = deliver(
        tmp_path, [{"管段编号": "G1", "管径": 100}, {"管段编号": "G7", "管径": 100}], "城西管线.geojson"
    )
    bring(opened, path)
    (row,) = list_quarantined(opened)
    assert row.is_code_taken
    take_in(opened, [row], prefix=True)
    assert {a["code"] for a in opened.find(Query("pipe"))} == {"G1", "G7", "城西管线-G1"}
    assert bring(opened, path).change_set is None


def test_accepting_a_difference_changes_the_asset_it_is_of(opened: Register, tmp_path: Path) -> None:
    bring(opened, deliver(tmp_path, ROWS[:1]))
    changed = deliver(tmp_path, [{"管段编号": "G1", "管径": 300, "材质": None}])
    bring(opened, changed)
    (row,) = list_quarantined(opened)
    before = opened.find(Query("pipe"))[0]
    assert row.asset == before.key
    take_in(opened, [row])
    after = opened.find(Query("pipe"))[0]
    assert (after.id, after["dn"], after["material"]) == (before.id, 300, "DI")
    assert bring(opened, changed).counts.unchanged == 1


def test_dropped_rows_stay_known(opened: Register, tmp_path: Path) -> None:
    path = deliver(tmp_path, ROWS)
    bring(opened, path)
    drop(opened, list_quarantined(opened))
    assert list_quarantined(opened) == []
    assert len(list_quarantined(opened, dropped=True)) == 2
    assert bring(opened, path).change_set is None
    drop(opened, list_quarantined(opened, dropped=True), dropped=False)
    assert len(list_quarantined(opened)) == 2


def test_undoing_the_import_empties_its_quarantine(opened: Register, tmp_path: Path) -> None:
    bring(opened, deliver(tmp_path, ROWS))
    kept = list_quarantined(opened)[0]
    opened.undo()
    assert list_quarantined(opened) == []
    with pytest.raises(UserError) as raised:
        get_quarantined(opened, kept.id)
    assert raised.value.hint is not None


def test_rows_of_no_known_type_come_in_once_somebody_says_what_they_are(
    opened: Register, tmp_path: Path
) -> None:
    mapping = tmp_path / "m.toml"
    mapping.write_text(
        '[[layer]]\ntype_column = "类别"\n[layer.choices]\n"管" = "pipe"\n'
        '[[layer.column]]\nfrom = "管段编号"\nto = "code"\n',
        encoding="utf-8",
    )
    from_file = deliver(tmp_path, [{"管段编号": "A", "类别": "管"}, {"管段编号": "B", "类别": "谜"}])
    options = ImportOptions(templates=_load(mapping, opened))
    assert bring(opened, from_file, options).counts.quarantined == 1
    (row,) = list_quarantined(opened)
    with pytest.raises(UserError):
        take_in(opened, [row])
    take_in(opened, [row], {"code": "B"}, as_type="pipe")
    assert {a["code"] for a in opened.find(Query("pipe"))} == {"A", "B"}


def _load(path: Path, opened: Register) -> Any:
    return load_mapping(path, opened.catalogue)
