"""Faults while one works in the window: a full disk, no right to write any more, the register gone. Nothing is lost."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from gisapp.window import Window
from layers.model.selection import Selection
from layers.scene.style import METRES_PER_PIXEL
from tests.gisapp.driving import PATIENCE, drop, settle

LEFT = Qt.MouseButton.LeftButton


class Fault:
    """A window on a register on a small disk, and what can happen to both."""

    def __init__(self, path: Path, window: Window) -> None:
        self.path, self.window = path, window
        self._ballast = path.parent / "ballast"

    def fill_disk(self) -> None:
        """Leave not one page for the register to grow by."""
        with self._ballast.open("wb", buffering=0) as file:
            try:
                while file.write(b"x" * 4096):
                    pass
            except OSError:
                return

    def free_disk(self) -> None:
        self._ballast.unlink()

    def forbid_writing(self, on: bool) -> None:
        writer = self.window.parts.session.register._store._writer
        writer.exec_driver_sql(f"PRAGMA query_only={int(on)}")
        writer.rollback()

    def take_away(self) -> Callable[[], object]:
        """Moved to another place; what is given brings it back."""
        away = self.path.rename(self.path.with_suffix(".away"))
        return lambda: away.rename(self.path)


@pytest.fixture
def fault(window: Window, town_master: Path, small_disk: Path, qtbot: QtBot) -> Iterator[Fault]:
    path = Path(shutil.copy(town_master, small_disk / "小镇.gpkg"))
    drop(window, path)
    qtbot.waitUntil(lambda: window.parts.session.is_open and window.parts.finder.is_ready, timeout=PATIENCE)
    window.resize(1440, 900)
    settle(window, qtbot)
    yield Fault(path, window)
    # The disk can be taken away only when nobody uses it any more.
    window.parts.session.holder = None
    window.close()


def test_nothing_is_lost(fault: Fault, tmp_path: Path, qtbot: QtBot) -> None:
    window, session, inspector = fault.window, fault.window.parts.session, fault.window.inspector
    register = session.register
    steps = register.data_version
    full = ("磁盘", "空间")

    def said(root: QWidget, *words: str) -> bool:
        text = "\n".join(label.text() for label in root.findChildren(QLabel) if label.isVisible())
        return any(word in text for word in words)

    def enter(form: QWidget, name: str, text: str) -> None:
        editor = form.row(name).editor
        editor.setFocus()
        editor.clear()
        qtbot.keyClicks(editor, text)
        form.commit()

    # ---- the disk is full: one asset, several, a cell, a drawing, a photo
    session.select([register.by_code("pipe", "GD-000003").key])
    qtbot.waitUntil(
        lambda: inspector.form.draft is not None and "dn" in inspector.form.rows, timeout=PATIENCE
    )
    settle(window, qtbot)
    fault.fill_disk()
    enter(inspector.form, "dn", "150")
    inspector.editing.save()
    qtbot.waitUntil(lambda: said(inspector.editing.bar, *full), timeout=PATIENCE)
    assert said(inspector.editing.bar, "仍在表单里")
    assert inspector.form.draft.changes == {"dn": 150}
    assert register.data_version == steps
    picture = tmp_path / "栓.jpg"
    inspector.photos.grab().toImage().save(str(picture), "JPG")
    inspector.open_tab("photos")
    inspector.photos.add_files([str(picture)])
    qtbot.waitUntil(lambda: said(inspector.photos, *full), timeout=PATIENCE)
    inspector.open_tab("fields")
    fault.free_disk()
    inspector.editing.save()
    qtbot.waitUntil(lambda: register.data_version == steps + 1, timeout=PATIENCE)
    settle(window, qtbot)
    assert register.by_code("pipe", "GD-000003")["dn"] == 150

    session.select(Selection({"pipe": [1, 2]}))
    qtbot.waitUntil(lambda: inspector.active is inspector.editing_many, timeout=PATIENCE)
    settle(window, qtbot)
    fault.fill_disk()
    enter(inspector.many_form, "dn", "250")
    inspector.editing_many.save()
    qtbot.waitUntil(lambda: said(inspector.editing_many.bar, *full), timeout=PATIENCE)
    settle(window, qtbot)
    assert inspector.many_form.draft.changes == {"dn": 250}
    inspector.editing_many.revert()
    session.select(())

    window.table.open("pipe")
    drawer = window.table.drawer
    qtbot.waitUntil(lambda: drawer.feed.shown is not None and not drawer.feed.is_busy, timeout=PATIENCE)
    settle(window, qtbot)
    column = next(n + 1 for n, field in enumerate(drawer.model.fields) if field.name == "dn")
    drawer.grid.cells.typed.emit(drawer.model.index(0, column), "350", Qt.Key.Key_Return)
    qtbot.waitUntil(drawer.strip.isVisible, timeout=PATIENCE)
    assert said(window.notices, *full)

    canvas, drafting = window.map.canvas, window.map.drafting
    canvas.fly_to(538_300.0, 3_016_040.0, 1000 * METRES_PER_PIXEL)
    settle(window, qtbot)
    pipes = register.count("pipe")
    qtbot.keyClick(window, Qt.Key.Key_1)
    settle(window, qtbot)
    for x in (538_320.0, 538_340.0):
        qtbot.mouseClick(canvas, LEFT, pos=QPointF(*canvas.viewport.to_pixel(x, 3_016_060.0)).toPoint())
    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    settle(window, qtbot)
    assert register.count("pipe") == pipes
    assert len(drafting.draw_tool.places) == 2

    # ---- there is room again: what waited is written as it was
    fault.free_disk()
    drawer.strip.write.click()
    qtbot.waitUntil(lambda: register.get("pipe", drawer.model.id_at(0))["dn"] == 350, timeout=PATIENCE)
    settle(window, qtbot)

    # ---- made read-only meanwhile, then taken away: the drawing waits, and is written when it can be
    fault.forbid_writing(True)
    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    settle(window, qtbot)
    assert said(window.notices, "只读", "只能读取")
    fault.forbid_writing(False)
    bring_back = fault.take_away()
    told = len(window.parts.notifier.notices)
    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    settle(window, qtbot)
    assert said(window.notices, "已被删除、移走")
    # Said once, however often others are asked after.
    for _ in range(3):
        session.upkeep.ask_others()
        settle(window, qtbot)
    assert len(window.parts.notifier.notices) <= told + 2
    assert len(drafting.draw_tool.places) == 2
    bring_back()
    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: register.count("pipe") == pipes + 1, timeout=PATIENCE)
    settle(window, qtbot)
    assert drafting.draw_tool.places == ()
