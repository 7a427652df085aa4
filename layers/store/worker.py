"""Worker: the lasting second process in which GDAL reads and writes, and where long work stops no window.

Two SQLite libraries in one process lose commits on a live file (POSIX locks belong to the process, not to the
library), so whatever touches a register through GDAL must run here.
"""

from __future__ import annotations

import itertools
import multiprocessing
import signal
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from layers.errors import Cancelled, UserError
from layers.feedback import Feedback
from layers.store.private_folder import remove_folder
from layers.store.worker_child import serve
from layers.store.worker_transfer import make_folders, pack, unpack
from layers.text import Message

R = TypeVar("R")

_TICK = 0.05
#: A fresh interpreter: a fork would take locks of the window's threads with it. The tests fork from a bare process.
START_METHOD = "spawn"


class Worker:
    """Runs module-level functions in child processes that last. Safe to share between threads.

    A call that comes while another one runs gets a second child (up to ``children``), else it waits.
    ``grace`` is how many seconds a cancelled call may take to notice before its process is ended;
    ``preload`` names modules that each process loads before its first call.
    """

    def __init__(self, children: int = 2, grace: float = 3.0, preload: tuple[str, ...] = ()) -> None:
        self._free = threading.Condition()
        self._idle = [_Child(grace, preload) for _ in range(children)]
        self._all = tuple(self._idle)
        self._closed = False

    def run(self, function: Callable[..., R], *args: Any, feedback: Feedback | None = None) -> R:
        """``function(feedback, *args)``, run in the worker.

        Arguments and result must be picklable; Arrow and numpy data in them travel by shared memory and
        arrive read-only. Raises what the function raised, ``Cancelled``, ``UserError`` if the process died.
        """
        feedback = feedback or Feedback()
        child = self._take(feedback)
        try:
            return child.call(function, args, feedback)  # type: ignore[no-any-return]
        finally:
            with self._free:
                if self._closed:
                    child.stop()
                else:
                    self._idle.append(child)
                    self._free.notify()

    def warm_up(self) -> None:
        """Start the first process now, without waiting for it, so that the first call does not."""
        with self._free:
            if not self._closed:
                for child in self._idle[-1:]:
                    child.start()

    def close(self) -> None:
        """End the idle processes now and busy ones after their call. Calling it again does nothing."""
        with self._free:
            self._closed = True
            for child in self._idle:
                child.stop()
            self._idle.clear()
            self._free.notify_all()

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    @property
    def process_ids(self) -> tuple[int, ...]:
        """The ids of the processes that live now."""
        return tuple(pid for child in self._all if (pid := child.pid) is not None)

    def _take(self, feedback: Feedback) -> _Child:
        with self._free:
            while not self._idle:
                if self._closed:
                    break
                feedback.check()
                self._free.wait(_TICK)
            if self._closed:
                raise RuntimeError("the worker is closed")
            feedback.check()
            # The one that runs already, if any: the last one given back.
            self._idle.sort(key=lambda child: child.pid is not None)
            return self._idle.pop()


class _Child:
    """One child process; used by one thread at a time."""

    _starting = threading.Lock()

    def __init__(self, grace: float, preload: tuple[str, ...]) -> None:
        self._grace = grace
        self._preload = preload
        self._numbers = itertools.count(1)
        self._process: BaseProcess | None = None
        self._calls: Connection
        self._control: Connection
        self._folders: tuple[Path, ...] = ()
        self._finalizer: weakref.finalize[..., _Child] | None = None

    @property
    def pid(self) -> int | None:
        return None if self._process is None else self._process.pid

    def start(self) -> None:
        """Start the process unless it runs already."""
        if self._process is not None:
            if self._process.is_alive():
                return
            self.stop()
        context: SpawnContext = multiprocessing.get_context(START_METHOD)  # type: ignore[assignment]
        self._calls, calls_there = context.Pipe()
        control_there, self._control = context.Pipe(duplex=False)
        self._folders = make_folders()
        arguments = (calls_there, control_there, self._folders, self._preload)
        self._process = context.Process(target=serve, args=arguments, name="gisapp-worker", daemon=True)
        self._finalizer = weakref.finalize(
            self, _end, self._process, (self._calls, self._control), self._folders
        )
        with self._without_main():
            self._process.start()
        calls_there.close()
        control_there.close()

    @classmethod
    @contextmanager
    def _without_main(cls) -> Iterator[None]:
        """A fresh interpreter would load the main module anew: the door with its parser of words, which no call
        needs."""
        with cls._starting:
            main = sys.modules["__main__"]
            sys.modules["__main__"] = ModuleType("__main__")
            try:
                yield
            finally:
                sys.modules["__main__"] = main

    def stop(self) -> None:
        """End the process, wherever it is, and remove what it left."""
        if self._finalizer is not None:
            self._finalizer()
        self._process = self._finalizer = None

    def call(self, function: Callable[..., Any], arguments: tuple[Any, ...], feedback: Feedback) -> Any:
        self.start()
        number = next(self._numbers)
        try:
            try:
                self._calls.send((number, pack((function, arguments), self._folders)))
                kind, content = self._wait(number, feedback)
            except (EOFError, ConnectionError):
                raise self._death() from None
        except (UserError, Cancelled):
            raise
        except BaseException:
            self.stop()  # Ctrl-C, or a bug in the caller's report: the child is still at work
            raise
        if kind == "cancelled":
            raise Cancelled
        value = unpack(content)
        if kind == "error":
            raise value
        return value

    def _wait(self, number: int, feedback: Feedback) -> tuple[str, Any]:
        deadline: float | None = None
        while True:
            if self._calls.poll(_TICK):
                kind, content = self._calls.recv()
                if kind != "progress":
                    return kind, content
                if deadline is None:
                    self._relay(feedback, *content)
            if feedback.is_cancelled and deadline is None:
                self._control.send(number)
                deadline = time.monotonic() + self._grace
            elif deadline is not None and time.monotonic() > deadline:
                self.stop()
                raise Cancelled

    @staticmethod
    def _relay(feedback: Feedback, fraction: float | None, what: Message | None) -> None:
        try:
            feedback.progress(fraction, what)
        except Cancelled:
            return  # seen by the waiting loop, which tells the child and gives it time to tidy up

    def _death(self) -> UserError:
        """The error to raise when the process is gone: ended by the system, or crashed inside a library."""
        assert self._process is not None
        self._process.join(self._grace)
        code = self._process.exitcode
        self.stop()
        if code == -getattr(signal, "SIGKILL", 9):
            return UserError(Message("worker.killed"), Message("worker.killed_hint"))
        return UserError(
            Message("worker.crashed"),
            Message("worker.crashed_hint"),
            Message("worker.exit_code", {"code": code}),
        )


def _end(process: BaseProcess, connections: Sequence[Connection], folders: Sequence[Path]) -> None:
    for connection in connections:
        connection.close()
    if process.pid is not None:
        # An idle child ends by itself when its pipes close; one that is stuck does not.
        process.join(0.2)
        if process.exitcode is None:
            process.kill()
            process.join()
    process.close()
    for folder in folders:
        remove_folder(folder)
