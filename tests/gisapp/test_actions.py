"""Actions as data: one registry makes keys, menus and names; a mistake in it shows at once."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from gisapp.actions import MENUS, Action, Actions, key_text
from gisapp.app import Application
from gisapp.dialogs.about import AboutDialog, KeysDialog
from gisapp.forms.words import Label
from gisapp.window import Window
from layers.text import Message


def _action(**options: object) -> Action:
    given = {"id": "a.b", "title": Message("action.undo"), "handler": lambda: None, **options}
    return Action(**given)  # type: ignore[arg-type]


def test_an_id_or_key_used_twice_is_a_mistake(application: Application) -> None:
    actions = Actions(application.language, application.theme, application)
    actions.add([_action(key="Ctrl+J")])
    with pytest.raises(ValueError, match=r"a\.b"):
        actions.add([_action()])
    with pytest.raises(ValueError, match=r"Ctrl\+J"):
        actions.add([_action(id="c.d", key="Ctrl+J")])


def test_what_is_not_possible_is_not_done(application: Application) -> None:
    done: list[str] = []
    possible = False
    actions = Actions(application.language, application.theme, application)
    actions.add([_action(handler=lambda: done.append("x"), enabled=lambda: possible)])
    actions.refresh()
    actions.trigger("a.b")
    assert done == []
    possible = True
    actions.refresh()
    actions.trigger("a.b")
    assert done == ["x"]


def test_every_action_has_a_place_a_name_and_an_icon(window: Window) -> None:
    actions = window.parts.actions
    for action in actions:
        assert action.menu in MENUS
        assert action.icon, action.id
        assert actions.qt(action.id).text()


def test_the_menu_is_built_from_the_registry(window: Window, qtbot: QtBot) -> None:
    menu = window.top_bar.name.menu()
    menu.aboutToShow.emit()
    listed = {action.objectName() for action in menu.actions() if action.objectName()}
    for part in menu.findChildren(QMenu):
        listed |= {action.objectName() for action in part.actions() if action.objectName()}
    assert listed == {action.id for action in window.parts.actions}


def test_the_key_list_names_every_key(window: Window, qtbot: QtBot) -> None:
    qtbot.keyClick(window, Qt.Key.Key_F1)
    dialog = window.findChild(KeysDialog)
    assert dialog is not None
    texts = {label.text() for label in dialog.findChildren(Label)}
    keys = {action.key for action in window.parts.actions if action.key}
    assert len(keys) > 10
    assert {key_text(key) for key in keys} <= texts
    dialog.close()


def test_about(window: Window) -> None:
    window.parts.actions.trigger("help.about")
    dialog = window.findChild(AboutDialog)
    assert dialog is not None
    dialog.close()
