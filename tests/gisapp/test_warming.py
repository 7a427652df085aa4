"""What a start left out is loaded in idle moments only, a few modules at a time."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from gisapp.warming import Warming
from layers.later import load_in_steps


@pytest.fixture
def rooms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A room of a package ``warmed`` that needs two others, one of them through the other."""
    package = tmp_path / "warmed"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "deep.py").write_text("VALUE = 1\n")
    (package / "below.py").write_text("from warmed import deep\nVALUE = deep.VALUE\n")
    (package / "room.py").write_text("from warmed.below import VALUE\nimport warmed.deep\n")
    monkeypatch.syspath_prepend(tmp_path)
    for name in ("warmed", "warmed.deep", "warmed.below", "warmed.room"):
        monkeypatch.delitem(sys.modules, name, raising=False)
    return "warmed.room"


def test_the_deepest_comes_first_and_nothing_twice(rooms: str) -> None:
    assert list(load_in_steps(rooms, ("warmed",))) == ["warmed.deep", "warmed.below", "warmed.room"]
    assert list(load_in_steps(rooms, ("warmed",))) == []


def test_only_idle_moments_are_used(qtbot: QtBot) -> None:
    idle, parent = [False], QObject()
    warming = Warming(lambda: idle[0], parent, ("gisapp.panels.roster.roster_panel",))
    warming.begin()
    qtbot.wait(120)
    assert not warming.is_done
    idle[0] = True
    qtbot.waitUntil(lambda: warming.is_done, timeout=20_000)
    assert "gisapp.panels.roster.roster_panel" in sys.modules
