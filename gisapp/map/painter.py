"""The painter of the map: draw batches onto any QPainter - frame, sheet or legend - in short slices."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QPaintEngine, QPainter, QPen, QRegion

from gisapp.map.hairlines import draw_hairlines, is_fine
from gisapp.map.label_memory import Box4, LabelMemory, LabelWriter
from gisapp.map.label_painter import LabelPainter
from gisapp.map.pens import Colours, line_width, pen, symbol_side
from gisapp.map.shading import paint_density
from gisapp.map.strokes import (
    THIN,
    crossing_marks,
    dashes,
    draw_lines,
    draw_pieces,
    paths,
    straight_pieces,
)
from gisapp.map.symbols import Symbols
from gisapp.map.viewport import Viewport
from layers.geometry.packed import Floats
from layers.scene.request import ClassBatch, DrawBatch
from layers.scene.style import LayerStyle, Look

#: Round ends cost six times as much as square ones; among so many pieces nobody can tell them apart.
_MANY_PIECES = 1500
#: Nor on lines narrower than this.
_NARROW = 4.0
#: How strongly the register's own ground (roads, blocks, water) is drawn where a basemap lies beneath it.
VEIL = 0.4
#: A symbol keeps labels this much of its size away.
_SYMBOL_ROOM = 0.62
#: How far from the middle of its main a symbol stands that is drawn beside it: a share of its size, and px.
_ASIDE, _ASIDE_PIXELS = 0.5, 3.0

#: What is painted anew begins and ends at multiples of so many px.
_GRAIN = 4

SymbolsOf = Callable[[int], Symbols]


class MapPainter:
    """Paints batches for one viewport; ``steps`` pauses often, so that events have their turn."""

    def __init__(
        self,
        painter: QPainter,
        viewport: Viewport,
        colours: Colours,
        symbols_of: SymbolsOf,
        writer: LabelWriter,
        *,
        ground: bool = True,
        veiled: bool | None = None,
        memory: LabelMemory | None = None,
    ) -> None:
        """``ground`` fills what is painted on with land first; ``memory`` keeps labels where they were.

        ``veiled``: areas and roads let through what lies below them, as they do where the ground is a basemap.
        """
        self._ground = ground
        self._is_veiled = not ground if veiled is None else veiled
        # How much of the picture is painted: what depends on how many lines there are must not tell a part by it.
        self._share = 1.0
        self._painter = painter
        self._viewport = viewport
        self._colours = colours
        self._symbols_of = symbols_of
        self._labels = LabelPainter(painter, viewport, colours, writer, memory)

    def mend(self, batches: Sequence[DrawBatch], boxes: Sequence[Box4], share: float) -> None:
        """Paint some boxes (px) of a picture anew, in one go, and what of its labels changes with them.

        ``batches`` show these boxes and so much around them as a label is long; that is this ``share`` of the picture.
        """
        self._share = share
        for batch in batches:
            if batch.layer.drawing == "symbol":
                for part in batch.classes:
                    self._place_symbols(batch.layer, part)
        dirty = self._labels.mend(batches, boxes)
        region = QRegion()
        for x0, y0, x1, y1 in dirty:
            # Whole device pixels on screens of 1.25, 1.5 and 1.75 too.
            left, top = math.floor(x0 / _GRAIN) * _GRAIN, math.floor(y0 / _GRAIN) * _GRAIN
            right, bottom = math.ceil(x1 / _GRAIN) * _GRAIN, math.ceil(y1 / _GRAIN) * _GRAIN
            region += QRect(left, top, right - left, bottom - top)
        self._painter.setClipRegion(region)
        if not self._ground:
            self._painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Source)
            self._painter.fillRect(region.boundingRect(), Qt.GlobalColor.transparent)
            self._painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceOver)
        for _ in self._figures(batches):
            pass
        self._labels.write(dirty)

    def steps(self, batches: Sequence[DrawBatch]) -> Iterator[None]:
        """Paint everything from the ground up, labels last."""
        painter = self._painter
        is_clipped = painter.hasClipping()
        if painter.paintEngine().type() == QPaintEngine.Type.Raster and not is_clipped:
            # Within a rectangle Qt writes the pixels of thin lines at once, not as spans: a third of the time less.
            painter.setClipRect(
                QRect(0, 0, math.ceil(self._viewport.width), math.ceil(self._viewport.height))
            )
        yield from self._figures(batches)
        yield from self._labels.steps(batches)
        painter.setClipping(is_clipped)

    def _figures(self, batches: Sequence[DrawBatch]) -> Iterator[None]:
        self._painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if self._ground:
            window = QRectF(0, 0, self._viewport.width, self._viewport.height)
            self._painter.fillRect(window, self._colours["map_land"])
        yield
        shaded = [batch.density for batch in batches if batch.density is not None]
        for batch in batches:
            if batch.layer.drawing == "area":
                yield from self._areas(batch)
                continue
            # A wash over the ground, beneath everything that is drawn with a pen.
            while shaded:
                wash = paint_density(
                    self._painter, self._viewport, shaded.pop(0), self._colours["map_density"]
                )
                yield from wash
            if batch.density is not None:
                continue
            if batch.layer.drawing == "symbol":
                yield from self._symbols(batch)
            else:
                yield from self._lines(batch)

    def _areas(self, batch: DrawBatch) -> Iterator[None]:
        for part in batch.classes:
            if part.lines is None:
                continue
            look = part.look
            self._painter.setOpacity((VEIL if self._is_veiled else 1.0) * look.opacity)
            self._painter.setBrush(self._colours[look.fill or look.colour])
            self._painter.setPen(
                pen(self._colours[look.colour], look.width) if look.width else Qt.PenStyle.NoPen
            )
            for path in paths(part.lines, self._viewport):
                self._painter.drawPath(path)
                yield
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        self._painter.setOpacity(1.0)

    def _veil(self, look: Look) -> float:
        """How strongly a line is drawn: roads let a basemap be seen through them."""
        return VEIL if self._is_veiled and look.ground_width else 1.0

    def _lines(self, batch: DrawBatch) -> Iterator[None]:
        # Casings of all classes first: where roads cross, no edge runs through the crossing.
        for part in batch.classes:
            look, width = part.look, self._width(batch.layer, part)
            if look.casing is not None and (width > 3.0 or not look.ground_width):
                # A veiled road has no edge: its inside would lie on the edge's colour twice.
                if self._veil(look) < 1.0:
                    continue
                casing = pen(self._colours[look.casing], width + 2 * look.casing_extra)
                yield from self._stroke(part, casing)
        for part in batch.classes:
            look, width = part.look, self._width(batch.layer, part)
            opacity = (0.3 if look.hatch else look.opacity) * self._veil(look)
            stroke = pen(self._colours[look.colour], width, opacity)
            if self._veil(look) < 1.0:
                stroke.setCapStyle(Qt.PenCapStyle.FlatCap)  # round ends would lie twice where roads meet
            yield from self._stroke(part, stroke, look.dash)
            if look.core is not None and width > 2.0:
                core = pen(self._colours[look.core], look.core_width * width / max(look.width, 0.1))
                yield from self._stroke(part, core)
            if part.lines is not None and (look.ticks or look.hatch):
                marks = crossing_marks(
                    part.lines, self._viewport, look.ticks or 6.0, 90.0 if look.ticks else 45.0
                )
                self._painter.setPen(pen(self._colours[look.colour], 1.3))
                yield from draw_pieces(self._painter, marks)

    def _width(self, layer: LayerStyle, part: ClassBatch) -> float:
        viewport = self._viewport
        return line_width(layer, part.look, viewport.metres_per_pixel, viewport.denominator)

    def _stroke(self, part: ClassBatch, stroke: QPen, dash: Sequence[float] = ()) -> Iterator[None]:
        if part.pieces is not None:
            if len(part.pieces) > _MANY_PIECES * self._share or stroke.widthF() < _NARROW:
                self._painter.setPen(_square(stroke))
                if is_fine(self._painter, self._viewport):
                    yield from draw_hairlines(self._painter, part.pieces, self._viewport)
                    return
            pieces = self._viewport.pixels(part.pieces)
        elif part.lines is None:
            return
        elif dash:
            # Flat ends: round ones would eat the gaps of a thick line.
            stroke.setCapStyle(Qt.PenCapStyle.FlatCap)
            pieces = dashes(part.lines, self._viewport, dash)
        elif stroke.color().alpha() < 255:
            # One stroke for a line: where pieces met, a see-through colour would lie twice.
            self._painter.setBrush(Qt.BrushStyle.NoBrush)
            self._painter.setPen(stroke)
            for path in paths(part.lines, self._viewport):
                self._painter.drawPath(path)
                yield
            return
        else:
            pieces = straight_pieces(part.lines, self._viewport)
        if not dash and (len(pieces) > _MANY_PIECES * self._share or stroke.widthF() < _NARROW):
            stroke = _square(stroke)
        self._painter.setPen(stroke)
        yield from draw_pieces(self._painter, pieces) if dash else draw_lines(self._painter, pieces)

    def _symbols(self, batch: DrawBatch) -> Iterator[None]:
        for part in batch.classes:
            placed = self._place_symbols(batch.layer, part)
            if placed is None:
                continue
            xy, rotation, symbols, name = placed
            for start in range(0, len(xy), 4000):
                turned = None if rotation is None else rotation[start : start + 4000].astype(np.float64)
                symbols.draw(self._painter, name, xy[start : start + 4000], turned)
                yield

    def _place_symbols(
        self, layer: LayerStyle, part: ClassBatch
    ) -> tuple[Floats, npt.NDArray[np.floating[Any]] | None, Symbols, str] | None:
        """Where the symbols of a class stand, with their angles; labels keep clear of them."""
        name = part.look.symbol_drawing
        if part.points is None or name is None or not len(part.points):
            return None
        xy, rotation = self._viewport.pixels(part.points), part.rotation
        size = symbol_side(part.look, self._viewport.denominator)
        if layer.beside and rotation is not None:
            xy, rotation = _beside(xy, rotation, size), None
        self._labels.keep_clear(xy, size * _SYMBOL_ROOM)
        return xy, rotation, self._symbols_of(size), name


def _square(stroke: QPen) -> QPen:
    """Square ends close the corners; those of thin lines would be seen as dots where mains meet."""
    stroke.setCapStyle(Qt.PenCapStyle.FlatCap if stroke.widthF() <= THIN else Qt.PenCapStyle.SquareCap)
    stroke.setJoinStyle(Qt.PenJoinStyle.BevelJoin)
    return stroke


def _beside(xy: Floats, degrees: npt.NDArray[np.floating[Any]], size: float) -> Floats:
    """Places north of the mains that points lie on (or west of one that runs north); the others stay."""
    angle = np.radians(np.asarray(degrees, dtype=np.float64))
    aside = np.stack([np.sin(angle), -np.cos(angle)], axis=1) * (size * _ASIDE + _ASIDE_PIXELS)
    return xy + np.nan_to_num(aside)
