"""Story 2: type + Enter, and the map is there with the inspector open."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from gisapp.window import Window
from tests.gisapp.driving import PATIENCE, find, settle


@pytest.mark.parametrize(
    ("typed", "name", "place"),
    [
        ("xhs-02147", "XHS-02147", (538655.3, 3016012.84)),
        ("201900007", "SB-000007", (538107.0, 3016011.0)),
        ("dtl", "大塘路", (538500.0, 3016000.0)),
    ],
    ids=["hydrant by code", "meter by number", "road by pinyin"],
)
def test_type_and_enter(
    open_town: Window, qtbot: QtBot, typed: str, name: str, place: tuple[float, float]
) -> None:
    window = open_town
    find(window, typed, qtbot)
    qtbot.waitUntil(lambda: window.inspector.inspected is not None, timeout=PATIENCE)
    settle(window, qtbot)
    assert window.inspector.name() == name
    viewport = window.map.canvas.viewport
    assert (viewport.x, viewport.y) == pytest.approx(place, abs=1.0)
    assert window.map.canvas.overlay.selected


def test_an_unlocated_meter_is_found_and_shown_as_such(open_town: Window, qtbot: QtBot) -> None:
    window = open_town
    before = window.map.canvas.viewport
    find(window, "777", qtbot)
    qtbot.waitUntil(lambda: window.inspector.inspected is not None, timeout=PATIENCE)
    settle(window, qtbot)
    assert window.inspector.name() == "SB-900000"
    assert window.map.canvas.viewport == before
