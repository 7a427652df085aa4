"""Work that runs beside the window: one lane for writing to a register, a few threads for reading.

The only place of the program's Qt side that starts threads. Results come back on the window's thread.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Literal

import shiboken6
from PySide6.QtCore import QObject, Qt, QTimer, Signal

from layers.errors import Cancelled, UserError
from layers.feedback import Feedback
from layers.text import Message

Lane = Literal["reader", "writer"]
Work = Callable[[Feedback], Any]
READERS = 3


class Task(QObject):
    """One piece of work: what it is called, how far it is, and the wish to stop it."""

    progressed = Signal()

    def __init__(self, label: Message, shown: bool, parent: QObject) -> None:
        super().__init__(parent)
        self.label = label
        self.shown = shown
        self.fraction: float | None = None
        self.what: Message | None = None
        self.started_at = time.monotonic()
        self.feedback = Feedback()
        self.is_stale = False

    def cancel(self) -> None:
        """Stop at the next check, without waiting; nothing of it is delivered."""
        self.is_stale = True
        self.feedback.cancel()

    @property
    def seconds_left(self) -> float | None:
        """A guess from the progress so far, when there is enough of it to guess."""
        spent = time.monotonic() - self.started_at
        if self.fraction is None or self.fraction < 0.02 or spent < 1.0:
            return None
        return spent * (1 - self.fraction) / self.fraction


class Tasks(QObject):
    """Runs tasks and delivers what they give. What a newer task of the same ``key`` replaces is dropped."""

    started = Signal(object)
    ended = Signal(object)
    failed = Signal(object)
    """A UserError that the task's owner did not take."""

    _reported = Signal(object, object, object)
    _finished = Signal(object, object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lanes = {
            "writer": ThreadPoolExecutor(1, thread_name_prefix="writer"),
            "reader": ThreadPoolExecutor(READERS, thread_name_prefix="reader"),
        }
        self._running: dict[Task, tuple[str | None, Callable[[Task, Any, Any], None]]] = {}
        self._is_closed = False
        self._reported.connect(self._on_reported, Qt.ConnectionType.QueuedConnection)
        self._finished.connect(self._on_finished, Qt.ConnectionType.QueuedConnection)

    @property
    def running(self) -> list[Task]:
        """Everything that is waiting or running, in order."""
        return list(self._running)

    def run(
        self,
        label: Message,
        work: Work,
        done: Callable[[Any], None] | None = None,
        *,
        failed: Callable[[UserError], None] | None = None,
        cancelled: Callable[[], None] | None = None,
        owner: QObject | None = None,
        lane: Lane = "reader",
        key: str | None = None,
        shown: bool = True,
    ) -> Task:
        """Run ``work(feedback)`` on a lane; then ``done(result)``, ``failed`` or ``cancelled`` here.

        Nothing is delivered when ``owner`` is gone by then or a newer task of the same ``key`` was started.
        A bug in ``work`` is raised again on the window's thread. ``shown`` puts it into the status bar.
        """
        if self._is_closed:
            raise RuntimeError("the window is closing")
        if key is not None:
            for other, (other_key, _) in list(self._running.items()):
                if other_key == key:
                    other.cancel()
        task = Task(label, shown, self)
        task.feedback = Feedback(lambda fraction, what: self._reported.emit(task, fraction, what))

        def deliver(task: Task, result: Any, error: BaseException | None) -> None:
            if isinstance(error, Cancelled) or task.is_stale:
                if cancelled is not None and _is_there(owner):
                    cancelled()
            elif not _is_there(owner):
                return
            elif isinstance(error, UserError):
                self.failed.emit(error) if failed is None else failed(error)
            elif error is not None:
                raise error
            elif done is not None:
                done(result)

        self._running[task] = (key, deliver)
        self._lanes[lane].submit(self._work, task, work)
        self.started.emit(task)
        return task

    def _work(self, task: Task, work: Work) -> None:
        result, error = None, None
        try:
            task.feedback.check()
            task.started_at = time.monotonic()
            result = work(task.feedback)
        except BaseException as caught:  # noqa: BLE001 - carried over to the window's thread and raised there
            error = caught
        self._finished.emit(task, result, error)

    def _on_reported(self, task: Task, fraction: float | None, what: Message | None) -> None:
        if task in self._running:
            task.fraction, task.what = fraction, what or task.what
            task.progressed.emit()

    def _on_finished(self, task: Task, result: Any, error: BaseException | None) -> None:
        _, deliver = self._running.pop(task)
        self.ended.emit(task)
        task.deleteLater()
        deliver(task, result, error)

    def cancel_all(self) -> None:
        """Ask every task to stop."""
        for task in self._running:
            task.cancel()

    def close(self) -> None:
        """Stop everything, wait for the threads to end, deliver nothing more."""
        self._is_closed = True
        self._reported.disconnect()
        self._finished.disconnect()
        self.cancel_all()
        for lane in ("reader", "writer"):
            self._lanes[lane].shutdown(wait=True, cancel_futures=True)
        self._running.clear()


def _is_there(owner: QObject | None) -> bool:
    return owner is None or shiboken6.isValid(owner)


class Debounce(QObject):
    """Calls ``function`` once things have been quiet for ``milliseconds``."""

    def __init__(self, milliseconds: int, function: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self._timer = QTimer(self, singleShot=True, interval=milliseconds)
        self._timer.timeout.connect(function)

    def touch(self) -> None:
        """Something happened: wait anew."""
        self._timer.start()

    def stop(self) -> None:
        """Forget what was waiting."""
        self._timer.stop()
