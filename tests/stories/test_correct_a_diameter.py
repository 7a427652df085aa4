"""Story 3: correct a pipe's DN, see lengths and legend change, undo: four acts."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from gisapp.panels.legend_model import COUNT, LENGTH, NAME
from gisapp.window import Window
from tests.gisapp.driving import PATIENCE, settle

CONTROL = Qt.KeyboardModifier.ControlModifier
LEFT = Qt.MouseButton.LeftButton


def _legend(window: Window) -> dict[str, tuple[str, str]]:
    """Count and kilometres beside every row of the legend."""
    model = window.desks["map"].panel.model
    found = {}
    indexes = [model.index(row, NAME) for row in range(model.rowCount())]
    while indexes:
        index = indexes.pop()
        count, length = (
            model.index(index.row(), column, index.parent()).data() for column in (COUNT, LENGTH)
        )
        found[str(index.data())] = (str(count), str(length))
        indexes += [model.index(row, NAME, index) for row in range(model.rowCount(index))]
    return found


def _same(window: Window, before: dict[str, tuple[str, str]], qtbot: QtBot) -> None:
    def check() -> None:
        assert _legend(window) == before

    qtbot.waitUntil(check, timeout=PATIENCE)


def test_correct_a_diameter(open_town: Window, qtbot: QtBot) -> None:
    window = open_town
    session, canvas = window.parts.session, window.map.canvas
    pipe = session.register.by_code("pipe", "GD-000000")
    # Mains come first; the legend is whole when the points are there.
    qtbot.waitUntil(lambda: "水表" in _legend(window), timeout=PATIENCE)
    settle(window, qtbot)
    before = _legend(window)

    # 1: click the pipe on the map.
    x, y = canvas.viewport.to_pixel(538045.0, 3016000.0)
    qtbot.mouseClick(canvas, LEFT, pos=QPoint(round(x), round(y)))
    qtbot.waitUntil(lambda: window.inspector.editing.asset is not None, timeout=PATIENCE)
    assert window.inspector.editing.asset.key == pipe.key

    # 2: click its diameter.
    row = window.inspector.form.row("dn")
    qtbot.mouseClick(row.editor, LEFT)
    qtbot.keyClicks(row.editor, "300")
    assert row.tile.text() == "改"
    notes = [label.text() for label in row.findChildren(QLabel) if label.isVisible()]
    assert any("原值 80" in note for note in notes)

    # 3: save what was typed.
    qtbot.keyClick(row.editor, Qt.Key.Key_S, CONTROL)
    qtbot.waitUntil(lambda: session.register.get(*pipe.key)["dn"] == 300, timeout=PATIENCE)
    settle(window, qtbot)
    qtbot.waitUntil(lambda: _legend(window) != before, timeout=PATIENCE)
    assert window.inspector.form.draft.changed == ()
    assert "公称直径" in window.parts.language.render(session.undo_label)

    # 4: undo, with the keyboard still in the field.
    qtbot.keyClick(row.editor, Qt.Key.Key_Z, CONTROL)
    qtbot.waitUntil(lambda: session.register.get(*pipe.key)["dn"] == 80, timeout=PATIENCE)
    settle(window, qtbot)
    _same(window, before, qtbot)
    qtbot.waitUntil(lambda: window.inspector.form.row("dn").editor.text() == "80", timeout=PATIENCE)
