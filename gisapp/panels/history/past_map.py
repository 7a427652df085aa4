"""The map on a past day: its scene is built beside the window and shown in the place of today's."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from gisapp.session import Session
from gisapp.tasks import Debounce, Tasks
from layers.feedback import Feedback
from layers.model import edtf
from layers.model.change import ChangeSet
from layers.model.fields import format_instant
from layers.past.book import Basis, Past, doubt_of, first_day
from layers.past.ground import Doubt
from layers.register import Register
from layers.scene.past_scene import build_past
from layers.scene.scene import Scene
from layers.scene.style import Drawing
from layers.scene.styles import as_of
from layers.text import Message

#: The map follows so long after the slider rests (ms).
PAUSE = 160
#: With more assets than this the mains of a day are shown before its points.
LARGE = 200_000
FIRST_DRAWINGS: tuple[Drawing, ...] = ("area", "line", "main")


@dataclass(frozen=True)
class Span:
    """The first day that can be shown by dates, and the first by the trail."""

    ground: datetime.date
    book: datetime.date

    def first(self, basis: Basis) -> datetime.date:
        """The first day by one of the two."""
        return self.ground if basis == "ground" else self.book


class PastMap(QObject):
    """Stands between the feed of today's scenes and the map. While a past day is shown nothing can be edited."""

    ready = Signal(object)
    """A Scene to show: of today or of the day that is asked for."""
    began = Signal(object)
    """A past day is shown from now on: the Span there is to choose from."""
    ended = Signal()
    told = Signal(object, object)
    """The Past that the map shows now, and the Doubt about it."""

    def __init__(self, session: Session, tasks: Tasks, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._tasks = session, tasks
        self._today: Scene | None = None
        self._later = Debounce(PAUSE, self._build, self)
        self.day = datetime.date.today()
        self.basis: Basis = "ground"
        self.is_shown = False
        self.shown: Past | None = None
        session.closed.connect(self._on_closed)
        session.changed.connect(self._on_changed)
        session.filters_changed.connect(lambda _: self._touch())

    # ---- what the window asks

    def begin(self) -> None:
        """Go from today into the past: learn how far back it reaches."""
        register = self._session.register
        if register is None or self.is_shown:
            return

        def read(feedback: Feedback) -> Span:
            return _span(register, feedback)

        def show(span: Span) -> None:
            self.is_shown = True
            self.day = datetime.date.today()
            self._session.show_past(Past(self.day.isoformat(), self.basis))
            self.began.emit(span)
            self._build()

        self._tasks.run(Message("task.past"), read, show, owner=self, key="past-span")

    def leave(self) -> None:
        """Back to today."""
        if not self.is_shown:
            return
        self._end()
        if self._today is not None:
            self.ready.emit(self._today)

    def go(self, day: datetime.date) -> None:
        """Show another day, once the slider rests."""
        if day != self.day:
            self.day = day
            self._touch()

    def use_basis(self, basis: Basis) -> None:
        """Show the same day by dates or by the trail."""
        if basis != self.basis:
            self.basis = basis
            self._touch()

    def take_today(self, scene: Scene) -> None:
        """The scene of today is another."""
        self._today = scene
        if not self.is_shown:
            self.ready.emit(scene)
        else:
            self._touch()

    # ---- inside

    def _end(self) -> None:
        self.is_shown = False
        self.shown = None
        self._later.stop()
        self._session.show_past(None)
        self.ended.emit()

    def _on_closed(self) -> None:
        if self.is_shown:
            self._end()
        self._today = None

    def _on_changed(self, change: ChangeSet) -> None:
        # Somebody else edits on; by their dates assets may have lain there then. The book of then stays as it is.
        if self.basis == "ground":
            self._touch()

    def _touch(self) -> None:
        if self.is_shown:
            self._later.touch()

    def _build(self) -> None:
        register, today = self._session.register, self._today
        if register is None or today is None or not self.is_shown:
            return
        day, basis, filters = self.day, self.basis, dict(self._session.filters)

        in_steps = sum(source.unfiltered for source in today.sources) > LARGE

        def build(feedback: Feedback) -> tuple[Past, Scene]:
            version = register.version_at(_end_of(day)) if basis == "book" else 0
            past = Past(day.isoformat(), basis, version)
            drawings = FIRST_DRAWINGS if in_steps else None
            style = as_of(register, today.style, day, feedback)
            return past, build_past(
                register, style, past, feedback, before=today, filters=filters, drawings=drawings
            )

        def show(found: tuple[Past, Scene]) -> None:
            past, scene = found
            if not self.is_shown:
                return
            self.shown = past
            self._session.show_past(past)
            self.ready.emit(scene)
            if in_steps:
                self._complete(register, past, today, scene)
            self._ask_doubt(register, past, today)

        self._tasks.run(Message("task.past"), build, show, owner=self, key="past-scene")

    def _complete(self, register: Register, past: Past, today: Scene, begun: Scene) -> None:
        """The points of a large city come after its mains."""
        filters = dict(self._session.filters)

        def build(feedback: Feedback) -> Scene:
            style = as_of(register, today.style, datetime.date.fromisoformat(past.day), feedback)
            return build_past(register, style, past, feedback, before=today, filters=filters, begun=begun)

        def show(scene: Scene) -> None:
            if self.is_shown and self.shown == past:
                self.ready.emit(scene)

        self._tasks.run(Message("task.past"), build, show, owner=self, key="past-scene")

    def _ask_doubt(self, register: Register, past: Past, scene: Scene) -> None:
        types = list(dict.fromkeys(source.layer.type for source in scene.sources if source.layer.in_legend))

        def tell(doubt: Doubt) -> None:
            if self.shown == past:
                self.told.emit(past, doubt)

        self.told.emit(past, Doubt())
        self._tasks.run(
            Message("task.past"),
            lambda feedback: doubt_of(register, types, past, feedback),
            tell,
            owner=self,
            key="past-doubt",
            shown=False,
        )


def _span(register: Register, feedback: Feedback) -> Span:
    today = datetime.date.today()
    first = first_day(register, feedback)
    oldest = register.changes_after(0, 1)
    book = datetime.datetime.fromisoformat(oldest[0].at).astimezone().date() if oldest else today
    ground = today if first is None else edtf.earliest(first) or today
    return Span(min(ground, today), min(book, today))


def _end_of(day: datetime.date) -> str:
    """The last moment of a day on the wall's clock, as it is stored."""
    last = datetime.datetime.combine(day, datetime.time(23, 59, 59, 999_000))
    return format_instant(last.astimezone())
