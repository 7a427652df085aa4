"""Names stay where they are while the map is moved, repeat along long mains and have the room they claim."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.feedback import Feedback
from layers.model.query import Box
from layers.scene.labels import REPEAT_PIXELS
from layers.scene.line_source import LineSource
from layers.scene.request import DrawRequest, LabelBatch
from layers.scene.style import METRES_PER_PIXEL, ClassStyle, LayerStyle, Look, Rule
from layers.text import Title

TITLE = Title("管段", "Pipes")
CLASS = ClassStyle("all", TITLE, (), Look())
MAINS = LayerStyle("pipe", "pipe", "main", TITLE, (CLASS,), labels="main", label_denominator=10_000)
LANES = ClassStyle("lane", TITLE, (Rule("road_class", values=("lane",)),), Look(), label_denominator=5_000)
ROADS = LayerStyle("road", "road", "line", TITLE, (LANES, CLASS), labels="name")
DETAILED, SHORT = 2_000 * METRES_PER_PIXEL, 8_000 * METRES_PER_PIXEL
EVERYWHERE = Box(-1e5, -1e5, 1e5, 1e5)


class Labels:
    """The names along the lines of a layer."""

    def __init__(self, layer: LayerStyle, columns: pa.Table) -> None:
        self._source = LineSource.of(layer, columns, Feedback())

    def inside(self, request: DrawRequest) -> tuple[LabelBatch, ...]:
        return self._source.draw(request).labels


labels_of = Labels


def mains(table: Any, lines: list[shapely.LineString], **fields: Any) -> Labels:
    count = len(lines)
    columns = {"dn": [200] * count, "material": ["DI"] * count, "laid_date": ["2014-05"] * count}
    columns |= {"status": ["in_service"] * count} | fields
    return labels_of(MAINS, table(lines, **columns))


def only(batches: tuple[LabelBatch, ...]) -> LabelBatch:
    (batch,) = batches
    return batch


def test_pieces_that_say_the_same_carry_one_name(table: Any) -> None:
    lines = [shapely.LineString([(n * 30, 0), (n * 30 + 30, 0)]) for n in range(4)]
    batch = only(mains(table, lines).inside(DrawRequest(1, EVERYWHERE, DETAILED)))
    assert set(batch.words) == {(200, "DI", "2014", None)}
    assert len(set(batch.slot.tolist())) == 1
    assert batch.xy[0].tolist() == pytest.approx([60.0, 0.0])


def test_from_farther_away_mains_of_one_size_are_named_together(table: Any) -> None:
    lines = [shapely.LineString([(n * 300, 0), (n * 300 + 300, 0)]) for n in range(2)]
    made = mains(table, lines, laid_date=["2014", "1999"])
    near = only(made.inside(DrawRequest(1, EVERYWHERE, DETAILED)))
    far = only(made.inside(DrawRequest(1, EVERYWHERE, SHORT)))
    assert {word[2] for word in near.words} == {"2014", "1999"}
    assert set(far.words) == {(200, None, None, None)}


def test_no_names_beyond_their_scale_and_none_for_what_is_gone(table: Any) -> None:
    line = shapely.LineString([(0, 0), (500, 0)])
    made = mains(table, [line])
    assert made.inside(DrawRequest(1, EVERYWHERE, 10_100 * METRES_PER_PIXEL)) == ()
    assert mains(table, [line], status=["abandoned"]).inside(DrawRequest(1, EVERYWHERE, DETAILED)) == ()


def test_an_unknown_size_is_named_too(table: Any) -> None:
    batch = only(
        mains(table, [shapely.LineString([(0, 0), (500, 0)])], dn=[None]).inside(
            DrawRequest(1, EVERYWHERE, DETAILED)
        )
    )
    assert {word[0] for word in batch.words} == {None}


def test_a_long_main_is_named_again_and_again(table: Any) -> None:
    batch = only(
        mains(table, [shapely.LineString([(0, 0), (5000, 0)])]).inside(DrawRequest(1, EVERYWHERE, DETAILED))
    )
    middles = np.sort([batch.xy[batch.slot == slot, 0].mean() for slot in set(batch.slot.tolist())])
    gaps = np.diff(middles) / DETAILED
    assert len(middles) > 5
    assert (gaps > REPEAT_PIXELS["main"] / 1.5).all()
    assert (gaps < REPEAT_PIXELS["main"] * 3).all()


def test_large_mains_are_named_first(table: Any) -> None:
    lines = [shapely.LineString([(0, n * 50), (500, n * 50)]) for n in range(3)]
    batch = only(mains(table, lines, dn=[100, 600, None]).inside(DrawRequest(1, EVERYWHERE, DETAILED)))
    assert batch.words[0][0] == 600
    sizes = [word[0] or 0 for word in batch.words]
    assert sizes == sorted(sizes, reverse=True)


def test_a_bend_has_less_room_than_a_straight(table: Any) -> None:
    straight = shapely.LineString([(0, 0), (60, 0)])
    bent = shapely.LineString([(0, 500), (30, 500), (30, 530)])
    batch = only(mains(table, [straight, bent], dn=[200, 100]).inside(DrawRequest(1, EVERYWHERE, DETAILED)))
    room = {word[0]: batch.room[n] for n, word in reversed(list(enumerate(batch.words)))}
    assert room[200] == pytest.approx(60 / DETAILED)
    assert room[100] < 45 / DETAILED


# To the nanometre: with 1e-200 m between two places GEOS warns of divisions.
coordinate = st.floats(-300, 300).map(lambda metres: round(metres, 9))
bent_line = st.lists(st.tuples(coordinate, coordinate), min_size=2, max_size=6, unique=True)


@given(st.lists(bent_line, min_size=1, max_size=6), coordinate, coordinate)
def test_panning_moves_no_name(values: list[list[tuple[float, float]]], dx: float, dy: float) -> None:
    lines = [shapely.LineString(v) for v in values]
    table = pa.table(
        {
            "fid": list(range(len(lines))),
            "dn": [100 * (n + 1) for n in range(len(lines))],
            "geom": pa.array(list(shapely.to_wkb(lines)), pa.binary()),
        }
    )
    layer = LayerStyle("pipe", "pipe", "line", TITLE, (CLASS,), labels="dn")
    made = labels_of(layer, table)
    here = Box(-200, -150, 200, 150)
    there = Box(-200 + dx, -150 + dy, 200 + dx, 150 + dy)

    def names(box: Box) -> set[tuple[float, float, object]]:
        return {
            (round(float(x), 6), round(float(y), 6), word)
            for batch in made.inside(DrawRequest(1, box, 0.5))
            for (x, y), word in zip(batch.xy, batch.words, strict=True)
            if here.x0 + 1 < x < here.x1 - 1 and here.y0 + 1 < y < here.y1 - 1
            if there.x0 + 1 < x < there.x1 - 1 and there.y0 + 1 < y < there.y1 - 1
        }

    assert names(here) == names(there)


def test_roads_without_a_name_have_none(table: Any) -> None:
    lines = [shapely.LineString([(0, 0), (500, 0)]), shapely.LineString([(0, 9), (500, 9)])]
    batch = only(
        labels_of(ROADS, table(lines, name=["人民路", None])).inside(DrawRequest(1, EVERYWHERE, DETAILED))
    )
    assert set(batch.words) == {("人民路",)}
    assert batch.kind == "name"


def test_small_roads_are_named_from_nearer_and_hidden_ones_not_at_all(table: Any) -> None:
    lines = [shapely.LineString([(0, 0), (900, 0)]), shapely.LineString([(0, 90), (900, 90)])]
    made = labels_of(ROADS, table(lines, name=["永乐里", "人民路"], road_class=["lane", "trunk"]))

    def named(metres: float, *hidden: str) -> set[object]:
        found = made.inside(DrawRequest(1, EVERYWHERE, metres, frozenset(hidden)))
        return {word[0] for batch in found for word in batch.words}

    assert named(DETAILED) == {"永乐里", "人民路"}
    assert named(SHORT) == {"人民路"}
    assert named(DETAILED, "road/all") == {"永乐里"}
    assert named(DETAILED, "road/all", "road/lane") == set()


def test_nothing_to_name(table: Any) -> None:
    roads = table([], name=[])
    assert labels_of(ROADS, roads).inside(DrawRequest(1, EVERYWHERE, DETAILED)) == ()
    unnamed = labels_of(ROADS, table([shapely.LineString([(0, 0), (500, 0)])], name=[None]))
    assert unnamed.inside(DrawRequest(1, EVERYWHERE, DETAILED)) == ()
