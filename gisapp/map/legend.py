"""The legend of a sheet: what the map shows, and no more, with the map's own pens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter

from gisapp.map.painter import SymbolsOf
from gisapp.map.pens import Colours
from gisapp.map.sheet_words import SheetWords
from gisapp.map.swatch import paint_swatch
from layers.scene.request import Counts
from layers.scene.style import ClassStyle, LayerStyle, MapStyle

_ROW = 24.0
_HEADING = 26.0
_SWATCH_WIDTH = 38.0
_SMALLEST = 0.55
_TITLE_GAP = 10.0


@dataclass(frozen=True)
class LegendEntry:
    """A class that is on the map, or the heading of a layer of several classes (``style`` is None)."""

    layer: LayerStyle
    style: ClassStyle | None


def ordered_layers(layers: Sequence[LayerStyle]) -> tuple[LayerStyle, ...]:
    """The layers a legend names: mains, then symbols from the top one down, then the rest."""
    named = [layer for layer in layers if layer.in_legend]
    mains = [layer for layer in named if layer.drawing == "main"]
    symbols = [layer for layer in reversed(named) if layer.drawing == "symbol"]
    return (*mains, *symbols, *(layer for layer in named if layer.drawing in ("line", "area")))


def ordered_classes(layer: LayerStyle) -> tuple[ClassStyle, ...]:
    """The classes as a legend names them: states in an asset's life are exceptions and stand below the others."""
    states = tuple(style for style in layer.classes if style.is_state)
    return (*(style for style in layer.classes if not style.is_state), *states)


def legend_entries(
    style: MapStyle, counts: Mapping[str, Counts], denominator: float
) -> tuple[LegendEntry, ...]:
    """The classes with something to show at 1:``denominator``, under the names of their layers."""
    entries: list[LegendEntry] = []
    for layer in ordered_layers(style.layers):
        if not layer.is_visible(denominator) and not layer.is_shaded(denominator):
            continue
        found = counts.get(layer.id, {})
        shown = [
            each
            for each in ordered_classes(layer)
            if f"{layer.id}/{each.id}" not in style.hidden and each.id in found and found[each.id].count
        ]
        if shown and len(layer.classes) > 1:
            entries.append(LegendEntry(layer, None))
        entries += [LegendEntry(layer, each) for each in shown]
    return tuple(entries)


def paint_legend(
    painter: QPainter,
    rect: QRectF,
    entries: tuple[LegendEntry, ...],
    denominator: float,
    colours: Colours,
    symbols_of: SymbolsOf,
    words: SheetWords,
) -> None:
    """Draw the entries into ``rect`` from the top, smaller where they are many."""
    painter.save()
    painter.translate(rect.topLeft())
    title = words.text("picture.legend")
    painter.setPen(colours["text"])
    painter.setFont(words.font(14, True))
    painter.drawText(QRectF(0, 0, rect.width(), _HEADING), _LEFT, title)
    room = rect.height() - _HEADING - _TITLE_GAP
    needed = sum(_height(entry) for entry in entries)
    share = min(1.0, max(room / needed, _SMALLEST)) if needed else 1.0
    painter.translate(0, _HEADING)
    painter.scale(share, share)
    width, y = rect.width() / share, 0.0
    for entry in entries:
        if (y + _height(entry)) * share > room + 1:
            # A legend that leaves something out says so.
            painter.drawText(QRectF(0, y, width, _ROW), _LEFT, "…")
            break
        _paint_entry(
            painter, QRectF(0, y, width, _height(entry)), entry, denominator, colours, symbols_of, words
        )
        y += _height(entry)
    painter.restore()


_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


def _height(entry: LegendEntry) -> float:
    return _HEADING if entry.style is None else _ROW


def _paint_entry(
    painter: QPainter,
    rect: QRectF,
    entry: LegendEntry,
    denominator: float,
    colours: Colours,
    symbols_of: SymbolsOf,
    words: SheetWords,
) -> None:
    if entry.style is None:
        painter.setFont(words.font(11, False))
        painter.setPen(colours["text2"])
        painter.drawText(rect.adjusted(0, 4, 0, 0), _LEFT, words.render(entry.layer.title))
        return
    swatch = QRectF(rect.left(), rect.top() + 1, _SWATCH_WIDTH, rect.height() - 2)
    paint_swatch(painter, swatch, entry.layer, entry.style.look, denominator, colours, symbols_of)
    font = words.font(12, False)
    painter.setFont(font)
    painter.setPen(colours["text"])
    room = rect.adjusted(_SWATCH_WIDTH + 10, 0, 0, 0)
    text = QFontMetricsF(font).elidedText(
        words.render(entry.style.title), Qt.TextElideMode.ElideRight, room.width()
    )
    painter.drawText(room, _LEFT, text)
