"""The window as its user meets it: first start, opening, dropping, several windows, messages, bugs."""

from __future__ import annotations

import gc
import os
import threading
import weakref
from pathlib import Path

import pytest
from platformdirs import user_cache_path
from PySide6.QtCore import QCoreApplication, QEvent, QPointF, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gisapp.app import Application
from gisapp.crash import Crash, CrashReporter
from gisapp.dialogs.crash_dialog import CrashDialog
from gisapp.dialogs.new_register import NewRegisterDialog
from gisapp.dialogs.settings_dialog import FirstStartDialog, SettingsDialog
from gisapp.map.viewport import Viewport
from gisapp.panels.start_page import RecentRow
from gisapp.settings import Settings
from gisapp.window import Window
from layers.model.asset import AssetKey
from layers.register import Edit, Register
from layers.scene import kept_arrays
from layers.scene.cache import ARRAYS
from layers.scene.kept import kept_folder
from layers.text import Message
from tests.gisapp.driving import PATIENCE, drop, settle

LEFT = Qt.MouseButton.LeftButton


def test_a_register_dropped_on_the_window_opens(window: Window, town: Path, qtbot: QtBot) -> None:
    drop(window, town)
    qtbot.waitUntil(lambda: window.parts.session.is_open, timeout=PATIENCE)
    assert window.top_bar.name.text() == "小镇供水"
    assert window.top_bar.sample.isVisible()
    assert window.pages.currentWidget() is window.work
    assert window.windowTitle().startswith("小镇供水")
    assert window.parts.settings.preferences.recent[0].target == str(town)
    settle(window, qtbot)


def opened_and_closed(application: Application, town: Path, qtbot: QtBot) -> dict[str, weakref.ref[object]]:
    """A window with every desk of a register, closed again; what should be gone with it."""
    window = application.new_window()
    qtbot.waitExposed(window)
    drop(window, town)
    qtbot.waitUntil(lambda: window.parts.session.is_open, timeout=PATIENCE)
    for desk in window.desks:
        window.show_desk(desk)
        settle(window, qtbot)
    register = window.parts.session.register
    assert register is not None
    window.close()
    return {"window": weakref.ref(window), "register": weakref.ref(register)}


def test_nothing_is_kept_of_a_closed_window(
    window: Window, application: Application, town: Path, qtbot: QtBot
) -> None:
    """While another stays: what is left behind would grow with every window of a long day."""
    closed = opened_and_closed(application, town, qtbot)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    gc.collect()
    assert [name for name, each in closed.items() if each() is not None] == []


@pytest.mark.parametrize("way", ["itself", "link", "hard link", "relative"])
def test_the_open_register_dropped_again_is_refused(
    open_town: Window, town: Path, qtbot: QtBot, way: str, tmp_path: Path
) -> None:
    window = open_town
    path = town
    if way == "link":
        path = tmp_path / "link.gpkg"
        path.symlink_to(town)
    elif way == "hard link":
        path = tmp_path / "hard.gpkg"
        os.link(town, path)
    elif way == "relative":
        path = town.parent / ".." / town.parent.name / town.name
    before = window.parts.session.register
    drop(window, path)
    settle(window, qtbot)
    assert window.parts.session.register is before
    assert window.notices.isVisible()
    assert window.parts.notifier.notices[-1].severity == "warning"
    assert window.parts.notifier.notices[-1].title.id == "notify.dropped_open"


def recent_rows(window: Window) -> list[RecentRow]:
    return [row for row in window.start.findChildren(RecentRow) if row.isVisible()]


def test_a_missing_recent_register_is_a_sentence(
    application: Application, tmp_path: Path, qtbot: QtBot
) -> None:
    application.settings.remember_open(str(tmp_path / "gone.gpkg"), "没了", "2026-01-01", sample=False)
    window = application.new_window()
    rows = recent_rows(window)
    assert len(rows) == 1
    qtbot.mouseClick(rows[0], LEFT)
    qtbot.waitUntil(lambda: window.notices.isVisible(), timeout=PATIENCE)
    notice = window.parts.notifier.notices[-1]
    assert notice.severity == "error"
    assert notice.hint is not None
    assert not window.parts.session.is_open
    qtbot.mouseClick(rows[0].forget_button, LEFT)
    assert application.settings.preferences.recent == ()


