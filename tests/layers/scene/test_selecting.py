"""What a region selects in a scene is what shapely finds asset by asset, of what is shown."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from layers.feedback import Feedback
from layers.geometry.crs import Crs
from layers.model.query import Box, Compare, Query
from layers.model.selection import NOTHING, Selection
from layers.register import Register
from layers.scene.planning import build_scene
from layers.scene.region import Region
from layers.scene.scene import Scene
from layers.scene.selecting import (
    class_figures,
    class_of,
    inverted,
    select_all,
    select_class,
    select_region,
    select_same_class,
    selected_shapes,
)
from layers.text import Message

X, Y = 538_000.0, 3_016_000.0
SIDE = 400.0
Town = tuple[Register, Scene]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    generator = np.random.default_rng(5)
    path = tmp_path_factory.mktemp("selecting") / "town.gpkg"
    with Register.create(path, Crs.parse("EPSG:4546"), actor="t", name="t") as register:
        with register.edit(Message("action.import")) as edit:
            for number in range(120):
                start = np.round(generator.random(2) * SIDE)
                line = np.round(start + generator.normal(0, 40, (3, 2)).cumsum(axis=0)) + np.array([X, Y])
                material = ("DI", "PE", None)[number % 3]
                shape = None if number == 7 else shapely.LineString([(*p, 3.0) for p in line])
                edit.insert("pipe", {
                    "code": f"GD-{number}", "dn": (80, 300, 600)[number % 3], "material": material,
                    "status": "in_service", "geom": shape,
                })  # fmt: skip
            for number in range(200):
                at = np.round(generator.random(2) * SIDE) + np.array([X, Y])
                place = None if number % 50 == 0 else shapely.Point(*at)
                edit.insert("meter", {"code": f"SB-{number}", "status": "in_service", "geom": place})
        scene = build_scene(register, "diameter", Feedback())
        yield register, scene


PLACE = st.tuples(st.integers(0, int(SIDE)), st.integers(0, int(SIDE))).map(lambda p: (p[0] + X, p[1] + Y))
REGIONS = st.one_of(
    st.lists(PLACE, min_size=3, max_size=7).map(lambda xy: Region.of_corners(np.array(xy))),
    st.tuples(PLACE, st.integers(1, 150)).map(lambda t: Region.around(*t[0], float(t[1]))),
)


@given(REGIONS)
def test_a_region_selects_what_shapely_finds(town: Town, region: Region) -> None:
    register, scene = town
    expected = {
        asset.key
        for name in ("pipe", "meter")
        for asset in register.find(Query(name))
        if asset.geometry is not None
        and not region.shape.is_empty
        and (
            shapely.dwithin(region.shape, asset.geometry, region.reach)
            if region.reach
            else region.shape.intersects(asset.geometry)
        )
    }
    assert set(select_region(scene, region)) == expected


def test_only_what_is_shown(town: Town) -> None:
    _, scene = town
    everywhere = Region.of_box(Box(X - 1e4, Y - 1e4, X + 1e4, Y + 1e4))
    assert select_region(scene, everywhere).counts == {"meter": 196, "pipe": 119}
    assert select_region(scene, everywhere, denominator=100_000.0).counts == {"pipe": 119}
    layer = next(s.layer for s in scene.sources if s.layer.type == "pipe")
    number, size = next(
        (number, figure.count)
        for figure in class_figures(scene, select_all(scene))
        for number, style in enumerate(layer.classes)
        if style is figure.style
    )
    assert 0 < size < 119
    hidden = frozenset({class_of(layer, number)})
    assert select_region(scene, everywhere, hidden=hidden).counts["pipe"] == 119 - size


def test_all_class_and_rest(town: Town) -> None:
    register, scene = town
    everything = select_all(scene)
    assert everything.counts == {"meter": 200, "pipe": 120}
    one = register.find(Query("pipe", Compare("dn", "=", 600)))[0]
    same = select_same_class(scene, one.key)
    assert set(same.ids("pipe")) == {a.id for a in register.find(Query("pipe", Compare("dn", "=", 600)))}
    assert inverted(scene, same).counts == {"pipe": 80}
    assert inverted(scene, NOTHING) == everything
    assert select_class(scene, "meter").counts == {"meter": 200}
    assert not select_class(scene, "no such layer")


def test_figures_and_shapes_are_those_of_the_assets(town: Town) -> None:
    register, scene = town
    pipes = [a for a in register.find(Query("pipe")) if a.id % 4 == 0]
    meters = [a for a in register.find(Query("meter")) if a.id % 3 == 0]
    selection = Selection({"pipe": [a.id for a in pipes], "meter": [a.id for a in meters]})
    figures = class_figures(scene, selection)
    located = [a.geometry for a in pipes if a.geometry is not None]
    metres = sum(f.metres or 0.0 for f in figures if f.layer.type == "pipe")
    assert metres == pytest.approx(sum(g.length for g in located))
    assert sum(f.count for f in figures if f.layer.type == "pipe") == len(located)
    points, pieces = selected_shapes(scene, selection)
    assert {tuple(p) for p in points.tolist()} == {
        (a.geometry.x, a.geometry.y) for a in meters if a.geometry is not None
    }
    assert len(pieces) == sum(len(shapely.get_coordinates(g)) - 1 for g in located)
