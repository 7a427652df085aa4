"""Doing something once, some seconds after the last call: how a file becomes complete after the last edit."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class IdleTimer:
    """Calls ``action`` when ``touch`` was not called for ``seconds``. No thread lives while nothing is due.

    ``action`` returns whether it is done; False has it called again after the same time.
    """

    def __init__(self, action: Callable[[], bool], seconds: float = 2.0) -> None:
        self._action = action
        self._seconds = seconds
        self._changed = threading.Condition()
        self._due: float | None = None
        self._thread: threading.Thread | None = None

    def touch(self) -> None:
        """Something happened: wait anew."""
        with self._changed:
            self._due = time.monotonic() + self._seconds
            if self._thread is None:
                self._thread = threading.Thread(target=self._wait, name="register-idle", daemon=True)
                self._thread.start()

    def close(self) -> None:
        """Forget what is due and wait until no thread is left."""
        with self._changed:
            self._due = None
            self._changed.notify()
            thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    def _wait(self) -> None:
        while True:
            with self._changed:
                while self._due is not None and (left := self._due - time.monotonic()) > 0:
                    self._changed.wait(left)
                if self._due is None:
                    self._thread = None
                    return
                self._due = None
            if not self._action():
                with self._changed:
                    self._due = self._due or time.monotonic() + self._seconds
