"""The table under the map, walked with real keys and clicks in the real window."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from gisapp.dialogs.export_dialog import ExportDialog
from gisapp.panels.table.drawer import TableDrawer
from gisapp.window import Window
from layers.model.query import Compare
from layers.model.selection import Selection
from tests.gisapp.driving import METERS, drop, settle, unrendered, visible_texts, write

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
ALONE = Qt.KeyboardModifier.NoModifier


class Hands:
    """The keyboard and mouse on one window's table."""

    def __init__(self, window: Window, qtbot: QtBot) -> None:
        self.window, self.qtbot, self.session = window, qtbot, window.parts.session

    @property
    def drawer(self) -> TableDrawer:
        assert self.window.table.drawer is not None
        return self.window.table.drawer

    def key(self, key: Qt.Key, keys: Qt.KeyboardModifier = ALONE, on: QWidget | None = None) -> None:
        self.qtbot.keyClick(on or self.drawer.grid, key, keys)

    def settled(self) -> None:
        settle(self.window, self.qtbot)
        # What walks with the arrow keys is selected a moment later.
        self.qtbot.wait(100)
        settle(self.window, self.qtbot)

    def open(self, name: str) -> None:
        self.window.table.open(name)
        self.ready(name)

    def ready(self, name: str) -> None:
        feed = self.drawer.feed
        self.qtbot.waitUntil(
            lambda: feed.wanted.type == name and feed.shown is not None and not feed.is_busy, timeout=20_000
        )
        self.settled()

    def column(self, name: str) -> int:
        return next(n + 1 for n, field in enumerate(self.drawer.model.fields) if field.name == name)

    def texts(self, name: str) -> list[str]:
        model, column = self.drawer.model, self.column(name)
        return [model.index(row, column).data() for row in range(model.rowCount())]

    def go(self, row: int, name: str) -> None:
        self.drawer.grid.setFocus()
        self.drawer.grid.go_to(row, self.column(name), quietly=False)
        self.settled()

    def editor(self) -> QWidget:
        grid = self.drawer.grid
        found = grid.indexWidget(grid.currentIndex())
        assert found is not None, "no editor is open"
        return found

    def click_header(self, name: str, keys: Qt.KeyboardModifier = ALONE) -> None:
        head = self.drawer.grid.horizontalHeader()
        at = QPoint(head.sectionViewportPosition(self.column(name)) + 20, 12)
        self.qtbot.mouseClick(head.viewport(), Qt.MouseButton.LeftButton, keys, at)
        self.settled()

    def click_cell(self, row: int, column: int, keys: Qt.KeyboardModifier = ALONE) -> None:
        grid = self.drawer.grid
        at = grid.visualRect(grid.model().index(row, column)).center()
        self.qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, keys, at)
        self.settled()

    def value(self, type_name: str, code: str, field: str) -> object:
        register = self.session.register
        assert register is not None
        asset = register.by_code(type_name, code)
        assert asset is not None
        return asset.get(field)


@pytest.fixture
def hands(open_town: Window, qtbot: QtBot) -> Hands:
    open_town.resize(1440, 900)
    return Hands(open_town, qtbot)


