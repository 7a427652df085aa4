"""A project on the map in the real window: mains chosen, drawn and copied for it, priced, completed, taken back."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from gisapp.window import Window
from layers.geometry.crs import Crs
from layers.model.asset import AssetKey
from layers.model.query import Query
from layers.register import Register
from layers.text import Message
from tests.gisapp.drawing.conftest import Hand
from tests.gisapp.driving import PATIENCE, drop, settle
from tests.layers.editing.networks import at
from tests.layers.renewal.works import build_works, whole


@pytest.fixture
def works(window: Window, tmp_path: Path, qtbot: QtBot) -> tuple[Hand, AssetKey]:
    """A town with a project, on the map at 1:500."""
    path = tmp_path / "改造.gpkg"
    with Register.create(path, Crs.parse("EPSG:4546"), actor="林工") as register:
        project = build_works(register)
        with register.edit(Message("store.created")) as edit:
            price = {"kind": "pipe", "unit": "m", "unit_price": 1000.0}
            edit.insert("price_item", {"code": "A", "name": "DN400", "dn": 400, **price})
    drop(window, path)
    qtbot.waitUntil(lambda: window.parts.session.is_open and window.parts.finder.is_ready, timeout=PATIENCE)
    settle(window, qtbot)
    hand = Hand(window, qtbot)
    hand.canvas.fly_to(*at(40, 10), 0.15)
    hand.wait()
    return hand, AssetKey("project", project)


def test_a_project_from_the_map_to_completion(works: tuple[Hand, AssetKey], qtbot: QtBot) -> None:
    hand, project = works
    window, register = hand.window, hand.register
    session, actions, card = window.parts.session, window.parts.actions, hand.drafting.card
    possible: Callable[[str], bool] = lambda name: actions.qt(f"renewal_act.{name}").isEnabled()  # noqa: E731

    def now() -> dict[str, object]:
        item = register.get(*project)
        assert item is not None
        return dict(item.values)

    assert not possible("complete"), "no project is looked at"
    session.select([project])
    hand.wait()
    assert possible("complete")
    assert not possible("retire_selection")
    assert "西湖路改造" in actions.qt("renewal_act.complete").text()
    # A main is chosen on the map; the project stays the one looked at.
    main = register.by_code("pipe", "GD-2")
    assert main is not None
    session.select([main.key])
    hand.do("renewal_act.retire_selection")
    chosen = register.get(*main.key)
    assert chosen is not None
    assert chosen["project_out"] == project.id
    # Clicks on the map take mains in and out again.
    hand.do("renewal_act.pick")
    for belongs in (None, project.id):
        hand.click(*at(110, 0.85))
        hand.wait()
        clicked = register.get(*main.key)
        assert clicked is not None
        assert clicked["project_out"] == belongs
    window.map.use_tool("select")
    # Its planned copy, shown first; the offset is typed.
    hand.do("renewal_act.copy_planned")
    assert card.isVisible()
    card.entries["offset"].setText("1.5")
    card.agree()
    hand.wait()
    (copy,) = [
        p for p in register.find(Query("pipe")) if p["code"] not in ("NEW-1",) and p["status"] == "planned"
    ]
    assert copy["project_in"] == project.id
    # A planned main is drawn: it belongs to the project, whatever the strip says.
    length = now()["planned_length"]
    hand.do("renewal_act.draw")
    assert hand.drafting.bar.isVisible()
    hand.click(*at(60, 12))
    hand.double_click(*at(60, 25))
    hand.wait()
    (drawn,) = session.selection
    asset = register.get(*drawn)
    assert asset is not None
    assert (asset["status"], asset["project_in"], asset["laid_date"]) == ("planned", project.id, None)
    assert now()["planned_length"] == pytest.approx(length + 13, abs=0.5)  # type: ignore[operator]
    window.map.use_tool("select")
    session.select([drawn])
    hand.do("renewal_act.take_out")
    hand.do("edit.undo")
    hand.do("edit.undo")
    hand.do("renewal_act.budget")
    card.agree()
    hand.wait()
    assert now()["budget"] == pytest.approx(80_311, rel=0.01)
    # Suspended for a reason; what is suspended is not completed.
    hand.do("renewal_act.suspend")
    card.typed.setText("占道未批")
    card.agree()
    hand.wait()
    assert (now()["state"], now()["state_reason"]) == ("suspended", "占道未批")
    hand.do("renewal_act.complete")
    assert not card.isVisible()
    hand.do("renewal_act.resume")
    # Before and after: the style of works, one half left out.
    hand.do("renewal_act.after")
    qtbot.waitUntil(lambda: hand.canvas.scene is not None and hand.canvas.scene.style.name == "works")
    hand.wait()
    hidden = {name.partition("/")[2] for name in hand.canvas.hidden}
    assert "to_retire" in hidden
    assert "planned" not in hidden
    assert "project_open" not in hidden, "the areas of projects come with the style of works"
    hand.do("renewal_act.before")
    hidden = {name.partition("/")[2] for name in hand.canvas.hidden}
    assert {"planned", "construction"} <= hidden
    assert "to_retire" not in hidden
    hand.do("renewal_act.both")
    # Story 9: two acts, and one step back.
    with register.edit(Message("store.created")) as edit:
        for stage in ("tested", "flushed"):
            edit.insert("milestone", {"project": project.id, "stage": stage, "actual_date": "2026-10-01"})
    start = whole(register)
    hand.do("renewal_act.complete")
    assert card.isVisible()
    assert card.typed.text() == datetime.date.today().isoformat()
    card.agree()
    hand.wait()
    assert now()["state"] == "completed"
    old, new = (register.by_code("pipe", code) for code in ("GD-1", "NEW-1"))
    assert old is not None
    assert new is not None
    assert (old["status"], old["replaced_by"], new["status"]) == ("abandoned", new.id, "in_service")
    hand.do("edit.undo")
    assert whole(register) == start
    # Who only looks completes nothing.
    session.take_role("viewer")
    hand.do("renewal_act.complete")
    assert not card.isVisible()
    assert whole(register) == start
