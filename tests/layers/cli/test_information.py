"""``gisapp info``: figures for machines and for people."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from shapely import LineString

from layers.cli.application import run_command_line
from layers.cli.commands import COMMANDS
from layers.geometry.crs import Crs
from layers.register import Register
from layers.text import Message


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("register") / "town.gpkg"
    line = LineString([(500000, 3000000), (500300, 3000400)])
    with (
        Register.create(path, Crs.parse("EPSG:4546"), actor="li", name="小镇") as opened,
        opened.edit(Message("cli.render.help")) as edit,
    ):
        edit.insert("pipe", {"dn": 300, "status": "in_service", "geom": line, "recorded_length_m": 520.0})
        edit.insert("pipe", {"dn": 50, "status": "planned", "geom": line})
        edit.insert("meter", {})
    return path


def run(*words: str | Path, language: str = "zh") -> int:
    return run_command_line([str(word) for word in words], [COMMANDS], {"GISAPP_LANG": language})


def test_machines_read_stable_keys_and_metres(register: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("info", register, "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["crs"], said["name"], said["is_sample"]) == ("EPSG:4546", "小镇", False)
    assert said["bounds"] == [500000, 3000000, 500300, 3000400]
    assert said["types"]["meter"] == {"count": 1, "unlocated": 1}
    pipes = said["types"]["pipe"]
    assert (pipes["count"], pipes["drawn_length_m"], pipes["recorded_length_m"]) == (2, 1000, 520)
    assert (pipes["report_length_m"], pipes["in_service_length_m"]) == (1020, 520)
    assert pipes["headline_length_m"] == 520
    assert pipes["by_status"]["planned"] == {"count": 1, "length_m": 500}


@pytest.mark.parametrize(
    ("language", "words"), [("zh", ("管道长度", "未定位")), ("en", ("Pipes (km)", "unlocated"))]
)
def test_people_read_kilometres(
    register: Path, language: str, words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("info", register, language=language) == 0
    page = capsys.readouterr().out
    for word in (*words, "小镇", "1.020"):
        assert word in page
