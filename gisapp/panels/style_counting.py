"""Classes of the map that are counted (late lots, by their records) follow what is counted, often as it changes."""

from __future__ import annotations

import datetime

from PySide6.QtCore import QObject, Signal

from gisapp.tasks import Debounce, Tasks
from layers.errors import UserError
from layers.model.change import ChangeSet
from layers.register import Register
from layers.scene.style import MapStyle
from layers.scene.styles import is_counted_anew, style_or_usual
from layers.text import Message

#: Milliseconds of quiet after which it is counted.
QUIET = 800


class StyleCounting(QObject):
    """Told of every change under a style; counts once it is quiet, beside the window."""

    differs = Signal()
    """Something is in another class than it is drawn in."""

    def __init__(self, tasks: Tasks, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._shown: tuple[Register, MapStyle, datetime.date | None] | None = None
        self._soon = Debounce(QUIET, self._count, self)

    def hear(
        self, change: ChangeSet, register: Register | None, style: MapStyle, day: datetime.date | None
    ) -> None:
        """``style`` is drawn as of ``day`` (None: today)."""
        if register is not None and is_counted_anew(style, change):
            self._shown = register, style, day
            self._soon.touch()

    def stop(self) -> None:
        """Another map is drawn, or none."""
        self._shown = None
        self._soon.stop()

    def _count(self) -> None:
        shown = self._shown
        if shown is None:
            return
        register, style, day = shown

        def take(found: tuple[MapStyle, UserError | None]) -> None:
            if self._shown is shown and found[0].layers != style.layers:
                self.differs.emit()

        self._tasks.run(
            Message("task.map"),
            lambda feedback: style_or_usual(register, style.name, feedback, day),
            take,
            owner=self,
            key="style-counting",
            shown=False,
        )
