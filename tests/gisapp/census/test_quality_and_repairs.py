"""What follows the field work, in the window: a sample checked and signed off, a defect closed, a leak noted."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QToolButton, QWidget
from pytestqt.qtbot import QtBot
from shapely.geometry import Point

from gisapp.panels.sightings.sighting_entry import SightingEntry
from gisapp.panels.sightings.sighting_panel import SightingPanel
from gisapp.window import Window
from layers.census.values import as_text
from layers.model.asset import AssetKey
from layers.model.query import Query
from layers.register import Register
from layers.text import Message
from tests.gisapp.driving import PATIENCE, settle, unrendered, visible_texts, write

HYDRANTS = 8
CTRL, NONE = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier


@pytest.fixture(scope="module")
def logged_master(town_master: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The town with a lot that one team has logged, three of its hydrants under ground, and a severe defect."""
    town = Path(shutil.copy(town_master, tmp_path_factory.mktemp("logged") / "town.gpkg"))
    with Register.open(town, actor="林工") as register, register.edit(Message("action.import")) as edit:
        team, other = edit.insert("team", {"name": "普查一组"}), edit.insert("team", {"name": "质检组"})
        surveyor = edit.insert("person", {"name": "周大江", "team": team})
        edit.insert("person", {"name": "林工", "team": other})
        campaign = edit.insert("campaign", {
            "name": "消火栓普查", "types": "hydrant", "state": "open", "form": '{"hydrant": ["feed_dn", "condition"]}',
            "form_version": 1, "seed": 20261101, "sample_percent": 20.0,
        })  # fmt: skip
        lot = edit.insert("lot", {"campaign": campaign, "name": "学府片", "team": team, "state": "back"})
        said = as_text({"feed_dn": 100, "condition": "1"})
        record = 0
        for number in range(HYDRANTS):
            place = Point(538000 + 20 * number, 3016005)
            id = edit.insert("hydrant", {
                "code": f"XF-{number:06d}", "hydrant_type": "below" if number < 3 else "above", "feed_dn": 100,
                "condition": "1", "status": "in_service", "geom": place,
            })  # fmt: skip
            record = edit.insert("census_record", {
                "campaign": campaign, "lot": lot, "target": f"hydrant:{id}", "target_type": "hydrant",
                "state": "visited", "outcome": "found", "found": said, "book": said, "surveyor": surveyor,
                "logged_at": "2026-10-01T08:00:00.000Z", "sequence": number + 1, "geom": place,
            })  # fmt: skip
        order = edit.insert("work_order", {
            "kind": "repair", "target": f"hydrant:{id}", "state": "sent", "raised_date": "2026-10-01",
            "due_date": "2026-10-08", "person": surveyor,
        })  # fmt: skip
        edit.insert("defect", {
            "target": f"hydrant:{id}", "record": record, "kind": "hydrant_leak", "severity": 3, "state": "ordered",
            "found_date": "2026-10-01", "work_order": order,
        })  # fmt: skip
    return town


@pytest.fixture
def logged(logged_master: Path, town: Path) -> Path:
    """One's own to work on."""
    return Path(shutil.copy(logged_master, town))


def picture() -> None:
    """A photo on the clipboard."""
    image = QImage(64, 48, QImage.Format.Format_RGB32)
    image.fill(QColor("red"))
    QApplication.clipboard().setImage(image)


def press(window: Window, qtbot: QtBot, *keys: Qt.Key, ctrl: bool = False) -> None:
    """Keys go to whatever has the focus."""
    for key in keys:
        at: QWidget = QApplication.focusWidget() or window.focusWidget() or window
        qtbot.keyClick(at, key, CTRL if ctrl else NONE)


def click(qtbot: QtBot, widget: QWidget) -> None:
    assert widget.isEnabled()
    qtbot.mouseClick(widget, Qt.MouseButton.LeftButton)


def only(register: Register, type_name: str) -> dict[str, object]:
    [asset] = register.find(Query(type_name))
    return dict(asset.values)


