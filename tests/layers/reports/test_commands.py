"""``gisapp share``, ``gisapp statement --out`` and ``gisapp calendar``."""

from __future__ import annotations

import json
from pathlib import Path

import docx
import openpyxl
import pytest

from layers.cli.application import run_command_line
from layers.cli.commands import COMMANDS
from layers.geometry.crs import Crs
from layers.model.query import Query
from layers.register import Register
from tests.layers.reports.test_contract_sharing import build


def run(*words: object) -> int:
    return run_command_line([str(word) for word in words], [COMMANDS], {"GISAPP_LANG": "zh"})


def test_sharing_and_documents_from_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, out = tmp_path / "city.gpkg", tmp_path / "map.html"
    with Register.create(path, Crs.parse("EPSG:4546"), actor="test", name="测试") as register:
        build(register)
    assert run("share", path, out, "--projects", "XM-1", "--json") == 0
    assert json.loads(capsys.readouterr().out)["mains"] == 2
    assert out.exists()
    assert run("share", path, tmp_path / "exact.html", "--exact") == 2
    assert run("share", path, tmp_path / "none.html", "--projects", "XM-9") == 2
    assert "XM-9" in capsys.readouterr().err
    assert not (tmp_path / "exact.html").exists()
    for ending in ("docx", "xlsx"):
        assert run("statement", path, "--year", 2023, "--out", tmp_path / f"a.{ending}") == 0
    assert docx.Document(str(tmp_path / "a.docx")).paragraphs[0].text == "2023 年度供水管网报表"
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").worksheets[0]["A1"].value == "2023 年度供水管网报表"
    assert run("statement", path, "--out", tmp_path / "a.pdf") == 2
    with Register.open(path, actor="test", read_only=True) as register:
        assert register.count(Query("export_record")) == 1


def test_no_document_takes_the_place_of_the_register(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A word too few on the command line costs no data."""
    for name in ("city.gpkg", "city.xlsx"):
        path = tmp_path / name
        with Register.create(path, Crs.parse("EPSG:4546"), actor="test", name="测试") as register:
            build(register)
            projects = register.count(Query("project"))
        assert run("calendar", path, path) == 2
        assert run("statement", path, "--out", path) == 2
        assert run("share", path, path) == 2
        assert name in capsys.readouterr().err
        with Register.open(path, actor="test", read_only=True) as register:
            assert register.count(Query("project")) == projects
        assert [each.name for each in tmp_path.glob(f".{path.stem}-*")] == []
    out = tmp_path / "due.ics"
    assert run("calendar", tmp_path / "city.gpkg", out) == 0
    assert out.read_bytes().startswith(b"BEGIN:VCALENDAR")
