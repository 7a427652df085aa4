"""A long undo is stopped at the button in the status bar: everything stays, and it can be undone another time."""

from __future__ import annotations

import threading
from typing import Any

import pyarrow as pa
import pytest
import shapely
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from gisapp.window import Window
from layers.store import bulk_undo
from layers.text import Message
from tests.gisapp.driving import PATIENCE, settle

LEFT, CONTROL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier
MANY = 600


def test_a_long_undo_can_be_stopped(open_town: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    window, session = open_town, open_town.parts.session
    register = session.register
    places = [shapely.Point(538_000 + n, 3_016_300) for n in range(MANY)]
    rows = pa.table(
        {
            "code": [f"T-{n}" for n in range(MANY)],
            "geom": pa.array(shapely.to_wkb(places), pa.binary()),
        }
    )
    before = register.count("hydrant")
    with register.edit(Message("action.import"), "import") as edit:
        edit.insert_bulk("hydrant", rows)
    settle(window, qtbot)
    at, go = threading.Event(), threading.Event()
    whole = bulk_undo.remove_range

    def slow(*given: Any) -> None:
        at.set()
        go.wait(PATIENCE / 1000)
        whole(*given)

    monkeypatch.setattr(bulk_undo, "remove_range", slow)
    qtbot.keyClick(window, Qt.Key.Key_Z, CONTROL)
    qtbot.waitUntil(at.is_set, timeout=PATIENCE)
    stop = window.status._cancel
    qtbot.waitUntil(stop.isVisible, timeout=PATIENCE)
    qtbot.mouseClick(stop, LEFT)
    go.set()
    settle(window, qtbot)
    assert register.count("hydrant") == before + MANY
    assert not stop.isVisible()
    # It is still the next thing to undo, and now it is done.
    qtbot.keyClick(window, Qt.Key.Key_Z, CONTROL)
    qtbot.waitUntil(lambda: register.count("hydrant") == before, timeout=PATIENCE)
    settle(window, qtbot)
