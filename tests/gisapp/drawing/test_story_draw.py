"""Story 4 in the real window: a main with two valves and a hydrant, snapped and connected, one undo each."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from pytestqt.qtbot import QtBot

from gisapp.map.canvas import MapCanvas
from gisapp.panels.drafting.drafting import Drafting
from gisapp.window import Window
from layers.analysis.network import Network, derive_network
from layers.geometry.packed import pack_lines
from layers.model.query import Query
from layers.register import Register
from layers.scene.style import METRES_PER_PIXEL
from tests.gisapp.driving import PATIENCE, settle

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
NONE, CTRL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def map_window(open_town: Window, qtbot: QtBot) -> Window:
    """The town at 1:1000, around the joint of two mains at (538300, 3016000)."""
    open_town.map.canvas.fly_to(538_300.0, 3_016_040.0, 1000 * METRES_PER_PIXEL)
    settle(open_town, qtbot)
    return open_town


def pixel(canvas: MapCanvas, x: float, y: float) -> QPoint:
    return QPointF(*canvas.viewport.to_pixel(x, y)).toPoint()


def click(window: Window, qtbot: QtBot, x: float, y: float, keys: Qt.KeyboardModifier = NONE) -> None:
    canvas = window.map.canvas
    qtbot.mouseMove(canvas, pixel(canvas, x, y))
    qtbot.mouseClick(canvas, LEFT, keys, pixel(canvas, x, y))


def end(window: Window, qtbot: QtBot, x: float, y: float) -> None:
    """The second half of a double click whose first was sent by ``click``."""
    qtbot.mouseDClick(window.map.canvas, LEFT, NONE, pixel(window.map.canvas, x, y))


def register(window: Window) -> Register:
    found = window.parts.session.register
    assert found is not None
    return found


def drafting(window: Window) -> Drafting:
    return window.map.drafting


def network(window: Window) -> Network:
    return derive_network(pack_lines(register(window).columns("pipe", ["code"], geometry=True)["geom"]), 0.01)


def degree_at(net: Network, x: float, y: float) -> int:
    away = np.hypot(*(net.node_xy - np.array([x, y])).T)
    node = int(np.argmin(away))
    return int(net.degree[node]) if away[node] < 0.02 else 0


def test_a_main_with_two_valves_and_a_hydrant(map_window: Window, qtbot: QtBot) -> None:
    window, session = map_window, map_window.parts.session
    before = {name: register(window).count(name) for name in ("pipe", "valve", "hydrant")}
    parts = len(set(network(window).line_component))
    # Act 1: the key of mains. Its fields are those of the newest main.
    qtbot.keyClick(window, Qt.Key.Key_1)
    settle(window, qtbot)
    assert drafting(window).bar.isVisible()
    assert drafting(window).bar.fields.values()["material"] == "DI"
    # Three points: near the joint (it snaps), in the field, and the last twice as one does.
    click(window, qtbot, 538_300.9, 3_016_000.7)
    assert drafting(window).draw_tool.places[0] == pytest.approx((538_300.0, 3_016_000.0), abs=1e-6)
    click(window, qtbot, 538_300.0, 3_016_050.0, CTRL)
    click(window, qtbot, 538_360.0, 3_016_080.0, CTRL)
    end(window, qtbot, 538_360.0, 3_016_080.0)
    settle(window, qtbot)
    assert register(window).count("pipe") == before["pipe"] + 1
    (main,) = session.selection
    drawn = register(window).get(main.type, main.id)
    assert drawn is not None and drawn["material"] == "DI" and drawn["status"] == "in_service"
    # Act 2: the key of valves; two clicks on the main. Act 3: the key of hydrants; one click.
    qtbot.keyClick(window, Qt.Key.Key_2)
    click(window, qtbot, 538_300.3, 3_016_020.0)
    click(window, qtbot, 538_299.8, 3_016_035.0)
    settle(window, qtbot)
    assert register(window).count("valve") == before["valve"] + 2
    qtbot.keyClick(window, Qt.Key.Key_3)
    click(window, qtbot, *np.add(_middle(register(window), main.id + 2), (0.2, 0.1)))
    settle(window, qtbot)
    assert register(window).count("hydrant") == before["hydrant"] + 1
    (hydrant,) = session.selection
    assert hydrant.type == "hydrant"
    # Connected: one network as before; three lines meet at the joint, two at each valve.
    net = network(window)
    assert len(set(net.line_component)) == parts
    assert degree_at(net, 538_300.0, 3_016_000.0) == 3
    for valve in register(window).find(Query("valve")):
        assert valve.geometry is not None
        assert degree_at(net, valve.geometry.x, valve.geometry.y) == 2
    # The inspector shows the new asset, and each was one step.
    assert window.inspector.isVisible()
    for name in ("hydrant", "valve", "valve", "pipe"):
        qtbot.keyClick(window, Qt.Key.Key_Z, CTRL)
        settle(window, qtbot)
        now = register(window).count(name)
        assert now == before[name] + (1 if name == "valve" and now > before[name] else 0)
    assert {name: register(window).count(name) for name in before} == before


def _middle(book: Register, id: int) -> tuple[float, float]:
    asset = book.get("pipe", id)
    assert asset is not None and asset.geometry is not None
    at = asset.geometry.interpolate(0.6, normalized=True)
    return at.x, at.y
