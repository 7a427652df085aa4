"""Switching the language without restart: everything speaks it, nothing is left behind."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import QCoreApplication, QObject, Qt
from PySide6.QtWidgets import QDialogButtonBox, QLabel
from pytestqt.qtbot import QtBot

from gisapp.app import Application
from gisapp.language import Language
from gisapp.window import Window
from layers.text import Message
from tests.gisapp.driving import find, settle, unrendered, visible_texts

CHINESE = re.compile("[\u3400-\u9fff]")
# What stays Chinese in English: names in the data, the user's name, the switch itself, the pinyin example.
OURS = re.compile("小镇|林工|大塘路|解放巷|锦绣家园|^中$|中文")


def test_a_text_follows_the_language_until_its_widget_goes(qapp: QObject) -> None:
    language = Language("zh")
    label = QLabel()
    language.say(label, "setText", Message("action.undo"))
    language.say(label, "setToolTip", "plain")
    assert label.text() == "撤销"
    language.say(label, "setText", Message("action.redo"))
    language.use("en")
    assert (label.text(), label.toolTip()) == ("Redo", "plain")
    assert len(label.children()) == 2
    label.deleteLater()
    QCoreApplication.sendPostedEvents(None, 52)
    language.use("zh")  # would reach into a widget that is no more


def test_qts_own_words_follow(application: Application) -> None:
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    application.language.use("zh")
    chinese = buttons.button(QDialogButtonBox.StandardButton.Cancel).text()
    application.language.use("en")
    fresh = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    assert CHINESE.search(chinese)
    assert not CHINESE.search(fresh.button(QDialogButtonBox.StandardButton.Cancel).text())


def test_the_start_page_leaves_nothing_untranslated(window: Window, qtbot: QtBot) -> None:
    _check(window, qtbot)


@pytest.mark.parametrize("tab", range(4))
def test_the_workplace_leaves_nothing_untranslated(open_town: Window, qtbot: QtBot, tab: int) -> None:
    window = open_town
    find(window, "SB-000003", qtbot)
    qtbot.waitUntil(lambda: window.inspector.inspected is not None)
    names = ("fields", "links", "history", "photos")
    qtbot.mouseClick(window.inspector.tab_button(names[tab]), Qt.MouseButton.LeftButton)
    settle(window, qtbot)
    _check(window, qtbot)


def _check(window: Window, qtbot: QtBot) -> None:
    before = visible_texts(window)
    assert unrendered(before) == []
    assert any(CHINESE.search(text) for text in before)
    qtbot.mouseClick(window.top_bar.tongue, Qt.MouseButton.LeftButton)
    left = [text for text in visible_texts(window) if CHINESE.search(text) and not OURS.search(text)]
    assert left == []
    assert unrendered(visible_texts(window)) == []
    actions = [window.parts.actions.qt(action.id).text() for action in window.parts.actions]
    assert [text for text in actions if CHINESE.search(text) and not OURS.search(text)] == []
    qtbot.mouseClick(window.top_bar.tongue, Qt.MouseButton.LeftButton)
    assert visible_texts(window) == before
    assert window.parts.settings.preferences.language == "zh"
