"""A kept scene is the same as a built one, follows what changed since, and is never trusted blindly."""

from __future__ import annotations

import hashlib
import io
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import LineString, Point

from layers.feedback import Feedback
from layers.model.query import Compare
from layers.register import Register
from layers.scene import kept_arrays
from layers.scene.cache import ARRAYS, MANIFEST, SceneCache
from layers.scene.kept_arrays import KeptLost, Loss, read_arrays, write_arrays
from layers.scene.planning import ScenePlan, build, plan_scene, take_kept
from layers.scene.request import DrawRequest
from layers.scene.scene import Scene
from layers.scene.styles import find_style
from layers.store.worker import Worker
from layers.text import Message
from tests.layers.scene.test_patching import X, Y, shown

pytestmark = pytest.mark.keeps_running
LABEL = Message("action.import")


@pytest.fixture(scope="module")
def made_town(tmp_path_factory: pytest.TempPathFactory, empty_register: Path) -> Path:
    """The closed file of a small town, which every test takes a copy of."""
    path = Path(shutil.copy(empty_register, tmp_path_factory.mktemp("made") / "town.gpkg"))
    with Register.open(path, actor="t") as register, register.edit(LABEL) as edit:
        for n in range(30):
            line = LineString([(X + 30 * n, Y), (X + 30 * n + 30, Y + 4)])
            edit.insert("pipe", {"code": f"P{n}", "dn": 100 + 100 * (n % 4), "geom": line})
            edit.insert("valve", {"code": f"V{n}", "geom": Point(X + 30 * n, Y)})
        edit.insert("valve", {"code": "V-lost"})
        edit.insert("facility", {"code": "F", "name": '一"水"\\厂', "kind": "booster", "geom": Point(X, Y)})
        xy = np.random.default_rng(1).random((5000, 2)) * 900 + (X, Y)
        codes = pa.array([f"M{n}" for n in range(5000)])
        wkb = pa.array(list(shapely.to_wkb(shapely.points(xy))))
        edit.insert_bulk("meter", pa.table({"code": codes, "geom": wkb}))
    return path


@pytest.fixture
def register(tmp_path: Path, made_town: Path, worker: Worker) -> Iterator[Register]:
    path = Path(shutil.copy(made_town, tmp_path / "town.gpkg"))
    with Register.open(path, actor="t", worker=worker) as register:
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
        file_body = body["file"]
        file_body["arrays"] = [[kind, [10**30], begin] for kind, _, begin in file_body["arrays"]]
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


@pytest.fixture
def lazy(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even small arrays are read only where they are looked at."""
    monkeypatch.setattr(kept_arrays, "SMALL", -1)


@pytest.mark.usefixtures("lazy")
def test_of_what_nobody_looks_at_nothing_is_read(register: Register, cache: SceneCache) -> None:
    made = built(register, cache)
    again = kept(register, cache)
    for file in cache.root.rglob(ARRAYS):
        os.truncate(file, 0)
    with pytest.raises(KeptLost):
        shown(again.scene)
    assert again.scene.box == made.box


@pytest.mark.usefixtures("lazy")
def test_what_was_looked_at_stays_whatever_becomes_of_the_files(
    register: Register, cache: SceneCache
) -> None:
    made = built(register, cache)
    again = kept(register, cache)
    assert shown(again.scene) == shown(made)
    for file in cache.root.rglob(ARRAYS):
        os.truncate(file, 0)
    assert shown(again.scene) == shown(made)


@pytest.mark.usefixtures("lazy")
def test_files_may_be_removed_or_replaced_while_they_are_open(register: Register, cache: SceneCache) -> None:
    made = built(register, cache)
    again = kept(register, cache)
    files = list(cache.root.rglob(ARRAYS))
    for number, file in enumerate(files):
        file.unlink() if number % 2 else _foreign(file)
    assert shown(again.scene) == shown(made)


def _write_over(file: Path) -> None:
    """The same file, of the same size."""
    data = bytearray(file.read_bytes())
    data[-9] ^= 0x40
    file.write_bytes(data)


def _cut_short(file: Path) -> None:
    os.truncate(file, file.stat().st_size - 1)


@pytest.mark.usefixtures("lazy")
@pytest.mark.parametrize("spoil", [_write_over, _cut_short])
def test_what_was_spoilt_after_opening_is_not_shown(
    register: Register, cache: SceneCache, spoil: Callable[[Path], None]
) -> None:
    built(register, cache)
    again = kept(register, cache)
    meters = next(source for source in again.scene.sources if source.layer.id == "meter")
    assert again.scene.box is not None
    request = DrawRequest(0, again.scene.box, 0.2)
    for file in cache.root.rglob(ARRAYS):
        spoil(file)
    for _ in range(2):
        with pytest.raises(KeptLost):
            meters.draw(request)
    cache.forget()
    assert not kept(register, cache).scene.sources


@pytest.mark.usefixtures("lazy")
def test_edits_follow_in_a_scene_of_which_little_was_looked_at(register: Register, cache: SceneCache) -> None:
    built(register, cache)
    with register.edit(LABEL) as edit:
        edit.insert("meter", {"code": "M-new", "geom": Point(X + 45, Y + 52.5)})
        meter = register.by_code("meter", "M77")
        assert meter is not None
        edit.delete("meter", meter.id, meter.version)
    again = kept(register, cache)
    assert again.is_done
    assert shown(again.scene.compacted()) == shown(again.scene) == shown(built(register))


_TAKEN = st.one_of(
    st.slices(3000),
    st.lists(st.integers(-3000, 2999), max_size=40).map(lambda each: np.array(each, np.int64)),
    st.integers(-3000, 2999),
)


@given(
    kind=st.sampled_from(["<f8", "<i8", "<u4", "|u1", "<f4", "|S3"]),
    width=st.sampled_from([0, 2, 3, 4]),
    taken=st.lists(_TAKEN, min_size=1, max_size=6),
)
@settings(max_examples=60, deadline=None)
def test_a_kept_array_gives_what_the_array_gives(kind: str, width: int, taken: list[Any]) -> None:
    shape = (3000, width) if width else (3000,)
    wanted = np.arange(np.prod(shape)).reshape(shape).astype(kind)
    other = np.arange(40_000)
    with tempfile.TemporaryDirectory() as folder:
        written = write_arrays(Path(folder) / ARRAYS, [other, wanted, np.zeros(0)])
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(kept_arrays, "SMALL", -1)
            _, found, empty = read_arrays(Path(folder) / ARRAYS, json.loads(json.dumps(written)), Loss())
        for each in taken:
            assert np.array_equal(found[each], wanted[each])
            if width:
                assert np.array_equal(found[each, 1], wanted[each, 1])
        assert len(found) == 3000
        assert found.dtype == wanted.dtype
        assert len(np.asarray(empty)) == 0
        assert np.array_equal(np.concatenate([found, wanted]), np.concatenate([wanted, wanted]))
        if kind != "|S3":
            assert np.array_equal(found == wanted[0], wanted == wanted[0])
            assert found.sum() == wanted.sum()
        with pytest.raises(IndexError):
            found[np.array([3000])]
        del found, empty
