"""The keyboard at the census desk: it is on the form when there is a target, and digits are its outcomes."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from gisapp.window import Window
from layers.model.asset import AssetKey
from tests.gisapp.census.test_quality_and_repairs import logged, logged_master
from tests.gisapp.driving import PATIENCE, find, settle

__all__ = ["logged", "logged_master"]

CTRL, SHIFT, NONE = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.NoModifier,
)


def press(window: Window, qtbot: QtBot, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
    """A key goes to whatever has the focus, as it does for a user."""
    at: QWidget = QApplication.focusWidget() or window
    qtbot.keyClick(at, key, modifiers)


def test_the_form_has_the_keyboard_and_digits_are_its_outcomes(
    logged: Path, open_town: Window, qtbot: QtBot
) -> None:
    window = open_town
    census, view = window.census, window.map
    view.canvas.setFocus()
    press(window, qtbot, Qt.Key.Key_P, CTRL | SHIFT)
    qtbot.waitUntil(lambda: census.centre.row is not None, timeout=PATIENCE)
    settle(window, qtbot)
    page = census.page
    form = page.form
    assert QApplication.focusWidget() is form.outcomes

    def outcome_and_tool() -> tuple[str | None, str]:
        return form.outcomes.value, view.tool_name

    # Not a pipe is drawn: neither from the form, nor from the map, the list, or a button of the form.
    press(window, qtbot, Qt.Key.Key_2)
    assert outcome_and_tool() == ("not_found", "select")
    for place, key, outcome in (
        (view.canvas, Qt.Key.Key_1, "found"),
        (census.panel.list, Qt.Key.Key_3, "inaccessible"),
        (form.photos.choose, Qt.Key.Key_1, "found"),
    ):
        place.setFocus()
        press(window, qtbot, key)
        assert outcome_and_tool() == (outcome, "select")
        assert QApplication.focusWidget() is form.outcomes
    # In a field for text a digit is a digit.
    form.remark.setFocus()
    press(window, qtbot, Qt.Key.Key_2)
    assert (form.remark.text(), form.outcomes.value) == ("2", "found")
    form.remark.clear()

    # Who began to draw chooses by digits what to draw; once it is left they are the form's again.
    view.canvas.setFocus()
    press(window, qtbot, Qt.Key.Key_D)
    assert view.tool_name == "draw"
    press(window, qtbot, Qt.Key.Key_2)
    assert outcome_and_tool() == ("found", "draw")
    assert view.draw_choice.recent is view.draw_choice.types[1]
    window.parts.actions.trigger("tool.select")
    press(window, qtbot, Qt.Key.Key_2)
    assert outcome_and_tool() == ("not_found", "select")

    # The next target, wherever it is chosen: by saving, on the map, in the list, in the choice of lots.
    rows = census.centre.rows
    view.canvas.setFocus()
    window.parts.session.select([AssetKey("census_record", rows[2].id)])
    assert (census.centre.record, QApplication.focusWidget()) == (rows[2].id, form.outcomes)
    press(window, qtbot, Qt.Key.Key_F2)
    press(window, qtbot, Qt.Key.Key_Return, CTRL)
    settle(window, qtbot)
    assert QApplication.focusWidget() is form.outcomes
    listed = census.panel.list
    spot = listed.visualRect(listed.model().index(4, 0)).center()
    qtbot.mouseClick(listed.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert (census.centre.record, QApplication.focusWidget()) == (rows[4].id, form.outcomes)
    # Who walks through the list by its arrows stays there.
    listed.setFocus()
    press(window, qtbot, Qt.Key.Key_Down)
    assert (census.centre.record, QApplication.focusWidget()) == (rows[5].id, listed)
    census.panel.lots.setFocus()
    census.panel.lots.activated.emit(0)
    assert QApplication.focusWidget() is form.outcomes

    # Elsewhere digits draw; back by a word in the palette, the form has the keyboard at once.
    window.show_desk("map")
    view.canvas.setFocus()
    press(window, qtbot, Qt.Key.Key_1)
    assert view.tool_name == "draw"
    window.parts.actions.trigger("tool.select")
    find(window, "普查台", qtbot)
    settle(window, qtbot)
    assert (window.desk, QApplication.focusWidget()) == ("census", form.outcomes)
