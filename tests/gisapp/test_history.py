"""The past in the window: history of an asset, the trail, bringing back with a preview, the map of a past day."""

from __future__ import annotations

import datetime

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from shapely.geometry import LineString, Point

from gisapp.dialogs.moment_dialog import MomentDialog
from gisapp.dialogs.restore_dialog import RestoreDialog
from gisapp.forms.words import IconButton, Label
from gisapp.panels.history.asset_history import AssetHistory
from gisapp.panels.history.day_note import DayNote
from gisapp.window import Window
from layers.model.asset import AssetKey
from layers.model.query import Compare, Query
from layers.register import Register
from layers.text import Message
from tests.gisapp.driving import PATIENCE, settle, unrendered, visible_texts

LEFT, CTRL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier
ACT = Message("action.find")


def _register(window: Window) -> Register:
    register = window.parts.session.register
    assert register is not None
    return register


def _set(window: Window, key: AssetKey, qtbot: QtBot, **values: object) -> None:
    asset = _register(window).get(*key)
    assert asset is not None
    window.parts.session.edit(ACT, lambda edit: edit.update(*key, asset.version, values))
    settle(window, qtbot)


def _value(window: Window, key: AssetKey, field: str) -> object:
    asset = _register(window).get(*key)
    return None if asset is None else asset.get(field)


def _dialog(window: Window, qtbot: QtBot) -> RestoreDialog:
    qtbot.waitUntil(lambda: bool(window.findChildren(RestoreDialog)), timeout=PATIENCE)
    return window.findChildren(RestoreDialog)[-1]


def _go(window: Window, qtbot: QtBot) -> None:
    dialog = _dialog(window, qtbot)
    qtbot.mouseClick(dialog.go, LEFT)
    settle(window, qtbot)
    qtbot.waitUntil(lambda: not window.findChildren(RestoreDialog), timeout=PATIENCE)


def _texts(root: QWidget) -> list[str]:
    return [label.text() for label in root.findChildren(Label) if label.isVisible()]


def _page(window: Window, qtbot: QtBot) -> AssetHistory:
    window.inspector.open_tab("history")
    settle(window, qtbot)

    def told() -> AssetHistory | None:
        pages = window.inspector.findChildren(AssetHistory)
        return next((page for page in pages if page.isVisible() and page.steps and _texts(page)), None)

    qtbot.waitUntil(lambda: told() is not None, timeout=PATIENCE)
    page = told()
    assert page is not None
    return page


def test_history_of_an_asset_and_ways_back(open_town: Window, qtbot: QtBot) -> None:
    window = open_town
    hydrant = _register(window).by_code("hydrant", "XHS-02147")
    assert hydrant is not None
    key, place = hydrant.key, hydrant.geometry
    assert place is not None
    community = _register(window).by_code("community", "XQ-0001")
    assert community is not None
    _set(window, key, qtbot, geom=Point(place.x + 3, place.y + 4), condition="1", feed_dn=200)
    window.parts.session.select([key])
    settle(window, qtbot)
    page = _page(window, qtbot)
    # In the reader's words: units, titles of choices, how far it was moved.
    texts = _texts(page)
    assert {"100 → 150 mm", "150 → 200 mm", "— → 完好", "移动 5.00 m", "新增"} <= set(texts)
    assert unrendered(visible_texts(page)) == []
    # The old place stands on the map beside the new one, until the eye is closed.
    ghost = next(s for s in window.map.canvas.overlay.sketches if hasattr(s, "pairs"))
    eye = page.findChild(IconButton, "ghostButton")
    qtbot.mouseClick(eye, LEFT)
    assert [old for old, _ in ghost.pairs] == [place]
    qtbot.mouseClick(eye, LEFT)
    assert ghost.pairs == ()
    # One field goes back by its button, after a look; one step of undo takes that back.
    back = next(b for b in page.findChildren(IconButton, "restoreField") if "接管口径" in b.toolTip())
    qtbot.mouseClick(back, LEFT)
    assert "200 → 150 mm" in _texts(_dialog(window, qtbot))
    _go(window, qtbot)
    assert (_value(window, key, "feed_dn"), _value(window, key, "condition")) == (150, "1")
    session = window.parts.session
    qtbot.waitUntil(
        lambda: session.undo_label is not None and session.undo_label.id == "history.act.field",
        timeout=PATIENCE,
    )
    window.parts.actions.trigger("edit.undo")
    qtbot.waitUntil(lambda: _value(window, key, "feed_dn") == 200, timeout=PATIENCE)
    settle(window, qtbot)
    # The whole asset as before the last edit.
    page = _page(window, qtbot)
    act = next(step.act for step in page.steps if step.act is not None and step.act.kind == "edit")
    page.step_menu(act).actions()[0].trigger()
    _go(window, qtbot)
    again = _register(window).get(*key)
    assert again is not None
    assert (again.get("feed_dn"), again.get("condition"), again.geometry) == (150, None, place)


