"""What sheets are painted on: a PDF of many pages, one SVG, a PNG in bands, a picture in memory, a printer.

An output gives, for every page, one painter or several in turn (the bands of a PNG); each is set up so that
one unit is one px of the sheet (1/96 inch), and each is ended by the output. ``drop`` may come at any time.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

import numpy as np
from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QRectF, QSize, QSizeF
from PySide6.QtGui import QImage, QPagedPaintDevice, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator

from gisapp.map.picture_file import WholeFile, unwritable, write_whole
from gisapp.map.png_file import PngFile
from layers.errors import UserError
from layers.text import Message

DOTS_PER_INCH = 96.0
#: A PNG of more pixels is unreasonable: A0 at 600 dots per inch has 558 million.
MOST_PIXELS = 600_000_000
_BAND_PIXELS = 24_000_000
_PDF_DOTS_PER_INCH = 1200
_METRES_PER_INCH = 0.0254


class Output(Protocol):
    """A place to paint sheets on."""

    is_vector: bool
    ratio: float
    """Device pixels per px of the sheet."""

    @property
    def bands(self) -> int:
        """How many painters a page has."""
        ...

    def page(self) -> Iterator[QPainter]:
        """The painters of the next page, one after the other; paint the same with each."""
        ...

    def finish(self) -> None:
        """All pages are painted: keep them. Raises ``UserError`` when the disk refuses."""
        ...

    def drop(self) -> None:
        """Keep nothing."""
        ...


class _PagedOutput:
    """Pages of a device that has pages."""

    is_vector = True
    ratio = 1.0
    bands = 1

    def __init__(self, device: QPagedPaintDevice) -> None:
        self._device = device
        self._painter: QPainter | None = None

    def page(self) -> Iterator[QPainter]:
        if self._painter is None:
            self._painter = self._begin()
        else:
            self._device.newPage()
        share = self._device.logicalDpiX() / DOTS_PER_INCH
        self._painter.resetTransform()
        self._painter.scale(share, share)
        yield self._painter

    def _begin(self) -> QPainter:
        return QPainter(self._device)

    def _end(self) -> None:
        if self._painter is not None:
            self._painter.end()
            self._painter = None


class PdfOutput(_PagedOutput):
    """A PDF of pages ``width`` by ``height`` px of the sheet."""

    def __init__(self, out: Path, width: float, height: float, title: str, author: str) -> None:
        self._out = out
        self._buffer = QBuffer()
        self._buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        writer = QPdfWriter(self._buffer)
        super().__init__(writer)
        points = QSizeF(width, height) * (72.0 / DOTS_PER_INCH)
        writer.setPageSize(QPageSize(points, QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch))
        writer.setPageMargins(QMarginsF())
        writer.setResolution(_PDF_DOTS_PER_INCH)
        writer.setTitle(title)
        writer.setAuthor(author)
        writer.setCreator("gisapp")

    def finish(self) -> None:
        self._end()
        write_whole(self._out, bytes(self._buffer.data().data()))

    def drop(self) -> None:
        # A painter left open would take the process down with its device.
        self._end()


class SvgOutput:
    """One page as SVG."""

    is_vector = True
    bands = 1

    def __init__(self, out: Path, width: float, height: float, ratio: float, title: str) -> None:
        self.ratio = ratio
        self._out, self._width, self._height, self._title = out, width, height, title
        self._buffer = QBuffer()
        self._painter: QPainter | None = None

    def page(self) -> Iterator[QPainter]:
        self._buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        self._generator = QSvgGenerator()
        self._generator.setOutputDevice(self._buffer)
        self._generator.setResolution(round(DOTS_PER_INCH * self.ratio))
        self._generator.setSize(QSize(round(self._width * self.ratio), round(self._height * self.ratio)))
        self._generator.setViewBox(QRectF(0, 0, self._width, self._height))
        self._generator.setTitle(self._title)
        self._painter = QPainter(self._generator)
        yield self._painter
        self.drop()

    def finish(self) -> None:
        write_whole(self._out, bytes(self._buffer.data().data()))

    def drop(self) -> None:
        if self._painter is not None:
            self._painter.end()
            self._painter = None


class PngOutput:
    """One page as PNG, ``width`` by ``height`` pixels at ``ratio`` of them per px of the sheet."""

    is_vector = False

    def __init__(self, out: Path, width: int, height: int, ratio: float, title: str) -> None:
        if width * height > MOST_PIXELS:
            raise UserError(
                Message("picture.too_large", {"width": width, "height": height}),
                Message("picture.too_large.hint"),
            )
        self.ratio = ratio
        self._out, self._width, self._height, self._title = out, width, height, title
        self._whole = WholeFile(out)
        self._painter: QPainter | None = None

    @property
    def bands(self) -> int:
        """How many painters a page has."""
        return -(-self._height // self._rows)

    @property
    def _rows(self) -> int:
        return max(min(_BAND_PIXELS // self._width, self._height), 1)

    def page(self) -> Iterator[QPainter]:
        try:
            yield from self._bands()
        except OSError as error:
            raise unwritable(self._out, error.strerror or str(error)) from error

    def _bands(self) -> Iterator[QPainter]:
        dots = round(DOTS_PER_INCH * self.ratio / _METRES_PER_INCH)
        png = PngFile(self._whole.file, self._width, self._height, dots, self._title)
        for top in range(0, self._height, self._rows):
            image = QImage(self._width, min(self._rows, self._height - top), QImage.Format.Format_RGB32)
            image.fill(0xFFFFFFFF)
            self._painter = QPainter(image)
            self._painter.translate(0, -top)
            self._painter.scale(self.ratio, self.ratio)
            yield self._painter
            self._end()
            raw = np.frombuffer(image.constBits(), np.uint8)
            png.write(raw.reshape(image.height(), self._width, 4)[:, :, 2::-1])
        png.finish()

    def finish(self) -> None:
        self._whole.keep()

    def drop(self) -> None:
        self._end()
        self._whole.drop()

    def _end(self) -> None:
        if self._painter is not None:
            self._painter.end()
            self._painter = None


class ImageOutput:
    """A page in memory, for the preview."""

    is_vector = False
    bands = 1

    def __init__(self, width: float, height: float, ratio: float, screen_ratio: float = 1.0) -> None:
        self.ratio = ratio
        self.image = QImage(
            max(round(width * ratio), 1), max(round(height * ratio), 1), QImage.Format.Format_RGB32
        )
        self._screen_ratio = screen_ratio
        self._painter: QPainter | None = None

    def page(self) -> Iterator[QPainter]:
        self.image.fill(0xFFFFFFFF)
        self._painter = QPainter(self.image)
        self._painter.scale(self.ratio, self.ratio)
        yield self._painter
        self.drop()
        self.image.setDevicePixelRatio(self._screen_ratio)

    def finish(self) -> None:
        pass

    def drop(self) -> None:
        if self._painter is not None:
            self._painter.end()
            self._painter = None
