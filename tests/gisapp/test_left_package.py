"""A package that a program handed out before it was ended is told of at the next opening, and taken up by a word."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from shapely.geometry import box

from gisapp.dialogs.packages.left_dialog import LeftDialog
from gisapp.window import Window
from layers.census.packages.out.checkout import check_out, prepare
from layers.census.packages.scope import of_grid
from layers.register import Register
from layers.text import Message
from tests.gisapp.driving import PATIENCE, drop, settle

ACT = Message("action.import")


def test_told_at_the_opening_and_taken_up(window: Window, town: Path, tmp_path: Path, qtbot: QtBot) -> None:
    with Register.open(town, actor="林工") as register:
        with register.edit(ACT) as edit:
            land = box(537900, 3015800, 539100, 3016400)
            grid = edit.insert("grid", {"code": "WG-01", "name": "城西", "level": "grid", "geom": land})
            hydrant = register.get("hydrant", 1)
            assert hydrant is not None
            edit.update("hydrant", 1, hydrant.version, {"grid": grid})
        prepared = prepare(register, of_grid(register, grid), tmp_path / "城西.gpkg")

        def hand_out() -> None:
            with register.edit(ACT) as edit:
                check_out(edit, prepared)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            hand_out()
        [mark] = prepared.marks
        mark.write_text(json.dumps({**json.loads(mark.read_text()), "process": 2**22 + 1}))

    drop(window, town)
    notifier = window.parts.notifier
    qtbot.waitUntil(lambda: any(n.action == "package.left" for n in notifier.notices), timeout=PATIENCE)
    settle(window, qtbot)
    register = window.parts.session.register  # type: ignore[assignment]
    window.parts.actions.trigger("package.left")
    qtbot.waitUntil(lambda: bool(window.findChildren(LeftDialog)), timeout=PATIENCE)
    [dialog] = window.findChildren(LeftDialog)
    dialog.take.click()
    qtbot.waitUntil(lambda: register.count("field_package") == 1, timeout=PATIENCE)
    settle(window, qtbot)
    assert not mark.exists()
    assert not window.parts.actions.is_possible("package.left")
