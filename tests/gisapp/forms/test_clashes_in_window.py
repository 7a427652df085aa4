"""Others were first: every act in the window tells field by field and lets its user choose."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from gisapp.dialogs.clash_dialog import ClashDialog
from gisapp.dialogs.restore_dialog import RestoreDialog
from gisapp.window import Window
from layers.model.asset import AssetKey
from layers.model.selection import Selection
from layers.register import Register
from layers.text import Message
from tests.gisapp.driving import PATIENCE, settle, unrendered, visible_texts

LEFT = Qt.MouseButton.LeftButton
Shown = TypeVar("Shown", bound=QWidget)


class Desk:
    """A user at the window, and another one at another."""

    def __init__(self, window: Window, other: Register, qtbot: QtBot) -> None:
        self.window, self.other, self.qtbot = window, other, qtbot
        self.session = window.parts.session
        # What the other does is heard by asking; here only when the test says so.
        self.session.upkeep.poll.stop()

    def changed(self, type_name: str, id: int, **values: object) -> None:
        asset = self.other.get(type_name, id)
        assert asset is not None
        with self.other.edit(Message("action.find")) as edit:
            edit.update(type_name, id, asset.version, values)

    def value(self, id: int, name: str) -> object:
        asset = self.other.get("pipe", id)
        assert asset is not None
        return asset[name]

    def dialog(self, kind: type[Shown]) -> Shown:
        self.qtbot.waitUntil(lambda: bool(self.window.findChildren(kind)), timeout=PATIENCE)
        (found,) = self.window.findChildren(kind)
        self.qtbot.waitUntil(found.isVisible, timeout=PATIENCE)
        assert unrendered(visible_texts(found)) == []
        return found

    def closed(self, kind: type[QWidget]) -> None:
        self.qtbot.waitUntil(lambda: not self.window.findChildren(kind), timeout=PATIENCE)
        settle(self.window, self.qtbot)


@pytest.fixture
def desk(open_town: Window, town: Path, qtbot: QtBot) -> Iterator[Desk]:
    with Register.open(town, actor="周海燕") as other:
        yield Desk(open_town, other, qtbot)


def _texts(root: QWidget) -> str:
    return "\n".join(label.text() for label in root.findChildren(QLabel))


def test_every_act_asks(desk: Desk, qtbot: QtBot) -> None:
    window, session = desk.window, desk.session
    inspector = window.inspector

    # Several at once: two of three were changed by the other, one of them in the same field.
    session.select(Selection({"pipe": [1, 2, 3]}))
    qtbot.waitUntil(lambda: inspector.active is inspector.editing_many, timeout=PATIENCE)
    settle(window, qtbot)
    editor = inspector.many_form.row("dn").editor
    qtbot.mouseClick(editor, LEFT)
    qtbot.keyClicks(editor, "400")
    desk.changed("pipe", 1, dn=500)
    desk.changed("pipe", 2, owner="城投水务")
    inspector.editing_many.save()
    dialog = desk.dialog(ClashDialog)
    assert not dialog.go.isEnabled()
    words = _texts(dialog)
    assert "周海燕" in words
    assert "公称直径（原值 80 mm）" in words
    assert "城投水务" in words
    (pair,) = dialog.sides.pairs.values()
    assert (pair.mine.text(), pair.theirs.text()) == ("用我的：400 mm", "用对方的：500 mm")
    qtbot.mouseClick(pair.theirs, LEFT)
    # Changed once more while the user thinks: asked again, not overwritten.
    desk.changed("pipe", 1, dn=600)
    qtbot.mouseClick(dialog.go, LEFT)
    qtbot.waitUntil(
        lambda: any("600" in next(iter(d.sides.pairs.values())).theirs.text() for d in _dialogs(window)),
        timeout=PATIENCE,
    )
    again = next(d for d in _dialogs(window) if d is not dialog)
    again.choose_all(mine=False)
    qtbot.mouseClick(again.go, LEFT)
    qtbot.waitUntil(lambda: desk.value(3, "dn") == 400, timeout=PATIENCE)
    desk.closed(ClashDialog)
    assert [desk.value(n, "dn") for n in (1, 2, 3)] == [600, 400, 400]
    assert desk.value(2, "owner") == "城投水务"

    # It was one step. The other changes what it did: undoing shows what would be brought back, and keeps theirs.
    desk.changed("pipe", 2, dn=450)
    window.parts.actions.trigger("edit.undo")
    restore = desk.dialog(RestoreDialog)
    assert len(restore.boxes) == 1
    restore.accept()
    qtbot.waitUntil(lambda: desk.value(3, "dn") == 600, timeout=PATIENCE)
    desk.closed(RestoreDialog)
    assert desk.value(2, "dn") == 450

    # A cell of the table: left, nothing is written and it says why; then chosen.
    window.resize(1440, 900)
    session.select(())
    window.table.open("pipe")
    drawer = window.table.drawer
    qtbot.waitUntil(lambda: drawer.feed.shown is not None and not drawer.feed.is_busy, timeout=PATIENCE)
    settle(window, qtbot)
    for left in (True, False):
        desk.changed("pipe", 5, dn=500 if left else 510)
        column = next(n + 1 for n, field in enumerate(drawer.model.fields) if field.name == "dn")
        row = next(n for n in range(drawer.model.rowCount()) if drawer.model.id_at(n) == 5)
        drawer.grid.cells.typed.emit(drawer.model.index(row, column), "350", Qt.Key.Key_Return)
        dialog = desk.dialog(ClashDialog)
        dialog.choose_all(mine=True)
        dialog.reject() if left else dialog.accept()
        desk.closed(ClashDialog)
        assert desk.value(5, "dn") == (500 if left else 350)
        if left:
            # Not done: said in the sentence that names the fields.
            assert "公称直径" in _texts(window.notices)
            assert not drawer.strip.isVisible()

    # An act on the map waits with its card while the other works: told there, planned anew, done if agreed to.
    drafting = window.map.drafting
    key = AssetKey("pipe", 7)
    session.select([key])
    settle(window, qtbot)
    window.parts.actions.trigger("draw.retire")
    qtbot.waitUntil(drafting.card.isVisible, timeout=PATIENCE)
    desk.changed("pipe", 7, owner="城投水务")
    drafting.card.agree()
    qtbot.waitUntil(lambda: "城投水务" in _texts(drafting.card), timeout=PATIENCE)
    assert desk.value(7, "status") == "in_service"
    drafting.card.agree()
    qtbot.waitUntil(lambda: desk.value(7, "status") != "in_service", timeout=PATIENCE)
    settle(window, qtbot)
    assert desk.value(7, "owner") == "城投水务"


def _dialogs(window: Window) -> list[ClashDialog]:
    return window.findChildren(ClashDialog)
