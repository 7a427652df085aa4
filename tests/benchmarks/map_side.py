"""Our side: the real window on a register, offscreen, in a process of its own; one line of JSON is its answer.

    python -m tests.benchmarks.map_process REQUEST.json figures|memory|exact

(The start is measured through the program's own door: ``start_process``.)
``figures``: views, pan and zoom, picking, selecting, an edit.
``memory``: what the window and its worker take with the map, but without the search index.
``exact``: how much of the ink differs from the drawing of every point and every vertex.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import random
import statistics
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

os.environ["QT_QPA_PLATFORM"] = "offscreen"

import shapely
from PySide6.QtCore import QEvent, QEventLoop, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget
from shapely.geometry.base import BaseGeometry

from gisapp.app import Application
from gisapp.commands.opening import open_target
from gisapp.map.canvas import ZOOM_STEP, MapCanvas
from gisapp.map.frame import Frame
from gisapp.map.viewport import Viewport
from gisapp.session import Session
from gisapp.settings import Settings
from gisapp.theme import theme_colours
from gisapp.window import Window
from layers.feedback import Feedback
from layers.later import Later
from layers.model.asset import Asset
from layers.model.change import ChangeSet
from layers.model.query import Box, Query
from layers.register import Edit, Register
from layers.scene.planning import build_scene
from layers.scene.region import Region
from layers.scene.selecting import select_region
from layers.text import Message

if TYPE_CHECKING:
    from tests.gisapp.map import exact as exact_drawing
else:
    # It loads scipy, which the program does not.
    exact_drawing = Later("tests.gisapp.map.exact")

PATIENCE_SECONDS = 120.0
LABEL = Message("store.created")


def memory_mib() -> float:
    """What this process and its children hold; pages that they share are counted once."""
    total = 0
    for process in (os.getpid(), *_children(os.getpid())):
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        total += int(next(line for line in lines if line.startswith("Pss:")).split()[1])
    return total / 1024


def _children(process: int) -> Iterator[int]:
    for tasks in Path(f"/proc/{process}/task").glob("*/children"):
        for child in map(int, tasks.read_text().split()):
            yield child
            yield from _children(child)


class Watch:
    """Waits for what happens on a canvas, and notes when frames came."""

    def __init__(self, application: QApplication, canvas: MapCanvas) -> None:
        self.canvas = canvas
        self.frame: Frame | None = None
        self.at = 0.0
        self._application = application
        canvas.renderer.frame_ready.connect(self._keep)
        # Waiting ends with an event: one comes at least this often.
        self._tick = QTimer(canvas, interval=2)
        self._tick.timeout.connect(lambda: None)
        self._tick.start()

    def _keep(self, frame: Frame) -> None:
        self.frame, self.at = frame, time.perf_counter()

    def until(self, condition: Callable[[], bool]) -> None:
        """Let events happen until ``condition``; ``TimeoutError`` when it never comes."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            self._application.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
            if time.monotonic() > end:
                raise TimeoutError

    def rest(self) -> None:
        """Wait until no frame is under way and the last one is on the window."""
        self.until(lambda: not self.canvas.renderer.is_busy)
        self._application.processEvents()

    @property
    def is_crisp(self) -> bool:
        """Whether the newest frame shows all of the window, at its scale."""
        return self.frame is not None and self.frame.shows(self.canvas.viewport)

    def go(self, viewport: Viewport) -> float:
        """Show ``viewport``: milliseconds until it is crisp; 0 when what is there shows it."""
        start = time.perf_counter()
        self.canvas.go(viewport)
        if self.is_crisp:
            return 0.0
        self.until(lambda: self.is_crisp)
        return (self.at - start) * 1000


def viewport_of(box: list[float], size: list[int]) -> Viewport:
    """A view of the request as the canvas knows it."""
    x0, y0, x1, y1 = box
    return Viewport((x0 + x1) / 2, (y0 + y1) / 2, (x1 - x0) / size[0], *size)


