"""Story 6: the next hydrant on the list confirmed or corrected, with a photo, by keyboard alone; and 200 of them."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from shapely.geometry import Point

from gisapp.window import Window
from layers.census.lots.planning import make_walked_lots, plan_cuts, walk_cuts
from layers.census.values import from_text
from layers.model.query import Compare, Query
from layers.register import Register
from layers.text import Message
from tests.gisapp.driving import PATIENCE, settle, unrendered, visible_texts

HYDRANTS = 200
CTRL, NONE = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier
FORM = '{"hydrant": ["hydrant_type", "feed_dn", "plate_no", "condition"]}'


class Keyboard:
    """Keys go to whatever has the focus, as they do for a user; counted."""

    def __init__(self, window: Window, qtbot: QtBot) -> None:
        self._window, self._qtbot, self.strokes = window, qtbot, 0

    def press(self, *keys: Qt.Key, ctrl: bool = False) -> None:
        for key in keys:
            self.strokes += 1
            self._qtbot.keyClick(self._at, key, CTRL if ctrl else NONE)

    def write(self, text: str) -> None:
        """A typed value: it is not counted."""
        self._qtbot.keyClicks(self._at, text)

    @property
    def _at(self) -> QWidget:
        return QApplication.focusWidget() or self._window


@pytest.fixture(scope="module")
def surveyed_master(town_master: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The town with 200 hydrants more, and a campaign with one lot of all."""
    town = Path(shutil.copy(town_master, tmp_path_factory.mktemp("surveyed") / "town.gpkg"))
    with Register.open(town, actor="林工") as register:
        with register.edit(Message("action.import")) as edit:
            edit.insert("person", {"name": "林工", "phone": "13900000001"})
            edit.insert("team", {"code": "BZ-9", "name": "普查一组"})
            for number in range(HYDRANTS):
                place = Point(538000 + 5 * number, 3016005 + 3 * (number % 2))
                edit.insert("hydrant", {
                    "code": f"XF-{number:06d}", "hydrant_type": "above", "feed_dn": 100, "plate_no": f"P{number}",
                    "condition": "1", "status": "in_service", "road": "大塘路", "geom": place,
                })  # fmt: skip
            id = edit.insert("campaign", {
                "name": "消火栓普查", "types": "hydrant", "state": "open", "form": FORM, "form_version": 1,
            })  # fmt: skip
        campaign = register.get("campaign", id)
        assert campaign is not None
        cuts = walk_cuts(register, plan_cuts(register, campaign, "size", size=500).cuts)
        with register.edit(Message("action.import")) as edit:
            make_walked_lots(edit, id, cuts, lambda message: message.id)
    return town


@pytest.fixture
def surveyed(surveyed_master: Path, town: Path) -> Path:
    """A campaign of one's own to work on."""
    return Path(shutil.copy(surveyed_master, town))


def is_beneath(words: QWidget, part: QWidget) -> bool:
    """Whether words are seen, right under what they are about."""
    QApplication.processEvents()
    apart = words.mapToGlobal(words.rect().topLeft()).y() - part.mapToGlobal(part.rect().bottomLeft()).y()
    return words.isVisible() and not words.visibleRegion().isEmpty() and 0 <= apart <= 16


def _open(window: Window, qtbot: QtBot) -> None:
    window.parts.actions.trigger("survey.open")
    qtbot.waitUntil(lambda: window.census.centre.row is not None, timeout=PATIENCE)
    settle(window, qtbot)


