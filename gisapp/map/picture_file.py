"""A painted sheet as a file: PNG, PDF or SVG by the ending of its name, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QRectF, QSize, QSizeF
from PySide6.QtGui import QImage, QImageWriter, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator

from layers.errors import UserError
from layers.text import Message

ENDINGS = ("png", "pdf", "svg")
#: More than this and a PNG does not fit into the memory of an office computer.
MOST_PIXELS = 200_000_000
DOTS_PER_INCH = 96.0
_PDF_DOTS_PER_INCH = 1200
_METRES_PER_INCH = 0.0254

Paint = Callable[[QPainter], None]


def picture_ending(out: Path) -> str:
    """The ending of ``out`` if a picture can be written there.

    Raises ``UserError``: another ending, no such folder, a folder in the place of the file, or no right to
    write. Asked before the work, so that nobody waits for nothing.
    """
    ending = out.suffix.lower().lstrip(".")
    if ending not in ENDINGS:
        raise UserError(
            Message("picture.ending", {"file": out.name}),
            Message("picture.ending.hint", {"endings": ENDINGS}),
        )
    try:
        has_folder, is_folder = out.parent.is_dir(), out.is_dir()
    except OSError as error:  # a name that no file can have
        raise _unwritable(out, error.strerror or str(error)) from error
    if not has_folder:
        raise UserError(
            Message("picture.no_folder", {"folder": str(out.parent)}), Message("picture.no_folder.hint")
        )
    if is_folder or not os.access(out.parent, os.W_OK):
        raise _unwritable(out, "")
    return ending


def encode(ending: str, width: int, height: int, ratio: float, title: str, paint: Paint) -> bytes:
    """The file's content. ``paint`` draws in px of the sheet, ``width / ratio`` by ``height / ratio``.

    Raises ``UserError`` when a PNG of that size is too large for memory.
    """
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    {"png": _png, "pdf": _pdf, "svg": _svg}[ending](buffer, QSize(width, height), ratio, title, paint)
    return bytes(buffer.data().data())


def write_whole(out: Path, content: bytes) -> None:
    """Put ``content`` in the place of ``out``; after any trouble the old file is as it was.

    Raises ``UserError`` when the disk refuses.
    """
    part = out.with_name(f".gisapp-picture-{os.getpid()}.part")
    try:
        with part.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(out)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise _unwritable(out, error.strerror or str(error)) from error


def _png(buffer: QBuffer, size: QSize, ratio: float, title: str, paint: Paint) -> None:
    too_large = size.width() * size.height() > MOST_PIXELS
    image = QImage() if too_large else QImage(size, QImage.Format.Format_RGB32)
    if image.isNull():
        raise UserError(
            Message("picture.too_large", {"width": size.width(), "height": size.height()}),
            Message("picture.too_large.hint"),
        )
    dots = round(DOTS_PER_INCH * ratio / _METRES_PER_INCH)
    image.setDotsPerMeterX(dots)
    image.setDotsPerMeterY(dots)
    image.setDevicePixelRatio(ratio)
    image.setText("Title", title)
    _run(QPainter(image), paint)
    QImageWriter(buffer, QByteArray(b"png")).write(image)


def _pdf(buffer: QBuffer, size: QSize, ratio: float, title: str, paint: Paint) -> None:
    writer = QPdfWriter(buffer)
    points = QSizeF(size) * (72.0 / DOTS_PER_INCH / ratio)
    writer.setPageSize(QPageSize(points, QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch))
    writer.setPageMargins(QMarginsF())
    writer.setResolution(_PDF_DOTS_PER_INCH)
    writer.setTitle(title)
    writer.setCreator("gisapp")
    painter = QPainter(writer)
    painter.scale(_PDF_DOTS_PER_INCH / DOTS_PER_INCH, _PDF_DOTS_PER_INCH / DOTS_PER_INCH)
    _run(painter, paint)


def _svg(buffer: QBuffer, size: QSize, ratio: float, title: str, paint: Paint) -> None:
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setResolution(round(DOTS_PER_INCH * ratio))
    generator.setSize(size)
    generator.setViewBox(QRectF(0, 0, size.width() / ratio, size.height() / ratio))
    generator.setTitle(title)
    _run(QPainter(generator), paint)


def _run(painter: QPainter, paint: Paint) -> None:
    try:
        paint(painter)
    finally:
        # A painter left open would take the process down with its device.
        painter.end()


def _unwritable(out: Path, reason: str) -> UserError:
    detail = Message("picture.unwritable.detail", {"reason": reason}) if reason else None
    return UserError(
        Message("picture.unwritable", {"file": str(out)}), Message("picture.unwritable.hint"), detail
    )