def test_sample_checked_and_signed_off(logged: Path, open_town: Window, qtbot: QtBot) -> None:
    window = open_town
    register, actions = window.parts.session.register, window.parts.actions
    assert register is not None
    actions.trigger("survey.open")
    qtbot.waitUntil(lambda: window.census.centre.row is not None, timeout=PATIENCE)
    actions.trigger("survey.quality")
    census, tab = window.census, window.census.below.quality
    qtbot.waitUntil(lambda: census.quality.book is not None, timeout=PATIENCE)
    assert (tab.verdict.isVisible(), tab.sign.isEnabled()) == (True, True)
    click(qtbot, tab.sign)
    assert "尚未抽样" in tab.told.text()
    # An empty list says what a sample is; the lot is named whole, in the tip where there is no room.
    assert tab.table.accessibleDescription().startswith("还没有抽样")
    assert (tab.scope.currentText(), tab.scope.toolTip()) == ("本任务：学府片", "本任务：学府片")
    click(qtbot, tab.draw)
    qtbot.waitUntil(lambda: len(census.quality.rows) == 5, timeout=PATIENCE)
    assert sum(row.kind == "excavation" for row in census.quality.rows) == 3
    assert not tab.draw.isEnabled()
    click(qtbot, tab.chips["right"])
    assert (tab.table.rows.rowCount(), tab.table.accessibleDescription()) == (0, "这一类里没有。")
    click(qtbot, tab.chips["all"])

    # Five checks by keyboard alone but for the clicks on the map: as found, the position, on to the next.
    click(qtbot, tab.check)
    page = census.check_page
    assert window.side.currentWidget() is page
    assert page.checker.currentText() == "林工"
    canvas = window.map.canvas
    for number in range(5):
        row = census.quality.row
        assert row is not None
        press(window, qtbot, Qt.Key.Key_F2, Qt.Key.Key_F7)
        x, y = canvas.viewport.to_pixel(row.record.geometry.x, row.record.geometry.y)
        qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(round(x), round(y)))
        press(window, qtbot, Qt.Key.Key_Return, ctrl=True)
        assert page.error.isHidden(), (number, page.error.text())
        settle(window, qtbot)
    qtbot.waitUntil(lambda: census.quality.book.standing == "passes", timeout=PATIENCE)
    checks = register.find(Query("quality_check"))
    assert {(c["result"], c["differences"], c["outcome"]) for c in checks} == {("right", 0, "found")}
    assert max(c["distance_m"] for c in checks) < 1.0
    assert not unrendered(visible_texts(window))

    # The figures open what they count, and the sign-off says who and why; one undo takes it back.
    click(qtbot, tab.chips["right"])
    assert {key.type for key in window.parts.session.selection} == {"census_record"}
    assert tab.table.rows.rowCount() == 5
    click(qtbot, tab.sign)
    tab.words.setText("可以入账")
    press(window, qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: only(register, "lot")["state"] == "checked", timeout=PATIENCE)
    assert only(register, "lot")["checked_by"] == "林工"
    settle(window, qtbot)
    actions.trigger("edit.undo")
    qtbot.waitUntil(lambda: only(register, "lot")["state"] == "back", timeout=PATIENCE)
    settle(window, qtbot)

    # Where the team found nothing, its column says so, not what the book has.
    row = census.quality.rows[0]
    with register.edit(Message("action.import")) as edit:
        edit.update_many("census_record", [row.record.id], {"outcome": "not_found", "found": None})
    settle(window, qtbot)
    census.quality.read()
    settle(window, qtbot)
    census.open_check(row.id)
    feed = page.form.rows["feed_dn"]
    assert (feed.book.text(), feed.book_value) == ("未找到", None)


