"""Makes the picture of the README that shows the map at four scales: ``python -m tests.readme_pictures``.

The map of the real window on the sample city, Chinese and light, nothing over it but the name and scale of each part.
Look at it before it is committed.
"""

from __future__ import annotations

import io
import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QBuffer, QIODevice, QRectF, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication

from gisapp.app import Application
from gisapp.commands.opening import open_target
from gisapp.settings import Settings
from gisapp.theme import theme_colours
from gisapp.window import Window
from layers.feedback import Feedback
from layers.geometry.scale_text import scale_text
from layers.resources import resource_root
from layers.sample.write import create_sample
from layers.scene.style import METRES_PER_PIXEL

OUT = resource_root() / "readme" / "scales.png"
WIDTH, GAP = 1440, 8
PART = (WIDTH - GAP) // 2, 452
#: What a part shows: its name, its middle in metres east and north of the middle of the city, and 1:N.
PARTS = (
    ("全城 · City", 0.0, 0.0, 40_000.0),
    ("片区 · District", 300.0, 350.0, 12_000.0),
    ("街区 · Blocks", 60.0, 330.0, 5_000.0),
    ("街道 · Street", 285.0, 545.0, 1_000.0),
)
#: Colours of the picture: the map has few, and edges between them.
_COLOURS = 255
_PATIENCE = 60.0


def main() -> None:
    """Make the sample, open it in a window, and keep what its map shows."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory(prefix="gisapp-readme-") as folder:
        path = Path(folder) / "city.gpkg"
        create_sample(path, "demo", 1, actor="林工", feedback=Feedback())[0].close()
        settings = Settings(Path(folder) / "settings")
        settings.change(name="林工", language="zh", theme="light")
        qt = QApplication(["gisapp"])
        application = Application(qt, settings, "zh")
        window = application.new_window()
        window.resize(WIDTH, 900)
        open_target(window, str(path), lambda _: None)
        picture = _picture(qt, window)
        window.close()
    OUT.write_bytes(_small(picture))


def _picture(qt: QApplication, window: Window) -> QImage:
    canvas = window.map.canvas
    _wait(qt, lambda: canvas.scene is not None)
    canvas.setFixedSize(*PART)
    picture = QImage(WIDTH, 2 * PART[1] + GAP, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.white)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for number, (name, east, north, denominator) in enumerate(PARTS):
        window.map.fit()
        middle = canvas.viewport
        canvas.fly_to(middle.x + east, middle.y + north, denominator * METRES_PER_PIXEL)
        _wait(qt, lambda: canvas.is_crisp and not window.parts.tasks.running)
        left, top = (number % 2) * (PART[0] + GAP), (number // 2) * (PART[1] + GAP)
        painter.drawPixmap(left, top, canvas.grab())
        scale = f"{name}  {scale_text(denominator)}"
        _write(painter, window, QRectF(left + 12, top + 12, 0, 26), scale)
    painter.end()
    return picture


def _write(painter: QPainter, window: Window, place: QRectF, text: str) -> None:
    colours = theme_colours("light")
    painter.setFont(window.parts.theme.font("small", strong=True))
    place.setWidth(painter.fontMetrics().horizontalAdvance(text) + 20)
    painter.setPen(colours["border_strong"])
    painter.setBrush(colours["raised"])
    painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
    painter.setPen(colours["text"])
    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)


def _wait(qt: QApplication, is_so: Callable[[], bool]) -> None:
    """Until it is so, and still is a moment later: what was painted may bring more."""
    since, end = None, time.monotonic() + _PATIENCE
    while since is None or time.monotonic() - since < 1.0:
        if time.monotonic() > end:
            raise SystemExit("the map was not ready in time")
        qt.processEvents()
        time.sleep(0.01)
        if not is_so():
            since = None
        elif since is None:
            since = time.monotonic()


def _small(picture: QImage) -> bytes:
    """As PNG of a palette, a third as large as with all its shades."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    picture.save(buffer, "PNG")
    image = Image.open(io.BytesIO(buffer.data().data()))
    few = image.quantize(_COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    out = io.BytesIO()
    few.save(out, "PNG", optimize=True)
    return out.getvalue()


if __name__ == "__main__":
    main()
