"""The map follows its register: what is read, what an edit makes of it, and what happens when things go wrong."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pytestqt.qtbot import QtBot
from shapely.geometry import LineString, Point

from gisapp.panels import sketch_board, style_counting
from gisapp.panels.scene_feed import SceneFeed
from gisapp.session import Session
from gisapp.tasks import Tasks
from layers.errors import UserError
from layers.feedback import Feedback
from layers.geometry.crs import Crs
from layers.model.query import Compare, Query
from layers.register import Edit, Register
from layers.scene.codec import Source
from layers.scene.planning import build_scene
from layers.scene.request import ClassBatch, DrawRequest
from layers.scene.scene import Scene
from layers.text import Message
from tests.company_settings import set_setting

PATIENCE = 30_000
LABEL = Message("action.import")
X, Y = 538_000.0, 3_016_000.0


def make_town(path: Path) -> Path:
    with Register.create(path, Crs.parse("EPSG:4546"), actor="t") as register, register.edit(LABEL) as edit:
        for n in range(12):
            line = LineString([(X + 50 * n, Y), (X + 50 * n + 50, Y)])
            edit.insert("pipe", {"code": f"P{n}", "dn": 100 + 100 * (n % 4), "geom": line})
            edit.insert("valve", {"code": f"V{n}", "geom": Point(X + 50 * n + 10, Y)})
            edit.insert("meter", {"code": f"M{n}", "geom": Point(X + 50 * n, Y + 9)})
    return path


class Watch:
    """A session with a feed, and every scene that came."""

    def __init__(self, qtbot: QtBot, tasks: Tasks, cache: Path) -> None:
        self.qtbot, self.tasks = qtbot, tasks
        self.session = Session(tasks)
        self.feed = SceneFeed(self.session, tasks, cache)
        self.scenes: list[Scene] = []
        self.errors: list[UserError] = []
        self.feed.ready.connect(self.scenes.append)
        tasks.failed.connect(self.errors.append)

    def open(self, path: Path) -> Register:
        register = Register.open(path, actor="t")
        self.session.begin(register)
        return register

    def wait(self, until: Callable[[], bool] | None = None) -> None:
        until = until or (lambda: bool(self.scenes))
        self.qtbot.waitUntil(lambda: until() and not self.feed.is_busy, timeout=PATIENCE)

    def edit(self, work: Callable[[Edit], Any]) -> None:
        count = len(self.scenes)
        self.session.edit(LABEL, work)
        self.wait(lambda: len(self.scenes) > count)

    def source(self, layer: str) -> Source:
        assert self.feed.scene is not None
        return next(source for source in self.feed.scene.sources if source.layer.id == layer)


@pytest.fixture
def town(tmp_path: Path) -> Path:
    return make_town(tmp_path / "town.gpkg")


@pytest.fixture
def watch(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    # On a busy machine one half keeps the other waiting longer than a user should wait.
    monkeypatch.setattr(sketch_board, "SOON", 5_000)
    tasks = Tasks()
    made = Watch(qtbot, tasks, tmp_path / "scenes")
    yield made
    made.session.close()
    tasks.close()
    made.feed.deleteLater()
    made.session.deleteLater()
    tasks.deleteLater()


def test_what_is_seen_comes_first_and_then_the_rest(watch: Watch, town: Path) -> None:
    watch.open(town)
    watch.wait()
    first, last = watch.scenes[0], watch.scenes[-1]
    assert {source.layer.type for source in last.sources} >= {"pipe", "valve", "meter"}
    # Symbols that turn with the mains come with them.
    assert {source.layer.type for source in first.sources} >= {"pipe", "meter"}
    assert "valve" not in {source.layer.type for source in first.sources}
    assert first.box is not None
    request = DrawRequest(0, first.box, 0.2)
    for sketch in first.sources:
        whole = next(source for source in last.sources if source.layer == sketch.layer)
        assert sketch.counts() == whole.counts()
        for one, two in zip(sketch.draw(request).classes, whole.draw(request).classes, strict=True):
            assert _places(one) == _places(two)
    assert watch.feed.scene is last


def test_the_whole_is_built_when_the_sketch_is_painted(watch: Watch, town: Path) -> None:
    watch.feed._board._late._timer.setInterval(60_000)
    watch.open(town)
    watch.qtbot.waitUntil(lambda: bool(watch.scenes), timeout=PATIENCE)
    watch.qtbot.wait(300)
    assert len(watch.scenes) == 1, "the cores are the picture's until it is painted"
    watch.feed.painted()
    watch.wait()
    assert "valve" in {source.layer.type for source in watch.scenes[-1].sources}
    count = len(watch.scenes)
    watch.feed.painted()
    watch.qtbot.wait(50)
    assert len(watch.scenes) == count, "later pictures have nothing to begin"


def _places(batch: ClassBatch) -> set[tuple[float, ...]]:
    return {tuple(row) for part in (batch.pieces, batch.points) if part is not None for row in part.tolist()}


def test_nothing_of_a_sketch_is_left_when_the_style_changes_meanwhile(watch: Watch, town: Path) -> None:
    watch.feed.ready.connect(lambda _: watch.feed.use_style("material") if len(watch.scenes) == 1 else None)
    watch.open(town)
    watch.wait(lambda: watch.feed.scene is not None)
    assert watch.scenes[-1].style.name == "material"
    assert len(watch.source("pipe").words) > 0  # a sketch has none


def test_a_register_seen_before_comes_from_the_cache_in_one_go(
    watch: Watch, town: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch.open(town)
    watch.wait()
    watch.session.close()
    watch.qtbot.waitUntil(lambda: not watch.tasks.running, timeout=PATIENCE)
    watch.scenes.clear()
    register = Register.open(town, actor="t")
    monkeypatch.setattr(register.worker, "run", lambda *a, **k: pytest.fail("the worker was asked"))
    watch.session.begin(register)
    watch.wait()
    assert len(watch.scenes) == 1
    assert len(watch.source("valve").ids) == 12


def test_an_edit_patches_the_scene_without_the_worker(
    watch: Watch, town: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register = watch.open(town)
    watch.wait()
    monkeypatch.setattr(register.worker, "run", lambda *a, **k: pytest.fail("the worker was asked"))
    before = watch.feed.scene
    watch.edit(lambda edit: edit.insert("valve", {"code": "V-new", "geom": Point(X + 333, Y + 40)}))
    assert len(watch.source("valve").ids) == 13
    assert before is not None
    meters = next(source for source in before.sources if source.layer.id == "meter")
    assert watch.source("meter") is meters
    watch.session.undo(lambda _: None)
    watch.wait(lambda: len(watch.source("valve").ids) == 12)
    watch.session.redo(lambda _: None)
    watch.wait(lambda: len(watch.source("valve").ids) == 13)


def test_a_bulk_act_and_a_setting_are_read_by_the_worker(watch: Watch, town: Path) -> None:
    register = watch.open(town)
    watch.wait()
    rows = register.columns("meter", ["code"], geometry=True).drop(["fid"])
    rows = rows.set_column(0, "code", [[f"N{n}" for n in range(len(rows))]])
    watch.edit(lambda edit: edit.insert_bulk("meter", rows))
    watch.wait(lambda: len(watch.source("meter").ids) == 24)
    classes = len(watch.source("pipe").layer.classes)
    count = len(watch.scenes)
    definition = register.catalogue.settings["dn_classes"]
    set_setting(register, "dn_classes", definition.parse("<300; >=300"))
    watch.wait(lambda: len(watch.scenes) > count and len(watch.source("pipe").layer.classes) != classes)


def test_what_another_process_commits_is_seen(watch: Watch, town: Path) -> None:
    watch.open(town)
    watch.wait()
    code = f"""
