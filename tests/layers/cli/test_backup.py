"""``gisapp backup`` and ``gisapp restore``: whole copies, nothing replaced unasked, wrong input is a sentence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from layers.cli.application import run_command_line
from layers.cli.commands import COMMANDS
from layers.geometry.crs import Crs
from layers.register import Register
from layers.text import Message


@pytest.fixture
def register(tmp_path: Path) -> Path:
    path = tmp_path / "台账 一.gpkg"
    with Register.create(path, Crs.parse("EPSG:4546"), actor="li") as opened:
        add_meter(opened)
    return path


def add_meter(opened: Register) -> None:
    with opened.edit(Message("cli.render.help")) as edit:
        edit.insert("meter", {})


def meters(path: Path) -> int:
    with Register.open(path, actor="li", read_only=True) as opened:
        return opened.count("meter")


def run(*words: str | Path, language: str = "zh") -> int:
    return run_command_line([str(word) for word in words], [COMMANDS], {"GISAPP_LANG": language})


def test_a_copy_brings_the_register_back_and_the_later_file_is_kept(register: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.gpkg"
    assert run("backup", register, copy) == 0
    with Register.open(register, actor="li") as opened:
        add_meter(opened)
    assert (meters(register), meters(copy)) == (2, 1)
    assert run("restore", copy, register) == 0
    assert meters(register) == 1
    (aside,) = tmp_path.glob("*-replaced-*.gpkg")
    assert meters(aside) == 2


def test_without_a_name_the_copy_lies_beside_and_machines_learn_where(
    register: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("backup", register, "--json") == 0
    assert meters(Path(json.loads(capsys.readouterr().out)["copy"])) == 1


@pytest.mark.parametrize("language", ["zh", "en"])
def test_wrong_input_is_a_sentence_and_changes_nothing(
    register: Path, tmp_path: Path, language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = tmp_path / "text.gpkg"
    text.write_text("hello")
    folder = tmp_path / "folder"
    folder.mkdir()
    before = register.read_bytes()
    for words in (
        ("backup", tmp_path / "absent.gpkg"),
        ("backup", text),
        ("backup", folder),
        ("backup", register, register),
        ("backup", register, text),
        ("backup", register, folder),
        ("backup", register, tmp_path / "copy.txt"),
        ("restore", tmp_path / "absent.gpkg", register),
        ("restore", text, register),
        ("restore", folder, register),
        ("restore", register, register),
        ("restore", register, folder),
        ("restore", register, "postgresql://127.0.0.1/water"),
    ):
        assert run(*words, language=language) == 2, words
        said = capsys.readouterr().err
        assert len(said.strip().splitlines()) >= 2, words
    assert register.read_bytes() == before
    assert text.read_text() == "hello"
    assert not list(tmp_path.glob("*.part"))
