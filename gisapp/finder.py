"""Finder: keeps the search index of the open register and answers what is typed, beside the window."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from gisapp.session import Session
from gisapp.tasks import Debounce, Tasks
from layers.model.change import ChangeSet
from layers.register import Register
from layers.search.index import Hit, SearchIndex
from layers.text import Message

START_MILLISECONDS = 1000
#: An edit is painted before it can be searched for.
EDIT_MILLISECONDS = 150

Answer = Callable[[list[Hit]], None]


#: Tasks that bring the first picture.
_OF_THE_MAP = ("task.map", "task.draw")


class Finder(QObject):
    """A question asked while the index is still being made is answered once it is there."""

    ready = Signal()

    def __init__(self, session: Session, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session, self._tasks = session, tasks
        self._index: SearchIndex | None = None
        self._is_building = False
        self._is_patching = False
        self._map_was_busy = False
        self._start = Debounce(START_MILLISECONDS, self._build_after_map, self)
        self._after_edit = Debounce(EDIT_MILLISECONDS, self._patch, self)
        self._changes: list[ChangeSet] = []
        self._waiting: tuple[str, Answer, QObject] | None = None
        session.opened.connect(self._on_opened)
        session.closed.connect(self._on_closed)
        session.changed.connect(self._on_changed)

    @property
    def is_ready(self) -> bool:
        return self._index is not None

    def search(self, text: str, answer: Answer, owner: QObject) -> None:
        """Call ``answer`` with the hits for ``text``, unless a later question comes or ``owner`` goes."""
        if self._changes:
            self._patch()
        index = self._index
        if index is None:
            self._waiting = (text, answer, owner) if self._session.is_open else None
            self._build()
            if self._waiting is None:
                answer([])
            return
        self._tasks.run(
            Message("task.search"),
            lambda _: index.search(text),
            answer,
            owner=owner,
            key="search",
            shown=False,
        )

    def _on_opened(self, register: Register) -> None:
        # The map has the first turn; whoever searches before is served at once.
        self._start.touch()

    def _build_after_map(self) -> None:
        """Wait while the map is read, and once more while it is painted: side by side both take far longer."""
        is_busy = any(task.label.id in _OF_THE_MAP for task in self._tasks.running)
        if is_busy or self._map_was_busy:
            self._map_was_busy = is_busy
            self._start.touch()
        else:
            self._build()

    def _build(self) -> None:
        register = self._session.register
        self._start.stop()
        if register is None or self._is_building:
            return
        self._is_building = True

        def keep(index: SearchIndex) -> None:
            if self._session.register is register:
                self._take(index)

        self._tasks.run(
            Message("task.index"),
            lambda feedback: SearchIndex.build(register, feedback),
            keep,
            owner=self,
            shown=False,
        )

    def _on_closed(self) -> None:
        self._start.stop()
        self._after_edit.stop()
        self._index = None
        self._is_building = False
        self._waiting = None
        self._is_patching = False
        self._changes.clear()

    def _on_changed(self, change: ChangeSet) -> None:
        self._changes.append(change)
        self._after_edit.touch()

    def _patch(self) -> None:
        """Bring the changes so far into the index, one task at a time."""
        register, index = self._session.register, self._index
        if register is None or index is None or self._is_patching or not self._changes:
            return
        changes, self._changes = self._changes, []
        self._is_patching = True

        def work(_: object) -> SearchIndex:
            patched = index
            for change in changes:
                patched = patched.patched(register, change)
            return patched

        def keep(patched: SearchIndex) -> None:
            if self._session.register is register:
                self._is_patching = False
                self._take(patched)

        self._tasks.run(Message("task.index"), work, keep, owner=self, shown=False)

    def _take(self, index: SearchIndex) -> None:
        self._index = index
        self.ready.emit()
        if self._waiting is not None:
            (text, answer, owner), self._waiting = self._waiting, None
            self.search(text, answer, owner)
        self._patch()
