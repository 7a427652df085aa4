"""One sheet of paper or one picture: the map, and everything around it. Lengths are px of the sheet."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen

from gisapp.map.label_memory import LabelWriter
from gisapp.map.painter import MapPainter, SymbolsOf
from gisapp.map.pens import Colours
from gisapp.map.sheet.block import SheetBlock, sheet_words
from gisapp.map.sheet.frame import SheetFrame
from gisapp.map.sheet.ground import PaintedGround, SheetGround
from gisapp.map.sheet.layout import SheetLayout, mm
from gisapp.map.sheet.legend import SheetLegend, legend_lines
from gisapp.map.sheet.signs import SheetSigns
from gisapp.map.sheet.text import CENTRE, LEFT, RIGHT, SheetText
from gisapp.map.sheet.words import SheetWords
from gisapp.map.viewport import Viewport
from layers.geometry.scale_text import scale_text
from layers.scene.request import Counts, DrawBatch
from layers.scene.series import Series
from layers.scene.style import MapStyle
from layers.text import Message


@dataclass(frozen=True)
class Page:
    """What one sheet shows. ``viewport`` is the map in px of the sheet; ``number`` counts from 1.

    ``series`` are all sheets when there are several; the page that shows them all is no sheet of it
    (``place`` is None) and has their outlines on its map.
    """

    viewport: Viewport
    number: int = 1
    of: int = 1
    series: Series | None = None
    place: int | None = None

    def drawn_at(self, fineness: float) -> Viewport:
        """The same map in the px of the map's painter, of which ``1 / fineness`` go into one of the sheet."""
        view = self.viewport
        return Viewport(
            view.x, view.y, view.metres_per_pixel * fineness, view.width / fineness, view.height / fineness
        )


@dataclass(frozen=True)
class SheetDress:
    """How everything looks and what it says."""

    colours: Colours
    writer: LabelWriter
    words: SheetWords
    hidden: frozenset[str] = frozenset()
    crosses: bool = True
    convergence: float | None = None
    #: Shade the density of what is too small for the scale: for the screen; on paper pens alone draw.
    wash: bool = False
    ground: SheetGround | None = None