def test_closing_a_register_goes_back_to_the_start_page(open_town: Window, qtbot: QtBot) -> None:
    window = open_town
    qtbot.keyClick(window, Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier)
    settle(window, qtbot)
    assert window.pages.currentWidget() is window.start
    assert not window.parts.session.is_open
    assert recent_rows(window)[0].target.endswith("小镇.gpkg")


def test_two_windows_with_two_registers(
    application: Application, town_master: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    paths = [tmp_path / "a.gpkg", tmp_path / "b.gpkg"]
    windows = []
    for path in paths:
        path.write_bytes(town_master.read_bytes())
        window = application.new_window()
        drop(window, path)
        qtbot.waitUntil(lambda w=window: w.parts.session.is_open, timeout=PATIENCE)
        windows.append(window)
    windows[0].parts.session.select([AssetKey("pipe", 1)])
    assert not windows[1].parts.session.selection
    qtbot.mouseClick(windows[0].top_bar.look, LEFT)
    assert application.theme.name == "dark"
    for window in windows:
        settle(window, qtbot)
    windows[0].close()
    assert windows[1].parts.session.is_open
    assert application.windows == [windows[1]]


def test_the_same_register_in_two_windows_shows_each_others_changes(
    application: Application, town: Path, qtbot: QtBot
) -> None:
    first, second = application.new_window(), application.new_window()
    for window in (first, second):
        drop(window, town)
        qtbot.waitUntil(lambda w=window: w.parts.session.is_open, timeout=PATIENCE)
    register = first.parts.session.register
    assert register is not None
    hydrant = register.by_code("hydrant", "XHS-02147")
    assert hydrant is not None
    second.parts.session.select([hydrant.key])
    qtbot.waitUntil(lambda: second.inspector.inspected is not None, timeout=PATIENCE)
    with qtbot.waitSignal(second.parts.session.changed, timeout=PATIENCE):
        first.parts.session.edit(
            Message("action.find"),
            lambda edit: edit.update("hydrant", hydrant.id, hydrant.version, {"feed_dn": 200}),
        )
    qtbot.waitUntil(lambda: second.inspector.inspected.asset["feed_dn"] == 200, timeout=PATIENCE)
    for window in (first, second):
        settle(window, qtbot)


def test_undo_says_what_it_undoes_and_does_it(open_town: Window, qtbot: QtBot) -> None:
    window = open_town
    register = window.parts.session.register
    assert register is not None
    hydrant = register.by_code("hydrant", "XHS-02147")
    assert hydrant is not None
    # A key that finds nothing to do says so.
    again = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    qtbot.keyClick(window, Qt.Key.Key_Z, again)
    assert window.parts.notifier.notices[-1].title.id == "notify.nothing_to_redo"
    window.parts.session.edit(
        Message("action.fit"),
        lambda edit: edit.update("hydrant", hydrant.id, hydrant.version, {"feed_dn": 65}),
    )
    qtbot.waitUntil(lambda: "全图" in window.top_bar.undo.toolTip(), timeout=PATIENCE)
    assert window.status.saved.isVisible()
    qtbot.mouseClick(window.top_bar.undo, LEFT)
    qtbot.waitUntil(lambda: register.get(*hydrant.key)["feed_dn"] == 150, timeout=PATIENCE)
    qtbot.waitUntil(lambda: window.top_bar.redo.isEnabled(), timeout=PATIENCE)
    settle(window, qtbot)
    assert window.parts.notifier.notices[-1].title.id == "notify.undone"
    qtbot.keyClick(window, Qt.Key.Key_Z, again)
    qtbot.waitUntil(lambda: register.get(*hydrant.key)["feed_dn"] == 65, timeout=PATIENCE)
    settle(window, qtbot)
    assert window.parts.notifier.notices[-1].title.id == "notify.redone"


def test_at_the_first_start_one_is_asked_for_a_name(qapp: QApplication, tmp_path: Path, qtbot: QtBot) -> None:
    settings = Settings(tmp_path / "first")
    application = Application(qapp, settings, "zh")
    window = application.new_window()
    dialog = window.findChild(FirstStartDialog)
    assert dialog is not None
    assert settings.preferences.name  # the login stands in meanwhile
    dialog.name.clear()
    qtbot.keyClick(dialog.name, Qt.Key.Key_Return)
    assert dialog.isVisible()
    assert dialog.wrong.isVisible()
    qtbot.keyClicks(dialog.name, "Zhou")
    qtbot.keyClick(dialog.name, Qt.Key.Key_Return)
    assert settings.preferences.name == "Zhou"
    assert window.top_bar.user.text() == "Zhou"
    window.close()
    again = application.new_window()
    assert again.findChild(FirstStartDialog) is None
    again.close()
    application.deleteLater()


def test_a_new_register(window: Window, tmp_path: Path, qtbot: QtBot) -> None:
    window.parts.settings.change(last_folder=str(tmp_path))
    qtbot.keyClick(window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    dialog = window.findChild(NewRegisterDialog)
    assert dialog is not None
    dialog.name.selectAll()
    qtbot.keyClicks(dialog.name, "New/Town")
    assert dialog.path.text() == str(tmp_path / "New_Town.gpkg")
    qtbot.keyClick(dialog.name, Qt.Key.Key_Return)
    assert dialog.wrong.isVisible()  # no coordinate system yet
    qtbot.keyClicks(dialog.search, "114")
    qtbot.waitUntil(lambda: dialog.chosen_crs() is not None)
    assert dialog.chosen_crs().code == "EPSG:4547"
    qtbot.mouseClick(dialog.button, LEFT)
    qtbot.waitUntil(lambda: window.parts.session.is_open, timeout=PATIENCE)
    register = window.parts.session.register
    assert register is not None
    assert (register.name, register.crs.code, register.actor) == ("New/Town", "EPSG:4547", "林工")
    settle(window, qtbot)


def test_settings_hold_at_once(window: Window, qtbot: QtBot) -> None:
    window.parts.actions.trigger("tool.settings")
    dialog = window.findChild(SettingsDialog)
    assert dialog is not None
    dialog.look.setFocus()
    qtbot.keyClick(dialog.look, Qt.Key.Key_End)
    dialog.look.activated.emit(dialog.look.currentIndex())
    assert window.parts.theme.choice == "dark"
    dialog.name.setText("王芳")
    dialog.name.editingFinished.emit()
    assert window.top_bar.user.text() == "王芳"
    dialog.close()
    assert Settings(window.parts.settings.folder).preferences.theme == "dark"


def test_a_bug_becomes_a_report_and_the_window_goes_on(
    application: Application, window: Window, tmp_path: Path, qtbot: QtBot
) -> None:
    reporter = CrashReporter(tmp_path / "crashes", lambda: {"tasks": "-"}, application)
    reporter.crashed.connect(application._tell_crash)
    reporter.install()
    try:
        thread = threading.Thread(target=lambda: 1 / 0)
        thread.start()
        thread.join()
        qtbot.waitUntil(lambda: window.findChild(CrashDialog) is not None)
    finally:
        reporter.release()
    dialog = window.findChild(CrashDialog)
    assert dialog is not None
    assert not dialog.isModal()
    assert not dialog.details.isVisible()
    qtbot.mouseClick(dialog.more, LEFT)
    assert "ZeroDivisionError" in dialog.details.toPlainText()
    reports = list((tmp_path / "crashes").glob("*.txt"))
    assert len(reports) == 1
    assert "ZeroDivisionError" in reports[0].read_text()
    dialog.close()
    assert window.isVisible()


def test_a_kept_map_that_is_cut_short_while_it_is_shown_is_read_anew(
    application: Application, window: Window, town: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By a cleaner or a network drive: the user goes on looking and is told of no bug."""
    monkeypatch.setattr(kept_arrays, "SMALL", -1)
    canvas, crashes = window.map.canvas, application.crashes
    drop(window, town)
    qtbot.waitUntil(lambda: canvas.scene is not None, timeout=PATIENCE)
    settle(window, qtbot)
    qtbot.waitUntil(lambda: canvas.is_crisp, timeout=PATIENCE)
    # Another style takes over what it draws alike, and has the same file to lose.
    window.map.use_style("material")
    qtbot.waitUntil(lambda: window.map.looks[1] == "material" and canvas.is_crisp, timeout=PATIENCE)
    settle(window, qtbot)
    scenes = user_cache_path("gisapp", appauthor=False) / "scenes"
    before, files = canvas.scene, list(kept_folder(scenes, str(town)).rglob(ARRAYS))
    assert files
    for file in files:
        os.truncate(file, 0)
    bugs: list[Crash] = []
    crashes.crashed.connect(bugs.append)
    crashes.install()
    near = Viewport(538_110, 3_016_011, 0.1, canvas.width(), canvas.height())
    try:
        canvas.go(near)
        qtbot.waitUntil(lambda: canvas.scene is not before and canvas.is_crisp, timeout=PATIENCE)
        settle(window, qtbot)
    finally:
        crashes.release()
    assert bugs == []
    assert canvas.viewport == near
    assert not any(file.exists() for file in files)
    assert {hit.type for hit in canvas.near(QPointF(canvas.width() / 2, canvas.height() / 2))} >= {"meter"}


def test_a_register_closed_by_the_window_is_complete(
    application: Application, town: Path, qtbot: QtBot
) -> None:
    window = application.new_window()
    drop(window, town)
    qtbot.waitUntil(lambda: window.parts.session.is_open, timeout=PATIENCE)
    window.parts.session.edit(Message("action.find"), lambda edit: edit.insert("road", {"name": "新路"}))
    qtbot.waitUntil(lambda: window.parts.session.saved_at is not None, timeout=PATIENCE)
    window.close()
    assert not list(town.parent.glob("*-wal"))
    with Register.open(town, actor="x") as register:
        assert register.count("road") == 2


def test_a_register_is_found_as_it_was_left(application: Application, town: Path, qtbot: QtBot) -> None:
    window = application.new_window()
    drop(window, town)
    model = window.desks["map"].panel.model
    qtbot.waitUntil(lambda: model.rowCount() > 0, timeout=PATIENCE)
    settle(window, qtbot)
    window.map.fly_to(538300, 3016020)
    first = model.index(0, 0)
    leaf = model.index(0, 0, first)
    model.setData(leaf, Qt.CheckState.Unchecked, Qt.ItemDataRole.CheckStateRole)
    left = window.map.canvas.viewport
    hidden = window.map.canvas.hidden
    assert hidden
    window.close()

    again = application.new_window()
    drop(again, town)
    model = again.desks["map"].panel.model
    qtbot.waitUntil(lambda: model.rowCount() > 0, timeout=PATIENCE)
    settle(again, qtbot)
    assert (again.map.canvas.viewport.x, again.map.canvas.viewport.y) == pytest.approx((left.x, left.y))
    assert again.map.canvas.hidden == hidden
    leaf = model.index(0, 0, model.index(0, 0))
    assert leaf.data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Unchecked


def test_a_long_act_shows_how_far_it_is_and_is_stopped_from_the_status_bar(
    open_town: Window, qtbot: QtBot
) -> None:
    window = open_town
    register = window.parts.session.register
    assert register is not None
    version = register.data_version
    told: list[str] = []

    def work(edit: Edit) -> None:
        edit.delete("hydrant", 1, 2)
        while True:
            edit.feedback.progress(0.25)
            threading.Event().wait(0.01)

    label = Message("action.import")
    window.parts.session.edit(label, work, failed=lambda error: told.append(error.title.id), shown=True)
    qtbot.waitUntil(
        lambda: window.status._bar.isVisible() and window.status._bar.value() > 0, timeout=PATIENCE
    )
    qtbot.mouseClick(window.status._cancel, LEFT)
    settle(window, qtbot)
    assert told == ["notify.stopped"]
    assert register.data_version == version
    assert register.count("hydrant") == 1


def test_desks_give_the_right_side_what_they_need_and_keep_what_its_user_gave(
    open_town: Window, qtbot: QtBot
) -> None:
    window = open_town
    window.resize(1440, 900)
    settle(window, qtbot)
    usual = window.work.sizes()[-1]
    window.show_desk("census")
    assert window.work.sizes()[-1] == window.census.desk.side_width > usual
    total = sum(window.work.sizes())
    window.work.setSizes([total - 420, 420])
    window.show_desk("renewal")
    assert window.work.sizes()[-1] == usual
    window.show_desk("census")
    assert window.work.sizes()[-1] == 420
    # What one desk shows below in many words, makes nothing narrower at another.
    window.parts.language.use("en")
    window.show_desk("grids")
    window.parts.actions.trigger("accounts.open")
    settle(window, qtbot)
    assert window.work.sizes()[-1] == usual
