"""Drawing a line that divides a grid, or a stretch of boundary: it snaps to roads and borders and follows them."""

from __future__ import annotations

from gisapp.map.canvas import MapCanvas
from gisapp.tools.drawing.draw_tool import DrawTool
from gisapp.tools.drawing.snap_aid import Render, SnapAid


class GridLineTool(DrawTool):
    """Clicks set places, double click or Enter ends; with Shift a click takes the way along roads and borders.

    ``news.finished`` gives the places away.
    """

    def __init__(self, canvas: MapCanvas, aid: SnapAid, render: Render) -> None:
        super().__init__(canvas, aid, render)
        self.shape = "line"
        self.outlines = True

    @property
    def metres(self) -> float:
        """How far from a border an end still counts as on it: a few pixels, at the least a metre."""
        return max(1.0, min(6 * self._canvas.viewport.metres_per_pixel, 25.0))
