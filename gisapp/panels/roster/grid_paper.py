"""Cards, maps and the roster of grids as PDF: read in a task, painted beside the window's own work, with progress."""

from __future__ import annotations

import datetime
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from PySide6.QtCore import QObject

from gisapp.map.sheet_fonts import sheet_font
from gisapp.map.sheet_output import PdfOutput
from gisapp.map.sheet_press import Press
from gisapp.panels.map_view import MapView
from gisapp.panels.roster.grid_maps import MapsOfGrids
from gisapp.panels.roster.notice_card import CardWords
from gisapp.panels.roster.roster_pages import RosterPages
from gisapp.session import Session
from gisapp.tasks import Tasks
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
                self._fail(UserError(Message("stewards.nothing"), Message("stewards.nothing.hint")))
                return
            self._print(register, drawn, found, wish, done)

        self._tasks.run(
            Message("stewards.reading"), work, go, failed=self._fail, cancelled=self.deleteLater, owner=self
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
        title = self._texts.get(f"stewards.print.{wish.kind}")
        if wish.kind == ROSTER:
            pages = RosterPages(found.roster, self._texts, words.font)
            size = pages.size
            steps = pages.steps
        else:
            if scene is None or scene.box is None:
                self._fail(UserError(Message("printing.nothing"), Message("printing.nothing.hint")))
                return
            card = wish.scale if wish.kind == CARD else None
            job = MapsOfGrids(register, scene, found, words, self._view.canvas.hidden, card=card)
            size = job.layout.page.width(), job.layout.page.height()
            steps = job.cards if wish.kind == CARD else job.book
        output = PdfOutput(wish.path, *size, title, words.publisher.company)

        def end() -> None:
            self._note(register, found, wish, lambda: done(wish.path))

        self._press.done.connect(end)
        self._press.failed.connect(self._fail)
        self._mirror(Message("stewards.printing", {"file": wish.path.name}))
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
            note_people(register, wish.path, count, personal=wish.in_clear)

        def end(_: object = None) -> None:
            self.deleteLater()
            done()

        self._tasks.run(
            Message("stewards.noting"), note, end, lane="writer", owner=self, shown=False, certain=True
        )

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
