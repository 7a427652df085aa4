"""The legend of a sheet: what is on this sheet and no more, how many and how long, by the map's own pens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from gisapp.map.legend import ordered_classes, ordered_layers
from gisapp.map.painter import SymbolsOf
from gisapp.map.pens import Colours
from gisapp.map.sheet.layout import mm
from gisapp.map.sheet.text import LEAST_MM, LEFT, RIGHT, SheetText
from gisapp.map.sheet.words import SheetWords
from gisapp.map.swatch import paint_swatch
from layers.scene.request import ClassCount, Counts
from layers.scene.style import ClassStyle, LayerStyle, MapStyle
from layers.text import Message, Title

_TITLE = 6.0
_ROW, _HEADING = 5.4, 6.0
_SWATCH = 9.0
_TEXT, _SMALL = 2.7, 2.5
_BETWEEN = 3.0
#: How the legend is made to fit: columns and size of its rows, the best first.
_TRIES = tuple((columns, size) for size in (1.0, 0.88, 0.78, 0.68, 0.6) for columns in (1, 2, 3, 4))
_NARROWEST = 27.0


@dataclass(frozen=True)
class LegendLine:
    """A class on the map with its numbers, or the heading of a layer of several classes (``style`` is None)."""

    layer: LayerStyle
    style: ClassStyle | None
    count: ClassCount | None = None
    is_wash: bool = False
    """It stands for a whole layer whose density is shaded."""

    @property
    def title(self) -> Message | Title:
        """What it is called."""
        if self.is_wash:
            return Message("printing.legend.density", {"layer": self.layer.title})
        return self.layer.title if self.style is None else self.style.title


def legend_lines(
    style: MapStyle,
    counts: Mapping[str, Counts],
    denominator: float,
    hidden: frozenset[str],
    *,
    wash: bool = False,
) -> tuple[LegendLine, ...]:
    """The classes with something on the sheet at 1:``denominator``, under the names of their layers."""
    lines: list[LegendLine] = []
    for layer in ordered_layers(style.layers):
        washed = wash and layer.is_shaded(denominator)
        if not washed and not layer.is_visible(denominator):
            continue
        found = counts.get(layer.id, {})
        shown = [
            each
            for each in ordered_classes(layer)
            if f"{layer.id}/{each.id}" not in hidden and each.id in found and found[each.id].count
        ]
        if washed and shown:
            total = ClassCount(sum(found[each.id].count for each in shown))
            lines.append(LegendLine(layer, shown[-1], total, is_wash=True))
            continue
        if shown and len(layer.classes) > 1:
            lines.append(LegendLine(layer, None))
        lines += [LegendLine(layer, each, found[each.id]) for each in shown]
    return tuple(lines)


class SheetLegend:
    """Draws the lines into a rectangle, in as many columns as need be. ``unit`` is a furniture mm in px."""

    def __init__(
        self,
        painter: QPainter,
        unit: float,
        denominator: float,
        fineness: float,
        colours: Colours,
        symbols_of: SymbolsOf,
        words: SheetWords,
        text: SheetText,
    ) -> None:
        self._painter, self._unit, self._denominator, self._fineness = painter, unit, denominator, fineness
        self._colours, self._symbols_of, self._words, self._text = colours, symbols_of, words, text

    def paint(self, room: QRectF, lines: Sequence[LegendLine]) -> None:
        """Title and lines from the top; what finds no room is counted in a last line."""
        unit = self._unit
        head = QRectF(room.left(), room.top(), room.width(), _TITLE * unit)
        title = self._words.text("picture.legend")
        self._text.write(head, title, 3.6 * unit, self._colours["text"], LEFT, strong=True)
        space = QRectF(room.left(), head.bottom(), room.width(), room.bottom() - head.bottom())
        tries = [each for each in _TRIES if space.width() / each[0] >= _NARROWEST * unit or each[0] == 1]
        fitting = [each for each in tries if not _flow(lines, each[0], space.height() / (each[1] * unit))[1]]
        # Names in full are worth smaller rows.
        whole = (each for each in fitting if self._widest(lines, each[1]) <= self._width(space, each[0]))
        columns, size = next(whole, (fitting or tries[-1:])[0])
        flow, left = _flow(lines, columns, space.height() / (size * unit))
        width = self._width(space, columns)
        for number, column in enumerate(flow):
            y = space.top()
            x = space.left() + number * (width + _BETWEEN * unit)
            for line in column:
                height = _height(line) * size * unit
                self._line(QRectF(x, y, width, height), line, size)
                y += height
        if left:
            last = QRectF(space.left(), space.bottom() - 3.4 * unit, space.width(), 3.4 * unit)
            self._painter.fillRect(last, self._colours["panel"])
            more = self._words.render(Message("printing.legend.more", {"count": left}))
            self._text.write(last, more, mm(LEAST_MM), self._colours["text2"], LEFT)

    def _width(self, space: QRectF, columns: int) -> float:
        return (space.width() - (columns - 1) * _BETWEEN * self._unit) / columns

    def _widest(self, lines: Sequence[LegendLine], size: float) -> float:
        """The width of a column in which every name stands in full."""
        unit, text, small = self._unit, *self._sizes(size)
        widths = [
            self._text.width(self._words.render(line.title), text)
            + self._text.width(self._figure(line), small)
            for line in lines
            if line.style is not None
        ]
        return max(widths, default=0.0) + (_SWATCH + 1.5) * size * unit + 1.7 * unit

    def _sizes(self, size: float) -> tuple[float, float]:
        """Heights of names and of numbers."""
        return max(_TEXT * self._unit * size, mm(LEAST_MM)), max(_SMALL * self._unit * size, mm(LEAST_MM))

    def _line(self, room: QRectF, line: LegendLine, size: float) -> None:
        unit = self._unit
        text, small = self._sizes(size)
        if line.style is None:
            title = self._words.render(line.layer.title)
            self._text.write(room.adjusted(0, size * unit, 0, 0), title, text, self._colours["text2"], LEFT)
            return
        swatch = QRectF(room.left(), room.top(), _SWATCH * size * unit, room.height())
        self._swatch(swatch, line)
        figure = self._figure(line)
        wide = self._text.width(figure, small) + unit
        name = QRectF(swatch.right() + 1.5 * unit * size, room.top(), 0, room.height())
        name.setRight(room.right() - wide - 0.6 * unit)
        self._text.write(name, self._words.render(line.title), text, self._colours["text"], LEFT)
        self._text.write(room, figure, small, self._colours["text2"], RIGHT)

    def _swatch(self, room: QRectF, line: LegendLine) -> None:
        assert line.style is not None
        painter, fine = self._painter, self._fineness
        painter.save()
        painter.translate(room.topLeft())
        painter.scale(fine, fine)
        inner = QRectF(0, 0, room.width() / fine, room.height() / fine).adjusted(0, 1, 0, -1)
        paint_swatch(
            painter, inner, line.layer, line.style.look, self._denominator, self._colours, self._symbols_of
        )
        painter.restore()

    def _figure(self, line: LegendLine) -> str:
        count = line.count
        if count is None:
            return ""
        if line.layer.drawing == "main" and count.metres is not None:
            return f"{count.metres / 1000:,.2f} km"
        return f"{count.count:,}"


def _height(line: LegendLine) -> float:
    return _HEADING if line.style is None else _ROW


def _flow(lines: Sequence[LegendLine], columns: int, height: float) -> tuple[list[list[LegendLine]], int]:
    """The lines in columns of ``height``; a heading never stands alone at a foot. And how many are left over."""
    flow: list[list[LegendLine]] = [[]]
    used, left = 0.0, 0
    for number, line in enumerate(lines):
        need = _height(line)
        if line.style is None and number + 1 < len(lines):
            need += _height(lines[number + 1])
        if used + need > height and flow[-1]:
            if len(flow) == columns:
                left = sum(each.style is not None for each in lines[number:])
                break
            flow.append([])
            used = 0.0
        flow[-1].append(line)
        used += _height(line)
    return flow, left
