"""Cards, maps and the roster of grids as PDF: what is read, and the pages made of it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

from gisapp.map.sheet.fonts import sheet_font
from gisapp.map.sheet.job import Steps
from gisapp.map.sheet.output import PdfOutput
from gisapp.panels.map_view import MapView
from gisapp.panels.paper.pages_paper import PagesWish, Print
from gisapp.panels.roster.grid_maps import MapsOfGrids
from gisapp.panels.roster.notice_card import CardWords
from gisapp.panels.roster.roster_pages import RosterPages
from layers.errors import UserError
from layers.feedback import Feedback
from layers.register import Register
from layers.reports.grids.gathering import GridPrint, gather_print
from layers.reports.grids.noting import note_people
from layers.scene.planning import build_scene
from layers.scene.scene import Scene
from layers.scene.styles import USUAL, is_computed
from layers.text import Message, Texts

CARD, BOOK, ROSTER = "card", "book", "roster"
Read = tuple[GridPrint, Scene | None]


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


@dataclass(frozen=True)
class MapPages:
    """Cards, or the pages of the book, each with its map."""

    maps: MapsOfGrids
    is_book: bool

    @property
    def size(self) -> tuple[float, float]:
        """Px of a page."""
        page = self.maps.layout.page
        return page.width(), page.height()

    def steps(self, output: PdfOutput) -> Steps:
        """Paint all of them."""
        return self.maps.book(output) if self.is_book else self.maps.cards(output)


def grid_pages(register: Register, view: MapView, texts: Texts, wish: PrintWish) -> PagesWish[Read]:
    """The document wished for, of the register on the map ``view``."""
    shown, hidden = view.canvas.scene, view.canvas.hidden

    def read(feedback: Feedback) -> Read:
        found = gather_print(
            register, texts, feedback.part(0.0, 0.6), grids=wish.grids, day=wish.day, photos=wish.kind == CARD
        )
        if wish.kind != BOOK or shown is None or not is_computed(shown.style):
            return found, shown
        # Pages mark grids themselves: mains are drawn in full, not quietly.
        part = feedback.part(0.6, 1.0)
        return found, build_scene(register, USUAL, part, before=shown, filters=shown.filters)

    def make(made: Read) -> Print:
        (found, scene), author = made, made[0].publisher.company
        words = CardWords(
            texts, sheet_font(to_pdf=True), found.publisher, found.overview.day, register.is_sample
        )
        if wish.kind == ROSTER:
            return Print(RosterPages(found.roster, texts, words.font), None, author)
        if not found.notices:
            raise UserError(Message("stewards.nothing"), Message("stewards.nothing.hint"))
        if scene is None or scene.box is None:
            raise UserError(Message("printing.nothing"), Message("printing.nothing.hint"))
        card = wish.scale if wish.kind == CARD else None
        maps = MapsOfGrids(register, scene, found, words, hidden, card=card)
        return Print(MapPages(maps, wish.kind == BOOK), scene, author)

    def note(made: Read) -> None:
        found = made[0]
        count = len(found.overview.rows) if wish.kind == ROSTER else len(found.notices)
        note_people(register, wish.path, count, personal=wish.in_clear)

    label = Message("stewards.printing", {"file": wish.path.name})
    return PagesWish(wish.path, texts.get(f"stewards.print.{wish.kind}"), label, read, make, note)
