"""The inspector: rows from the catalogue with units and origins, links to go along, history, photos."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QIODevice, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QLabel, QToolButton
from pytestqt.qtbot import QtBot

from gisapp.forms.chip import OriginTile
from gisapp.forms.rows import RowView, grouped
from gisapp.forms.words import Button, Label
from gisapp.window import Window
from layers.model.asset import AssetKey
from layers.model.selection import Selection
from layers.text import Message
from tests.gisapp.driving import METERS, PATIENCE, settle

LEFT = Qt.MouseButton.LeftButton


def _inspect(window: Window, type_name: str, code: str, qtbot: QtBot) -> AssetKey:
    asset = window.parts.session.register.by_code(type_name, code)
    window.parts.session.select([asset.key])
    qtbot.waitUntil(
        lambda: window.inspector.inspected is not None and window.inspector.inspected.asset.key == asset.key,
        timeout=PATIENCE,
    )
    return asset.key


def _rows(window: Window) -> dict[str, RowView]:
    found = {}
    for row in window.inspector.findChildren(RowView):
        if row.isVisible():
            labels = row.findChildren(Label)
            found[labels[0].text()] = row
    return found


def test_rows_have_value_unit_and_origin(open_town: Window, qtbot: QtBot) -> None:
    window = open_town
    _inspect(window, "hydrant", "XHS-02147", qtbot)
    row = _rows(window)["接管口径"]
    assert [label.text() for label in row.findChildren(Label)][1:] == ["150", "mm"]
    tile = row.findChild(OriginTile)
    assert tile.text() == "普"
    assert tile.toolTip() == "普查核实"
    place = _rows(window)["X / Y"].findChildren(Label)[1].text()
    assert place == f"{grouped('3016012.84')} / {grouped('538655.30')}"


def test_links_lead_to_the_other_asset(open_town: Window, qtbot: QtBot) -> None:
    window = open_town
    _inspect(window, "meter", "SB-000003", qtbot)
    button = next(b for b in window.inspector.findChildren(Button) if b.text() == "锦绣家园")
    qtbot.mouseClick(button, LEFT)
    qtbot.waitUntil(lambda: window.inspector.name() == "锦绣家园", timeout=PATIENCE)
    qtbot.mouseClick(window.inspector.tab_button("links"), LEFT)
    assert window.inspector.tab_button("links").text() == f"关联 {METERS}"


def test_history_tells_before_and_after(open_town: Window, qtbot: QtBot) -> None:
    window = open_town
    _inspect(window, "hydrant", "XHS-02147", qtbot)
    qtbot.mouseClick(window.inspector.tab_button("history"), LEFT)
    texts = [label.text() for label in window.inspector.findChildren(Label) if label.isVisible()]
    assert "接管口径 100 → 150 mm" in texts
    assert "新增" in texts
    assert any("林工" in text for text in texts)


def test_photos_are_shown(open_town: Window, qtbot: QtBot) -> None:
    window = open_town
    key = _inspect(window, "hydrant", "XHS-02147", qtbot)
    image = QImage(300, 200, QImage.Format.Format_RGB32)
    image.fill(QColor("#B3261E"))
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    data = bytes(buffer.data().data())
    register = window.parts.session.register
    label = Message("inspector.tab.photos")
    window.parts.session.edit(label, lambda edit: register.attach(edit, *key, "hydrant.png", data))
    qtbot.waitUntil(lambda: len(window.inspector.inspected.photos) == 1, timeout=PATIENCE)
    qtbot.mouseClick(window.inspector.tab_button("photos"), LEFT)
    pictures = [
        w
        for w in window.inspector.findChildren(QLabel)
        if not w.pixmap().isNull() and w.pixmap().width() > 100
    ]
    assert len(pictures) == 1
    settle(window, qtbot)


def test_several_selected_are_counted_by_type(open_town: Window, qtbot: QtBot) -> None:
    window = open_town
    window.parts.session.select([AssetKey("pipe", 1), AssetKey("pipe", 2), AssetKey("meter", 1)])
    settle(window, qtbot)
    texts = [label.text() for label in window.inspector.findChildren(Label) if label.isVisible()]
    assert "选中 3" in texts
    assert "0.20 km" in texts
    assert window.status.selected.text() == "选中 3：管段 2、水表 1"
    # A click on a type keeps only its assets.
    pipes = next(
        b for b in window.inspector.findChildren(QToolButton) if b.isVisible() and b.text() == "管段"
    )
    qtbot.mouseClick(pipes, Qt.MouseButton.LeftButton)
    assert window.parts.session.selection == Selection({"pipe": [1, 2]})


def test_an_asset_deleted_elsewhere_is_let_go(open_town: Window, qtbot: QtBot) -> None:
    window = open_town
    key = _inspect(window, "meter", "SB-900000", qtbot)
    meter = window.parts.session.register.get(*key)
    window.parts.session.edit(
        Message("action.find"), lambda edit: edit.delete("meter", key.id, meter.version)
    )
    qtbot.waitUntil(lambda: not window.parts.session.selection, timeout=PATIENCE)
    settle(window, qtbot)
