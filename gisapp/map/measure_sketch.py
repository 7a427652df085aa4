"""What a measuring tool draws: the line or ring, figures at its pieces, and the live figure by the cursor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen, QPolygonF

from gisapp.map.pens import Colours
from gisapp.map.viewport import Viewport

_NODE = 4.0
_SNAP = 6.0
_PAD = 5.0
#: The figure of a piece shorter than this on the screen would only hide it.
_SHORTEST = 56.0
#: Where the live figure stands from the cursor.
_BESIDE = QPointF(14, 14)


@dataclass(frozen=True)
class MeasureDrawing:
    """Places in the register's CRS and the words at them.

    ``pieces`` are the figures at the straight pieces, in order; ``live`` the lines of text by the last place.
    ``done``: nothing moves with the cursor any more. ``snapped``: the last place is that of a drawn thing.
    """

    places: tuple[tuple[float, float], ...] = ()
    closed: bool = False
    done: bool = False
    pieces: tuple[str, ...] = ()
    live: tuple[str, ...] = ()
    north: bool = False
    snapped: bool = False


def paint_measure(painter: QPainter, viewport: Viewport, colours: Colours, drawing: MeasureDrawing) -> None:
    """Draw what is measured."""
    points = [QPointF(*viewport.to_pixel(x, y)) for x, y in drawing.places]
    if not points:
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if drawing.closed and len(points) > 2:
        fill = QColor(colours["related"])
        fill.setAlphaF(0.16)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawPolygon(QPolygonF(points))
        painter.setBrush(Qt.BrushStyle.NoBrush)
    if drawing.north:
        _north(painter, colours, points[0])
    _lines(painter, colours, drawing, points)
    fixed = points if drawing.done else points[:-1]
    painter.setPen(QPen(colours["related"], 1.6))
    painter.setBrush(colours["map_halo"])
    for point in fixed:
        painter.drawEllipse(point, _NODE, _NODE)
    if drawing.snapped:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        at = points[-1]
        for colour, width in (("map_halo", 4.0), ("related", 2.0)):
            painter.setPen(_pen(colours[colour], width))
            painter.drawRect(QRectF(at.x() - _SNAP, at.y() - _SNAP, 2 * _SNAP, 2 * _SNAP))
    font = QFont(painter.font())
    font.setPixelSize(12)
    painter.setFont(font)
    ends = [*points[1:], points[0]]
    for start, end, words in zip(points, ends, drawing.pieces, strict=False):
        apart = end - start
        if (apart.x() ** 2 + apart.y() ** 2) ** 0.5 >= _SHORTEST:
            middle = QPointF((start.x() + end.x()) / 2, (start.y() + end.y()) / 2)
            _note(painter, colours, middle, (words,), viewport, centred=True)
    if drawing.live:
        _note(painter, colours, points[-1] + _BESIDE, drawing.live, viewport, centred=False)


def _lines(painter: QPainter, colours: Colours, drawing: MeasureDrawing, points: Sequence[QPointF]) -> None:
    """White below, the accent above; what still moves is dashed."""
    drawn = [*points, points[0]] if drawing.closed and drawing.done else list(points)
    fixed, moving = (drawn, []) if drawing.done else (drawn[:-1], drawn[-2:])
    if drawing.closed and not drawing.done and len(points) > 2:
        moving = [*moving, points[0]]
    for line, style in ((fixed, Qt.PenStyle.SolidLine), (moving, Qt.PenStyle.DashLine)):
        if len(line) < 2:
            continue
        painter.setPen(_pen(colours["map_halo"], 4.5))
        painter.drawPolyline(QPolygonF(line))
        painter.setPen(_pen(colours["related"], 2.2, style))
        painter.drawPolyline(QPolygonF(line))


def _pen(colour: QColor, width: float, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    return QPen(colour, width, style, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)


def _north(painter: QPainter, colours: Colours, at: QPointF) -> None:
    """Where the azimuth is counted from."""
    top = at - QPointF(0, 56)
    for colour, width in (("map_halo", 3.6), ("text2", 1.4)):
        painter.setPen(_pen(colours[colour], width))
        painter.drawLine(at, top)
        painter.drawLine(top, top + QPointF(-4, 8))
        painter.drawLine(top, top + QPointF(4, 8))


def _note(
    painter: QPainter,
    colours: Colours,
    at: QPointF,
    lines: Sequence[str],
    viewport: Viewport,
    *,
    centred: bool,
) -> None:
    """A small box of words, moved so that it stays in the window."""
    metrics = QFontMetricsF(painter.font())
    width = max(metrics.horizontalAdvance(line) for line in lines) + 2 * _PAD
    height = metrics.height() * len(lines) + _PAD
    left = at.x() - width / 2 if centred else at.x()
    top = at.y() - height / 2 if centred else at.y()
    if not centred:
        left = min(left, viewport.width - width - 4)
        top = min(top, viewport.height - height - 4)
    box = QRectF(left, top, width, height)
    painter.setPen(QPen(colours["border_strong"], 1.0))
    painter.setBrush(colours["raised"])
    painter.drawRoundedRect(box, 3, 3)
    painter.setPen(colours["text"])
    for number, line in enumerate(lines):
        baseline = top + _PAD / 2 + metrics.ascent() + number * metrics.height()
        painter.drawText(QPointF(left + _PAD, baseline), line)
    painter.setBrush(Qt.BrushStyle.NoBrush)