def test_the_trail_is_searched_and_brings_back_what_is_gone(open_town: Window, qtbot: QtBot) -> None:
    window = open_town
    register = _register(window)
    pipes = register.find(Query("pipe", limit=2))
    start = register.data_version
    with register.edit(ACT) as edit:
        for pipe in pipes:
            edit.update("pipe", pipe.id, pipe.version, {"dn": 250, "road": "二环"})
    _set(window, pipes[0].key, qtbot, dn=400)
    gone = register.get(*pipes[1].key)
    assert gone is not None
    window.parts.session.edit(ACT, lambda edit: edit.delete("pipe", gone.id, gone.version))
    settle(window, qtbot)
    qtbot.keyClick(window, Qt.Key.Key_H, CTRL)
    trail = window.trail
    qtbot.waitUntil(lambda: trail.isVisible() and bool(trail.model.acts), timeout=PATIENCE)
    # An asset that is gone is found by the code it had; of a person, nobody else's acts are listed.
    qtbot.keyClicks(trail.filters.words, str(gone["code"]))
    qtbot.waitUntil(lambda: len(trail.model.acts) == 3, timeout=PATIENCE)
    trail.filters.words.clear()
    trail.filters.kind.setCurrentIndex(trail.filters.kind.findData("import"))
    qtbot.waitUntil(lambda: not trail.model.acts and trail.told.isVisible(), timeout=PATIENCE)
    trail.filters.clear()
    qtbot.waitUntil(lambda: len(trail.model.acts) > 3, timeout=PATIENCE)
    # The act on two pipes: both were changed since; what is ticked is overwritten, the other stays.
    row = trail.model.row_of(start + 1)
    assert row is not None
    trail.list.setCurrentIndex(trail.model.index(row, 0))
    qtbot.waitUntil(lambda: trail.act.isVisible() and trail.act.detail is not None, timeout=PATIENCE)
    settle(window, qtbot)
    assert unrendered(visible_texts(trail)) == []
    qtbot.mouseClick(trail.act.take_back, LEFT)
    dialog = _dialog(window, qtbot)
    assert len(dialog.boxes) == 2
    assert not dialog.go.isEnabled()
    dialog.boxes[pipes[0].key].setChecked(True)
    _go(window, qtbot)
    assert (_value(window, pipes[0].key, "dn"), _value(window, pipes[0].key, "road")) == (
        pipes[0]["dn"], pipes[0]["road"],
    )  # fmt: skip
    assert register.get(*gone.key) is None
    # Everything since that act: the deleted pipe is there again, as it was.
    trail.list.setCurrentIndex(trail.model.index(trail.model.row_of(start + 1) or 0, 0))
    settle(window, qtbot)
    qtbot.mouseClick(trail.act.since, LEFT)
    assert any("找回 1" in text for text in _texts(_dialog(window, qtbot)))
    _go(window, qtbot)
    assert [_value(window, pipe.key, "dn") for pipe in pipes] == [pipe["dn"] for pipe in pipes]
    qtbot.mouseClick(trail.close_button, LEFT)
    assert not trail.isVisible()
    # The same by a moment: nothing happened after now.
    window.parts.actions.trigger("edit.restore_since")
    qtbot.waitUntil(lambda: bool(window.findChildren(MomentDialog)), timeout=PATIENCE)
    asked = window.findChildren(MomentDialog)[-1]
    asked.moment.setText("gestern")
    qtbot.mouseClick(asked.go, LEFT)
    assert asked.wrong.isVisible()
    asked.moment.setText("2100-01-01 00:00")
    qtbot.mouseClick(asked.go, LEFT)
    preview = _dialog(window, qtbot)
    assert not preview.go.isEnabled()
    preview.reject()
    settle(window, qtbot)


