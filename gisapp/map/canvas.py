"""The canvas: shows the last frame at once, asks for a crisp one, and feeds the mouse to a tool."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QContextMenuEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget
from shapely.geometry.base import BaseGeometry

from gisapp.map.backdrop import Grounds
from gisapp.map.frame import Frame, ShownFrames
from gisapp.map.overlay import Overlay
from gisapp.map.pens import Colours
from gisapp.map.renderer import Renderer
from gisapp.map.tool import MapTool
from gisapp.map.viewport import Viewport
from gisapp.tasks import Tasks
from layers.model.query import Box
from layers.scene.request import Hit
from layers.scene.scene import Scene

#: One notch of the wheel.
ZOOM_STEP = 1.5
_NOTCH = 120.0
#: A click may tremble by this many pixels.
HIT_PIXELS = 7.0
#: Milliseconds of quiet after a wheel notch before a crisp frame is asked for.
_SETTLE = 20
#: Milliseconds after a move in which the round corners of panels may show the map as it was.
_CORNERS = 150


class MapCanvas(QWidget):
    """The map widget. Coordinates in signals are the register's, metres."""

    viewport_changed = Signal(object)
    hovered = Signal(float, float)
    frame_shown = Signal()
    """The frame asked for last is on the screen."""
    tool_left = Signal()
    """Esc in a tool in which nothing is begun: the user wants to select again."""
    menu_asked = Signal(QPoint, float, float)
    """A right click: where on the screen, and the place it means."""

    def __init__(self, tasks: Tasks, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.renderer = Renderer(tasks, self)
        self.renderer.frame_ready.connect(self._show_frame)
        self.overlay = Overlay()
        self._tool: MapTool | None = None
        self.viewport = Viewport(0.0, 0.0, 1.0, max(self.width(), 1), max(self.height(), 1))
        self.hidden: frozenset[str] = frozenset()
        self._colours = colours
        #: All that lies beneath the map; ``lay`` changes it.
        self.grounds = Grounds()
        self.frames = ShownFrames()
        self._drag_from: QPointF | None = None
        self._space_held = False
        self._fit_when_shown: tuple[Box, float | None] | None = None
        #: Panels that lie over the map and let nothing of it be seen but at their corners.
        self.panels_above: Callable[[], Iterable[QWidget]] = lambda: ()
        self._settle = QTimer(self, singleShot=True, interval=_SETTLE)
        self._settle.timeout.connect(self._ask)
        self._corners = QTimer(self, singleShot=True, interval=_CORNERS)
        self._corners.timeout.connect(self.update)
        # Where the map is seen while it is moved.
        self._seen = QRegion()

    @property
    def scene(self) -> Scene | None:
        """What is shown."""
        return self.renderer.scene

    @property
    def is_crisp(self) -> bool:
        """Whether all that is seen of the scene is painted as it is now."""
        return self.scene is not None and self.frames.shows(self.viewport) and self.frames.outdated == ()

    def lay(self, grounds: Grounds) -> None:
        """Put these beneath the map. Frames have a clear ground while there are any."""
        if grounds == self.grounds:
            return
        self.grounds = grounds
        if self.renderer.clear_ground != grounds.is_there:
            self.renderer.clear_ground = grounds.is_there
            self.frames.drop()
            self._ask_anew()
        self.update()

    @property
    def tool(self) -> MapTool | None:
        """What mouse and keys mean now; the one before is put away."""
        return self._tool

    @tool.setter
    def tool(self, tool: MapTool | None) -> None:
        if self._tool is not None and self._tool is not tool:
            self._tool.leave()
        self._tool = tool
        self.show_cursor()
        self.update()

    def show_cursor(self) -> None:
        """Show the cursor of the tool again, after a drag."""
        self.setCursor(Qt.CursorShape.ArrowCursor if self._tool is None else self._tool.cursor)

    def show_scene(self, scene: Scene | None) -> None:
        """Show another scene at the same place; None shows bare land."""
        before, was_busy = self.renderer.scene, self.renderer.is_busy
        self.renderer.stop()
        self.renderer.scene = scene
        changed = None
        if scene is None:
            self.frames.drop()
            self.overlay.selected = ()
        else:
            changed = scene.changed_since(before, self.viewport.denominator)
            # Nothing to be seen has changed: a frame under way was of the scene before all the same.
            if changed == () and not was_busy:
                return
        self._ask_anew(changed)
        if changed is None:
            self.update()

    def recolour(self, colours: Colours) -> None:
        """Use other colours from now on."""
        self._colours = colours
        self.frames.drop()
        self._ask_anew()
        self.update()

    def redraw(self) -> None:
        """Ask for a new frame: words or data changed."""
        self._ask_anew()

    def hide_classes(self, hidden: frozenset[str]) -> None:
        """Leave out these ``layer/class`` ids."""
        if hidden != self.hidden:
            self.hidden = hidden
            self._ask_anew()

    def select(self, geometries: Sequence[BaseGeometry]) -> None:
        """Mark these as selected."""
        self.overlay.selected = tuple(geometries)
        self.update()

    # ---- moving

    def go(self, viewport: Viewport) -> None:
        """Show ``viewport``: the last frame at once, a crisp one as soon as it is painted."""
        viewport = viewport.resized(max(self.width(), 1), max(self.height(), 1))
        if viewport == self.viewport:
            return
        scaled = viewport.metres_per_pixel != self.viewport.metres_per_pixel
        self.viewport = viewport
        self.viewport_changed.emit(viewport)
        self._show_map()
        if scaled:
            self._settle.start()
        elif self.frames.is_nearly_left_by(viewport) and not self.renderer.will_show(viewport):
            # A frame under way that will do is waited for: asking anew at every step, none would ever be ready.
            self._ask()

    def fit(self, box: Box | None, margin: float | None = None) -> None:
        """Show all of ``box`` with ``margin`` pixels around it (None: with room for names)."""
        if box is None:
            return
        if self.width() < 2 or not self.isVisible():
            self._fit_when_shown = box, margin
        self.go(Viewport.fitting(box, self.width(), self.height(), margin))

    def zoom(self, factor: float) -> None:
        """Zoom about the middle."""
        self.go(self.viewport.zoomed(factor, self.width() / 2, self.height() / 2))

    def fly_to(self, x: float, y: float, metres_per_pixel: float | None = None) -> None:
        """Show a place in the middle."""
        self.go(self.viewport.centred(x, y, metres_per_pixel))

    def near(self, position: QPointF, pixels: float = HIT_PIXELS) -> list[Hit]:
        """What is drawn at a pixel, the most likely meant first."""
        if self.scene is None:
            return []
        x, y = self.viewport.to_world(position.x(), position.y())
        return self.scene.near(x, y, self.viewport.metres_per_pixel, pixels, self.hidden)

    # ---- frames

    def _ask(self) -> None:
        self._settle.stop()
        frames, viewport, ratio = self.frames, self.viewport, self.devicePixelRatioF()
        shown, outdated = frames.shows(viewport), frames.outdated
        if frames.last is not None and shown and outdated and not frames.is_nearly_left_by(viewport):
            self.renderer.mend(frames.last, outdated, viewport, self.hidden, ratio)
        else:
            self.renderer.request(viewport, self.hidden, ratio, soon=not shown or outdated != ())

    def _ask_anew(self, changed: tuple[Box, ...] | None = None) -> None:
        """What the frame shows is no longer so: in some boxes, or anywhere."""
        self.frames.outdate(changed)
        self.renderer.forget_words()
        self._ask()

    def _show_frame(self, frame: Frame) -> None:
        for dropped in self.frames.show(frame):
            self.renderer.take_back(dropped)
        self.update()
        self.frame_shown.emit()

    def _show_map(self) -> None:
        """Paint the map where it is seen: panels over it, painted with it, take longer than all the map."""
        if not self._corners.isActive():
            # While a move goes on panels stay; when it ends all is painted once more.
            self._seen = QRegion(self.rect())
            for panel in self.panels_above():
                if panel.isVisible():
                    self._seen -= panel.geometry().translated(-self.pos())
        self.update(self._seen)
        self._corners.start()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        try:
            self._paint(painter)
        finally:
            # A painter left open after an error would take the whole program with it.
            painter.end()

    def _paint(self, painter: QPainter) -> None:
        # Land only where nothing opaque comes over it: filling a window takes as long as showing the frame.
        window = QRectF(self.rect())
        if not self.frames.covers(window, self.viewport) or self.renderer.clear_ground:
            painter.fillRect(self.rect(), self._colours["map_land"])
        self.grounds.paint(painter, self.viewport)
        self.frames.paint(painter, self.viewport, window)
        self.overlay.paint(painter, self.viewport, self._colours, self._tool)

    # ---- events

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._fit_when_shown is not None:
            (box, margin), self._fit_when_shown = self._fit_when_shown, None
            self.fit(box, margin)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.viewport = self.viewport.resized(max(self.width(), 1), max(self.height(), 1))
        self._corners.stop()
        self.viewport_changed.emit(self.viewport)
        self._settle.start()
        super().resizeEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        notches = event.angleDelta().y() / _NOTCH
        if notches:
            at = event.position()
            self.go(self.viewport.zoomed(ZOOM_STEP**notches, at.x(), at.y()))
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        middle = event.button() == Qt.MouseButton.MiddleButton
        if middle or (event.button() == Qt.MouseButton.LeftButton and self._space_held):
            self._drag_from = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        elif (tool := self._tool_for(event)) is not None:
            tool.press(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self._space_held or event.button() == Qt.MouseButton.MiddleButton:
            self.mousePressEvent(event)
        elif (tool := self._tool_for(event)) is not None:
            tool.double_click(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self._tool is None or not self._tool.takes_right_click:
            at = event.pos()
            self.menu_asked.emit(event.globalPos(), *self.viewport.to_world(at.x(), at.y()))
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._drag_from is not None:
            moved = event.position() - self._drag_from
            self._drag_from = event.position()
            self.go(self.viewport.panned(moved.x(), moved.y()))
        elif self.tool is not None:
            self.tool.move(event)
        self.hovered.emit(*self.viewport.to_world(event.position().x(), event.position().y()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._drag_from is not None:
            self._drag_from = None
            self.show_cursor()
        elif self.tool is not None:
            self.tool.release(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._ask_anew()
        return super().event(event)

    def escape(self) -> bool:
        """Esc: the tool drops what is begun, or is left; whether there was anything of the kind."""
        tool = self._tool
        if tool is None or not (tool.is_begun or tool.leaves_on_escape):
            return False
        if tool.is_begun:
            tool.cancel()
        else:
            self.tool_left.emit()
        self.update()
        return True

    def _tool_for(self, event: QMouseEvent) -> MapTool | None:
        """The tool, if the button is its own: the right one opens the menu unless the tool takes it."""
        tool = self._tool
        is_menu = event.button() == Qt.MouseButton.RightButton and not (tool and tool.takes_right_click)
        return None if is_menu else tool

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: (1, 0),
            Qt.Key.Key_Right: (-1, 0),
            Qt.Key.Key_Up: (0, 1),
            Qt.Key.Key_Down: (0, -1),
        }
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Space:
            self._space_held = True
        elif key == Qt.Key.Key_Escape:
            self.escape()
        elif self._tool is not None and self._tool.key(event):
            event.accept()
        elif key in steps:
            dx, dy = steps[key]
            self.go(self.viewport.panned(dx * self.width() / 6, dy * self.height() / 6))
        elif key in (Qt.Key.Key_Plus, Qt.Key.Key_Equal):
            self.zoom(ZOOM_STEP)
        elif key == Qt.Key.Key_Minus:
            self.zoom(1 / ZOOM_STEP)
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space_held = False
        else:
            super().keyReleaseEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.renderer.stop()
        super().closeEvent(event)
