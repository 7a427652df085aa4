"""What the walks with drawing tools share: the town near by, clicks at places, what the register holds."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gisapp.map.canvas import MapCanvas
from gisapp.panels.drafting.drafting import Drafting
from gisapp.window import Window
from layers.analysis.network import Network, derive_network
from layers.geometry.packed import pack_lines
from layers.register import Register
from layers.scene.style import METRES_PER_PIXEL
from tests.gisapp.driving import settle

LEFT = Qt.MouseButton.LeftButton
NONE, CTRL = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier


class Hand:
    """A user at the window: looks at 1:1000 around (538300, 3016040), clicks at places of the register."""

    def __init__(self, window: Window, qtbot: QtBot) -> None:
        self.window, self._qtbot = window, qtbot
        window.map.canvas.fly_to(538_300.0, 3_016_040.0, 1000 * METRES_PER_PIXEL)
        self.wait()

    @property
    def canvas(self) -> MapCanvas:
        return self.window.map.canvas

    @property
    def drafting(self) -> Drafting:
        return self.window.map.drafting

    @property
    def register(self) -> Register:
        register = self.window.parts.session.register
        assert register is not None
        return register

    def wait(self) -> None:
        settle(self.window, self._qtbot)

    def pixel(self, x: float, y: float) -> QPoint:
        return QPointF(*self.canvas.viewport.to_pixel(x, y)).toPoint()

    def hover(self, x: float, y: float, keys: Qt.KeyboardModifier = NONE, held: bool = False) -> None:
        """Move the mouse; ``held``: with the left button down."""
        at = QPointF(self.pixel(x, y))
        buttons = LEFT if held else Qt.MouseButton.NoButton
        event = QMouseEvent(
            QEvent.Type.MouseMove, at, self.canvas.mapToGlobal(at), Qt.MouseButton.NoButton, buttons, keys
        )
        QApplication.sendEvent(self.canvas, event)

    def click(self, x: float, y: float, keys: Qt.KeyboardModifier = NONE) -> None:
        self.hover(x, y, keys)
        self._qtbot.mouseClick(self.canvas, LEFT, keys, self.pixel(x, y))

    def double_click(self, x: float, y: float, keys: Qt.KeyboardModifier = NONE) -> None:
        self.click(x, y, keys)
        self._qtbot.mouseDClick(self.canvas, LEFT, keys, self.pixel(x, y))

    def drag(
        self, start: tuple[float, float], end: tuple[float, float], keys: Qt.KeyboardModifier = NONE
    ) -> None:
        """Press, move until the effect is shown, let go."""
        self.hover(*start)
        self._qtbot.mousePress(self.canvas, LEFT, keys, self.pixel(*start))
        self.hover(*np.add(start, np.subtract(end, start) / 2), keys, held=True)
        self.hover(*end, keys, held=True)
        self._qtbot.wait(60)
        self.wait()

    def drop(self, x: float, y: float, keys: Qt.KeyboardModifier = NONE) -> None:
        self._qtbot.mouseRelease(self.canvas, LEFT, keys, self.pixel(x, y))
        self.wait()

    def key(self, key: Qt.Key, keys: Qt.KeyboardModifier = NONE) -> None:
        self._qtbot.keyClick(self.window, key, keys)

    def map_key(self, key: Qt.Key) -> None:
        self._qtbot.keyClick(self.canvas, key)

    def do(self, action: str) -> None:
        self.window.parts.actions.trigger(action)
        self.wait()

    def counts(self) -> dict[str, int]:
        return {
            name: self.register.count(name) for name in ("pipe", "valve", "hydrant", "meter", "community")
        }

    def network(self) -> Network:
        table = self.register.columns("pipe", ["code"], geometry=True)
        return derive_network(pack_lines(table["geom"]), 0.01)

    def degree(self, x: float, y: float) -> int:
        """How many ends of mains meet here."""
        net = self.network()
        away = np.hypot(*(net.node_xy - np.array([x, y])).T)
        node = int(np.argmin(away))
        return int(net.degree[node]) if away[node] < 0.3 else 0


@pytest.fixture
def hand(open_town: Window, qtbot: QtBot) -> Hand:
    """The town, and somebody to work on it."""
    return Hand(open_town, qtbot)
