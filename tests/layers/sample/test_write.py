"""The sample city in a register: complete, marked as invented, all or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from layers.errors import Cancelled, UserError
from layers.feedback import Feedback
from layers.sample.city import SampleCity
from layers.sample.write import create_sample
from layers.text import Message


def test_the_register_holds_the_whole_city(demo: SampleCity, tmp_path: Path) -> None:
    target = tmp_path / "city.gpkg"
    register, planted = create_sample(target, "demo", 1, actor="test")
    with register:
        assert register.is_sample
        assert register.setting("notice_hotline").startswith("0000-"), "a number that no telephone has"
        assert register.crs.code == "EPSG:4546"
        assert planted == demo.planted
        for name, table in demo.tables.items():
            assert register.count(name) == table.num_rows, name
        code = demo.planted[0].codes[0]
        pipe = register.by_code("pipe", code)
        assert pipe is not None
        assert pipe["code"] == demo.tables["pipe"]["code"][pipe.id - 1].as_py()
        meter = register.get("meter", 5000)
        assert meter is not None
        well = register.get("meter_well", meter["well"])
        assert well is not None
        assert meter.geometry.distance(well.geometry) < 3
        assert {c.kind for c in register.change_sets()} == {"creation"}
        summary = register.summary().as_json()
        assert summary["types"]["pipe"]["unknown_dn"] >= 3
        assert summary["types"]["meter"]["unlocated"] == 5


def test_a_file_that_exists_is_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "city.gpkg"
    target.write_text("mine")
    with pytest.raises(UserError):
        create_sample(target, "demo", 1, actor="test")
    assert target.read_text() == "mine"


def test_cancelling_leaves_nothing(tmp_path: Path) -> None:
    said: list[str] = []

    def report(_fraction: float | None, what: Message | None) -> None:
        if what is not None:
            said.append(what.id)
        if what is not None and what.id == "sample.writing" and said.count("sample.writing") > 3:
            feedback.cancel()

    feedback = Feedback(report, interval=0.0)
    with pytest.raises(Cancelled):
        create_sample(tmp_path / "city.gpkg", "demo", 1, actor="test", feedback=feedback)
    assert list(tmp_path.iterdir()) == []
    assert {"sample.drawing", "sample.describing", "sample.writing"} <= set(said)
