"""The task runner: results on the window's thread, writers in a line, stale ones dropped."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from gisapp.tasks import Task, Tasks
from layers.errors import UserError
from layers.feedback import Feedback
from layers.text import Message

LABEL = Message("task.none")


@pytest.fixture
def tasks(qapp: object) -> Iterator[Tasks]:
    tasks = Tasks()
    yield tasks
    tasks.close()


def _idle(tasks: Tasks, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not tasks.running)


def test_work_runs_beside_and_its_result_comes_back_here(tasks: Tasks, qtbot: QtBot) -> None:
    threads = []
    tasks.run(
        LABEL, lambda _: threading.get_ident(), lambda ident: threads.extend([ident, threading.get_ident()])
    )
    _idle(tasks, qtbot)
    assert threads[0] != threads[1] == threading.get_ident()


def test_the_writer_lane_keeps_the_order(tasks: Tasks, qtbot: QtBot) -> None:
    done: list[int] = []

    def work(number: int) -> int:
        time.sleep(0.02 if number == 0 else 0)
        return number

    for number in range(5):
        tasks.run(LABEL, lambda _, n=number: work(n), done.append, lane="writer")
    _idle(tasks, qtbot)
    assert done == [0, 1, 2, 3, 4]


def test_progress_is_told_and_cancelled_work_delivers_nothing(tasks: Tasks, qtbot: QtBot) -> None:
    heard: list[str] = []
    reached = threading.Event()

    def work(feedback: Feedback) -> None:
        feedback.progress(0.5, Message("task.close"))
        reached.set()
        while True:
            time.sleep(0.005)
            feedback.check()

    task = tasks.run(
        LABEL, work, lambda _: heard.append("done"), failed=lambda _: heard.append("failed"),
        cancelled=lambda: heard.append("cancelled"),
    )  # fmt: skip
    reached.wait(5)
    qtbot.waitUntil(lambda: task.fraction == 0.5)
    assert task.what == Message("task.close")
    task.cancel()
    _idle(tasks, qtbot)
    assert heard == ["cancelled"]


def test_a_newer_task_of_the_same_key_replaces_the_older(tasks: Tasks, qtbot: QtBot) -> None:
    heard: list[str] = []
    go = threading.Event()

    def slow(_: Feedback) -> str:
        go.wait(5)
        return "old"

    tasks.run(LABEL, slow, heard.append, key="search")
    tasks.run(LABEL, lambda _: "new", heard.append, key="search")
    qtbot.waitUntil(lambda: heard == ["new"])
    go.set()
    _idle(tasks, qtbot)
    assert heard == ["new"]


def test_nothing_is_delivered_to_an_owner_that_is_gone(tasks: Tasks, qtbot: QtBot) -> None:
    heard: list[str] = []
    go = threading.Event()
    owner = QObject()
    tasks.run(LABEL, lambda _: go.wait(5), lambda _: heard.append("done"), owner=owner)
    owner.deleteLater()
    qtbot.wait(20)
    go.set()
    _idle(tasks, qtbot)
    assert heard == []


def test_an_error_for_users_goes_to_its_owner_or_to_all(tasks: Tasks, qtbot: QtBot) -> None:
    error = UserError(Message("notify.nothing_to_undo"))

    def fail(_: Feedback) -> None:
        raise error

    own, common = [], []
    tasks.failed.connect(common.append)
    tasks.run(LABEL, fail, failed=own.append)
    tasks.run(LABEL, fail)
    _idle(tasks, qtbot)
    assert own == [error]
    assert common == [error]


def test_a_bug_is_raised_on_the_windows_thread(tasks: Tasks, qtbot: QtBot) -> None:
    def fail(_: Feedback) -> None:
        raise ZeroDivisionError("a bug")

    with qtbot.captureExceptions() as caught:
        tasks.run(LABEL, fail)
        _idle(tasks, qtbot)
    assert [kind for kind, _, _ in caught] == [ZeroDivisionError]


def test_closing_stops_what_runs_and_delivers_nothing(qapp: object, qtbot: QtBot) -> None:
    tasks = Tasks()
    heard: list[object] = []
    written: list[str] = []
    started = threading.Event()

    def work(feedback: Feedback) -> None:
        started.set()
        while True:
            time.sleep(0.005)
            feedback.check()

    tasks.run(LABEL, work, heard.append, cancelled=lambda: heard.append("cancelled"))
    tasks.run(LABEL, lambda _: written.append("dropped"), heard.append, lane="writer")
    tasks.run(
        LABEL,
        lambda _: written.append("certain"),
        heard.append,
        lane="writer",
        certain=True,
        after_readers=True,
    )
    started.wait(5)
    tasks.close()
    qtbot.wait(20)
    assert heard == []
    assert written[-1] == "certain"
    with pytest.raises(RuntimeError):
        tasks.run(LABEL, lambda _: 1)


def test_time_left_is_guessed_from_progress(tasks: Tasks) -> None:
    task = Task(LABEL, "reader", True, False, tasks)
    task.started_at = time.monotonic() - 30
    assert task.seconds_left is None
    task.fraction = 0.25
    assert task.seconds_left == pytest.approx(90, abs=1)


def test_its_user_stops_what_closing_would_not(tasks: Tasks, qtbot: QtBot) -> None:
    """Certain work goes on when the window closes, and ends when its user says so; what was done is told as done."""
    told: list[object] = []
    go = threading.Event()

    def wait(feedback: Feedback) -> str:
        go.wait(10)
        feedback.check()
        return "done"

    task = tasks.run(LABEL, wait, told.append, cancelled=lambda: told.append("stopped"), certain=True)
    task.cancel()
    assert not task.feedback.is_cancelled
    task.stop()
    go.set()
    _idle(tasks, qtbot)
    assert told == ["stopped"]
    begun = threading.Event()

    def write(_: Feedback) -> str:
        begun.set()
        go.wait(10)
        return "written"

    go.clear()
    past_it = tasks.run(LABEL, write, told.append, certain=True)
    assert begun.wait(10)
    past_it.stop()
    go.set()
    _idle(tasks, qtbot)
    assert told[1:] == ["written"]


def test_all_else_waits_for_what_goes_first_and_follows_in_its_order(tasks: Tasks, qtbot: QtBot) -> None:
    heard: list[str] = []
    go, written = threading.Event(), threading.Event()

    def picture(_: Feedback) -> str:
        assert go.wait(5)
        return "picture"

    def write(_: Feedback) -> str:
        written.set()
        return "written"

    def paint(told: str) -> None:
        heard.append(told)
        # What it leads to goes first, too.
        tasks.run(LABEL, lambda _: "painted", heard.append, first=True)

    tasks.run(LABEL, picture, paint, first=True)
    tasks.run(LABEL, write, heard.append, lane="writer")
    tasks.run(LABEL, lambda _: heard.append("begun") or "read", heard.append)
    tasks.run(LABEL, lambda _: "certain", heard.append, certain=True)
    assert written.wait(5)
    qtbot.wait(20)
    assert heard == []
    go.set()
    _idle(tasks, qtbot)
    assert heard[:2] == ["picture", "painted"]
    assert sorted(heard[2:]) == ["begun", "certain", "read", "written"]
    assert heard.index("begun") < heard.index("read")


def test_what_goes_first_for_long_holds_nothing_up(tasks: Tasks, qtbot: QtBot) -> None:
    heard: list[str] = []
    go = threading.Event()
    tasks.run(LABEL, lambda _: go.wait(5), lambda _: heard.append("picture"), first=True)
    tasks.run(LABEL, lambda _: "read", heard.append)
    qtbot.waitUntil(lambda: heard == ["read"])
    go.set()
    _idle(tasks, qtbot)
    assert heard == ["read", "picture"]


def test_a_bug_in_what_waited_does_not_keep_the_rest_waiting(tasks: Tasks, qtbot: QtBot) -> None:
    heard: list[str] = []
    go, written = threading.Event(), threading.Event()
    tasks.run(LABEL, lambda _: go.wait(5), first=True)

    def fail(_: object) -> None:
        raise ZeroDivisionError("a bug")

    tasks.run(LABEL, lambda _: written.set(), fail, lane="writer")
    tasks.run(LABEL, lambda _: "read", heard.append)
    assert written.wait(5)
    qtbot.wait(20)
    with qtbot.captureExceptions() as caught:
        go.set()
        _idle(tasks, qtbot)
    assert [kind for kind, _, _ in caught] == [ZeroDivisionError]
    assert heard == ["read"]
