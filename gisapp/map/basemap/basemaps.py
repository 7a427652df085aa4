"""Basemaps: the backdrop of a canvas. A frame of all tiles in view, made in slices and shown until the next."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QImage, QPainter

from gisapp.map.basemap.painter import PictureOf, paint_steps, view_of
from gisapp.map.basemap.pictures import BUDGET, PictureStore
from gisapp.map.basemap.supplier import TileSupplier
from gisapp.map.frame import Frame, frame_around
from gisapp.map.renderer import SLICE_SECONDS
from gisapp.map.viewport import Viewport
from layers.basemap.grid import TileKey
from layers.basemap.opening import OpenBasemap
from layers.basemap.plan import TilePlan, pixels_per_pixel, plan_tiles
from layers.errors import UserError
from layers.text import Message

State = Literal["shown", "loading", "too_far", "outside", "failed"]

#: Milliseconds of quiet before another view is asked for, and between frames while tiles come in.
_SETTLE, _GATHER = 60, 150
#: Room for this much more than a view needs, so that its own tiles never push one another out.
_SPARE = 1.25


@dataclass
class Layer:
    """One basemap that is shown, and what is known of it at this view."""

    opened: OpenBasemap
    supplier: TileSupplier
    opacity: float = 1.0
    plan: TilePlan | None = None
    reach: State = "shown"
    #: Whether the last frame has a picture of it.
    is_seen: bool = False

    @property
    def state(self) -> State:
        if self.supplier.error is not None:
            return "failed"
        if self.reach != "shown":
            return self.reach
        return "loading" if self.supplier.is_busy else "shown"

    @property
    def error(self) -> UserError | None:
        """What is wrong with it, or why it cannot be seen here."""
        if self.supplier.error is not None:
            return self.supplier.error
        if self.reach == "too_far":
            name = {"name": self.opened.entry.name}
            return UserError(Message("basemap.too_far", name), Message("basemap.too_far_hint"))
        return None


class _Brush:
    """What paints now. It outlives its owner by a moment, so that a painter never loses its picture."""

    def __init__(self) -> None:
        self.painter: QPainter | None = None
        self.steps: Iterator[None] | None = None

    def begin(self, image: QImage) -> QPainter:
        self.lift()
        self.painter = QPainter(image)
        return self.painter

    def lift(self) -> None:
        """Finish with the picture at hand."""
        if self.painter is not None:
            self.painter.end()
            self.painter = None

    def end(self) -> None:
        """Drop what is under way: first the painter, then the steps with their pictures."""
        self.lift()
        self.steps = None


SupplierOf = Callable[[OpenBasemap, PictureStore], TileSupplier]


class Basemaps(QObject):
    """Paints basemaps below the map and never waits for them."""

    repainted = Signal()
    """There is more to show."""
    states_changed = Signal()

    def __init__(self, supplier_of: SupplierOf, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._supplier_of = supplier_of
        self._store = PictureStore()
        self.layers: list[Layer] = []
        self._viewport: Viewport | None = None
        self._ratio = 1.0
        self._frame: Frame | None = None
        self._coming: Viewport | None = None
        self._is_due = False
        self._brush = _Brush()
        # The brush's own method: ours is gone by then.
        self.destroyed.connect(self._brush.end)
        self._states: list[tuple[State, bool]] = []
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE)
        self._settle.timeout.connect(self._ask)
        self._gather = QTimer(self, singleShot=True, interval=_GATHER)
        self._gather.timeout.connect(self._compose)
        self._slice = QTimer(self, interval=0)
        self._slice.timeout.connect(self._paint_slice)

    # ---- what is shown

    def show(self, shown: Sequence[OpenBasemap]) -> None:
        """Show these, the lowest first. What stays keeps its pictures."""
        before = {layer.opened.entry.origin: layer for layer in self.layers}
        self.layers = []
        for opened in shown:
            layer = before.pop(opened.entry.origin, None)
            if layer is None:
                layer = self._begin(opened)
            layer.opened = opened
            layer.opacity = opened.entry.opacity / 100
            self.layers.append(layer)
        for layer in before.values():
            layer.supplier.stop()
        self._changed()

    def set_opacity(self, number: int, opacity: float) -> None:
        """Show the basemap ``number`` so from now on, without saving it."""
        self.layers[number].opacity = opacity
        self._changed()

    def begin_anew(self) -> None:
        """Ask services again from the start: a key is another now."""
        opened = [layer.opened for layer in self.layers]
        for layer in self.layers:
            layer.supplier.stop()
        self.layers = []
        self.show(opened)

    def retry(self) -> None:
        """Ask services that were out of reach again, now."""
        for layer in self.layers:
            layer.supplier.retry()
        self._ask()

    def stop(self) -> None:
        """Bring and paint nothing more."""
        for layer in self.layers:
            layer.supplier.stop()
        self.layers = []
        self._store.clear()
        self._frame = self._viewport = None
        self._halt()
        self._tell_states()

    @property
    def is_blank(self) -> bool:
        """Whether nothing of any basemap can be had now: then the map is better off without them."""
        return all(layer.state == "failed" and not layer.is_seen for layer in self.layers)

    @property
    def is_busy(self) -> bool:
        """Whether something is on its way that will change the picture."""
        busy = any(layer.supplier.is_busy for layer in self.layers)
        return busy or self._settle.isActive() or self._gather.isActive() or self._brush.steps is not None

    def _begin(self, opened: OpenBasemap) -> Layer:
        layer = Layer(opened, self._supplier_of(opened, self._store))
        layer.supplier.arrived.connect(self._on_arrived)
        layer.supplier.changed.connect(self._tell_states)
        return layer

    def _changed(self) -> None:
        self._coming = None
        if not self.layers:
            self._halt()
            self._frame = None
        elif self._viewport is not None:
            self._ask()
        self._tell_states()
        self.repainted.emit()

    # ---- painting the window

    def paint(self, painter: QPainter, viewport: Viewport) -> None:
        """Show what there is; a new view is asked for once the window has come to rest."""
        if not self.layers:
            return
        ratio = painter.device().devicePixelRatio()
        if viewport != self._viewport or ratio != self._ratio:
            self._viewport, self._ratio = viewport, ratio
            if not self._is_covered(viewport):
                self._settle.start()
        if self._frame is not None:
            self._frame.paint(painter, viewport)

    def _is_covered(self, viewport: Viewport) -> bool:
        have = self._coming
        if have is None or have.metres_per_pixel != viewport.metres_per_pixel:
            return False
        return have.covers(viewport)

    # ---- asking for tiles

    def _ask(self) -> None:
        viewport = self._viewport
        if viewport is None or viewport.width < 1 or viewport.height < 1 or not self.layers:
            return
        around = frame_around(viewport, self._ratio)
        self._coming = around
        self._halt()
        for layer in self.layers:
            self._plan(layer, around)
        self._store.budget = max(BUDGET, int(_SPARE * sum(_bytes(layer) for layer in self.layers)))
        for layer in self.layers:
            layer.supplier.want([] if layer.plan is None else layer.plan.keys)
        self._tell_states()
        self._compose()

    def _plan(self, layer: Layer, around: Viewport) -> None:
        opened = layer.opened
        view = view_of(around)
        layer.plan, layer.reach = None, "shown"
        if opened.slowest is not None:
            coarsest = pixels_per_pixel(opened.grid, opened.ways, view)[0]
            if coarsest > opened.slowest:
                layer.reach = "too_far"
                return
        planned = plan_tiles(opened.grid, opened.ways, view, self._ratio)
        if isinstance(planned, TilePlan):
            layer.plan = planned
        else:
            layer.reach = planned

    def _on_arrived(self) -> None:
        self._is_due = True
        if self._brush.steps is None and not self._gather.isActive():
            # The last tile is shown at once, those before it together.
            busy = any(layer.supplier.is_busy for layer in self.layers)
            self._gather.start(_GATHER if busy else 0)

    # ---- making a frame

    def _compose(self) -> None:
        self._gather.stop()
        around = self._coming
        if around is None:
            return
        self._end_painting()
        self._is_due = False
        self._brush.steps = self._steps_of(around)
        self._paint_slice()
        if self._brush.steps is not None:
            self._slice.start()

    def _steps_of(self, around: Viewport) -> Iterator[None]:
        ratio = self._ratio
        image = self._blank(around)
        before = self._frame
        if before is not None and any(layer.supplier.is_busy for layer in self.layers):
            painter = self._brush.begin(image)
            before.paint(painter, around)
            self._brush.lift()
            yield
        for layer in self.layers:
            if layer.plan is None or layer.opacity <= 0:
                continue
            own = self._blank(around)
            painter = self._brush.begin(own)
            layer.is_seen = False
            yield from paint_steps(painter, layer.plan, layer.opened.grid, self._picture_of(layer))
            self._brush.lift()
            painter = self._brush.begin(image)
            painter.setOpacity(layer.opacity)
            painter.drawImage(0, 0, own)
            self._brush.lift()
            yield
        image.setDevicePixelRatio(ratio)
        self._frame = Frame(image, around, 0)

    def _picture_of(self, layer: Layer) -> PictureOf:
        origin = layer.opened.entry.origin

        def picture(key: TileKey) -> QImage | None:
            image = self._store.get((origin, key))
            layer.is_seen |= image is not None
            return image

        return picture

    def _blank(self, around: Viewport) -> QImage:
        image = QImage(
            round(around.width * self._ratio),
            round(around.height * self._ratio),
            QImage.Format.Format_ARGB32_Premultiplied,
        )
        image.setDevicePixelRatio(self._ratio)
        image.fill(Qt.GlobalColor.transparent)
        return image

    def _paint_slice(self) -> None:
        steps = self._brush.steps
        if steps is None:
            self._slice.stop()
            return
        until = time.perf_counter() + SLICE_SECONDS
        for _ in steps:
            if time.perf_counter() >= until:
                return
        self._end_painting()
        self._tell_states()
        self.repainted.emit()
        if self._is_due:
            self._on_arrived()

    def _end_painting(self) -> None:
        self._slice.stop()
        self._brush.end()

    def _halt(self) -> None:
        self._settle.stop()
        self._gather.stop()
        self._end_painting()

    def _tell_states(self) -> None:
        states = [(layer.state, layer.is_seen) for layer in self.layers]
        if states != self._states:
            self._states = states
            self.states_changed.emit()


def _bytes(layer: Layer) -> int:
    """What the pictures of the layer's plan take in memory."""
    if layer.plan is None:
        return 0
    level = layer.opened.grid.levels[layer.plan.level]
    return len(layer.plan.keys) * (level.tile_width + 2) * (level.tile_height + 2) * 4
