"""What is selected on the map: acts of the selecting tools, the marks of the selection, and flying to it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import islice

from PySide6.QtCore import QObject, Signal
from shapely.geometry.base import BaseGeometry

from gisapp.map.canvas import MapCanvas
from gisapp.map.viewport import Viewport
from gisapp.session import Session
from gisapp.tasks import Tasks
from layers.feedback import Feedback
from layers.model.asset import AssetKey
from layers.model.query import Box, Query
from layers.model.selection import Selection
from layers.scene.style import METRES_PER_PIXEL
from layers.text import Message

#: A single asset is shown at this scale or a larger one.
ASSET_DENOMINATOR = 1000.0
#: So many assets at most are selected by one box.
BOX_LIMIT = 5000
#: Geometries of so many selected assets are marked.
MARKED_LIMIT = 500


class MapSelection(QObject):
    """Ties the selection of a session to a canvas, both ways."""

    noticed = Signal(object)
    """A Message for the status bar."""

    def __init__(self, canvas: MapCanvas, session: Session, tasks: Tasks, parent: QObject) -> None:
        super().__init__(parent)
        self._canvas, self._session, self._tasks = canvas, session, tasks
        session.selection_changed.connect(self._mark)

    def select(self, keys: Sequence[AssetKey], add: bool) -> None:
        """Select these, or add them to what is selected."""
        if keys or not add:
            self._session.select(keys, "toggle" if add else "new")

    def select_box(self, box: Box, add: bool) -> None:
        """Select what lies in a box and is drawn at this scale."""
        register, scene = self._session.register, self._canvas.scene
        if register is None or scene is None:
            return
        denominator = self._canvas.viewport.denominator
        types = dict.fromkeys(
            s.layer.type for s in scene.sources if s.layer.in_legend and s.layer.is_visible(denominator)
        )

        def find(feedback: Feedback) -> list[AssetKey]:
            found: list[AssetKey] = []
            for name in types:
                feedback.check()
                query = Query(name, box=box, fields=("code",), limit=BOX_LIMIT + 1 - len(found))
                found += [asset.key for asset in register.find(query)]
                if len(found) > BOX_LIMIT:
                    break
            return found

        def take(keys: list[AssetKey]) -> None:
            if len(keys) > BOX_LIMIT:
                self.noticed.emit(Message("map.selection_cut", {"count": BOX_LIMIT}))
            self.select(keys[:BOX_LIMIT], add)

        self._tasks.run(Message("task.select"), find, take, owner=self, key="select", shown=False)

    def fly_to(self, keys: Iterable[AssetKey]) -> None:
        """Show these assets; those without a place leave the map where it is."""
        self._with_geometries(tuple(keys), self._show)

    def _mark(self, selection: Selection) -> None:
        if not selection:
            self._canvas.select(())
            return
        self._with_geometries(tuple(islice(selection, MARKED_LIMIT)), self._canvas.select)

    def _with_geometries(
        self, keys: Sequence[AssetKey], then: Callable[[Sequence[BaseGeometry]], None]
    ) -> None:
        register = self._session.register
        if register is None or not keys:
            return

        def read(_: Feedback) -> list[BaseGeometry]:
            assets = (register.get(key.type, key.id) for key in keys)
            return [a.geometry for a in assets if a is not None and a.geometry is not None]

        self._tasks.run(
            Message("task.select"), read, then, owner=self, key=f"geometries-{then.__name__}", shown=False
        )

    def _show(self, geometries: Sequence[BaseGeometry]) -> None:
        if not geometries:
            return
        boxes = [geometry.bounds for geometry in geometries]
        x0, y0 = min(b[0] for b in boxes), min(b[1] for b in boxes)
        x1, y1 = max(b[2] for b in boxes), max(b[3] for b in boxes)
        size = self._canvas.width(), self._canvas.height()
        fitting = Viewport.fitting(Box(x0, y0, x1, y1), *size, margin=80.0)
        metres = max(fitting.metres_per_pixel, ASSET_DENOMINATOR * METRES_PER_PIXEL)
        self._canvas.fly_to(fitting.x, fitting.y, metres)