def test_rows_are_walked_sorted_found_and_shared_with_the_map(hands: Hands) -> None:
    window, session = hands.window, hands.session
    hands.key(Qt.Key.Key_T, CONTROL, window)
    hands.ready("pipe")
    drawer = hands.drawer
    assert drawer.tabs.tabs["pipe"].text() == "管段  10"
    assert drawer.tabs.tabs["meter"].text() == f"水表  {METERS + 1}"
    assert "管段合计 10 · 1.0 km" in drawer.totals.count.text()
    assert drawer.grid.hasFocus()
    assert unrendered(visible_texts(drawer)) == []

    # Walking with the keys selects what the map marks and the inspector shows.
    hands.go(0, "dn")
    hands.key(Qt.Key.Key_Down)
    hands.settled()
    assert [key.id for key in session.selection] == [drawer.model.id_at(1)]
    assert "GD-000001" in visible_texts(window.inspector)
    hands.key(Qt.Key.Key_Down, SHIFT)
    hands.key(Qt.Key.Key_Down, SHIFT)
    hands.settled()
    assert session.selection.counts == {"pipe": 3}
    assert "选中 3 · 0.3 km" in drawer.totals.selected.text()
    hands.key(Qt.Key.Key_A, CONTROL)
    hands.settled()
    assert session.selection.counts == {"pipe": 10}
    hands.key(Qt.Key.Key_End, CONTROL)
    assert drawer.grid.currentIndex().row() == 9
    hands.key(Qt.Key.Key_Home, CONTROL)
    assert drawer.grid.currentIndex().row() == 0

    # Space and the box let a row join the selection or leave it, whatever cells are marked.
    hands.settled()
    assert session.selection.counts == {"pipe": 1}
    hands.key(Qt.Key.Key_Space)
    assert not session.selection
    hands.click_cell(2, 0)
    hands.click_cell(4, 0)
    assert session.selection.counts == {"pipe": 2}
    # A letter in the grid is no tool of the map.
    hands.key(Qt.Key.Key_P)
    assert window.map.tool_name == "select"
    hands.key(Qt.Key.Key_Escape, on=hands.editor())
    hands.settled()

    # Sorting by one column, turned over, and by a second one behind it.
    hands.click_header("dn")
    assert hands.texts("dn") == ["80"] * 4 + ["300"] * 3 + ["600"] * 3
    hands.click_header("dn")
    assert hands.texts("dn") == ["600"] * 3 + ["300"] * 3 + ["80"] * 4
    hands.click_header("code", SHIFT)
    hands.click_header("code", SHIFT)
    assert hands.texts("code")[:4] == ["GD-000008", "GD-000005", "GD-000002", "GD-000007"]
    assert "▼2" in str(drawer.model.headerData(hands.column("code"), Qt.Orientation.Horizontal))

    # Picked on the map, it is marked in the table and brought into view.
    last = drawer.model.id_at(9)
    session.select(Selection({"pipe": [last]}))
    assert drawer.model.first_selected() == 9
    drawer.only.click()
    hands.settled()
    assert drawer.model.rowCount() == 1
    session.select(Selection({"pipe": [last, drawer.feed.shown.data.fids[1]]}))  # type: ignore[union-attr]
    hands.settled()
    assert drawer.model.rowCount() == 2
    drawer.only.click()
    hands.settled()

    # Ctrl+F, typed letters, Down: back among the rows. The map follows on demand.
    hands.key(Qt.Key.Key_F, CONTROL)
    assert drawer.search.hasFocus()
    write(drawer.search, "0004", hands.qtbot)
    hands.qtbot.waitUntil(lambda: drawer.model.rowCount() == 1)
    hands.settled()
    assert session.filters == {}
    drawer.chips.only.click()
    hands.settled()
    register = session.register
    assert register is not None
    found = register.columns("pipe", ["code"], where=session.filters["pipe"])
    assert found.column("code").to_pylist() == ["GD-000004"]
    assert window.filters.isHidden(), "the conditions of the type in the table stand in the table"
    drawer.chips.only.click()
    assert session.filters == {}
    drawer.search.clear()
    hands.settled()

    # A filter of the map is a filter of the table.
    session.filter({"pipe": Compare("dn", "=", 300)})
    hands.settled()
    assert hands.texts("dn") == ["300"] * 3
    assert drawer.tabs.tabs["pipe"].text() == "管段  10"
    assert "管段合计 3 / 10 · 0.3 km" in drawer.totals.count.text()
    assert [chip.button.text() for chip in drawer.chips.chips] == ["公称直径 = 300"]
    drawer.chips.chips[0].close_button.click()
    hands.settled()
    assert drawer.model.rowCount() == 10
    drawer.menus.keep_value(0, hands.column("dn"))
    hands.settled()
    assert session.filters == {"pipe": Compare("dn", "=", 600)}
    drawer.chips.clear.click()

    # Double click flies there; columns are chosen and remembered; classes are counted.
    before = window.map.canvas.viewport
    grid = drawer.grid
    at = grid.visualRect(grid.model().index(0, 1)).center()
    hands.qtbot.mouseDClick(grid.viewport(), Qt.MouseButton.LeftButton, ALONE, at)
    hands.settled()
    assert window.map.canvas.viewport != before
    drawer.choose_columns()
    item = next(
        drawer.arrangement.chooser.list.item(n)
        for n in range(drawer.arrangement.chooser.list.count())
        if drawer.arrangement.chooser.list.item(n).text() == "粗糙系数"
    )
    item.setCheckState(Qt.CheckState.Checked)
    drawer.arrangement.chooser.hide()
    # The offscreen platform gives the keys back to nobody.
    window.activateWindow()
    hands.settled()
    assert drawer.model.fields[-1].name == "roughness"
    drawer.totals.classed.emit("dn")
    hands.settled()
    assert any("80 mm 4" in text for text in visible_texts(drawer.totals))

    # Another type by its tab, in English; closed and remembered.
    drawer.tabs.tabs["meter"].click()
    hands.ready("meter")
    assert hands.texts("meter_no")[-1] == "777"
    window.parts.language.use("en")
    assert unrendered(visible_texts(drawer)) == []
    assert drawer.tabs.tabs["meter"].text() == f"Meters  {METERS + 1}"
    kept = window.table.memory
    assert json.loads(json.dumps(kept))["columns"]["pipe"][-1] == "roughness"
    hands.key(Qt.Key.Key_T, CONTROL, window)
    assert not window.table.is_open
    window.table.remember({**kept, "type": "pipe"})
    hands.ready("pipe")
    assert drawer.model.fields[-1].name == "roughness"


