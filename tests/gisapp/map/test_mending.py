"""After an edit only what it changed is painted anew, and the picture is as if all had been."""

from __future__ import annotations

import weakref
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import shapely
from pytestqt.qtbot import QtBot

from gisapp.map.canvas import MapCanvas
from gisapp.map.frame import Frame
from gisapp.map.painter import MapPainter
from layers.model.query import Box
from layers.scene.scene import Changes, Scene
from tests.gisapp.map.conftest import X, Y


def town(scene_of: Any, moved: float = 0.0, dn: int = 300) -> Scene:
    """Streets with valves and road names; one main and one valve lie ``moved`` metres further, with its ``dn``."""
    pipes, valves, roads = [], [], []
    for n in range(-9, 10):
        for line in (
            [(X - 400, Y + 31 * n), (X + 400, Y + 31 * n + 15)],
            [(X + 43 * n, Y - 300), (X + 43 * n - 9, Y + 300)],
        ):
            pipes.append({"dn": 150 + 150 * (n % 3), "material": "DI", "laid_date": "2014",
                          "status": "in_service", "geom": shapely.LineString(line)})  # fmt: skip
            roads.append({"name": "解放南路", "road_class": "major", "geom": shapely.LineString(line)})
        valves += [{"geom": shapely.Point(X + 43 * n, Y + 31 * k)} for k in range(-6, 7)]
    pipes.append({"dn": dn, "material": "PE", "laid_date": "1999", "status": "in_service",
                  "geom": shapely.LineString([(X - 20, Y - 12 + moved), (X + 45, Y - 6 + moved)])})  # fmt: skip
    valves.append({"geom": shapely.Point(X + 10, Y - 9 + moved)})
    return scene_of(pipe=pipes, valve=valves, road=roads)


def after(before: Scene, scene: Scene, *boxes: Box) -> Scene:
    return replace(scene, changes=Changes(weakref.ref(before), boxes, frozenset({"pipe", "valve"})))


def shown(qtbot: QtBot, canvas: MapCanvas) -> tuple[Frame, np.ndarray]:
    """The frame when nothing more is under way, and a copy of its picture."""
    qtbot.waitUntil(lambda: not canvas.renderer.is_busy and canvas.frames.last is not None)
    frame = canvas.frames.last
    assert frame is not None
    raw = np.frombuffer(frame.image.constBits(), np.uint8).reshape(frame.image.height(), -1, 4)
    return frame, raw[..., :3].astype(int)


@pytest.mark.parametrize(("moved", "dn"), [(14.0, 300), (0.0, 600)])
def test_only_what_changed_is_painted_and_looks_as_if_all_had_been(
    qtbot: QtBot, canvas: MapCanvas, scene_of: Any, monkeypatch: pytest.MonkeyPatch, moved: float, dn: int
) -> None:
    before = town(scene_of)
    canvas.show_scene(before)
    first, old = shown(qtbot, canvas)
    whole: list[object] = []
    steps = MapPainter.steps
    monkeypatch.setattr(
        MapPainter, "steps", lambda self, batches: (whole.append(batches), steps(self, batches))[1]
    )
    scene = after(before, town(scene_of, moved, dn), Box(X - 20, Y - 12, X + 45, Y - 6 + moved))
    with qtbot.waitSignal(canvas.frame_shown):
        canvas.show_scene(scene)
    frame, mended = shown(qtbot, canvas)
    assert not whole
    assert frame is first
    changed = np.flatnonzero((old != mended).any(axis=2).any(axis=1))
    assert 0 < len(changed) < 0.6 * old.shape[0]
    canvas._ask_anew()
    again, full = shown(qtbot, canvas)
    assert whole
    assert again.viewport == frame.viewport
    off = np.abs(mended - full).max(axis=2) > 48
    # A name may have found room elsewhere; lines and symbols are where they are.
    assert off.mean() < 0.002


def test_what_is_switched_off_meanwhile_is_painted_with_all_the_rest(
    qtbot: QtBot, canvas: MapCanvas, scene_of: Any
) -> None:
    before = town(scene_of)
    canvas.show_scene(before)
    shown(qtbot, canvas)
    scene = after(before, town(scene_of, 14.0), Box(X - 20, Y - 12, X + 45, Y + 8))
    canvas.show_scene(scene)
    canvas.hide_classes(frozenset(scene.style.class_ids))
    _, picture = shown(qtbot, canvas)
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) == 1


def test_a_scene_that_follows_another_one_is_painted_wholly(
    qtbot: QtBot, canvas: MapCanvas, scene_of: Any
) -> None:
    one, other = town(scene_of), town(scene_of, 5.0)
    canvas.show_scene(one)
    first, _ = shown(qtbot, canvas)
    canvas.show_scene(after(other, town(scene_of, 14.0), Box(X, Y, X + 1, Y + 1)))
    frame, _ = shown(qtbot, canvas)
    assert frame is not first


def test_what_looks_the_same_is_not_painted(qtbot: QtBot, canvas: MapCanvas, scene_of: Any) -> None:
    before = town(scene_of)
    canvas.show_scene(before)
    first, _ = shown(qtbot, canvas)
    canvas.show_scene(before.compacted())
    assert not canvas.renderer.is_busy
    assert canvas.frames.last is first
