"""Story 7 in the window: a grid goes out, comes back edited by another program, one dispute is decided: six acts."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtWidgets import QDialog
from pytestqt.qtbot import QtBot
from shapely.geometry import box

from gisapp.commands.dropping import take_dropped
from gisapp.commands.packages import hand_out
from gisapp.dialogs.packages.checkin_dialog import CheckinDialog, DisputesDialog
from gisapp.dialogs.packages.checkout_dialog import CheckoutDialog
from gisapp.window import Window
from layers.census.packages.scope import of_grid
from layers.model.asset import AssetKey
from layers.model.query import Query
from layers.register import Register
from layers.store.engine import GEOMETRY_FUNCTIONS
from layers.text import Message
from tests.gisapp.driving import PATIENCE, settle, visible_texts

D = TypeVar("D", bound=QDialog)


@pytest.fixture
def gridded(town: Path) -> int:
    """The town with a grid over all of it; its id."""
    with Register.open(town, actor="林工") as register, register.edit(Message("action.import")) as edit:
        land = box(537900, 3015800, 539100, 3016400)
        grid = edit.insert("grid", {"code": "WG-01", "name": "城西", "level": "grid", "geom": land})
        for asset in register.find(Query("meter")):
            if asset.geometry is not None:
                edit.update("meter", asset.id, asset.version, {"grid": grid})
    return grid


def dialog_of(window: Window, qtbot: QtBot, kind: type[D]) -> D:
    """The dialog of this kind, once it is there."""
    qtbot.waitUntil(lambda: any(each.isVisible() for each in window.findChildren(kind)), timeout=PATIENCE)
    return next(each for each in window.findChildren(kind) if each.isVisible())


def told_last(window: Window) -> str:
    """What the window said last."""
    return window.parts.language.render(window.parts.notifier.notices[-1].title)


def test_grid_out_edited_elsewhere_and_back(
    gridded: int, open_town: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    window, session = open_town, open_town.parts.session
    register = session.register
    assert register is not None
    assert not window.parts.actions.qt("package.out").isEnabled()

    session.select((AssetKey("grid", gridded),))  # 1: click on the grid
    settle(window, qtbot)
    window.parts.actions.trigger("package.out")  # 2
    asked = dialog_of(window, qtbot, CheckoutDialog)
    path = tmp_path / "out" / "城西.gpkg"
    asked.path.setText(str(path))
    asked.accept()
    assert asked.wrong.text()
    path.parent.mkdir()
    asked.photos.setChecked(True)
    asked.accept()  # 3
    qtbot.waitUntil(lambda: register.count("field_package") == 1, timeout=PATIENCE)
    settle(window, qtbot)

    raw = sqlite3.connect(path)
    for name, function in GEOMETRY_FUNCTIONS.items():
        raw.create_function(name, 1, function)
    raw.execute("UPDATE meter SET remark = '现场' WHERE fid IN (1, 2)")
    raw.execute("UPDATE meter SET remark = '另一个' WHERE fid = 3")
    raw.commit()
    raw.close()
    with register.edit(Message("action.find")) as edit:
        for id in (1, 2):
            meter = register.get("meter", id)
            assert meter is not None
            edit.update("meter", id, meter.version, {"remark": "办公室"})

    take_dropped(window, [str(path)])  # 4: dropped on the window
    looked = dialog_of(window, qtbot, CheckinDialog)
    first, _ = looked.list.pairs
    assert first == ("meter", 1, "remark")
    assert any(each.endswith("备注：带出时为空") for each in visible_texts(looked))
    assert "单位：办公室" in visible_texts(looked)
    looked.list.pairs[first].choose(True)  # 5: the field is right
    looked.accept()  # 6
    qtbot.waitUntil(lambda: register.count("checkin_conflict") == 2, timeout=PATIENCE)
    settle(window, qtbot)
    remarks = [register.get("meter", id)["remark"] for id in (1, 2, 3)]  # type: ignore[index]
    assert remarks == ["现场", "办公室", "另一个"]

    said = told_last(window)
    assert "；已裁定冲突 1 处；1 处与单位的改动冲突" in said

    # The other one was left open: it is decided later.
    window.parts.actions.trigger("package.disputes")
    later = dialog_of(window, qtbot, DisputesDialog)
    assert len(later.list.pairs) == 1
    assert not later.button.isEnabled()
    next(iter(later.list.pairs.values())).choose(False)
    later.accept()
    qtbot.waitUntil(
        lambda: not [c for c in register.find(Query("checkin_conflict")) if c["state"] == "open"],
        timeout=PATIENCE,
    )
    settle(window, qtbot)
    assert register.get("meter", 2)["remark"] == "办公室"  # type: ignore[index]
    assert told_last(window) == "裁定收包冲突 1 处"

    # The same file once more: nothing to take in.
    take_dropped(window, [str(path)])
    again = dialog_of(window, qtbot, CheckinDialog)
    assert not again.button.isEnabled()
    again.reject()
    settle(window, qtbot)


def test_handed_out_twice_at_once_and_another_register_meanwhile(
    gridded: int, open_town: Window, qtbot: QtBot, tmp_path: Path
) -> None:
    window, register = open_town, open_town.parts.session.register
    assert register is not None
    path, contents = tmp_path / "two.gpkg", of_grid(register, gridded)
    for _ in range(2):
        hand_out(window, contents, path, "")
    settle(window, qtbot)
    assert told_last(window) == "已有名为 two.gpkg 的文件"
    assert (register.count("field_package"), [p.name for p in tmp_path.glob("two*")]) == (1, ["two.gpkg"])

    # What a dialog asks about goes with its register.
    take_dropped(window, [str(path)])
    dialog_of(window, qtbot, CheckinDialog)
    window.parts.session.close()
    qtbot.waitUntil(lambda: not window.findChildren(CheckinDialog), timeout=PATIENCE)
    settle(window, qtbot)