def test_cells_are_edited_copied_and_pasted(hands: Hands, tmp_path: Path) -> None:
    session, qtbot = hands.session, hands.qtbot
    hands.open("pipe")
    drawer, clipboard = hands.drawer, QApplication.clipboard()

    def count() -> int:
        assert session.register is not None
        return session.register.data_version

    # F2, type, Enter: written, and the next row is current. Typing begins an edit as well.
    hands.go(0, "dn")
    hands.key(Qt.Key.Key_F2)
    line = hands.editor()
    assert isinstance(line, QLineEdit)
    assert line.text() == "80"
    qtbot.keyClicks(line, "100")
    hands.key(Qt.Key.Key_Return, on=line)
    hands.settled()
    assert hands.value("pipe", "GD-000000", "dn") == 100
    assert hands.texts("dn")[0] == "100"
    assert drawer.grid.currentIndex().row() == 1
    steps = count()

    # A wrong value is marked and not written; Esc leaves all as it was.
    hands.key(Qt.Key.Key_9)
    line = hands.editor()
    qtbot.keyClicks(line, "x9")
    assert line.property("wrong") == "true"
    assert "数" in line.toolTip()
    hands.key(Qt.Key.Key_Return, on=line)
    hands.settled()
    assert count() == steps
    hands.key(Qt.Key.Key_Escape, on=line)
    hands.settled()
    assert hands.texts("dn")[1] == "300"

    # Choices are found by any part of their name.
    hands.go(1, "status")
    hands.key(Qt.Key.Key_F2)
    box = hands.editor()
    assert isinstance(box, QComboBox)
    box.setEditText("停用")
    hands.key(Qt.Key.Key_Return, on=box)
    hands.settled()
    assert hands.value("pipe", "GD-000001", "status") == "out_of_service"

    # The length drawn is worked out: no editor opens on it.
    hands.go(0, "geom_length")
    hands.key(Qt.Key.Key_F2)
    assert drawer.grid.indexWidget(drawer.grid.currentIndex()) is None

    # Copied as a sheet takes it.
    hands.go(0, "code")
    hands.key(Qt.Key.Key_Down, SHIFT)
    hands.key(Qt.Key.Key_C, CONTROL)
    assert clipboard.text() == "GD-000000\nGD-000001"

    # Two rows and a column of a sheet: the effect first, then one step for all.
    steps = count()
    hands.go(2, "dn")
    clipboard.setText("150\r\n200\r\n250\r\n")
    hands.key(Qt.Key.Key_V, CONTROL)
    hands.settled()
    assert drawer.strip.isVisible()
    assert "3 个管段" in drawer.strip.words.text()
    assert count() == steps
    hands.key(Qt.Key.Key_Return, on=drawer.strip.write)
    hands.settled()
    assert [hands.value("pipe", f"GD-00000{n}", "dn") for n in (2, 3, 4)] == [150, 200, 250]
    assert count() == steps + 1
    assert drawer.grid.hasFocus()
    hands.key(Qt.Key.Key_Z, CONTROL, hands.window)
    hands.settled()
    assert hands.texts("dn")[2:5] == ["600", "80", "300"]

    # One wrong cell, and nothing of the paste is written; it says which and why.
    steps = count()
    hands.go(2, "dn")
    clipboard.setText("150\t\nabc\t\n")
    clipboard.setText("150\nabc\n-5")
    hands.key(Qt.Key.Key_V, CONTROL)
    hands.settled()
    told = [drawer.strip.cells.item(n).text() for n in range(drawer.strip.cells.count())]
    assert [text.split(" · ")[0] for text in told] == ["GD-000003", "GD-000004"]
    assert "“abc”" in told[0]
    assert not drawer.strip.write.isVisible()
    hands.key(Qt.Key.Key_Escape, on=drawer.strip.cancel)
    hands.settled()
    assert count() == steps
    assert hands.texts("dn")[2] == "600"

    # More than the table has room for is refused as a whole.
    hands.go(9, "dn")
    clipboard.setText("1\n2\n3")
    hands.key(Qt.Key.Key_V, CONTROL)
    hands.settled()
    assert not drawer.strip.isVisible()
    assert count() == steps

    # One value fills all cells marked; Delete empties them.
    hands.go(0, "road")
    hands.key(Qt.Key.Key_Down, SHIFT)
    clipboard.setText("解放巷")
    hands.key(Qt.Key.Key_V, CONTROL)
    hands.settled()
    drawer.strip.write.click()
    hands.settled()
    assert hands.texts("road")[:3] == ["解放巷", "解放巷", "大塘路"]
    hands.key(Qt.Key.Key_Delete)
    hands.settled()
    drawer.strip.write.click()
    hands.settled()
    assert hands.texts("road")[:3] == ["", "", "大塘路"]

    # What others do comes in: an asset more, one less, without losing the place.
    register = session.register
    assert register is not None
    hands.go(4, "dn")
    gone = register.by_code("pipe", "GD-000009")
    assert gone is not None
    geometry = gone.geometry

    def work(edit: object) -> None:
        edit.delete("pipe", gone.id, gone.version)  # type: ignore[attr-defined]
        edit.insert("pipe", {"code": "GD-NEW", "dn": 50, "geom": geometry})  # type: ignore[attr-defined]

    from_before = drawer.model.id_at(4)
    session.edit(register.undo_label, work)  # type: ignore[arg-type]
    hands.qtbot.waitUntil(lambda: "GD-NEW" in hands.texts("code"))
    hands.settled()
    assert "GD-000009" not in hands.texts("code")
    assert drawer.model.id_at(drawer.grid.currentIndex().row()) == from_before
    assert np.array_equal(np.sort(drawer.model.rows), np.arange(10))

    # Rows selected go into a file of their own.
    hands.go(0, "code")
    hands.key(Qt.Key.Key_Down, SHIFT)
    hands.settled()
    drawer.export.click()
    dialog = hands.window.findChild(ExportDialog)
    assert dialog is not None
    out = tmp_path / "two.csv"
    dialog.path.setText(str(out))
    dialog.button.click()
    hands.settled()
    assert len(out.read_text(encoding="utf-8-sig").strip().splitlines()) == 3


def test_a_read_only_register_is_looked_at_only(
    window: Window, town: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    drop(window, town)
    qtbot.waitUntil(lambda: window.parts.session.is_open and window.parts.finder.is_ready, timeout=20_000)
    settle(window, qtbot)
    hands = Hands(window, qtbot)
    session = window.parts.session
    no: Callable[[str], bool] = lambda act: False  # noqa: E731
    monkeypatch.setattr(session, "may", no)
    hands.open("meter")
    hands.go(0, "meter_no")
    hands.key(Qt.Key.Key_5)
    assert hands.drawer.grid.indexWidget(hands.drawer.grid.currentIndex()) is None
    QApplication.clipboard().setText("7")
    hands.key(Qt.Key.Key_V, CONTROL)
    hands.settled()
    assert any("只读" in text for text in visible_texts(window))
