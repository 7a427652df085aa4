"""The window on a server is the window on a file: checks, repairs, waivers, table and two users at one pipe."""

from __future__ import annotations

import pytest
import shapely
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from gisapp.dialogs.clash_dialog import ClashDialog
from gisapp.window import Window
from layers.register import Register
from layers.text import Message
from tests.gisapp.checks.desk import CheckDesk
from tests.gisapp.driving import PATIENCE, settle
from tests.gisapp.forms.test_clashes_in_window import Desk
from tests.layers.store.conftest import running_server, server
from tests.layers.store.postgres import TestServer

__all__ = ["running_server", "server"]

pytestmark = pytest.mark.keeps_running
X, Y = 538_000.0, 3_016_000.0
LEFT = Qt.MouseButton.LeftButton


def build(target: str) -> None:
    """A main with a branch that stops 0.3 m short of it, and a valve twice."""
    with Register.open(target, actor="t") as register, register.edit(Message("action.import")) as edit:
        for code, dn, line in (
            ("GD-1", 300, [(X, Y), (X + 200, Y)]),
            ("GD-2", 80, [(X + 100, Y + 0.3), (X + 100, Y + 60)]),
        ):
            values = {"code": code, "dn": dn, "status": "in_service", "geom": shapely.LineString(line)}
            edit.insert("pipe", values)
        for number in (1, 2):
            at = shapely.Point(X + 50 + 0.02 * number, Y)
            edit.insert("valve", {"code": f"FM-{number}", "status": "in_service", "geom": at})


def test_checked_mended_waived_typed_and_decided(window: Window, server: TestServer, qtbot: QtBot) -> None:
    target = server.new_database()
    build(target)
    window.resize(1440, 900)
    desk = CheckDesk(window, target, qtbot)
    session, centre, panel, register = desk.session, desk.centre, desk.panel, desk.register
    until, count = desk.until, desk.count
    # Found, mended after a look, undone, found again.
    qtbot.keyClick(window, Qt.Key.Key_F9)
    until(lambda: centre.run is not None)
    assert (count("near_miss"), count("duplicate_valve")) == (1, 1)
    panel.words.setText("gd-2 疑似")
    qtbot.waitUntil(lambda: panel.model.count == 1, timeout=PATIENCE)
    qtbot.keyClick(window, Qt.Key.Key_F8)
    settle(window, qtbot)
    qtbot.keyClick(window, Qt.Key.Key_Period, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: panel.detail.preview.isVisible(), timeout=PATIENCE)
    qtbot.mouseClick(panel.detail.apply_button, LEFT)
    until(lambda: count("near_miss") == 0)
    mended = register.by_code("pipe", "GD-2")
    assert mended is not None
    assert shapely.get_coordinates(mended.geometry)[0].tolist() == [X + 100, Y]
    qtbot.keyClick(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    until(lambda: count("near_miss") == 1)

    # Let stand with a reason, and withdrawn.
    panel.words.clear()
    qtbot.waitUntil(lambda: panel.model.count > 1, timeout=PATIENCE)
    panel.tree.setCurrentIndex(panel.model.index_of_rule("duplicate_valve"))
    panel.step(1)
    panel.detail.waive_button.click()
    panel.detail.reason.setText("两台并排")
    panel.detail.let_stand.click()
    until(lambda: len(centre.waivers) == 1)
    assert count("duplicate_valve") == 0
    panel.waiver_tab.click()
    panel.waivers.tree.topLevelItem(0).setSelected(True)
    panel.waivers.withdraw_button.click()
    until(lambda: not centre.waivers)
    assert count("duplicate_valve") == 1

    # A cell of the table; the other user was first: field by field, and nothing overwritten before it is chosen.
    main = register.by_code("pipe", "GD-1")
    assert main is not None
    with Register.open(target, actor="t") as other:
        desk = Desk(window, other, qtbot)
        window.table.open("pipe")
        drawer = window.table.drawer
        assert drawer is not None
        until(lambda: drawer.feed.shown is not None and not drawer.feed.is_busy)
        column = next(n + 1 for n, field in enumerate(drawer.model.fields) if field.name == "dn")
        row = next(n for n in range(drawer.model.rowCount()) if drawer.model.id_at(n) == main.id)
        cell = drawer.model.index(row, column)
        drawer.grid.cells.typed.emit(cell, "350", Qt.Key.Key_Return)
        until(lambda: desk.value(main.id, "dn") == 350)
        qtbot.waitUntil(lambda: cell.data() == "350", timeout=PATIENCE)
        desk.changed("pipe", main.id, dn=400)
        drawer.grid.cells.typed.emit(cell, "450", Qt.Key.Key_Return)
        dialog = desk.dialog(ClashDialog)
        (pair,) = dialog.sides.pairs.values()
        assert (pair.mine.text(), pair.theirs.text()) == ("用我的：450 mm", "用对方的：400 mm")
        dialog.choose_all(mine=True)
        dialog.accept()
        desk.closed(ClashDialog)
        assert desk.value(main.id, "dn") == 450

        # The form asks at its own fields; what others do meanwhile is heard without being asked for.
        session.select([main.key])
        editing = window.inspector.editing
        until(lambda: window.inspector.active is editing)
        editor = window.inspector.form.row("dn").editor
        qtbot.mouseClick(editor, LEFT)
        qtbot.keyClick(editor, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        qtbot.keyClicks(editor, "500")
        desk.changed("pipe", main.id, dn=600)
        editing.save()
        until(lambda: "dn" in editing.news.choices)
        assert desk.value(main.id, "dn") == 600
        _, theirs = editing.news.choices["dn"]
        qtbot.mouseClick(theirs, LEFT)
        settle(window, qtbot)
        assert window.inspector.form.draft.changes == {}
        desk.changed("pipe", main.id, dn=700)
        assert register.poll()
        until(lambda: editor.text() == "700")
