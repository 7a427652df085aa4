"""Work that runs beside the window: a lane for writing to a register, threads for reading, and some for basemaps.

The only place of the program's Qt side that starts threads. Results come back on the window's thread.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any, Literal, TypeVar

import shiboken6
from PySide6.QtCore import QObject, Qt, QTimer, Signal

from layers.errors import Cancelled, UserError
from layers.feedback import Feedback
from layers.text import Message

Lane = Literal["reader", "writer", "basemap"]
Work = Callable[[Feedback], Any]
READERS = 3
T = TypeVar("T")


class Task(QObject):
    """One piece of work: what it is called, how far it is, and the wish to stop it."""

    progressed = Signal()

    def __init__(self, label: Message, lane: Lane, shown: bool, certain: bool, parent: QObject) -> None:
        super().__init__(parent)
        self.label = label
        self.lane = lane
        self.shown = shown
        self.certain = certain
        self.fraction: float | None = None
        self.what: Message | None = None
        self.started_at = time.monotonic()
        self.feedback = Feedback()
        self.is_stale = False

    def cancel(self) -> None:
        """Stop at the next check, without waiting; nothing of it is delivered. Certain work goes on."""
        if not self.certain:
            self.is_stale = True
            self.feedback.cancel()

    def stop(self) -> None:
        """Its user wants it stopped. Certain work stops too, if it can at its next check; else its end is delivered."""
        self.cancel()
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
            # A lane of its own: pictures on a slow drive never keep the register's readers waiting.
            "basemap": ThreadPoolExecutor(2, thread_name_prefix="basemap"),
        }
        self._running: dict[Task, tuple[str | None, Callable[[Task, Any, Any], None]]] = {}
        self._futures: dict[Task, Future[None]] = {}
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
        certain: bool = False,
        after_readers: bool = False,
    ) -> Task:
        """Run ``work(feedback)`` on a lane; then ``done(result)``, ``failed`` or ``cancelled`` here.

        Nothing is delivered when ``owner`` is gone by then or a newer task of the same ``key`` was started.
        A bug in ``work`` is raised again on the window's thread. ``shown`` puts it into the status bar.
        ``certain`` work is done even when the window closes; ``after_readers`` lets all reading end first.
        """
        if self._is_closed:
            raise RuntimeError("the window is closing")
        if key is not None:
            for other, (other_key, _) in list(self._running.items()):
                if other_key == key:
                    other.cancel()
        task = Task(label, lane, shown, certain, self)
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

        reading = [self._futures[other] for other in self._running if other.lane == "reader"]
        self._running[task] = (key, deliver)
        self._futures[task] = self._lanes[lane].submit(
            self._work, task, work, reading if after_readers else ()
        )
        self.started.emit(task)
        return task

    def _work(self, task: Task, work: Work, before: Iterable[Future[None]]) -> None:
        result, error = None, None
        try:
            wait(before)
            task.feedback.check()
            task.started_at = time.monotonic()
            result = work(task.feedback)
        except BaseException as caught:  # noqa: BLE001 - carried over to the window's thread and raised there
            error = caught
        self._finished.emit(task, result, error)

    def _on_reported(self, task: Task, fraction: float | None, what: Message | None) -> None:
        if task in self._running and not self._is_closed:
            task.fraction, task.what = fraction, what or task.what
            task.progressed.emit()

    def _on_finished(self, task: Task, result: Any, error: BaseException | None) -> None:
        if self._is_closed:
            return  # was on its way when everything was closed
        _, deliver = self._running.pop(task)
        del self._futures[task]
        self.ended.emit(task)
        task.deleteLater()
        deliver(task, result, error)

    def cancel_readers(self) -> None:
        """Ask everything that reads to stop; what writes goes on."""
        for task in self._running:
            if task.lane == "reader":
                task.cancel()

    def close(self) -> None:
        """Stop everything but certain work, wait for the threads to end, deliver nothing more."""
        self._is_closed = True
        for task in self._running:
            task.cancel()
        for lane in ("reader", "basemap", "writer"):
            self._lanes[lane].shutdown(wait=True)
        self._running.clear()
        self._futures.clear()


def begin_now(work: Callable[[], T]) -> Callable[[], T]:
    """Begin ``work`` on a thread of its own, before there is a window that could own it; gives what waits for it."""
    lane = ThreadPoolExecutor(1, thread_name_prefix="ahead")
    future = lane.submit(work)
    lane.shutdown(wait=False)
    return future.result


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
