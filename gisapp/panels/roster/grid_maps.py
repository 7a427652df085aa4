"""The pages of grids that have a map: cards for the street, and the book with all grids on its first page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace

import shapely
from PySide6.QtGui import QFont, QPainter

from gisapp.map.label_words import label_writer
from gisapp.map.sheet.job import Cut, CutOut, Steps, whole
from gisapp.map.sheet.layout import SheetLayout, mm
from gisapp.map.sheet.output import PdfOutput
from gisapp.map.sheet.plan import convergence_of, fitted, plan_one
from gisapp.map.sheet.sheet import Page, Sheet, SheetDress
from gisapp.map.sheet.signs import SheetSigns
from gisapp.map.sheet.text import SheetText
from gisapp.map.sheet.words import BlockWords, SheetWords
from gisapp.map.symbols import VectorSymbols
from gisapp.panels.roster.grid_book import (
    BESIDE,
    ON_PAGE,
    BookPainter,
    StockLine,
    book_layout,
    list_pages,
    page_of,
)
from gisapp.panels.roster.grid_marks import mark_all, mark_one
from gisapp.panels.roster.notice_card import CardWords, NoticeCard, card_layout
from gisapp.theme import PRINT, theme_colours
from layers.model.query import Box
from layers.register import Register
from layers.reports.grids.gathering import GridPrint
from layers.reports.grids.notice import GridNotice
from layers.scene.request import DrawRequest
from layers.scene.scene import Scene
from layers.scene.style import MapStyle
from layers.text import Texts, Title

#: The colours of the street's card: those of the screen, for it is looked at and not worked on.
_BRIGHT = "light"


class MapsOfGrids:
    """The pages with maps: one of each grid, for a card or for the book."""

    def __init__(
        self,
        register: Register,
        scene: Scene,
        found: GridPrint,
        words: CardWords,
        hidden: frozenset[str],
        *,
        card: float | None = None,
    ) -> None:
        """``hidden``: what the map does not show; ``card``: cards as many times as large as A4; else the book."""
        self._register, self._scene, self._found, self._words = register, scene, found, words
        self._is_card = card is not None
        self._colours = theme_colours(_BRIGHT if self._is_card else PRINT)
        self._hidden = public_hidden(scene.style) if self._is_card else hidden | own_hidden(scene.style)
        self._symbols: dict[int, VectorSymbols] = {}
        self.layout = book_layout(index=False) if card is None else card_layout(card)

    def cards(self, output: PdfOutput) -> Steps:
        """A card for every grid."""
        yield from whole(output, self._cards(output))

    def book(self, output: PdfOutput) -> Steps:
        """The page of all grids, the list that has no room on it, a page for every grid."""
        yield from whole(output, self._book(output))

    def _cards(self, output: PdfOutput) -> Steps:
        notices = self._found.notices
        for number, notice in enumerate(notices):
            page, dress = self._page(self.layout, notice.shape), self._dress(notice.title)
            around = self._around(notice)

            def finish(
                painter: QPainter,
                page: Page = page,
                dress: SheetDress = dress,
                notice: GridNotice = notice,
                around: Sequence[GridNotice] = around,
            ) -> None:
                text = SheetText(painter, self._words.font)
                unit = self.layout.unit
                mark_one(painter, self.layout.map, page.viewport, notice.shape, around, text, 3.4 * unit)
                signs = SheetSigns(painter, unit, page.viewport, self._colours, dress.words, text)
                NoticeCard(painter, unit, self._words, signs).paint(notice)

            yield from self._sheet(output, self.layout, page, dress, finish, number, len(notices))

    def _book(self, output: PdfOutput) -> Steps:
        notices = self._found.notices
        total = page_of(len(notices), len(notices)) - 1
        index = book_layout(index=True)
        shapes = shapely.union_all([shapely.envelope(each.shape) for each in notices])
        page, dress = self._page(index, shapes), self._dress(self._words.texts.get("stewards.print.book"))
        # No mains are on this page: how they would be drawn needs no saying.
        said = replace(dress.words, style=Title("", ""))
        dress = replace(dress, hidden=public_hidden(self._scene.style), words=said)

        def finish_index(painter: QPainter) -> None:
            text = SheetText(painter, self._words.font)
            labels = [(each, _index_label(each, self._words.texts)) for each in notices]
            mark_all(painter, index.map, page.viewport, labels, text, mm(2.9))
            BookPainter(painter, index, self._words).index(notices, total)

        yield from self._sheet(output, index, page, dress, finish_index, 0, total)
        for number in range(list_pages(len(notices))):
            first = BESIDE + number * ON_PAGE
            for painter in output.page():
                BookPainter(painter, index, self._words).list_page(
                    notices[first : first + ON_PAGE], first, len(notices), 2 + number, total
                )
            yield (1 + number) / total
        for number, notice in enumerate(notices):
            page, dress = self._page(self.layout, notice.shape), self._dress(notice.title)
            around, at = self._around(notice), page_of(number, len(notices))
            held = self._held(notice)

            def finish(
                painter: QPainter,
                page: Page = page,
                notice: GridNotice = notice,
                around: Sequence[GridNotice] = around,
                at: int = at,
                held: Sequence[StockLine] = held,
            ) -> None:
                text = SheetText(painter, self._words.font)
                mark_one(painter, self.layout.map, page.viewport, notice.shape, around, text, mm(2.8))
                BookPainter(painter, self.layout, self._words).grid(notice, held, at, total)

            yield from self._sheet(output, self.layout, page, dress, finish, at - 1, total)

    def _sheet(
        self,
        output: PdfOutput,
        layout: SheetLayout,
        page: Page,
        dress: SheetDress,
        finish: Callable[[QPainter], None],
        number: int,
        of: int,
    ) -> Steps:
        drawn = page.drawn_at(layout.fineness)
        request = DrawRequest(0, drawn.box, drawn.metres_per_pixel, dress.hidden)
        cut_out = yield Cut(request, drawn.box)
        assert isinstance(cut_out, CutOut)
        for painter in output.page():
            painter.setFont(QFont())
            steps = Sheet(painter, layout, page, dress, self._symbols_of).steps(
                cut_out.batches, self._scene.style, cut_out.counts, None
            )
            with closing(steps):
                for _ in steps:
                    yield (number + 0.7) / of
            finish(painter)
        yield (number + 1) / of

    def _symbols_of(self, size: int) -> VectorSymbols:
        if size not in self._symbols:
            self._symbols[size] = VectorSymbols(self._colours, size)
        return self._symbols[size]

    def _page(self, layout: SheetLayout, shape: shapely.Geometry) -> Page:
        return Page(fitted(layout, Box(*shape.bounds)))

    def _around(self, notice: GridNotice) -> tuple[GridNotice, ...]:
        return tuple(each for each in self._found.all_grids if each.id != notice.id)

    def _held(self, notice: GridNotice) -> tuple[StockLine, ...]:
        return tuple(StockLine(title, value) for title, value in self._found.stock.get(notice.id, ()))

    def _dress(self, title: str) -> SheetDress:
        register, scene, texts = self._register, self._scene, self._words.texts
        words = SheetWords(
            texts, self._words.font, title, scene.style.title, register.crs.title, self._words.day,
            register.is_sample and not self._is_card, register.crs.is_local,
            BlockWords(unit=self._words.publisher.company), scene.data_version,
        )  # fmt: skip
        writer = label_writer(register.catalogue, scene.style.short_names, texts.render, self._words.font)
        plan = plan_one(self.layout, Box(*self._found.notices[0].shape.bounds), None)
        angle = None if self._is_card else convergence_of(plan, register.crs)
        return SheetDress(self._colours, writer, words, self._hidden, not self._is_card, angle)


def public_hidden(style: MapStyle) -> frozenset[str]:
    """What a map for the street does not show: the network and everything of it."""
    return frozenset(
        f"{layer.id}/{each.id}"
        for layer in style.layers
        if layer.in_legend or layer.computed
        for each in layer.classes
    )


def own_hidden(style: MapStyle) -> frozenset[str]:
    """Fills and lines of grids in the style: pages mark grids themselves."""
    return frozenset(
        f"{layer.id}/{each.id}" for layer in style.layers if layer.type == "grid" for each in layer.classes
    )


def _index_label(notice: GridNotice, texts: Texts) -> tuple[str, ...]:
    primary = notice.primary
    return notice.title, texts.get("stewards.vacant") if primary is None else primary.name
