"""The program's door: what a first word means, and where there is no screen."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gisapp.__main__ import COMMANDS, with_open
from layers.cli.commands import COMMANDS as WITHOUT_SCREEN

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ([], ["open"]),
        (["--lang", "en"], ["open", "--lang", "en"]),
        (["city.gpkg"], ["open", "city.gpkg"]),
        (["--lang=en", "data/net.inp"], ["open", "--lang=en", "data/net.inp"]),
        (["postgresql://host/db"], ["open", "postgresql://host/db"]),
        (["info", "city.gpkg"], ["info", "city.gpkg"]),
        (["--help"], ["--help"]),
        (["nonsense"], ["nonsense"]),
    ],
)
def test_a_file_or_nothing_means_open(typed: list[str], meant: list[str]) -> None:
    assert with_open(typed) == meant


def test_no_command_is_given_twice() -> None:
    assert not set(COMMANDS) & set(WITHOUT_SCREEN)


OPENING = """
import sys
import gisapp.__main__ as door
door.PLAIN = {"open": lambda console, target: print(console.texts.language, target, "pydantic" in sys.modules)}
door.main()
"""


def test_opening_a_register_loads_no_parser_of_options() -> None:
    """That takes a tenth of the time to the first picture."""
    command = [sys.executable, "-c", OPENING, "city.gpkg", "--lang", "en"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "en city.gpkg False\n"), done.stderr


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux can lack a display")
@pytest.mark.parametrize(("language", "sentence"), [("zh", "打不开窗口"), ("en", "no window can open")])
def test_without_a_display_it_says_so_and_offers_a_picture(language: str, sentence: str) -> None:
    screen = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    environment = {name: value for name, value in os.environ.items() if name not in screen}
    command = [sys.executable, "-m", "gisapp", "city.gpkg", "--lang", language]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "gisapp render" in done.stderr


@pytest.mark.parametrize("name", [*COMMANDS, *WITHOUT_SCREEN])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_command_has_help_in_both_languages(
    name: str, language: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["gisapp", name, "--help", "--lang", language])
    main = sys.modules["gisapp.__main__"].main
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    page = capsys.readouterr().out
    assert f"gisapp {name}" in page
    assert page.isascii() == (language == "en")
