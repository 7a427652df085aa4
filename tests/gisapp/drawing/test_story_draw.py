"""Story 4 in the real window: a main with two valves and a hydrant, snapped and connected, one undo each."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from layers.model.query import Query
from tests.gisapp.drawing.conftest import CTRL, Hand
from tests.gisapp.driving import visible_texts


def test_a_main_with_two_valves_and_a_hydrant(hand: Hand, qtbot: QtBot) -> None:
    session, register = hand.window.parts.session, hand.register
    before, parts = hand.counts(), len(set(hand.network().line_component))
    # Act 1: the key of mains. What others drew long ago is not taken over, least of all its date.
    hand.key(Qt.Key.Key_1)
    hand.wait()
    assert hand.drafting.bar.isVisible()
    assert hand.drafting.bar.fields.values() == {"status": "in_service"}
    hand.drafting.bar.fields.fill({"dn": 300, "material": "DI", "status": "in_service"})
    # Three points: near the joint (it snaps), in the field, and the last one twice as one does.
    hand.click(538_300.9, 3_016_000.7)
    assert hand.drafting.aid.found is not None
    assert hand.drafting.aid.found.kind == "end"
    assert hand.drafting.draw_tool.places == (pytest.approx((538_300.0, 3_016_000.0), abs=1e-6),)
    hand.click(538_300.0, 3_016_050.0)
    hand.double_click(538_360.0, 3_016_080.0)
    hand.wait()
    assert hand.counts() == before | {"pipe": before["pipe"] + 1}
    (main,) = session.selection
    drawn = register.get(main.type, main.id)
    assert drawn is not None
    assert (drawn["material"], drawn["status"], drawn["laid_date"]) == ("DI", "in_service", None)
    # What was left blank is told where one looks.
    assert hand.drafting.bar.hint.text() == "已保存，未填：敷设年代。"
    # The next begins with what was given to this one.
    assert hand.drafting.bar.fields.values() == {"dn": 300, "material": "DI", "status": "in_service"}
    # Act 2: the key of valves, and two clicks on the main. Act 3: the key of hydrants, and one.
    hand.key(Qt.Key.Key_2)
    hand.click(538_300.3, 3_016_020.0)
    hand.click(538_299.8, 3_016_035.0)
    hand.key(Qt.Key.Key_3)
    hand.click(538_330.3, 3_016_064.8)
    hand.wait()
    assert hand.counts() == before | {
        "pipe": before["pipe"] + 3,
        "valve": 2,
        "hydrant": before["hydrant"] + 1,
    }
    (hydrant,) = session.selection
    assert hydrant.type == "hydrant"
    assert hand.window.inspector.isVisible()
    # Connected: one network as before; three lines meet at the joint, two at each valve, the hydrant is on the main.
    net = hand.network()
    assert len(set(net.line_component)) == parts
    assert hand.degree(538_300.0, 3_016_000.0) == 3
    for valve in register.find(Query("valve")):
        assert valve.geometry is not None
        assert hand.degree(valve.geometry.x, valve.geometry.y) == 2
    placed = register.get("hydrant", hydrant.id)
    assert placed is not None
    assert min(placed.geometry.distance(shape) for shape in net.shapes) < 1e-6
    assert any(
        np.hypot(*(np.asarray(s.coords) - placed.geometry.coords[0]).T).min() < 1e-6 for s in net.shapes
    )
    # Each was one step; the piece that is selected is marked and measured as it lies now.
    session.select([main])
    hand.wait()
    for name, left in (("hydrant", before["hydrant"]), ("valve", 1), ("valve", 0), ("pipe", before["pipe"])):
        hand.key(Qt.Key.Key_Z, CTRL)
        hand.wait()
        assert hand.counts()[name] == left
        piece = register.get(main.type, main.id)
        lengths = [] if piece is None or piece.geometry is None else [f"{piece.geometry.length:.2f}"]
        assert [f"{shape.length:.2f}" for shape in hand.canvas.overlay.selected] == lengths
        qtbot.waitUntil(partial(_tells, hand, lengths))
    assert hand.counts() == before


def _tells(hand: Hand, lengths: list[str]) -> bool:
    return set(lengths) <= set(visible_texts(hand.window.inspector))
