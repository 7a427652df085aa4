"""Bugs: caught on any thread, written to a report, told in a friendly way; the program goes on."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, Qt, Signal

from layers.crash import write_crash_report
from layers.scene.kept_arrays import KeptLost


@dataclass(frozen=True)
class Crash:
    """A bug as it is told: the report's file (None where it could not be written) and what stands in it."""

    path: Path | None
    text: str


class CrashReporter(QObject):
    """Takes over the hooks for uncaught exceptions until ``release``; tells on its own thread."""

    crashed = Signal(object)
    kept_lost = Signal()
    """No bug: what was looked at of the map cannot be read any more as it was kept."""
    _caught = Signal(object)

    def __init__(
        self, folder: Path, facts: Callable[[], Mapping[str, str]], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._folder, self._facts = folder, facts
        self._is_reporting = False
        self._hooks = (sys.excepthook, threading.excepthook)
        self._caught.connect(self._report, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        """From now on every bug ends here."""
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception

    def release(self) -> None:
        """Give the hooks back."""
        sys.excepthook, threading.excepthook = self._hooks

    def _on_exception(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if isinstance(error, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        self._caught.emit(error.with_traceback(trace))

    def _on_thread_exception(self, arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None:
            self._caught.emit(arguments.exc_value)

    def _report(self, error: BaseException) -> None:
        if isinstance(error, KeptLost):
            self.kept_lost.emit()
            return
        if self._is_reporting:
            # A bug in telling of a bug: say it where developers look, and leave the user alone.
            sys.__excepthook__(type(error), error, error.__traceback__)
            return
        self._is_reporting = True
        try:
            self.crashed.emit(self._write(error))
        finally:
            self._is_reporting = False

    def _write(self, error: BaseException) -> Crash:
        try:
            path = write_crash_report(error, self._folder, self._facts())
        except OSError as problem:
            return Crash(None, f"{type(error).__name__}: {error}\n{problem}")
        return Crash(path, path.read_text(encoding="utf-8"))
