"""Contract of every store: the map is built of it, follows its edits, and is kept from one day to the next."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
import shapely
from shapely.geometry import LineString, Point

from layers.feedback import Feedback
from layers.model.change import ChangeSet
from layers.model.query import Compare, Query
from layers.register import Register
from layers.scene.cache import SceneCache
from layers.scene.patching import patched, touched_by
from layers.scene.planning import ScenePlan, build, build_scene, plan_scene, take_kept
from layers.scene.region import Region
from layers.scene.scene import Scene
from layers.scene.selecting import select_region
from layers.scene.styles import find_style
from layers.text import Message
from tests.layers.scene.test_patching import X, Y, shown
from tests.layers.store.conftest import Place

pytestmark = pytest.mark.keeps_running
LABEL = Message("action.import")


@pytest.fixture
def register(opened: Register) -> Register:
    """A street with mains, valves, meters and a waterworks."""
    with opened.edit(LABEL) as edit:
        for n in range(20):
            line = LineString([(X + 30 * n, Y, 2), (X + 30 * n + 30, Y + 4, 3)])
            values = {"dn": (None, 80, 300, 600)[n % 4], "status": ("in_service", "planned")[n % 5 == 0]}
            edit.insert("pipe", {"code": f"P{n}", "geom": line} | values)
            edit.insert("valve", {"code": f"V{n}", "geom": Point(X + 30 * n, Y)})
        edit.insert("valve", {"code": "V-lost"})
        edit.insert("facility", {"code": "F", "name": "一水厂", "kind": "booster", "geom": Point(X, Y)})
        places = [Point(X + 3 * n, Y + 7 + n % 11) for n in range(300)]
        meters = {"code": [f"M{n}" for n in range(300)], "geom": pa.array(list(shapely.to_wkb(places)))}
        edit.insert_bulk("meter", pa.table(meters))
    return opened


def edit_some(register: Register) -> None:
    """Something new, moved, restyled, deleted and without a place."""
    with register.edit(LABEL) as edit:
        line = LineString([(X, Y + 50), (X + 90, Y + 55)])
        edit.insert("pipe", {"code": "P-new", "dn": 600, "geom": line})
        edit.insert("valve", {"code": "V-new", "geom": Point(X + 45, Y + 52.5)})
        changes = {
            ("pipe", "P3"): {"dn": 80, "status": "abandoned"},
            ("valve", "V4"): {"geom": Point(X + 60, Y + 53)},
            ("meter", "M7"): {"geom": Point(X + 700, Y + 90)},
            ("meter", "M8"): {"geom": None},
            ("facility", "F"): {"name": "二水厂"},
        }
        for (name, code), values in changes.items():
            asset = register.by_code(name, code)
            assert asset is not None
            edit.update(name, asset.id, asset.version, values)
        for name, code in (("pipe", "P9"), ("valve", "V9"), ("meter", "M9")):
            asset = register.by_code(name, code)
            assert asset is not None
            edit.delete(name, asset.id, asset.version)


def require_a_region_selects_what_lies_in_it(scene: Scene, register: Register) -> None:
    polygon = shapely.Polygon([(X + 100, Y - 40), (X + 420, Y - 40), (X + 300, Y + 90), (X + 40, Y + 70)])
    found = select_region(scene, Region(polygon))
    for name in ("pipe", "valve", "meter"):
        assets = list(register.find(Query(name)))
        inside = [each.id for each in assets if each.geometry and each.geometry.intersects(polygon)]
        assert found.ids(name).tolist() == sorted(inside)
        assert 0 < len(inside) < len(assets)


def test_what_is_shown_is_what_is_in_the_register(register: Register) -> None:
    scene = build_scene(register, "diameter", Feedback())
    counts = {layer: sum(c.count for c in classes.values()) for layer, classes in scene.counts().items()}
    assert (counts["pipe"], counts["valve"], counts["meter"]) == (20, 21, 300)
    assert scene.unlocated()["valve"] == 1
    assert (scene.box, scene.data_version) == (register.bounds(), register.data_version)
    (hit, *_) = scene.near(X + 30, Y, 0.1, 5.0)
    found = register.by_code("valve", "V1")
    assert found is not None
    assert (hit.type, hit.id) == ("valve", found.id)
    require_a_region_selects_what_lies_in_it(scene, register)
    filtered = build_scene(register, "diameter", Feedback(), filters={"pipe": Compare("dn", ">=", 300)})
    assert sum(c.count for c in filtered.counts()["pipe"].values()) == 10


def test_edits_are_put_in_one_by_one(register: Register) -> None:
    news: list[ChangeSet] = []
    register.listen(news.append)
    scene = build_scene(register, "diameter", Feedback())
    before = shown(scene)
    edit_some(register)
    follow(scene, register, news)
    register.undo()
    again = follow(scene, register, news)
    assert shown(again) == before


def test_edits_of_a_colleague_are_put_in(register: Register, place: Place) -> None:
    scene = build_scene(register, "diameter", Feedback())
    with place.open("wang") as colleague:
        edit_some(colleague)
    follow(scene, register, register.changes_after(scene.data_version, 10))


def follow(scene: Scene, register: Register, news: list[ChangeSet]) -> Scene:
    few, whole = touched_by(news)
    assert few
    assert not whole
    made = patched(scene, register, few, register.data_version, Feedback())
    assert shown(made) == shown(build_scene(register, "diameter", Feedback()))
    require_a_region_selects_what_lies_in_it(made, register)
    return made


def test_it_is_kept_and_follows_what_changed_since(register: Register, tmp_path: Path) -> None:
    cache = SceneCache(tmp_path / "scenes", str(register.target))
    planned = plan(register, cache)
    made = planned.with_sources(build(register, planned.job, Feedback())).scene
    kept = take_kept(register, plan(register, cache), Feedback())
    assert kept.is_done
    assert shown(kept.scene) == shown(made)
    edit_some(register)
    kept = take_kept(register, plan(register, cache), Feedback())
    assert kept.is_done
    assert shown(kept.scene) == shown(build_scene(register, "diameter", Feedback()))


def plan(register: Register, cache: SceneCache) -> ScenePlan:
    return plan_scene(register, find_style(register, "diameter"), cache=cache)