def test_the_map_shows_a_past_day(open_town: Window, qtbot: QtBot) -> None:
    window = open_town
    register = _register(window)
    with register.edit(ACT) as edit:
        for number, laid in enumerate(("1985", "2005-07")):
            line = LineString([(538000, 3016100 + number), (538500, 3016100 + number)])
            edit.insert("pipe", {"dn": 1000, "laid_date": laid, "status": "in_service", "geom": line})
    settle(window, qtbot)
    count = _mains(window)
    window.parts.actions.trigger("view.past")
    past = window.map.past
    qtbot.waitUntil(lambda: past.map.shown is not None, timeout=PATIENCE)
    assert past.strip.isVisible()
    # The keyboard is where a date is typed; what is none is told, and digits on the slider begin a date.
    assert window.focusWidget() is past.strip.field
    bottom = past.strip.geometry().bottom()
    qtbot.keyClicks(past.strip.field, "gestern\r")
    assert "gestern" in past.strip.note.text()
    assert past.strip.geometry().bottom() == bottom
    past.strip.slider.setFocus()
    qtbot.keyClick(past.strip.slider, Qt.Key.Key_2)
    assert window.focusWidget() is past.strip.field
    qtbot.keyClicks(past.strip.field, "000\r")
    qtbot.waitUntil(lambda: past.map.shown.day == "2000-12-31", timeout=PATIENCE)
    settle(window, qtbot)
    assert _mains(window) == count - 1
    legend = {source.layer.id: source for source in window.map.canvas.scene.sources}
    assert "pipe" in legend
    # Table, inspector and checks say which day it is; table and inspector obey it.
    window.table.open("pipe")
    drawer = window.table.drawer
    assert drawer is not None
    qtbot.waitUntil(lambda: drawer.feed.shown is not None and not drawer.feed.is_busy, timeout=PATIENCE)
    rows = drawer.feed.shown
    assert rows is not None
    lying = set(rows.data.fids[rows.rows].tolist())
    old, young = (asset.id for asset in register.find(Query("pipe", Compare("dn", "=", 1000))))
    settle(window, qtbot)
    assert drawer.tabs.counts["pipe"][1] == len(rows.data)
    assert old in lying
    assert young not in lying
    assert drawer.day.isVisible()
    assert "2000-12-31" in drawer.day.label.text()
    assert not drawer.model.may_edit
    window.parts.session.select([AssetKey("pipe", young)])
    settle(window, qtbot)
    (note,) = [each for each in window.inspector.findChildren(DayNote) if each.isVisible()]
    assert "还没有" in note.label.text()
    assert not window.inspector.form.is_writable
    for name in ("draw.again", "tool.edit_shape", "tool.split", "draw.delete", "draw.survey", "edit.trail"):
        assert window.parts.actions.is_possible(name) is (name == "edit.trail"), name
    # So does the page of several.
    window.parts.session.select([AssetKey("pipe", old), AssetKey("pipe", min(lying - {old}))])
    settle(window, qtbot)
    assert window.inspector.many_day.isVisible()
    assert "2000-12-31" in window.inspector.many_day.label.text()
    assert not window.inspector.many_form.isVisible()
    window.parts.session.select(())
    # Nothing can be edited, and it is said why.
    assert not window.parts.session.may("edit")
    told: list[object] = []
    window.parts.session.edit(ACT, lambda edit: edit.insert("meter", {}), failed=told.append)
    assert len(told) == 1
    # By the trail: before today the book did not exist; at the end of today it is as now.
    past.strip.use_basis("book")
    qtbot.waitUntil(lambda: past.map.shown.basis == "book", timeout=PATIENCE)
    settle(window, qtbot)
    assert young in (now.data.fids if (now := drawer.feed.shown) is not None else ())
    assert past.map.day == datetime.date.today()
    assert _mains(window) == count
    qtbot.keyClick(window.map.canvas, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not past.strip.isVisible(), timeout=PATIENCE)
    assert window.parts.session.may("edit")
    settle(window, qtbot)
    assert _mains(window) == count
    assert drawer.model.may_edit
    assert not drawer.day.isVisible()
    assert not note.isVisible()
    assert window.parts.actions.is_possible("tool.split")


def _mains(window: Window) -> int:
    scene = window.map.canvas.scene
    assert scene is not None
    return sum(c.count for c in scene.counts()["pipe"].values())
