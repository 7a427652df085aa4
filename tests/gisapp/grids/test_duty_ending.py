"""Ending an assignment in the window: who follows is asked; an accepted gap says why."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from shapely.geometry import box

from gisapp.window import Window
from layers.model.asset import AssetKey
from layers.register import Register
from layers.responsibility.book import read_book
from layers.text import Message
from tests.gisapp.driving import PATIENCE, settle

TODAY = datetime.date.today()


@pytest.fixture
def staffed(town: Path) -> tuple[int, int]:
    """The town with a grid that has a primary and a backup; the ids of grid and assignment."""
    with Register.open(town, actor="林工") as register, register.edit(Message("action.import")) as edit:
        people = [
            edit.insert("person", {"name": name, "main_role": "steward"}) for name in ("周海燕", "陈立国")
        ]
        land = box(537900, 3015800, 539100, 3016400)
        grid = edit.insert("grid", {"code": "WG-01", "name": "城西", "level": "grid", "geom": land})
        given = {"role": "steward", "target": f"grid:{grid}", "from_date": "2024-01-01"}
        first = edit.insert("assignment", {**given, "person": people[0], "rank": "primary"})
        edit.insert("assignment", {**given, "person": people[1], "rank": "backup"})
    return grid, first


def test_an_end_needs_a_successor_or_a_reason(
    staffed: tuple[int, int], open_town: Window, qtbot: QtBot
) -> None:
    window, (grid, first) = open_town, staffed
    session, acts = window.parts.session, window.map.drafting.acts
    register = session.register
    assert register is not None
    assert not window.parts.actions.qt("grids.end_duty").isEnabled()
    session.select((AssetKey("assignment", first),))
    settle(window, qtbot)

    window.parts.actions.trigger("grids.end_duty")
    qtbot.waitUntil(lambda: acts.proposal is not None, timeout=PATIENCE)
    proposal = acts.proposal
    assert proposal is not None
    assert [choice.title for choice in proposal.questions[0].choices[:1]] == ["陈立国"]
    # Nobody follows, and nobody says why: it is asked again.
    acts.agree({"successor": "gap", "gap_reason": "", "date": str(TODAY)})
    qtbot.waitUntil(lambda: acts.proposal is not None and acts.proposal is not proposal, timeout=PATIENCE)
    acts.agree({"successor": "gap", "gap_reason": "年底并入城东", "date": str(TODAY)})
    target, tomorrow = AssetKey("grid", grid), TODAY + datetime.timedelta(1)
    qtbot.waitUntil(
        lambda: read_book(register).primary(target, tomorrow, "steward") is None, timeout=PATIENCE
    )
    settle(window, qtbot)
    assert read_book(register).assignments[first].gap_reason == "年底并入城东"

    window.parts.actions.trigger("edit.undo")
    qtbot.waitUntil(lambda: read_book(register).assignments[first].last is None, timeout=PATIENCE)
    settle(window, qtbot)
    window.parts.actions.trigger("grids.end_duty")
    qtbot.waitUntil(lambda: acts.proposal is not None, timeout=PATIENCE)
    assert acts.proposal is not None
    follows = acts.proposal.questions[0].choices[0].value
    acts.agree({"successor": follows, "gap_reason": "", "date": str(TODAY)})

    def follower() -> int | None:
        held = read_book(register).primary(target, tomorrow, "steward")
        return None if held is None else held.person

    qtbot.waitUntil(lambda: follower() == int(follows), timeout=PATIENCE)
    settle(window, qtbot)
    assert [a.rank for a in read_book(register).running(target, tomorrow)] == ["primary"]
