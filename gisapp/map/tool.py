"""MapTool: what the mouse means now. A tool is begun on a canvas, gets the mouse, and is ended."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtGui import QMouseEvent


class MapTool(Protocol):
    """The mouse on the map. Tools draw only on the overlay."""

    def press(self, event: QMouseEvent) -> None:
        """A button went down."""
        ...

    def move(self, event: QMouseEvent) -> None:
        """The mouse moved, with or without a button."""
        ...

    def release(self, event: QMouseEvent) -> None:
        """A button went up."""
        ...

    def cancel(self) -> None:
        """Leave what was begun."""
        ...
