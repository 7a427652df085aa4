"""Moving with the mouse: a bend, an end with all that meets there, an asset; what comes along is shown meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, QPoint, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPen, QPolygonF

from gisapp.map.canvas import MapCanvas
from gisapp.map.pens import Colours, pen
from gisapp.map.tool import MapTool
from gisapp.map.viewport import Viewport
from gisapp.tools.drag import is_drag
from gisapp.tools.drawing.ghosts import Ghosts
from gisapp.tools.drawing.plate import paint_plate
from gisapp.tools.drawing.shapes import line_at, outline_of, pixels_of
from gisapp.tools.drawing.sketch import bearing_of, length_of
from gisapp.tools.drawing.snap_aid import FREE_KEY, Render, SnapAid
from gisapp.tools.figures import angle_text, length_words
from layers.editing.plan import EditPlan
from layers.geometry.packed import Floats
from layers.model.asset import AssetKey
from layers.scene.snapping import Place, Snap, find_snap
from layers.text import Message

_GRIP_PIXELS = 9.0
_GRIP_KINDS = frozenset({"point", "end", "vertex"})
_HANDLE = 3.5
#: The effect is asked for once the mouse has rested so long (milliseconds).
_REST = 40
_MOST_LINES = 7


@dataclass(frozen=True)
class Drag:
    """What is dragged (``grip``), where it was taken and where it is now. ``alone``: nothing shall come along."""

    grip: Snap
    start: Place
    to: Place
    alone: bool = False


class MoveNews(QObject):
    """Tells what is dragged; a tool itself is no QObject."""

    dragged = Signal(object)
    """A Drag under way whose effect is to be shown."""
    dropped = Signal(object)
    """A Drag that shall be done."""
    bend_asked = Signal(object, object)
    """A double click on a line: a further bend there (AssetKey, place)."""
    menu_asked = Signal(QPoint, object)
    """A right click on a bend (Snap)."""


class MoveTool(MapTool):
    """Drag a bend, an end or a symbol; Alt takes it away from what it stands on. A double click makes a bend."""

    cursor = Qt.CursorShape.ArrowCursor
    takes_right_click = True

    def __init__(self, canvas: MapCanvas, aid: SnapAid, render: Render) -> None:
        self._canvas, self._aid, self._render = canvas, aid, render
        self.news = MoveNews(canvas)
        self.drag: Drag | None = None
        self._grip: Snap | None = None
        self._pressed: QPointF | None = None
        self._outline: Floats | None = None
        self._ghosts = Ghosts()
        self._lines: tuple[str, ...] = ()
        self._later = QTimer(canvas, singleShot=True, interval=_REST)
        self._later.timeout.connect(self._ask)

    @property
    def is_begun(self) -> bool:
        return self.drag is not None

    def show_effect(self, plan: EditPlan) -> None:
        """Show what the drag would do."""
        if self.drag is None:
            return
        self._ghosts.shown = plan.ghosts
        self._aid.without = frozenset((key.type, key.id) for key in plan.touched)
        words = [self._render(each) for each in plan.figures]
        words += [f"{each.code}: {self._render(each.why)}" for each in plan.rechecks]
        more = len(words) - _MOST_LINES
        if more > 0:
            words = [*words[:_MOST_LINES], self._render(Message("draft.more", {"count": more}))]
        self._lines = tuple(words)
        self._canvas.update()

    def show_refusal(self, words: Message) -> None:
        """Say why it cannot be dropped here."""
        self._ghosts.shown = ()
        self._lines = (self._render(words),)
        self._canvas.update()

    def press(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.RightButton:
            grip = self._grip_at(event.position())
            if grip is not None and grip.kind != "point":
                self.news.menu_asked.emit(event.globalPosition().toPoint(), grip)
            else:
                at = event.position().toPoint()
                x, y = self._canvas.viewport.to_world(at.x(), at.y())
                self._canvas.menu_asked.emit(event.globalPosition().toPoint(), x, y)
        elif event.button() == Qt.MouseButton.LeftButton:
            self._grip = self._grip_at(event.position())
            self._pressed = event.position() if self._grip is not None else None

    def move(self, event: QMouseEvent) -> None:
        if self._pressed is None or self._grip is None:
            self._hover(event.position())
            return
        if self.drag is None and not is_drag(self._pressed, event.position()):
            return
        grip = self._grip
        if self.drag is None and grip.kind != "point":
            self._aid.without = frozenset({(grip.type, grip.id)})
        to = self._aid.place(event.position(), event.modifiers() & FREE_KEY, None)
        alone = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        self.drag = Drag(grip, grip.place, to, alone)
        if not self._later.isActive():
            self._later.start()
        self._canvas.update()

    def release(self, event: QMouseEvent) -> None:
        drag = self.drag
        self._stop()
        if drag is not None and event.button() == Qt.MouseButton.LeftButton and drag.to != drag.start:
            self.news.dropped.emit(drag)

    def double_click(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton or self._grip_at(event.position()) is not None:
            return
        place = self._aid.place(event.position(), event.modifiers())
        key = line_at(self._canvas, self._aid, event.position())
        self._aid.forget()
        if key is not None:
            self.news.bend_asked.emit(key, place)

    def cancel(self) -> None:
        self._stop()
        self._outline = None
        self._grip = None

    def _stop(self) -> None:
        self._later.stop()
        self.drag = self._pressed = None
        self._ghosts.shown, self._lines = (), ()
        self._aid.forget()
        self._canvas.update()

    def _ask(self) -> None:
        if self.drag is not None:
            self.news.dragged.emit(self.drag)

    def _hover(self, at: QPointF) -> None:
        self._grip = self._grip_at(at)
        self._aid.forget()
        key = None
        if self._grip is not None and self._grip.kind != "point":
            key = AssetKey(self._grip.type, self._grip.id)
        elif self._grip is None:
            key = line_at(self._canvas, self._aid, at)
        self._outline = None if key is None else outline_of(self._canvas.scene, key)
        on_grip = self._grip is not None
        self._canvas.setCursor(Qt.CursorShape.SizeAllCursor if on_grip else Qt.CursorShape.ArrowCursor)
        self._canvas.update()

    def _grip_at(self, at: QPointF) -> Snap | None:
        """The bend, end or symbol that can be taken at a pixel."""
        canvas = self._canvas
        if canvas.scene is None:
            return None
        x, y = canvas.viewport.to_world(at.x(), at.y())
        return find_snap(
            canvas.scene, x, y, canvas.viewport.metres_per_pixel, _GRIP_PIXELS, canvas.hidden,
            kinds=_GRIP_KINDS, outlines=True,
        )  # fmt: skip

    # ---- painting

    def paint(self, painter: QPainter, viewport: Viewport, colours: Colours) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._handles(painter, viewport, colours)
        drag = self.drag
        if drag is None:
            return
        self._ghosts.paint(painter, viewport, colours)
        start, to = QPointF(*viewport.to_pixel(*drag.start)), QPointF(*viewport.to_pixel(*drag.to))
        dashed = QPen(colours["text2"], 1.2)
        dashed.setDashPattern([4.0, 3.0])
        painter.setPen(dashed)
        painter.drawLine(start, to)
        painter.setPen(QPen(colours["works"], 2.0))
        painter.setBrush(colours["map_halo"])
        painter.drawEllipse(to, 4.0, 4.0)
        paint_plate(painter, viewport, colours, to, self._words(drag))
        self._aid.paint(painter, viewport, colours)

    def _handles(self, painter: QPainter, viewport: Viewport, colours: Colours) -> None:
        """The bends of the line under the mouse, and the one that would be taken."""
        if self._outline is not None and self.drag is None:
            pixels = pixels_of(viewport, self._outline)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(pen(colours["related"], 4.0, 0.5))
            painter.drawPolyline(QPolygonF(pixels))
            painter.setPen(QPen(colours["works"], 1.4))
            painter.setBrush(colours["map_halo"])
            for at in pixels:
                painter.drawRect(
                    round(at.x() - _HANDLE), round(at.y() - _HANDLE), round(2 * _HANDLE), round(2 * _HANDLE)
                )
        if self._grip is not None and self.drag is None:
            painter.setPen(QPen(colours["works"], 2.2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QPointF(*viewport.to_pixel(*self._grip.place)), 8.0, 8.0)

    def _words(self, drag: Drag) -> Sequence[str]:
        way = (drag.start, drag.to)
        return (
            f"{self._render(length_words(length_of(way)))}   {angle_text(bearing_of(*way))}",
            *self._lines,
        )
