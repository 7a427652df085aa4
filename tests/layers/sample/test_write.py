"""The sample city in a register: complete, marked as invented, all or nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from layers.census.fieldwork.repairs import photos_of, read_cases
from layers.census.fieldwork.sightings import read_reports
from layers.census.quality.rules import pick
from layers.census.quality.sampling import CHECK_KINDS, is_of_crew, read_samples
from layers.errors import Cancelled, UserError
from layers.feedback import Feedback
from layers.register import Register
from layers.sample.city import SampleCity
from layers.sample.words import words
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
        _has_a_census_to_look_at(register)


def _has_a_census_to_look_at(register: Register) -> None:
    """Checks as the program draws and judges them, defects with their drawings, what was seen in passing."""
    campaign = register.get("campaign", 1)
    assert campaign is not None
    done, open_ = read_samples(register, campaign)
    assert (done.standing, open_.standing, len(open_.undone)) == ("passes", "open", 1)
    for book in (done, open_):
        assert not any(row.is_outdated or is_of_crew(book, row.check["checker"]) for row in book.rows)
        assert all(book.measured(kind) == book.needed(kind) > 0 for kind in CHECK_KINDS)
        word = f"{campaign['seed']}/{book.lot.id if book.lot else 0}/1/resurvey"
        drawn = {row.record.id for row in book.rows if row.kind == "resurvey"}
        assert drawn == set(pick(book.logged, len(drawn), word))
    cases = read_cases(register, campaign.id)
    assert {case.state for case in cases} == {"open", "ordered", "repaired", "closed"}
    for case in cases:
        before, after = photos_of(register, case.defect)
        assert bool(before) == (case.defect["severity"] >= 3)
        assert bool(after) == (case.state in ("repaired", "closed"))
        assert {photo["remark"] for photo in (*before, *after)} <= {words()["city"]["remark"]}
    assert {case.state for case in read_reports(register)} == {"open", "confirmed", "closed", "unfounded"}


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
