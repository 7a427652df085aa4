"""A document as PDF: read in a task, painted beside the window's own work, noted, with progress."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar, cast

from PySide6.QtCore import QObject

from gisapp.map.sheet.job import Steps
from gisapp.map.sheet.output import PdfOutput
from gisapp.map.sheet.press import Press
from gisapp.session import Session
from gisapp.tasks import Tasks
from layers.errors import UserError
from layers.feedback import Feedback
from layers.scene.scene import Scene
from layers.text import Message

_WAIT = 0.1
T = TypeVar("T")


class Pages(Protocol):
    """What finds its pages and paints them."""

    @property
    def size(self) -> tuple[float, float]:
        """Px of a page."""
        ...

    def steps(self, output: PdfOutput) -> Steps:
        """Paint all of them."""
        ...


@dataclass(frozen=True)
class Print:
    """Pages, the scene that maps on them are cut from (None: no maps), and whose document it is."""

    pages: Pages
    scene: Scene | None = None
    author: str = ""


@dataclass(frozen=True)
class PagesWish(Generic[T]):
    """``read`` in a task gives what ``make`` makes pages of; ``note`` in a task writes down that it left.

    ``make`` raises ``UserError`` where there is nothing to print.
    """

    path: Path
    title: str
    label: Message
    """What is said to be going on."""
    read: Callable[[Feedback], T]
    make: Callable[[T], Print]
    note: Callable[[T], None]


class PagesPaper(QObject, Generic[T]):
    """Prints one document; deletes itself when it is done."""

    def __init__(self, session: Session, tasks: Tasks, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._press = Press(tasks, self)
        self._share, self._ended = 0.0, threading.Event()
        self._press.progressed.connect(self._take_share)
        session.closing.connect(self._give_up)

    def write(self, wish: PagesWish[T], done: Callable[[object], None]) -> None:
        """Write the PDF; ``done`` when it is there and noted."""

        def painted(found: T) -> None:
            # First what left the register is noted, then it is said.
            self._ended.set()
            self._tasks.run(
                wish.label,
                lambda _: wish.note(found),
                noted,
                lane="writer",
                owner=self,
                shown=False,
                certain=True,
            )

        def noted(_: object = None) -> None:
            self.deleteLater()
            done(wish.path)

        def paint(found: T) -> None:
            try:
                made = wish.make(found)
            except UserError as error:
                self._fail(error)
                return
            output = PdfOutput(wish.path, *made.pages.size, wish.title, made.author)
            self._press.done.connect(lambda: painted(found))
            self._press.failed.connect(self._fail)
            self._mirror(wish.label)
            # Pages without a map cut nothing from a scene.
            self._press.start(made.pages.steps(output), cast(Scene, made.scene))

        self._tasks.run(
            wish.label, wish.read, paint, failed=self._fail, cancelled=self.deleteLater, owner=self
        )

    def _mirror(self, label: Message) -> None:
        """Show the printing among the tasks: how far it is, and a way to stop it."""

        def wait(feedback: Feedback) -> None:
            while not self._ended.wait(_WAIT):
                feedback.progress(self._share)

        self._tasks.run(label, wait, cancelled=self._give_up, owner=self)

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
