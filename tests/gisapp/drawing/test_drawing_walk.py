"""Drawing and mending in the real window: what is begun and left, typed figures, moving, and acts with their effect."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
import shapely
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot
from shapely.geometry.base import BaseGeometry

from gisapp.commands.opening import open_target
from gisapp.window import Window
from layers.model.asset import AssetKey
from layers.model.query import Query
from layers.store import opening
from layers.store.open_mode import open_mode
from tests.gisapp.drawing.conftest import CTRL, SHIFT, Hand
from tests.gisapp.driving import PATIENCE, settle, unrendered, visible_texts


def test_begun_and_left_typed_and_followed(hand: Hand, qtbot: QtBot) -> None:
    before, tool, strip = hand.counts(), hand.drafting.draw_tool, hand.drafting.strip
    hand.key(Qt.Key.Key_1)
    hand.wait()
    # Esc drops what is begun, then leaves the tool; Backspace takes one step back; nothing was written.
    for x in (0, 20, 40):
        hand.click(538_300.0 + x, 3_016_060.0)
    hand.map_key(Qt.Key.Key_Backspace)
    assert len(tool.places) == 2
    # Undo in the midst of it means the last place, not what was saved before.
    hand.key(Qt.Key.Key_Z, CTRL)
    assert len(tool.places) == 1
    hand.click(538_320.0, 3_016_060.0)
    assert hand.counts() == before
    hand.map_key(Qt.Key.Key_Escape)
    assert tool.places == ()
    assert hand.window.map.tool_name == "draw"
    hand.map_key(Qt.Key.Key_Escape)
    assert hand.window.map.tool_name == "select"
    assert hand.counts() == before
    # With Ctrl, and with snapping switched off, a click is where it is.
    hand.key(Qt.Key.Key_D)
    hand.click(538_300.9, 3_016_000.7, CTRL)
    assert tool.places[0] != pytest.approx((538_300.0, 3_016_000.0), abs=0.05)
    hand.map_key(Qt.Key.Key_Escape)
    hand.key(Qt.Key.Key_S)
    hand.click(538_300.9, 3_016_000.7)
    assert tool.places[0] != pytest.approx((538_300.0, 3_016_000.0), abs=0.05)
    hand.key(Qt.Key.Key_S)
    hand.map_key(Qt.Key.Key_Escape)
    # Shift follows the mains between two clicks: over the joint at 538300.
    hand.click(538_270.0, 3_016_000.5)
    hand.click(538_330.0, 3_016_000.5, SHIFT)
    assert [round(x - 538_000) for x, _ in tool.places] == [270, 300, 330]
    hand.map_key(Qt.Key.Key_Escape)
    # Typed: coordinates, then distance and bearing; Enter in the field sets, Enter on the map saves.
    hand.key(Qt.Key.Key_C)
    assert strip.isVisible()
    qtbot.keyClicks(strip.first, "538310 3016040")
    qtbot.keyClick(strip.first, Qt.Key.Key_Return)
    assert tool.last == pytest.approx((538_310.0, 3_016_040.0))
    strip.modes["bearing"].click()
    qtbot.keyClicks(strip.first, "30")
    qtbot.keyClicks(strip.second, "90")
    qtbot.keyClick(strip.second, Qt.Key.Key_Return)
    assert tool.last == pytest.approx((538_340.0, 3_016_040.0))
    # Two distances from known points that are picked: 3-4-5 on the left of the way from A to B.
    strip.modes["distances"].click()
    hand.click(538_300.3, 3_016_000.2)
    hand.click(538_400.2, 3_016_000.3)
    qtbot.keyClicks(strip.first, "60")
    qtbot.keyClicks(strip.second, "80")
    qtbot.keyClick(strip.second, Qt.Key.Key_Return)
    assert tool.last == pytest.approx((538_336.0, 3_016_048.0), abs=1e-6)
    # Offset from a main: 25 m along, 10 m to the right of it.
    strip.modes["offset"].click()
    hand.click(538_350.0, 3_016_000.2)
    qtbot.keyClicks(strip.first, "25")
    qtbot.keyClicks(strip.second, "10")
    qtbot.keyClick(strip.second, Qt.Key.Key_Return)
    assert tool.last == pytest.approx((538_325.0, 3_015_990.0), abs=1e-6)
    qtbot.keyClicks(strip.first, "not a number")
    strip.enter()
    assert "not a number" in strip.note.text()
    assert unrendered(visible_texts(hand.window.map)) == []
    hand.key(Qt.Key.Key_C)
    hand.map_key(Qt.Key.Key_Return)
    hand.wait()
    # It would cross itself: that is said, and the drawing is kept to be mended.
    assert hand.window.parts.notifier.notices[-1].severity == "error"
    assert len(tool.places) == 4
    hand.map_key(Qt.Key.Key_Backspace)
    hand.map_key(Qt.Key.Key_Return)
    hand.wait()
    assert hand.counts()["pipe"] == before["pipe"] + 1
    # A wrong value keeps the drawing; the right one lets it be saved.
    hand.drafting.bar.fields.editors["dn"].setText("abc")
    hand.click(538_300.0, 3_016_070.0)
    hand.click(538_340.0, 3_016_070.0)
    hand.map_key(Qt.Key.Key_Return)
    hand.wait()
    assert len(tool.places) == 2
    hand.drafting.bar.fields.editors["dn"].setText("150")
    hand.map_key(Qt.Key.Key_Return)
    hand.wait()
    (key,) = hand.window.parts.session.selection
    saved = hand.register.get("pipe", key.id)
    assert saved is not None
    assert saved["dn"] == 150


def heights(geometry: BaseGeometry) -> list[float]:
    return shapely.get_coordinates(geometry, include_z=True)[:, 2].tolist()


def test_heights_are_typed_where_they_are_known(hand: Hand, qtbot: QtBot) -> None:
    strip, tool, session = hand.drafting.strip, hand.drafting.draw_tool, hand.window.parts.session
    # Where one goes to is asked in the place in which the bar of the drawing stands.
    hand.do("view.go_to")
    assert hand.window.map.navigation.go_panel.isVisible()
    hand.do("draw.again")
    assert not hand.window.map.navigation.go_panel.isVisible()
    hand.key(Qt.Key.Key_C)
    for place, height in (("538310 3016040", "12.5"), ("538330 3016040", ""), ("538350 3016040", "-0.75")):
        qtbot.keyClicks(strip.first, place)
        qtbot.keyClicks(strip.height_field, height)
        qtbot.keyClick(strip.height_field, Qt.Key.Key_Return)
        assert strip.first.hasFocus()
        assert strip.height_field.text() == ""
    # What is no number is said and nothing is set; what is taken back forgets its height.
    qtbot.keyClicks(strip.first, "538360 3016040")
    qtbot.keyClicks(strip.height_field, "high")
    qtbot.keyClick(strip.height_field, Qt.Key.Key_Return)
    assert "high" in strip.note.text()
    assert len(tool.places) == 3
    strip.height_field.setText("3")
    strip.enter()
    hand.map_key(Qt.Key.Key_Backspace)
    hand.click(538_360.0, 3_016_040.0, CTRL)
    strip.modes["parallel"].click()
    assert not strip.height_field.isVisible()
    hand.map_key(Qt.Key.Key_Escape)
    hand.map_key(Qt.Key.Key_Return)
    hand.wait()
    (key,) = session.selection
    saved = hand.register.get("pipe", key.id)
    assert saved is not None
    assert heights(saved.geometry) == pytest.approx([12.5, np.nan, -0.75, np.nan], nan_ok=True)
    assert any("Z -0.75–12.50" in text for text in visible_texts(hand.window.inspector))
    for _ in ("undo", "redo"):
        hand.key(Qt.Key.Key_Z, CTRL)
        hand.wait()
        assert hand.register.get("pipe", key.id) is None
        hand.key(Qt.Key.Key_Z, CTRL | SHIFT)
        hand.wait()
        again = hand.register.get("pipe", key.id)
        assert again is not None
        assert shapely.equals_identical(again.geometry, saved.geometry)
    # A point has its height beside its place; on a line it stays its own.
    hand.key(Qt.Key.Key_2)
    strip.modes["coordinates"].click()
    qtbot.keyClicks(strip.first, "538300 3016030")
    qtbot.keyClicks(strip.height_field, "21.3")
    strip.enter()
    hand.wait()
    (key,) = session.selection
    valve = hand.register.get("valve", key.id)
    assert valve is not None
    assert heights(valve.geometry) == [21.3]
    assert any(text.endswith("/ 21.30") for text in visible_texts(hand.window.inspector))


def test_areas_lines_carried_on_and_what_is_not_repeated(hand: Hand, qtbot: QtBot) -> None:
    session, register, drafting = hand.window.parts.session, hand.register, hand.drafting
    before = hand.counts()
    # An area of the type chosen in the menu, which has no key; the strip asks for its name.
    drafting.draw(register.catalogue["community"])
    assert drafting.bar.fields.editors.keys() == {"name"}
    hand.wait()
    drafting.bar.fields.fill({"name": "新区"})
    drafting.bar.repeat.setChecked(False)
    for x, y in ((538_280, 3_016_060), (538_310, 3_016_060), (538_310, 3_016_080)):
        hand.click(x, y)
    hand.map_key(Qt.Key.Key_Return)
    hand.wait()
    assert hand.counts()["community"] == before["community"] + 1
    (area,) = session.selection
    made = register.get(*area)
    assert made is not None
    assert made["name"] == "新区"
    assert drafting.bar.fields.values() == {}
    drafting.bar.repeat.setChecked(True)
    # A branch of its own, carried on from its end, then lengthened to a main and cut off again.
    hand.key(Qt.Key.Key_1)
    hand.wait()
    hand.click(538_320.0, 3_016_050.0)
    hand.double_click(538_320.0, 3_016_030.0)
    hand.wait()
    (branch,) = session.selection
    hand.key(Qt.Key.Key_J)
    hand.click(538_320.0, 3_016_049.0)
    assert drafting.draw_tool.places == (pytest.approx((538_320.0, 3_016_050.0), abs=0.3),)
    hand.double_click(538_340.0, 3_016_050.0)
    hand.wait()
    assert hand.counts()["pipe"] == before["pipe"] + 1
    assert _length(hand, branch) == pytest.approx(40, abs=1)
    hand.do("tool.extend")
    hand.click(538_320.0, 3_016_031.0)
    hand.click(538_325.0, 3_016_000.2)
    hand.wait()
    assert _length(hand, branch) == pytest.approx(70, abs=1)
    assert hand.degree(538_320.0, 3_016_000.0) >= 3
    hand.do("tool.trim")
    hand.click(538_320.0, 3_016_010.0)
    hand.wait()
    assert _length(hand, branch) == pytest.approx(60, abs=1)
    # Where no line is, that is said on the map.
    hand.click(538_280.0, 3_016_040.0)
    assert drafting.hint.isVisible()
    # The whole walk is taken back.
    for _ in range(5):
        hand.key(Qt.Key.Key_Z, CTRL)
        hand.wait()
    assert hand.counts() == before
    # The right button offers what can be done with a drawing under way.
    hand.key(Qt.Key.Key_D)
    hand.click(538_320.0, 3_016_050.0)
    qtbot.mousePress(hand.canvas, Qt.MouseButton.RightButton, pos=hand.pixel(538_330, 3_016_050))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    finish, back, drop = menu.actions()[:3]
    assert finish.isEnabled()
    assert back.isEnabled()
    drop.trigger()
    menu.close()
    assert drafting.draw_tool.places == ()


def _length(hand: Hand, key: AssetKey) -> float:
    asset = hand.register.get(*key)
    assert asset is not None
    assert asset.geometry is not None
    return float(asset.geometry.length)


def test_moving_splitting_and_ending(hand: Hand, qtbot: QtBot) -> None:
    session, register, card = hand.window.parts.session, hand.register, hand.drafting.card
    before = hand.counts()
    # Drag the joint of two mains: both are stretched, as was shown, in one step.
    hand.key(Qt.Key.Key_E)
    hand.drag((538_300.0, 3_016_000.0), (538_300.0, 3_016_020.0))
    tool = hand.drafting.mending.move_tool
    assert tool.drag is not None
    assert len(tool._ghosts.shown) >= 2
    hand.drop(538_300.0, 3_016_020.0)
    assert hand.degree(538_300.0, 3_016_020.0) == 2
    hand.key(Qt.Key.Key_Z, CTRL)
    hand.wait()
    assert hand.degree(538_300.0, 3_016_000.0) == 2
    # Esc while dragging leaves all as it is.
    hand.drag((538_300.0, 3_016_000.0), (538_300.0, 3_016_020.0))
    hand.map_key(Qt.Key.Key_Escape)
    hand.drop(538_300.0, 3_016_020.0)
    assert hand.degree(538_300.0, 3_016_000.0) == 2
    # A further bend by a double click, dragged away.
    hand.double_click(538_350.0, 3_016_000.2)
    hand.wait()
    hand.drag((538_350.0, 3_016_000.0), (538_350.0, 3_016_015.0))
    hand.drop(538_350.0, 3_016_015.0)
    bent = next(p for p in register.find(Query("pipe")) if p["code"] == "GD-000003")
    assert bent.geometry is not None
    assert bent.geometry.length == pytest.approx(2 * math.hypot(50, 15), abs=0.5)
    # Split where one clicks: both halves selected; merged they are one again.
    hand.key(Qt.Key.Key_X)
    hand.click(538_250.0, 3_016_000.3)
    hand.wait()
    assert hand.counts()["pipe"] == before["pipe"] + 1
    assert len(session.selection) == 2
    assert hand.degree(538_250.0, 3_016_000.0) == 2
    hand.do("draw.merge")
    assert hand.counts()["pipe"] == before["pipe"]
    # So are three that follow each other, by one act.
    for x in (538_250.0, 538_275.0):
        hand.key(Qt.Key.Key_X)
        hand.click(x, 3_016_000.3)
        hand.wait()
    parts = [p.key for p in register.find(Query("pipe")) if str(p["code"]).startswith("GD-000002")]
    assert len(parts) == 3
    session.select(parts)
    hand.do("draw.merge")
    assert hand.counts()["pipe"] == before["pipe"]
    hand.do("draw.reverse")
    assert hand.degree(538_200.0, 3_016_000.0) == 2
    # Deleting as a mistake shows the effect and asks why; without a reason nothing happens, Esc leaves it.
    hydrant = register.by_code("hydrant", "XHS-02147")
    assert hydrant is not None
    hand.key(Qt.Key.Key_V)
    session.select((hydrant.key,))
    hand.do("draw.delete")
    assert card.isVisible()
    card.agree()
    hand.wait()
    assert card.isVisible()
    qtbot.keyClick(card.typed, Qt.Key.Key_Escape)
    assert not card.isVisible()
    hand.do("draw.delete")
    card.typed.setText("录重了")
    qtbot.keyClick(card.typed, Qt.Key.Key_Return)
    hand.wait()
    assert register.get("hydrant", hydrant.id) is None
    hand.key(Qt.Key.Key_Z, CTRL)
    hand.wait()
    assert register.get("hydrant", hydrant.id) is not None
    # Replacing: the old one retired with its date, the new one in its place, linked.
    pipe = register.by_code("pipe", "GD-000005")
    assert pipe is not None
    session.select((pipe.key,))
    hand.do("draw.replace")
    assert card.isVisible()
    qtbot.keyClick(card.typed, Qt.Key.Key_Return)
    hand.wait()
    old = register.get("pipe", pipe.id)
    (new,) = session.selection
    assert old is not None
    assert old["status"] == "abandoned"
    assert old["replaced_by"] == new.id
    # Retiring several at once; one undo.
    keys = [p.key for p in register.find(Query("pipe")) if p["status"] == "in_service"][:2]
    session.select(keys)
    hand.do("draw.retire")
    # What goes is marked on the map before it is agreed to.
    assert [ghost.role for ghost in hand.drafting._floats._ghosts.shown] == ["gone", "gone"]
    qtbot.keyClick(card.typed, Qt.Key.Key_Return)
    hand.wait()
    assert {register.get(*key)["status"] for key in keys} == {"abandoned"}  # type: ignore[index]
    hand.key(Qt.Key.Key_Z, CTRL)
    hand.wait()
    assert {register.get(*key)["status"] for key in keys} == {"in_service"}  # type: ignore[index]


def test_a_read_only_register_says_so(
    window: Window, town: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening, "open_mode", lambda path, **_: open_mode(path, read_only=True))
    open_target(window, str(town), lambda path: None)
    qtbot.waitUntil(lambda: window.parts.session.is_open, timeout=PATIENCE)
    settle(window, qtbot)
    assert not window.parts.session.is_writable
    for action in ("draw.again", "tool.edit_shape"):
        window.parts.notifier.notices.clear()
        window.parts.actions.trigger(action)
        assert window.map.tool_name == "select"
        assert window.parts.notifier.notices[-1].title.id == "draft.read_only"
    window.parts.session.select((AssetKey("pipe", 1),))
    window.parts.actions.trigger("draw.delete")
    settle(window, qtbot)
    assert not window.map.drafting.card.isVisible()
    assert "只读" in window.map.drafting.hint.label.text()
