"""Grids from a file: what would be part of itself is kept out by name, what crosses itself comes as its land."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import shapely
from shapely.geometry import mapping as as_geojson

from layers.exchange.import_plan import ImportOptions
from layers.exchange.importer import plan_import, run_import
from layers.exchange.own_links import in_circles
from layers.model.query import Query
from layers.register import Register, ValuesRefused
from layers.text import LANGUAGES, Message, Texts
from tests.layers.store.conftest import Place

# One worker serves all tests of the module.
pytestmark = pytest.mark.keeps_running

X, Y = 538_000.0, 3_016_000.0
BOW = shapely.Polygon([(X, Y), (X + 100, Y + 100), (X + 100, Y), (X, Y + 100)])
NOTHING = shapely.Polygon([(X, Y), (X + 100, Y), (X + 50, Y)])


@pytest.fixture
def opened(place: Place) -> Iterator[Register]:
    with place.open() as register:
        yield register


def land(number: int) -> shapely.Polygon:
    return shapely.box(X + 200 * number, Y, X + 200 * number + 100, Y + 100)


def grids(path: Path, rows: list[tuple[str, str | None, shapely.Geometry]]) -> Path:
    features = [
        {
            "type": "Feature",
            "geometry": as_geojson(shape),
            "properties": {"网格编号": code, "网格名称": code, "上级网格": parent},
        }
        for code, parent, shape in rows
    ]
    crs = {"type": "name", "properties": {"name": "EPSG:4546"}}
    path.write_text(
        json.dumps({"type": "FeatureCollection", "crs": crs, "features": features}, ensure_ascii=False),
        encoding="utf-8",
    )
    return path


def test_circles_are_found_whatever_leads_into_them() -> None:
    assert in_circles(np.array([1, 2, 0, 0, 3, 5, -1, 6])).tolist() == [
        True,
        True,
        True,
        False,
        False,
        True,
        False,
        False,
    ]
    assert not in_circles(np.array([], dtype=np.int64)).any()
    # One long way to one end is walked once.
    assert not in_circles(np.arange(-1, 200_000)).any()


def test_rows_in_a_circle_are_named_and_the_others_come_in(opened: Register, tmp_path: Path) -> None:
    rows = [("P1", None), ("G1", "P1"), ("G2", "G3"), ("G3", "G2"), ("G4", "G4"), ("G5", "G2")]
    path = grids(
        tmp_path / "网格.geojson", [(code, parent, land(n)) for n, (code, parent) in enumerate(rows)]
    )
    plan = plan_import(opened, [path], ImportOptions(as_types=("grid",)))
    report = run_import(opened, plan)
    assert (report.counts.accepted, report.counts.quarantined) == (3, 3)
    told = [each for each in report.problems() if each.problem.rule == "link_circle"]
    assert [each.problem.value for each in told] == ["G3", "G2", "G4"]
    assert all(each.line is not None for each in told)
    lost = next(each for each in report.problems() if each.problem.rule == "unknown_link")
    for language in LANGUAGES:
        texts = Texts(language)
        assert "G2" in texts.render(lost.problem.message)
        assert all(texts.render(each.problem.message) for each in told)
    found = {grid["code"]: grid["parent"] for grid in opened.find(Query("grid"))}
    parent = opened.by_code("grid", "P1")
    assert parent is not None
    assert found == {"P1": None, "G1": parent.id, "G5": None}
    assert sorted(row["row_number"] for row in opened.find(Query("quarantined_row"))) == sorted(
        e.line for e in told
    )


def test_what_crosses_itself_comes_as_its_land_and_what_has_none_stays_out(
    opened: Register, tmp_path: Path
) -> None:
    rows = [("G1", None, BOW), ("G2", None, NOTHING), ("G3", None, land(3))]
    plan = plan_import(opened, [grids(tmp_path / "网格.geojson", rows)], ImportOptions(as_types=("grid",)))
    report = run_import(opened, plan)
    assert (report.counts.accepted, report.counts.quarantined) == (2, 1)
    assert [each.problem.rule for each in report.problems() if each.problem.severity == "error"] == [
        "no_area"
    ]
    bow = opened.by_code("grid", "G1")
    assert bow is not None
    assert bow["geom"].is_valid
    assert bow["geom"].area == pytest.approx(5000.0)
    with pytest.raises(ValuesRefused) as refused, opened.edit(Message("store.created")) as edit:
        edit.insert("grid", {"code": "G9", "name": "九", "geom": NOTHING})
    assert [problem.rule for problem in refused.value.problems] == ["no_area"]
    with opened.edit(Message("store.created")) as edit:
        edit.insert("grid", {"code": "G9", "name": "九", "geom": BOW})
