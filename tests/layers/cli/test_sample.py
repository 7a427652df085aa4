"""``gisapp sample``: a city for machines and for people, and sentences for wrong words."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from layers.cli.application import run_command_line
from layers.cli.commands import COMMANDS
from layers.register import Register


def run(*words: str | Path, language: str = "zh") -> int:
    return run_command_line([str(word) for word in words], [COMMANDS], {"GISAPP_LANG": language})


def test_a_city_with_its_planted_findings(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "city.gpkg"
    assert run("sample", target, "--seed", "7", "--json") == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["size"], said["seed"]) == ("demo", 7)
    assert said["types"]["grid"] == 10
    assert 30_000 <= said["types"]["meter"] < 30_300
    assert {p["rule"] for p in said["planted"]} >= {"dn_jump", "near_miss", "meter_without_well"}
    with Register.open(target, actor="test", read_only=True) as register:
        assert register.is_sample
        assert register.count("pipe") == said["types"]["pipe"]
        first = said["planted"][0]
        assert register.by_code(first["type"], first["codes"][0]) is not None


@pytest.mark.parametrize(("language", "word"), [("zh", "虚构"), ("en", "invented")])
def test_people_are_told_that_it_is_invented_and_mine_is_left_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], language: str, word: str
) -> None:
    target = tmp_path / "city.gpkg"
    assert run("sample", target, language=language) == 0
    assert word in capsys.readouterr().out
    before = target.read_bytes()
    assert run("sample", target, language=language) == 2
    assert "city.gpkg" in capsys.readouterr().err
    assert target.read_bytes() == before


@pytest.mark.parametrize(
    "words", [("--size", "village"), ("--seed", "-1"), ("--seed", "x"), ("--seed", str(2**31))]
)
def test_wrong_words_make_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...]
) -> None:
    target = tmp_path / "city.gpkg"
    assert run("sample", target, *words) == 2
    assert capsys.readouterr().err
    assert not target.exists()


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("sample", tmp_path / "nowhere" / "city.gpkg") == 2
    assert "nowhere" in capsys.readouterr().err
