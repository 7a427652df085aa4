"""Makes the pictures of the README: ``python -m tests.readme_pictures``. Look at them before they are committed.

The real window on the sample city, Chinese and light: the renewal desk, and its map alone at four scales with nothing
over it but the name and scale of each part.
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
from layers.model.asset import AssetKey
from layers.resources import resource_root
from layers.sample.write import create_sample
from layers.scene.style import METRES_PER_PIXEL

FOLDER = resource_root() / "readme"
WIDTH, HEIGHT, GAP = 1440, 900, 8
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
#: Rows of pixels by which the colours of the theme are told among the others.
_TOKEN = 160
_PATIENCE = 60.0
#: The scale of the map beside the board.
_DESK_DENOMINATOR = 28_000.0
#: A project that is being laid.
_PROJECT = AssetKey("project", 20)


def main() -> None:
    """Make the sample, open it in a window, and keep what that shows."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory(prefix="gisapp-readme-") as folder:
        path = Path(folder) / "city.gpkg"
        create_sample(path, "demo", 1, actor="林工", feedback=Feedback())[0].close()
        settings = Settings(Path(folder) / "settings")
        settings.change(name="林工", language="zh", theme="light")
        qt = QApplication(["gisapp"])
        application = Application(qt, settings, "zh")
        window = application.new_window()
        window.resize(WIDTH, HEIGHT)
        open_target(window, str(path), lambda _: None)
        (FOLDER / "window.png").write_bytes(_small(_desk(qt, window)))
        (FOLDER / "scales.png").write_bytes(_small(_scales(qt, window)))
        window.close()


def _desk(qt: QApplication, window: Window) -> QImage:
    canvas, parts = window.map.canvas, window.parts
    _wait(qt, lambda: canvas.scene is not None and not parts.tasks.running)
    window.show_desk("renewal")
    _wait(qt, lambda: canvas.is_crisp and not parts.tasks.running)
    parts.session.select((_PROJECT,))
    window.map.fit()
    middle = canvas.viewport
    canvas.fly_to(middle.x, middle.y, _DESK_DENOMINATOR * METRES_PER_PIXEL)
    _wait(qt, lambda: canvas.is_crisp and not parts.tasks.running)
    picture = window.grab().toImage()
    parts.session.select(())
    window.show_desk("map")
    return picture


def _scales(qt: QApplication, window: Window) -> QImage:
    canvas = window.map.canvas
    _wait(qt, lambda: canvas.is_crisp and not window.parts.tasks.running)
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
    """As PNG: of a palette where nobody can tell, which is a third as large."""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    picture.save(buffer, "PNG")
    image = Image.open(io.BytesIO(buffer.data().data()))
    image = image.convert("RGB")
    # The colours of the theme are among those kept, be there ever so few of them: amber is not red.
    tokens = sorted({colour.name() for colour in theme_colours("light").values()})
    with_tokens = Image.new("RGB", (image.width, image.height + _TOKEN))
    with_tokens.paste(image)
    for number, token in enumerate(tokens):
        left = number * image.width // len(tokens)
        with_tokens.paste(
            token, (left, image.height, left + image.width // len(tokens), image.height + _TOKEN)
        )
    kept = with_tokens.quantize(_COLOURS, Image.Quantize.MEDIANCUT, kmeans=3)
    few = image.quantize(palette=kept, dither=Image.Dither.NONE)
    out = io.BytesIO()
    few.save(out, "PNG", optimize=True)
    return out.getvalue()


if __name__ == "__main__":
    main()
