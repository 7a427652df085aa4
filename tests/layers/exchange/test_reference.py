"""Layers that are only looked at: in the register's coordinates, nothing imported."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import shapely

from layers.errors import UserError
from layers.exchange.importer import plan_import
from layers.exchange.reference import place_of_reference, read_reference
from layers.register import Register

# One worker serves all tests of the module.
pytestmark = pytest.mark.keeps_running


def test_an_unrecognised_layer_can_be_looked_at(register: Register, tmp_path: Path) -> None:
    path = tmp_path / "strange.geojson"
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [111.47, 27.24]},
        "properties": {"zork": "甲", "quux": 3},
    }
    nowhere = {"type": "Feature", "geometry": None, "properties": {"zork": "乙"}}
    path.write_text(
        json.dumps({"type": "FeatureCollection", "features": [feature, nowhere]}), encoding="utf-8"
    )
    plan = plan_import(register, [path])
    (layer,) = plan.references
    assert [problem.rule for problem in layer.problems] == ["not_recognised"]
    assert layer.unmapped == ("zork", "quux")
    shown = read_reference(register.worker, place_of_reference(layer), register.crs)
    assert len(shown) == 2
    assert shown.row(0) == {"zork": "甲", "quux": 3}
    place = shapely.from_wkb(shown.geometry[0].as_py())
    assert (place.x, place.y) == pytest.approx((546550.66, 3014310.99), abs=0.01)
    assert shown.geometry[1].as_py() is None
    assert register.data_version == 1


def test_a_table_has_no_place_to_be_looked_at(register: Register, tmp_path: Path) -> None:
    path = tmp_path / "strange.csv"
    path.write_text("zork,quux\n1,2\n", encoding="utf-8")
    (layer,) = plan_import(register, [path]).references
    with pytest.raises(UserError) as raised:
        place_of_reference(layer)
    assert raised.value.hint is not None
