"""Undo pressed while a long check-in runs takes back nothing that was not meant."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from gisapp import session as sessions
from gisapp.window import Window
from layers.model.query import Query
from layers.register import Edit
from layers.text import Message
from tests.gisapp.driving import PATIENCE, settle

CONTROL = Qt.KeyboardModifier.ControlModifier


def test_a_check_in_under_way_is_not_what_is_undone(
    open_town: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window, session = open_town, open_town.parts.session
    register = session.register
    assert register is not None
    monkeypatch.setattr(sessions, "LONG", 0.05)
    at, go = threading.Event(), threading.Event()

    def check_in(edit: Edit) -> None:
        edit.insert("team", {"name": "收包"})
        at.set()
        go.wait(PATIENCE / 1000)

    session.edit(Message("action.import"), check_in, shown=True, kind="checkin")
    qtbot.waitUntil(at.is_set, timeout=PATIENCE)
    qtbot.wait(80)
    qtbot.keyClick(window, Qt.Key.Key_Z, CONTROL)
    assert window.parts.notifier.notices[-1].title.id == "notify.step_waits"
    go.set()
    settle(window, qtbot)
    # What came in is there, and the step before it too; pressed again, undo takes it back, and only it.
    assert [team["name"] for team in register.find(Query("team"))] == ["收包"]
    hydrant = register.get("hydrant", 1)
    assert hydrant is not None
    assert hydrant["feed_dn"] == 150
    qtbot.keyClick(window, Qt.Key.Key_Z, CONTROL)
    qtbot.waitUntil(lambda: not register.find(Query("team")), timeout=PATIENCE)
    settle(window, qtbot)
