"""What a click means near by: ends, bends, crossings, feet of perpendiculars, places on mains; and ways along them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely.geometry import LineString, Point, box

from layers.feedback import Feedback
from layers.geometry.crs import Crs
from layers.register import Register
from layers.scene.planning import build_scene
from layers.scene.scene import Scene
from layers.scene.snapping import Place, Snap, find_snap, snap
from layers.scene.style import METRES_PER_PIXEL
from layers.scene.tracing import trace
from layers.text import Message

X, Y = 538000.0, 3016000.0
PIXEL = 1000 * METRES_PER_PIXEL
# A main from west to east with a bend at (50, 0); a branch that joins it at (80, 0) without cutting it; a main that
# crosses it at (20, 0); a far one; a valve beside.
LINES = {
    "A": [(0, 0), (50, 0), (100, 10)],
    "B": [(80, 6), (80, 60), (120, 60)],
    "C": [(20, -30), (20, 40)],
    "D": [(300, 300), (400, 300)],
}


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    path: Path = tmp_path_factory.mktemp("snap") / "town.gpkg"
    with Register.create(path, Crs.parse("EPSG:4546"), actor="t") as register:
        with register.edit(Message("action.import")) as edit:
            for code, places in LINES.items():
                line = LineString([(X + x, Y + y) for x, y in places])
                edit.insert("pipe", {"code": code, "dn": 300, "status": "in_service", "geom": line})
            edit.insert("valve", {"code": "FM-1", "status": "in_service", "geom": Point(X + 60, Y + 2)})
            edit.insert("water_body", {"name": "资江", "geom": box(X, Y + 200, X + 50, Y + 250)})
        yield build_scene(register, "diameter", Feedback())


def at(scene: Scene, x: float, y: float, **options: object) -> Snap | None:
    return find_snap(scene, X + x, Y + y, PIXEL, 10, **options)  # type: ignore[arg-type]


def place(found: Snap | None) -> Place:
    assert found is not None
    return found.place[0] - X, found.place[1] - Y


@pytest.mark.parametrize(
    ("x", "y", "kind", "meant"),
    [
        (0.8, 0.9, "end", (0, 0)),
        (50.9, -0.8, "vertex", (50, 0)),
        (20.9, 0.9, "intersection", (20, 0)),
        (35.0, 1.2, "line", (35, 0)),
        (60.9, 2.9, "point", (60, 2)),
    ],
)
def test_the_kind_of_place(scene: Scene, x: float, y: float, kind: str, meant: Place) -> None:
    found = at(scene, x, y)
    assert found is not None
    assert found.kind == kind
    assert place(found) == pytest.approx(meant, abs=1e-6)
    assert snap(scene, X + x, Y + y, PIXEL, 10) is not None


def test_a_perpendicular_from_the_place_before(scene: Scene) -> None:
    found = at(scene, 34.0, 1.0, origin=(X + 35, Y + 20))
    assert found is not None
    assert found.kind == "perpendicular"
    assert place(found) == pytest.approx((35, 0), abs=1e-6)


def test_what_is_far_switched_off_or_being_moved_does_not_count(scene: Scene) -> None:
    assert at(scene, 35, 10) is None
    assert at(scene, 0.8, 0.9, kinds=frozenset({"vertex"})) is None
    assert at(scene, 300.5, 300.5) is not None
    gone = at(scene, 300.5, 300.5)
    assert gone is not None
    assert at(scene, 300.5, 300.5, without=frozenset({(gone.type, gone.id)})) is None
    hidden = frozenset(f"pipe/{c.id}" for s in scene.sources if s.layer.id == "pipe" for c in s.layer.classes)
    assert at(scene, 35, 1.2, hidden=hidden) is None


def test_borders_of_areas_count_when_an_area_is_drawn(scene: Scene) -> None:
    assert at(scene, 50.5, 250.5, outlines=True) is None
    found = at(scene, 50.5, 250.5, outlines=True, backdrop=True)
    assert found is not None
    assert place(found) == pytest.approx((50, 250))


@given(st.floats(-20, 130), st.floats(-40, 70))
def test_a_place_found_is_within_reach(scene: Scene, x: float, y: float) -> None:
    found = at(scene, x, y)
    if found is not None:
        assert np.hypot(*np.subtract(place(found), (x, y))) <= 10 * PIXEL + 1e-9


def _way(scene: Scene, start: Place, end: Place) -> list[Place] | None:
    found = trace(scene, (X + start[0], Y + start[1]), (X + end[0], Y + end[1]))
    return None if found is None else [(round(x - X, 3), round(y - Y, 3)) for x, y in found]


def test_the_way_along_mains_takes_bends_and_branches(scene: Scene) -> None:
    # From between two bends, over the joint of the branch that does not cut the main, round the branch's bend.
    assert _way(scene, (30, 0), (100, 60)) == [(30, 0), (50, 0), (80, 6), (80, 60), (100, 60)]
    assert _way(scene, (100, 60), (30, 0)) == [(100, 60), (80, 60), (80, 6), (50, 0), (30, 0)]
    assert _way(scene, (10, 0), (45, 0)) == [(10, 0), (45, 0)]


def test_no_way_where_mains_do_not_meet(scene: Scene) -> None:
    # Crossing in the drawing is no joint: one main may lie under the other.
    assert _way(scene, (10, 0), (20, 30)) is None
    assert _way(scene, (10, 0), (350, 300)) is None
    assert _way(scene, (10, 0), (10, 0)) is None


def test_areas_are_traced_along_roads_and_borders_and_never_along_mains(scene: Scene) -> None:
    # Three sides of the water are longer than the other way round: over one corner.
    found = trace(scene, (X + 10, Y + 200), (X + 50, Y + 220), outlines=True)
    assert found is not None
    assert (found - (X, Y)).tolist() == [[10, 200], [50, 200], [50, 220]]
    assert trace(scene, (X, Y), (X + 100, Y + 10), outlines=True) is None
    assert trace(scene, (X + 10, Y + 200), (X + 50, Y + 220)) is None
