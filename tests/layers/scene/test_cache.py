"""A kept scene is the same as a built one, follows what changed since, and is never trusted blindly."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import shapely
from shapely.geometry import LineString, Point

from layers.feedback import Feedback
from layers.geometry.crs import Crs
from layers.model.query import Compare
from layers.register import Register
from layers.scene.cache import ARRAYS, MANIFEST, SceneCache
from layers.scene.planning import ScenePlan, build, plan_scene, take_kept
from layers.scene.scene import Scene
from layers.scene.styles import find_style
from layers.text import Message
from tests.layers.scene.test_patching import X, Y, shown

pytestmark = pytest.mark.keeps_running
LABEL = Message("action.import")


@pytest.fixture
def register(tmp_path: Path) -> Iterator[Register]:
    with Register.create(tmp_path / "town.gpkg", Crs.parse("EPSG:4546"), actor="t") as register:
        with register.edit(LABEL) as edit:
            for n in range(30):
                line = LineString([(X + 30 * n, Y), (X + 30 * n + 30, Y + 4)])
                edit.insert("pipe", {"code": f"P{n}", "dn": 100 + 100 * (n % 4), "geom": line})
                edit.insert("valve", {"code": f"V{n}", "geom": Point(X + 30 * n, Y)})
            edit.insert("valve", {"code": "V-lost"})
            edit.insert(
                "facility", {"code": "F", "name": '一"水"\\厂', "kind": "booster", "geom": Point(X, Y)}
            )
            xy = np.random.default_rng(1).random((5000, 2)) * 900 + (X, Y)
            codes = pa.array([f"M{n}" for n in range(5000)])
            wkb = pa.array(list(shapely.to_wkb(shapely.points(xy))))
            edit.insert_bulk("meter", pa.table({"code": codes, "geom": wkb}))
        yield register


@pytest.fixture
def cache(tmp_path: Path, register: Register) -> SceneCache:
    return SceneCache(tmp_path / "scenes", str(register.target))


def plan(register: Register, cache: SceneCache | None, style: str = "diameter") -> ScenePlan:
    return plan_scene(register, find_style(register, style), cache=cache)


def built(register: Register, cache: SceneCache | None = None) -> Scene:
    made = plan(register, cache)
    return made.with_sources(build(register, made.job, Feedback())).scene


def kept(register: Register, cache: SceneCache) -> ScenePlan:
    return take_kept(register, plan(register, cache), Feedback())


def test_what_was_kept_is_what_was_built(register: Register, cache: SceneCache) -> None:
    made = built(register, cache)
    again = kept(register, cache)
    assert again.is_done
    assert shown(again.scene) == shown(made) == shown(built(register))


def test_kept_arrays_cannot_be_written(register: Register, cache: SceneCache) -> None:
    built(register, cache)
    scene = kept(register, cache).scene
    meters = next(source for source in scene.sources if source.layer.id == "meter")
    assert not next(meters.parts()).xy.flags.writeable


def test_a_scene_does_not_mind_what_becomes_of_the_files_it_was_read_from(
    register: Register, cache: SceneCache
) -> None:
    """Were they mapped, cutting one short would kill the program at the next look at it."""
    made = built(register, cache)
    again = kept(register, cache)
    files = list(cache.root.rglob(ARRAYS))
    assert files
    for file in files:
        os.truncate(file, 0)
    assert shown(again.scene) == shown(made)


def test_nothing_in_it_is_code(register: Register, cache: SceneCache) -> None:
    built(register, cache)
    files = [file for file in cache.root.rglob("*") if file.is_file()]
    assert {file.name for file in files} == {MANIFEST, ARRAYS}
    for file in files:
        if file.name == ARRAYS:
            assert np.load(file, allow_pickle=False).dtype == np.uint8


def test_edits_since_are_put_in(register: Register, cache: SceneCache) -> None:
    built(register, cache)
    with register.edit(LABEL) as edit:
        edit.insert("pipe", {"code": "P-new", "dn": 600, "geom": LineString([(X, Y + 50), (X + 90, Y + 55)])})
        edit.insert("valve", {"code": "V-new", "geom": Point(X + 45, Y + 52.5)})
        pipe = register.by_code("pipe", "P3")
        assert pipe is not None
        edit.delete("pipe", pipe.id, pipe.version)
    again = kept(register, cache)
    assert again.is_done
    assert shown(again.scene) == shown(built(register))


def test_a_bulk_act_since_makes_that_type_anew_alone(register: Register, cache: SceneCache) -> None:
    built(register, cache)
    with register.edit(LABEL) as edit:
        wkb = pa.array(list(shapely.to_wkb(shapely.points([(X, Y)] * 10))))
        edit.insert_bulk("meter", pa.table({"code": pa.array([f"N{n}" for n in range(10)]), "geom": wkb}))
    again = kept(register, cache)
    assert {layer.type for layer in again.job.layers} == {"meter"}
    whole = again.with_sources(build(register, again.job, Feedback()))
    assert shown(whole.scene) == shown(built(register))
    assert kept(register, cache).is_done


def test_another_style_takes_over_what_it_draws_alike(register: Register, cache: SceneCache) -> None:
    built(register, cache)
    other = take_kept(register, plan(register, cache, "material"), Feedback())
    drawn_otherwise = {layer.type for layer in other.job.layers}
    assert "pipe" in drawn_otherwise
    assert "meter" not in drawn_otherwise


def _put(file: Path, data: bytes) -> None:
    """Another file in its place: the old one may still be mapped, and cutting that would end this process."""
    other = file.with_name("other")
    other.write_bytes(data)
    other.replace(file)


def _truncate(file: Path) -> None:
    _put(file, file.read_bytes()[: file.stat().st_size // 2])


def _flip(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 0x40
    _put(file, bytes(data))


def _foreign(file: Path) -> None:
    _put(file, b"{}" if file.suffix == ".json" else _as_file(np.arange(9.0)))


def _objects(file: Path) -> None:
    code = np.array([print], dtype=object)
    _put(file, b'{"seal": 1, "body": 2}' if file.suffix == ".json" else _as_file(code))


def _as_file(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array, allow_pickle=True)
    return file.getvalue()


def _empty(file: Path) -> None:
    _put(file, b"")


def _other_format(file: Path) -> None:
    manifest = file.parent / MANIFEST
    sealed = json.loads(manifest.read_text())
    body = json.loads(sealed["body"])
    body["format"] += 1
    manifest.write_text(json.dumps(sealed | {"body": json.dumps(body)}))


def _unclosed(file: Path) -> None:
    data = file.read_bytes()
    _put(file, data.replace(b"}", b"{", 1) if file.suffix == ".npy" else b"[" * 100_000)


def _huge(file: Path) -> None:
    manifest = file.parent / MANIFEST
    body = json.loads(json.loads(manifest.read_text())["body"])
    if file.suffix == ".json":
        body["mark"][0] = 10**30
    else:
        body["arrays"] = [[kind, [10**30], begin] for kind, _, begin in body["arrays"]]
    text = json.dumps(body)
    manifest.write_text(json.dumps({"seal": hashlib.sha256(text.encode()).hexdigest(), "body": text}))


@pytest.mark.parametrize("name", [MANIFEST, ARRAYS])
@pytest.mark.parametrize(
    "spoil",
    [_truncate, _flip, _foreign, _objects, _other_format, Path.unlink, _empty, _unclosed, _huge],
)
def test_a_spoilt_one_is_made_anew(
    register: Register, cache: SceneCache, name: str, spoil: Callable[[Path], None]
) -> None:
    made = built(register, cache)
    for file in list(cache.root.rglob(name)):
        spoil(file)
    again = kept(register, cache)
    assert len(again.job.layers) == len(again.layers)
    assert not list(cache.root.rglob(MANIFEST))
    whole = again.with_sources(build(register, again.job, Feedback()))
    assert shown(whole.scene) == shown(made)
    assert kept(register, cache).is_done


def test_of_another_register_is_not_taken(register: Register, cache: SceneCache, tmp_path: Path) -> None:
    built(register, cache)
    other = SceneCache(cache.root, str(tmp_path / "other.gpkg"))
    shutil.copytree(cache._folder, other._folder)
    assert not kept(register, other).scene.sources


def test_a_register_put_back_to_an_earlier_day_is_read_anew(
    register: Register, cache: SceneCache, tmp_path: Path
) -> None:
    copy = register.backup(tmp_path / "copy.gpkg")
    with register.edit(LABEL) as edit:
        edit.insert("valve", {"code": "V-a", "geom": Point(X + 500, Y + 500)})
    built(register, cache)
    with Register.open(copy, actor="t") as earlier:
        with earlier.edit(LABEL) as edit:
            edit.insert("valve", {"code": "V-b", "geom": Point(X + 700, Y + 700)})
        assert earlier.data_version == register.data_version
        again = kept(earlier, replace(cache))
        assert not again.scene.sources


def test_where_nothing_can_be_written_the_scene_is_built_all_the_same(
    register: Register, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    blocked = SceneCache(tmp_path / "file", str(register.target))
    assert shown(built(register, blocked)) == shown(built(register))


def test_the_least_used_go_first(register: Register, cache: SceneCache) -> None:
    built(register, cache)
    folders = [folder for folder in cache._folder.iterdir() if folder.is_dir()]
    sizes = {folder: sum(f.stat().st_size for f in folder.iterdir()) for folder in folders}
    largest = max(sizes, key=lambda folder: sizes[folder])
    cache.sweep(sizes[largest] + 10)
    left = list(cache._folder.iterdir())
    assert sum(sizes[folder] for folder in left) <= sizes[largest] + 10
    cache.sweep(0)
    assert not list(cache._folder.iterdir())
    assert len(kept(register, cache).job.layers) > 5


def test_a_cache_that_is_a_link_to_a_disk_leaves_what_else_is_there(
    register: Register, cache: SceneCache, tmp_path: Path
) -> None:
    disk = tmp_path / "disk"
    photos = disk / "photos" / "2019"
    photos.mkdir(parents=True)
    (photos / "pipe.jpg").write_bytes(bytes(1000))
    cache.root.symlink_to(disk)
    built(register, cache)
    (disk / ("a" * 24)).symlink_to(photos.parent)
    (cache._folder / ("b" * 24 + "-1-1")).symlink_to(photos)
    cache.sweep(0)
    assert (photos / "pipe.jpg").exists()
    assert not list(cache._folder.glob(f"*/{MANIFEST}"))


def test_filtered_types_are_not_kept(register: Register, cache: SceneCache) -> None:
    filters = {"pipe": Compare("dn", ">=", 300)}
    made = plan_scene(register, find_style(register, "diameter"), cache=cache, filters=filters)
    scene = made.with_sources(build(register, made.job, Feedback())).scene
    pipes = next(source for source in scene.sources if source.layer.type == "pipe")
    assert len(pipes.ids) == 14
    assert pipes.unfiltered == 30
    assert {layer.type for layer in kept(register, cache).job.layers} == {"pipe"}
