"""What is done for the open register without being asked: others' changes, the check, the day's copy, the one file."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from gisapp.tasks import Debounce, Tasks
from layers.register import Register
from layers.text import Message

POLL_SECONDS = 2.0
IDLE_SECONDS = 2.0
#: A file never seen is checked, and the day's copy made, once the map has been read.
CHECK_SECONDS = 5.0
COPY_SECONDS = 30.0


class Upkeep(QObject):
    """Looks after one register from ``begin`` to ``end``, beside whatever the user does."""

    def __init__(self, tasks: Tasks, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._register: Register | None = None
        self.poll = QTimer(self, interval=int(POLL_SECONDS * 1000))
        self.poll.timeout.connect(self.ask_others)
        self._idle = Debounce(int(IDLE_SECONDS * 1000), self._settle, self)
        self._check = Debounce(int(CHECK_SECONDS * 1000), self._check_file, self)
        self._copy = Debounce(int(COPY_SECONDS * 1000), self._keep_copy, self)

    def begin(self, register: Register) -> None:
        """Look after this register from now on."""
        self._register = register
        self.poll.start()
        self._check.touch()
        self._copy.touch()

    def end(self) -> None:
        """It is let go of."""
        self._register = None
        self.poll.stop()
        for each in (self._idle, self._check, self._copy):
            each.stop()

    def note_change(self) -> None:
        """Something was written: after a while of quiet it is brought into the one file."""
        self._idle.touch()

    def ask_others(self) -> None:
        """Learn what other programs wrote."""
        register = self._register
        if register is not None:
            self._tasks.run(
                Message("task.poll"), lambda _: register.poll(), key="poll", shown=False, owner=self
            )

    def _check_file(self) -> None:
        """Check the file whole, if it was opened without; whoever writes before has it checked first."""
        register = self._register
        if register is not None:
            self._tasks.run(
                Message("task.settle"), lambda _: register.check(), key="check", shown=False, owner=self
            )

    def _keep_copy(self) -> None:
        """Keep the copy of the day, if there is none yet."""
        register = self._register
        if register is not None and not register.read_only:
            self._tasks.run(
                Message("task.daily_copy"), register.daily_copy, key="copy", shown=False, owner=self
            )

    def _settle(self) -> None:
        """Bring everything into the one file, so that a copy of it made now is complete."""
        register = self._register
        if register is not None:
            self._tasks.run(Message("task.settle"), lambda _: register.idle(), lane="writer", shown=False)