def test_next_hydrant_by_keyboard(surveyed: Path, open_town: Window, qtbot: QtBot) -> None:
    window = open_town
    register, centre = window.parts.session.register, window.census.centre
    assert register is not None
    _open(window, qtbot)
    page = window.census.page
    assert window.side.currentWidget() is page
    assert [row.record["sequence"] for row in centre.rows] == list(range(1, HYDRANTS + 2))
    window.census.begin()
    first = centre.row
    assert first is not None

    # All as in the book but one value, a worse condition, a defect with its photo, and on to the next.
    keys = Keyboard(window, qtbot)
    picture = QImage(64, 48, QImage.Format.Format_RGB32)
    picture.fill(QColor("red"))
    QApplication.clipboard().setImage(picture)
    keys.press(Qt.Key.Key_F2, Qt.Key.Key_Tab, Qt.Key.Key_Tab)
    keys.write("150")
    keys.press(Qt.Key.Key_F3, Qt.Key.Key_3, Qt.Key.Key_F4, Qt.Key.Key_1, Qt.Key.Key_F6)
    keys.press(Qt.Key.Key_Return, ctrl=True)
    assert keys.strokes <= 12
    assert page.error.isHidden(), page.error.text()
    settle(window, qtbot)
    record = register.get("census_record", first.id)
    assert record is not None
    assert (record["state"], record["outcome"], record["differing"]) == (
        "visited",
        "found",
        "feed_dn,condition",
    )
    assert from_text(record["found"])["feed_dn"] == 150
    assert record["seconds"] > 0
    assert len(register.attachments("census_record", first.id)) == 1
    defects = register.find(Query("defect"))
    assert [(d["kind"], d["severity"], d["state"]) for d in defects] == [("hydrant_hit", 3, "ordered")]
    assert len(register.find(Query("work_order"))) == 1
    # The book is as it was, the next target is up, and one undo takes it all back.
    hydrant = register.get("hydrant", first.target.id)
    assert hydrant is not None
    assert hydrant["feed_dn"] in (100, 150)
    assert centre.row is not None
    assert centre.row.id == centre.rows[1].id
    assert not unrendered(visible_texts(window))
    # Its photo is seen where it was logged.
    centre.choose(first.id)
    settle(window, qtbot)
    assert [each.icon().isNull() for each in page.form.photos.kept_tiles] == [False]
    centre.choose(centre.rows[1].id)
    assert page.form.photos.kept_tiles == []
    window.parts.actions.trigger("edit.undo")
    settle(window, qtbot)
    assert register.find(Query("defect")) == []
    qtbot.waitUntil(lambda: centre.rows[0].is_open, timeout=PATIENCE)

    # A key pressed once too often is no visit.
    window.census.begin()
    here = centre.row
    keys.press(Qt.Key.Key_Return, ctrl=True)
    assert page.error.isVisible()
    assert centre.row is here

    # What is no number stays to be read where it was typed, called wrong, and is not saved.
    window.census.begin()
    keys.press(Qt.Key.Key_F2)
    wrong = page.form.rows["feed_dn"]
    wrong.focus()
    keys.write("abc")
    keys.press(Qt.Key.Key_Tab)
    assert wrong.editor is not None
    assert (wrong.editor.text(), wrong.editor.property("state")) == ("abc", "wrong")
    keys.press(Qt.Key.Key_Return, ctrl=True)
    assert page.error.isVisible()
    assert is_beneath(wrong.note, wrong.editor)
    assert "abc" in wrong.note.text()
    wrong.put(None)
    assert not wrong.note.isVisible()

    # A severe defect without a photo is refused where it stands; what is entered stays.
    window.census.begin()
    keys.press(Qt.Key.Key_F2, Qt.Key.Key_F4, Qt.Key.Key_1)
    keys.press(Qt.Key.Key_Return, ctrl=True)
    assert page.error.isVisible()
    assert page.form.defects.chosen == ("hydrant_hit",)
    asked = page.form.notes["photos"]
    assert is_beneath(asked, page.form.photos)
    keys.press(Qt.Key.Key_F4, Qt.Key.Key_1)
    assert not asked.isVisible()

    # Not found by one digit; no access needs a word.
    second = centre.row
    window.census.begin()
    keys.press(Qt.Key.Key_3)
    keys.press(Qt.Key.Key_Return, ctrl=True)
    assert page.error.isVisible()
    # The word is asked for where it is typed, and can be typed at once.
    assert is_beneath(page.form.notes["remark"], page.form.remark)
    assert page.form.remark.hasFocus()
    window.census.begin()
    keys.press(Qt.Key.Key_2)
    keys.press(Qt.Key.Key_Return, ctrl=True)
    settle(window, qtbot)
    record = register.get("census_record", second.id)
    assert record is not None
    assert record["outcome"] == "not_found"

    # What is not in the book: its place clicked on the map, a code for the time being.
    before = centre.row
    window.census.begin()
    keys.press(Qt.Key.Key_4)
    assert before is not None
    assert page.code.text() != before.code
    page.form.rows["feed_dn"].focus()
    keys.write("200")
    # A place of another system is called wrong where it is typed.
    page.form.position.line.setFocus()
    keys.write("1,2")
    assert page.form.position.is_wrong
    assert is_beneath(page.form.position.said, page.form.position.line)
    assert page.form.position.said.property("tone") == "danger"
    keys.press(Qt.Key.Key_Return, ctrl=True)
    assert page.error.isVisible()
    assert page.form.is_new
    # What stands here is not lost by looking at another row.
    settle(window, qtbot)
    other = next(row for row in centre.rows if row.id != before.id)
    centre.choose(other.id)
    assert not page.form.is_new
    centre.choose(before.id)
    assert page.form.is_new
    assert page.form.rows["feed_dn"].value == 200
    # A place far off, and not impossibly so, is taken and asked about.
    at = before.record.geometry
    page.form.position.line.clear()
    page.form.position.line.setFocus()
    keys.write(f"{at.x + 7500:.2f}, {at.y:.2f}")
    assert page.form.position.doubt.isVisible()
    assert not page.form.position.is_wrong
    keys.press(Qt.Key.Key_F7)
    canvas = window.map.canvas
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=canvas.rect().center())
    assert page.form.position.place is not None
    assert not page.form.position.doubt.isVisible()
    # What is wrong with it is entered as with a known one.
    assert page.form.defects.isVisible()
    keys.press(Qt.Key.Key_F4, Qt.Key.Key_3)
    assert page.form.defects.chosen == ("cap_missing",)
    keys.press(Qt.Key.Key_Return, ctrl=True)
    assert page.error.isHidden(), page.error.text()
    settle(window, qtbot)
    new = register.find(Query("census_record", Compare("outcome", "=", "new")))
    assert [from_text(each["found"]) for each in new] == [{"feed_dn": 200}]
    assert new[0]["provisional_code"]
    [defect] = register.find(Query("defect", Compare("kind", "=", "cap_missing")))
    assert (defect["target"], defect["record"]) == (f"census_record:{new[0].id}", new[0].id)
    assert centre.row is not None
    assert centre.row.id == before.id

    # Another team found the same: told where it is decided, and taken together with it.
    twin = {name: new[0].values[name] for name in ("campaign", "target_type", "state", "outcome", "geom")}
    with register.edit(Message("action.import")) as edit:
        other = edit.insert("census_record", {**twin, "provisional_code": "WB-0001-hydrant-7"})

    # Differences are decided below, the figures shown first; then the book has it as one change.
    window.census.below.show_tab("differences")
    settle(window, qtbot)
    tab = window.census.below.differences
    centre.read()
    settle(window, qtbot)
    qtbot.mouseClick(tab.chips["new"], Qt.MouseButton.LeftButton)
    settle(window, qtbot)
    assert len(tab.ids) == 2
    # New ones are no part of what was to be done: the same figure wherever it stands.
    assert window.census.below.whole.text().startswith(f"全批次 1 / {HYDRANTS + 1}（")
    assert window.census.below.whole.text().endswith("另新增 2")
    assert window.census.panel.count.text() == f"1 / {HYDRANTS + 1}，另新增 1"
    assert new[0]["provisional_code"] in tab.table.rows.rows[1].cells[2]
    assert tab.same.isVisible()
    # Called two, they are not offered any more; undone, they are again.
    qtbot.mouseClick(tab.not_same, Qt.MouseButton.LeftButton)
    settle(window, qtbot)
    qtbot.waitUntil(lambda: not tab.same.isVisible(), timeout=PATIENCE)
    assert register.get("census_record", other)["not_same_as"] == str(new[0].id)  # type: ignore[index]
    window.parts.actions.trigger("edit.undo")
    qtbot.waitUntil(tab.same.isVisible, timeout=PATIENCE)
    qtbot.mouseClick(tab.same, Qt.MouseButton.LeftButton)
    settle(window, qtbot)
    qtbot.mouseClick(tab.go, Qt.MouseButton.LeftButton)
    settle(window, qtbot)
    assert register.get("census_record", other)["same_as"] == new[0].id  # type: ignore[index]
    centre.read()
    settle(window, qtbot)
    assert not tab.same.isVisible()
    assert len(tab.ids) == 1
    qtbot.mouseClick(tab.accept, Qt.MouseButton.LeftButton)
    settle(window, qtbot)
    assert tab.plan is not None
    count = register.count("hydrant")
    # Nobody signed it off: it is told, and goes in with a reason only.
    assert "未经质检签认" in tab.told.text()
    assert tab.told.toolTip() == centre.book.lots[0].lot["name"]  # type: ignore[union-attr]
    assert (tab.go.text(), tab.reason.hasFocus()) == ("仍要验收", True)
    qtbot.mouseClick(tab.go, Qt.MouseButton.LeftButton)
    settle(window, qtbot)
    assert register.count("hydrant") == count
    assert "须写明理由" in tab.told.text()
    tab.reason.setText("汛期前先入账")
    qtbot.mouseClick(tab.go, Qt.MouseButton.LeftButton)
    settle(window, qtbot)
    assert register.count("hydrant") == count + 1
    assert register.find(Query("acceptance"))[0]["reason"] == "汛期前先入账"
    # The rest of them: sent back with a reason.
    qtbot.mouseClick(tab.chips["not_found"], Qt.MouseButton.LeftButton)
    settle(window, qtbot)
    qtbot.mouseClick(tab.again, Qt.MouseButton.LeftButton)
    tab.reason.setText("再找一次")
    qtbot.mouseClick(tab.go, Qt.MouseButton.LeftButton)
    settle(window, qtbot)
    record = register.get("census_record", second.id)
    assert record is not None
    assert record["state"] == "visit_again"
    for name in ("defects", "lots", "progress"):
        window.census.below.show_tab(name)
        settle(window, qtbot)
        assert not unrendered(visible_texts(window))


def test_two_hundred_records_by_keyboard(
    surveyed: Path, open_town: Window, qtbot: QtBot, record_property: Callable[[str, object], None]
) -> None:
    window = open_town
    register = window.parts.session.register
    assert register is not None
    _open(window, qtbot)
    window.census.begin()
    keys = Keyboard(window, qtbot)
    begun = time.perf_counter()
    for number in range(HYDRANTS):
        keys.press(Qt.Key.Key_F2)
        if number % 10 == 0:
            keys.press(Qt.Key.Key_F3, Qt.Key.Key_2)
        keys.press(Qt.Key.Key_Return, ctrl=True)
    spent = (time.perf_counter() - begun) / HYDRANTS
    settle(window, qtbot)
    record_property("seconds_per_record", round(spent, 3))
    visited = register.count(Query("census_record", Compare("state", "=", "visited")))
    assert visited == HYDRANTS
    differing = register.count(Query("census_record", Compare("differing", "=", "condition")))
    assert differing == HYDRANTS // 10
    # Nobody waits for the program: a person needs far longer to look at a hydrant.
    assert spent < 0.25
