"""The overview: all of the network in a corner, the part shown framed; dragging there moves the map.

It is drawn once for a scene, from coarse levels and without symbols and words, and never while the map moves.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QHideEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QWidget

from gisapp.map.frame import Frame
from gisapp.map.pens import Colours
from gisapp.map.renderer import Dress, Renderer
from gisapp.map.viewport import Viewport
from gisapp.tasks import Tasks
from layers.model.query import Box
from layers.scene.scene import Scene

SIZE = QSize(184, 138)
#: It takes at most such a part of the map's width and height, in steps of this; below the least it says nothing.
_WIDTH_SHARE, _HEIGHT_SHARE = 0.25, 0.3
_STEP, _LEAST_SIZE = 0.05, 0.5
#: Milliseconds after the first scene, and after its last change: the map itself has the first turn.
_SOON, _LATER = 200, 900
_SMALLEST_FRAME = 7.0
_EDGE = 6.0


#: Px by which the frame of what is seen must have moved to be drawn anew.
_LEAST = 0.25


class OverviewMap(QWidget):
    """Follows a canvas: ``show_scene`` and ``show_view`` tell it what is there and what is seen."""

    centre_asked = Signal(float, float)
    """The map shall show this place of the register in its middle."""
    close_asked = Signal()

    def __init__(self, tasks: Tasks, colours: Colours, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedSize(SIZE)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._colours = colours
        self._renderer = Renderer(tasks, self)
        self._renderer.dress(self._dress)
        self._renderer.frame_ready.connect(self._take)
        self._frame: Frame | None = None
        self._whole: Viewport | None = None
        self._seen: Box | None = None
        self._framed: QRectF | None = None
        self._grip = QPointF()
        self._is_hovered = False
        self._later = QTimer(self, singleShot=True, interval=_LATER)
        self._later.timeout.connect(self._draw)

    def show_scene(self, scene: Scene | None) -> None:
        """Draw another scene, a moment later."""
        self._renderer.stop()
        was = self._renderer.scene
        self._renderer.scene = scene
        if scene is None:
            self._frame = self._whole = None
            self._later.stop()
            self.update()
        elif scene is not was:
            if self._whole is None and scene.box is not None:
                # What is seen is framed already.
                self._whole = self._fitting(scene.box)
            self._later.start(_SOON if self._frame is None else _LATER)

    def show_view(self, viewport: Viewport) -> None:
        """Frame what the map shows now."""
        self._seen = viewport.box
        now, shown = self.rectangle, self._framed
        # A pan of a street moves the frame by less than can be seen.
        moved = now is None or shown is None or _apart(now, shown) > _LEAST
        if moved:
            self._framed = now
            self.update()

    def fit(self, width: float, height: float) -> bool:
        """Be no larger than a map of this size (px) leaves room for; False where it leaves none."""
        room = min(1.0, _WIDTH_SHARE * width / SIZE.width(), _HEIGHT_SHARE * height / SIZE.height())
        room = math.floor(room / _STEP) * _STEP
        if room < _LEAST_SIZE:
            return False
        self.setFixedSize(round(SIZE.width() * room), round(SIZE.height() * room))
        return True

    def recolour(self, colours: Colours) -> None:
        """Use other colours from now on."""
        self._colours = colours
        self._renderer.dress(self._dress)
        self._later.start(0)

    @property
    def rectangle(self) -> QRectF | None:
        """Where what the map shows lies in the overview, px; never too small to be taken."""
        if self._whole is None or self._seen is None:
            return None
        left, top = self._whole.to_pixel(self._seen.x0, self._seen.y1)
        right, bottom = self._whole.to_pixel(self._seen.x1, self._seen.y0)
        rectangle = QRectF(QPointF(left, top), QPointF(right, bottom))
        room_x = max(_SMALLEST_FRAME - rectangle.width(), 0) / 2
        room_y = max(_SMALLEST_FRAME - rectangle.height(), 0) / 2
        return rectangle.adjusted(-room_x, -room_y, room_x, room_y)

    def _draw(self) -> None:
        scene = self._renderer.scene
        if scene is None or not self.isVisible():
            return
        box = scene.box
        if box is None:
            self._frame = self._whole = None
            self.update()
            return
        self._whole = self._fitting(box)
        hidden = frozenset(
            f"{source.layer.id}/{style.id}"
            for source in scene.sources
            if source.layer.drawing == "symbol"
            for style in source.layer.classes
        )
        self._renderer.request(self._whole, hidden, self.devicePixelRatioF(), soon=True)

    def _fitting(self, box: Box) -> Viewport:
        return Viewport.fitting(box, self.width(), self.height(), margin=_EDGE)

    def _dress(self) -> Dress:
        return Dress(self._colours, lambda kind, words: None)

    def _take(self, frame: Frame) -> None:
        # The first frame shows all that is wanted; the wide one around it is for maps that move.
        self._renderer.stop()
        self._frame = frame
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self._colours["map_land"])
        if self._frame is not None and self._whole is not None:
            self._frame.paint(painter, self._whole)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rectangle = self.rectangle
        if rectangle is not None:
            shown = rectangle.intersected(QRectF(self.rect()).adjusted(1.5, 1.5, -1.5, -1.5))
            fill = QColor(self._colours["related"])
            # All of it in view: the frame alone says so.
            covers = shown.width() * shown.height() > 0.7 * self.width() * self.height()
            fill.setAlphaF(0.0 if covers else 0.14)
            painter.setBrush(fill)
            painter.setPen(QPen(self._colours["map_halo"], 4.0))
            painter.drawRect(shown)
            painter.setPen(QPen(self._colours["related"], 2.0))
            painter.drawRect(shown)
        if self._is_hovered:
            self._paint_cross(painter)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(self._colours["border_strong"])
        painter.drawRect(self.rect().adjusted(0, 0, -1, -1))
        painter.end()

    @property
    def _cross(self) -> QRectF:
        """Where a click closes the overview."""
        return QRectF(self.width() - 21, 4, 17, 17)

    def _paint_cross(self, painter: QPainter) -> None:
        box = self._cross
        painter.setPen(self._colours["border_strong"])
        painter.setBrush(self._colours["raised"])
        painter.drawRoundedRect(box, 3, 3)
        arms = box.adjusted(5, 5, -5, -5)
        painter.setPen(QPen(self._colours["text2"], 1.4))
        painter.drawLine(arms.topLeft(), arms.bottomRight())
        painter.drawLine(arms.topRight(), arms.bottomLeft())

    def enterEvent(self, event: QEnterEvent) -> None:
        self._is_hovered = True
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._is_hovered = False
        self.update()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._frame is None:
            self._later.start(_SOON)

    def resizeEvent(self, event: QResizeEvent) -> None:
        scene = self._renderer.scene
        if self._whole is not None and scene is not None and scene.box is not None:
            # The picture that is there stands in, larger or smaller, until it is drawn anew.
            self._whole = self._fitting(scene.box)
            self._later.start()

    def hideEvent(self, event: QHideEvent) -> None:
        self._renderer.stop()
        super().hideEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        rectangle = self.rectangle
        if event.button() != Qt.MouseButton.LeftButton or rectangle is None:
            return
        if self._cross.contains(event.position()):
            self.close_asked.emit()
            return
        # Taken by the frame it moves from where it is, elsewhere its middle jumps to the cursor.
        at = event.position()
        self._grip = rectangle.center() - at if rectangle.contains(at) else QPointF()
        self._ask(at)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._ask(event.position())

    def _ask(self, at: QPointF) -> None:
        if self._whole is not None:
            middle = at + self._grip
            self.centre_asked.emit(*self._whole.to_world(middle.x(), middle.y()))


def _apart(one: QRectF, other: QRectF) -> float:
    across = max(abs(one.left() - other.left()), abs(one.right() - other.right()))
    return max(across, abs(one.top() - other.top()), abs(one.bottom() - other.bottom()))
