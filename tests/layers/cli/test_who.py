"""``gisapp who``: an answer for people and for machines."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from layers.cli.application import run_command_line
from layers.cli.commands import COMMANDS
from layers.geometry.crs import Crs
from layers.register import Register
from layers.text import Message
from tests.layers.responsibility.district import build_district


@pytest.fixture(scope="module")
def district(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("district") / "district.gpkg"
    with Register.create(path, Crs.parse("EPSG:4546"), actor="li", name="小城") as register:
        build_district(register)
    return path


def run(*words: str | Path, language: str = "zh") -> int:
    return run_command_line([str(word) for word in words], [COMMANDS], {"GISAPP_LANG": language})


def test_a_place_and_a_code_are_answered(district: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("who", district, "500,500", "--json", "--personal") == 0
    said = json.loads(capsys.readouterr().out)
    assert [grid["code"] for grid in said["grids"]] == ["G01", "A1"]
    assert [(p["name"], p["phone"], p["rank"]) for p in said["people"] if p["main"]] == [
        ("周海燕", "13900000001", "primary")
    ]
    assert run("who", district, "g01", "--date", "2022-01-01", "--personal") == 0
    out = capsys.readouterr().out
    assert "2022-01-01 · G01 第1网格" in out
    assert out.index("周海燕") < out.index("陈立国") < out.index("林队长")
    assert run("who", district, "G01", "--date", "2020-01-01", language="en") == 0
    assert "was not there on that day" in capsys.readouterr().out


def test_names_are_masked_unless_asked_for_and_that_is_said(
    district: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("who", district, "500,500") == 0
    out = capsys.readouterr().out
    assert "周**" in out
    assert "139****0001" in out
    assert "周海燕" not in out
    assert "--personal" in out
    assert run("who", district, "500,500", "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert said["masked"] is True
    assert "13900000001" not in json.dumps(said)


def test_what_is_unknown_is_said(district: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy = tmp_path / "copy.gpkg"
    shutil.copy(district, copy)
    assert run("who", copy, "没有这条街") == 0
    assert "没有找到" in capsys.readouterr().out
    assert run("who", copy, "G01", "--date", "五一") != 0
    assert "--date" in capsys.readouterr().err


def test_what_is_wrong_and_what_comes(
    district: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "copy.gpkg"
    shutil.copy(district, copy)
    with Register.open(copy, actor="li") as register, register.edit(Message("cli.render.help")) as edit:
        edit.insert("absence", {"person": 1, "from_date": "2026-06-01", "to_date": "2026-06-14"})
        edit.update("assignment", 2, 1, {"to_date": "2026-06-20"})
    assert run("duties", copy, "--date", "2026-06-10", "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert [(a["kind"], a["severity"], a["id"]) for a in said["alarms"]] == [("primary_absent", "warn", 3)]
    assert [(e["day"], e["kind"]) for e in said["calendar"]] == [
        ("2026-06-15", "back"),
        ("2026-06-20", "ends"),
    ]
    assert said["cover"]["grids"]["primary"]["value"] == 8
    assert run("duties", copy, "--date", "2026-06-21", language="en") == 0
    assert "has no backup in the role Water steward" in capsys.readouterr().out
