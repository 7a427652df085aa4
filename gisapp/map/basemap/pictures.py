"""Pictures of tiles: decoded beside the window, with a rim of one pixel so that neighbours leave no seam."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QBuffer, QIODevice
from PySide6.QtGui import QImage, QImageReader

from layers.basemap.source import Picture

#: Bytes of pictures kept in memory, if a view does not need more.
BUDGET = 96 * 1024 * 1024
#: Pixels along a side of a tile; they have 256 or 512, and few bytes can hold a picture of gigabytes.
LARGEST = 4096


def decode(picture: Picture) -> QImage | None:
    """The picture with its outermost pixels repeated around it; None when there is none or it is damaged."""
    if picture is None:
        return None
    if isinstance(picture, bytes):
        image = _read(picture)
    else:
        height, width = picture.shape[:2]
        pixels = np.ascontiguousarray(picture)
        image = QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()
    if image.isNull():
        return None
    return _rimmed(image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied))


def _read(picture: bytes) -> QImage:
    """A null picture when it is damaged, or so large that a few of them would fill the memory."""
    buffer = QBuffer()
    buffer.setData(picture)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setDecideFormatFromContent(True)
    size = reader.size()
    if size.isValid() and max(size.width(), size.height()) > LARGEST:
        return QImage()
    return reader.read()


def _rimmed(image: QImage) -> QImage:
    width, height = image.width(), image.height()
    result = QImage(width + 2, height + 2, QImage.Format.Format_ARGB32_Premultiplied)
    source, target = _pixels(image), _pixels(result)
    target[1:-1, 1:-1] = source
    target[0, 1:-1], target[-1, 1:-1] = source[0], source[-1]
    target[:, 0], target[:, -1] = target[:, 1], target[:, -2]
    return result


def _pixels(image: QImage) -> NDArray[np.uint32]:
    rows = np.frombuffer(image.bits(), dtype=np.uint32).reshape(image.height(), image.bytesPerLine() // 4)
    return rows[:, : image.width()]


class PictureStore:
    """The pictures used last. None stands for a tile that its source does not have."""

    def __init__(self, budget: int = BUDGET) -> None:
        self.budget = budget
        self._pictures: OrderedDict[Hashable, QImage | None] = OrderedDict()
        self._size = 0

    def __contains__(self, key: Hashable) -> bool:
        return key in self._pictures

    def get(self, key: Hashable) -> QImage | None:
        """The picture, which counts as used now."""
        if key not in self._pictures:
            return None
        self._pictures.move_to_end(key)
        return self._pictures[key]

    def put(self, key: Hashable, image: QImage | None) -> None:
        """Keep a picture; those longest unused go."""
        self.drop(key)
        self._pictures[key] = image
        self._size += 0 if image is None else image.sizeInBytes()
        while self._size > self.budget and len(self._pictures) > 1:
            _, gone = self._pictures.popitem(last=False)
            self._size -= 0 if gone is None else gone.sizeInBytes()

    def drop(self, key: Hashable) -> None:
        """Forget a picture."""
        image = self._pictures.pop(key, None)
        self._size -= 0 if image is None else image.sizeInBytes()

    def clear(self) -> None:
        """Forget everything."""
        self._pictures.clear()
        self._size = 0
