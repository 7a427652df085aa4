"""From a scene to a frame: a frozen request is cut beside the window, its answer painted in short slices.

A new place or scale comes in two frames: first little more than the window, so that it is crisp soon, then one
much larger, so that a pan shows no blank edge.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QPainter

from gisapp.map.frame import Frame, first_frame_around, frame_around
from gisapp.map.label_memory import Box4, LabelMemory, LabelWriter
from gisapp.map.painter import MapPainter
from gisapp.map.pens import Colours
from gisapp.map.symbols import SymbolAtlas
from gisapp.map.viewport import Viewport
from gisapp.tasks import Tasks
from layers.model.query import Box
from layers.scene.request import DrawBatch, DrawRequest
from layers.scene.scene import Scene
from layers.text import Message

#: A first frame that is not at least so much smaller gains nothing.
_WORTHWHILE = 0.7
#: Symbols this far outside of a frame reach into it.
_REACH = 32
#: Pictures kept to be painted on again: one of each size in use.
_SPARES = 2
#: Px around what is painted anew in which labels lie that reach into it.
_LABEL_REACH = 320
#: What is larger than this share of a frame is painted with all the rest.
_MOST_MENDED = 0.2
#: Seconds of painting before the window's own events have their turn.
SLICE_SECONDS = 0.008


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
        self._memory = LabelMemory()
        self._hidden: frozenset[str] = frozenset()
        self._spares: list[QImage] = []
        self._waiting: list[Viewport] = []
        self._coming: Viewport | None = None
        self._then: Callable[[], None] = lambda: None
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(self._paint_slice)

    def dress(self, dress: Callable[[], Dress]) -> None:
        """Colours and words are asked from ``dress`` for every frame; symbols are rendered anew."""
        self._dress = dress
        self._atlases.clear()
        self._memory = LabelMemory()

    def forget_words(self) -> None:
        """Labels may say something else from now on, and be numbered otherwise; they stay where they are."""
        self._memory.forget_words()
        self._memory.forget_slots()

    def request(self, viewport: Viewport, hidden: frozenset[str], ratio: float, *, soon: bool = True) -> None:
        """Make frames around ``viewport``; ``frame_ready`` tells when one is there.

        ``soon`` makes one of little more than the window first: nothing crisp is there to be looked at.
        """
        if self.scene is None or self._dress is None or viewport.width < 1 or viewport.height < 1:
            return
        self._serial += 1
        if hidden != self._hidden:
            # What comes back needs room, what goes leaves some.
            self._memory.forget()
            self._hidden = hidden
        wide = frame_around(viewport, ratio)
        first = first_frame_around(viewport, ratio)
        worthwhile = first.width * first.height < _WORTHWHILE * wide.width * wide.height
        self._waiting = [first, wide] if soon and worthwhile else [wide]
        self._coming = wide
        self._cut(self._serial, hidden, ratio)

    def mend(
        self, frame: Frame, boxes: Sequence[Box], viewport: Viewport, hidden: frozenset[str], ratio: float
    ) -> None:
        """Paint only ``boxes`` of a frame anew, for nothing else has changed in it since it was painted.

        ``frame_ready`` tells of the same frame again. Where it is much, frames are made around ``viewport``.
        """
        around = frame.viewport
        dirty = [box for each in boxes if (box := _pixels_of(each, around)) is not None]
        area = sum((x1 - x0) * (y1 - y0) for x0, y0, x1, y1 in dirty)
        scene, size = self.scene, around.width * around.height
        wide = frame_around(viewport, ratio)
        is_whole = (around.width, around.height) == (wide.width, wide.height)
        if scene is None or self._dress is None or not is_whole or area > _MOST_MENDED * size:
            self.request(viewport, hidden, ratio)
            return
        self.stop()
        if not dirty:
            self.frame_ready.emit(frame)
            return
        self._serial += 1
        serial, self._coming = self._serial, around
        near = _around(dirty, around)
        request = DrawRequest(serial, near.box, around.metres_per_pixel, hidden)
        share = near.width * near.height / size
        self._tasks.run(
            Message("task.draw"),
            lambda feedback: scene.draw(request, feedback),
            lambda batches: self._mend(batches, frame, dirty, share, serial),
            cancelled=lambda: self._give_up(serial),
            owner=self,
            key=f"draw-{id(self)}",
            shown=False,
            first=True,
        )

    def _mend(
        self, batches: list[DrawBatch], frame: Frame, dirty: list[Box4], share: float, serial: int
    ) -> None:
        """At one go, on the picture that is shown: nobody sees it half painted."""
        if serial != self._serial:
            return
        painter = QPainter(frame.image)
        try:
            self._painting(painter, frame.viewport, frame.image.devicePixelRatio()).mend(
                batches, dirty, share
            )
        finally:
            painter.end()
        self._coming = None
        self.frame_ready.emit(frame)

    def _painting(self, painter: QPainter, viewport: Viewport, ratio: float) -> MapPainter:
        assert self._dress is not None
        dress = self._dress()

        def symbols_of(size: int) -> SymbolAtlas:
            key = (size, ratio)
            if key not in self._atlases:
                self._atlases[key] = SymbolAtlas(dress.colours, size, ratio)
            return self._atlases[key]

        ground = not self.clear_ground
        return MapPainter(
            painter, viewport, dress.colours, symbols_of, dress.writer, ground=ground, memory=self._memory
        )

    def _cut(self, serial: int, hidden: frozenset[str], ratio: float) -> None:
        """Ask the scene for the next frame's batches."""
        scene = self.scene
        if scene is None or serial != self._serial or not self._waiting:
            return
        around = self._waiting.pop(0)
        reach = around.resized(around.width + 2 * _REACH, around.height + 2 * _REACH)
        request = DrawRequest(serial, reach.box, around.metres_per_pixel, hidden)
        self._then = lambda: self._cut(serial, hidden, ratio)
        self._tasks.run(
            Message("task.draw"),
            lambda feedback: scene.draw(request, feedback),
            lambda batches: self._begin(batches, around, serial, ratio),
            cancelled=lambda: self._give_up(serial),
            owner=self,
            key=f"draw-{id(self)}",
            shown=False,
        )

    def stop(self) -> None:
        """Forget the frame under way."""
        self._serial += 1
        self._waiting.clear()
        self._coming = None
        self._end_painting()

    def _give_up(self, serial: int) -> None:
        if serial == self._serial:
            self.stop()

    @property
    def is_busy(self) -> bool:
        """Whether a frame is asked for that is not there yet."""
        return self._coming is not None

    def will_show(self, viewport: Viewport) -> bool:
        """Whether the frames under way show all of ``viewport`` at its scale."""
        coming = self._coming
        if coming is None or coming.metres_per_pixel != viewport.metres_per_pixel:
            return False
        return coming.covers(viewport)

    def _begin(self, batches: list[DrawBatch], viewport: Viewport, serial: int, ratio: float) -> None:
        if serial != self._serial or self._dress is None:
            return
        self._end_painting()
        clear = self.clear_ground
        image = self._picture(round(viewport.width * ratio), round(viewport.height * ratio), clear)
        image.setDevicePixelRatio(ratio)
        if clear:
            image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        self._easel.image, self._easel.painter = image, painter
        self._painted = viewport, serial
        painting = self._painting(painter, viewport, ratio)
        self._easel.steps = painting.steps(batches)
        self._paint_slice()
        if self._easel.steps is not None:
            self._timer.start()

    def _picture(self, width: int, height: int, clear: bool) -> QImage:
        form = QImage.Format.Format_ARGB32_Premultiplied if clear else QImage.Format.Format_RGB32
        for number, spare in enumerate(self._spares):
            if (spare.width(), spare.height(), spare.format()) == (width, height, form):
                return self._spares.pop(number)
        return QImage(width, height, form)

    def take_back(self, frame: Frame) -> None:
        """A frame that is not shown any more: its memory serves the next one, for fresh memory takes milliseconds."""
        self._spares = [frame.image, *self._spares[: _SPARES - 1]]

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
        # A frame that was nearly done when a newer one was asked for is shown, and has no say in what comes next.
        if frame.serial == self._serial:
            if self._waiting:
                self._then()
            else:
                self._coming = None
        self.frame_ready.emit(frame)

    def _end_painting(self) -> None:
        self._timer.stop()
        self._easel.end()
        self._painted = None


def _pixels_of(box: Box, viewport: Viewport) -> Box4 | None:
    """What of a picture shows something in a box, with the width of lines and symbols; None when nothing does."""
    left, top = viewport.to_pixel(box.x0, box.y1)
    right, bottom = viewport.to_pixel(box.x1, box.y0)
    x0, y0 = max(left - _REACH, 0.0), max(top - _REACH, 0.0)
    x1, y1 = min(right + _REACH, viewport.width), min(bottom + _REACH, viewport.height)
    return (x0, y0, x1, y1) if x0 < x1 and y0 < y1 else None


def _around(dirty: Sequence[Box4], viewport: Viewport) -> Viewport:
    """The part of a picture around some boxes in it in which all lies that reaches into them."""
    x0, y0 = min(box[0] for box in dirty) - _LABEL_REACH, min(box[1] for box in dirty) - _LABEL_REACH
    x1, y1 = max(box[2] for box in dirty) + _LABEL_REACH, max(box[3] for box in dirty) + _LABEL_REACH
    x, y = viewport.to_world((x0 + x1) / 2, (y0 + y1) / 2)
    return replace(viewport, x=x, y=y, width=x1 - x0, height=y1 - y0)
