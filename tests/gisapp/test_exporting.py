"""Export from the window: what is ticked lies in the file, and the trail of personal data is masked."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from gisapp.dialogs.export_dialog import FORMATS, ExportDialog
from gisapp.window import Window
from tests.gisapp.driving import METERS, PATIENCE, settle


def _dialog(window: Window, qtbot: QtBot) -> ExportDialog:
    qtbot.keyClick(window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: window.findChild(ExportDialog) is not None, timeout=PATIENCE)
    dialog = window.findChild(ExportDialog)
    assert dialog is not None
    return dialog


def test_meters_as_csv(open_town: Window, tmp_path: Path, qtbot: QtBot) -> None:
    window = open_town
    dialog = _dialog(window, qtbot)
    dialog.format.setCurrentIndex(list(FORMATS).index(".csv"))
    dialog.format.activated.emit(dialog.format.currentIndex())
    for position in range(dialog.types.count()):
        item = dialog.types.item(position)
        if item.data(Qt.ItemDataRole.UserRole) != "meter":
            item.setCheckState(Qt.CheckState.Unchecked)
    out = tmp_path / "meters.csv"
    dialog.path.setText(str(out))
    qtbot.mouseClick(dialog.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(
        lambda: any(n.title.id == "exporting.done" for n in window.parts.notifier.notices), timeout=PATIENCE
    )
    settle(window, qtbot)
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == METERS + 1
    assert {row["code"] for row in rows} >= {"SB-000000", "SB-900000"}


@pytest.mark.parametrize("wrong", ["no types", "no folder", "file is there"])
def test_what_is_wrong_is_said_and_nothing_replaced(
    open_town: Window, qtbot: QtBot, tmp_path: Path, wrong: str
) -> None:
    kept = tmp_path / "x.gpkg"
    kept.write_text("last year")
    window = open_town
    dialog = _dialog(window, qtbot)
    if wrong == "no types":
        for position in range(dialog.types.count()):
            dialog.types.item(position).setCheckState(Qt.CheckState.Unchecked)
    elif wrong == "file is there":
        dialog.path.setText(str(kept))
    else:
        dialog.path.setText("/no/such/folder/x.gpkg")
    qtbot.mouseClick(dialog.button, Qt.MouseButton.LeftButton)
    assert dialog.isVisible()
    assert dialog.wrong.isVisible()
    assert kept.read_text() == "last year"
    dialog.close()
