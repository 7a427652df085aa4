"""The worker's side of the pipe: takes calls one after another until the program closes or dies."""

from __future__ import annotations

import os
import signal
import threading
import traceback
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from layers.errors import Cancelled
from layers.feedback import Feedback
from layers.store.lean import load_lean
from layers.store.private_folder import claim, release, remove_folder
from layers.store.worker_transfer import Parcel, pack, unpack
from layers.text import Message


def serve(
    calls: Connection, control: Connection, folders: Sequence[Path], preload: Sequence[str] = ()
) -> None:
    """Load the modules ``preload``, then run every call that comes through ``calls``; ``control`` brings the wish
    to cancel.

    The program's death closes ``control``: then this process ends too, even from inside a stuck library.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal reaches us too; the program decides
    marks = [claim(folder) for folder in folders]
    running = _Running()
    threading.Thread(target=_listen, args=(control, running, folders), daemon=True).start()
    load_lean("pyogrio", *preload)
    while True:
        try:
            number, parcel = calls.recv()
        except (EOFError, OSError):
            break
        feedback = running.begin(number, calls)
        answer = _answer(parcel, feedback, folders)
        running.end()
        calls.send(answer)
    for mark in marks:
        release(mark)


class _Running:
    """Which call runs now, so that a late wish to cancel does not hit the next one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._number = -1
        self._feedback: Feedback | None = None

    def begin(self, number: int, calls: Connection) -> Feedback:
        def report(fraction: float | None, what: Message | None) -> None:
            calls.send(("progress", (fraction, what)))

        with self._lock:
            self._number, self._feedback = number, Feedback(report)
            return self._feedback

    def end(self) -> None:
        with self._lock:
            self._feedback = None

    def cancel(self, number: int) -> None:
        with self._lock:
            if self._feedback is not None and number == self._number:
                self._feedback.cancel()


def _listen(control: Connection, running: _Running, folders: Sequence[Path]) -> None:
    while True:
        try:
            running.cancel(control.recv())
        except (EOFError, OSError):
            for folder in folders:
                remove_folder(folder)
            os._exit(0)


def _answer(parcel: Parcel, feedback: Feedback, folders: Sequence[Path]) -> tuple[str, Any]:
    """What to send back: the result, or the error that the call ended with."""
    try:
        function, arguments = unpack(parcel)
        return "done", pack(function(feedback, *arguments), folders)
    except Cancelled:
        return "cancelled", None
    except BaseException as error:  # noqa: BLE001 - whatever it is belongs to the caller
        return "error", _packed_error(error, folders)


def _packed_error(error: BaseException, folders: Sequence[Path]) -> Parcel:
    text = traceback.format_exc()
    error.__traceback__ = error.__cause__ = error.__context__ = None
    error.add_note(f"In the worker process:\n{text}")
    try:
        parcel = pack(error, folders)
        unpack(parcel)
    except Exception:  # noqa: BLE001 - an exception that cannot be pickled is told by its text
        return pack(RuntimeError(text), folders)
    return parcel
