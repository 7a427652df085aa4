"""``gisapp check``: findings for people and machines, and the exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.layers.cli.test_importing import answer, run

PIPES = "管段编号,管径,材质,长度,状态\nG1,200,球铁,10,在用\nG2,,PE,20,在用\n"


@pytest.fixture
def register(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    (tmp_path / "管线.csv").write_text(PIPES, encoding="utf-8")
    assert run("import", tmp_path / "town.gpkg", tmp_path / "管线.csv") == 0
    capsys.readouterr()
    return tmp_path / "town.gpkg"


def test_machines_read_rule_asset_and_sentence(register: Path, capsys: pytest.CaptureFixture[str]) -> None:
    findings = answer(capsys, 1, "check", register)["findings"]
    (unknown,) = [each for each in findings if each["rule"] == "dn_unknown"]
    assert {key: unknown[key] for key in ("severity", "type", "code", "place", "others")} == {
        "severity": "warning", "type": "pipe", "code": "G2", "place": None, "others": [],
    }  # fmt: skip
    assert "G2" in unknown["text"]


def test_people_read_lists_and_totals(register: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", register, "--rules", "dn_unknown") == 1
    shown = capsys.readouterr().out
    assert "管径未知 (dn_unknown)  1" in shown
    assert "共 1 项" in shown
    assert run("check", register, "--rules", "near_miss", language="en") == 0
    assert capsys.readouterr().out == "Nothing found.\n"


def test_long_lists_are_cut_and_say_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = "".join(f"G{number},,PE,20,在用\n" for number in range(30))
    (tmp_path / "管线.csv").write_text(PIPES.splitlines()[0] + "\n" + rows, encoding="utf-8")
    assert run("import", tmp_path / "town.gpkg", tmp_path / "管线.csv") == 0
    capsys.readouterr()
    run("check", tmp_path / "town.gpkg", "--rules", "dn_unknown")
    assert "另有 10 项" in capsys.readouterr().out
    run("check", tmp_path / "town.gpkg", "--rules", "dn_unknown", "--limit", "0")
    assert "另有" not in capsys.readouterr().out
    assert len(json.loads(_json(tmp_path / "town.gpkg", capsys))["findings"]) == 30


def _json(register: Path, capsys: pytest.CaptureFixture[str]) -> str:
    run("check", register, "--rules", "dn_unknown", "--json")
    return capsys.readouterr().out