from pathlib import Path
from shapely.geometry import LineString
from layers.register import Register
from layers.text import Message
with Register.open(Path({str(town)!r}), actor="other") as register:
    with register.edit(Message("action.import")) as edit:
        edit.insert("pipe", {{"code": "P-other", "dn": 600, "geom": LineString([({X}, {Y}), ({X}, {Y + 90})])}})
        asset = register.by_code("valve", "V3")
        edit.delete("valve", asset.id, asset.version)
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
    watch.wait(lambda: len(watch.source("pipe").ids) == 13)
    assert len(watch.source("valve").ids) == 11
    assert {hit.type for hit in watch.scenes[-1].near(X, Y + 80, 0.1, 7.0)} == {"pipe"}


def test_edits_that_come_while_it_is_read_are_not_lost(watch: Watch, town: Path) -> None:
    watch.open(town)
    for n in range(5):
        place = Point(X + n, Y + 70)
        watch.session.edit(
            LABEL, lambda edit, n=n, p=place: edit.insert("valve", {"code": f"W{n}", "geom": p})
        )  # type: ignore[misc]
    watch.wait(lambda: bool(watch.scenes) and any(s.layer.id == "valve" for s in watch.scenes[-1].sources))
    watch.wait(lambda: len(watch.source("valve").ids) == 17)


