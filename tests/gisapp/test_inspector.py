"""The inspector: rows from the catalogue with units and origins, links to go along, history, photos."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from gisapp.forms.showing import grouped
from gisapp.forms.words import IconButton, Label
from gisapp.window import Window
from layers.model.asset import AssetKey
from layers.model.selection import Selection
from layers.text import Message
from tests.gisapp.driving import METERS, PATIENCE, settle, visible_texts

LEFT = Qt.MouseButton.LeftButton


def _inspect(window: Window, type_name: str, code: str, qtbot: QtBot) -> AssetKey:
    asset = window.parts.session.register.by_code(type_name, code)
    window.parts.session.select([asset.key])
    qtbot.waitUntil(
        lambda: window.inspector.inspected is not None and window.inspector.inspected.asset.key == asset.key,
        timeout=PATIENCE,
    )
    return asset.key


def test_rows_have_value_unit_and_origin(open_town: Window, qtbot: QtBot) -> None:
    window = open_town
    _inspect(window, "hydrant", "XHS-02147", qtbot)
    qtbot.waitUntil(lambda: "feed_dn" in window.inspector.form.rows, timeout=PATIENCE)
    row = window.inspector.form.rows["feed_dn"]
    assert row.editor.text() == "150"
    assert [label.text() for label in row.findChildren(Label) if label.isVisible()] == ["接管口径", "mm"]
    assert row.tile.text() == "普"
    assert row.tile.toolTip() == "普查核实"
    texts = visible_texts(window.inspector)
    assert f"{grouped('3016012.84')} / {grouped('538655.30')}" in texts
    # A click on the sign lays open where the value came from.
    qtbot.mouseClick(row.tile, LEFT)
    assert window.inspector.form.rows["feed_dn_origin"].editor.text() == "普查核实"


def test_links_lead_to_the_other_asset(open_town: Window, qtbot: QtBot) -> None:
    window = open_town
    _inspect(window, "meter", "SB-000003", qtbot)
    qtbot.waitUntil(lambda: "community" in window.inspector.form.rows, timeout=PATIENCE)
    row = window.inspector.form.rows["community"]
    assert row.editor.text() == "锦绣家园"
    go = next(b for b in row.findChildren(IconButton) if b.toolTip() == "前往 锦绣家园")
    qtbot.mouseClick(go, LEFT)
    qtbot.waitUntil(lambda: window.inspector.name() == "锦绣家园", timeout=PATIENCE)
    qtbot.mouseClick(window.inspector.tab_button("links"), LEFT)
    assert window.inspector.tab_button("links").text() == f"关联 {METERS}"


def test_history_tells_before_and_after(open_town: Window, qtbot: QtBot) -> None:
    window = open_town
    _inspect(window, "hydrant", "XHS-02147", qtbot)
    qtbot.mouseClick(window.inspector.tab_button("history"), LEFT)

    def read() -> list[str]:
        return [label.text() for label in window.inspector.findChildren(Label) if label.isVisible()]

    qtbot.waitUntil(lambda: "新增" in read(), timeout=PATIENCE)
    texts = read()
    assert {"接管口径", "100 → 150 mm"} <= set(texts)
    assert any("林工" in text for text in texts)
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