class Blit(QWidget):
    """Shows a picture and nothing else: what a pan frame is measured against."""

    def __init__(self, image: QImage) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.image = image
        self.at = QPoint()
        self.painted = 0

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802
        painter = QPainter(self)
        painter.drawImage(self.at, self.image)
        painter.end()
        self.painted += 1


def opened_window(
    qt: QApplication, request: dict[str, Any], *, searching: bool = True
) -> tuple[Application, Watch]:
    """The program with its window on the register, the canvas as large as the pictures of the peer, all layers
    there."""
    settings = Settings(Path(request["settings"]))
    settings.change(name="bench", language="zh", theme="light", window=(0, 0, 1920, 1080))
    application = Application(qt, settings, "zh")
    window = application.new_window()
    canvas = window.map.canvas
    width, height = request["size"]
    if not searching:
        # The map alone is compared with a program that has no index of every word.
        window.parts.session.opened.disconnect(window.parts.finder._on_opened)
    QTimer.singleShot(0, window, lambda: open_target(window, request["register"]))
    watch = Watch(qt, canvas)
    window.resize(window.width() + width - canvas.width(), window.height() + height - canvas.height())
    wanted = set(request["layers"])
    watch.until(lambda: canvas.scene is not None and {s.layer.id for s in canvas.scene.sources} >= wanted)
    watch.until(lambda: watch.frame is not None)
    return application, watch


def figures(qt: QApplication, request: dict[str, Any]) -> dict[str, Any]:
    """Everything but start and memory, in milliseconds."""
    application, watch = opened_window(qt, request)
    window = application.windows[0]
    canvas = watch.canvas
    _resized(watch, window, request["size"])
    views = {view["name"]: viewport_of(view["box"], request["size"]) for view in request["views"]}
    found: dict[str, Any] = {"views": {}, "longest_ms": {}}
    for name, viewport in views.items():
        canvas.go(viewport)
        watch.until(lambda: watch.is_crisp)
        watch.rest()
        found["views"][name] = statistics.median(_drawn(watch, viewport) for _ in range(request["repeat"]))
        if request.get("pictures"):
            canvas.grab().save(str(Path(request["pictures"]) / f"gisapp {name}.png"))
    city = request["views"][0]
    beside = _not_asked_of_the_peer(canvas, {look["table"] for look in city["layers"]})
    found["alike_ms"] = statistics.median(
        _drawn(watch, views[city["name"]], beside) for _ in range(request["repeat"])
    )
    found |= _panned(watch, views["1 km"])
    found |= _path(watch, views)
    found |= _picked(watch, views, request["points"])
    found |= _selected(watch, request["select_box"])
    found |= _edited(watch, application, views["200 m"])
    found["window_mib"] = memory_mib()
    window.close()
    return found


def _resized(watch: Watch, window: Window, size: list[int]) -> None:
    """The canvas gets its size only when bars and panels of an open register are there."""
    canvas, (width, height) = watch.canvas, size
    watch.until(lambda: not window.parts.tasks.running)
    window.resize(window.width() + width - canvas.width(), window.height() + height - canvas.height())
    watch.until(lambda: (canvas.width(), canvas.height()) == (width, height))
    watch.until(lambda: not window.parts.tasks.running)
    watch.rest()


def _not_asked_of_the_peer(canvas: MapCanvas, tables: set[str]) -> frozenset[str]:
    """The classes of layers that the peer does not draw: at the scale of a city the wash of the meters' density."""
    assert canvas.scene is not None
    layers = canvas.scene.style.layers
    return frozenset(
        f"{layer.id}/{each.id}" for layer in layers if layer.type not in tables for each in layer.classes
    )


