"""MapTool: what the mouse means now. A tool is put on a canvas, gets mouse and keys, and is put away."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter

from gisapp.map.pens import Colours
from gisapp.map.viewport import Viewport


class Sketch(Protocol):
    """Something drawn over the map for the moment."""

    def paint(self, painter: QPainter, viewport: Viewport, colours: Colours) -> None:
        """Paint over the map; the painter comes back as it was."""
        ...


class MapTool:
    """The mouse on the map; a tool overrides what it needs. It draws only in ``paint``, over the map.

    The canvas keeps middle button, space and wheel to itself, whatever the tool. A right click comes to the
    tool if ``takes_right_click``, else it opens the map's menu. Esc drops what was begun (``is_begun``),
    and otherwise leaves the tool (``leaves_on_escape``) for the one that selects.
    """

    cursor: Qt.CursorShape = Qt.CursorShape.ArrowCursor
    takes_right_click: bool = False
    leaves_on_escape: bool = True

    @property
    def is_begun(self) -> bool:
        """Whether there is something that Esc would drop."""
        return False

    def press(self, event: QMouseEvent) -> None:
        """A button went down."""

    def move(self, event: QMouseEvent) -> None:
        """The mouse moved, with or without a button."""

    def release(self, event: QMouseEvent) -> None:
        """A button went up."""

    def double_click(self, event: QMouseEvent) -> None:
        """A button went down the second time; ``press`` and ``release`` of the first click came before."""
        self.press(event)

    def key(self, event: QKeyEvent) -> bool:
        """A key went down; whether the tool took it. Esc never comes here."""
        return False

    def cancel(self) -> None:
        """Drop what was begun."""

    def leave(self) -> None:
        """The tool is put away: drop everything, what stays on the map for reading too."""
        self.cancel()

    def paint(self, painter: QPainter, viewport: Viewport, colours: Colours) -> None:
        """Paint what is begun; called with every blit, so it must be quick."""
