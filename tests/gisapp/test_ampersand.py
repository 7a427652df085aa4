"""An ``&`` in a name of the register stands on buttons and in menus as it is."""

from __future__ import annotations

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QMenu, QToolButton
from pytestqt.qtbot import QtBot

from gisapp.language import Language


def test_it_is_no_mark_of_a_key(qtbot: QtBot) -> None:
    language = Language("zh")
    button, menu, label = QToolButton(), QMenu(), QLabel()
    for widget in (button, menu, label):
        qtbot.addWidget(widget)
    action = QAction(menu)
    for owner, setter in ((button, "setText"), (menu, "setTitle"), (action, "setText"), (label, "setText")):
        language.say(owner, setter, "A&B 小区")
    # Qt shows a doubled one as one, and underlines nothing.
    assert (button.text(), menu.title(), action.text()) == ("A&&B 小区",) * 3
    assert label.text() == "A&B 小区"
    assert language.label("A&B") == "A&&B"
