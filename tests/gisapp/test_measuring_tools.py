"""Measuring in the real window: clicks make lines, rings and directions; the figures are those of pyproj."""

from __future__ import annotations

import numpy as np
import pytest
from pyproj import Geod, Transformer
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from gisapp.map.canvas import MapCanvas
from gisapp.tools.figures import angle_text, area_words, length_words
from gisapp.tools.measure import SNAP_PIXELS, MeasureTool
from gisapp.tools.measured import measure
from gisapp.window import Window
from layers.geometry.crs import Crs
from layers.scene.style import METRES_PER_PIXEL
from layers.text import Texts
from tests.gisapp.driving import PATIENCE, settle

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
GEOD = Geod(ellps="GRS80")
DEGREES = Transformer.from_crs(4546, 4490, always_xy=True)


@pytest.fixture
def map_window(open_town: Window, qtbot: QtBot) -> Window:
    """The town at 1:2000."""
    settle(open_town, qtbot)
    open_town.map.canvas.fly_to(538_300.0, 3_016_000.0, 2000 * METRES_PER_PIXEL)
    settle(open_town, qtbot)
    return open_town


def pixel(canvas: MapCanvas, x: float, y: float) -> QPoint:
    return QPointF(*canvas.viewport.to_pixel(x, y)).toPoint()


def clicks(window: Window, qtbot: QtBot, *places: tuple[float, float]) -> list[tuple[float, float]]:
    """Click at these places; returns those that were set: a pixel is some decimetres wide, and places snap."""
    canvas, hit = window.map.canvas, []
    for each in places:
        at = pixel(canvas, *each)
        qtbot.mouseMove(canvas, at)
        qtbot.mouseClick(canvas, LEFT, pos=at)
        hit.append(tool(window).places[-1])
        assert np.hypot(*np.subtract(hit[-1], each)) < SNAP_PIXELS * canvas.viewport.metres_per_pixel
    return hit


def figures(window: Window) -> list[str]:
    strip = window.map.navigation.strip
    return [label.text() for label in strip.figures if not label.isHidden()]


def number(text: str) -> float:
    return float("".join(char for char in text if char in "0123456789."))


def tool(window: Window) -> MeasureTool:
    current = window.map.canvas.tool
    assert isinstance(current, MeasureTool)
    return current


def test_a_line_of_several_clicks_gives_pieces_total_and_both_figures(
    map_window: Window, qtbot: QtBot
) -> None:
    window = map_window
    qtbot.keyClick(window, Qt.Key.Key_M)
    strip = window.map.navigation.strip
    assert strip.isVisible()
    assert "单击" in strip.hint.text()
    hit = clicks(window, qtbot, (538_200, 3_016_000), (538_300, 3_016_050), (538_400, 3_015_980))
    qtbot.mouseClick(window.map.canvas, RIGHT, pos=QPoint(10, 300))
    lon, lat = DEGREES.transform(*np.array(hit).T)
    curved = [GEOD.inv(lon[n], lat[n], lon[n + 1], lat[n + 1])[2] for n in range(2)]
    plane = sum(float(np.hypot(*(np.subtract(hit[n + 1], hit[n])))) for n in range(2))
    shown = figures(window)
    assert number(shown[0]) == pytest.approx(sum(curved), abs=0.006)
    assert number(shown[1]) == pytest.approx(plane, abs=0.006)
    assert shown[2] == "2 段"
    assert not strip.hint.isVisible()
    drawing = tool(window)._drawing
    assert drawing.done
    assert [number(piece) for piece in drawing.pieces] == pytest.approx(curved, abs=0.006)


def test_the_figure_follows_the_cursor_and_backspace_takes_a_place_back(
    map_window: Window, qtbot: QtBot
) -> None:
    window, canvas = map_window, map_window.map.canvas
    qtbot.keyClick(window, Qt.Key.Key_M)
    first, second = clicks(window, qtbot, (538_200, 3_016_000), (538_300, 3_016_000))
    at = pixel(canvas, 538_300, 3_016_060)
    qtbot.mouseMove(canvas, at)
    live = tool(window)._drawing.live
    assert number(live[0]) == pytest.approx(np.hypot(*np.subtract(second, first)) + 60, abs=0.6)
    assert number(live[1]) == pytest.approx(60, abs=0.6)
    qtbot.keyClick(canvas, Qt.Key.Key_Backspace)
    assert tool(window).places == (first,)
    assert number(figures(window)[0]) == pytest.approx(np.hypot(100, 60), abs=0.7)


