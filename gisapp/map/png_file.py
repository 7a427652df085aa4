"""Writing a PNG row by row: a picture larger than memory goes into the file in bands."""

from __future__ import annotations

import struct
import zlib
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_TRUE_COLOUR = 2
#: Every row is stored as its difference from the one above (filter "up", PNG 3rd edition 9.2).
_UP = 2
_LEVEL = 4


class PngFile:
    """A PNG of 8-bit RGB, ``width`` by ``height`` pixels, written into an open binary file from the top down."""

    def __init__(self, file: BinaryIO, width: int, height: int, dots_per_metre: int, title: str) -> None:
        self._file, self._width, self._left = file, width, height
        self._above = np.zeros(width * 3, np.uint8)
        self._packer = zlib.compressobj(_LEVEL)
        file.write(_SIGNATURE)
        self._chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, _TRUE_COLOUR, 0, 0, 0))
        self._chunk(b"pHYs", struct.pack(">IIB", dots_per_metre, dots_per_metre, 1))
        self._chunk(b"iTXt", b"Title\0\0\0\0\0" + title.encode())
        self._chunk(b"iTXt", b"Software\0\0\0\0\0gisapp")

    def write(self, rows: npt.NDArray[np.uint8]) -> None:
        """Append rows (n, width, 3)."""
        flat = np.ascontiguousarray(rows).reshape(len(rows), self._width * 3)
        above = np.vstack([self._above, flat[:-1]])
        lines = np.empty((len(flat), self._width * 3 + 1), np.uint8)
        lines[:, 0] = _UP
        np.subtract(flat, above, out=lines[:, 1:])
        self._above = flat[-1].copy()
        self._left -= len(flat)
        packed = self._packer.compress(lines.tobytes())
        if packed:
            self._chunk(b"IDAT", packed)

    def finish(self) -> None:
        """Write the end. Every row must have come."""
        if self._left:
            raise ValueError(f"{self._left} rows of the picture are missing")
        self._chunk(b"IDAT", self._packer.flush())
        self._chunk(b"IEND", b"")

    def _chunk(self, kind: bytes, content: bytes) -> None:
        self._file.write(struct.pack(">I", len(content)) + kind + content)
        self._file.write(struct.pack(">I", zlib.crc32(content, zlib.crc32(kind))))
