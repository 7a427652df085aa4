"""Points: near by every one is drawn, from afar one stands for its neighbours; what is drawn can be hit."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.feedback import Feedback
from layers.model.query import Box
from layers.scene.point_source import PointSource
from layers.scene.request import DrawBatch, DrawRequest
from layers.scene.style import ClassStyle, LayerStyle, Look, Rule
from layers.text import Title

WHOLE = Box(0.0, 0.0, 4000.0, 3000.0)
TITLE = Title("阀门", "Valves")
LAYER = LayerStyle(
    "valve",
    "valve",
    "symbol",
    TITLE,
    (
        ClassStyle("closed", TITLE, (Rule("state", values=("closed",)),), Look(symbol="valve_gate_closed")),
        ClassStyle("open", TITLE, (), Look(symbol="valve_gate")),
    ),
    largest_denominator=300_000,
)


def mains_at(places: Any, degrees: np.ndarray) -> np.ndarray:
    """Short mains through some places that turn a symbol on them by so many degrees, clockwise."""
    along = np.stack([np.cos(np.radians(degrees)), -np.sin(np.radians(degrees))], axis=1) / 5
    return np.concatenate([np.array(places) - along, np.array(places) + along], axis=1)


def drawn(batch: DrawBatch) -> np.ndarray:
    parts = [each.points for each in batch.classes if each.points is not None]
    return np.concatenate(parts) if parts else np.zeros((0, 2))


@pytest.fixture
def town(table: Any) -> tuple[np.ndarray, PointSource]:
    generator = np.random.default_rng(3)
    xy = generator.random((5000, 2)) * (WHOLE.x1, WHOLE.y1)
    states = ["closed" if n % 7 == 0 else None for n in range(len(xy))]
    return xy, PointSource.of(LAYER, table(list(shapely.points(xy)), state=states), Feedback())


def test_near_by_every_point_in_view_is_drawn(town: Any, request_for: Any) -> None:
    xy, source = town
    request = request_for(2000, 1500, 0.5)
    box = request.box
    inside = xy[((xy >= box[:2]) & (xy <= box[2:])).all(axis=1)]
    assert len(inside) > 3
    assert sorted(drawn(source.draw(request)).tolist()) == sorted(inside.tolist())


def test_from_afar_few_are_drawn_and_none_is_far_from_one(town: Any, request_for: Any) -> None:
    xy, source = town
    metres = 60.0
    found = drawn(source.draw(request_for(2000, 1500, metres)))
    assert 100 < len(found) < len(xy) / 2
    gap = np.hypot(*(xy[:, None] - found[None]).transpose(2, 0, 1)).min(axis=1)
    assert gap.max() <= LAYER.apart * metres * np.sqrt(2)


@given(st.integers(0, 5000), st.floats(0.02, 30.0))
def test_panning_never_makes_a_point_come_or_go(seed: int, metres: float) -> None:
    generator = np.random.default_rng(seed)
    xy = generator.random((300, 2)) * (WHOLE.x1, WHOLE.y1)
    rows = {
        "fid": np.arange(len(xy)),
        "state": ["closed"] * len(xy),
        "geom": list(shapely.to_wkb(shapely.points(xy))),
    }
    source = PointSource.of(LAYER, pa.table(rows), Feedback())
    here = DrawRequest(1, Box(500, 500, 2500, 2500), metres)
    there = DrawRequest(2, Box(1000, 700, 3000, 2700), metres)
    both = Box(1000, 700, 2500, 2500)

    def shown(request: DrawRequest) -> list[list[float]]:
        points = drawn(source.draw(request))
        return sorted(points[((points >= both[:2]) & (points <= both[2:])).all(axis=1)].tolist())

    assert shown(here) == shown(there)


def test_hidden_classes_are_neither_drawn_nor_hit(town: Any, request_for: Any) -> None:
    xy, source = town
    hidden = frozenset({"valve/closed"})
    request = request_for(2000, 1500, 1.0, hidden)
    assert [each.look.symbol for each in source.draw(request).classes] == ["valve_gate"]
    x, y = xy[7]
    assert 8 in {hit.id for hit in source.near(x, y, 0.5, frozenset())}
    assert 8 not in {hit.id for hit in source.near(x, y, 0.5, hidden)}


def test_not_drawn_beyond_its_scale(town: Any, request_for: Any) -> None:
    _, source = town
    assert source.draw(request_for(2000, 1500, 301_000 * 0.0254 / 96)).classes == ()
    assert source.draw(request_for(2000, 1500, 299_999 * 0.0254 / 96)).classes != ()


def test_counts_are_those_of_the_book_and_of_the_view(town: Any) -> None:
    xy, source = town
    assert {name: each.count for name, each in source.counts().items()} == {"closed": 715, "open": 4285}
    box = Box(100.0, 100.0, 900.0, 1200.0)
    inside = ((xy >= box[:2]) & (xy <= box[2:])).all(axis=1)
    closed = np.arange(len(xy)) % 7 == 0
    assert source.counts(box)["closed"].count == (inside & closed).sum()
    assert source.counts(box)["open"].count == (inside & ~closed).sum()


def test_unlocated_assets_are_counted_and_never_drawn(table: Any, request_for: Any) -> None:
    shapes = [shapely.Point(10, 20, 5), None, shapely.Point(), shapely.Point(30, 40, 5)]
    source = PointSource.of(LAYER, table(shapes, state=["open"] * 4), Feedback())
    assert source.unlocated == 2
    assert sorted(drawn(source.draw(request_for(0, 0, 1.0))).tolist()) == [[10, 20], [30, 40]]
    assert source.counts()["open"].count == 4
    assert [hit.id for hit in source.near(0, 0, 5.0, frozenset())] == []


def test_each_symbol_keeps_its_own_rotation(table: Any, request_for: Any) -> None:
    xy = [(float(10 * n), float(7 * n)) for n in range(40)]
    turned = np.arange(40) * 2.0 - 30.0
    shapes = [shapely.Point(each) for each in xy]
    layer = replace(LAYER, rotate=True)
    source = PointSource.of(layer, table(shapes, state=["open"] * 40), Feedback(), mains_at(xy, turned))
    (batch,) = source.draw(request_for(200, 140, 1.0)).classes
    assert batch.points is not None
    assert batch.rotation is not None
    found = dict(zip(map(tuple, batch.points.tolist()), batch.rotation.tolist(), strict=True))
    assert found == pytest.approx(dict(zip(xy, turned.tolist(), strict=True)))


def test_only_symbols_with_a_direction_stand_upside_down(table: Any, request_for: Any) -> None:
    shapes = [shapely.Point(0, 0), shapely.Point(50, 0)]
    check = replace(LAYER.classes[0], look=Look(symbol="valve_check", directed=True))
    layer = replace(LAYER, classes=(check, LAYER.classes[1]), rotate=True)
    turned = np.array([150.0, 150.0])
    mains = mains_at([(0, 0), (50, 0)], turned)
    source = PointSource.of(layer, table(shapes, state=["closed", "open"]), Feedback(), mains)
    batches = {each.look.symbol: each.rotation for each in source.draw(request_for(0, 0, 1.0)).classes}
    assert batches["valve_check"].tolist() == pytest.approx([150.0])  # type: ignore[union-attr]
    assert batches["valve_gate"].tolist() == pytest.approx([-30.0])  # type: ignore[union-attr]


def test_no_points_at_all(table: Any, request_for: Any) -> None:
    source = PointSource.of(LAYER, table([], state=pa.array([], pa.string())), Feedback())
    assert source.draw(request_for(0, 0, 1.0)).classes == ()
    assert source.near(0, 0, 10, frozenset()) == []
