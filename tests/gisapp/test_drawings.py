"""CAD drawings through the window: dropped, looked at layer by layer, written, undone; and shown beside the book."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QComboBox, QMenu
from pytestqt.qtbot import QtBot

from gisapp.commands.references import add_files
from gisapp.dialogs.feature_dialog import FeatureDialog
from gisapp.panels.references.rows import GROUP
from gisapp.window import Window
from layers.model.query import Query
from tests.gisapp.driving import PATIENCE, drop, settle, unrendered, visible_texts
from tests.layers.exchange.drawings import EAST, NORTH, draw, street

pytestmark = pytest.mark.keeps_running

LEFT = Qt.MouseButton.LeftButton


def checked(window: Window, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: window.sheet is not None and window.sheet.checked is not None, timeout=PATIENCE)
    settle(window, qtbot)


def test_a_dropped_drawing_is_looked_at_changed_written_and_undone(
    open_town: Window, tmp_path: Path, qtbot: QtBot
) -> None:
    window, register = open_town, open_town.parts.session.register
    before = {name: register.count(name) for name in ("pipe", "valve", "hydrant", "building")}
    drop(window, street(tmp_path / "给水.dxf", "R2000"))
    checked(window, qtbot)
    screen = window.sheet
    # What is imported comes before what is only shown, in the words of the user.
    layers = screen.mapping.layers
    listed = [layers.itemText(position).split("　")[0] for position in range(layers.count())]
    assert (listed[0], listed[-2:]) == ("给水管线（线）", ["管径标注（文字）", "污水管线（线）"])
    layers.setCurrentIndex(listed.index("给水管线（线）"))
    assert {"管径（文字）", "材质（文字）", "句柄"} <= set(visible_texts(screen.mapping))
    window.parts.language.use("en")
    assert layers.currentText().startswith("给水管线 (lines)")
    assert unrendered(visible_texts(window)) == []
    window.parts.language.use("zh")
    # What the texts say of the mains is offered, and can be left out.
    size = screen.mapping.findChild(QComboBox, "column.DN (label)")
    assert size.currentText().startswith("公称直径")
    size.setCurrentIndex(0)
    size.activated.emit(0)
    qtbot.waitUntil(lambda: screen.checked is None, timeout=PATIENCE)
    checked(window, qtbot)
    assert layers.currentText().startswith("给水管线（线）")
    qtbot.mouseClick(screen.write, LEFT)
    qtbot.waitUntil(lambda: window.sheet is None, timeout=PATIENCE)
    settle(window, qtbot)
    after = {name: register.count(name) - count for name, count in before.items()}
    assert after == {"pipe": 6, "valve": 5, "hydrant": 3, "building": 1}
    newest = sorted(register.find(Query("pipe")), key=lambda pipe: pipe.id)[-6:]
    assert {pipe.values["dn"] for pipe in newest} == {None}
    assert "CI" in {pipe.values["material"] for pipe in newest}
    window.parts.actions.trigger("edit.undo")
    qtbot.waitUntil(lambda: register.count("pipe") == before["pipe"], timeout=PATIENCE)
    settle(window, qtbot)
    assert {name: register.count(name) for name in before} == before


def test_a_drawing_is_shown_beside_the_book_layer_by_layer(
    open_town: Window, tmp_path: Path, qtbot: QtBot
) -> None:
    window, feed = open_town, open_town.references
    street(tmp_path / "街道.dxf")
    draw(tmp_path / "杂.dxf", lambda document, space: [
        space.add_line((EAST, NORTH + n), (EAST + 9, NORTH + n), dxfattribs={"layer": f"层{n}"}) for n in range(9)
    ])  # fmt: skip
    add_files(window, [str(tmp_path / "街道.dxf"), str(tmp_path / "杂.dxf")])
    qtbot.waitUntil(lambda: len(feed.shown) == 15, timeout=PATIENCE)
    settle(window, qtbot)
    model = window.desks["map"].panel.model
    qtbot.waitUntil(lambda: model.index(model.rowCount() - 1, 0).data(Qt.ItemDataRole.UserRole).id == GROUP)
    group = model.index(model.rowCount() - 1, 0)
    rows = [model.index(number, 0, group).data(Qt.ItemDataRole.UserRole) for number in range(16)]
    # Texts are listed and shown on wish; what is drawn of each layer is its own, however many there are.
    render = window.parts.language.render
    off = [render(row.title) for row in rows if not row.is_shown]
    assert off == ["管径标注（文字） · 街道"]
    ids = [source.layer.id for shown in feed.shown.values() for source in shown.sources]
    assert len(set(ids)) == len(ids) == 15

    window.map.canvas.menu_asked.emit(QPoint(5, 5), EAST + 50.0, NORTH + 40.0)
    menu = next(m for m in window.findChildren(QMenu) if m.isVisible())
    (act,) = [a for a in menu.actions() if "给水管线 · 街道" in a.text()]
    act.trigger()
    menu.close()
    dialog = window.findChild(FeatureDialog)
    assert dialog is not None
    assert {"图层", "给水管线", "句柄", "PE-DN110", "管径（文字）"} <= set(visible_texts(dialog))
    dialog.close()