class Sheet:
    """Paints one page with any painter: pixels, PDF, SVG or a printer."""

    def __init__(
        self, painter: QPainter, layout: SheetLayout, page: Page, dress: SheetDress, symbols_of: SymbolsOf
    ) -> None:
        self._painter, self._layout, self._page, self._dress = painter, layout, page, dress
        self._symbols_of = symbols_of
        self._text = SheetText(painter, dress.words.font)
        view, colours, words = page.viewport, dress.colours, dress.words
        self._frame = SheetFrame(painter, layout, view, colours, words, self._text)
        self._signs = SheetSigns(painter, layout.unit, view, colours, words, self._text)

    def steps(
        self,
        batches: Sequence[DrawBatch],
        style: MapStyle,
        counts: Mapping[str, Counts],
        ground: PaintedGround | None = None,
    ) -> Generator[None, None, None]:
        """Everything: the map first, then the sheet around it; pauses often."""
        painter, layout, page = self._painter, self._layout, self._page
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        drawn = page.drawn_at(layout.fineness)
        map_painter = MapPainter(
            painter,
            drawn,
            self._dress.colours,
            self._symbols_of,
            self._dress.writer,
            ground=ground is None,
        )
        if ground is not None:
            painter.fillRect(layout.map, self._dress.colours["map_land"])
            painter.drawImage(layout.map, ground.image)
            yield
        painter.save()
        try:
            painter.setClipRect(layout.map)
            painter.translate(layout.map.topLeft())
            painter.scale(layout.fineness, layout.fineness)
            yield from map_painter.steps(self._to_draw(batches))
        finally:
            # Also when nobody wants the rest: a painter must not end in the middle of a state.
            painter.restore()
        if page.series is not None and page.place is None:
            painter.save()
            painter.setClipRect(layout.map)
            self._signs.sheets(layout.map, page.series)
            painter.restore()
        self._frame.cover_outside()
        yield
        self._around()
        if ground is not None:
            self._attribution(ground)
        yield
        if layout.legend is not None:
            lines = legend_lines(style, counts, drawn.denominator, self._dress.hidden, wash=self._dress.wash)
            legend = SheetLegend(
                painter, layout.unit, drawn.denominator, layout.fineness, self._dress.colours,
                self._symbols_of, self._dress.words, self._text,
            )  # fmt: skip
            legend.paint(layout.legend, lines)
        yield

    def _to_draw(self, batches: Sequence[DrawBatch]) -> Sequence[DrawBatch]:
        return batches if self._dress.wash else [replace(batch, density=None) for batch in batches]

    def _around(self) -> None:
        layout, dress, page = self._layout, self._dress, self._page
        words = dress.words
        if layout.band is None:
            if words.is_sample:
                self._sample_mark(mm(1.6), mm(4.2))
            return
        self._frame.paint(crosses=dress.crosses)
        self._band(layout.band)
        if layout.signs is not None:
            self._signs.paint(layout.signs, dress.convergence)
        if layout.index is not None and page.series is not None:
            self._signs.index(layout.index, page.series, page.place)
        if layout.block is not None:
            block = SheetBlock(self._painter, layout.unit, dress.colours, words, self._text)
            block.paint(layout.block, words.title, page.viewport.denominator, page.number, page.of)
        if layout.frame is not None:
            self._origin(layout.frame)
        if layout.foot is not None:
            self._north_on_map()
            self._foot(layout.foot)

    def _band(self, band: QRectF) -> None:
        words, colours, unit, page = self._dress.words, self._dress.colours, self._layout.unit, self._page
        size, small = 5.6 * unit, 3.0 * unit
        parts = [words.render(words.style)]
        if words.is_filtered:
            parts.insert(0, words.text("printing.filtered"))
        if words.past is not None:
            day = {"day": words.past.day}
            parts.insert(0, words.render(Message(f"printing.past.{words.past.basis}", day)))
        if page.series is not None:
            parts.insert(0, words.render(sheet_words(page.number, page.of)))
        right = "    ".join(parts)
        room = band.width() - self._text.width(right, small) - 4 * unit
        mark = self._mark_width() + 3 * unit if words.is_sample else 0.0
        wide = min(self._text.width(words.title, size, True), room - mark)
        title = QRectF(band.left(), band.top(), wide + 0.5, band.height())
        self._text.write(title, words.title, size, colours["text"], LEFT, strong=True)
        if words.is_sample:
            self._sample_mark(title.left() + wide + 3 * unit, band.center().y())
        self._text.write(band, right, small, colours["text2"], RIGHT)

    def _mark_width(self) -> float:
        size = 2.9 * self._layout.unit
        return self._text.width(self._dress.words.text("printing.sample"), size) + 1.4 * size

    def _sample_mark(self, x: float, y: float) -> None:
        size = 2.9 * self._layout.unit
        box = QRectF(x, y - size * 0.85, self._mark_width(), size * 1.7)
        self._painter.setPen(QPen(self._dress.colours["danger"], size * 0.08))
        self._painter.setBrush(self._dress.colours["panel"])
        self._painter.drawRoundedRect(box, size * 0.2, size * 0.2)
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        mark = self._dress.words.text("printing.sample")
        self._text.write(box, mark, size, self._dress.colours["danger"], CENTRE)

    def _origin(self, frame: QRectF) -> None:
        """Under the frame, small: what made this sheet, from which state of the book."""
        words, size = self._dress.words, mm(2.0)
        if words.data_version is None:
            return
        text = words.render(Message("printing.origin", {"version": words.data_version}))
        room = QRectF(frame.left(), frame.bottom() + mm(0.9), frame.width(), size * 1.4)
        self._text.write(room, text, size, self._dress.colours["text2"], RIGHT)

    def _attribution(self, ground: PaintedGround) -> None:
        """Whose ground it is, in the corner of the map."""
        parts = list(ground.told.attributions)
        if ground.told.is_shifted:
            parts.append(self._dress.words.text("basemap.gcj02_note"))
        text = "  ".join(parts)
        if not text:
            return
        box, size = self._layout.map, mm(2.0)
        wide = min(self._text.width(text, size) + size, box.width() * 0.7)
        plate = QRectF(box.right() - wide, box.bottom() - size * 1.6, wide, size * 1.6)
        self._painter.fillRect(plate, self._dress.colours["panel"])
        self._text.write(
            plate.adjusted(size / 2, 0, -size / 2, 0), text, size, self._dress.colours["text2"], RIGHT
        )

    def _foot(self, foot: QRectF) -> None:
        words, unit = self._dress.words, self._layout.unit
        bar = QRectF(self._layout.map.left(), foot.top(), min(foot.width() * 0.28, 60 * unit), foot.height())
        end = bar.left() + self._signs.scale_bar(bar) + 9 * unit
        scale = scale_text(self._page.viewport.denominator)
        size = 3.0 * unit
        room = QRectF(end, foot.top(), foot.right() - end, foot.height())
        self._text.write(room, scale, size, self._dress.colours["text"], LEFT)
        room.setLeft(end + self._text.width(scale, size) + 4 * unit)
        parts = (
            Message("picture.crs", {"crs": words.crs}),
            Message("picture.drawn_on", {"date": words.drawn_on.isoformat()}),
        )
        text = "    ".join(words.render(part) for part in parts)
        self._text.write(room, text, size, self._dress.colours["text2"], RIGHT)

    def _north_on_map(self) -> None:
        """An arrow in the upper right corner of the map, in a halo."""
        box, colours = self._layout.map, self._dress.colours
        if min(box.width(), box.height()) < mm(35):
            return
        x, y = box.right() - mm(8), box.top() + mm(5)
        path = QPainterPath(QPointF(x, y))
        for dx, dy in ((2.1, 6.9), (0.0, 5.5), (-2.1, 6.9)):
            path.lineTo(x + mm(dx), y + mm(dy))
        path.closeSubpath()
        self._painter.strokePath(path, QPen(colours["map_halo"], mm(1.0)))
        self._painter.fillPath(path, colours["map_text"])
        letter = QRectF(x - mm(4), y + mm(7.2), mm(8), mm(3.6))
        north = self._dress.words.text("picture.north")
        self._text.write(letter, north, mm(3.0), colours["map_text"], CENTRE, strong=True)
