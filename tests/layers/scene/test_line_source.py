"""Lines: exact near by, simpler from afar, and no main breaks or vanishes; lengths and hits are exact."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely

from layers.feedback import Feedback
from layers.model.query import Box
from layers.scene.line_source import CLOSE, LEVELS, WORTH_SIMPLIFYING, LineSource
from layers.scene.request import DrawBatch, DrawRequest
from layers.scene.style import ClassStyle, LayerStyle, Look, Rule
from layers.text import Title

TITLE = Title("管段", "Pipes")
LAYER = LayerStyle(
    "pipe",
    "pipe",
    "main",
    TITLE,
    (
        ClassStyle("planned", TITLE, (Rule("status", values=("planned",)),), Look(dash=(8.0, 5.0))),
        ClassStyle("large", TITLE, (Rule("dn", lower=450.0),), Look(width=4.8)),
        ClassStyle("small", TITLE, (), Look(width=2.0)),
    ),
)
SIZE = 70
WHOLE = Box(0.0, 0.0, SIZE * 100.0, SIZE * 100.0)


def pieces(batch: DrawBatch) -> np.ndarray:
    return np.concatenate([each.pieces for each in batch.classes if each.pieces is not None])


def as_lines(found: np.ndarray) -> shapely.Geometry:
    return shapely.multilinestrings(shapely.linestrings(found.reshape(-1, 2, 2)))


def table_of(streets: list[shapely.LineString]) -> pa.Table:
    dn = [600 if n % 11 == 0 else 100 for n in range(len(streets))]
    columns = {
        "fid": pa.array(range(1, len(streets) + 1), pa.int64()),
        "dn": pa.array(dn, pa.int64()),
        "status": pa.array([None] * len(streets), pa.string()),
        "geom": pa.array(list(shapely.to_wkb(streets)), pa.binary()),
    }
    return pa.table(columns)


@pytest.fixture(scope="module")
def streets() -> list[shapely.LineString]:
    """Bent streets in a grid, cut at every crossing."""
    lines = []
    along = np.linspace(0, 100, 6)
    bend = np.sin(along / 100 * np.pi)[:, None] * 3
    for n in range(SIZE):
        for m in range(SIZE - 1):
            across = np.full(6, n * 100.0)
            run = m * 100.0 + along
            lines.append(shapely.LineString(np.stack([run, across + bend[:, 0]], axis=1)))
            lines.append(shapely.LineString(np.stack([across + bend[:, 0], run], axis=1)))
    return lines


@pytest.fixture(scope="module")
def town(streets: list[shapely.LineString]) -> LineSource:
    return LineSource.of(LAYER, table_of(streets), Feedback())


def test_the_town_is_large_enough_to_be_simplified(streets: list[shapely.LineString]) -> None:
    assert len(streets) * 10 // 11 > WORTH_SIMPLIFYING


def test_near_by_every_piece_in_view_is_drawn(
    town: LineSource, streets: list[shapely.LineString], request_for: Any
) -> None:
    request = request_for(3210, 3210, 0.5)
    view = shapely.box(*request.box)
    exact = shapely.intersection(shapely.union_all(streets), view)
    found = shapely.intersection(shapely.union_all(as_lines(pieces(town.draw(request)))), view)
    assert found.length == pytest.approx(exact.length)
    assert exact.length > 500


@pytest.mark.parametrize(("tolerance", "metres"), LEVELS)
def test_from_afar_no_main_breaks_or_strays(
    town: LineSource, streets: list[shapely.LineString], tolerance: float, metres: float
) -> None:
    # Of so few lines the next finer level is drawn a while longer.
    found = pieces(town.draw(DrawRequest(1, WHOLE, metres * CLOSE)))
    # What bends by metres keeps its bends at the first level.
    assert len(found) <= len(streets) * (5 if tolerance < 1 else 5 / 2)
    tree = shapely.STRtree(shapely.linestrings(found.reshape(-1, 2, 2)))
    vertices = shapely.points(shapely.get_coordinates(streets))
    _, distance = tree.query_nearest(vertices, return_distance=True, all_matches=False)
    assert len(distance) == len(vertices)
    assert distance.max() < metres / 2
    drawn = np.hypot(found[:, 2] - found[:, 0], found[:, 3] - found[:, 1]).sum()
    assert drawn > 0.98 * shapely.length(streets).sum()


def test_counts_and_lengths_are_exact(town: LineSource, streets: list[shapely.LineString]) -> None:
    counts = town.counts()
    large = [line for n, line in enumerate(streets) if n % 11 == 0]
    assert counts["large"].count == len(large)
    assert counts["large"].metres == pytest.approx(sum(line.length for line in large))
    assert counts["planned"].count == 0
    total = sum(each.metres or 0.0 for each in counts.values())
    assert total == pytest.approx(sum(line.length for line in streets))


def test_counts_in_view_are_of_what_can_be_seen(town: LineSource, streets: list[shapely.LineString]) -> None:
    box = Box(1010.0, 1010.0, 1480.0, 1890.0)
    seen = [line for line in streets if line.intersects(shapely.box(*box))]
    counts = town.counts(box)
    assert sum(each.count for each in counts.values()) == len(seen)


def test_the_nearest_main_is_hit(town: LineSource, streets: list[shapely.LineString]) -> None:
    generator = np.random.default_rng(5)
    for x, y in generator.random((25, 2)) * 6000:
        place = shapely.Point(x, y)
        within = {n + 1: line.distance(place) for n, line in enumerate(streets) if line.distance(place) <= 25}
        hits = {hit.id: hit.distance for hit in town.near(x, y, 25.0, frozenset())}
        assert hits == pytest.approx(within)


def test_what_runs_along_a_line_gets_whole_lines(table: Any, request_for: Any) -> None:
    line = shapely.LineString([(0, 0, 1), (50, 0, 1), (50, 50, 1)])
    source = LineSource.of(LAYER, table([line], dn=[100], status=["planned"]), Feedback())
    (batch,) = source.draw(request_for(20, 20, 1.0)).classes
    assert batch.lines is not None
    assert batch.lines.xy.tolist() == [[0, 0], [50, 0], [50, 50]]


def test_hidden_classes_are_neither_drawn_nor_hit(table: Any, request_for: Any) -> None:
    lines = [shapely.LineString([(0, 0), (50, 0)]), shapely.LineString([(0, 1), (50, 1)])]
    source = LineSource.of(LAYER, table(lines, dn=[100, 600], status=[None, "in_service"]), Feedback())
    hidden = frozenset({"pipe/large"})
    assert pieces(source.draw(request_for(20, 0, 1.0, hidden))).tolist() == [[0, 0, 50, 0]]
    assert {hit.id for hit in source.near(20, 0.5, 2.0, hidden)} == {1}
    assert {hit.id for hit in source.near(20, 0.5, 2.0, frozenset())} == {1, 2}


def test_small_mains_are_drawn_below_large_ones(table: Any, request_for: Any) -> None:
    lines = [shapely.LineString([(0, 0), (50, 0)])] * 3
    statuses = [None, None, "planned"]
    source = LineSource.of(LAYER, table(lines, dn=[600, 100, 100], status=statuses), Feedback())
    widths = [each.look.width for each in source.draw(request_for(0, 0, 1.0)).classes]
    assert widths == [2.0, 4.8, 1.0]


def test_lines_without_a_place(table: Any, request_for: Any) -> None:
    shapes = [None, shapely.LineString(), shapely.LineString([(0, 0), (9, 0)])]
    source = LineSource.of(LAYER, table(shapes, dn=[1, 2, 3], status=["x", "x", "x"]), Feedback())
    assert source.unlocated == 2
    assert pieces(source.draw(request_for(0, 0, 1.0))).tolist() == [[0, 0, 9, 0]]
    assert source.counts()["small"].count == 3


def test_no_lines_at_all(table: Any, request_for: Any) -> None:
    source = LineSource.of(
        LAYER, table([], dn=pa.array([], pa.int64()), status=pa.array([], pa.string())), Feedback()
    )
    assert source.draw(request_for(0, 0, 1.0)).classes == ()
    assert source.near(0, 0, 10.0, frozenset()) == []
    assert source.counts(WHOLE)["large"].count == 0


@pytest.mark.parametrize("metres", [0.5, *(level[1] for level in LEVELS)])
def test_a_sketch_strays_no_further_than_the_whole_may(
    streets: list[shapely.LineString], metres: float
) -> None:
    # Straight, the ring would be a point. What lies far off: the city is as wide as a screen at this scale.
    ring = shapely.LineString([(0, -90), (9, -90), (9, -80), (0, -90)])
    x, y = max(2000 * metres, WHOLE.x1), -500.0
    hook = shapely.LineString([(x, y), (x + 60, y + 0.2), (x + 120, y)])
    lines = [*streets[:80], ring, hook]
    sketch = LineSource.sketch(LAYER, table_of(lines))
    exact = shapely.multilinestrings(lines)
    for drawn_at in (metres, metres / 2):
        request = DrawRequest(0, Box(-100.0, y - 9, x + 200, WHOLE.y1), drawn_at)
        drawn = as_lines(pieces(sketch.draw(request)))
        allowed = max((tolerance for tolerance, least in LEVELS if drawn_at >= least), default=0.0) + 1e-6
        assert shapely.hausdorff_distance(exact, drawn) <= allowed
        assert shapely.hausdorff_distance(drawn, exact) <= allowed
        there = DrawRequest(0, Box(x, y, x + 120, y), drawn_at)
        assert len(pieces(sketch.draw(there))) == (
            1 if drawn_at >= LEVELS[0][1] and drawn_at == metres else 2
        )
    assert len(sketch.words) == 0
    assert sketch.counts()["large"].count == 8
