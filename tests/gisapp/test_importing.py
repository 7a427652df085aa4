"""The import screen: a GBK table with planted errors, each seen with line and reason; the rest taken in."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from gisapp.dialogs.importing.problem_model import LINE, REASON
from gisapp.dialogs.importing.templates import TemplateNameDialog
from gisapp.window import Window
from tests.gisapp.driving import PATIENCE, drop, settle

LEFT = Qt.MouseButton.LeftButton
TABLE = """物探点号,X,Y,特征,附属物,地面高程,管径
JS1041,3016100.0,538200.0,三通,,63.4,200
JS1042,3016110.0,538300.0,,阀门,63.1,200
JS1043,3016120.0,538400.0,弯头,,abc,100
JS1044,3016130.0,538500.0,弯头,,62.0,100
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "物探点表.csv"
    path.write_text(TABLE, encoding="gbk")
    return path


@pytest.fixture
def sheet(open_town: Window, table: Path, qtbot: QtBot) -> Window:
    drop(open_town, table)
    qtbot.waitUntil(
        lambda: open_town.sheet is not None and open_town.sheet.checked is not None, timeout=PATIENCE
    )
    settle(open_town, qtbot)
    return open_town


def test_every_error_is_listed_and_the_button_says_what_it_does(sheet: Window, qtbot: QtBot) -> None:
    screen = sheet.sheet
    model = screen.problems
    errors = [row for row, listed in enumerate(model.rows) if listed.severity == "error"]
    assert len(errors) == 1
    assert model.index(errors[0], LINE).data() == "4"
    assert "abc" in model.index(errors[0], REASON).data()
    screen.table.selectRow(errors[0])
    assert screen.proof.canvas.overlay.selected
    assert len(screen.proof.canvas.overlay.marks) == 4
    assert "3" in screen.write.text()
    assert "1" in screen.write.text()

    # The file names no coordinate system, what 附属物 holds goes two ways, and one row is kept out.
    steps = screen.steps
    assert steps.states == {
        "file": "done", "place": "doubt", "meaning": "doubt", "check": "doubt", "write": "now",
    }  # fmt: skip
    assert steps.buttons["check"].toolTip() == "检查：请看一眼"
    sheet.parts.language.use("en")
    assert steps.buttons["check"].accessibleName() == "Check: worth a look"
    sheet.parts.language.use("zh")
    qtbot.mouseClick(steps.buttons["meaning"], LEFT)
    assert sheet.focusWidget() is screen.mapping.kind


def test_writing_is_one_step_and_what_was_kept_out_can_be_corrected(sheet: Window, qtbot: QtBot) -> None:
    window = sheet
    register = window.parts.session.register
    before = len(register.change_sets())
    qtbot.mouseClick(window.sheet.write, LEFT)
    qtbot.waitUntil(lambda: window.sheet is None, timeout=PATIENCE)
    settle(window, qtbot)
    assert register.count("network_point") + register.count("valve") == 3
    assert len(register.change_sets()) == before + 1
    assert window.parts.notifier.notices[-1].title.id == "importing.done_some"

    window.parts.actions.trigger("tool.quarantine")
    qtbot.waitUntil(lambda: window.sheet is not None and len(window.sheet.model.rows) == 1, timeout=PATIENCE)
    settle(window, qtbot)
    field = next(box for box in window.sheet.row.findChildren(QLineEdit) if box.text() == "abc")
    assert field.property("wrong") == "true"
    field.setText("still wrong")
    qtbot.mouseClick(window.sheet.row.accept, LEFT)
    qtbot.waitUntil(lambda: window.notices.isVisible(), timeout=PATIENCE)
    assert len(window.sheet.model.rows) == 1
    field.setText("63.0")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not window.sheet.model.rows, timeout=PATIENCE)
    settle(window, qtbot)
    assert register.count("network_point") + register.count("valve") == 4


def test_a_mapping_changed_by_hand_is_checked_anew(sheet: Window, qtbot: QtBot) -> None:
    screen = sheet.sheet
    box = next(b for b in screen.mapping.findChildren(QComboBox) if b.objectName() == "column.地面高程")
    box.setCurrentIndex(0)
    box.activated.emit(0)
    qtbot.waitUntil(lambda: screen.checked is None, timeout=PATIENCE)
    qtbot.waitUntil(lambda: screen.checked is not None, timeout=PATIENCE)
    assert sheet.sheet is screen
    settle(sheet, qtbot)


def test_giving_up_leaves_nothing(sheet: Window, qtbot: QtBot) -> None:
    register = sheet.parts.session.register
    before = register.data_version
    qtbot.mouseClick(sheet.sheet.cancel, LEFT)
    settle(sheet, qtbot)
    assert sheet.sheet is None
    assert sheet.pages.currentWidget() is sheet.work
    assert register.data_version == before


def wait_for_sheet(window: Window, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: window.sheet is not None and window.sheet.checked is not None, timeout=PATIENCE)
    settle(window, qtbot)


def choose(screen: QWidget, column: str, meaning: str) -> None:
    """Choose from the box of a column, as a user reads it."""
    box = screen.mapping.findChild(QComboBox, f"column.{column}")
    position = box.findText(meaning)
    assert position >= 0
    box.setCurrentIndex(position)
    box.activated.emit(position)


