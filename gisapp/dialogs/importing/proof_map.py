"""The map that proves the coordinates: what is to be imported lies over what is already there."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import shapely
from PySide6.QtWidgets import QVBoxLayout, QWidget
from shapely.geometry.base import BaseGeometry

from gisapp.map.canvas import MapCanvas
from gisapp.map.renderer import Dress
from gisapp.tasks import Tasks
from gisapp.theme import Theme
from layers.errors import UserError
from layers.exchange.import_plan import ImportPlan
from layers.model.query import Box
from layers.scene.scene import Scene

MARKS_SHOWN = 3000


class ProofMap(QWidget):
    """The scene of the window's map with a mark at each sampled row of the import."""

    def __init__(self, theme: Theme, tasks: Tasks, scene: Scene | None, dress: Callable[[], Dress]) -> None:
        super().__init__()
        self._theme = theme
        self.canvas = MapCanvas(tasks, theme.colors())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.canvas)
        self._dress = dress
        self.canvas.renderer.dress(dress)
        self.canvas.show_scene(scene)
        theme.changed.connect(self._recolour)

    def show_plan(self, plan: ImportPlan) -> None:
        """Mark a sample of the rows of every layer that becomes assets, and look at all of them."""
        points = [self._points(plan, number) for number in range(len(plan.layers))]
        marks = np.concatenate(points) if points else np.empty((0, 2))
        marks = marks[np.isfinite(marks).all(axis=1)]
        if len(marks) > MARKS_SHOWN:
            marks = marks[:: len(marks) // MARKS_SHOWN + 1]
        self.canvas.overlay.marks = marks
        if len(marks):
            (x0, y0), (x1, y1) = marks.min(axis=0), marks.max(axis=0)
            self.canvas.fit(Box(float(x0), float(y0), float(x1), float(y1)))
        self.canvas.update()

    def show_rows(self, parts: Sequence[bytes]) -> None:
        """Ring the places of one row and go there."""
        places: list[BaseGeometry] = list(shapely.from_wkb(np.array(parts, object))) if parts else []
        self.canvas.select(places)
        if places:
            middle = shapely.GeometryCollection(places).centroid
            self.canvas.fly_to(middle.x, middle.y)

    def _points(self, plan: ImportPlan, number: int) -> np.ndarray:
        layer = plan.layers[number]
        if layer.mapping.is_reference or layer.placement is None or not len(layer.survey.points):
            return np.empty((0, 2))
        try:
            return layer.placement.transform()(layer.survey.points)
        except UserError:
            # Said among the problems of the plan; here there is just nothing to show.
            return np.empty((0, 2))

    def _recolour(self) -> None:
        self.canvas.renderer.dress(self._dress)
        self.canvas.recolour(self._theme.colors())
