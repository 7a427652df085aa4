"""Fixtures that drive the real window on real registers: clicks, keys and drops."""

from __future__ import annotations

import itertools
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QInputMethodEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot
from shapely.geometry import LineString, Point

from gisapp import finder
from gisapp.app import Application
from gisapp.settings import Settings
from gisapp.window import Window
from layers.geometry.crs import Crs
from layers.register import Register
from layers.text import Message

PATIENCE = 20_000
NEVER = 1_000_000_000
METERS = 40


def build_town(path: Path) -> None:
    """A small register with something of every kind that the window shows."""
    with Register.create(
        path, Crs.parse("EPSG:4546"), actor="林工", name="小镇供水", sample=True
    ) as register:
        with register.edit(Message("action.import")) as edit:
            road = LineString([(538000, 3016000), (539000, 3016000)])
            edit.insert("road", {"name": "大塘路", "geom": road})
            community = edit.insert("community", {"name": "锦绣家园", "code": "XQ-0001"})
            well = edit.insert("meter_well", {"code": "BJ-000001", "geom": Point(538100, 3016010)})
            for number in range(10):
                start = 538000 + 100 * number
                edit.insert("pipe", {
                    "code": f"GD-{number:06d}", "dn": (80, 300, 600)[number % 3], "dn_origin": "surveyed",
                    "material": "DI", "status": "in_service", "road": "大塘路",
                    "geom": LineString([(start, 3016000), (start + 100, 3016000)]),
                })  # fmt: skip
            edit.insert("hydrant", {
                "code": "XHS-02147", "hydrant_type": "above", "feed_dn": 100, "feed_dn_origin": "census",
                "status": "in_service", "road": "解放巷", "static_pressure_mpa": 0.27,
                "geom": Point(538655.3, 3016012.84),
            })  # fmt: skip
            for number in range(METERS):
                edit.insert("meter", {
                    "code": f"SB-{number:06d}", "meter_no": f"2019{number:05d}", "community": community,
                    "well": well, "status": "in_service", "geom": Point(538100 + number, 3016011),
                })  # fmt: skip
            edit.insert("meter", {"code": "SB-900000", "meter_no": "777", "status": "in_service"})
        with register.edit(Message("action.find")) as edit:
            hydrant = register.by_code("hydrant", "XHS-02147")
            assert hydrant is not None
            edit.update("hydrant", hydrant.id, hydrant.version, {"feed_dn": 150})


@pytest.fixture(scope="session")
def town_master(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The one town that every test takes a copy of."""
    path = tmp_path_factory.mktemp("town") / "town.gpkg"
    build_town(path)
    return path


@pytest.fixture
def town(town_master: Path, tmp_path: Path) -> Path:
    """A register of one's own to work on."""
    return Path(shutil.copy(town_master, tmp_path / "小镇.gpkg"))


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Preferences of a user who has been here before."""
    settings = Settings(tmp_path / "settings")
    settings.change(name="林工", language="zh", theme="light")
    return settings


@pytest.fixture
def application(
    qapp: QApplication, settings: Settings, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Application]:
    """The program without its crash hooks, which pytest-qt keeps; every window is closed at the end."""
    # The town's index is made when somebody searches: in most tests nobody does. In the others at once.
    start = NEVER if "open_town" in request.fixturenames else 20
    monkeypatch.setattr(finder, "START_MILLISECONDS", start)
    application = Application(qapp, settings, "zh")
    yield application
    for window in tuple(application.windows):
        # A form or a style left unsaved by a test asks nobody.
        window.style_editor.close_style()
        window.parts.session.holder = None
        window.close()
    application.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qapp.setStyleSheet("")


@pytest.fixture
def window(application: Application, qtbot: QtBot) -> Window:
    """One window on its start page."""
    window = application.new_window()
    qtbot.waitExposed(window)
    return window


@pytest.fixture
def open_town(window: Window, town: Path, qtbot: QtBot) -> Window:
    """The window with the town open and drawn, at rest."""
    drop(window, town)
    rests = itertools.count()

    def is_at_rest() -> bool:
        nonlocal rests
        if window.map.canvas.scene is None or window.parts.tasks.running:
            rests = itertools.count()
        # A task may be followed by another after a moment.
        return next(rests) > 5

    qtbot.waitUntil(is_at_rest, timeout=PATIENCE)
    return window


def settle(window: Window, qtbot: QtBot) -> None:
    """Wait until no task runs."""
    qtbot.waitUntil(lambda: not window.parts.tasks.running, timeout=PATIENCE)


def drop(window: Window, *paths: Path) -> None:
    """Drag files over the window and let go, as a file manager does."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    middle = window.rect().center()
    enter = QDragEnterEvent(
        middle, Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(window, enter)
    assert enter.isAccepted()
    let_go = QDropEvent(
        QPointF(middle), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    QApplication.sendEvent(window, let_go)


def find(window: Window, text: str, qtbot: QtBot) -> None:
    """Ctrl+K, type, Enter."""
    qtbot.keyClick(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    write(window.palette_panel.field, text, qtbot)
    qtbot.keyClick(window.palette_panel.field, Qt.Key.Key_Return)


def write(field: QWidget, text: str, qtbot: QtBot) -> None:
    """Type letters key by key; Chinese comes as an input method gives it."""
    if text.isascii():
        qtbot.keyClicks(field, text)
        return
    event = QInputMethodEvent()
    event.setCommitString(text)
    QApplication.sendEvent(field, event)


def visible_texts(root: QWidget) -> list[str]:
    """Every text that a user can read in the widget now, tool tips and names for screen readers included."""
    texts = []
    for widget in [root, *root.findChildren(QWidget)]:
        for name in ("text", "title", "toolTip", "placeholderText", "accessibleName", "windowTitle"):
            read: Callable[[], object] | None = getattr(widget, name, None)
            if read is not None and (widget.isVisible() or name == "toolTip"):
                value = read()
                if isinstance(value, str) and value:
                    texts.append(value)
    return texts


def unrendered(texts: list[str]) -> list[str]:
    """Texts that are ids instead of words."""
    return [text for text in texts if re.fullmatch(r"[a-z_]+(\.[a-z_]+)+.*", text)]
