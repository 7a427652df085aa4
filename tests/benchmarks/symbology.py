"""What the peer is to draw, taken from our own style: the same classes, colours, widths, symbols, labels, scales.

Widths and sizes are those our map has at the scale of each view, in pixels. Where the peer has a cheaper way to
say the same (one graduated renderer instead of rules), it is given that.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from PySide6.QtGui import QColor

from gisapp.map.pens import line_width, symbol_side
from gisapp.map.symbol_drawing import BOX, HALO_PIXELS
from gisapp.theme import theme_colours
from layers.model.query import Box
from layers.resources import resource_root
from layers.scene.style import METRES_PER_PIXEL, ClassStyle, LayerStyle, MapStyle
from tests.benchmarks.city_register import MAPPED, WORDS

WIDTHS_M = {"city": None, "5 km": 5000.0, "1 km": 1000.0, "200 m": 200.0}
"""The views by the width of ground they show; the city all of it."""

_LABEL_PIXELS = 11
# Px from one label of a main to the next, as they come to lie on our map.
_REPEAT = 100


def view_boxes(extent: Box, place: tuple[float, float], size: tuple[int, int]) -> dict[str, Box]:
    """What each view shows in a picture of ``size`` px: all of ``extent``, or the ground around ``place``."""
    width, height = size
    boxes = {}
    for name, metres in WIDTHS_M.items():
        across = metres or max(extent.width, extent.height * width / height) * 1.02
        x, y = place if metres else ((extent.x0 + extent.x1) / 2, (extent.y0 + extent.y1) / 2)
        half_x, half_y = across / 2, across * height / width / 2
        boxes[name] = Box(x - half_x, y - half_y, x + half_x, y + half_y)
    return boxes


def peer_views(
    style: MapStyle, boxes: Mapping[str, Box], size: tuple[int, int], tables: set[str], folder: Path
) -> list[dict[str, Any]]:
    """The views as the peer reads them; symbols are written to ``folder``."""
    colours = theme_colours("light")
    views = []
    for name, box in boxes.items():
        metres = box.width / size[0]
        denominator = metres / METRES_PER_PIXEL
        layers = [
            _layer(layer, metres, denominator, colours, folder)
            for layer in reversed(style.layers)
            if layer.type in tables & MAPPED.keys() and layer.shown and layer.is_visible(denominator)
        ]
        rectangle = [box.x0, box.y0, box.x1, box.y1]
        ground = colours["map_land"].name()
        views.append({"name": name, "box": rectangle, "ground": ground, "layers": layers})
    return views


def _layer(
    layer: LayerStyle, metres: float, denominator: float, colours: Mapping[str, QColor], folder: Path
) -> dict[str, Any]:
    if layer.drawing == "symbol":
        found = {"table": layer.type, "symbols": list(_symbols(layer, denominator, colours, folder))}
        return {**found, "rotation": "rotation" if layer.rotate else None}
    lines = [
        {**limits, "colour": colours[each.look.colour].name(),
         "width": line_width(layer, each.look, metres, denominator)}
        for each in layer.classes
        if (limits := _limits(each)) is not None
    ]  # fmt: skip
    labels = None
    if layer.labels == "main" and denominator <= layer.label_denominator:
        # Of "DN200 PE 1998" our map writes the first word alone where the rest finds no room: with materials and
        # years that change from pipe to pipe, nearly everywhere. The peer would write nothing there.
        text = "concat('DN', \"dn\")"
        labels = {
            "text": text,
            "pixels": _LABEL_PIXELS,
            "colour": colours["map_text"].name(),
            "repeat": _REPEAT,
        }
    return {"table": layer.type, "field": "dn", "lines": lines, "labels": labels}


def _limits(style: ClassStyle) -> dict[str, float] | None:
    """The range of sizes of a class of mains; None for states and unknown sizes, which these cities lack."""
    for rule in style.rules:
        if rule.field == "dn" and (rule.lower is not None or rule.upper is not None):
            return {"lower": rule.lower or 0.0, "upper": rule.upper or 1e6}
    return None


def _symbols(
    layer: LayerStyle, denominator: float, colours: Mapping[str, QColor], folder: Path
) -> Iterator[dict[str, Any]]:
    """One symbol for every value of the city's file, or one for all."""
    classes = [each for each in layer.classes if not each.is_state]
    for field, source in MAPPED[layer.type].items():
        if field in WORDS and any(rule.field == field for each in classes for rule in each.rules):
            for word, code in WORDS[field].items():
                fitting = (each for each in classes if any(code in rule.values for rule in each.rules))
                style = next(fitting, classes[-1])
                yield {"field": source, "value": word} | _symbol(style, denominator, colours, folder)
            return
    yield {"field": None, "value": None} | _symbol(classes[-1], denominator, colours, folder)


def _symbol(
    style: ClassStyle, denominator: float, colours: Mapping[str, QColor], folder: Path
) -> dict[str, Any]:
    side = symbol_side(style.look, denominator)
    path = folder / f"{style.id}-{side}.svg"
    path.write_text(_drawing(str(style.look.symbol), side, colours), encoding="utf-8")
    return {"svg": str(path), "side": side}


def _drawing(name: str, side: float, colours: Mapping[str, QColor]) -> str:
    """The symbol over its halo, as our map draws it, in one SVG."""
    text = (resource_root() / "icons" / "assets" / f"{name.partition('+')[0]}.svg").read_text(
        encoding="utf-8"
    )
    head, body = re.split(r"(?<=>)", text, maxsplit=1)
    body = body.replace("</svg>", "")
    halo = re.sub(
        r'stroke-width="([\d.]+)"',
        lambda match: f'stroke-width="{float(match[1]) + 2 * HALO_PIXELS * BOX / side:g}"',
        body,
    )
    white, ink, fill, danger = (
        colours[token].name() for token in ("map_halo", "map_ink", "map_symbol_fill", "danger")
    )
    parts = []
    for drawing, (one, two, three) in ((halo, (white,) * 3), (body, (ink, fill, danger))):
        part = drawing.replace("currentColor", one).replace("var(--fill)", two)
        parts.append(f'<g stroke="{one}">{part.replace("var(--danger)", three)}</g>')
    return head + "".join(parts) + "</svg>"
