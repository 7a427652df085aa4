"""What a drag is, and the box it draws: the same for every tool."""

from __future__ import annotations

from PySide6.QtCore import QPointF

from gisapp.map.viewport import Viewport
from layers.model.query import Box

#: A press that moves farther than this is a drag.
DRAG_PIXELS = 4.0


def is_drag(start: QPointF, end: QPointF) -> bool:
    """Whether the mouse moved more than a click trembles."""
    return (end - start).manhattanLength() > DRAG_PIXELS


def world_box(viewport: Viewport, start: QPointF, end: QPointF) -> Box:
    """The box between two pixels, in the register's CRS."""
    x0, y0 = viewport.to_world(start.x(), start.y())
    x1, y1 = viewport.to_world(end.x(), end.y())
    return Box(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
