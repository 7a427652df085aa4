"""Finding one's way in the real window: box zoom, views before, bookmarks, overview, coordinates, scales."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import shapely
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from gisapp.app import Application
from gisapp.map.canvas import MapCanvas
from gisapp.map.overview import SIZE
from gisapp.map.viewport import Viewport
from gisapp.panels.bookmarks.bookmarks import Bookmark
from gisapp.panels.palette.model import Entry
from gisapp.settings import Settings
from gisapp.window import Window
from layers.geometry.crs import Crs, transformer
from layers.register import Register
from layers.scene.style import METRES_PER_PIXEL
from layers.text import Message
from tests.gisapp.driving import PATIENCE, drop, settle, visible_texts, write

LEFT, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton
CTRL, ALT, SHIFT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.ShiftModifier,
)
PLAIN = Qt.KeyboardModifier.NoModifier
NORTH, EAST = 3_016_012.84, 538_655.30


@pytest.fixture
def map_window(open_town: Window, qtbot: QtBot) -> Window:
    """The town at 1:2000, the view at rest."""
    settle(open_town, qtbot)
    go(open_town, 538_300.0, 3_016_000.0, 2000)
    return open_town


def go(window: Window, x: float, y: float, denominator: float) -> Viewport:
    """Show a place and wait no longer than it takes to be remembered."""
    window.map.canvas.fly_to(x, y, denominator * METRES_PER_PIXEL)
    window.map.navigation._keep_view()
    return window.map.canvas.viewport


def drag(
    canvas: MapCanvas, qtbot: QtBot, start: QPoint, end: QPoint, keys: Qt.KeyboardModifier = PLAIN
) -> None:
    qtbot.mousePress(canvas, LEFT, keys, start)
    qtbot.mouseMove(canvas, (start + end) / 2)
    qtbot.mouseMove(canvas, end)
    qtbot.mouseRelease(canvas, LEFT, keys, end)


def same(one: Viewport, other: Viewport) -> bool:
    return (one.x, one.y, one.metres_per_pixel) == pytest.approx((other.x, other.y, other.metres_per_pixel))


# ---- box zoom


def test_a_box_drawn_is_shown_and_alt_shrinks_into_it(map_window: Window, qtbot: QtBot) -> None:
    window, canvas = map_window, map_window.map.canvas
    qtbot.keyClick(window, Qt.Key.Key_Z)
    assert window.map.tool_name == "zoom_box"
    before = canvas.viewport
    start, end = QPoint(200, 300), QPoint(400, 400)
    x0, y1 = before.to_world(200, 300)
    x1, y0 = before.to_world(400, 400)
    drag(canvas, qtbot, start, end)
    box = canvas.viewport.box
    assert box.x0 == pytest.approx(x0, abs=0.01)
    assert box.x1 == pytest.approx(x1, abs=0.01)
    assert box.y0 <= y0 < y1 <= box.y1
    zoomed = canvas.viewport
    drag(canvas, qtbot, start, end, ALT)
    assert canvas.viewport.metres_per_pixel > 2 * zoomed.metres_per_pixel
    assert canvas.overlay.rubber is None


def test_a_click_with_the_box_tool_zooms_in_there_and_escape_drops_the_box(
    map_window: Window, qtbot: QtBot
) -> None:
    window, canvas = map_window, map_window.map.canvas
    qtbot.keyClick(window, Qt.Key.Key_Z)
    before = canvas.viewport
    qtbot.mouseClick(canvas, LEFT, pos=QPoint(200, 300))
    assert canvas.viewport.metres_per_pixel == pytest.approx(before.metres_per_pixel / 2)
    assert canvas.viewport.to_world(200, 300) == pytest.approx(before.to_world(200, 300))
    now = canvas.viewport
    qtbot.mousePress(canvas, LEFT, pos=QPoint(200, 300))
    qtbot.mouseMove(canvas, QPoint(400, 400))
    assert canvas.overlay.rubber is not None
    qtbot.keyClick(canvas, Qt.Key.Key_Escape)
    qtbot.mouseRelease(canvas, LEFT, pos=QPoint(400, 400))
    assert canvas.overlay.rubber is None
    assert canvas.viewport == now


def test_shift_draws_a_box_with_the_hand_and_adds_to_the_selection_with_the_arrow(
    map_window: Window, qtbot: QtBot
) -> None:
    window, canvas = map_window, map_window.map.canvas
    before = canvas.viewport
    drag(canvas, qtbot, QPoint(200, 300), QPoint(400, 400), SHIFT)
    assert canvas.viewport == before
    qtbot.keyClick(window, Qt.Key.Key_H)
    drag(canvas, qtbot, QPoint(200, 300), QPoint(400, 400), SHIFT)
    assert canvas.viewport.metres_per_pixel < before.metres_per_pixel / 1.5
    zoomed = canvas.viewport
    drag(canvas, qtbot, QPoint(200, 300), QPoint(300, 300))
    assert canvas.viewport.metres_per_pixel == zoomed.metres_per_pixel
    assert canvas.viewport.x == pytest.approx(zoomed.x - 100 * zoomed.metres_per_pixel)


# ---- views before and after


def test_back_and_forward_like_a_browser(map_window: Window, qtbot: QtBot) -> None:
    window, canvas = map_window, map_window.map.canvas
    first = canvas.viewport
    second = go(window, 538_500.0, 3_016_000.0, 2000)
    third = go(window, 538_700.0, 3_016_000.0, 1000)
    qtbot.keyClick(window, Qt.Key.Key_Left, ALT)
    assert same(canvas.viewport, second)
    qtbot.keyClick(window, Qt.Key.Key_Left, ALT)
    assert same(canvas.viewport, first)
    qtbot.keyClick(window, Qt.Key.Key_Right, ALT)
    qtbot.keyClick(window, Qt.Key.Key_Right, ALT)
    assert same(canvas.viewport, third)
    assert not window.parts.actions.is_possible("view.forward")
    qtbot.keyClick(window, Qt.Key.Key_Left, ALT)
    # Going elsewhere from here forgets what was ahead.
    fourth = go(window, 538_100.0, 3_016_000.0, 500)
    assert not window.parts.actions.is_possible("view.forward")
    qtbot.keyClick(window, Qt.Key.Key_Left, ALT)
    assert same(canvas.viewport, second)
    qtbot.keyClick(window, Qt.Key.Key_Right, ALT)
    assert same(canvas.viewport, fourth)


def test_many_small_moves_are_one_step_back(map_window: Window, qtbot: QtBot) -> None:
    window, canvas = map_window, map_window.map.canvas
    first = canvas.viewport
    for _ in range(6):
        canvas.go(canvas.viewport.panned(-40, 0))
    views = window.map.navigation.history._views
    count = len(views)
    qtbot.waitUntil(lambda: len(views) > count, timeout=PATIENCE)
    assert len(views) == count + 1
    for _ in range(6):
        canvas.go(canvas.viewport.panned(-40, 0))
    # What has not come to rest yet counts when one goes back from it.
    qtbot.keyClick(window, Qt.Key.Key_Left, ALT)
    qtbot.keyClick(window, Qt.Key.Key_Left, ALT)
    assert same(canvas.viewport, first)


def test_resizing_the_window_is_no_other_view(map_window: Window, qtbot: QtBot) -> None:
    window = map_window
    steps = len(window.map.navigation.history._views)
    window.resize(1300, 800)
    window.map.navigation._keep_view()
    assert len(window.map.navigation.history._views) == steps


# ---- going to coordinates


def open_go_to(window: Window, text: str, qtbot: QtBot) -> None:
    qtbot.keyClick(window, Qt.Key.Key_G, CTRL)
    panel = window.map.navigation.go_panel
    assert panel.field.hasFocus()
    panel.field.clear()
    write(panel.field, text, qtbot)


@pytest.mark.parametrize("text", [f"X {NORTH} Y {EAST}", f"{EAST} {NORTH}", f"37{EAST},{NORTH}"])
def test_enter_goes_to_plane_coordinates_and_sets_a_pin(map_window: Window, qtbot: QtBot, text: str) -> None:
    window, canvas = map_window, map_window.map.canvas
    open_go_to(window, text, qtbot)
    panel = window.map.navigation.go_panel
    qtbot.keyClick(panel.field, Qt.Key.Key_Return)
    assert (canvas.viewport.x, canvas.viewport.y) == pytest.approx((EAST, NORTH), abs=0.005)
    assert canvas.viewport.denominator <= 1000.001
    assert window.map.navigation.pin.place == pytest.approx((EAST, NORTH), abs=0.005)
    middle = canvas.grab().toImage().pixelColor(canvas.width() // 2, canvas.height() // 2 - 22)
    danger = window.parts.theme.color("danger")
    assert abs(middle.red() - danger.red()) < 30
    assert middle.green() < 120
    qtbot.keyClick(panel.field, Qt.Key.Key_Escape)
    assert not panel.isVisible()
    assert canvas.hasFocus()
    window.parts.actions.trigger("view.clear_pin")
    assert window.map.navigation.pin.place is None


def test_shifted_degrees_are_meant_only_when_chosen(map_window: Window, qtbot: QtBot) -> None:
    window, canvas = map_window, map_window.map.canvas
    lon, lat = transformer(Crs.parse("EPSG:4546"), Crs.parse("GCJ-02"))(np.array([[EAST, NORTH]]))[0]
    open_go_to(window, f"{lon:.7f}, {lat:.7f}", qtbot)
    panel = window.map.navigation.go_panel
    qtbot.waitUntil(lambda: len(panel.readings) == 1)
    assert panel.readings[0].crs.epsg == 4326
    panel.system.setCurrentIndex(panel.system.findData("GCJ-02"))
    assert panel.readings[0].crs.code == "GCJ-02"
    qtbot.keyClick(panel.field, Qt.Key.Key_Return)
    assert (canvas.viewport.x, canvas.viewport.y) == pytest.approx((EAST, NORTH), abs=0.02)


def test_far_away_one_goes_only_when_asked_twice(map_window: Window, qtbot: QtBot) -> None:
    window, canvas = map_window, map_window.map.canvas
    before = canvas.viewport
    open_go_to(window, "113.2, 28.1", qtbot)
    panel = window.map.navigation.go_panel
    qtbot.keyClick(panel.field, Qt.Key.Key_Return)
    assert canvas.viewport == before
    assert "201 km" in panel.note.text()
    qtbot.keyClick(panel.field, Qt.Key.Key_Return)
    assert canvas.viewport.x > before.x + 100_000


def test_a_valve_at_nought_does_not_hide_the_city(window: Window, town: Path, qtbot: QtBot) -> None:
    with Register.open(town, actor="测") as register:
        city = register.bounds()
        assert city is not None
        with register.edit(Message("store.created")) as edit:
            edit.insert("valve", {"geom": shapely.Point(0, 0)})
    drop(window, town)
    qtbot.waitUntil(lambda: window.map.canvas.scene is not None, timeout=PATIENCE)
    settle(window, qtbot)
    window.map.fit()
    seen = window.map.canvas.viewport.box
    assert seen.x0 < city.x0 < city.x1 < seen.x1
    assert seen.width < city.width * 5
    assert window.map.canvas.scene is not None
    assert window.map.canvas.scene.box is not None
    assert window.map.canvas.scene.box.width == pytest.approx(city.width, abs=2)


def test_what_is_open_is_asked_and_what_is_wrong_is_said(map_window: Window, qtbot: QtBot) -> None:
    window = map_window
    panel = window.map.navigation.go_panel
    open_go_to(window, "", qtbot)
    assert "X 3016248.37" in panel.note.text()
    open_go_to(window, "12 34", qtbot)
    qtbot.waitUntil(lambda: len(panel.readings) == 2)
    assert panel.list.isVisible()
    qtbot.keyClick(panel.field, Qt.Key.Key_Down)
    assert panel.list.currentIndex().row() == 1
    open_go_to(window, "111°75'E 27°N", qtbot)
    qtbot.waitUntil(lambda: "60" in panel.note.text())
    assert not panel.readings
    open_go_to(window, "一座桥", qtbot)
    before = window.map.canvas.viewport
    qtbot.keyClick(panel.field, Qt.Key.Key_Return)
    assert "可以写" in panel.note.text()
    assert window.map.canvas.viewport == before


def test_the_palette_understands_coordinates_scales_and_far_places(map_window: Window, qtbot: QtBot) -> None:
    window, canvas = map_window, map_window.map.canvas

    def type_there(text: str) -> None:
        qtbot.keyClick(window, Qt.Key.Key_K, CTRL)
        write(window.palette_panel.field, text, qtbot)
        qtbot.waitUntil(lambda: not window.palette_panel._is_waiting, timeout=PATIENCE)

    type_there(f"X {NORTH} Y {EAST}")
    qtbot.keyClick(window.palette_panel.field, Qt.Key.Key_Return)
    assert (canvas.viewport.x, canvas.viewport.y) == pytest.approx((EAST, NORTH), abs=0.005)
    type_there("1:2500")
    qtbot.keyClick(window.palette_panel.field, Qt.Key.Key_Return)
    assert canvas.viewport.denominator == pytest.approx(2500)
    before = canvas.viewport
    type_there("113.2, 28.1")
    qtbot.keyClick(window.palette_panel.field, Qt.Key.Key_Return)
    assert canvas.viewport == before
    assert window.map.navigation.go_panel.isVisible()
    assert window.map.navigation.go_panel.field.text() == "113.2, 28.1"


# ---- the map's menu


def open_menu(canvas: MapCanvas, at: QPoint) -> QMenu:
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, canvas.mapToGlobal(at))
    QApplication.sendEvent(canvas, event)
    return next(w for w in QApplication.topLevelWidgets() if isinstance(w, QMenu) and w.isVisible())


def test_a_right_click_copies_the_place_in_every_form(map_window: Window, qtbot: QtBot) -> None:
    window, canvas = map_window, map_window.map.canvas
    at = QPoint(300, 300)
    x, y = canvas.viewport.to_world(300, 300)
    menu = open_menu(canvas, at)
    copies = menu.findChild(QMenu)
    assert copies is not None
    assert len(copies.actions()) == 8
    copies.actions()[0].trigger()
    assert QGuiApplication.clipboard().text() == f"X {y:.3f}  Y {x:.3f}"
    gcj = next(action for action in copies.actions() if action.text().startswith("GCJ-02"))
    gcj.trigger()
    copied = QGuiApplication.clipboard().text()
    assert copied.startswith("GCJ-02 111.3")
    menu.close()
    # What was copied leads back to the place.
    open_go_to(window, copied, qtbot)
    qtbot.keyClick(window.map.navigation.go_panel.field, Qt.Key.Key_Return)
    assert (canvas.viewport.x, canvas.viewport.y) == pytest.approx((x, y), abs=0.02)


def test_the_menu_centres_the_map(map_window: Window, qtbot: QtBot) -> None:
    canvas = map_window.map.canvas
    x, y = canvas.viewport.to_world(100, 200)
    menu = open_menu(canvas, QPoint(100, 200))
    menu.actions()[1].trigger()
    menu.close()
    assert (canvas.viewport.x, canvas.viewport.y) == pytest.approx((x, y))


# ---- the foot


def test_a_scale_typed_into_the_foot_is_shown(map_window: Window, qtbot: QtBot) -> None:
    window, canvas = map_window, map_window.map.canvas
    field = window.map.foot.scale
    middle = canvas.viewport.x, canvas.viewport.y
    window.parts.actions.trigger("view.scale")
    assert field.hasFocus()
    field.clear()
    qtbot.keyClicks(field, "1:500")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert canvas.viewport.denominator == pytest.approx(500)
    assert (canvas.viewport.x, canvas.viewport.y) == middle
    assert field.text() == "1 : 500"
    assert canvas.hasFocus()
    qtbot.mouseClick(field, LEFT)
    field.clear()
    qtbot.keyClicks(field, "abc")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert "不是比例尺" in window.status.message.text()
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == "1 : 500"
    assert canvas.viewport.denominator == pytest.approx(500)


def test_the_cursor_is_told_in_the_form_chosen_and_that_is_remembered(
    map_window: Window, qtbot: QtBot, settings: Settings
) -> None:
    window, canvas = map_window, map_window.map.canvas
    foot = window.map.foot
    qtbot.mouseMove(canvas, QPoint(250, 300))
    qtbot.mouseMove(canvas, QPoint(300, 300))
    assert foot.position.text().startswith("X 3\u2009016\u2009")
    foot._menu.aboutToShow.emit()
    seconds = next(action for action in foot._menu.actions() if "度分秒" in action.text())
    seconds.trigger()
    assert foot.position.text().startswith("27°15′")
    assert "度分秒" in foot.system.text()
    assert settings.preferences.coordinates == "seconds"
    foot.use_form("GCJ-02")
    x, y = canvas.viewport.to_world(300, 300)
    lon, lat = transformer(Crs.parse("EPSG:4546"), Crs.parse("GCJ-02"))(np.array([[x, y]]))[0]
    assert foot.position.text() == f"{lon:.7f}  {lat:.7f}"


# ---- the overview


def test_dragging_in_the_overview_moves_the_map_and_it_is_drawn_once(
    map_window: Window, qtbot: QtBot
) -> None:
    window, canvas = map_window, map_window.map.canvas
    overview = window.map.navigation.overview
    qtbot.waitUntil(lambda: overview._frame is not None, timeout=PATIENCE)
    frame = overview._frame
    rectangle = overview.rectangle
    assert rectangle is not None
    grip = rectangle.center().toPoint()
    before = canvas.viewport
    qtbot.mousePress(overview, LEFT, pos=grip)
    qtbot.mouseMove(overview, grip + QPoint(20, 0))
    qtbot.mouseRelease(overview, LEFT, pos=grip + QPoint(20, 0))
    whole = overview._whole
    assert whole is not None
    assert canvas.viewport.x == pytest.approx(
        before.x + 20 * whole.metres_per_pixel, abs=whole.metres_per_pixel
    )
    assert canvas.viewport.y == pytest.approx(before.y, abs=whole.metres_per_pixel)
    qtbot.mouseClick(overview, LEFT, pos=QPoint(20, 69))
    assert canvas.viewport.x == pytest.approx(whole.to_world(20, 69)[0])
    settle(window, qtbot)
    assert overview._frame is frame


def test_the_overview_can_be_switched_off_for_good(
    map_window: Window, qtbot: QtBot, settings: Settings
) -> None:
    window = map_window
    assert window.map.navigation.overview.isVisible()
    window.parts.actions.trigger("view.overview")
    assert not window.map.navigation.overview.isVisible()
    assert settings.preferences.overview is False
    window.parts.actions.trigger("view.overview")
    assert window.map.navigation.overview.isVisible()
    qtbot.mouseClick(window.map.navigation.overview, LEFT, pos=QPoint(172, 12))
    assert not window.map.navigation.overview.isVisible()
    assert not window.parts.actions.qt("view.overview").isChecked()


def test_the_overview_gives_way_where_the_map_is_small(map_window: Window, qtbot: QtBot) -> None:
    window, overview = map_window, map_window.map.navigation.overview
    window.resize(1600, 1000)
    qtbot.waitUntil(lambda: overview.isVisible() and overview.rectangle is not None, timeout=PATIENCE)
    assert overview.size() == SIZE
    framed = overview.rectangle
    window.resize(1440, 720)
    window.table.open()
    settle(window, qtbot)
    assert overview.isVisible()
    assert overview.height() < SIZE.height()
    assert overview.height() <= 0.3 * window.map.height()
    # What is framed is smaller with it.
    now = overview.rectangle
    assert framed is not None
    assert now is not None
    assert now.center().x() / overview.width() == pytest.approx(framed.center().x() / SIZE.width(), abs=0.05)
    # Where next to nothing is left it is not there, and comes back by itself.
    window.map.resize(760, 200)
    assert not overview.isVisible()
    assert window.parts.actions.qt("view.overview").isChecked()
    window.map.resize(760, 600)
    assert overview.isVisible()


def test_another_register_begins_with_the_arrow_and_without_what_was_measured(
    map_window: Window, town_master: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    window = map_window
    qtbot.keyClick(window, Qt.Key.Key_M)
    qtbot.mouseClick(window.map.canvas, LEFT, pos=QPoint(300, 400))
    window.map.navigation.pin.place = (EAST, NORTH)
    other = Path(shutil.copy(town_master, tmp_path / "other.gpkg"))
    session, before = window.parts.session, window.parts.session.register
    drop(window, other)
    qtbot.waitUntil(lambda: session.is_open and session.register is not before, timeout=PATIENCE)
    settle(window, qtbot)
    assert window.map.tool_name == "select"
    assert window.map.navigation.measuring["length"].places == ()
    assert window.map.navigation.pin.place is None
    assert not window.map.navigation.strip.isVisible()
    assert not window.parts.actions.is_possible("view.back")


# ---- bookmarks


def bookmarks(window: Window) -> tuple[Bookmark, ...]:
    return window.map.navigation.bookmarks.all


def add_bookmark(window: Window, qtbot: QtBot) -> Bookmark:
    count = len(bookmarks(window))
    qtbot.keyClick(window, Qt.Key.Key_D, CTRL)
    qtbot.waitUntil(lambda: len(bookmarks(window)) == count + 1, timeout=PATIENCE)
    return bookmarks(window)[-1]


def test_a_bookmark_is_kept_with_the_register_and_can_be_undone(map_window: Window, qtbot: QtBot) -> None:
    window, canvas = map_window, map_window.map.canvas
    there = canvas.viewport
    bookmark = add_bookmark(window, qtbot)
    assert bookmark.name == "位置 1:2000"
    assert (bookmark.x, bookmark.y) == pytest.approx((there.x, there.y), abs=0.001)
    go(window, 538_900.0, 3_016_100.0, 500)
    window.map.navigation.go_to_bookmark(bookmark)
    assert (canvas.viewport.x, canvas.viewport.y) == pytest.approx((there.x, there.y), abs=0.001)
    assert canvas.viewport.metres_per_pixel == pytest.approx(there.metres_per_pixel, rel=1e-4)
    register = window.parts.session.register
    assert register is not None
    assert register.count("bookmark") == 1
    settle(window, qtbot)
    qtbot.keyClick(window, Qt.Key.Key_Z, CTRL)
    qtbot.waitUntil(lambda: not bookmarks(window), timeout=PATIENCE)
    qtbot.waitUntil(lambda: window.parts.session.redo_label is not None, timeout=PATIENCE)
    qtbot.keyClick(window, Qt.Key.Key_Z, CTRL | SHIFT)
    qtbot.waitUntil(lambda: len(bookmarks(window)) == 1, timeout=PATIENCE)


def test_bookmarks_are_renamed_moved_replaced_and_deleted_in_their_list(
    map_window: Window, qtbot: QtBot
) -> None:
    window, navigation = map_window, map_window.map.navigation
    add_bookmark(window, qtbot)
    add_bookmark(window, qtbot)
    assert [each.name for each in bookmarks(window)] == ["位置 1:2000", "位置 1:2000 2"]
    qtbot.keyClick(window, Qt.Key.Key_B, CTRL)
    panel = navigation.bookmark_list
    assert panel.isVisible()
    panel.list.setCurrentRow(1)
    qtbot.mouseClick(panel.rename, LEFT)
    editor = panel.list.findChild(QLineEdit)
    assert editor is not None
    editor.selectAll()
    write(editor, "水厂", qtbot)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bookmarks(window)[1].name == "水厂", timeout=PATIENCE)
    panel.list.setCurrentRow(1)
    qtbot.mouseClick(panel.up, LEFT)
    qtbot.waitUntil(lambda: bookmarks(window)[0].name == "水厂", timeout=PATIENCE)
    assert panel.current is not None
    assert panel.current.name == "水厂"
    there = go(window, 538_900.0, 3_016_100.0, 500)
    qtbot.mouseClick(panel.replace, LEFT)
    qtbot.waitUntil(lambda: abs(bookmarks(window)[0].x - there.x) < 0.01, timeout=PATIENCE)
    qtbot.keyClick(panel.list, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: [b.name for b in bookmarks(window)] == ["位置 1:2000"], timeout=PATIENCE)
    go(window, 538_100.0, 3_016_100.0, 500)
    panel.list.setCurrentRow(0)
    qtbot.keyClick(panel.list, Qt.Key.Key_Return)
    assert not panel.isVisible()
    assert window.map.canvas.viewport.x == pytest.approx(538_300.0, abs=0.01)
    settle(window, qtbot)


def test_bookmarks_are_found_in_the_palette_by_pinyin(map_window: Window, qtbot: QtBot) -> None:
    window = map_window
    bookmark = add_bookmark(window, qtbot)
    window.map.navigation.bookmarks.rename(bookmark, "城西水厂")
    qtbot.waitUntil(lambda: bookmarks(window)[0].name == "城西水厂", timeout=PATIENCE)
    go(window, 538_900.0, 3_016_100.0, 500)
    for typed in ("cxsc", "chengxi", "水厂"):
        assert "城西水厂" in [entry.title for entry in _palette(window, typed, qtbot)]
    row = [entry.title for entry in window.palette_panel.model.entries].index("城西水厂")
    window.palette_panel._choose(row)
    assert window.map.canvas.viewport.x == pytest.approx(538_300.0, abs=0.01)


def _palette(window: Window, typed: str, qtbot: QtBot) -> list[Entry]:
    if not window.palette_panel.isVisible():
        qtbot.keyClick(window, Qt.Key.Key_K, CTRL)
    window.palette_panel.field.clear()
    write(window.palette_panel.field, typed, qtbot)
    qtbot.waitUntil(lambda: not window.palette_panel._is_waiting, timeout=PATIENCE)
    return window.palette_panel.model.entries


def test_another_window_sees_a_new_bookmark(
    map_window: Window, application: Application, town: Path, qtbot: QtBot
) -> None:
    other = application.new_window()
    qtbot.waitExposed(other)
    drop(other, town)
    qtbot.waitUntil(lambda: other.parts.session.is_open, timeout=PATIENCE)
    settle(other, qtbot)
    add_bookmark(map_window, qtbot)
    qtbot.waitUntil(lambda: len(bookmarks(other)) == 1, timeout=PATIENCE)
    settle(other, qtbot)
    settle(map_window, qtbot)


# ---- everything says its words


def test_everything_reads_in_both_languages(map_window: Window, qtbot: QtBot) -> None:
    window = map_window
    for code in ("en", "zh"):
        window.parts.language.use(code)
        open_go_to(window, "111.3, 27.2", qtbot)
        qtbot.keyClick(window, Qt.Key.Key_M)
        qtbot.mouseClick(window.map.canvas, LEFT, pos=QPoint(300, 400))
        texts = visible_texts(window.map)
        assert not [
            text for text in texts if "navigate." in text or "measure." in text or "coordinates." in text
        ]
        window.map.navigation.go_panel.leave()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def test_keys_of_the_map_go_on_working_after_a_box_was_left(map_window: Window, qtbot: QtBot) -> None:
    window, canvas = map_window, map_window.map.canvas
    open_go_to(window, f"X {NORTH} Y {EAST}", qtbot)
    qtbot.keyClick(window.map.navigation.go_panel.field, Qt.Key.Key_Escape)
    before = canvas.viewport
    qtbot.keyClick(canvas, Qt.Key.Key_Right)
    assert canvas.viewport.x > before.x


def test_what_floats_stays_in_the_map_of_a_small_window(map_window: Window, qtbot: QtBot) -> None:
    window = map_window
    window.parts.language.use("en")
    window.resize(1280, 720)
    # One of the two is a move, wherever the cursor was.
    qtbot.mouseMove(window.map.canvas, QPoint(250, 300))
    qtbot.mouseMove(window.map.canvas, QPoint(300, 300))
    open_go_to(window, "111.3, 27.2", qtbot)
    navigation, view = window.map.navigation, window.map
    for part in (view.foot, navigation.overview, navigation.go_panel, view.zoom_strip):
        assert view.rect().contains(part.geometry()), part
    assert not view.foot.geometry().intersects(navigation.overview.geometry())
    assert not view.zoom_strip.geometry().intersects(navigation.go_panel.geometry())
    assert view.foot.system.text().endswith("…")


@pytest.mark.parametrize("crs", ["EPSG:4546", "local"])
def test_an_empty_register_can_be_found_ones_way_in(
    window: Window, tmp_path: Path, qtbot: QtBot, crs: str
) -> None:
    path = tmp_path / "empty.gpkg"
    Register.create(path, Crs.parse(crs), actor="林工", name="空台账").close()
    drop(window, path)
    qtbot.waitUntil(lambda: window.parts.session.is_open, timeout=PATIENCE)
    settle(window, qtbot)
    open_go_to(window, f"X {NORTH} Y {EAST}", qtbot)
    qtbot.keyClick(window.map.navigation.go_panel.field, Qt.Key.Key_Return)
    canvas = window.map.canvas
    assert (canvas.viewport.x, canvas.viewport.y) == pytest.approx((EAST, NORTH), abs=0.005)
    window.map.navigation.go_panel.leave()
    window.map.navigation.go_to_scale(1000)
    add_bookmark(window, qtbot)
    qtbot.keyClick(window, Qt.Key.Key_M)
    for at in (QPoint(200, 400), QPoint(300, 400)):
        qtbot.mouseClick(canvas, LEFT, pos=at)
    strip = window.map.navigation.strip
    assert ("只有平面量" in strip.hint.text()) == (crs == "local")
    window.parts.actions.trigger("tool.select")
    open_menu(canvas, QPoint(300, 300)).close()
    window.map.foot._menu.aboutToShow.emit()
    assert len(window.map.foot._menu.actions()) == (2 if crs == "local" else 8)
    window.map.foot.use_form("GCJ-02")
    qtbot.mouseMove(canvas, QPoint(250, 310))
    qtbot.mouseMove(canvas, QPoint(310, 310))
    assert window.map.foot.position.text().startswith("X" if crs == "local" else "111.")
    window.map.navigation.overview.grab()
    settle(window, qtbot)