def test_coordinates_are_chosen_and_kept_and_the_map_goes_there(
    open_town: Window, tmp_path: Path, qtbot: QtBot
) -> None:
    window, far = open_town, 20_000
    rows = [f"P{n},{3016000 + far + n},{538000 + far + n},弯头" for n in range(5)]
    first, second = tmp_path / "管点一.csv", tmp_path / "管点二.csv"
    first.write_text("\n".join(["点号,纵,丙,特征", *rows]), encoding="utf-8")
    second.write_text("点号,纵,丙,特征\nP9,3016000,538000,弯头\n", encoding="utf-8")
    drop(window, first)
    wait_for_sheet(window, qtbot)
    screen = window.sheet
    assert screen.steps.states["place"] == "doubt"
    assert not len(screen.proof.canvas.overlay.marks)
    for column, meaning in (("纵", "北坐标（纬度）"), ("丙", "东坐标（经度）")):
        choose(screen, column, meaning)
        qtbot.waitUntil(lambda: screen.checked is None, timeout=PATIENCE)
        wait_for_sheet(window, qtbot)
    assert len(screen.proof.canvas.overlay.marks) == 5
    assert screen.mapping.findChild(QComboBox, "column.丙").currentText() == "东坐标（经度）"

    screen.templates.ask_name()
    dialog = screen.findChild(TemplateNameDialog)
    assert dialog.name.text() == "管点一"
    dialog.name.setText("物探院")
    qtbot.mouseClick(dialog.button, LEFT)
    qtbot.waitUntil(lambda: screen.templates.button.text() == "模板：物探院", timeout=PATIENCE)
    settle(window, qtbot)
    assert not window.map.canvas.viewport.box.x1 > 538000 + far
    qtbot.mouseClick(screen.write, LEFT)
    qtbot.waitUntil(lambda: window.sheet is None, timeout=PATIENCE)
    settle(window, qtbot)
    seen = window.map.canvas.viewport.box
    assert seen.x0 < 538000 + far
    assert seen.x1 > 538004 + far
    assert seen.width < 1000

    drop(window, second)
    wait_for_sheet(window, qtbot)
    screen = window.sheet
    assert screen.templates.button.text() == "模板：物探院"
    assert len(screen.proof.canvas.overlay.marks) == 1
    none = next(a for a in screen.templates.button.menu_.actions() if a.text() == "不用模板，自动识别")
    none.trigger()
    qtbot.waitUntil(lambda: screen.templates.button.text() == "模板", timeout=PATIENCE)
    wait_for_sheet(window, qtbot)
    assert not len(screen.proof.canvas.overlay.marks)


def test_a_wrong_swap_is_told_at_once_and_nothing_of_it_is_written(
    open_town: Window, tmp_path: Path, qtbot: QtBot
) -> None:
    window, register = open_town, open_town.parts.session.register
    path = tmp_path / "消火栓.csv"
    rows = [f"H{n},{3016000 + n},{538000 + n}" for n in range(4)]
    path.write_text("\n".join(["消火栓编号,X,Y", *rows, "H9,3016009,"]), encoding="utf-8")
    drop(window, path)
    wait_for_sheet(window, qtbot)
    screen, before = window.sheet, register.count("hydrant")

    def told() -> list[str]:
        return [screen.problems.index(row, REASON).data() for row in range(screen.problems.rowCount())]

    # One number for the warnings, above and below.
    warnings = sum(listed.severity == "warning" for listed in screen.problems.rows)
    assert warnings >= 2
    assert screen._filters["warning"].text() == f"警告 {warnings}"
    assert screen._numbers.text().endswith(f"共 5 行 · 警告 {warnings} 条")
    assert any("缺少“Y”" in each for each in told())
    assert any("相符；" in each and "--" not in each for each in told())

    for swapped in (True, False):
        screen.placement.swapped.setChecked(swapped)
        qtbot.waitUntil(lambda: screen.checked is None, timeout=PATIENCE)
        assert not screen.write.isEnabled()
        wait_for_sheet(window, qtbot)
        assert any("对调后才相符" in each for each in told()) is swapped
        assert sum(each.startswith("不在台账坐标系") for each in told()) == (4 if swapped else 0)
        assert screen.checked.report.counts.quarantined == (4 if swapped else 0)
    assert register.count("hydrant") == before


def test_lines_of_an_import_are_drawn_as_lines(open_town: Window, tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "管线.csv"
    wkt = [
        f'P{n},"LINESTRING (538000 {3016000 + n}, 538090 {3016000 + n}, 538090 {3016050 + n})"'
        for n in (0, 9)
    ]
    path.write_text("\n".join(["管段编号,wkt", *wkt]), encoding="utf-8")
    drop(open_town, path)
    wait_for_sheet(open_town, qtbot)
    proof = open_town.sheet.proof
    assert [course.tolist() for course in proof.lines.courses] == [
        [[538000, 3016000 + n], [538090, 3016000 + n], [538090, 3016050 + n]] for n in (0, 9)
    ]
    assert len(proof.canvas.overlay.marks) == 0
    # In the middle of a line, far from where its dot was.
    at = proof.canvas.viewport.pixels(np.array([[538045.0, 3016000.0]]))[0]
    proof.lines.courses, drawn = [], proof.canvas.grab().toImage().pixelColor(round(at[0]), round(at[1]))
    assert drawn != proof.canvas.grab().toImage().pixelColor(round(at[0]), round(at[1]))
