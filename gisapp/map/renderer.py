"""From a scene to a frame: a frozen request is cut beside the window, its answer painted in short slices."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QPainter

from gisapp.map.label_painter import LabelWriter
from gisapp.map.painter import MapPainter
from gisapp.map.pens import Colours
from gisapp.map.symbols import SymbolAtlas
from gisapp.map.viewport import Viewport
from gisapp.tasks import Tasks
from layers.scene.request import DrawBatch, DrawRequest
from layers.scene.scene import Scene
from layers.text import Message

#: The frame is this much larger than the window on every side, so that a pan shows no blank edge.
MARGIN = 0.25
#: Seconds of painting before the window's own events have their turn.
SLICE_SECONDS = 0.008


@dataclass(frozen=True)
class Frame:
    """A finished picture and the viewport it shows."""

    image: QImage
    viewport: Viewport
    serial: int


@dataclass(frozen=True)
class Dress:
    """What the painter needs beside the batches: colours and words of the moment."""

    colours: Colours
    writer: LabelWriter


class _Easel:
    """The picture under way. It outlives its renderer by a moment, so that a painter never loses its picture."""

    def __init__(self) -> None:
        self.image: QImage | None = None
        self.painter: QPainter | None = None
        self.steps: Iterator[None] | None = None

    def end(self) -> None:
        """Drop what is under way: first the steps, then the painter, last the picture."""
        if self.steps is not None:
            self.steps.close()  # type: ignore[attr-defined]
        if self.painter is not None:
            self.painter.end()
        self.steps = self.painter = self.image = None


class Renderer(QObject):
    """Makes frames of a scene. A newer request drops what is under way for an older one."""

    frame_ready = Signal(object)

    def __init__(self, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self.scene: Scene | None = None
        #: Whether something lies beneath the frames: they are not filled with land then.
        self.clear_ground = False
        self._serial = 0
        self._atlases: dict[tuple[int, float], SymbolAtlas] = {}
        self._dress: Callable[[], Dress] | None = None
        self._easel = _Easel()
        # The easel's own method: ours is gone by then.
        self.destroyed.connect(self._easel.end)
        self._painted: tuple[Viewport, int] | None = None
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._paint_slice)

    def dress(self, dress: Callable[[], Dress]) -> None:
        """Colours and words are asked from ``dress`` for every frame; symbols are rendered anew."""
        self._dress = dress
        self._atlases.clear()

    def request(self, viewport: Viewport, hidden: frozenset[str], ratio: float) -> None:
        """Make a frame around ``viewport``; ``frame_ready`` tells when it is there."""
        scene = self.scene
        if scene is None or self._dress is None or viewport.width < 1 or viewport.height < 1:
            return
        self._serial += 1
        serial = self._serial
        around = viewport.resized(
            round(viewport.width * (1 + 2 * MARGIN)), round(viewport.height * (1 + 2 * MARGIN))
        )
        request = DrawRequest(serial, around.box, around.metres_per_pixel, hidden)
        self._tasks.run(
            Message("task.draw"),
            lambda feedback: scene.draw(request, feedback),
            lambda batches: self._begin(batches, around, serial, ratio),
            owner=self,
            key=f"draw-{id(self)}",
            shown=False,
        )

    def stop(self) -> None:
        """Forget the frame under way."""
        self._serial += 1
        self._end_painting()

    @property
    def is_busy(self) -> bool:
        """Whether a frame is being painted."""
        return self._easel.steps is not None

    def _begin(self, batches: list[DrawBatch], viewport: Viewport, serial: int, ratio: float) -> None:
        if serial != self._serial or self._dress is None:
            return
        self._end_painting()
        clear = self.clear_ground
        image = QImage(
            round(viewport.width * ratio),
            round(viewport.height * ratio),
            QImage.Format.Format_ARGB32_Premultiplied if clear else QImage.Format.Format_RGB32,
        )
        image.setDevicePixelRatio(ratio)
        if clear:
            image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        self._easel.image, self._easel.painter = image, painter
        self._painted = viewport, serial
        dress = self._dress()

        def symbols_of(size: int) -> SymbolAtlas:
            key = (size, ratio)
            if key not in self._atlases:
                self._atlases[key] = SymbolAtlas(dress.colours, size, ratio)
            return self._atlases[key]

        painting = MapPainter(painter, viewport, dress.colours, symbols_of, dress.writer, ground=not clear)
        self._easel.steps = painting.steps(batches)
        self._paint_slice()
        if self._easel.steps is not None:
            self._timer.start()

    def _paint_slice(self) -> None:
        easel = self._easel
        if easel.steps is None:
            self._timer.stop()
            return
        until = time.perf_counter() + SLICE_SECONDS
        for _ in easel.steps:
            if time.perf_counter() >= until:
                return
        assert easel.image is not None
        assert self._painted is not None
        frame = Frame(easel.image, *self._painted)
        self._end_painting()
        self.frame_ready.emit(frame)

    def _end_painting(self) -> None:
        self._timer.stop()
        self._easel.end()
        self._painted = None
