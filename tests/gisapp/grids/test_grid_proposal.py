"""Proposals in the window: computed, looked at, taken in part, undone, taken whole; nothing is changed before."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from shapely.geometry import Point, box

from gisapp.window import Window
from layers.grids.ground import read_grids
from layers.register import Register
from layers.text import Message
from tests.gisapp.driving import PATIENCE, settle

LEFT, TOP = 537_900.0, 3_016_400.0


@pytest.fixture
def divided(town: Path) -> list[int]:
    """The town in three grids side by side, the first with most of the meters."""
    chance = np.random.default_rng(2)
    with Register.open(town, actor="林工") as register, register.edit(Message("action.import")) as edit:
        ids = [
            edit.insert(
                "grid",
                {
                    "code": f"WG-0{number + 1}", "name": f"网格{number + 1}", "level": "grid",
                    "geom": box(LEFT + 400 * number, TOP - 600, LEFT + 400 * number + 400, TOP),
                },
            )
            for number in range(3)
        ]  # fmt: skip
        for x, y in chance.uniform((0, 0), (1200, 600), (60, 2)).tolist():
            place = Point(LEFT + x * (0.3 if y < 350 else 1), TOP - y)
            edit.insert("meter", {"role": "household", "status": "in_service", "geom": place})
    return ids


def test_a_proposal_is_looked_at_and_taken_in_part(
    divided: list[int], open_town: Window, qtbot: QtBot
) -> None:
    window, design, actions = open_town, open_town.grid_design, open_town.parts.actions
    register = window.parts.session.register
    assert register is not None
    shapes = {id: read_grids(register).shape_of(id) for id in divided}
    assert not actions.qt("grid_design.accept").isEnabled()

    actions.trigger("grid_design.rebalance")
    qtbot.waitUntil(lambda: design.has_proposal, timeout=PATIENCE)
    settle(window, qtbot)
    shown, panel = design.centre.shown, design.panel
    assert shown is not None
    assert window.desk == "grids"
    assert panel.isVisible()
    assert (shown.before.worst > 1.3, shown.after.worst <= 1.15) == (True, True)
    assert panel.grid_model.rowCount() == 3
    assert f"{shown.after.worst * 100:.0f} %" in panel.balance.text()
    assert panel.wishes.count.value() == 3
    # Only looked at so far.
    assert {id: read_grids(register).shape_of(id) for id in divided} == shapes

    panel.moves.selectRow(0)
    rows = panel.move_model.rowCount()
    assert rows == len(shown.proposal.moves) > 0
    for row in range(1, rows):
        index = panel.move_model.index(row, 0)
        panel.move_model.setData(index, Qt.CheckState.Unchecked, Qt.ItemDataRole.CheckStateRole)
    qtbot.waitUntil(
        lambda: design.centre.shown is not None and design.centre.shown.chosen == {0}, timeout=PATIENCE
    )
    part = design.centre.shown
    assert part is not None
    assert part.after.worst < shown.before.worst
    assert panel.accept.isEnabled() == (not part.broken)
    window.grab()

    actions.trigger("grid_design.accept")
    qtbot.waitUntil(lambda: not design.has_proposal, timeout=PATIENCE)
    settle(window, qtbot)
    now = read_grids(register)
    changed = {id for id in divided if not now.shape_of(id).equals(shapes[id])}
    move = part.proposal.moves[0]
    assert changed == {divided[move.source], divided[move.target]}
    actions.trigger("edit.undo")
    qtbot.waitUntil(
        lambda: read_grids(register).shape_of(divided[0]).equals(shapes[divided[0]]), timeout=PATIENCE
    )
    settle(window, qtbot)

    # A new design with one grid more, then left alone.
    panel.wishes.anew.setChecked(True)
    panel.wishes.count.setValue(4)
    panel.wishes.compute.click()
    qtbot.waitUntil(lambda: design.has_proposal, timeout=PATIENCE)
    assert panel.grid_model.rowCount() == 4
    assert panel.grid_model.index(3, 0).data() == "+1"
    window.parts.language.use("en")
    assert panel.accept.text() == "Accept all"
    actions.trigger("grid_design.discard")
    assert not design.has_proposal
    assert panel.grid_model.rowCount() == 0
    actions.trigger("grid_design.open")
    assert not panel.isVisible()
    assert len(read_grids(register)) == 3
