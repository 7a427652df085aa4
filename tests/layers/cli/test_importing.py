"""``gisapp import``, ``export`` and ``quarantine``: exit codes, JSON, tables, and refusals that say what to do."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from layers.cli.application import run_command_line
from layers.cli.commands import COMMANDS
from tests.layers.exchange.drawings import street

PIPES = "管段编号,管径,材质,长度\nG1,200,球铁,10\nG2,0,PE,20\nG3,200000,PE,30\n"


def run(*arguments: str | Path, language: str = "zh") -> int:
    return run_command_line([str(word) for word in arguments], [COMMANDS], {"GISAPP_LANG": language})


def answer(capsys: pytest.CaptureFixture[str], code: int, *arguments: str | Path) -> dict[str, Any]:
    assert run(*arguments, "--json") == code
    return dict(json.loads(capsys.readouterr().out))


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "管线.csv"
    path.write_text(PIPES, encoding="gb18030")
    return path


@pytest.fixture
def point(tmp_path: Path) -> Path:
    path = tmp_path / "hydrants.geojson"
    feature = {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [112.94, 28.23]},
        "properties": {"id": "H1", "fire_hydrant:diameter": "150"},
    }
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), encoding="utf-8")
    return path


def test_a_register_is_made_and_every_row_accounted_for(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    register = tmp_path / "town.gpkg"
    report = answer(capsys, 1, "import", register, table)
    assert {key: report[key] for key in ("read", "accepted", "unchanged", "quarantined", "rejected")} == {
        "read": 3, "accepted": 2, "unchanged": 0, "quarantined": 1, "rejected": 0,
    }  # fmt: skip
    (problem,) = [p for p in report["problems"] if p["severity"] == "error"]
    assert (problem["file"], problem["line"], problem["column"]) == ("管线.csv", 4, "管径")
    assert problem["rule"] == "out_of_range"
    assert "200000" in problem["text"]
    assert report["by_type"]["pipe"]["written"] == 2
    info = answer(capsys, 0, "info", register)
    assert info["types"]["pipe"]["count"] == 2
    assert info["types"]["pipe"]["unlocated"] == 2
    again = answer(capsys, 1, "import", register, table)
    assert (again["unchanged"], again["quarantined"], again["accepted"]) == (2, 1, 0)
    assert len(answer(capsys, 0, "history", register)["change_sets"]) == 2


def test_people_read_tables_in_their_language(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("import", tmp_path / "a.gpkg", table) == 1
    shown = capsys.readouterr().out
    assert "合计" in shown
    assert "隔离" in shown
    assert run("import", tmp_path / "b.gpkg", table, language="en") == 1
    shown = capsys.readouterr().out
    assert "Quarantined" in shown
    assert "gisapp quarantine" in shown


def test_a_dry_run_shows_mapping_and_coordinates_and_makes_nothing(
    point: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    register = tmp_path / "town.gpkg"
    report = answer(capsys, 0, "import", register, point, "--dry-run")
    assert report["accepted"] == 1
    (layer,) = report["plan"]["layers"]
    assert report["plan"]["register_crs"] == "EPSG:4547"
    assert layer["source_crs"] == "EPSG:4326"
    assert layer["types"]["hydrant"]["columns"][0]["to"] in {"code", "feed_dn"}
    assert not register.exists()
    assert run("import", register, point, "--dry-run") == 0
    assert "消火栓" in capsys.readouterr().out
    assert list(tmp_path.iterdir()) == [point]


def test_quarantine_is_listed_corrected_and_dropped(
    table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    register = tmp_path / "town.gpkg"
    run("import", register, table)
    capsys.readouterr()
    (row,) = answer(capsys, 0, "quarantine", register)["quarantined"]
    assert (row["type"], row["line"], row["as_written"]["管径"]) == ("pipe", 4, "200000")
    assert run("quarantine", register) == 0
    assert "200000" in capsys.readouterr().out
    assert run("quarantine", register, "--accept", str(row["id"])) == 2
    assert "公称直径" in capsys.readouterr().err
    answer(capsys, 0, "quarantine", register, "--accept", row["id"], "--set", "dn=200")
    assert answer(capsys, 0, "quarantine", register)["quarantined"] == []
    answer(capsys, 0, "undo", register)
    answer(capsys, 0, "quarantine", register, "--drop", "all")
    assert answer(capsys, 0, "quarantine", register)["quarantined"] == []
    assert answer(capsys, 0, "info", register)["types"]["pipe"]["count"] == 2


def test_export_writes_by_its_ending(table: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    register = tmp_path / "town.gpkg"
    run("import", register, table)
    capsys.readouterr()
    done = answer(capsys, 0, "export", register, tmp_path / "out.csv", "--where", "dn>=100")
    assert done["types"] == {"pipe": 1}
    assert (tmp_path / "out.csv").read_text(encoding="utf-8-sig").splitlines()[1].startswith("G1,")
    assert run("export", register, tmp_path / "out.xlsx", "--types", "pipe", "--words") == 0
    assert (tmp_path / "out.xlsx").stat().st_size > 0


def wrong_calls(folder: Path) -> dict[str, tuple[str | Path, ...]]:
    register, table, point = folder / "town.gpkg", folder / "管线.csv", folder / "hydrants.geojson"
    mapping, unknown = folder / "m.toml", folder / "unknown.csv"
    mapping.write_text("[[layer]]\ntype = 'spaceship'\n", encoding="utf-8")
    unknown.write_text("a,b\n1,2\n", encoding="utf-8")
    taken = folder / "taken.csv"
    taken.write_text("a report of last year")
    return {
        "no such file": ("import", register, folder / "none.csv"),
        "no such type": ("import", register, table, "--as", "spaceship"),
        "wrong mapping": ("import", register, table, "--mapping", mapping),
        "no mapping": ("import", register, table, "--mapping", folder / "none.toml"),
        "wrong crs": ("import", register, point, "--crs", "EPSG:1"),
        "wrong register crs": ("import", folder / "new.gpkg", point, "--register-crs", "EPSG:4326"),
        "wrong scale": ("import", register, table, "--scale", "big"),
        "wrong offset": ("import", register, table, "--offset", "1"),
        "wrong encoding": ("import", register, table, "--encoding", "klingon"),
        "itself": ("import", register, register),
        "nothing recognised": ("import", register, unknown),
        "nothing recognised, new": ("import", folder / "new.gpkg", unknown),
        "no files": ("import", register),
        "local into a place": ("import", register, point, "--crs", "local"),
        "register is no register": ("import", point, table),
        "export to nowhere": ("export", folder / "none.gpkg", folder / "o.csv"),
        "export unknown ending": ("export", register, folder / "o.doc"),
        "export over itself": ("export", register, register),
        "export over a file": ("export", register, taken),
        "export with half a condition": ("export", register, folder / "o.csv", "--where", "dn>"),
        "an empty word": ("import", register, ""),
        "a sample that is no register": ("sample", folder / "city.txt"),
        "a name too long": ("info", folder / f"{'a' * 300}.gpkg"),
        "export unknown type": ("export", register, folder / "o.csv", "--types", "spaceship"),
        "export wrong condition": ("export", register, folder / "o.csv", "--where", "dn>>3"),
        "quarantine unknown row": ("quarantine", register, "--accept", "999"),
        "quarantine wrong number": ("quarantine", register, "--accept", "x"),
        "quarantine nothing chosen": ("quarantine", register, "--set", "dn=200"),
        "check of no rule": ("check", register, "--rules", "spaceship"),
        "a folder for a register": ("info", folder),
        "export into no folder": ("export", register, folder / "none" / "o.csv"),
        "quarantine wrong correction": ("quarantine", register, "--accept", "1", "--set", "dn"),
    }


def test_every_wrong_call_says_what_to_do_in_both_languages_and_changes_nothing(
    table: Path, point: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    register = tmp_path / "town.gpkg"
    assert run("import", register, table, "--register-crs", "EPSG:4547") == 1
    before = answer(capsys_after(capsys), 0, "history", register)
    calls = wrong_calls(tmp_path)
    files = {path.name for path in tmp_path.iterdir()}
    for name, call in calls.items():
        for language, letters in (("zh", "\u4e00"), ("en", "a")):
            assert run(*call, language=language) == 2, name
            heard = capsys.readouterr()
            assert heard.out == "", name
            lines = heard.err.strip().splitlines()
            assert len(lines) >= 2, (name, lines)  # what happened, and what to do
            if letters == "a":
                words = heard.err
                for path in (*(p.name for p in tmp_path.iterdir()), "管线"):
                    words = words.replace(path, "")
                assert not any("\u4e00" <= letter <= "\u9fff" for letter in words), (name, heard.err)
            else:
                assert any("\u4e00" <= letter <= "\u9fff" for letter in heard.err), (name, heard.err)
            assert "{" not in heard.err, (name, heard.err)
        assert {path.name for path in tmp_path.iterdir()} == files, name
    assert answer(capsys, 0, "history", register) == before


def capsys_after(capsys: pytest.CaptureFixture[str]) -> pytest.CaptureFixture[str]:
    capsys.readouterr()
    return capsys


def test_a_drawing_comes_in_and_goes_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    register, drawing = tmp_path / "town.gpkg", street(tmp_path / "给水.dxf", "R2000")
    report = answer(capsys, 0, "import", register, drawing, "--crs", "EPSG:4546")
    assert (report["accepted"], report["by_type"]["pipe"]["written"]) == (15, 6)
    unread = next(problem for problem in report["problems"] if problem["rule"] == "cad_unread")
    assert "3DFACE" in unread["text"]
    assert answer(capsys, 0, "import", register, drawing)["unchanged"] == 15
    out = answer(capsys, 0, "export", register, tmp_path / "出图.dxf", "--types", "pipe")
    assert out["types"] == {"pipe": 6}
    assert "EPSG:4546" in out["remarks"][0]
    # What was saved by CAD as it is cannot be read: what to do is said.
    drawing.write_bytes(b"AC1032" + bytes(99))
    assert run("import", register, drawing) == 2
    assert "DXF" in capsys.readouterr().err
