"""Drawing on a server is drawing on a file: a main and a valve in it, connected, each one step."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from shapely.geometry import LineString

from gisapp.commands.opening import open_target
from gisapp.window import Window
from layers.register import Register
from layers.text import Message
from tests.gisapp.drawing.conftest import CTRL, Hand
from tests.gisapp.driving import PATIENCE, settle
from tests.layers.store.conftest import running_server, server
from tests.layers.store.postgres import TestServer

__all__ = ["running_server", "server"]


def test_a_main_and_a_valve(window: Window, server: TestServer, qtbot: QtBot) -> None:
    target = server.new_database()
    with (
        Register.open(target, actor="t") as register,
        register.edit(Message("action.import")) as edit,
    ):
        line = LineString([(538_200, 3_016_000), (538_400, 3_016_000)])
        edit.insert(
            "pipe", {"code": "GD-1", "dn": 300, "material": "DI", "status": "in_service", "geom": line}
        )
    open_target(window, target, lambda path: None)
    qtbot.waitUntil(lambda: window.parts.session.is_open, timeout=PATIENCE)
    settle(window, qtbot)
    hand = Hand(window, qtbot)
    hand.key(Qt.Key.Key_1)
    hand.wait()
    hand.click(538_300.2, 3_016_000.4)
    hand.double_click(538_300.0, 3_016_060.0)
    hand.wait()
    hand.key(Qt.Key.Key_2)
    hand.click(538_300.1, 3_016_030.0)
    hand.wait()
    assert hand.counts() | {"pipe": 3, "valve": 1} == hand.counts()
    assert len(set(hand.network().line_component)) == 1
    for _ in range(2):
        hand.key(Qt.Key.Key_Z, CTRL)
        hand.wait()
    assert hand.counts() | {"pipe": 1, "valve": 0} == hand.counts()