def _drawn(watch: Watch, viewport: Viewport, hidden: frozenset[str] = frozenset()) -> float:
    """Draw a view anew, labels placed anew: milliseconds to the frame that shows it."""
    renderer = watch.canvas.renderer
    renderer.forget_words()
    watch.frame = None
    start = time.perf_counter()
    renderer.request(viewport, watch.canvas.hidden | hidden, 1.0)
    watch.until(lambda: watch.frame is not None)
    spent = (watch.at - start) * 1000
    watch.rest()
    return spent


def _panned(watch: Watch, viewport: Viewport) -> dict[str, float]:
    """One step of a pan within the picture, with all that follows it, against showing a picture of that size."""
    canvas = watch.canvas
    watch.go(viewport)
    watch.rest()
    assert watch.frame is not None
    raw = Blit(watch.frame.image)
    raw.resize(canvas.size())
    raw.show()
    watch.until(lambda: raw.painted > 0)
    ours, theirs = [], []
    for step in range(60):
        start = time.perf_counter()
        canvas.go(canvas.viewport.panned(3 if step % 2 else -3, 2 if step % 2 else -2))
        _paint(canvas)
        ours.append((time.perf_counter() - start) * 1000)
        start = time.perf_counter()
        raw.at = QPoint(-200 - step % 2 * 3, -100)
        raw.update()
        _paint(raw)
        theirs.append((time.perf_counter() - start) * 1000)
    raw.close()
    return {"pan_ms": statistics.median(ours), "blit_ms": statistics.median(theirs)}


def _paint(widget: QWidget) -> None:
    """Paint what of a window is to be painted, as the program does when its events have been dealt with."""
    QApplication.sendPostedEvents(widget.window(), QEvent.Type.UpdateRequest)


def _path(watch: Watch, views: dict[str, Viewport]) -> dict[str, float]:
    """A path of pans beyond the picture's edge at every scale, and of wheel notches from scale to scale."""
    chance = random.Random(7)
    times = []
    names = list(views)
    for name, following in zip(names, [*names[1:], names[-2]], strict=True):
        watch.go(views[name])
        watch.rest()
        for _ in range(6):
            viewport = watch.canvas.viewport
            dx, dy = (
                chance.choice((-1, 1)) * 0.6 * viewport.width,
                chance.uniform(-0.3, 0.3) * viewport.height,
            )
            times.append(watch.go(viewport.panned(dx, dy)))
            watch.rest()
        watch.go(views[name])
        watch.rest()
        target = views[following].metres_per_pixel
        while abs(watch.canvas.viewport.metres_per_pixel / target - 1) > 0.4:
            viewport = watch.canvas.viewport
            factor = ZOOM_STEP if viewport.metres_per_pixel > target else 1 / ZOOM_STEP
            times.append(watch.go(viewport.zoomed(factor, viewport.width * 0.55, viewport.height * 0.45)))
            watch.rest()
    times.sort()
    return {
        "crisp_p50_ms": statistics.median(times),
        "crisp_p95_ms": times[int(len(times) * 0.95)],
        "crisp_max_ms": times[-1],
        "crisp_steps": len(times),
    }


def _picked(watch: Watch, views: dict[str, Viewport], points: list[list[float]]) -> dict[str, float]:
    """A click in the 1 km view: what is there."""
    canvas = watch.canvas
    watch.go(views["1 km"])
    watch.rest()
    times = []
    for share_x, share_y in points:
        at = QPointF(share_x * canvas.width(), share_y * canvas.height())
        start = time.perf_counter()
        canvas.near(at)
        times.append((time.perf_counter() - start) * 1000)
    return {"identify_ms": statistics.median(times), "identify_max_ms": max(times)}


