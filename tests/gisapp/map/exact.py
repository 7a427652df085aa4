"""Drawing a scene as the map does and exactly - every point, no line simplified - and comparing the two."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPathStroker
from scipy import ndimage

from gisapp.map import painter, strokes
from gisapp.map.painter import MapPainter
from gisapp.map.symbols import SymbolAtlas
from gisapp.map.viewport import Viewport
from layers.geometry.packed import Floats
from layers.scene import line_arrays
from layers.scene.line_arrays import LineArrays
from layers.scene.line_source import LineSource
from layers.scene.request import DrawBatch, DrawRequest
from layers.scene.scene import Scene

Pixels = npt.NDArray[np.int64]
#: Shades by which a pixel must differ to count.
MUCH = 48
#: A true picture is the mean of one so many times as fine each way: drawn as fine as the screen, the edges of lines
#: that meet lie on one another, and the pixel in which they do is darker than what they cover of it.
TRUE = 4
_EIGHT = np.ones((3, 3), bool)


def exact(scene: Scene) -> Scene:
    """The same scene with every vertex and every point at all scales; lines are merged as they are on the map."""
    sources = []
    for source in scene.sources:
        if isinstance(source, LineSource):
            kept = line_arrays.LEVELS
            line_arrays.LEVELS = ((0.0, 0.0),) * len(kept)
            try:
                classes = {
                    number: replace(
                        lines, base=LineArrays.of(lines.base.rows, lines.frame, lines.depth, lines.coarse)
                    )
                    for number, lines in source.classes.items()
                }
            finally:
                line_arrays.LEVELS = kept
            sources.append(replace(source, classes=classes))
        else:
            sources.append(replace(source, layer=replace(source.layer, apart=0.0)))
    return replace(scene, sources=tuple(sources))


@contextmanager
def every_line() -> Iterator[None]:
    """Fill the outline of every line, be there ever so many: how much of a pixel it covers is not estimated then.

    Qt estimates it for a line of a pixel, and each of its pieces shades the pixel where it meets the next anew.
    """
    kept = painter.draw_lines, painter.is_fine
    painter.draw_lines, painter.is_fine = _outlined, lambda *_: False  # type: ignore[assignment]
    try:
        yield
    finally:
        painter.draw_lines, painter.is_fine = kept


def _outlined(canvas: QPainter, pieces: Floats) -> Iterator[None]:
    stroker = QPainterPathStroker(canvas.pen())
    for path in strokes._polylines(pieces, strokes._begins(pieces)[:-1], 24):
        outline = stroker.createStroke(path)
        outline.setFillRule(Qt.FillRule.WindingFill)
        canvas.fillPath(outline, canvas.pen().brush())
        yield


@dataclass
class Easel:
    """Paints scenes without labels."""

    colours: Mapping[str, QColor]

    def __post_init__(self) -> None:
        self._atlases: dict[tuple[int, int], SymbolAtlas] = {}

    def paint(self, scene: Scene, viewport: Viewport, hidden: frozenset[str], times: int = 1) -> Pixels:
        """The picture as (height, width, 3), each pixel the mean of ``times`` by ``times``."""
        batches = scene.draw(DrawRequest(0, viewport.box, viewport.metres_per_pixel, hidden))
        return self.paint_batches(batches, viewport, times)

    def paint_batches(self, batches: Sequence[DrawBatch], viewport: Viewport, times: int = 1) -> Pixels:
        """The same of what was cut already."""
        width, height = round(viewport.width), round(viewport.height)
        image = QImage(width * times, height * times, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(times)
        canvas = QPainter(image)

        def symbols(size: int) -> SymbolAtlas:
            return self._atlases.setdefault((size, times), SymbolAtlas(self.colours, size, times))

        silent: Callable[[str, tuple[object, ...]], None] = lambda kind, words: None  # noqa: E731
        for _ in MapPainter(canvas, viewport, self.colours, symbols, silent).steps(batches):
            pass
        canvas.end()
        shades = pixels_of(image).reshape(height, times, width, times, 3)
        return np.rint(shades.mean(axis=(1, 3))).astype(np.int64) if times > 1 else shades[:, 0, :, 0]


def pixels_of(image: QImage) -> Pixels:
    """An opaque picture as (height, width, 3)."""
    raw = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
    return raw[:, : image.width(), 2::-1].astype(np.int64)


def share_off(drawn: Pixels, truth: Pixels, land: QColor) -> float:
    """The share of ink pixels - those either picture has - that differ by much."""
    ground = np.array([land.red(), land.green(), land.blue()])
    ink = (drawn != ground).any(axis=2) | (truth != ground).any(axis=2)
    off = np.abs(drawn - truth).max(axis=2) > MUCH
    return float((off & ink).sum() / max(ink.sum(), 1))


@dataclass(frozen=True)
class Continuity:
    """How the mains of a picture hang together compared with the exact one."""

    mains: int
    lost: int
    broken: int


def continuity(drawn: Pixels, truth: Pixels, land: QColor) -> Continuity:
    """Whether what is drawn exactly as one connected main is one, and all there.

    ``lost`` are pixels with solid ink in truth that have no ink within a pixel; ``broken`` are mains in more pieces.
    """
    solid, ink = _cover(truth, land) > 0.5, _cover(drawn, land) > 0.2
    near = ndimage.binary_dilation(ink, _EIGHT)
    lost = int((solid & ~near).sum())
    mains, count = ndimage.label(solid, _EIGHT)
    parts, _ = ndimage.label(ink, _EIGHT)
    broken = 0
    for number, where in enumerate(ndimage.find_objects(mains), 1):
        own = mains[where] == number
        if own.sum() < 6:
            continue
        # A pixel of truth may be drawn one aside: ask for the part that is nearest.
        around = tuple(slice(max(part.start - 1, 0), part.stop + 1) for part in where)
        grown = ndimage.binary_dilation(mains[around] == number, _EIGHT)
        found, sizes = np.unique(parts[around][grown & (parts[around] > 0)], return_counts=True)
        # Specks are the rim of a neighbouring main.
        if len(found) == 0 or sizes.max() < 0.9 * sizes.sum():
            broken += 1
    return Continuity(count, lost, broken)


def _cover(picture: Pixels, land: QColor) -> npt.NDArray[np.float64]:
    """How much of each pixel is ink: the distance from land, as a share of the furthest there is."""
    ground = np.array([land.red(), land.green(), land.blue()])
    away = np.abs(picture - ground).max(axis=2).astype(float)
    return away / max(away.max(), 1.0)
