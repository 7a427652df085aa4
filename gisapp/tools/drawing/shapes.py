"""What lies under the mouse, and its shape as the map has it: no question to the register while the mouse moves."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF

from gisapp.map.canvas import MapCanvas
from gisapp.map.viewport import Viewport
from gisapp.tools.drawing.snap_aid import SnapAid
from layers.geometry.packed import Floats
from layers.model.asset import AssetKey
from layers.scene.line_source import LineSource
from layers.scene.scene import Scene


def line_at(canvas: MapCanvas, aid: SnapAid, at: QPointF) -> AssetKey | None:
    """The line that a pixel means: the one snapped to, else the nearest."""
    found = aid.found
    if found is not None and found.kind != "point":
        return AssetKey(found.type, found.id)
    at = at if found is None else QPointF(*canvas.viewport.to_pixel(*found.place))
    hit = next((hit for hit in canvas.near(at) if hit.is_line), None)
    return None if hit is None else AssetKey(hit.type, hit.id)


def outline_of(scene: Scene | None, key: AssetKey) -> Floats | None:
    """The vertices (n, 2) of a line as it is drawn, of an area its first ring; None for what is not on the map."""
    for source in () if scene is None else scene.sources:
        if isinstance(source, LineSource) and source.layer.type == key.type:
            for part in source.of_ids(np.array([key.id])):
                return part.xy[part.offsets[0] : part.offsets[1]]
    return None


def pixels_of(viewport: Viewport, outline: Floats) -> list[QPointF]:
    """The vertices in the window."""
    return [QPointF(x, y) for x, y in viewport.pixels(outline)]