def _selected(watch: Watch, corners: list[float]) -> dict[str, float]:
    """A polygon of 60 corners within the box that the peer selects by: everything the map draws, not meters alone."""
    scene = watch.canvas.scene
    assert scene is not None
    box = Box(*corners)
    place = shapely.Point((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2)
    circle = place.buffer(box.width / 2, 15)
    times, count, meters = [], 0, 0
    for _ in range(5):
        start = time.perf_counter()
        found = select_region(scene, Region(circle))
        times.append((time.perf_counter() - start) * 1000)
        count, meters = len(found), len(found.ids("meter"))
    return {"select_ms": statistics.median(times), "selected": count, "selected_meters": meters}


def _edited(watch: Watch, application: Application, viewport: Viewport) -> dict[str, float]:
    """One asset moved by the program's own way: committed, in the trail, and painted."""
    session = application.windows[0].parts.session
    register = session.register
    assert register is not None
    watch.go(viewport)
    watch.rest()
    found: dict[str, float] = {}
    for name in ("pipe", "meter"):
        asset = next(iter(register.find(Query(name, box=viewport.box, limit=1))), None)
        if asset is not None:
            times = [_moved(watch, session, register, asset, 0.1 * (step % 3 + 1)) for step in range(10)]
            found[f"edit_{name}_ms"] = statistics.median(times)
    return found


def _moved(watch: Watch, session: Session, register: Register, asset: Asset, by: float) -> float:
    """Move an asset ``by`` metres from where it was at first: milliseconds until the new place is painted."""
    now = register.get(asset.type, asset.id)
    assert now is not None
    moved = shapely.transform(asset.geometry, lambda xy: xy + by)
    scene, watch.frame = watch.canvas.scene, None
    committed: list[ChangeSet | None] = []
    start = time.perf_counter()
    session.edit(LABEL, lambda edit: _set_place(edit, asset, now.version, moved), committed.append)
    watch.until(lambda: watch.frame is not None and watch.canvas.scene is not scene)
    spent = (watch.at - start) * 1000
    # Who asked for it is told after the picture.
    watch.until(lambda: bool(committed))
    watch.rest()
    return spent


def _set_place(edit: Edit, asset: Asset, version: int, place: BaseGeometry) -> None:
    edit.update(asset.type, asset.id, version, {"geom": place})


def memory(qt: QApplication, request: dict[str, Any]) -> dict[str, float]:
    """What the window holds after it has shown every view; its search index is not built."""
    application, watch = opened_window(qt, request, searching=False)
    _resized(watch, application.windows[0], request["size"])
    for each in request["views"]:
        watch.go(viewport_of(each["box"], request["size"]))
        watch.rest()
    watch.until(lambda: not application.windows[0].parts.tasks.running)
    found = {"memory_mib": memory_mib()}
    application.windows[0].close()
    return found


def exactness(request: dict[str, Any]) -> dict[str, Any]:
    """The share of ink pixels that differ by much in each view, and by how much the mains are broken."""
    off, lost = {}, {}
    colours = theme_colours("light")
    easel = exact_drawing.Easel(colours)
    with Register.open(request["register"], actor="bench", read_only=True) as register:
        scene = build_scene(register, "diameter", Feedback())
        truth = exact_drawing.exact(scene)
        for view in request["views"]:
            viewport = viewport_of(view["box"], request["size"])
            drawn = easel.paint(scene, viewport, scene.style.hidden)
            with exact_drawing.every_line():
                wanted = easel.paint(truth, viewport, scene.style.hidden)
            land = colours["map_land"]
            off[view["name"]] = exact_drawing.share_off(drawn, wanted, land)
            lost[view["name"]] = dataclasses.asdict(exact_drawing.continuity(drawn, wanted, land))
    return {"off": off, "continuity": lost}


def main() -> None:
    """Do what is asked, and tell."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("request", type=Path)
    parser.add_argument("what", choices=("figures", "memory", "exact"))
    chosen = parser.parse_args()
    request = json.loads(chosen.request.read_text(encoding="utf-8"))
    qt = QApplication([])
    qt.setApplicationName("gisapp")
    if chosen.what == "exact":
        answer = exactness(request)
    elif chosen.what == "memory":
        answer = memory(qt, request)
    else:
        answer = figures(qt, request)
    print("ANSWER " + json.dumps(answer), flush=True)
