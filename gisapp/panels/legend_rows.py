"""The rows of the legend: what a scene draws, with the map's own swatches and counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap

from gisapp.map.legend import density_range, density_words, ordered_classes, ordered_layers
from gisapp.map.pens import Colours
from gisapp.map.swatch import paint_swatch
from gisapp.map.symbols import SymbolAtlas
from gisapp.panels.legend_model import LegendRow
from layers.scene.request import ClassCount, Counts
from layers.scene.scene import Scene
from layers.scene.style import ClassStyle, LayerStyle
from layers.text import Message

#: Swatches show mains and symbols as they are at the map's scale, but no smaller than at this one: a line that is seen
#: by its length on the map is not to be told by a piece as long as a finger.
SYMBOL_DENOMINATOR = 5000.0
_NONE = ClassCount(0, 0.0)


def legend_rows(
    scene: Scene,
    counts: Mapping[str, Counts],
    hidden: frozenset[str],
    colours: Colours,
    ratio: float,
    denominator: float = SYMBOL_DENOMINATOR,
) -> list[LegendRow]:
    """A row for every layer with assets, its classes below it; the backdrop comes last, in one row."""
    swatches = Swatches(colours, ratio, hidden, denominator)
    # As the style names them: on the map a class may come in several widths.
    named = {layer.id: layer for layer in scene.style.layers}
    drawn = [named[source.layer.id] for source in scene.sources]
    own = ordered_layers(drawn)
    rows = [row for layer in own if (row := _layer(layer, counts, swatches))]
    ground = [row for layer in drawn if layer not in own and (row := _flat(layer, counts, swatches))]
    if ground:
        count = sum(row.count for row in ground)
        rows.append(LegendRow("backdrop", Message("map.backdrop"), count, None, children=tuple(ground)))
    return rows


class Swatches:
    """Makes the functions that draw swatches, and knows what is switched off; symbols are rendered once."""

    def __init__(
        self,
        colours: Colours,
        ratio: float,
        hidden: frozenset[str],
        denominator: float = SYMBOL_DENOMINATOR,
    ) -> None:
        self._colours, self._ratio, self._hidden = colours, ratio, hidden
        self._denominator = denominator
        self._atlases: dict[int, SymbolAtlas] = {}

    def of(self, layer: LayerStyle, style: ClassStyle) -> Callable[[int, int], QPixmap]:
        """The function that draws a class."""

        def draw(width: int, height: int) -> QPixmap:
            pixmap = QPixmap(round(width * self._ratio), round(height * self._ratio))
            pixmap.setDevicePixelRatio(self._ratio)
            pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(pixmap)
            box = QRectF(0, 0, width, height)
            scale = self._denominator
            if layer.drawing in ("symbol", "main") and not layer.is_shaded(scale):
                scale = min(scale, SYMBOL_DENOMINATOR)
            paint_swatch(painter, box, layer, style.look, scale, self._colours, self._symbols)
            painter.end()
            return pixmap

        return draw

    def is_shown(self, layer: LayerStyle, *styles: ClassStyle) -> bool:
        """Whether any of these classes is on the map."""
        return any(f"{layer.id}/{style.id}" not in self._hidden for style in styles)

    def is_shaded(self, layer: LayerStyle) -> bool:
        """Whether the density of a layer stands for it at the present scale."""
        return layer.is_shaded(self._denominator)

    def waiting(self, layer: LayerStyle) -> float | None:
        """The scale at which a layer is drawn that is not drawn at the present one."""
        if layer.is_visible(self._denominator) or layer.is_shaded(self._denominator):
            return None
        too_far = 0 < layer.largest_denominator < self._denominator
        return layer.largest_denominator if too_far else layer.smallest_denominator

    def _symbols(self, size: int) -> SymbolAtlas:
        if size not in self._atlases:
            self._atlases[size] = SymbolAtlas(self._colours, size, self._ratio)
        return self._atlases[size]


def _layer(layer: LayerStyle, counts: Mapping[str, Counts], swatches: Swatches) -> LegendRow | None:
    of_class = counts.get(layer.id, {})
    shown = [style for style in ordered_classes(layer) if of_class.get(style.id, _NONE).count]
    if not shown:
        return None
    if layer.drawing != "main" and (len(shown) == 1 or swatches.is_shaded(layer)):
        return _flat(layer, counts, swatches)
    children = tuple(
        LegendRow(
            f"{layer.id}/{style.id}",
            style.title,
            of_class[style.id].count,
            of_class[style.id].metres if layer.drawing == "main" else None,
            swatches.of(layer, style),
            is_shown=swatches.is_shown(layer, style),
            scale=swatches.waiting(layer),
        )
        for style in shown
    )
    swatch = None if layer.drawing == "main" else swatches.of(layer, layer.classes[-1])
    count, metres = _sum(of_class)
    return LegendRow(
        layer.id,
        layer.title,
        count,
        metres if layer.drawing == "main" else None,
        swatch,
        children,
        scale=swatches.waiting(layer),
        is_about=bool(layer.computed),
    )


def _flat(layer: LayerStyle, counts: Mapping[str, Counts], swatches: Swatches) -> LegendRow | None:
    count, _ = _sum(counts.get(layer.id, {}))
    if not count:
        return None
    shown = [s for s in layer.classes if counts[layer.id].get(s.id, _NONE).count]
    is_shown = swatches.is_shown(layer, *layer.classes)
    return LegendRow(
        layer.id,
        density_words(layer) if swatches.is_shaded(layer) else layer.title,
        count,
        None,
        swatches.of(layer, shown[-1]),
        is_shown=is_shown,
        scale=swatches.waiting(layer),
        figure=density_range() if swatches.is_shaded(layer) else "",
    )


def _sum(of_class: Counts) -> tuple[int, float]:
    return sum(c.count for c in of_class.values()), sum(c.metres or 0.0 for c in of_class.values())
