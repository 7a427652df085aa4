"""The trade's symbols as drawings (``resources/icons/assets``): coloured, and widened into their halo.

A drawing is an SVG of 16 by 16 in placeholder colours, ``currentColor`` for ink, ``var(--fill)``, ``var(--danger)``.
Every line's width is written as ``stroke-width``, so that the same drawing with wider lines in one colour is
its halo.
A name may carry overlays: ``valve_gate+inoperable`` is the gate valve under a cross in the colour of danger.
Behind ``@`` stands another colour for the ink, behind ``%`` another one for the fill: ``valve_gate@works``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF
from PySide6.QtGui import QColor, QPainter
from PySide6.QtSvg import QSvgRenderer

from layers.resources import resource_root

BOX = 16.0
#: What a symbol needs of a theme.
TOKENS = ("map_ink", "map_symbol_fill", "map_halo", "danger")
HALO_PIXELS = 1.3
_OVERLAY_HALO_PIXELS = 0.35
_WIDTH = re.compile(r'stroke-width="([\d.]+)"')


class SymbolDrawing:
    """A symbol with its overlays and halo, as vectors; ``size`` px is the side of its box.

    ``KeyError`` when a part of ``name`` has no drawing.
    """

    def __init__(self, name: str, size: float, colours: Mapping[str, QColor]) -> None:
        ink, fill, halo, danger = (colours[token].name() for token in TOKENS)
        name, _, own_fill = name.partition("%")
        name, _, own_ink = name.partition("@")
        ink = colours[own_ink].name() if own_ink else ink
        fill = colours[own_fill].name() if own_fill else fill
        base, *overlays = (_read(part) for part in name.split("+"))
        wide = HALO_PIXELS * BOX / size
        thin = _OVERLAY_HALO_PIXELS * BOX / size
        self._layers = [_renderer(_widened(base, wide), halo, halo, halo), _renderer(base, ink, fill, danger)]
        for overlay in overlays:
            self._layers.append(_renderer(_widened(overlay, thin), halo, halo, halo))
            self._layers.append(_renderer(overlay, ink, fill, danger))
        self._size = size

    def paint(self, painter: QPainter, x: float, y: float, degrees: float = 0.0) -> None:
        """Draw with the middle of the box at (x, y), turned clockwise by ``degrees``."""
        painter.save()
        painter.translate(x, y)
        painter.rotate(degrees)
        for layer in self._layers:
            layer.render(painter, QRectF(-self._size / 2, -self._size / 2, self._size, self._size))
        painter.restore()


def _widened(drawing: str, by: float) -> str:
    return _WIDTH.sub(lambda match: f'stroke-width="{float(match[1]) + 2 * by:g}"', drawing)


def _renderer(drawing: str, ink: str, fill: str, danger: str) -> QSvgRenderer:
    text = drawing.replace("currentColor", ink).replace("var(--fill)", fill).replace("var(--danger)", danger)
    return QSvgRenderer(QByteArray(text.encode()))


def _read(name: str) -> str:
    path = _folder() / f"{name}.svg"
    if not path.is_file():
        raise KeyError(name)
    return path.read_text(encoding="utf-8")


def _folder() -> Path:
    return resource_root() / "icons" / "assets"
