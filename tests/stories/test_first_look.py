"""Story 1: start, one act, and a named, styled city with its legend is there."""

from __future__ import annotations

import shutil
from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from gisapp.panels.legend_model import COUNT, NAME
from gisapp.window import Window
from tests.gisapp.driving import drop, settle

LONG = 120_000


def test_the_sample_city_in_one_act(window: Window, qtbot: QtBot) -> None:
    qtbot.mouseClick(window.start.cards["file.sample"], Qt.MouseButton.LeftButton)
    _see_a_city(window, qtbot)
    assert window.top_bar.sample.isVisible()
    assert window.parts.session.register.is_sample


def test_a_register_dropped_on_the_window(window: Window, town: Path, qtbot: QtBot) -> None:
    drop(window, town)
    _see_a_city(window, qtbot)


def test_a_network_model_dropped_on_the_window(
    window: Window, fixtures: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    file = Path(shutil.copy(fixtures / "epanet-wntr" / "Net3.inp", tmp_path))
    drop(window, file)
    _see_a_city(window, qtbot)
    assert window.parts.notifier.notices[-1].title.id == "importing.done"
    register = window.parts.session.register
    assert register is not None
    assert register.count("pipe") == 117


def test_a_gis_file_dropped_on_the_window(
    window: Window, fixtures: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    file = Path(shutil.copy(fixtures / "ky4-gis" / "ky4_pipes.geojson", tmp_path))
    drop(window, file)
    _see_a_city(window, qtbot)
    register = window.parts.session.register
    assert register is not None
    assert register.count("pipe") == 1156


def test_a_file_of_nothing_known_is_a_sentence(window: Window, tmp_path: Path, qtbot: QtBot) -> None:
    for name, content in (("notes.txt", b"hello"), ("broken.gpkg", b"no database"), ("empty.shp", b"")):
        file = tmp_path / name
        file.write_bytes(content)
        window.notices.clear()
        drop(window, file)
        qtbot.waitUntil(lambda: window.notices.isVisible(), timeout=LONG)
        notice = window.parts.notifier.notices[-1]
        assert notice.severity in ("error", "warning")
        assert notice.hint is not None
        settle(window, qtbot)
        assert not window.parts.session.is_open
        assert list(tmp_path.glob("*台账*")) == []


def _see_a_city(window: Window, qtbot: QtBot) -> None:
    """A name, a legend with counts, and a map that is more than one colour."""
    qtbot.waitUntil(lambda: window.parts.session.is_open, timeout=LONG)
    model = window.desks["map"].panel.model
    qtbot.waitUntil(lambda: model.rowCount() > 0, timeout=LONG)
    with qtbot.waitSignal(window.map.canvas.frame_shown, timeout=LONG):
        window.map.canvas.redraw()
    settle(window, qtbot)
    assert window.pages.currentWidget() is window.work
    assert window.top_bar.name.text()
    counts = [model.index(row, COUNT).data() for row in range(model.rowCount())]
    assert all(count.replace(",", "").isdigit() for count in counts)
    assert all(model.index(row, NAME).data() for row in range(model.rowCount()))
    picture = window.map.canvas.grab().toImage()
    colours = {
        picture.pixel(x, y) for x in range(0, picture.width(), 2) for y in range(0, picture.height(), 2)
    }
    assert len(colours) > 3
