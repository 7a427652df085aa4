"""Tiles of a service: each answer means something, failures are left alone, the disk helps, the picture grows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtGui import QImage, QPainter
from PySide6.QtNetwork import QNetworkAccessManager
from pytestqt.qtbot import QtBot

from gisapp.map.basemap import basemaps as basemaps_module
from gisapp.map.basemap import replies as basemap_replies
from gisapp.map.basemap import service as basemap_service
from gisapp.map.basemap.basemaps import Basemaps
from gisapp.map.basemap.pictures import LARGEST, PictureStore, decode
from gisapp.map.basemap.service import ServiceSupplier
from gisapp.map.basemap.supplier import FileSupplier
from gisapp.map.viewport import Viewport
from gisapp.tasks import Tasks
from layers.basemap.entry import BasemapEntry
from layers.basemap.grid import TileKey
from layers.basemap.opening import OpenBasemap, Place, open_basemap
from layers.basemap.tile_cache import TileCache
from layers.feedback import Feedback
from layers.geometry.crs import Crs
from layers.store.worker import Worker
from tests.gisapp.map.tile_server import Answer, TileServer
from tests.layers.basemap.makers import GROUND, dotted, png, write_mbtiles

PICTURE = png(dotted(256, 256, np.empty((0, 2))))
PATIENCE = 10_000
KEYS = [TileKey(9, column, row) for column in range(410, 418) for row in range(212, 216)]


class Bench(QObject):
    """A service, and what is needed to ask it."""

    def __init__(self, server: TileServer, folder: Path) -> None:
        super().__init__()
        self.server = server
        self.tasks = Tasks(self)
        self.manager = QNetworkAccessManager(self)
        self.cache = TileCache(folder / "tiles.sqlite")
        self.store = PictureStore()

    def opened(self, address: str) -> OpenBasemap:
        entry = BasemapEntry("服务", "xyz", address, min_zoom=0, max_zoom=19)
        place = Place(Crs.parse("EPSG:4546"), "register.gpkg")
        with Worker() as worker:
            return open_basemap(entry, place, worker, Feedback())

    def supplier(self, store: PictureStore | None = None, secret: str = "") -> ServiceSupplier:
        opened = self.opened(self.server.template)
        return ServiceSupplier(
            self.tasks, self.manager, opened, self.store if store is None else store, self.cache, secret, self
        )


@pytest.fixture
def bench(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setattr(basemap_service, "TIMEOUT", 300)
    server = TileServer(lambda path: (200, "image/png", PICTURE))
    bench = Bench(server, tmp_path)
    yield bench
    for supplier in bench.findChildren(ServiceSupplier):
        supplier.stop()
    bench.tasks.close()
    bench.cache.close()
    server.close()
    bench.deleteLater()


def wait(qtbot: QtBot, condition: Callable[[], bool]) -> None:
    qtbot.waitUntil(condition, timeout=PATIENCE)


def test_tiles_come_once_and_from_the_disk_the_next_time(bench: Bench, qtbot: QtBot) -> None:
    first = bench.supplier()
    first.want(KEYS)
    wait(qtbot, lambda: not first.is_busy)
    assert all((first._origin, key) in bench.store for key in KEYS)
    assert sorted(bench.server.paths) == sorted(set(bench.server.paths))
    assert len(bench.server.paths) == len(KEYS)
    again = PictureStore()
    second = bench.supplier(again)
    second.want(KEYS)
    wait(qtbot, lambda: not second.is_busy)
    assert all((second._origin, key) in again for key in KEYS)
    assert len(bench.server.paths) == len(KEYS)


WRONG: list[tuple[Answer, str]] = [
    ((401, "text/plain", b"who are you"), "basemap.service_refused"),
    ((403, "application/json", b'{"msg":"bad key"}'), "basemap.service_refused"),
    ((418, "text/html", b"<html>"), "basemap.service_refused"),
    ((404, "text/plain", b"nothing"), "basemap.service_absent"),
    ((429, "text/plain", b"slow down"), "basemap.service_busy"),
    ((500, "text/plain", b"oops"), "basemap.service_failed"),
    ((200, "text/html", b"<!DOCTYPE html><html><body>log in</body></html>"), "basemap.service_no_picture"),
    ((200, "text/xml", b"<?xml version='1.0'?><ExceptionReport/>"), "basemap.service_no_picture"),
    ((200, "application/json", b'{"code": 1}'), "basemap.service_no_picture"),
    ((200, "image/png", b"\x89PNG\r\n\x1a\n garbage"), "basemap.service_no_picture"),
    ((200, "image/png", b""), "basemap.service_empty"),
    ((200, "application/x-protobuf", b"\x1a\x20" + bytes(30)), "basemap.service_vector"),
]


@pytest.mark.parametrize(("answer", "expected"), WRONG)
def test_each_wrong_answer_has_its_sentence_and_is_left_alone(
    bench: Bench, qtbot: QtBot, answer: Answer, expected: str
) -> None:
    bench.server.answer = lambda path: answer
    supplier = bench.supplier()
    supplier.want(KEYS)
    wait(qtbot, lambda: supplier.error is not None)
    assert supplier.error is not None
    assert supplier.error.title.id == expected
    assert supplier.error.hint is not None
    wait(qtbot, lambda: not supplier.is_busy)
    qtbot.wait(150)  # what was sent before may arrive a little later
    asked = len(bench.server.paths)
    qtbot.wait(150)
    assert len(bench.server.paths) == asked <= len(KEYS)


def test_too_slow_and_away(bench: Bench, qtbot: QtBot) -> None:
    bench.server.delay = 20.0
    slow = bench.supplier()
    slow.want(KEYS)
    wait(qtbot, lambda: slow.error is not None)
    assert slow.error is not None
    assert slow.error.title.id == "basemap.service_slow"
    bench.server.close()
    away = bench.supplier()
    away.want(KEYS)
    wait(qtbot, lambda: away.error is not None)
    assert away.error is not None
    assert away.error.title.id == "basemap.service_away"


def test_an_answer_without_end_is_broken_off(
    bench: Bench, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(basemap_service, "TIMEOUT", 8000)
    monkeypatch.setattr(basemap_replies, "_LARGEST", 100_000)
    body = PICTURE + bytes(30_000_000)
    bench.server.answer = lambda path: (200, "image/png", body)
    supplier = bench.supplier()
    supplier.want(KEYS)
    wait(qtbot, lambda: supplier.error is not None)
    assert supplier.error is not None
    assert supplier.error.title.id == "basemap.service_slow"
    assert not any((supplier._origin, key) in bench.store for key in KEYS)


def test_a_picture_that_would_fill_the_memory_is_none() -> None:
    side = LARGEST + 8
    assert decode(png(np.zeros((8, side, 3), dtype=np.uint8))) is None
    assert decode(png(np.zeros((8, LARGEST, 3), dtype=np.uint8))) is not None


def test_no_network_is_told(bench: Bench, qtbot: QtBot) -> None:
    opened = bench.opened("http://maps.invalid/{z}/{x}/{y}.png")
    supplier = ServiceSupplier(bench.tasks, bench.manager, opened, bench.store, bench.cache, "", bench)
    supplier.want(KEYS)
    wait(qtbot, lambda: supplier.error is not None)
    assert supplier.error is not None
    assert supplier.error.title.id in ("basemap.no_network", "basemap.service_slow")


def test_it_comes_back_by_itself(bench: Bench, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(basemap_service, "_PAUSE", 0.1)
    bench.server.answer = lambda path: (503, "text/plain", b"")
    supplier = bench.supplier()
    supplier.want(KEYS)
    wait(qtbot, lambda: supplier.error is not None)
    bench.server.answer = lambda path: (200, "image/png", PICTURE)
    wait(qtbot, lambda: supplier.error is None and not supplier.is_busy)
    assert all(bench.store.get((supplier._origin, key)) is not None for key in KEYS)


def test_holes_in_a_service_are_no_error(bench: Bench, qtbot: QtBot) -> None:
    bench.server.answer = lambda path: (
        (404, "text/plain", b"") if path.endswith("/212.png") else (200, "image/png", PICTURE)
    )
    supplier = bench.supplier()
    supplier.want(KEYS)
    wait(qtbot, lambda: not supplier.is_busy)
    assert supplier.error is None
    assert bench.store.get((supplier._origin, KEYS[0])) is None
    assert (supplier._origin, KEYS[0]) in bench.store


def test_a_newer_view_drops_what_has_not_begun(bench: Bench, qtbot: QtBot) -> None:
    bench.server.delay = 0.1
    supplier = bench.supplier()
    supplier.want([TileKey(12, 3000 + n, 1700) for n in range(100)])
    qtbot.wait(50)
    supplier.want(KEYS[:4])
    wait(qtbot, lambda: not supplier.is_busy)
    assert len(bench.server.paths) < 40
    assert all((supplier._origin, key) in bench.store for key in KEYS[:4])


def test_a_frame_grows_and_is_painted_in_short_slices(bench: Bench, qtbot: QtBot) -> None:
    opened = bench.opened(bench.server.template)
    basemaps = Basemaps(
        lambda shown, store: ServiceSupplier(
            bench.tasks, bench.manager, shown, store, bench.cache, "", bench
        ),
        bench,
    )
    basemaps.show([opened])
    viewport = Viewport(546000, 3014000, 1.0, 800, 600)
    target = QImage(800, 600, QImage.Format.Format_RGB32)

    def paint(view: Viewport) -> None:
        painter = QPainter(target)
        basemaps.paint(painter, view)
        painter.end()

    paint(viewport)
    wait(qtbot, lambda: not basemaps.is_busy)
    target.fill(0)
    paint(viewport)
    colours = {target.pixelColor(x, y).getRgb()[:3] for x in range(0, 800, 37) for y in range(0, 600, 29)}
    assert colours == {GROUND}
    assert [layer.state for layer in basemaps.layers] == ["shown"]
    # A small pan needs nothing new; a far one asks again.
    asked = len(bench.server.paths)
    paint(viewport.panned(20, 20))
    qtbot.wait(120)
    assert len(bench.server.paths) == asked
    paint(viewport.panned(3000, 0))
    wait(qtbot, lambda: len(bench.server.paths) > asked and not basemaps.is_busy)
    basemaps.stop()


def test_a_damaged_tile_is_told_and_the_others_are_shown(bench: Bench, qtbot: QtBot, tmp_path: Path) -> None:
    garbage = b"\x89PNG\r\n\x1a\n garbage"
    tiles = [(9, column, 213, garbage if column == 413 else PICTURE) for column in range(410, 418)]
    entry = BasemapEntry("瓦片", "mbtiles", str(write_mbtiles(tmp_path / "a.mbtiles", tiles)))
    with Worker() as worker:
        opened = open_basemap(entry, Place(Crs.parse("EPSG:4546"), "r.gpkg"), worker, Feedback())
    supplier = FileSupplier(bench.tasks, opened, bench.store, bench)
    supplier.want([TileKey(0, column, 213) for column in range(409, 418)])
    wait(qtbot, lambda: not supplier.is_busy)
    assert supplier.error is not None
    assert supplier.error.title.id == "basemap.damaged_tiles"
    assert supplier.error.title.parameters["count"] == 1
    shown = [c for c in range(409, 418) if bench.store.get((entry.origin, TileKey(0, c, 213))) is not None]
    assert shown == [410, 411, 412, 414, 415, 416, 417]
    supplier.stop()
    opened.close()


def test_it_may_go_in_mid_drawing(bench: Bench, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(basemaps_module, "SLICE_SECONDS", 0.0)
    basemaps = Basemaps(
        lambda shown, store: ServiceSupplier(
            bench.tasks, bench.manager, shown, store, bench.cache, "", bench
        ),
        bench,
    )
    # Slow enough that the test cannot miss the moment of painting.
    basemaps._slice.setInterval(50)
    basemaps.show([bench.opened(bench.server.template)])
    target = QImage(800, 600, QImage.Format.Format_RGB32)
    painter = QPainter(target)
    basemaps.paint(painter, Viewport(546000, 3014000, 1.0, 800, 600))
    painter.end()
    brush = basemaps._brush
    wait(qtbot, lambda: brush.steps is not None and brush.painter is not None)
    basemaps.deleteLater()
    del basemaps
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert brush.painter is None
    assert brush.steps is None


def test_a_damaged_cache_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "cache" / "tiles.sqlite"
    path.parent.mkdir()
    path.write_bytes(b"SQLite format 3\x00" + b"rubbish" * 500)
    cache = TileCache(path)
    cache.put("s", {TileKey(1, 2, 3): b"a"})
    cache.put("s", {TileKey(1, 2, 3): b"a"})
    assert cache.get("s", [TileKey(1, 2, 3), TileKey(1, 2, 4)]).keys() == {TileKey(1, 2, 3)}
    assert cache.get("other", [TileKey(1, 2, 3)]) == {}
    cache.close()


def test_the_cache_keeps_within_its_limit_and_gives_up_the_oldest(tmp_path: Path) -> None:
    cache = TileCache(tmp_path / "tiles.sqlite", limit=100_000)
    for number in range(30):
        cache.put("s", {TileKey(0, number, 0): bytes(10_000)})
    assert cache.size <= 100_000
    assert cache.get("s", [TileKey(0, 29, 0)])
    assert not cache.get("s", [TileKey(0, 0, 0)])
    cache.close()


def test_a_cache_without_a_place_hinders_nobody(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("x")
    cache = TileCache(blocked / "tiles.sqlite")
    cache.put("s", {TileKey(0, 0, 0): b"a"})
    assert cache.get("s", [TileKey(0, 0, 0)]) == {}
    assert cache.size == 0


def test_damaged_pictures_are_none() -> None:
    assert decode(b"\x89PNG\r\n\x1a\n garbage") is None
    assert decode(None) is None
    image = decode(PICTURE)
    assert image is not None
    assert (image.width(), image.height()) == (258, 258)
