"""Work that runs beside the window: a lane for writing to a register, threads for reading, and some for basemaps.

The only place of the program's Qt side that starts threads. Results come back on the window's thread.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import shiboken6
from PySide6.QtCore import QObject, Qt, QTimer, Signal

from layers.errors import Cancelled, UserError
from layers.feedback import Feedback
from layers.text import Message

Lane = Literal["reader", "writer", "basemap"]
Work = Callable[[Feedback], Any]
READERS = 3
#: Milliseconds that anything else waits for what goes first.
PATIENCE = 100
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
    def seconds(self) -> float:
        """How long it has been waiting or running."""
        return time.monotonic() - self.started_at

    @property
    def seconds_left(self) -> float | None:
        """A guess from the progress so far, when there is enough of it to guess."""
        spent = time.monotonic() - self.started_at
        if self.fraction is None or self.fraction < 0.02 or spent < 1.0:
            return None
        return spent * (1 - self.fraction) / self.fraction


class Tasks(QObject):
    """Runs tasks and delivers what they give. What a newer task of the same ``key`` replaces is dropped.

    While something that goes ``first`` is under way, no other reading is begun and no other result delivered.
    """

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
        self._running: dict[Task, tuple[str | None, _Delivery]] = {}
        self._futures: dict[Task, Future[BaseException | None]] = {}
        self._turns = _Turns(self)
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
        first: bool = False,
    ) -> Task:
        """Run ``work(feedback)`` on a lane; then ``done(result)``, ``failed`` or ``cancelled`` here.

        Nothing is delivered when ``owner`` is gone by then or a newer task of the same ``key`` was started.
        A bug in ``work`` is raised again on the window's thread, whoever is gone, after ``failed`` was told that
        there is one: what waits for the work goes on. ``shown`` puts it into the status bar.
        ``certain`` work is done even when the window closes, and that it failed is told even when its ``owner`` is
        gone; ``after_readers`` lets all reading end first; for what goes ``first`` all else waits a moment.
        """
        if self._is_closed:
            raise RuntimeError("the window is closing")
        self._replace(key)
        task = Task(label, lane, shown, certain, self)
        task.feedback = Feedback(lambda fraction, what: self._reported.emit(task, fraction, what))

        deliver = _Delivery(done, failed, cancelled, owner, self.failed.emit)
        self._running[task] = (key, deliver)
        if first:
            self._turns.begin_first(task)
        if first or certain or lane != "reader":
            self._begin(task, work, after_readers)
        else:
            self._turns.take(lambda: self._begin(task, work, after_readers))
        self.started.emit(task)
        return task

    def _replace(self, key: str | None) -> None:
        for other, (other_key, _) in list(self._running.items()):
            if key is not None and other_key == key:
                other.cancel()

    def _begin(self, task: Task, work: Work, after_readers: bool) -> None:
        if self._is_closed:
            return
        reading = [future for other, future in self._futures.items() if other.lane == "reader"]
        before = reading if after_readers else ()
        self._futures[task] = self._lanes[task.lane].submit(self._work, task, work, before)

    def _work(self, task: Task, work: Work, before: Iterable[Future[Any]]) -> BaseException | None:
        result, error = None, None
        try:
            wait(before)
            task.feedback.check()
            task.started_at = time.monotonic()
            result = work(task.feedback)
        except BaseException as caught:  # noqa: BLE001 - carried over to the window's thread and raised there
            error = caught
        self._finished.emit(task, result, error)
        return error

    def _on_reported(self, task: Task, fraction: float | None, what: Message | None) -> None:
        if task in self._running and not self._is_closed:
            task.fraction, task.what = fraction, what or task.what
            task.progressed.emit()

    def _on_finished(self, task: Task, result: Any, error: BaseException | None) -> None:
        if not self._turns.is_first(task):
            self._turns.take(lambda: self._deliver(task, result, error))
            return
        try:
            self._deliver(task, result, error)
        finally:
            self._turns.end_first(task)

    def _deliver(self, task: Task, result: Any, error: BaseException | None) -> None:
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

    def end_certain(self) -> bool:
        """Wait for the certain work that is under way. False when something of it failed, which is yet to be told."""
        return not any(task.certain and _has_failed(future) for task, future in self._futures.items())

    def close(self) -> None:
        """Stop everything but certain work, wait for the threads to end, deliver nothing more.

        Raises what certain work ended with if that is a bug: nobody else is told of it.
        """
        self._is_closed = True
        for task in self._running:
            task.cancel()
        for lane in ("reader", "basemap", "writer"):
            self._lanes[lane].shutdown(wait=True)
        ended = [future.result() for task, future in self._futures.items() if task.certain]
        self._running.clear()
        self._futures.clear()
        for error in ended:
            if error is not None and not isinstance(error, Cancelled | UserError):
                raise error


@dataclass(frozen=True)
class _Delivery:
    """Who is told of the end of a task; ``tell_all`` is for errors that nobody in particular takes."""

    done: Callable[[Any], None] | None
    failed: Callable[[UserError], None] | None
    cancelled: Callable[[], None] | None
    owner: QObject | None
    tell_all: Callable[[UserError], None]

    def __call__(self, task: Task, result: Any, error: BaseException | None) -> None:
        is_there = self.owner is None or shiboken6.isValid(self.owner)
        if isinstance(error, Cancelled) or task.is_stale:
            if self.cancelled is not None and is_there:
                self.cancelled()
        elif isinstance(error, UserError):
            if self.failed is not None and is_there:
                self.failed(error)
            elif is_there or task.certain:
                self.tell_all(error)
        elif error is not None:
            try:
                if self.failed is not None and is_there:
                    self.failed(_bug_in(task))
            finally:
                raise error
        elif self.done is not None and is_there:
            self.done(result)


class _Turns(QObject):
    """The interpreter runs one thread at a time: what goes first (the picture of a change) lets nothing in between."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._first: set[Task] = set()
        self._held: list[Callable[[], None]] = []
        self._next = QTimer(self, interval=0)
        self._next.timeout.connect(self._do_next)
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE)
        self._patience.timeout.connect(self._let_others)

    def is_first(self, task: Task) -> bool:
        """Whether all else waits for a task."""
        return task in self._first

    def begin_first(self, task: Task) -> None:
        """All else waits for a task, and for those that it leads to at its end."""
        self._first.add(task)
        if not self._patience.isActive():
            self._patience.start()

    def end_first(self, task: Task) -> None:
        """What waited follows if nothing else goes first, after what the window has to paint."""
        self._first.discard(task)
        if not self._first:
            self._let_others()

    def take(self, act: Callable[[], None]) -> None:
        """Do ``act`` now, or in its turn when anything goes first or waits."""
        if self._first or self._held:
            self._held.append(act)
        else:
            act()

    def _let_others(self) -> None:
        self._patience.stop()
        self._first.clear()
        if self._held:
            self._next.start()

    def _do_next(self) -> None:
        if self._first or not self._held:
            self._next.stop()
        else:
            self._held.pop(0)()


def begin_now(work: Callable[[], T]) -> Callable[[], T]:
    """Begin ``work`` on a thread of its own, before there is a window that could own it; gives what waits for it."""
    lane = ThreadPoolExecutor(1, thread_name_prefix="ahead")
    future = lane.submit(work)
    lane.shutdown(wait=False)
    return future.result


def _has_failed(future: Future[BaseException | None]) -> bool:
    error = future.result()
    return error is not None and not isinstance(error, Cancelled)


def _bug_in(task: Task) -> UserError:
    return UserError(Message("crash.task", {"task": task.label}), Message("crash.task_hint"))


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
