"""The import screen: a GBK table with planted errors, each seen with line and reason; the rest taken in."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QLineEdit
from pytestqt.qtbot import QtBot

from gisapp.dialogs.importing.problem_model import LINE, REASON
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
