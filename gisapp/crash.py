"""Bugs: caught on any thread, written to a report, told in a friendly way; the program goes on."""

from __future__ import annotations

import sys
import threading
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal

from layers.crash import write_crash_report
from layers.errors import Cancelled

Place = tuple[str, str, int]
"""A bug by its kind and the file and line that raised it."""


@dataclass(frozen=True)
class Crash:
    """A bug as it is told: the report's file (None where it could not be written), what stands in it, and where."""

    path: Path | None
    text: str
    place: Place


class CrashReporter(QObject):
    """Takes over the hooks for uncaught exceptions until ``release``; tells on its own thread.

    A bug that was told is not told again until it was ``put_away``: one in painting comes with every picture, and
    one in telling of bugs with every bug.
    """

    crashed = Signal(object)
    _caught = Signal(object)

    def __init__(
        self, folder: Path, facts: Callable[[], Mapping[str, str]], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._folder, self._facts = folder, facts
        self._told: set[Place] = set()
        self._hooks = (sys.excepthook, threading.excepthook, sys.unraisablehook)
        self._caught.connect(self._report, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        """From now on every bug ends here."""
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception
        sys.unraisablehook = self._on_unraisable

    def release(self) -> None:
        """Give the hooks back, and tell what was caught until now."""
        sys.excepthook, threading.excepthook, sys.unraisablehook = self._hooks
        QCoreApplication.sendPostedEvents(self)

    def put_away(self, crash: Crash) -> None:
        """Who was told of it has seen it."""
        self._told.discard(crash.place)

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

    def _on_unraisable(self, arguments: sys.UnraisableHookArgs) -> None:
        # Of what could not raise it only the error is kept: the object itself is on its way out.
        if arguments.exc_value is not None:
            self._caught.emit(arguments.exc_value)

    def _report(self, error: BaseException) -> None:
        place = _place_of(error)
        # Who asked for something that is not to be had any more was told otherwise.
        if isinstance(error, Cancelled) or place in self._told:
            return
        self._told.add(place)
        self.crashed.emit(self._write(error, place))

    def _write(self, error: BaseException, place: Place) -> Crash:
        try:
            path = write_crash_report(error, self._folder, self._facts())
        except OSError as problem:
            return Crash(None, f"{type(error).__name__}: {error}\n{problem}", place)
        return Crash(path, path.read_text(encoding="utf-8"), place)


def _place_of(error: BaseException) -> Place:
    last = [
        ("", 0),
        *((each.filename, each.lineno or 0) for each in traceback.extract_tb(error.__traceback__)),
    ][-1]
    return type(error).__name__, *last