def test_a_double_click_ends_and_the_next_click_begins_anew(map_window: Window, qtbot: QtBot) -> None:
    window, canvas = map_window, map_window.map.canvas
    qtbot.keyClick(window, Qt.Key.Key_M)
    clicks(window, qtbot, (538_200, 3_016_000), (538_300, 3_016_000))
    qtbot.mouseDClick(canvas, LEFT, pos=pixel(canvas, 538_300, 3_016_000))
    assert tool(window)._drawing.done
    assert len(tool(window).places) == 2
    before = figures(window)
    qtbot.mouseMove(canvas, QPoint(200, 300))
    assert figures(window) == before
    clicks(window, qtbot, (538_350, 3_016_020))
    assert len(tool(window).places) == 1


def test_escape_drops_the_line_then_leaves_the_tool_then_the_selection(
    map_window: Window, qtbot: QtBot
) -> None:
    window, canvas = map_window, map_window.map.canvas
    register = window.parts.session.register
    assert register is not None
    hydrant = register.by_code("hydrant", "XHS-02147")
    assert hydrant is not None
    window.parts.session.select((hydrant.key,))
    qtbot.keyClick(window, Qt.Key.Key_M)
    clicks(window, qtbot, (538_200, 3_016_000), (538_300, 3_016_000))
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    assert tool(window).places == ()
    assert window.map.navigation.strip.isVisible()
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    assert window.map.tool_name == "select"
    assert not window.map.navigation.strip.isVisible()
    assert len(window.parts.session.selection) == 1
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    assert len(window.parts.session.selection) == 0


def test_area_in_every_unit_and_a_warning_for_crossing_sides(map_window: Window, qtbot: QtBot) -> None:
    window = map_window
    qtbot.keyClick(window, Qt.Key.Key_M, Qt.KeyboardModifier.ShiftModifier)
    corners = [(538_200, 3_016_050), (538_400, 3_016_050), (538_400, 3_015_950), (538_200, 3_015_950)]
    hit = clicks(window, qtbot, *corners)
    qtbot.keyClick(window.map.canvas, Qt.Key.Key_Return)
    x, y = np.array(hit).T
    plane = abs(np.dot(x - x[0], np.roll(y, -1)) - np.dot(np.roll(x, -1) - x[0], y)) / 2
    curved, around = GEOD.polygon_area_perimeter(*DEGREES.transform(x, y))
    strip = window.map.navigation.strip
    strip.use_unit("m2")
    shown = figures(window)
    assert number(shown[0].removesuffix(" m²")) == pytest.approx(abs(curved), abs=0.01)
    assert number(shown[1].removesuffix(" m²")) == pytest.approx(plane, abs=0.01)
    assert number(shown[2]) == pytest.approx(around, abs=0.01)
    strip.use_unit("mu")
    assert number(figures(window)[1]) == pytest.approx(plane * 15 / 10_000, abs=0.001)
    strip.use_unit("ha")
    assert figures(window)[1].endswith("公顷")
    window.map.canvas.tool.cancel()  # type: ignore[union-attr]
    clicks(window, qtbot, *(corners[n] for n in (0, 2, 1, 3)))
    qtbot.keyClick(window.map.canvas, Qt.Key.Key_Return)
    assert "交叉" in strip.hint.text()


def test_bearing_names_grid_true_and_convergence(map_window: Window, qtbot: QtBot) -> None:
    window = map_window
    qtbot.keyClick(
        window, Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    )
    start, end = clicks(window, qtbot, (538_250, 3_015_980), (538_350, 3_016_060))
    lon, lat = DEGREES.transform(*np.array([start, end]).T)
    azimuth, _, _ = GEOD.inv(lon[0], lat[0], lon[1], lat[1])
    grid = np.degrees(np.arctan2(end[0] - start[0], end[1] - start[1]))
    shown = figures(window)
    assert shown[0] == angle_text(grid)
    assert shown[1] == angle_text(azimuth)
    assert shown[2].startswith("+0°10′")
    names = [label.text() for label in window.map.navigation.strip._names if not label.isHidden()]
    assert names == ["坐标方位角", "真方位角", "子午线收敛角", "距离（椭球面）", "距离（平面）"]
    # A third click begins anew.
    clicks(window, qtbot, (538_300, 3_016_000))
    assert len(tool(window).places) == 1


def test_the_result_is_copied_in_the_language_of_the_window(map_window: Window, qtbot: QtBot) -> None:
    window = map_window
    window.parts.language.use("en")
    qtbot.keyClick(window, Qt.Key.Key_M)
    clicks(window, qtbot, (538_200, 3_016_000), (538_300, 3_016_000))
    qtbot.keyClick(window.map.canvas, Qt.Key.Key_Return)
    qtbot.mouseClick(window.map.navigation.strip.copy, LEFT)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert lines[0] == "Length"
    assert lines[1].startswith("Ellipsoid\t")
    assert lines[2].startswith("Plane\t")
    qtbot.mouseClick(window.map.navigation.strip.close_button, LEFT)
    assert window.map.tool_name == "select"