def test_defect_closed_and_leak_noted(logged: Path, open_town: Window, qtbot: QtBot) -> None:
    window = open_town
    register, actions = window.parts.session.register, window.parts.actions
    assert register is not None
    actions.trigger("survey.defects")
    tab = window.census.below.defects
    qtbot.waitUntil(lambda: tab.table.rows.rowCount() == 1, timeout=PATIENCE)
    assert len(tab.list.listed("late")) == 1
    tab.table.selectRow(0)
    card = tab.card
    click(qtbot, card.repair)
    assert "照片" in card.error.text()
    picture()
    card.remark.setFocus()
    press(window, qtbot, Qt.Key.Key_F6)
    card.remark.setText("换密封圈")
    press(window, qtbot, Qt.Key.Key_Return, ctrl=True)
    qtbot.waitUntil(lambda: only(register, "defect")["state"] == "repaired", timeout=PATIENCE)
    assert only(register, "work_order")["state"] == "closed"
    assert [a["kind"] for a in register.attachments("defect", 1)] == ["after"]
    qtbot.waitUntil(lambda: card.confirm.isVisible(), timeout=PATIENCE)
    settle(window, qtbot)
    assert [len(photos) for photos in card.pair.photos] == [0, 1]
    click(qtbot, card.reopen)
    assert card.error.isVisible()
    click(qtbot, card.confirm)
    qtbot.waitUntil(lambda: only(register, "defect")["state"] == "closed", timeout=PATIENCE)
    settle(window, qtbot)
    assert only(register, "defect")["closed_by"] == "林工"

    # How severe a defect is is proposed and can be said otherwise: then a photo is asked for, and an order raised.
    page, row = window.census.page, window.census.centre.rows[0]
    window.census.centre.choose(row.id)
    window.census.begin()
    press(window, qtbot, Qt.Key.Key_F4, Qt.Key.Key_3, Qt.Key.Key_Tab)
    assert page.form.severities.strips["cap_missing"].value == "2"
    press(window, qtbot, Qt.Key.Key_4)
    press(window, qtbot, Qt.Key.Key_Return, ctrl=True)
    assert page.error.isVisible()
    press(window, qtbot, Qt.Key.Key_F6)
    press(window, qtbot, Qt.Key.Key_Return, ctrl=True)
    qtbot.waitUntil(lambda: register.count("defect") == 2, timeout=PATIENCE)
    settle(window, qtbot)
    new = register.get("defect", 2)
    assert new is not None
    assert (new["kind"], new["severity"], new["state"], new["work_order"]) == ("cap_missing", 4, "ordered", 2)
    actions.trigger("edit.undo")
    qtbot.waitUntil(lambda: register.count("defect") == 1, timeout=PATIENCE)
    settle(window, qtbot)

    # A leak seen in passing, from the map's desk: a key, a click, a word, a photo.
    window.show_desk("map")
    window.parts.session.select([AssetKey("hydrant", 1)])
    actions.trigger("survey.report")
    entry = window.map.findChild(SightingEntry)
    # A place in another part of the world is none.
    write(entry.position.line, "1,2", qtbot)
    assert entry.position.is_wrong
    click(qtbot, entry.save)
    assert entry.error.isVisible()
    assert register.count("field_report") == 0
    qtbot.mouseClick(window.map.canvas, Qt.MouseButton.LeftButton, pos=window.map.canvas.rect().center())
    assert entry.position.place is not None
    write(entry.words, "路面冒水", qtbot)
    press(window, qtbot, Qt.Key.Key_F6)
    press(window, qtbot, Qt.Key.Key_Return, ctrl=True)
    qtbot.waitUntil(lambda: register.count("field_report") == 1, timeout=PATIENCE)
    report = only(register, "field_report")
    assert (report["kind"], report["seen"], report["finder"], report["target"], report["state"]) == (
        "leak",
        "路面冒水",
        "林工",
        "hydrant:1",
        "open",
    )
    assert len(register.attachments("field_report", 1)) == 1
    qtbot.waitUntil(entry.isHidden, timeout=PATIENCE)
    assert window.map.tool_name == "select"

    # It becomes an order, and is dealt with by a word.
    actions.trigger("survey.reports")
    panel = window.findChild(SightingPanel)
    qtbot.waitUntil(lambda: panel.table.rows.rowCount() == 1, timeout=PATIENCE)
    panel.table.selectRow(0)
    click(qtbot, panel.card.order)
    qtbot.waitUntil(lambda: only(register, "field_report")["state"] == "confirmed", timeout=PATIENCE)
    settle(window, qtbot)
    qtbot.waitUntil(lambda: panel.card.case.order is not None, timeout=PATIENCE)
    click(qtbot, panel.card.close_case)
    assert "处理情况" in panel.card.error.text()
    panel.card.remark.setText("已换管")
    click(qtbot, panel.card.close_case)
    qtbot.waitUntil(lambda: only(register, "field_report")["state"] == "closed", timeout=PATIENCE)
    settle(window, qtbot)
    assert {order["state"] for order in register.find(Query("work_order"))} == {"closed"}
    assert not unrendered(visible_texts(window))

    # What is listed goes into the table, from where it is exported.
    panel.list.keep("all")
    click(qtbot, panel.list.gather)
    assert tuple(window.parts.session.selection) == (AssetKey("field_report", 1),)
    assert window.table.is_open
    settle(window, qtbot)

    # The list stays under the map of the desk until something else is asked for.
    window.show_desk("census")
    settle(window, qtbot)
    assert panel.isVisible()
    window.rail.findChild(QToolButton, "desk.census").click()
    assert not panel.isVisible()
    assert window.census.below.isVisible()
    for name in ("survey.defects", "survey.board"):
        actions.trigger("survey.reports")
        assert panel.isVisible()
        actions.trigger(name)
        assert not panel.isVisible()
        assert window.census.below.isVisible()
    settle(window, qtbot)
