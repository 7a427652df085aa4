"""Cards, maps and the roster of grids as PDF: read in a task, painted beside the window's own work, with progress."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import shapely
from PySide6.QtCore import QObject
from PySide6.QtGui import QFont, QPainter

from gisapp.map.label_words import label_writer
from gisapp.map.sheet import Page, Sheet, SheetDress
from gisapp.map.sheet_fonts import sheet_font
from gisapp.map.sheet_job import Cut, CutOut, Steps
from gisapp.map.sheet_layout import SheetLayout, mm
from gisapp.map.sheet_output import PdfOutput
from gisapp.map.sheet_plan import convergence_of, fitted, plan_one
from gisapp.map.sheet_press import Press
from gisapp.map.sheet_signs import SheetSigns
from gisapp.map.sheet_text import SheetText
from gisapp.map.sheet_words import BlockWords, SheetWords
from gisapp.map.symbols import VectorSymbols
from gisapp.panels.map_view import MapView
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
from gisapp.panels.roster.roster_pages import RosterPages
from gisapp.session import Session
from gisapp.tasks import Tasks
from gisapp.theme import PRINT, theme_colours
from layers.errors import UserError
from layers.feedback import Feedback
from layers.model.query import Box
from layers.register import Register
from layers.reports.grids.gathering import GridPrint, gather_print
from layers.reports.grids.notice import GridNotice
from layers.reports.grids.noting import note_given
from layers.scene.planning import build_scene
from layers.scene.request import DrawRequest
from layers.scene.scene import Scene
from layers.scene.style import MapStyle
from layers.scene.styles import USUAL, is_computed
from layers.text import Message, Texts, Title

CARD, BOOK, ROSTER = "card", "book", "roster"
#: The colours of the street's card: those of the screen, for it is looked at and not worked on.
_BRIGHT = "light"
_WAIT = 0.1


@dataclass(frozen=True)
class PrintWish:
    """What to print of which grids (None: all of the lowest level) as of which day; ``scale``: of A4.

    Not ``in_clear``: people are masked.
    """

    kind: str
    path: Path
    grids: tuple[int, ...] | None = None
    day: datetime.date | None = None
    scale: float = 1.0
    in_clear: bool = True


class GridPaper(QObject):
    """Prints one document; deletes itself when it is done."""

    def __init__(self, session: Session, tasks: Tasks, view: MapView, texts: Texts, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._tasks, self._view, self._texts = session, tasks, view, texts
        self._press = Press(tasks, self)
        self._share, self._ended = 0.0, threading.Event()
        self._press.progressed.connect(self._take_share)
        session.closing.connect(self._give_up)

    def write(self, wish: PrintWish, done: Callable[[Path], None]) -> None:
        """Write the PDF; ``done`` when it is there and noted."""
        register, scene = self._session.register, self._view.canvas.scene
        if register is None:
            return

        def work(feedback: Feedback) -> tuple[GridPrint, Scene | None]:
            found = gather_print(
                register,
                self._texts,
                feedback.part(0.0, 0.6),
                grids=wish.grids,
                day=wish.day,
                photos=wish.kind == CARD,
            )
            if wish.kind != BOOK or scene is None or not is_computed(scene.style):
                return found, scene
            # Pages mark grids themselves: mains are drawn in full, not quietly.
            return found, build_scene(
                register, USUAL, feedback.part(0.6, 1.0), before=scene, filters=scene.filters
            )

        def go(made: tuple[GridPrint, Scene | None]) -> None:
            found, drawn = made
            if wish.kind != ROSTER and not found.notices:
                self._fail(UserError(Message("roster.nothing"), Message("roster.nothing.hint")))
                return
            self._print(register, drawn, found, wish, done)

        self._tasks.run(
            Message("roster.reading"), work, go, failed=self._fail, cancelled=self.deleteLater, owner=self
        )

    # ---- printing

    def _print(
        self,
        register: Register,
        scene: Scene | None,
        found: GridPrint,
        wish: PrintWish,
        done: Callable[[Path], None],
    ) -> None:
        words = CardWords(
            self._texts, sheet_font(to_pdf=True), found.publisher, found.overview.day, register.is_sample
        )
        title = self._texts.get(f"roster.print.{wish.kind}")
        if wish.kind == ROSTER:
            pages = RosterPages(found.roster, self._texts, words.font)
            size = pages.size
            steps = pages.steps
        else:
            if scene is None or scene.box is None:
                self._fail(UserError(Message("printing.nothing"), Message("printing.nothing.hint")))
                return
            job = _MapsOfGrids(register, scene, found, words, wish, self._view.canvas.hidden)
            size = job.layout.page.width(), job.layout.page.height()
            steps = job.cards if wish.kind == CARD else job.book
        output = PdfOutput(wish.path, *size, title, words.publisher.company)

        def end() -> None:
            self._note(register, found, wish, lambda: done(wish.path))

        self._press.done.connect(end)
        self._press.failed.connect(self._fail)
        self._mirror(Message("roster.printing", {"file": wish.path.name}))
        self._press.start(steps(output), cast(Scene, scene))

    def _mirror(self, label: Message) -> None:
        """Show the printing among the tasks: how far it is, and a way to stop it."""
        self._ended.clear()

        def wait(feedback: Feedback) -> None:
            while not self._ended.wait(_WAIT):
                feedback.progress(self._share)

        self._tasks.run(label, wait, cancelled=self._give_up, owner=self)

    def _note(self, register: Register, found: GridPrint, wish: PrintWish, done: Callable[[], None]) -> None:
        """First what left the register is noted, then it is said."""
        self._ended.set()
        count = len(found.overview.rows) if wish.kind == ROSTER else len(found.notices)

        def note(_: Feedback) -> None:
            note_given(
                register, wish.path, ("grid", "person"), count, personal=wish.in_clear and not register.veiled
            )

        def end(_: object = None) -> None:
            self.deleteLater()
            done()

        self._tasks.run(Message("roster.noting"), note, end, lane="writer", owner=self, shown=False)

    def _take_share(self, share: float) -> None:
        self._share = share

    def _fail(self, error: UserError) -> None:
        self._ended.set()
        self.deleteLater()
        self._tasks.failed.emit(error)

    def _give_up(self) -> None:
        self._ended.set()
        self._press.cancel()
        self.deleteLater()


class _MapsOfGrids:
    """The pages with maps: one of each grid, for a card or for the book."""

    def __init__(
        self,
        register: Register,
        scene: Scene,
        found: GridPrint,
        words: CardWords,
        wish: PrintWish,
        hidden: frozenset[str],
    ) -> None:
        self._register, self._scene, self._found, self._words = register, scene, found, words
        self._is_card = wish.kind == CARD
        self._colours = theme_colours(_BRIGHT if self._is_card else PRINT)
        self._hidden = public_hidden(scene.style) if self._is_card else hidden | own_hidden(scene.style)
        self._symbols: dict[int, VectorSymbols] = {}
        self.layout = card_layout(wish.scale) if self._is_card else book_layout(index=False)

    def cards(self, output: PdfOutput) -> Steps:
        """A card for every grid."""
        yield from self._whole(output, self._cards(output))

    def book(self, output: PdfOutput) -> Steps:
        """The page of all grids, the list that has no room on it, a page for every grid."""
        yield from self._whole(output, self._book(output))

    def _whole(self, output: PdfOutput, pages: Steps) -> Steps:
        try:
            yield from pages
            output.finish()
        except BaseException:
            output.drop()
            raise

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
        page, dress = self._page(index, shapes), self._dress(self._words.texts.get("roster.print.book"))
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
    return notice.title, texts.get("roster.vacant") if primary is None else primary.name