def test_what_is_committed_while_it_is_read_counts_once(watch: Watch, town: Path) -> None:
    register = watch.open(town)
    watch.qtbot.waitUntil(lambda: watch.feed._plan is not None, timeout=PATIENCE)
    with Register.open(town, actor="other") as other, other.edit(LABEL) as edit:
        for n in range(3):
            edit.insert("meter", {"code": f"N{n}", "geom": Point(X + n, Y + 70)})
    watch.wait(lambda: bool(watch.scenes) and any(s.layer.id == "valve" for s in watch.scenes[-1].sources))
    register.poll()
    watch.wait(lambda: watch.feed.scene is not None and watch.feed.scene.data_version >= 2)
    assert len(watch.source("meter").ids) == 15
    assert watch.source("meter").unfiltered == 15
    watch.edit(lambda edit: edit.insert("meter", {"code": "N9", "geom": Point(X, Y + 75)}))
    assert watch.source("meter").unfiltered == 16


def test_filters_leave_only_what_meets_them(watch: Watch, town: Path) -> None:
    watch.open(town)
    watch.wait()
    watch.session.filter({"pipe": Compare("dn", ">=", 300)})
    watch.wait(lambda: len(watch.source("pipe").ids) == 6)
    assert watch.source("pipe").unfiltered == 12
    line = LineString([(X, Y + 20), (X + 9, Y + 20)])

    def add(edit: Edit) -> None:
        edit.insert("pipe", {"code": "P-small", "dn": 100, "geom": line})
        edit.insert("pipe", {"code": "P-large", "dn": 800, "geom": line})

    watch.edit(add)
    assert len(watch.source("pipe").ids) == 7
    assert watch.source("pipe").unfiltered == 14
    watch.session.filter({})
    watch.wait(lambda: len(watch.source("pipe").ids) == 14)


def test_the_worker_killed_while_building_builds_again(watch: Watch, town: Path) -> None:
    register = watch.open(town)
    watch.qtbot.waitUntil(lambda: bool(register.worker.process_ids), timeout=PATIENCE)
    for process in register.worker.process_ids:
        os.kill(process, signal.SIGKILL)
    watch.wait()
    assert len(watch.source("meter").ids) == 12
    assert not watch.errors


