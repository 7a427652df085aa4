"""Wherever a bug comes up, it becomes a report and is told, and what waited for the work goes on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from gisapp.app import Application
from gisapp.crash import Crash, CrashReporter
from gisapp.dialogs.crash_dialog import CrashDialog
from gisapp.tasks import Debounce, Tasks
from gisapp.window import Window
from layers.errors import Cancelled, UserError
from layers.feedback import Feedback
from layers.register import Register
from layers.store.worker import Worker
from layers.text import Message
from tests.gisapp.driving import PATIENCE, settle

LABEL = Message("task.none")


class Bug(Exception):
    """What must reach the user."""


def fail(*_: object) -> None:
    raise Bug


class Bell(QObject):
    rung = Signal()


class Faulty(QWidget):
    """A widget with a bug in everything that Qt asks of it."""

    def paintEvent(self, event: QPaintEvent) -> None:
        raise Bug

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.User:
            raise Bug
        return False

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.User:
            raise Bug
        return super().event(event)


class _Left:
    def __del__(self) -> None:
        raise Bug


@pytest.fixture
def told(qapp: object, tmp_path: Path) -> Iterator[list[Crash]]:
    """The bugs that were told, with the hooks as the program has them."""
    reporter, told = CrashReporter(tmp_path / "crashes", dict), []
    reporter.crashed.connect(told.append)
    reporter.install()
    yield told
    reporter.release()


@pytest.fixture
def tasks(qapp: object) -> Iterator[Tasks]:
    tasks = Tasks()
    yield tasks
    tasks.close()


def in_work(tasks: Tasks) -> None:
    tasks.run(LABEL, fail)


def in_work_that_goes_first(tasks: Tasks) -> None:
    tasks.run(LABEL, fail, first=True)


def in_work_whose_owner_is_gone(tasks: Tasks) -> None:
    go, owner = threading.Event(), QObject()
    tasks.run(LABEL, lambda _: fail(go.wait(5)), owner=owner)
    owner.deleteLater()
    QCoreApplication.sendPostedEvents(owner, QEvent.Type.DeferredDelete)
    go.set()


def in_what_follows_work(tasks: Tasks) -> None:
    tasks.run(LABEL, lambda _: 1, fail)


def in_what_follows_an_error(tasks: Tasks) -> None:
    tasks.run(LABEL, refuse, failed=fail)


def in_progress(tasks: Tasks) -> None:
    task = tasks.run(LABEL, lambda feedback: feedback.progress(0.5))
    task.progressed.connect(fail)


def in_a_slot(tasks: Tasks | None = None) -> None:
    bell = Bell()
    bell.rung.connect(fail)
    bell.rung.emit()


def in_a_queued_slot(tasks: Tasks) -> None:
    tasks.started.connect(fail, Qt.ConnectionType.QueuedConnection)
    tasks.run(LABEL, lambda _: 1)


def in_a_timer(tasks: Tasks) -> None:
    QTimer.singleShot(0, fail)


def in_what_waits_for_quiet(tasks: Tasks) -> None:
    Debounce(1, fail, tasks).touch()


def in_a_thread(tasks: Tasks) -> None:
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()


def in_the_end_of_an_object(tasks: Tasks) -> None:
    _Left()


def refuse(_: Feedback) -> None:
    raise UserError(Message("notify.nothing_to_undo"))


def fail_elsewhere(feedback: Feedback) -> None:
    raise Bug


@pytest.mark.parametrize(
    "somewhere",
    [
        in_work, in_work_that_goes_first, in_work_whose_owner_is_gone, in_what_follows_work,
        in_what_follows_an_error, in_progress, in_a_slot, in_a_queued_slot, in_a_timer, in_what_waits_for_quiet,
        in_a_thread, in_the_end_of_an_object,
    ],
)  # fmt: skip
def test_a_bug_is_told(
    somewhere: Callable[[Tasks], None], told: list[Crash], tasks: Tasks, qtbot: QtBot
) -> None:
    somewhere(tasks)
    qtbot.waitUntil(lambda: bool(told))
    assert [crash.place[0] for crash in told] == ["Bug"]
    assert told[0].path is not None
    assert "Bug" in told[0].path.read_text(encoding="utf-8")


@pytest.mark.parametrize("asked", ["painting", "event", "filter"])
def test_a_bug_in_what_qt_asks_is_told_once(asked: str, told: list[Crash], qtbot: QtBot) -> None:
    widget, watched = Faulty(), QObject()
    qtbot.addWidget(widget)
    watched.installEventFilter(widget)
    for _ in range(3):
        if asked == "painting":
            widget.show()
            widget.update()
        else:
            QCoreApplication.postEvent(widget if asked == "event" else watched, QEvent(QEvent.Type.User))
        qtbot.wait(10)
    qtbot.waitUntil(lambda: bool(told))
    widget.hide()
    assert [crash.place[0] for crash in told] == ["Bug"]


@pytest.mark.keeps_running
def test_a_bug_in_another_process_is_told_with_where_it_was(
    told: list[Crash], tasks: Tasks, qtbot: QtBot
) -> None:
    with Worker(children=1) as worker:
        tasks.run(LABEL, lambda feedback: worker.run(fail_elsewhere, feedback=feedback))
        qtbot.waitUntil(lambda: bool(told), timeout=PATIENCE)
    assert "In the worker process" in told[0].text
    assert "fail_elsewhere" in told[0].text


def test_a_bug_is_told_again_when_who_was_told_has_seen_it(
    qapp: object, tmp_path: Path, qtbot: QtBot
) -> None:
    reporter, told = CrashReporter(tmp_path, dict), []
    reporter.crashed.connect(told.append)
    reporter.install()
    for _ in range(2):
        QTimer.singleShot(0, fail)
    qtbot.wait(10)
    assert len(told) == 1
    reporter.put_away(told[0])
    in_a_slot()
    assert len(told) == 1, "it is told on the reporter's own turn"
    reporter.release()
    assert len(told) == 2, "nothing that was caught is left untold at the end"


def test_what_was_cancelled_is_no_bug(told: list[Crash], qtbot: QtBot) -> None:
    def stop() -> None:
        raise Cancelled

    QTimer.singleShot(0, stop)
    qtbot.wait(10)
    assert told == []


def test_who_waits_for_work_is_told_that_it_has_a_bug(tasks: Tasks, told: list[Crash], qtbot: QtBot) -> None:
    """A form that saves can be saved again."""
    refused: list[UserError] = []
    tasks.run(LABEL, fail, failed=refused.append)
    qtbot.waitUntil(lambda: bool(told))
    assert [error.title for error in refused] == [Message("crash.task", {"task": LABEL})]


def test_an_edit_with_a_bug_changes_nothing_and_the_window_says_so(
    open_town: Window, application: Application, tmp_path: Path, qtbot: QtBot
) -> None:
    window, session = open_town, open_town.parts.session
    reporter = CrashReporter(tmp_path / "crashes", dict, application)
    reporter.crashed.connect(application._tell_crash)
    reporter.install()
    try:
        session.edit(LABEL, lambda edit: fail(edit.insert("road", {"name": "新路"})))
        qtbot.waitUntil(lambda: window.findChild(CrashDialog) is not None, timeout=PATIENCE)
        settle(window, qtbot)
    finally:
        reporter.release()
    assert session.register is not None
    assert session.register.count("road") == 1
    dialog = window.findChild(CrashDialog)
    assert dialog is not None
    dialog.close()


def test_a_window_stays_when_its_last_edit_could_not_be_saved(
    open_town: Window, town: Path, qtbot: QtBot
) -> None:
    window, session, refused = open_town, open_town.parts.session, []

    def full(edit: object) -> None:
        raise UserError(Message("notify.nothing_to_undo"))

    session.edit(LABEL, full, failed=refused.append)
    assert not window.close()
    assert window.isVisible()
    settle(window, qtbot)
    assert len(refused) == 1
    session.edit(LABEL, lambda edit: edit.insert("road", {"name": "新路"}))
    assert window.close()
    with Register.open(town, actor="x") as register:
        assert register.count("road") == 2
