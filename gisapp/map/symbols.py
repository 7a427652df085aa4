"""Drawing thousands of symbols: by an atlas of pixels on the screen, as vectors in print."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Protocol, cast

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap
from shiboken6 import wrapInstance

from gisapp.map.symbol_drawing import HALO_PIXELS, SymbolDrawing

Floats = npt.NDArray[np.float64]

#: Symbols are drawn at multiples of this angle, each as sharp as the upright one; nobody sees 2.5 degrees.
STEP_DEGREES = 5
_COLUMNS = 16
_ROWS = 4
#: The ten doubles of QPainter::PixmapFragment, in its order.
_FRAGMENT = ("x", "y", "left", "top", "width", "height", "scale_x", "scale_y", "rotation", "opacity")


class Symbols(Protocol):
    """Something that draws many symbols of one name."""

    def draw(self, painter: QPainter, name: str, xy: Floats, rotation: Floats | None = None) -> None:
        """Draw ``name`` with its middle at every row of ``xy`` (n, 2), in device-independent px.

        ``rotation`` (n,) is in degrees clockwise.
        """
        ...


class SymbolAtlas:
    """Symbols of one size in one pixmap, each name and angle rendered when it is first asked for.

    ``colours`` gives the tokens of ``symbol_drawing.TOKENS``; ``size`` is the side of the box in
    device-independent px; ``ratio`` is the screen's device pixel ratio.
    """

    def __init__(self, colours: Mapping[str, QColor], size: float, ratio: float = 1.0) -> None:
        self._colours = colours
        self._size = size
        self._ratio = ratio
        # A turned box reaches half its diagonal; the side is even, so that the middle lies between pixels.
        self.cell = 2 * math.ceil((size * 0.75 + HALO_PIXELS) * ratio)
        self._drawings: dict[str, SymbolDrawing] = {}
        self._cells: dict[tuple[str, int], int] = {}
        self._pixmap = self._blank(_ROWS)

    @property
    def pixmap(self) -> QPixmap:
        """All symbols rendered so far, in device px."""
        return self._pixmap

    def fragment(self, name: str, degrees: float = 0.0) -> QRect:
        """Where in ``pixmap`` the symbol lies, turned clockwise to the nearest step.

        ``KeyError`` when there is no such drawing.
        """
        column, row = self._place(self._cell(name, _step(degrees)))
        return QRect(column * self.cell, row * self.cell, self.cell, self.cell)

    def draw(self, painter: QPainter, name: str, xy: Floats, rotation: Floats | None = None) -> None:
        """Draw ``name`` at every row of ``xy``; see ``Symbols.draw``. Places are whole device px."""
        if not len(xy):
            return
        if rotation is None:
            cells = np.full(len(xy), self._cell(name, 0))
        else:
            steps, which = np.unique(_steps(rotation), return_inverse=True)
            cells = np.array([self._cell(name, int(step)) for step in steps])[which]
        column, row = self._place(cells)
        fragments = np.empty((len(xy), len(_FRAGMENT)))
        # To the 64th first: halves are rounded up in every frame, whatever the last bits say.
        places = np.rint(np.asarray(xy) * (self._ratio * 64)) / 64
        fragments[:, 0:2] = np.floor(places + 0.5) / self._ratio
        fragments[:, 2] = column * self.cell
        fragments[:, 3] = row * self.cell
        fragments[:, 4:6] = self.cell
        fragments[:, 6:8] = 1 / self._ratio
        fragments[:, 8:] = (0.0, 1.0)
        # Zero-copy: Qt reads the array in place; ``fragments`` lives until the call is over.
        first = cast(QPainter.PixmapFragment, wrapInstance(fragments.ctypes.data, QPainter.PixmapFragment))
        painter.drawPixmapFragments(first, len(fragments), self._pixmap)

    def _cell(self, name: str, step: int) -> int:
        key = (name, step)
        if key not in self._cells:
            if name not in self._drawings:
                self._drawings[name] = SymbolDrawing(name, self._size, self._colours)
            self._cells[key] = len(self._cells)
            self._render(name, step, self._cells[key])
        return self._cells[key]

    def _render(self, name: str, step: int, number: int) -> None:
        column, row = self._place(number)
        if (row + 1) * self.cell > self._pixmap.height():
            self._grow()
        painter = QPainter(self._pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(self._ratio, self._ratio)
        middle = self.cell / 2 / self._ratio
        x, y = column * self.cell / self._ratio + middle, row * self.cell / self._ratio + middle
        self._drawings[name].paint(painter, x, y, step * STEP_DEGREES)
        painter.end()

    def _grow(self) -> None:
        larger = self._blank(2 * self._pixmap.height() // self.cell)
        painter = QPainter(larger)
        painter.drawPixmap(QPoint(0, 0), self._pixmap)
        painter.end()
        self._pixmap = larger

    def _blank(self, rows: int) -> QPixmap:
        pixmap = QPixmap(_COLUMNS * self.cell, rows * self.cell)
        pixmap.fill(Qt.GlobalColor.transparent)
        return pixmap

    @staticmethod
    def _place(number: Any) -> tuple[Any, Any]:
        return number % _COLUMNS, number // _COLUMNS


class VectorSymbols:
    """Symbols as vectors, for PDF and SVG: sharp in any print, at their exact angle."""

    def __init__(self, colours: Mapping[str, QColor], size: float) -> None:
        self._colours = colours
        self._size = size
        self._drawings: dict[str, SymbolDrawing] = {}

    def draw(self, painter: QPainter, name: str, xy: Floats, rotation: Floats | None = None) -> None:
        """Draw ``name`` at every row of ``xy``; see ``Symbols.draw``."""
        if name not in self._drawings:
            self._drawings[name] = SymbolDrawing(name, self._size, self._colours)
        angles = np.zeros(len(xy)) if rotation is None else rotation
        for (x, y), degrees in zip(xy, angles, strict=True):
            self._drawings[name].paint(painter, float(x), float(y), float(degrees))


def _step(degrees: float) -> int:
    return round(degrees / STEP_DEGREES) % (360 // STEP_DEGREES)


def _steps(degrees: Floats) -> npt.NDArray[np.int64]:
    return np.rint(np.asarray(degrees) / STEP_DEGREES).astype(np.int64) % (360 // STEP_DEGREES)
