"""A register of an older program in the window: completed when it may be written, looked at when not."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from shapely.geometry import LineString, Point

from gisapp.window import Window
from layers.geometry.crs import Crs
from layers.register import Register
from layers.store import opening
from layers.store.open_mode import open_mode
from layers.text import Message
from tests.gisapp.driving import PATIENCE, drop, find, settle
from tests.layers.store.older import without

OLDER = without(
    types={"bookmark", "map_style", "basemap", "c_basemap_kind", "leak"}, columns={("pipe", "remark")}
)


@pytest.fixture
def older(tmp_path: Path) -> Path:
    path = tmp_path / "旧台账.gpkg"
    made = Register.create(path, Crs.parse("EPSG:4546"), actor="old", catalogue=OLDER)
    with made, made.edit(Message("store.created")) as edit:
        edit.insert(
            "pipe", {"code": "GD-1", "dn": 300, "geom": LineString([(538000, 3016000), (538100, 3016000)])}
        )
        edit.insert("hydrant", {"code": "XHS-1", "geom": Point(538050, 3016003)})
    return path


def open_in(window: Window, path: Path, qtbot: QtBot) -> None:
    drop(window, path)
    qtbot.waitUntil(lambda: window.parts.session.is_open and window.parts.finder.is_ready, timeout=PATIENCE)
    qtbot.waitUntil(lambda: window.map.canvas.scene is not None, timeout=PATIENCE)
    settle(window, qtbot)


def test_it_is_completed_and_worked_on(window: Window, older: Path, qtbot: QtBot) -> None:
    open_in(window, older, qtbot)
    register = window.parts.session.register
    assert register is not None
    assert window.parts.session.is_writable
    assert "bookmark" in register.catalogue
    assert [act.kind for act in register.change_sets()][:1] == ["upgrade"]


def test_one_that_cannot_be_written_is_looked_at(
    window: Window, older: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "open_mode", lambda path, **_: open_mode(path, read_only=True))
    open_in(window, older, qtbot)
    register = window.parts.session.register
    assert register is not None
    assert not window.parts.session.is_writable
    assert "bookmark" not in register.catalogue
    find(window, "XHS-1", qtbot)
    qtbot.waitUntil(lambda: len(window.parts.session.selection) == 1, timeout=PATIENCE)
    window.map.open_bookmarks()
    window.map.fit()
    settle(window, qtbot)