def test_the_map_can_be_moved_while_measuring(map_window: Window, qtbot: QtBot) -> None:
    window, canvas = map_window, map_window.map.canvas
    qtbot.keyClick(window, Qt.Key.Key_M)
    hit = clicks(window, qtbot, (538_200, 3_016_000), (538_300, 3_016_000))
    before = canvas.viewport
    qtbot.mousePress(canvas, Qt.MouseButton.MiddleButton, pos=QPoint(300, 300))
    qtbot.mouseMove(canvas, QPoint(360, 330))
    qtbot.mouseRelease(canvas, Qt.MouseButton.MiddleButton, pos=QPoint(360, 330))
    assert canvas.viewport != before
    assert tool(window).places == tuple(hit)
    assert canvas.cursor().shape() == Qt.CursorShape.CrossCursor


def test_places_snap_to_symbols_bends_and_mains_but_not_with_alt(map_window: Window, qtbot: QtBot) -> None:
    window, canvas = map_window, map_window.map.canvas
    qtbot.waitUntil(lambda: canvas.scene is not None and len(canvas.scene.sources) > 6, timeout=PATIENCE)
    canvas.fly_to(538_640.0, 3_016_005.0, 500 * METRES_PER_PIXEL)
    settle(window, qtbot)
    qtbot.keyClick(window, Qt.Key.Key_M)

    def set_at(
        x: float, y: float, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    ) -> tuple[float, float]:
        at = pixel(canvas, x, y) + QPoint(3, -4)
        qtbot.mouseMove(canvas, at)
        qtbot.mouseClick(canvas, LEFT, keys, at)
        return tool(window).places[-1]

    assert set_at(538_655.3, 3_016_012.84) == (538_655.3, 3_016_012.84)
    assert set_at(538_600.0, 3_016_000.0) == (538_600.0, 3_016_000.0)
    x, y = set_at(538_630.0, 3_016_000.0)
    assert (x, y) == (pytest.approx(538_630.0, abs=1.0), 3_016_000.0)
    qtbot.mouseMove(canvas, pixel(canvas, 538_655.3, 3_016_012.84) + QPoint(5, 5))
    assert tool(window)._drawing.snapped
    free = set_at(538_655.3, 3_016_012.84, Qt.KeyboardModifier.AltModifier)
    assert free != (538_655.3, 3_016_012.84)
    # What is switched off is not snapped to.
    tool(window).cancel()
    assert canvas.scene is not None
    canvas.hide_classes(canvas.scene.style.class_ids)
    off = set_at(538_655.3, 3_016_012.84)
    assert off != (538_655.3, 3_016_012.84)


def test_local_coordinates_have_plane_figures_and_say_so() -> None:
    zh = Texts("zh")
    local = Crs.parse("local")
    line = measure("length", ((0.0, 0.0), (3.0, 4.0)), local, done=True)
    assert [zh.render(part) for pair in line.lines(("auto", "auto")) for part in pair] == ["平面", "5.00 m"]
    assert "只有平面量" in zh.render(line.note() or "")
    ring = measure("area", ((0.0, 0.0), (30.0, 0.0), (30.0, 40.0)), local, done=True)
    names = [zh.render(name) for name, _ in ring.lines(("auto", "auto"))]
    assert names == ["平面", "周长"]
    direction = measure("bearing", ((0.0, 0.0), (1.0, 0.0)), local, done=True)
    assert [zh.render(figure) for _, figure in direction.lines(("auto", "auto"))] == ["90°00′00.0″", "1.00 m"]


@pytest.mark.parametrize(
    ("metres", "unit", "text"),
    [
        (12.345, "auto", "12.35 m"), (9999.99, "auto", "9\u2009999.99 m"), (12_345.678, "auto", "12.3457 km"),
        (12_345.678, "m", "12\u2009345.68 m"), (250.0, "km", "0.2500 km"),
    ],
)  # fmt: skip
def test_lengths_read_well(metres: float, unit: str, text: str) -> None:
    assert Texts("zh").render(length_words(metres, unit)) == text  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("size", "unit", "text"),
    [
        (666.6667, "mu", "1.000 亩"), (9_999.0, "auto", "9\u2009999.00 m²"), (20_000.0, "auto", "2.0000 公顷"),
        (2_500_000.0, "auto", "2.5000 km²"),
    ],
)  # fmt: skip
def test_areas_read_well(size: float, unit: str, text: str) -> None:
    assert Texts("zh").render(area_words(size, unit)) == text  # type: ignore[arg-type]


def test_angles_never_show_sixty() -> None:
    assert angle_text(359.99999999) == "0°00′00.0″"
    assert angle_text(59.9999999) == "60°00′00.0″"
    assert angle_text(-0.5, signed=True) == "-0°30′00.0″"
