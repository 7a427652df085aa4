"""``gisapp history`` and ``gisapp undo`` on a real register."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from shapely import Point

from layers.cli.application import run_command_line
from layers.cli.commands import COMMANDS
from layers.geometry.crs import Crs
from layers.register import Register
from layers.text import Message


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("register") / "town.gpkg"
    label = Message("cli.render.help")
    with Register.create(path, Crs.parse("EPSG:4546"), actor="li") as opened:
        with opened.edit(label) as edit:
            hydrant = edit.insert("hydrant", {"code": "H-1", "geom": Point(500000, 3000000)})
        with opened.edit(label) as edit:
            edit.update("hydrant", hydrant, 1, {"survey_no": "XH150"})
    return path


@pytest.fixture
def register(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy(made, tmp_path))


def run(*arguments: str | Path, language: str = "zh") -> int:
    return run_command_line([str(word) for word in arguments], [COMMANDS], {"GISAPP_LANG": language})


def answer(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> dict[str, Any]:
    assert run(*arguments, "--json") == 0
    return dict(json.loads(capsys.readouterr().out))


def test_history_lists_acts_and_versions(register: Path, capsys: pytest.CaptureFixture[str]) -> None:
    acts = answer(capsys, "history", register)["change_sets"]
    assert [act["actor"] for act in acts][:2] == ["li", "li"]
    assert acts[0]["types"] == {"hydrant": 1}
    versions = answer(capsys, "history", register, "--asset", "hydrant:H-1")["versions"]
    assert [each["operation"] for each in versions] == ["update", "insert"]
    assert versions[0]["fields"]["survey_no"] == {"before": None, "after": "XH150"}
    assert run("history", register, "--asset", "hydrant:H-1") == 0
    assert "→" in capsys.readouterr().out


def test_undo_takes_back_the_named_change_and_is_in_the_history(
    register: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    number = answer(capsys, "history", register)["change_sets"][0]["id"]
    done = answer(capsys, "undo", register, "--change", str(number))
    assert (done["kind"], done["undoes"]) == ("undo", number)
    assert answer(capsys, "history", register)["change_sets"][0]["id"] == done["id"]


def test_revert_brings_back_a_field_an_asset_and_everything_since(
    register: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    newest = answer(capsys, "history", register)["change_sets"][0]["id"]
    with Register.open(register, actor="wang") as opened, opened.edit(Message("cli.render.help")) as edit:
        edit.update("hydrant", 1, 2, {"survey_no": "XH200", "road": "大塘路"})
    wanted = ("revert", register, "--asset", "hydrant:h-1", "--field", "survey_no", "--to", str(newest))
    seen = answer(capsys, *wanted, "--dry-run")
    assert seen["changes"][0]["fields"] == {"survey_no": {"now": "XH200", "then": "XH150"}}
    assert seen["change_set"] is None
    # Somebody changed the number since the act that is taken back: it stays, and the exit code says so.
    assert run("revert", register, "--change", str(newest), "--json") == 1
    told = json.loads(capsys.readouterr().out)
    assert [c["later"] for c in told["conflicts"]] == [["物探点号"]]
    assert answer(capsys, *wanted)["change_set"] == newest + 2
    with Register.open(register, actor="wang") as opened:
        hydrant = opened.get("hydrant", 1)
        with opened.edit(Message("cli.render.help")) as edit:
            edit.delete("hydrant", 1, hydrant.version)
    assert run("revert", register, "--asset", "hydrant:H-1", "--to", str(newest + 1)) == 0
    assert run("revert", register, "--since", str(newest), "--by", "nobody") == 0
    assert run("revert", register, "--since", str(newest)) == 0
    assert "H-1" in capsys.readouterr().out
    with Register.open(register, actor="wang") as opened:
        assert (opened.get("hydrant", 1).get("survey_no"), opened.get("hydrant", 1).get("road")) == (
            "XH150",
            None,
        )
    for words in ([], ["--asset", "hydrant:H-1"], ["--since", "yesterday"], ["--change", "999"]):
        assert run("revert", register, *words) == 2


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--asset", "hydrant"], "hydrant:H-102"),
        (["--asset", "hydrnt:H-1"], "hydrnt"),
        (["--asset", "hydrant:H-9"], "H-9"),
    ],
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_wrong_words_are_refused(
    register: Path, arguments: list[str], sentence: str, language: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = register.read_bytes()
    assert run("history", register, *arguments, language=language) == 2
    assert sentence in capsys.readouterr().err
    assert register.read_bytes() == before


@pytest.mark.parametrize("command", ["history", "undo"])
def test_a_register_that_is_not_there_is_a_sentence(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(command, tmp_path / "none.gpkg") == 2
    assert "none.gpkg" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_nothing_of_ones_own_to_undo(register: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("undo", register) == 2
    assert "--change" in capsys.readouterr().err
