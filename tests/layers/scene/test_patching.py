"""After any edits the patched scene is the same as one read anew: drawn, named, counted and hit."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pyarrow as pa
import pytest
import shapely
from shapely.geometry import LineString, Point, box

from layers.feedback import Feedback
from layers.model.change import ChangeSet
from layers.model.query import Box, Compare, Query
from layers.register import Register
from layers.scene import class_lines, class_points
from layers.scene.building import BuildJob
from layers.scene.part import LinePart
from layers.scene.patching import needs_of, patched, touched_by
from layers.scene.planning import build_scene
from layers.scene.request import Counts, DrawRequest
from layers.scene.scene import Scene
from layers.scene.style import METRES_PER_PIXEL
from layers.store.bulk_read import BulkRead, run_read
from layers.store.worker import Worker
from layers.text import Message

pytestmark = pytest.mark.keeps_running
LABEL = Message("action.import")
X, Y = 538000.0, 3016000.0
SIDE = 24
SCALES = (300.0, 900.0, 2500.0, 6000.0, 15_000.0, 60_000.0, 150_000.0)


@pytest.fixture(scope="module")
def made_town(tmp_path_factory: pytest.TempPathFactory, empty_register: Path) -> Path:
    """The closed file of a town of some streets, with everything on it, which every test takes a copy of."""
    steps = [(X + 30.0 * n, Y + 30.0 * m) for n in range(SIDE) for m in range(SIDE)]
    mains = [LineString([(x, y), (x + 14, y + 1), (x + 30, y)]) for x, y in steps]
    mains += [LineString([(x, y), (x + 1, y + 17), (x, y + 30)]) for x, y in steps]
    count = len(mains)
    sizes = pa.array([(80, 150, 300)[n % 3] if n % 7 else 600 for n in range(count)])
    path = Path(shutil.copy(empty_register, tmp_path_factory.mktemp("made") / "town.gpkg"))
    with Register.open(path, actor="t") as register, register.edit(LABEL) as edit:
        pipes = {
            "code": pa.array([f"P{n}" for n in range(count)]),
            "dn": sizes,
            "material": pa.array([("DI", "PE")[n % 2] for n in range(count)]),
            "status": pa.repeat("in_service", count),
            "geom": pa.array(list(shapely.to_wkb(mains))),
        }
        edit.insert_bulk("pipe", pa.table(pipes))
        meters = [Point(x + 3 + n % 5, y + 4) for n, (x, y) in enumerate(steps)]
        rows = {
            "code": pa.array([f"M{n}" for n in range(len(meters))]),
            "geom": pa.array(list(shapely.to_wkb(meters))),
        }
        edit.insert_bulk("meter", pa.table(rows))
        for n, (x, y) in enumerate(steps[:60]):
            edit.insert("valve", {"code": f"V{n}", "geom": Point(x + 7, y + 0.5)})
        edit.insert("facility", {"code": "F1", "name": "一水厂", "kind": "booster", "geom": Point(X, Y)})
        edit.insert("water_body", {"name": "资江", "geom": box(X, Y - 200, X + 900, Y - 100)})
    return path


@pytest.fixture
def register(tmp_path: Path, made_town: Path, worker: Worker) -> Iterator[Register]:
    path = Path(shutil.copy(made_town, tmp_path / "town.gpkg"))
    with Register.open(path, actor="t", worker=worker) as register:
        yield register


class Story:
    """Random edits of the register, as a user might make them."""

    def __init__(self, register: Register, seed: int) -> None:
        self.register, self.random = register, random.Random(seed)
        self.news: list[ChangeSet] = []
        register.listen(self.news.append)
        self._count = 0

    def place(self) -> tuple[float, float]:
        return X + self.random.uniform(0, 30 * SIDE), Y + self.random.uniform(0, 30 * SIDE)

    def step(self) -> None:
        getattr(self, self.random.choice(self._steps))()

    _steps = ("insert", "insert", "move", "move", "restyle", "delete", "lose", "undo", "redo", "rename")

    def insert(self) -> None:
        self._count += 1
        x, y = self.place()
        corner = LineString([(x, y), (x + 20, y + 9), (x + 60, y - 5)])
        rows = {
            "pipe": {"dn": self.random.choice([80, 300, 600, 1000]), "geom": corner},
            "meter": {"geom": Point(x, y)},
            "valve": {"geom": Point(x, y)},
            "facility": {"name": f"泵站{self._count}", "kind": "booster", "geom": Point(x, y)},
        }
        with self.register.edit(LABEL) as edit:
            for name in self.random.sample(list(rows), 2):
                edit.insert(name, {"code": f"N{self._count}{name}"} | rows[name])

    def _some(self, *names: str) -> list[Any]:
        found = self.register.find(Query(self.random.choice(names)))
        return self.random.sample(found, min(3, len(found)))

    def move(self) -> None:
        with self.register.edit(LABEL) as edit:
            for asset in self._some("pipe", "meter", "valve", "facility"):
                x, y = self.place()
                shape = LineString([(x, y), (x + 25, y + 2)]) if asset.type == "pipe" else Point(x, y)
                edit.update(asset.type, asset.id, asset.version, {"geom": shape})

    def restyle(self) -> None:
        with self.register.edit(LABEL) as edit:
            for asset in self._some("pipe"):
                status = self.random.choice(["in_service", "planned", "abandoned", "removed"])
                size = self.random.choice([80, 300, 600, None])
                edit.update("pipe", asset.id, asset.version, {"status": status, "dn": size})

    def rename(self) -> None:
        with self.register.edit(LABEL) as edit:
            for asset in self._some("facility", "water_body"):
                edit.update(asset.type, asset.id, asset.version, {"name": f"新{self.random.random():.3f}"})

    def delete(self) -> None:
        with self.register.edit(LABEL) as edit:
            for asset in self._some("pipe", "meter", "valve"):
                edit.delete(asset.type, asset.id, asset.version)

    def lose(self) -> None:
        with self.register.edit(LABEL) as edit:
            for asset in self._some("pipe", "meter", "valve"):
                edit.update(asset.type, asset.id, asset.version, {"geom": None})

    def undo(self) -> None:
        if len(self.news) > 1:
            self.register.undo()

    def redo(self) -> None:
        self.register.redo()


def shown(scene: Scene) -> list[Any]:
    """All that can be seen of a scene at several scales, in an order of its own."""
    result: list[Any] = []
    view = Box(X - 50, Y - 250, X + 30 * SIDE + 50, Y + 30 * SIDE + 50)
    for denominator in SCALES:
        request = DrawRequest(1, view, denominator * METRES_PER_PIXEL)
        for batch in scene.draw(request):
            for each in batch.classes:
                rows: list[Any] = []
                if each.pieces is not None:
                    rows = sorted(_undirected(each.pieces))
                elif each.lines is not None:
                    rows = sorted(part.tolist() for part in np.split(each.lines.xy, each.lines.offsets[1:-1]))
                elif each.points is not None:
                    turns = (
                        [0] * len(each.points) if each.rotation is None else each.rotation.round(2).tolist()
                    )
                    rows = sorted(zip(each.points.tolist(), turns, strict=True))
                if rows:
                    result.append((denominator, batch.layer.id, each.look, rows))
            for label in batch.labels:
                said = sorted(
                    {
                        (word, *map(float, xy.round(3)))
                        for word, xy in zip(label.words, label.xy, strict=True)
                    },
                    key=repr,
                )
                result.append((denominator, batch.layer.id, "named", _places(said)))
    counts = scene.counts()
    result.append(_figures(counts))
    part = scene.counts(Box(X + 100, Y + 100, X + 400, Y + 333))
    result.append(_figures(part))
    result.append(scene.unlocated())
    hits = scene.near(X + 300, Y + 300, 1.0, 90.0)
    result.append(sorted((hit.type, hit.id, round(hit.distance, 6)) for hit in hits))
    result.append({s.layer.id: s.ids.tolist() for s in scene.sources})
    return result


def _figures(counts: dict[str, Counts]) -> Any:
    return {
        layer: {name: (each.count, round(each.metres or 0, 6)) for name, each in classes.items()}
        for layer, classes in counts.items()
    }


def _undirected(pieces: np.ndarray) -> list[tuple[float, ...]]:
    return [min(tuple(p), (p[2], p[3], p[0], p[1])) for p in pieces.tolist()]


def _places(said: list[Any]) -> Any:
    """What is written, and how often; a chain may be followed from its other end."""
    return sorted({word for word, *_ in said}, key=repr)


def exact_places(scene: Scene, outside: tuple[Box, ...]) -> Any:
    """What is drawn of every class without a vertex in any of some boxes; what meets them may differ."""
    found = {}
    for source in scene.sources:
        for part in source.parts():
            rows = part.xy.tolist()
            if isinstance(part, LinePart):
                ends = zip(part.offsets[:-1].tolist(), part.offsets[1:].tolist(), strict=True)
                rows = [part.xy[a:b].ravel().tolist() for a, b in ends]
            kept = [row for row in rows if not any(_meets(row, each) for each in outside)]
            if kept:
                found[source.layer.id, part.class_number] = sorted(kept)
    return found


def _meets(row: list[float], box: Box) -> bool:
    places = zip(row[::2], row[1::2], strict=True)
    return any(box.x0 <= x <= box.x1 and box.y0 <= y <= box.y1 for x, y in places)


@pytest.mark.parametrize("seed", range(6))
def test_patched_is_as_read_anew(register: Register, seed: int) -> None:
    fixed = {"cell_depth": lambda lines, frame: 9}
    with (
        patch.object(class_points, "FEW", 0),
        patch.object(class_lines, "WORTH_SIMPLIFYING", 1),
        patch.multiple(class_lines, **fixed),
    ):
        scene = build_here(register, "diameter")
        first = shown(scene)
        story, made, idle = Story(register, seed), scene, random.Random(seed)
        for _ in range(12):
            # What a change leaves for later is not made yet, made for one scale, or all made before the next one.
            idle.choice([lambda _: None, _drawn_somewhere, Scene.settled])(made)
            before = len(story.news)
            story.step()
            few, whole = touched_by(story.news[before:])
            assert not whole
            last, made = made, patched(made, register, few, register.data_version, Feedback())
            where = made.changed_since(last, SCALES[0])
            assert where is not None
            assert exact_places(last, where) == exact_places(made, where)
            assert made.changed_since(scene if last is not scene else None, SCALES[0]) is None
        anew = build_here(register, "diameter")
        assert made.data_version == anew.data_version
        for one, other in zip(shown(made), shown(anew), strict=True):
            assert one == other, _difference(one, other)
        compact = replace(made, sources=tuple(source.compacted() for source in made.sources))
        for one, other in zip(shown(compact), shown(anew), strict=True):
            assert one == other, _difference(one, other)
        # The first one may still be on the screen, and must not have changed.
        assert shown(scene) == first


def _drawn_somewhere(scene: Scene) -> None:
    scene.draw(DrawRequest(1, Box(X, Y, X + 300, Y + 300), SCALES[-1] * METRES_PER_PIXEL))


def build_here(register: Register, style: str, **how: Any) -> Scene:
    """Read in the worker, as ever, but made in this process, where the tests have changed some limits."""
    run = register.worker.run

    def here(function: Any, job: BuildJob, *, feedback: Feedback) -> Any:
        def read(each: BulkRead) -> Any:
            return lambda feedback: run(run_read, each, feedback=feedback)

        reads = {name: read(each) for name, each in job.reads.items()}
        return function(feedback, replace(job, reads=reads, mains=job.mains and read(job.mains)))

    with patch.object(register.worker, "run", here):
        return build_scene(register, style, Feedback(), **how)


def _difference(one: Any, other: Any) -> str:
    if isinstance(one, tuple) and len(one) == 4 and isinstance(one[3], list):
        mine = [each for each in one[3] if each not in other[3]]
        theirs = [each for each in other[3] if each not in one[3]]
        return f"{one[:2]} {other[:2]} patched only {mine[:9]}, anew only {theirs[:9]}, {len(one[3])} {len(other[3])}"
    return f"{one}\n{other}"


def test_values_that_the_map_does_not_show_are_nothing_to_read(register: Register) -> None:
    scene = build_here(register, "diameter")
    news: list[ChangeSet] = []
    register.listen(news.append)
    pipe = register.find(Query("pipe", limit=1))[0]
    with register.edit(Message("store.created")) as edit:
        grid = edit.insert("grid", {"code": "ZZ", "name": "z"})
        edit.update("pipe", pipe.id, pipe.version, {"grid": grid})
    assert "pipe" not in touched_by(news, needs_of(scene))[0]
    assert "pipe" in touched_by(news)[0]
    filtered = replace(scene, filters={"pipe": Compare("grid", "=", grid)})
    assert "pipe" in touched_by(news, needs_of(filtered))[0]
    with register.edit(Message("store.created")) as edit:
        edit.update("pipe", pipe.id, pipe.version + 1, {"dn": 555})
    assert "pipe" in touched_by(news, needs_of(scene))[0]
