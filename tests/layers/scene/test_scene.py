"""A scene of a real register: what a view holds, what is counted and hit, and what a change renews."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import shapely
from shapely.geometry import LineString, Point, box

from layers.feedback import Feedback
from layers.geometry.crs import Crs
from layers.model.query import Box
from layers.register import Register
from layers.scene.planning import build_scene
from layers.scene.request import DrawBatch, DrawRequest
from layers.scene.scene import Scene
from layers.scene.style import METRES_PER_PIXEL
from layers.text import Message

pytestmark = pytest.mark.keeps_running
LABEL = Message("action.import")
X, Y = 538000.0, 3016000.0


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Register]:
    path: Path = tmp_path_factory.mktemp("scene") / "town.gpkg"
    with Register.create(path, Crs.parse("EPSG:4546"), actor="t") as register:
        with register.edit(LABEL) as edit:
            for number in range(12):
                edit.insert("pipe", {
                    "code": f"GD-{number}", "dn": (None, 80, 150, 300, 500, 1000)[number % 6],
                    "status": "planned" if number == 11 else "in_service",
                    "geom": LineString([(X + 100 * number, Y), (X + 100 * number + 100, Y + 50)]),
                })  # fmt: skip
            edit.insert("valve", {"code": "FM-1", "present_state": "closed", "geom": Point(X + 50, Y + 25)})
            edit.insert("valve", {"code": "FM-2", "operable": False, "geom": Point(X + 250, Y + 25)})
            edit.insert("valve", {"code": "FM-3"})
            edit.insert("meter_well", {"code": "BJ-1", "kind": "valve_well", "geom": Point(X, Y)})
            edit.insert("meter_well", {"code": "BJ-2", "kind": "meter_well", "geom": Point(X, Y + 5)})
            edit.insert("water_body", {"name": "资江", "geom": box(X, Y + 500, X + 900, Y + 700)})
            edit.insert("road", {"name": "大塘路", "geom": LineString([(X, Y + 80), (X + 1200, Y + 80)])})
        yield register


@pytest.fixture(scope="module")
def scene(register: Register) -> Scene:
    return build_scene(register, "diameter", Feedback())


def _request(
    denominator: float, view: Box | None = None, hidden: frozenset[str] = frozenset()
) -> DrawRequest:
    whole = Box(X - 100, Y - 100, X + 1400, Y + 800)
    return DrawRequest(1, view or whole, denominator * METRES_PER_PIXEL, hidden)


def _batch(scene: Scene, layer: str, request: DrawRequest) -> DrawBatch:
    return next(b for b in scene.draw(request) if b.layer.id == layer)


def test_mains_fall_into_dn_classes_and_states(scene: Scene) -> None:
    counts = {name: c.count for name, c in scene.counts()["pipe"].items() if c.count}
    assert counts == {"planned": 1, "dn4": 1, "dn3": 2, "dn2": 2, "dn1": 2, "dn0": 2, "dn_unknown": 2}


def test_lengths_are_the_drawn_ones(scene: Scene) -> None:
    metres = sum(c.metres or 0 for c in scene.counts()["pipe"].values())
    assert metres == pytest.approx(12 * np.hypot(100, 50))


def test_counts_in_a_view(scene: Scene) -> None:
    counts = scene.counts(Box(X - 10, Y - 10, X + 90, Y + 60))
    assert sum(c.count for c in counts["pipe"].values()) == 1
    assert sum(c.count for c in counts["valve"].values()) == 1


def test_a_view_holds_what_reaches_into_it(scene: Scene) -> None:
    batch = _batch(scene, "pipe", _request(5000))
    pieces = sum(len(c.pieces) for c in batch.classes if c.pieces is not None)
    dashed = sum(len(c.lines) for c in batch.classes if c.lines is not None)
    assert (pieces, dashed) == (11, 1)


def test_hidden_classes_are_left_out(scene: Scene) -> None:
    shown = _batch(scene, "pipe", _request(5000, hidden=frozenset({"pipe/planned", "pipe/dn4"})))
    assert not any(c.look.dash for c in shown.classes)
    assert sum(len(c.pieces) for c in shown.classes if c.pieces is not None) == 10


def test_small_mains_lie_below_large_ones_and_states_on_top(scene: Scene) -> None:
    widths = [c.look.width for c in _batch(scene, "pipe", _request(5000)).classes if not c.look.core]
    assert widths[:-1] == sorted(widths[:-1])
    assert _batch(scene, "pipe", _request(5000)).classes[-1].look.dash


def test_symbols_come_with_scale(scene: Scene) -> None:
    assert _batch(scene, "valve", _request(20000)).classes == ()
    assert len(_batch(scene, "valve", _request(5000)).classes) == 2
    assert _batch(scene, "valve_well", _request(5000)).classes == ()
    assert len(_batch(scene, "valve_well", _request(1000)).classes) == 1


def test_valves_turn_with_their_main(scene: Scene) -> None:
    for part in _batch(scene, "valve", _request(2000)).classes:
        assert part.rotation == pytest.approx([-np.degrees(np.arctan2(50, 100))])


def test_the_unlocated_are_counted_and_never_drawn(scene: Scene) -> None:
    assert scene.unlocated()["valve"] == 1
    drawn = [p for c in _batch(scene, "valve", _request(2000)).classes for p in c.points]  # type: ignore[union-attr]
    assert len(drawn) == 2
    assert sum(c.count for c in scene.counts()["valve"].values()) == 3


def test_a_click_finds_points_before_lines(scene: Scene) -> None:
    metres = 1000 * METRES_PER_PIXEL
    hits = scene.near(X + 50, Y + 25.2, metres, 7)
    assert [hit.type for hit in hits] == ["valve", "pipe"]
    hidden = frozenset({"valve/valve_closed"})
    assert [hit.type for hit in scene.near(X + 50, Y + 25.2, metres, 7, hidden)] == ["pipe"]
    assert scene.near(X + 50, Y + 400, metres, 7) == []
    # Far out symbols are not drawn, so nobody can mean them.
    assert all(hit.type == "pipe" for hit in scene.near(X + 50, Y + 25, 20000 * METRES_PER_PIXEL, 7))


def test_names_of_roads_waters_and_mains(scene: Scene) -> None:
    said = {word[0] for batch in scene.draw(_request(5000)) for part in batch.labels for word in part.words}
    assert {"大塘路", "资江", 300, 1000} <= said


def test_label_places_stay_while_panning(scene: Scene) -> None:
    here = _batch(scene, "road", _request(5000)).labels[0]
    there = _batch(scene, "road", _request(5000, Box(X + 200, Y - 300, X + 1700, Y + 600))).labels[0]
    places = {tuple(p) for p in here.xy.round(6).tolist()}
    assert places & {tuple(p) for p in there.xy.round(6).tolist()}


def test_a_change_renews_only_its_types(register: Register, scene: Scene) -> None:
    pipe = register.by_code("pipe", "GD-1")
    assert pipe is not None
    with register.edit(LABEL) as edit:
        edit.update("pipe", pipe.id, pipe.version, {"dn": 600})
    after = build_scene(register, "diameter", Feedback(), before=scene, changed=("pipe",))
    kept = {s.layer.id for s, t in zip(scene.sources, after.sources, strict=True) if s is t}
    assert "road" in kept
    assert not {"pipe", "valve"} & kept
    assert after.counts()["pipe"]["dn3"].count == 3
    assert scene.counts()["pipe"]["dn3"].count == 2
    register.undo()


def test_an_empty_register_is_an_empty_scene(tmp_path: Path) -> None:
    with Register.create(tmp_path / "none.gpkg", Crs.parse("local"), actor="t") as register:
        scene = build_scene(register, "status", Feedback())
        assert scene.box is None
        assert all(c.count == 0 for counts in scene.counts().values() for c in counts.values())
        for batch in scene.draw(_request(5000)):
            assert not any(len(c.pieces) for c in batch.classes if c.pieces is not None)


def test_coarser_copies_keep_the_ends_of_mains(tmp_path: Path) -> None:
    """A long winding main of many short pipes: simplified, it still reaches from end to end."""
    steps = np.arange(4001) * 5.0
    xy = np.column_stack([X + steps, Y + 8 * np.sin(steps / 60)])
    with Register.create(tmp_path / "long.gpkg", Crs.parse("EPSG:4546"), actor="t") as register:
        lines = shapely.linestrings(np.stack([xy[:-1], xy[1:]], axis=1))
        codes = pa.array([f"L-{number}" for number in range(4000)])
        columns = {"code": codes, "dn": pa.repeat(300, 4000), "status": pa.repeat("in_service", 4000)}
        with register.edit(LABEL) as edit:
            edit.insert_bulk("pipe", pa.table({**columns, "geom": pa.array(shapely.to_wkb(lines))}))
        scene = build_scene(register, "diameter", Feedback())
    request = DrawRequest(1, Box(X - 10, Y - 50, X + 20100, Y + 50), 15.0)
    pieces = np.concatenate(
        [c.pieces for c in _batch(scene, "pipe", request).classes if c.pieces is not None]
    )
    assert len(pieces) < 1500
    ends = pieces.reshape(-1, 2)
    assert ends[:, 0].min() == pytest.approx(X)
    assert ends[:, 0].max() == pytest.approx(X + 20000)
    # Every coordinate but the two ends belongs to two pieces: the main is in one piece.
    _, times = np.unique(ends.round(6), axis=0, return_counts=True)
    assert sorted(times.tolist())[:3] == [1, 1, 2]


def test_a_first_picture_has_mains_and_the_whole_one_keeps_them(register: Register) -> None:
    first = build_scene(register, "diameter", Feedback(), drawings=("area", "line", "main"))
    assert {source.layer.drawing for source in first.sources} == {"area", "line", "main"}
    whole = build_scene(register, "diameter", Feedback(), before=first)
    assert {source.layer.type for source in whole.sources} >= {"valve", "meter_well", "pipe"}
    for source in first.sources:
        assert any(source is other for other in whole.sources)
