"""The canvas shows what the scene holds, moves at once, and paints nothing twice."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Any
from unittest.mock import Mock

import numpy as np
import pytest
import shapely
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QWheelEvent
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gisapp.map import renderer as renderer_module
from gisapp.map.backdrop import Grounds
from gisapp.map.canvas import MapCanvas
from gisapp.map.frame import Frame
from gisapp.map.viewport import Viewport
from gisapp.tasks import Tasks
from layers.scene.scene import Scene

X, Y = 538_000.0, 3_016_000.0
WAIT = 20_000
#: The rasteriser rounds an edge otherwise a few shades where the picture begins elsewhere.
ROUNDING = 24


def main(
    dn: int | None, north: float = 0.0, status: str = "in_service", *, width: float = 400.0
) -> dict[str, Any]:
    line = shapely.LineString([(X - width, Y + north), (X + width, Y + north)])
    return {"dn": dn, "status": status, "geom": line}


def show(qtbot: QtBot, canvas: MapCanvas, scene: Scene) -> Frame:
    with qtbot.waitSignal(canvas.frame_shown, timeout=WAIT):
        canvas.show_scene(scene)
    return settled(qtbot, canvas)


def settled(qtbot: QtBot, canvas: MapCanvas) -> Frame:
    """The frame once nothing more is asked for."""
    qtbot.waitUntil(
        lambda: (
            not canvas.renderer.is_busy
            and not canvas._settle.isActive()
            and canvas.frames.last is not None
            and canvas.frames.last.serial == canvas.renderer._serial
        ),
        timeout=WAIT,
    )
    assert canvas.frames.last is not None
    return canvas.frames.last


def near(pixel: QColor, wanted: QColor) -> bool:
    return max(
        abs(pixel.red() - wanted.red()), abs(pixel.green() - wanted.green()), abs(pixel.blue() - wanted.blue())
    ) <= 6  # fmt: skip


def pixels(image: QImage) -> np.ndarray:
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    flat = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return flat[:, : image.width() * 4].reshape(image.height(), image.width(), 4)[:, :, :3].copy()


def picture(canvas: MapCanvas) -> QImage:
    return canvas.grab().toImage()


def test_mains_are_drawn_where_they_lie_in_the_colour_of_their_class(
    qtbot: QtBot, canvas: MapCanvas, scene_of: Any, colours: Mapping[str, QColor]
) -> None:
    sizes = {"dn1": 80, "dn2": 150, "dn3": 300, "dn4": 600, "dn5": 1000}
    rows = [main(dn, 40 - 20 * number) for number, dn in enumerate(sizes.values())]
    show(qtbot, canvas, scene_of(pipe=rows))
    image = picture(canvas)
    widths = []
    for number, token in enumerate(sizes):
        column = [image.pixelColor(30, y) for y in range(70 + 40 * number - 15, 70 + 40 * number + 15)]
        widths.append(sum(not near(each, colours["map_land"]) for each in column))
        # The thinnest may lie between two rows of pixels.
        assert number == 0 or any(near(each, colours[token]) for each in column)
    assert widths == sorted(widths)
    assert widths[0] in (1, 2, 3)
    assert widths[-1] >= 7
    assert near(image.pixelColor(30, 10), colours["map_land"])


def test_planned_mains_have_gaps_and_hidden_classes_are_gone(
    qtbot: QtBot, canvas: MapCanvas, scene_of: Any, colours: Mapping[str, QColor]
) -> None:
    scene = scene_of(pipe=[main(300, 20, "planned"), main(300, -20), main(300, -60, "removed")])
    show(qtbot, canvas, scene)
    row = [picture(canvas).pixelColor(x, 110) for x in range(20, 380)]
    works = sum(near(each, colours["works"]) for each in row)
    assert 100 < works < 300
    below = picture(canvas).pixelColor(30, 190)
    assert near(below, colours["dn3"])
    assert near(picture(canvas).pixelColor(30, 270), colours["map_land"])
    mains = next(source.layer for source in scene.sources if source.layer.drawing == "main")
    hidden = frozenset(f"{mains.id}/{each.id}" for each in mains.classes)
    with qtbot.waitSignal(canvas.frame_shown, timeout=WAIT):
        canvas.hide_classes(hidden)
    assert (pixels(picture(canvas)) == pixels(picture(canvas))[0, 0]).all()


def test_nothing_changed_nothing_redrawn(qtbot: QtBot, canvas: MapCanvas, scene_of: Any) -> None:
    frame = show(qtbot, canvas, scene_of(pipe=[main(300)]))
    serial = canvas.renderer._serial
    canvas.go(canvas.viewport)
    canvas.hide_classes(canvas.hidden)
    canvas.select(())
    canvas.update()
    picture(canvas)
    QTest.qWait(150)
    assert canvas.renderer._serial == serial
    assert canvas.frames.last is frame


def test_a_pan_moves_the_picture_at_once_and_exactly(qtbot: QtBot, canvas: MapCanvas, scene_of: Any) -> None:
    rows = [main(300, n * 37.0) for n in range(-6, 7)]
    frame = show(qtbot, canvas, scene_of(pipe=rows, valve=[{"geom": shapely.Point(X + 20, Y + 37)}]))
    before = pixels(picture(canvas))
    canvas.go(canvas.viewport.panned(24, -31))
    after = pixels(picture(canvas))
    assert canvas.frames.last is frame
    assert (after[: 300 - 31, 24:] == before[31:, : 400 - 24]).all()
    # The frame is larger than the window: no blank edge comes in.
    assert not (after[:, :24] == after[0, 0]).all()


def test_a_zoom_scales_the_picture_at_once_then_makes_it_crisp(
    qtbot: QtBot, canvas: MapCanvas, scene_of: Any, colours: Mapping[str, QColor]
) -> None:
    frame = show(qtbot, canvas, scene_of(pipe=[main(300, 0)]))
    canvas.zoom(3.0)
    assert canvas.frames.last is frame
    assert near(picture(canvas).pixelColor(30, 150), colours["dn3"])
    crisp = settled(qtbot, canvas)
    assert crisp is not frame
    assert crisp.viewport.metres_per_pixel == canvas.viewport.metres_per_pixel


def test_a_picture_is_not_enlarged_beyond_telling_anything(
    qtbot: QtBot, canvas: MapCanvas, scene_of: Any, colours: Mapping[str, QColor]
) -> None:
    show(qtbot, canvas, scene_of(pipe=[main(300, 0)]))
    canvas.zoom(30.0)
    assert near(picture(canvas).pixelColor(30, 150), colours["map_land"])
    settled(qtbot, canvas)
    assert near(picture(canvas).pixelColor(30, 150), colours["dn3"])


def test_only_the_newest_request_is_shown(qtbot: QtBot, canvas: MapCanvas, scene_of: Any) -> None:
    show(qtbot, canvas, scene_of(pipe=[main(300)]))
    shown: list[int] = []
    canvas.renderer.frame_ready.connect(lambda frame: shown.append(frame.serial))
    for number in range(5):
        canvas.renderer.request(canvas.viewport.panned(number, 0), frozenset(), 1.0)
    newest = canvas.renderer._serial
    qtbot.waitUntil(lambda: newest in shown, timeout=WAIT)
    QTest.qWait(50)
    assert set(shown) == {newest}


def test_a_frame_that_is_done_after_a_newer_request_does_not_hold_that_up(
    qtbot: QtBot, canvas: MapCanvas, scene_of: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    show(qtbot, canvas, scene_of(pipe=[main(300)]))
    drawn = threading.Event()
    scene = canvas.renderer.scene
    assert scene is not None
    monkeypatch.setattr(renderer_module, "SLICE_SECONDS", 0.0)
    # Slow enough that the test cannot miss the moment of painting.
    canvas.renderer._timer.setInterval(30)
    canvas.zoom(1.5)
    canvas._ask()
    qtbot.waitUntil(lambda: canvas.renderer._easel.steps is not None, timeout=WAIT)
    before = canvas.renderer._serial
    held = Mock(draw=lambda request, feedback: (drawn.wait(WAIT / 1000), scene.draw(request, feedback))[1])
    canvas.renderer.scene = held
    canvas.zoom(1.5)
    canvas._ask()
    qtbot.waitUntil(
        lambda: canvas.frames.last is not None and canvas.frames.last.serial == before, timeout=WAIT
    )
    assert canvas.renderer.is_busy
    drawn.set()
    assert settled(qtbot, canvas).shows(canvas.viewport)


def test_a_widget_may_go_in_mid_drawing(
    qtbot: QtBot, tasks: Tasks, scene_of: Any, canvas: MapCanvas, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renderer_module, "SLICE_SECONDS", 0.0)
    # Slow enough that the test cannot miss the moment of drawing.
    canvas.renderer._timer.setInterval(20)
    canvas.show_scene(scene_of(pipe=[main(300, n) for n in range(60)]))
    qtbot.waitUntil(lambda: canvas.renderer.is_busy, timeout=WAIT)
    canvas.renderer._timer.setInterval(0)
    other = MapCanvas(tasks, canvas._colours)
    other.renderer.dress(canvas.renderer._dress)
    other.resize(200, 200)
    other.renderer._timer.setInterval(20)
    other.show_scene(canvas.scene)
    qtbot.waitUntil(lambda: other.renderer.is_busy, timeout=WAIT)
    other.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert not shiboken6.isValid(other)
    settled(qtbot, canvas)


def test_a_request_may_come_back_after_its_widget_is_gone(
    qtbot: QtBot, tasks: Tasks, scene_of: Any, canvas: Any
) -> None:
    other = MapCanvas(tasks, canvas._colours)
    other.renderer.dress(canvas.renderer._dress)
    other.resize(200, 200)
    other.show_scene(scene_of(pipe=[main(300)]))
    other.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qtbot.waitUntil(lambda: not tasks.running, timeout=WAIT)


def test_the_frame_follows_the_size_of_the_window(qtbot: QtBot, canvas: MapCanvas, scene_of: Any) -> None:
    show(qtbot, canvas, scene_of(pipe=[main(300)]))
    canvas.resize(640, 480)
    frame = settled(qtbot, canvas)
    assert frame.image.width() >= 640 * 1.4
    assert frame.viewport.box.x0 < canvas.viewport.box.x0
    assert canvas.viewport.box.width == pytest.approx(640 * 0.5)


@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
def test_on_a_fine_screen_the_same_map_has_more_pixels(
    qtbot: QtBot, canvas: MapCanvas, scene_of: Any, colours: Mapping[str, QColor], ratio: float
) -> None:
    show(qtbot, canvas, scene_of(pipe=[main(1000)], valve=[{"geom": shapely.Point(X, Y)}]))
    with qtbot.waitSignal(canvas.renderer.frame_ready, timeout=WAIT) as answer:
        canvas.renderer.request(Viewport(X, Y, 0.5, 200, 100), frozenset(), ratio)
    image = answer.args[0].image
    # A quarter more on every side, rounded up to whole device pixels.
    assert (image.width(), image.height()) == (300 * ratio, 152 * ratio)
    middle = image.height() // 2
    line = [image.pixelColor(round(40 * ratio), y) for y in range(image.height())]
    thick = sum(near(each, colours["dn5"]) for each in line)
    assert 7 * ratio <= thick <= 10 * ratio + 1
    assert near(line[middle], colours["dn5"])


def test_an_empty_register_is_bare_land(
    qtbot: QtBot, canvas: MapCanvas, scene_of: Any, colours: Mapping[str, QColor]
) -> None:
    scene = scene_of()
    assert scene.box is None
    show(qtbot, canvas, scene)
    canvas.fit(scene.box)
    assert (pixels(picture(canvas)) == pixels(picture(canvas))[0, 0]).all()
    assert near(picture(canvas).pixelColor(5, 5), colours["map_land"])
    assert canvas.near(QPointF(200, 150)) == []


def test_one_asset_fills_no_more_than_its_place(qtbot: QtBot, canvas: MapCanvas, scene_of: Any) -> None:
    scene = scene_of(valve=[{"geom": shapely.Point(X + 5000, Y)}, {"geom": None}])
    show(qtbot, canvas, scene)
    canvas.fit(scene.box)
    settled(qtbot, canvas)
    assert [hit.id for hit in canvas.near(QPointF(200, 150))] == [1]
    image = pixels(picture(canvas))
    drawn = np.argwhere((image != image[0, 0]).any(axis=2))
    assert len(drawn) > 20
    assert np.abs(drawn - (150, 200)).max() < 20


def test_coordinates_far_outside_are_as_sharp(
    qtbot: QtBot, canvas: MapCanvas, scene_of: Any, colours: Mapping[str, QColor]
) -> None:
    far = shapely.LineString([(4.2e7 - 50, 9.9e6), (4.2e7 + 50, 9.9e6)])
    show(qtbot, canvas, scene_of(pipe=[{"dn": 1000, "status": "in_service", "geom": far}, main(300)]))
    canvas.go(canvas.viewport.centred(4.2e7, 9.9e6, 0.01))
    settled(qtbot, canvas)
    line = [picture(canvas).pixelColor(30, y) for y in range(300)]
    assert near(line[150], colours["dn5"])
    assert sum(near(each, colours["dn5"]) for each in line) < 14


def test_what_is_selected_is_ringed(
    qtbot: QtBot, canvas: MapCanvas, scene_of: Any, colours: Mapping[str, QColor]
) -> None:
    frame = show(qtbot, canvas, scene_of(valve=[{"geom": shapely.Point(X, Y)}]))
    before = pixels(picture(canvas))
    canvas.select((shapely.Point(X, Y),))
    ring = [picture(canvas).pixelColor(200 + x, 150) for x in range(8, 18)]
    assert any(near(each, colours["select_halo"]) for each in ring)
    assert canvas.frames.last is frame
    canvas.select(())
    assert (pixels(picture(canvas)) == before).all()


def test_a_zoom_is_crisp_in_the_window_before_the_ground_around_it(
    qtbot: QtBot, canvas: MapCanvas, scene_of: Any
) -> None:
    canvas.resize(900, 700)
    wide = show(qtbot, canvas, scene_of(pipe=[main(300, n * 37.0) for n in range(-6, 7)]))
    frames: list[Frame] = []
    canvas.renderer.frame_ready.connect(frames.append)
    canvas.zoom(1.5)
    settled(qtbot, canvas)
    first, last = frames
    assert first.serial == last.serial
    assert first.viewport.covers(canvas.viewport)
    assert not first.viewport.covers(last.viewport)
    assert last.viewport.covers(first.viewport)
    # Both show the same ground with the same pixels.
    where = last.rectangle(first.viewport).topLeft()
    x, y = -round(where.x()), -round(where.y())
    inner = pixels(last.image.copy(x, y, first.image.width(), first.image.height()))
    assert _furthest(inner[180:-180, 180:-180], pixels(first.image)[180:-180, 180:-180]) <= ROUNDING
    assert wide is not last


def test_frames_of_a_scale_show_the_same_ground_with_the_same_pixels(
    qtbot: QtBot, canvas: MapCanvas, scene_of: Any
) -> None:
    rows = [{**main(300, n * 37.0), "geom": shapely.LineString([(X - 999, Y + n * 31), (X + 999, Y + n * 44)])}
            for n in range(-9, 9)]  # fmt: skip
    valves = [{"geom": shapely.Point(X + 31 * n, Y + 31 * n)} for n in range(-9, 9)]
    show(qtbot, canvas, scene_of(pipe=rows, valve=valves))
    # A third of a pixel aside: no frame is drawn a third of a pixel aside.
    canvas.go(canvas.viewport.panned(0.33, 0.21))
    before = pixels(picture(canvas))
    canvas.go(canvas.viewport.panned(-90, 0))
    frame = settled(qtbot, canvas)
    assert frame.viewport.covers(canvas.viewport)
    after = pixels(picture(canvas))
    assert _furthest(after[:, :300], before[:, 90:390]) <= ROUNDING


def test_a_long_drag_shows_new_ground_before_it_ends(qtbot: QtBot, canvas: MapCanvas, scene_of: Any) -> None:
    show(qtbot, canvas, scene_of(pipe=[main(300, n * 37.0, width=5000) for n in range(-60, 60)]))
    shown: list[Frame] = []
    canvas.renderer.frame_ready.connect(shown.append)
    for _ in range(60):
        canvas.go(canvas.viewport.panned(13, 9))
        QTest.qWait(4)
    assert len(shown) >= 2
    assert shown[-1].serial <= canvas.renderer._serial


def test_the_frame_on_the_screen_is_not_painted_on(qtbot: QtBot, canvas: MapCanvas, scene_of: Any) -> None:
    show(qtbot, canvas, scene_of(pipe=[main(300, n * 37.0) for n in range(-6, 7)]))
    for step in range(8):
        canvas.go(canvas.viewport.panned(150, 40 * step))
        frame = settled(qtbot, canvas)
        assert canvas.renderer._spares
        assert all(frame.image is not spare for spare in canvas.renderer._spares)
        assert len(canvas.renderer._spares) <= 2


def test_while_zooming_out_the_wider_frame_fills_the_window(
    qtbot: QtBot, canvas: MapCanvas, scene_of: Any, colours: Mapping[str, QColor]
) -> None:
    canvas.resize(900, 700)
    show(qtbot, canvas, scene_of(pipe=[main(1000, 0, width=9000)]))
    canvas.go(canvas.viewport.zoomed(1.2, 450, 350))
    QTest.qWait(1)
    qtbot.waitUntil(lambda: canvas.frames.last.viewport.metres_per_pixel < 0.45, timeout=WAIT)
    canvas.go(canvas.viewport.zoomed(0.8, 450, 350))
    assert near(picture(canvas).pixelColor(3, 350), colours["dn5"])


def _furthest(one: np.ndarray, other: np.ndarray) -> int:
    return int(np.abs(one.astype(int) - other.astype(int)).max())


class _Chequers:
    """A ground of two colours, one for each half of the world."""

    def __init__(self) -> None:
        self.painted = 0

    def paint(self, painter: QPainter, viewport: Viewport) -> None:
        self.painted += 1
        x, _ = viewport.to_pixel(X, Y)
        painter.fillRect(QRectF(0, 0, x, viewport.height), QColor("#ff8800"))
        painter.fillRect(QRectF(x, 0, viewport.width - x, viewport.height), QColor("#0088ff"))


def test_a_backdrop_lies_beneath_the_map_and_moves_with_it(
    qtbot: QtBot, canvas: MapCanvas, scene_of: Any, colours: Mapping[str, QColor]
) -> None:
    show(qtbot, canvas, scene_of(pipe=[main(1000)]))
    backdrop = _Chequers()
    canvas.lay(Grounds(backdrop))
    frame = settled(qtbot, canvas)
    assert frame.image.hasAlphaChannel()
    image = picture(canvas)
    assert near(image.pixelColor(30, 30), QColor("#ff8800"))
    assert near(image.pixelColor(370, 30), QColor("#0088ff"))
    assert near(image.pixelColor(30, 150), colours["dn5"])
    canvas.go(canvas.viewport.panned(100, 0))
    assert canvas.frames.last is frame
    assert near(picture(canvas).pixelColor(290, 30), QColor("#ff8800"))
    serial = canvas.renderer._serial
    canvas.lay(Grounds(_Chequers()))
    assert canvas.renderer._serial == serial, "another ground needs no other frame"
    canvas.lay(Grounds())
    settled(qtbot, canvas)
    assert near(picture(canvas).pixelColor(30, 30), colours["map_land"])


def wheel(canvas: MapCanvas, x: int, y: int, notches: float) -> None:
    at = QPointF(x, y)
    event = QWheelEvent(
        at, canvas.mapToGlobal(at), QPoint(), QPoint(0, round(120 * notches)), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    canvas.wheelEvent(event)


@pytest.mark.parametrize("notches", [1, -1, 0.25, 5])
def test_the_wheel_zooms_at_the_cursor(canvas: MapCanvas, notches: float) -> None:
    before, scale = canvas.viewport.to_world(310, 40), canvas.viewport.metres_per_pixel
    wheel(canvas, 310, 40, notches)
    assert canvas.viewport.to_world(310, 40) == pytest.approx(before)
    assert (canvas.viewport.metres_per_pixel < scale) is (notches > 0)


@pytest.mark.parametrize("how", ["middle", "space"])
def test_a_drag_takes_the_map_along(qtbot: QtBot, canvas: MapCanvas, how: str) -> None:
    held = canvas.viewport.to_world(100, 100)
    button = Qt.MouseButton.MiddleButton if how == "middle" else Qt.MouseButton.LeftButton
    if how == "space":
        qtbot.keyPress(canvas, Qt.Key.Key_Space)
    qtbot.mousePress(canvas, button, pos=QPoint(100, 100))
    qtbot.mouseMove(canvas, QPoint(160, 130))
    qtbot.waitUntil(lambda: canvas.viewport.to_world(160, 130) == pytest.approx(held), timeout=WAIT)
    qtbot.mouseRelease(canvas, button, pos=QPoint(160, 130))
    qtbot.mouseMove(canvas, QPoint(200, 200))
    QTest.qWait(20)
    assert canvas.viewport.to_world(160, 130) == pytest.approx(held)


def test_keys_move_and_zoom(qtbot: QtBot, canvas: MapCanvas) -> None:
    start = canvas.viewport
    qtbot.keyClick(canvas, Qt.Key.Key_Right)
    assert canvas.viewport.x > start.x
    qtbot.keyClick(canvas, Qt.Key.Key_Left)
    assert canvas.viewport.x == pytest.approx(start.x)
    qtbot.keyClick(canvas, Qt.Key.Key_Plus)
    assert canvas.viewport.metres_per_pixel < start.metres_per_pixel
    qtbot.keyClick(canvas, Qt.Key.Key_Minus)
    assert canvas.viewport.metres_per_pixel == pytest.approx(start.metres_per_pixel)
