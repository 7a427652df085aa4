"""Basemaps in the window: added by drop and dialog, kept with the register, and never in the way of the map."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from gisapp.dialogs.basemap_dialogs import ChangeDialog, ServiceDialog
from gisapp.map.basemap import service as basemap_service
from gisapp.panels.basemap.feed import BasemapFeed
from gisapp.window import Window
from layers.basemap.entry import BasemapEntry
from layers.basemap.keys import ServiceKeys
from layers.model.query import Query
from layers.register import Register
from tests.gisapp.driving import PATIENCE, drop, settle
from tests.gisapp.map.tile_server import Answer, TileServer
from tests.layers.basemap.makers import GROUND, dotted, png, write_geotiff, write_mbtiles

pytestmark = pytest.mark.keeps_running

PICTURE = png(dotted(256, 256, np.empty((0, 2))))
PLACE = (2.0, 0.0, 537000.0, 0.0, -2.0, 3017000.0)


def good(path: str) -> Answer:
    return 200, "image/png", PICTURE


@pytest.fixture
def server() -> Iterator[TileServer]:
    server = TileServer(good)
    yield server
    server.close()


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(basemap_service, "TIMEOUT", 400)


def feed(window: Window) -> BasemapFeed:
    return window.basemaps.feed


def rest(window: Window, qtbot: QtBot) -> None:
    """Until nothing about basemaps is under way."""
    settle(window, qtbot)
    qtbot.waitUntil(lambda: not feed(window).basemaps.is_busy, timeout=PATIENCE)
    settle(window, qtbot)


def shown_colour(window: Window) -> QColor:
    """The colour of the map where nothing but ground is: off the middle, above the road."""
    image = window.map.canvas.grab().toImage()
    return image.pixelColor(round(image.width() * 0.5), round(image.height() * 0.3))


def is_ground(window: Window) -> bool:
    colour = shown_colour(window)
    return (
        max(abs(colour.red() - GROUND[0]), abs(colour.green() - GROUND[1]), abs(colour.blue() - GROUND[2]))
        < 6
    )


def stored(window: Window) -> list[BasemapEntry]:
    register = window.parts.session.register
    assert register is not None
    return [BasemapEntry.of(asset) for asset in register.find(Query("basemap"))]


def image_beside(town: Path) -> Path:
    picture = np.empty((1500, 1500, 3), dtype=np.uint8)
    picture[:] = GROUND
    return write_geotiff(town.parent / "航片.tif", picture, PLACE, "EPSG:4546", tiled=True)


def error_id(window: Window) -> str | None:
    errors = [feed(window).error_of(entry) for entry in feed(window).entries]
    return next((error.title.id for error in errors if error is not None), None)


def add_service(window: Window, qtbot: QtBot, address: str, **options: object) -> None:
    feed(window).add([BasemapEntry("服务", "xyz", address, min_zoom=0, max_zoom=19, **options)])  # type: ignore[arg-type]
    settle(window, qtbot)


def test_an_image_dropped_lies_beneath_the_map_and_stays_with_the_register(
    open_town: Window, town: Path, qtbot: QtBot
) -> None:
    assert not is_ground(open_town)
    drop(open_town, image_beside(town))
    rest(open_town, qtbot)
    assert is_ground(open_town)
    (entry,) = stored(open_town)
    assert (entry.kind, entry.address) == ("geotiff", "航片.tif")
    open_town.parts.actions.trigger("edit.undo")
    rest(open_town, qtbot)
    assert stored(open_town) == []
    assert not is_ground(open_town)


def test_it_is_there_again_at_the_next_opening(open_town: Window, town: Path, qtbot: QtBot) -> None:
    drop(open_town, image_beside(town))
    rest(open_town, qtbot)
    open_town.parts.session.close()
    settle(open_town, qtbot)
    assert open_town.map.canvas.grounds.backdrop is None
    drop(open_town, town)
    qtbot.waitUntil(lambda: bool(feed(open_town).basemaps.layers), timeout=PATIENCE)
    rest(open_town, qtbot)
    assert is_ground(open_town)


def test_a_lost_file_is_told_and_located_and_the_map_goes_on(
    open_town: Window, town: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = image_beside(town)
    drop(open_town, path)
    rest(open_town, qtbot)
    open_town.parts.session.close()
    settle(open_town, qtbot)
    moved = town.parent / "elsewhere"
    moved.mkdir()
    path.rename(moved / "new.tif")
    drop(open_town, town)
    qtbot.waitUntil(lambda: bool(feed(open_town).problems), timeout=PATIENCE)
    rest(open_town, qtbot)
    assert error_id(open_town) == "basemap.missing_file"
    assert open_town.parts.notifier.notices[-1].title.id == "basemap.missing_file"
    assert open_town.map.canvas.scene is not None
    assert open_town.basemaps.note.chip.isVisible()
    open_town.basemaps.open_rows()
    (row,) = open_town.basemaps.rows.rows
    assert row.mend.isVisible()
    monkeypatch.setattr(
        "gisapp.commands.basemaps.QFileDialog.getOpenFileName", lambda *_: (str(moved / "new.tif"), "")
    )
    qtbot.mouseClick(row.mend, Qt.MouseButton.LeftButton)
    rest(open_town, qtbot)
    assert stored(open_town)[0].address == "elsewhere/new.tif"
    qtbot.waitUntil(lambda: is_ground(open_town), timeout=PATIENCE)


def test_show_opacity_order_and_removal_are_saved(open_town: Window, town: Path, qtbot: QtBot) -> None:
    # Of another country, so that it hides nothing.
    tiles = write_mbtiles(town.parent / "瓦片.mbtiles", [(3, 0, 0, PICTURE)])
    drop(open_town, image_beside(town), tiles)
    rest(open_town, qtbot)
    window = open_town
    window.basemaps.open_rows()
    assert [row.entry.name for row in window.basemaps.rows.rows] == ["瓦片", "航片"]
    window.basemaps.rows.rows[1].opacity.setValue(40)
    rest(window, qtbot)
    assert {e.name: e.opacity for e in stored(window)} == {"航片": 40, "瓦片": 100}
    assert not is_ground(window)
    qtbot.mouseClick(window.basemaps.rows.rows[1].shown, Qt.MouseButton.LeftButton)
    rest(window, qtbot)
    assert {e.name: e.shown for e in stored(window)} == {"航片": False, "瓦片": True}
    feed(window).move(feed(window).entries[0], 1)
    rest(window, qtbot)
    assert [e.name for e in feed(window).entries] == ["瓦片", "航片"]
    for entry in tuple(feed(window).entries):
        feed(window).remove(entry)
        rest(window, qtbot)
    assert stored(window) == []
    assert window.map.canvas.grounds.backdrop is None
    window.basemaps.rows.hide()


def test_all_are_hidden_by_one_key_in_this_window_only(open_town: Window, town: Path, qtbot: QtBot) -> None:
    drop(open_town, image_beside(town))
    rest(open_town, qtbot)
    open_town.parts.actions.trigger("view.hide_basemaps")
    assert not is_ground(open_town)
    assert stored(open_town)[0].shown
    open_town.parts.actions.trigger("view.hide_basemaps")
    rest(open_town, qtbot)
    assert is_ground(open_town)


def test_what_cannot_be_a_basemap_is_told_and_not_kept(open_town: Window, town: Path, qtbot: QtBot) -> None:
    broken = town.parent / "broken.tif"
    broken.write_text("no image")
    drop(open_town, broken)
    rest(open_town, qtbot)
    assert stored(open_town) == []
    assert open_town.parts.notifier.notices[-1].title.id == "basemap.not_image"


def test_without_a_register_one_is_asked_for(window: Window, tmp_path: Path, qtbot: QtBot) -> None:
    drop(window, write_mbtiles(tmp_path / "a.mbtiles", [(3, 6, 3, PICTURE)]))
    assert window.parts.notifier.notices[-1].title.id == "basemap.no_register"


def test_a_service_is_shown_kept_on_the_disk_and_there_without_it(
    open_town: Window, server: TileServer, qtbot: QtBot
) -> None:
    add_service(open_town, qtbot, server.template, attribution="© 测试地图", gcj02=True)
    qtbot.waitUntil(lambda: is_ground(open_town), timeout=PATIENCE)
    rest(open_town, qtbot)
    words = open_town.basemaps.note.words.text()
    assert "© 测试地图" in words
    assert "已作 GCJ-02 纠偏" in words
    asked = len(server.paths)
    assert asked == len(set(server.paths)) > 0
    # Another session, the service dead: the disk still has it.
    server.answer = lambda path: (503, "text/plain", b"")
    feed(open_town).basemaps.stop()
    feed(open_town)._read()
    qtbot.waitUntil(lambda: is_ground(open_town), timeout=PATIENCE)
    rest(open_town, qtbot)
    assert len(server.paths) == asked


def test_what_a_service_answers_wrong_is_a_chip_on_the_map(
    open_town: Window, server: TileServer, qtbot: QtBot
) -> None:
    server.answer = lambda path: (403, "application/json", b'{"msg":"bad key"}')
    add_service(open_town, qtbot, server.template)
    qtbot.waitUntil(lambda: error_id(open_town) == "basemap.service_refused", timeout=PATIENCE)
    assert open_town.basemaps.note.chip.isVisible()
    assert "密钥" in open_town.basemaps.note.chip.toolTip()
    assert all(notice.severity != "error" for notice in open_town.parts.notifier.notices)


def test_a_service_that_comes_back_is_shown_by_retry(
    open_town: Window, server: TileServer, qtbot: QtBot
) -> None:
    server.answer = lambda path: (503, "text/plain", b"")
    add_service(open_town, qtbot, server.template)
    qtbot.waitUntil(lambda: error_id(open_town) == "basemap.service_failed", timeout=PATIENCE)
    server.answer = good
    qtbot.mouseClick(open_town.basemaps.note.retry, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: is_ground(open_town), timeout=PATIENCE)
    rest(open_town, qtbot)
    assert error_id(open_town) is None
    assert not open_town.basemaps.note.chip.isVisible()


def _panned(window: Window, qtbot: QtBot, steps: int = 30) -> list[float]:
    """Pan step by step; seconds that each step held up the window, painting included."""
    canvas = window.map.canvas
    spent = []
    for number in range(steps):
        begun = time.perf_counter()
        canvas.go(canvas.viewport.panned(9.0 if number % 10 else -60.0, 5.0))
        canvas.repaint()
        spent.append(time.perf_counter() - begun)
        qtbot.wait(5)
    return spent


@pytest.mark.parametrize("way", ["slow", "dead"])
def test_a_slow_or_dead_service_never_holds_up_the_map(
    open_town: Window, server: TileServer, qtbot: QtBot, way: str
) -> None:
    open_town.map.canvas.fly_to(538600, 3016000, 0.5)
    settle(open_town, qtbot)
    without = sorted(_panned(open_town, qtbot))
    if way == "slow":
        server.delay = 30.0
        expected = "basemap.service_slow"
    else:
        server.close()
        expected = "basemap.service_away"
    add_service(open_town, qtbot, server.template)
    qtbot.waitUntil(lambda: bool(feed(open_town).basemaps.layers), timeout=PATIENCE)
    spent = sorted(_panned(open_town, qtbot))
    # Medians of the same work: the service is asked meanwhile.
    assert spent[len(spent) // 2] <= max(3 * without[len(without) // 2], 0.01)
    qtbot.waitUntil(lambda: error_id(open_town) == expected, timeout=PATIENCE)
    assert open_town.basemaps.note.chip.isVisible()
    assert open_town.parts.notifier.notices[-1].severity != "error"


def test_closing_while_tiles_are_on_their_way(open_town: Window, server: TileServer, qtbot: QtBot) -> None:
    server.delay = 5.0
    add_service(open_town, qtbot, server.template)
    qtbot.waitUntil(lambda: bool(server.paths), timeout=PATIENCE)
    begun = time.perf_counter()
    open_town.parts.session.close()
    settle(open_town, qtbot)
    assert time.perf_counter() - begun < 3.0
    assert open_town.map.canvas.grounds.backdrop is None


def test_a_key_pasted_within_an_address_never_reaches_the_register(
    open_town: Window, server: TileServer, qtbot: QtBot
) -> None:
    open_town.parts.actions.trigger("view.basemap_service")
    dialog = open_town.findChild(ServiceDialog)
    assert dialog is not None
    dialog.which.setCurrentIndex(dialog.which.count() - 2)
    _type(dialog.address, f"{server.template}?tk=0123456789abcdef", qtbot)
    dialog.accept()
    qtbot.waitUntil(lambda: is_ground(open_town), timeout=PATIENCE)
    rest(open_town, qtbot)
    assert all("tk=0123456789abcdef" in path for path in server.paths)
    (entry,) = stored(open_town)
    assert entry.address.endswith("?tk={key}")
    register = open_town.parts.session.register
    assert isinstance(register, Register)
    assert b"0123456789abcdef" not in Path(str(register.target)).read_bytes()
    host = server.address.removeprefix("http://")
    assert ServiceKeys(open_town.parts.settings.folder).get(host) == "0123456789abcdef"


def test_a_key_given_before_need_not_be_given_again(open_town: Window, qtbot: QtBot) -> None:
    ServiceKeys(open_town.parts.settings.folder).keep("tianditu.gov.cn", "my-own-key")
    open_town.parts.actions.trigger("view.basemap_service")
    dialog = open_town.findChild(ServiceDialog)
    assert dialog is not None
    assert dialog.key.isVisible()
    qtbot.waitUntil(lambda: "已保存" in dialog.key.placeholderText(), timeout=PATIENCE)
    dialog.reject()


def test_a_missing_key_is_asked_for(open_town: Window, server: TileServer, qtbot: QtBot) -> None:
    add_service(open_town, qtbot, server.template + "?tk={key}")
    qtbot.waitUntil(lambda: error_id(open_town) == "basemap.no_key", timeout=PATIENCE)
    assert server.paths == []
    (entry,) = feed(open_town).entries
    open_town.basemaps.rows.change_asked.emit(entry)
    dialog = open_town.findChild(ChangeDialog)
    assert dialog is not None
    _type(dialog.key, "secret", qtbot)
    dialog.accept()
    qtbot.waitUntil(lambda: is_ground(open_town), timeout=PATIENCE)
    rest(open_town, qtbot)


def test_a_wmts_service_is_asked_for_its_layers(open_town: Window, server: TileServer, qtbot: QtBot) -> None:
    text = (Path(__file__).parent / "map" / "wmts.xml").read_text(encoding="utf-8")
    document = text.replace("SERVER", server.address).encode()

    def answer(path: str) -> Answer:
        return (200, "text/xml", document) if "GetCapabilities" in path else good(path)

    server.answer = answer
    open_town.parts.actions.trigger("view.basemap_service")
    dialog = open_town.findChild(ServiceDialog)
    assert dialog is not None
    dialog.which.setCurrentIndex(dialog.which.count() - 1)
    _type(dialog.address, f"{server.address}/wmts", qtbot)
    qtbot.mouseClick(dialog.ask, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.layer.count() > 0, timeout=PATIENCE)
    assert [dialog.layer.itemText(n) for n in range(dialog.layer.count())] == ["影像"]
    dialog.accept()
    qtbot.waitUntil(lambda: is_ground(open_town), timeout=PATIENCE)
    rest(open_town, qtbot)
    (entry,) = stored(open_town)
    assert (entry.kind, entry.layer, entry.matrix_set) == ("wmts", "img", "c")
    assert any("TILEMATRIXSET=c" in path for path in server.paths)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ((200, "text/html", b"<html>login</html>"), "不是 WMTS 服务说明"),
        ((403, "text/plain", b"no"), "拒绝了请求"),
    ],
)
def test_what_is_no_wmts_service_is_told_in_the_dialog(
    open_town: Window, server: TileServer, qtbot: QtBot, answer: Answer, expected: str
) -> None:
    server.answer = lambda path: answer
    open_town.parts.actions.trigger("view.basemap_service")
    dialog = open_town.findChild(ServiceDialog)
    assert dialog is not None
    dialog.which.setCurrentIndex(dialog.which.count() - 1)
    _type(dialog.address, f"{server.address}/wmts", qtbot)
    qtbot.mouseClick(dialog.ask, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: expected in dialog.wrong.text(), timeout=PATIENCE)
    dialog.accept()
    assert dialog.isVisible()
    dialog.reject()


def _type(field: QLineEdit, text: str, qtbot: QtBot) -> None:
    field.clear()
    qtbot.keyClicks(field, text)
    field.editingFinished.emit()


def test_a_dead_service_alone_leaves_the_map_as_it_is(
    open_town: Window, server: TileServer, qtbot: QtBot
) -> None:
    settle(open_town, qtbot)
    server.answer = lambda path: (503, "text/plain", b"")
    add_service(open_town, qtbot, server.template)
    qtbot.waitUntil(lambda: error_id(open_town) is not None, timeout=PATIENCE)
    # Its own ground is not veiled for pictures that do not come.
    qtbot.waitUntil(lambda: open_town.map.canvas.grounds.backdrop is None, timeout=PATIENCE)
    assert open_town.basemaps.note.chip.isVisible()
    server.answer = good
    feed(open_town).retry()
    qtbot.waitUntil(lambda: is_ground(open_town), timeout=PATIENCE)
    rest(open_town, qtbot)


def test_the_note_never_covers_the_scale_bar(open_town: Window, server: TileServer, qtbot: QtBot) -> None:
    add_service(
        open_town, qtbot, server.template, attribution="© 某省自然资源厅地理信息公共服务平台", gcj02=True
    )
    rest(open_town, qtbot)
    note, foot = open_town.basemaps.note, open_town.map.foot
    for width in (1100, 1440, 1920):
        open_town.resize(width, 800)
        qtbot.waitUntil(lambda wanted=width: open_town.width() == wanted, timeout=PATIENCE)
        qtbot.wait(30)
        assert note.isVisible()
        assert not note.geometry().intersects(foot.geometry())
        assert open_town.map.rect().contains(note.geometry())
