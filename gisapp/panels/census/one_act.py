"""One act at a time: what was pressed twice is done once."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from gisapp.session import Session
from layers.errors import UserError

Done = Callable[[], None]
Failed = Callable[[UserError], None]


class OneAct(QObject):
    """``is_busy`` from the beginning of an act until it is told how it ended, well or not, or the register is gone."""

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self.is_busy = False
        session.closed.connect(self._end)

    def begin(self, act: Callable[[Done, Failed], None], done: Done, failed: Failed) -> None:
        """Begin ``act``, which calls one of the two it is given at its end; nothing while another is under way."""
        if self.is_busy:
            return
        self.is_busy = True

        def ended() -> None:
            self._end()
            done()

        def refused(error: UserError) -> None:
            self._end()
            failed(error)

        act(ended, refused)

    def _end(self) -> None:
        self.is_busy = False
