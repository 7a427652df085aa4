"""The map that proves the coordinates: what is to be imported lies over what is already there."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import shapely
from PySide6.QtCore import QPointF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QVBoxLayout, QWidget
from shapely.geometry.base import BaseGeometry

from gisapp.map.canvas import MapCanvas
from gisapp.map.pens import Colours, pen
from gisapp.map.renderer import Dress
from gisapp.map.viewport import Viewport
from gisapp.tasks import Tasks
from gisapp.theme import Theme
from layers.errors import UserError
from layers.exchange.import_plan import ImportPlan, PlannedLayer
from layers.model.query import Box
from layers.scene.scene import Scene

MARKS_SHOWN = 3000
_WIDTH = 2.0


class ProofLines:
    """``courses``, (n, 2) each in the register's CRS, drawn as the lines that they are."""

    def __init__(self) -> None:
        self.courses: list[np.ndarray] = []

    def paint(self, painter: QPainter, viewport: Viewport, colours: Colours) -> None:
        """Paint them all in one colour: they are no assets yet."""
        if not self.courses:
            return
        painter.setPen(pen(colours["works"], _WIDTH))
        ends = np.cumsum([len(course) for course in self.courses])[:-1]
        for pixels in np.split(viewport.pixels(np.concatenate(self.courses)), ends):
            painter.drawPolyline([QPointF(x, y) for x, y in pixels.tolist()])


def _drawn(layer: PlannedLayer) -> bool:
    """Whether a layer is drawn as lines, not as a mark at each row."""
    return layer.survey.shape == "line" and len(layer.survey.courses) > 0


class ProofMap(QWidget):
    """The scene of the window's map with each sampled row of the import: lines as lines, a mark at all others."""

    def __init__(self, theme: Theme, tasks: Tasks, scene: Scene | None, dress: Callable[[], Dress]) -> None:
        super().__init__()
        self._theme = theme
        self.canvas = MapCanvas(tasks, theme.colors())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.canvas)
        self._dress = dress
        self.lines = ProofLines()
        self.canvas.overlay.sketches.append(self.lines)
        self.canvas.renderer.dress(dress)
        self.canvas.show_scene(scene)
        theme.changed.connect(self._recolour)

    def show_plan(self, plan: ImportPlan) -> None:
        """Draw a sample of the rows of every layer that becomes assets, and look at all of them."""
        points = [self._placed(layer, layer.survey.points) for layer in plan.layers if not _drawn(layer)]
        marks = np.concatenate([np.empty((0, 2)), *points])
        marks = marks[np.isfinite(marks).all(axis=1)]
        if len(marks) > MARKS_SHOWN:
            marks = marks[:: len(marks) // MARKS_SHOWN + 1]
        self.canvas.overlay.marks = marks
        self.lines.courses = [course for layer in plan.layers for course in self._courses(layer)]
        shown = np.concatenate([marks, *self.lines.courses])
        if len(shown):
            (x0, y0), (x1, y1) = shown.min(axis=0), shown.max(axis=0)
            self.canvas.fit(Box(float(x0), float(y0), float(x1), float(y1)))
        self.canvas.update()

    def show_rows(self, parts: Sequence[bytes]) -> None:
        """Ring the places of one row and go there."""
        places: list[BaseGeometry] = list(shapely.from_wkb(np.array(parts, object))) if parts else []
        self.canvas.select(places)
        if places:
            middle = shapely.GeometryCollection(places).centroid
            self.canvas.fly_to(middle.x, middle.y)

    def _courses(self, layer: PlannedLayer) -> list[np.ndarray]:
        placed = self._placed(layer, layer.survey.courses)
        if not len(placed):
            return []
        courses = np.split(placed, np.flatnonzero(np.diff(layer.survey.course_of)) + 1)
        return [course for course in courses if np.isfinite(course).all()]

    def _placed(self, layer: PlannedLayer, points: np.ndarray) -> np.ndarray:
        if layer.mapping.is_reference or layer.placement is None or not len(points):
            return np.empty((0, 2))
        try:
            return layer.placement.transform()(points)
        except UserError:
            # Said among the problems of the plan; here there is just nothing to show.
            return np.empty((0, 2))

    def _recolour(self) -> None:
        self.canvas.renderer.dress(self._dress)
        self.canvas.recolour(self._theme.colors())
