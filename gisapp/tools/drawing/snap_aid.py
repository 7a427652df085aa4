"""Where a click on the map is meant while drawing: what it snaps to, and the mark that shows it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen

from gisapp.map.canvas import MapCanvas
from gisapp.map.pens import Colours
from gisapp.map.viewport import Viewport
from layers.scene.snapping import SNAP_KINDS, Place, Snap, SnapKind, find_snap
from layers.text import Message

Render = Callable[[Message], str]
PIXELS = 10
FEWEST_PIXELS, MOST_PIXELS = 2, 40
#: Held down, nothing snaps.
FREE_KEY = Qt.KeyboardModifier.ControlModifier
_SIDE = 6.0
_WORDS: dict[SnapKind, Message] = {
    "point": Message("draft.snap.point"),
    "end": Message("draft.snap.end"),
    "vertex": Message("draft.snap.vertex"),
    "intersection": Message("draft.snap.intersection"),
    "perpendicular": Message("draft.snap.perpendicular"),
    "line": Message("draft.snap.line"),
}


class SnapAid:
    """The snapping of all drawing tools: switched on or off, how far it reaches, and what it found last."""

    def __init__(self, canvas: MapCanvas, render: Render) -> None:
        self._canvas, self._render = canvas, render
        self.is_on = True
        self.pixels = PIXELS
        self.kinds: frozenset[str] = frozenset(SNAP_KINDS)
        #: Borders of areas and every other line count too, as when an area is drawn.
        self.outlines = False
        #: Assets that do not count: those being moved.
        self.without: frozenset[tuple[str, int]] = frozenset()
        self.found: Snap | None = None

    def place(
        self, at: QPointF, modifiers: Qt.KeyboardModifier, origin: Place | None = None
    ) -> tuple[float, float]:
        """The place that a pixel means, in the register's CRS; ``found`` says what it snapped to."""
        canvas = self._canvas
        x, y = canvas.viewport.to_world(at.x(), at.y())
        self.found = None
        if self.is_on and canvas.scene is not None and not modifiers & FREE_KEY:
            self.found = find_snap(
                canvas.scene, x, y, canvas.viewport.metres_per_pixel, self.pixels, canvas.hidden,
                origin=origin, kinds=self.kinds, outlines=self.outlines, backdrop=self.outlines, without=self.without,
            )  # fmt: skip
        return (x, y) if self.found is None else self.found.place

    def forget(self) -> None:
        """Show no mark any more."""
        self.found = None
        self.without = frozenset()

    def paint(self, painter: QPainter, viewport: Viewport, colours: Colours) -> None:
        """Mark the place that a click would take, by its kind and with its word."""
        if self.found is None:
            return
        at = QPointF(*viewport.to_pixel(*self.found.place))
        path = _mark(self.found.kind, at)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for colour, width in (("map_halo", 4.5), ("related", 2.2)):
            painter.setPen(QPen(colours[colour], width))
            painter.drawPath(path)
        self._word(painter, colours, at)

    def _word(self, painter: QPainter, colours: Colours, at: QPointF) -> None:
        """The kind in a word, above and to the left of the mark: the figures stand below and to the right."""
        assert self.found is not None
        text = self._render(_WORDS[self.found.kind])
        font = QFont(painter.font())
        font.setPixelSize(11)
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        plate = QRectF(0, 0, metrics.horizontalAdvance(text) + 8, metrics.height() + 2)
        plate.moveBottomLeft(at + QPointF(_SIDE + 3, -_SIDE - 2))
        ground = QColor(colours["raised"])
        ground.setAlphaF(0.9)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(plate, 2, 2)
        painter.setPen(colours["text"])
        painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, text)


def _mark(kind: SnapKind, at: QPointF) -> QPainterPath:
    """A sign of its own for each kind: never colour alone."""
    path, s = QPainterPath(), _SIDE
    box = QRectF(at.x() - s, at.y() - s, 2 * s, 2 * s)
    if kind == "point":
        path.addEllipse(box)
        path.addEllipse(at, 1.5, 1.5)
    elif kind == "end":
        path.addRect(box)
    elif kind == "vertex":
        path.moveTo(at + QPointF(0, -s - 1))
        for corner in ((s + 1, 0), (0, s + 1), (-s - 1, 0)):
            path.lineTo(at + QPointF(*corner))
        path.closeSubpath()
    elif kind == "intersection":
        for first, last in (((-s, -s), (s, s)), ((-s, s), (s, -s))):
            path.moveTo(at + QPointF(*first))
            path.lineTo(at + QPointF(*last))
    elif kind == "perpendicular":
        path.moveTo(at + QPointF(-s, -s))
        path.lineTo(at + QPointF(-s, s))
        path.lineTo(at + QPointF(s, s))
        path.moveTo(at + QPointF(-s, 0))
        path.lineTo(at)
        path.lineTo(at + QPointF(0, s))
    else:
        path.addEllipse(at, s - 1.5, s - 1.5)
    return path
