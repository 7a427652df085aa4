"""Boundaries of grids in the real window: split, redrawn, dragged, merged, drawn; gaps mended with a click."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton, QWidget
from shapely.geometry import Point, box

from layers.grids.ground import Grids, read_grids
from layers.model.asset import AssetKey
from layers.past.book import Past
from layers.register import Register
from layers.text import Message
from tests.gisapp.drawing.conftest import CTRL, Hand
from tests.gisapp.driving import unrendered, visible_texts

WEST, MIDDLE, EAST, END, SOUTH, NORTH = 538_220.0, 538_300.0, 538_380.0, 538_420.0, 3_015_980.0, 3_016_100.0
ACTIONS = ("draw", "split", "boundary", "corners", "coverage")


@pytest.fixture
def grids(town: Path) -> tuple[int, int]:
    """The town with two grids side by side, a strip of the service area that nobody looks after, and a meter."""
    with Register.open(town, actor="林工") as register, register.edit(Message("action.import")) as edit:
        edit.insert("service_area", {"code": "FQ-1", "geom": box(WEST, SOUTH, END, NORTH)})
        one = edit.insert(
            "grid",
            {"code": "WG-01", "name": "城西", "level": "grid", "geom": box(WEST, SOUTH, MIDDLE, NORTH)},
        )
        two = edit.insert(
            "grid",
            {"code": "WG-02", "name": "城东", "level": "grid", "geom": box(MIDDLE, SOUTH, EAST, NORTH)},
        )
        edit.insert("meter", {"code": "SB-1", "geom": Point(538_310.0, 3_016_060.0)})
    return one, two


def now(hand: Hand) -> Grids:
    return read_grids(hand.register)


def areas(hand: Hand) -> list[int]:
    return [round(shape.area) for shape in now(hand).shapes]


def words(card: QWidget) -> list[str]:
    """What a card says, every message of it rendered."""
    found = [text for part in card.findChildren(QWidget) for text in visible_texts(part)]
    assert unrendered(found) == []
    return found


def agree(hand: Hand) -> list[str]:
    """Take what the card proposes; what it said."""
    card = hand.drafting.card
    assert card.isVisible()
    said = words(card)
    card.agree()
    hand.wait()
    return said


def test_boundaries_are_worked_on_and_gaps_mended(grids: tuple[int, int], hand: Hand) -> None:
    (one, two), session = grids, hand.window.parts.session
    meter = hand.register.by_code("meter", "SB-1")
    assert meter["grid"] == two
    # Split: a line that ends within the grid is led on to its border; the boundaries come into view.
    hand.do("grid_act.split")
    assert hand.window.map.styles.name == "grid"
    assert hand.drafting.hint.isVisible()
    hand.click(WEST - 5, 3_016_060.0, CTRL)
    hand.click(MIDDLE - 9, 3_016_060.0, CTRL)
    hand.map_key(Qt.Key.Key_Return)
    hand.wait()
    assert hand.window.map.canvas.overlay.sketches
    assert any("WG-03" in text for text in agree(hand))
    assert areas(hand) == pytest.approx([6400, 9600, 3200], abs=60)
    (made,) = session.selection
    assert hand.register.get(*made)["replaces"] == one
    assert hand.window.map.tool_name == "select"
    hand.do("edit.undo")
    assert areas(hand) == [9600, 9600]
    # Redraw a stretch: both sides change, and the meter between goes over.
    hand.do("grid_act.boundary")
    for x, y in ((MIDDLE, 3_016_090.0), (538_330.0, 3_016_060.0), (MIDDLE, 3_016_030.0)):
        hand.click(x + 0.3, y)
    hand.map_key(Qt.Key.Key_Return)
    hand.wait()
    agree(hand)
    west, east = areas(hand)
    assert west + east == pytest.approx(19_200, abs=2)
    assert west == pytest.approx(9600 + 30 * 60 / 2, abs=40)
    assert hand.register.get(*meter.key)["grid"] == one
    # Drag the new corner: it moves for both.
    hand.do("grid_act.corners")
    corner = next(xy for xy in now(hand).shape_of(two).exterior.coords if 538_320 < xy[0] < 538_340)
    hand.drag(corner[:2], (538_340.0, 3_016_060.0), CTRL)
    hand.drop(538_340.0, 3_016_060.0, CTRL)
    assert areas(hand)[0] == pytest.approx(9600 + 40 * 60 / 2, abs=60)
    assert sum(areas(hand)) == pytest.approx(19_200, abs=2)
    # Merge: the card asks which one stays.
    session.select([AssetKey("grid", one), AssetKey("grid", two)])
    hand.do("grid_act.merge")
    assert hand.drafting.card.isVisible()
    agree(hand)
    assert now(hand).ids.tolist() == [one]
    assert list(session.selection) == [AssetKey("grid", one)]
    hand.do("edit.undo")
    assert len(now(hand)) == 2
    # The strip nobody has is shown and drawn over; what is drawn over the neighbour stays the neighbour's.
    shaping = hand.window.shaping
    hand.do("grid_act.coverage")
    assert [flaw.fault for flaw in shaping.marks.shown] == ["gap"]
    assert any("WG-02" in text for text in words(shaping.card))
    hand.do("grid_act.draw")
    for x, y in ((EAST - 6, SOUTH - 4), (END + 6, SOUTH - 4), (END + 6, NORTH + 4), (EAST - 6, NORTH + 4)):
        hand.click(x, y, CTRL)
    hand.map_key(Qt.Key.Key_Return)
    hand.wait()
    assert now(hand).codes == ("WG-01", "WG-02", "WG-03")
    assert areas(hand)[2] == pytest.approx(40 * 120, abs=1)
    hand.wait()
    assert shaping.card.coverage.flaws == ()
    # Taken back, the gap is there again; one click gives it to the grid beside it.
    hand.do("edit.undo")
    hand.wait()
    give = [
        b
        for b in shaping.card.rows[0].findChildren(QToolButton)
        if "WG-02" in b.text() and "/" not in b.text()
    ]
    give[-1].click()
    hand.wait()
    assert shaping.marks.shown == ()
    assert sum(areas(hand)) == pytest.approx(24_000, abs=2)
    hand.window.parts.language.use("en")
    assert words(shaping.card)
    # It belongs to the grids: another desk has no use for it.
    hand.window.show_desk("grids")
    assert shaping.shows_coverage
    hand.window.show_desk("checks")
    assert not shaping.shows_coverage
    hand.do("grid_act.coverage")
    hand.wait()
    assert shaping.shows_coverage
    # On a past day there is nothing to draw.
    actions = hand.window.parts.actions
    assert all(actions.is_possible(f"grid_act.{name}") for name in ACTIONS)
    session.show_past(Past("2020-01-01", "ground"))
    assert not any(actions.is_possible(f"grid_act.{name}") for name in ACTIONS)
    assert not shaping.shows_coverage
