"""The palette: actions, assets, people and places under one field; typing is never held up."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from gisapp.panels.palette.model import Entry
from gisapp.window import Window
from tests.gisapp.driving import PATIENCE, find, write

CTRL = Qt.KeyboardModifier.ControlModifier


def _titles(window: Window) -> list[str]:
    return [entry.title for entry in window.palette_panel.model.entries]


def _type(window: Window, text: str, qtbot: QtBot) -> None:
    qtbot.keyClick(window, Qt.Key.Key_K, CTRL)
    write(window.palette_panel.field, text, qtbot)


def test_it_opens_by_key_and_by_the_search_box_and_closes_by_escape(window: Window, qtbot: QtBot) -> None:
    qtbot.mouseClick(window.top_bar.search, Qt.MouseButton.LeftButton)
    assert window.palette_panel.isVisible()
    assert window.palette_panel.field.hasFocus()
    qtbot.keyClick(window.palette_panel.field, Qt.Key.Key_Escape)
    assert not window.palette_panel.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_K, CTRL)
    assert window.palette_panel.isVisible()


@pytest.mark.parametrize("typed", ["深色", "ss", "dark", "夜间", "qhss"])
def test_actions_are_found_in_both_languages_and_by_initials(
    window: Window, qtbot: QtBot, typed: str
) -> None:
    _type(window, typed, qtbot)
    assert "切换深色与浅色" in _titles(window)


def test_enter_does_what_is_marked_and_arrows_move_the_mark(window: Window, qtbot: QtBot) -> None:
    _type(window, "切换", qtbot)
    field = window.palette_panel.field
    row = _titles(window).index("切换深色与浅色")
    for _ in range(row):
        qtbot.keyClick(field, Qt.Key.Key_Down)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert window.parts.theme.name == "dark"
    assert not window.palette_panel.isVisible()


def test_what_is_not_possible_is_not_offered(window: Window, qtbot: QtBot) -> None:
    _type(window, "另存", qtbot)
    assert not any("副本" in title for title in _titles(window))


def test_nothing_found_says_what_to_try(open_town: Window, qtbot: QtBot) -> None:
    window = open_town
    _type(window, "zzzzqqq", qtbot)
    qtbot.waitUntil(lambda: "没有找到" in window.palette_panel.empty.text(), timeout=PATIENCE)
    assert window.palette_panel.empty.isVisible()


def test_a_late_answer_does_not_overwrite_newer_typing(window: Window, qtbot: QtBot) -> None:
    panel = window.palette_panel
    answers = {}
    panel._remote = lambda text, answer: answers.setdefault(text, answer)
    panel.open()
    qtbot.keyClicks(panel.field, "ab")
    answers["a"]([Entry("old", "", lambda: None)])
    assert "old" not in _titles(window)
    answers["ab"]([Entry("new", "", lambda: None)])
    assert _titles(window)[0] == "new"


def test_enter_before_the_answer_waits_for_it(window: Window, qtbot: QtBot) -> None:
    panel = window.palette_panel
    chosen: list[str] = []
    answers = {}
    panel._remote = lambda text, answer: answers.setdefault(text, answer)
    panel.open()
    qtbot.keyClicks(panel.field, "x1")
    qtbot.keyClick(panel.field, Qt.Key.Key_Return)
    assert chosen == []
    answers["x1"]([Entry("hit", "", lambda: chosen.append("hit"))])
    assert chosen == ["hit"]


@pytest.mark.parametrize(
    ("typed", "label"),
    [("xhs2147", "XHS-02147"), ("201900003", "SB-000003"), ("dtl", "大塘路"), ("jxjy", "锦绣家园")],
)
def test_assets_open_in_the_inspector(open_town: Window, qtbot: QtBot, typed: str, label: str) -> None:
    window = open_town
    find(window, typed, qtbot)
    qtbot.waitUntil(lambda: window.inspector.inspected is not None, timeout=PATIENCE)
    assert window.inspector.name() == label
    assert len(window.parts.session.selection) == 1


def test_typed_coordinates_move_the_map(open_town: Window, qtbot: QtBot) -> None:
    window = open_town
    find(window, "3016100 538700", qtbot)
    qtbot.waitUntil(lambda: abs(window.map.canvas.viewport.x - 538700) < 1, timeout=PATIENCE)
    assert window.map.canvas.viewport.y == pytest.approx(3016100)
