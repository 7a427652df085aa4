"""Tests with Qt: offscreen, in one known font, and without a widget left over."""

from __future__ import annotations

import gc
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QThreadPool
from PySide6.QtWidgets import QApplication, QWidget

# Qt's own, which it keeps or deletes as it likes.
_QT_KEEPS = ("QTipLabel", "QDesktopWidget", "QAlphaWidget", "QRollEffect")

TEST_FONT = Path(os.environ.get("GISAPP_TEST_FONT", "/usr/share/fonts/truetype/wqy/wqy-microhei.ttc"))


def _only_one_font() -> None:
    """Point fontconfig at the test font alone, so that pictures and text widths are the same everywhere."""
    folder = Path(tempfile.gettempdir()) / f"fonts-of-gisapp-tests-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    text = (
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n'
        f"<fontconfig><dir>{TEST_FONT.parent}</dir><cachedir>{folder}</cachedir></fontconfig>\n"
    )
    part = folder / f"{os.getpid()}.part"
    part.write_text(text)
    part.replace(folder / "fonts.conf")
    os.environ["FONTCONFIG_FILE"] = str(folder / "fonts.conf")


# Both must be in place before the first QGuiApplication of the process.
os.environ["QT_QPA_PLATFORM"] = "offscreen"
_only_one_font()


@pytest.fixture(scope="session", autouse=True)
def _test_font() -> None:
    if not TEST_FONT.exists():
        pytest.fail(f"the test font {TEST_FONT} is missing: python3 dev.py test installs it")


@pytest.fixture(scope="session", autouse=True)
def _application(qapp: QApplication) -> None:
    """There before any test draws: what draws without a window makes one that can have none."""


def _windows() -> dict[int, QWidget]:
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    found = {}
    for widget in QApplication.topLevelWidgets():
        if shiboken6.isValid(widget) and widget.metaObject().className() not in _QT_KEEPS:
            found[shiboken6.getCppPointer(widget)[0]] = widget
    return found


@pytest.fixture(autouse=True)
def _no_widget_left_over() -> Iterator[None]:
    """A test that leaves a window, dialog or menu behind fails, and so does one with a task still running."""
    before = set(_windows()) if QApplication.instance() else set()
    yield
    if not QApplication.instance():
        return
    left = {address: widget for address, widget in _windows().items() if address not in before}
    if left:
        left.clear()
        gc.collect()
        left = {address: widget for address, widget in _windows().items() if address not in before}
    idle = QThreadPool.globalInstance().waitForDone(5000)
    if left:
        names = [
            f"{w.metaObject().className()} {w.objectName()!r} {w.windowTitle()!r}" for w in left.values()
        ]
        for widget in left.values():
            widget.close()
            widget.deleteLater()
        pytest.fail(f"left over: {names}")
    if not idle:
        pytest.fail("a task is still running in Qt's thread pool")


from tests.gisapp.driving import (  # noqa: E402, F401 - after the font, for it loads Qt
    application,
    open_town,
    settings,
    town,
    town_master,
    window,
)
