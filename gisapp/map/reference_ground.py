"""Reference layers below the map: a frame of their own, painted in slices and shown until the next is there."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QPainter

from gisapp.map.frame import Frame
from gisapp.map.renderer import Dress, Renderer
from gisapp.map.viewport import Viewport
from gisapp.tasks import Tasks
from layers.scene.scene import Scene

#: Milliseconds of quiet before another view is drawn.
_SETTLE = 40
#: A new frame is made when the window comes so near to the edge of this one, as a share of its margin.
_NEAR_EDGE = 0.5


class ReferenceGround(QObject):
    """A backdrop that draws a scene of foreign layers as the map draws its own."""

    repainted = Signal()
    """There is another picture to show."""

    def __init__(self, tasks: Tasks, dress: Callable[[], Dress], parent: QObject) -> None:
        super().__init__(parent)
        self._dress = dress
        self._renderer = Renderer(tasks, self)
        self._renderer.clear_ground = True
        self._renderer.frame_ready.connect(self._take)
        self._frame: Frame | None = None
        self._wanted: tuple[Viewport, float] | None = None
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE)
        self._settle.timeout.connect(self._ask)

    @property
    def scene(self) -> Scene | None:
        """What is drawn."""
        return self._renderer.scene

    @property
    def is_busy(self) -> bool:
        """Whether a picture other than the one shown is on its way."""
        return self._settle.isActive() or self._renderer.is_busy

    def show(self, scene: Scene | None) -> None:
        """Draw this from now on; None: nothing."""
        self._renderer.stop()
        self._renderer.scene = scene
        self._renderer.dress(self._dress)
        self._frame = None
        if scene is not None and self._wanted is not None:
            self._ask()

    def recolour(self) -> None:
        """Colours are others from now on."""
        self.show(self.scene)

    def paint(self, painter: QPainter, viewport: Viewport) -> None:
        """Show the picture there is, and see to it that there is a crisp one of this view."""
        self._wanted = viewport, painter.device().devicePixelRatio()
        frame = self._frame
        is_short = frame is None or not frame.shows(viewport) or frame.is_nearly_left_by(viewport, _NEAR_EDGE)
        if is_short and not self._renderer.will_show(viewport):
            self._settle.start()
        if frame is not None:
            frame.paint(painter, viewport)

    def _ask(self) -> None:
        if self._wanted is not None:
            self._renderer.request(self._wanted[0], frozenset(), self._wanted[1])

    def _take(self, frame: Frame) -> None:
        before, self._frame = self._frame, frame
        if before is not None and before is not frame:
            self._renderer.take_back(before)
        self.repainted.emit()
