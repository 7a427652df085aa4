"""What a link may point to: by code, by name, by pinyin, the nearest first."""

from __future__ import annotations

from pathlib import Path

from shapely.geometry import Point

from layers.geometry.crs import Crs
from layers.register import Register
from layers.search.link_targets import SHOWN, find_targets
from layers.text import Message


def test_targets_are_found_by_what_one_types(tmp_path: Path) -> None:
    with Register.create(tmp_path / "r.gpkg", Crs.parse("EPSG:4546"), actor="a") as register:
        with register.edit(Message("action.find")) as edit:
            for number, name in enumerate(("锦绣家园", "大塘新村", "锦华苑")):
                edit.insert("community", {"name": name, "code": f"XQ-{number}"})
            for number in range(60):
                edit.insert(
                    "meter_well", {"code": f"BJ-{number:03d}", "geom": Point(538000 + number, 3016000)}
                )
            edit.insert("meter_well", {"code": "BJ-900"})
            edit.insert("valve", {"code": "FM-1", "geom": Point(538010.2, 3016000)})

        def labels(types: tuple[str, ...], text: str, near: Point | None = None) -> list[str]:
            return [target.label for target in find_targets(register, types, text, near)]

        assert set(labels(("community",), "jx")) == {"锦绣家园"}
        assert set(labels(("community",), "锦")) == {"锦绣家园", "锦华苑"}
        assert labels(("community",), "xq-1") == ["大塘新村"]
        assert labels(("community",), "没有") == []
        assert labels(("meter_well",), "bj-900") == ["BJ-900"]
        assert len(labels(("meter_well",), "BJ")) == SHOWN
        # Without text the nearest come first, of several types together.
        near = find_targets(register, ("meter_well", "valve"), "", Point(538010, 3016000))
        assert [target.label for target in near[:2]] == ["BJ-010", "FM-1"]
        assert [round(target.metres or 0.0, 1) for target in near[:2]] == [0.0, 0.2]
        # Of nothing near, the first; of types without a place too.
        assert labels(("meter_well",), "", Point(0, 0))[0] == "BJ-000"
        assert set(labels(("community",), "")) == {"锦绣家园", "大塘新村", "锦华苑"}