def test_a_worker_that_dies_every_time_is_said(
    watch: Watch, town: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register = Register.open(town, actor="t")

    def die(*a: Any, **k: Any) -> None:
        raise UserError(Message("worker.killed"), Message("worker.killed_hint"))

    monkeypatch.setattr(register.worker, "run", die)
    watch.session.begin(register)
    watch.qtbot.waitUntil(lambda: bool(watch.errors), timeout=PATIENCE)
    assert [error.title.id for error in watch.errors] == ["worker.killed"]
    assert not watch.scenes
    assert not watch.feed.is_busy


def test_closed_while_it_is_built(watch: Watch, town: Path) -> None:
    watch.open(town)
    watch.session.close()
    watch.qtbot.waitUntil(lambda: not watch.tasks.running, timeout=PATIENCE)
    assert not watch.scenes
    assert watch.feed.scene is None
    assert not watch.feed.is_busy
    watch.open(town)
    watch.wait()
    assert len(watch.source("pipe").ids) == 12


def test_stopped_by_the_user_edits_are_shown_all_the_same(watch: Watch, town: Path) -> None:
    watch.open(town)
    watch.wait()
    watch.feed.use_style("material")
    for task in list(watch.tasks.running):
        task.cancel()
    watch.qtbot.waitUntil(lambda: not watch.tasks.running, timeout=PATIENCE)
    watch.edit(lambda edit: edit.insert("valve", {"code": "V-new", "geom": Point(X + 333, Y + 40)}))
    assert len(watch.source("valve").ids) == 13


def test_an_empty_register(watch: Watch, tmp_path: Path) -> None:
    path = tmp_path / "empty.gpkg"
    Register.create(path, Crs.parse("EPSG:4546"), actor="t").close()
    watch.open(path)
    watch.wait()
    assert watch.scenes[-1].box is None
    far = LineString([(1e9, 1e9, 5.0), (1e9 + 50, 1e9, 5.0)])
    watch.edit(lambda edit: edit.insert("pipe", {"code": "P", "dn": 100, "geom": far}))
    assert watch.scenes[-1].box == (1e9, 1e9, 1e9 + 50, 1e9)
    assert [hit.id for hit in watch.scenes[-1].near(1e9 + 5, 1e9, 0.1, 7.0)] == [1]
    register = watch.session.register
    assert register is not None
    assert build_scene(register, "diameter", Feedback()).counts() == watch.scenes[-1].counts()


def test_a_lot_that_is_finished_by_logging_is_late_no_more(
    watch: Watch, town: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(style_counting, "QUIET", 10)
    with Register.open(town, actor="t") as register, register.edit(LABEL) as edit:
        campaign = edit.insert("campaign", {"name": "普查", "types": "meter", "state": "open"})
        square = Point(X, Y).buffer(50)
        values = {"campaign": campaign, "name": "任务", "state": "out", "due_date": "2020-01-01"}
        lot = edit.insert("lot", {**values, "geom": square})
        for target in (1, 2):
            record = {"campaign": campaign, "lot": lot, "target_type": "meter", "target": f"meter:{target}"}
            edit.insert("census_record", {**record, "state": "planned", "geom": Point(X, Y)})
    watch.feed.deleteLater()
    watch.feed = SceneFeed(watch.session, watch.tasks)
    watch.feed.ready.connect(watch.scenes.append)
    watch.feed.style = "census_lot"
    register = watch.open(town)
    watch.wait()
    classes = lambda: [each.id for each in watch.source("lot_area").layer.classes]  # noqa: E731
    assert classes() == ["late"]
    counted: list[str] = []
    counting = style_counting.style_or_usual
    monkeypatch.setattr(style_counting, "style_or_usual", lambda *a: (counted.append(a[1]), counting(*a))[1])
    before = watch.source("lot_area")
    seen = {"state": "visited", "outcome": "found"}
    # A word about a record is nothing that is counted.
    watch.session.edit(LABEL, lambda edit: edit.update("census_record", 1, 1, {"remark": "x"}))
    watch.qtbot.waitUntil(lambda: register.find(Query("census_record"))[0].version == 2, timeout=PATIENCE)
    watch.edit(lambda edit: edit.update("census_record", 1, 2, seen))
    watch.wait(lambda: len(counted) == 1)
    # It was counted once, and what is drawn of the lots is what was drawn.
    assert watch.source("lot_area") is before
    watch.edit(lambda edit: edit.update("census_record", 2, 1, seen))
    watch.wait(lambda: classes() == ["out"])
    assert len(counted) == 2
