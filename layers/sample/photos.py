"""Photos of the sample city's census: plain drawings with SAMPLE written on each, so that nobody takes one for real."""

from __future__ import annotations

import struct
import zlib
from functools import lru_cache

import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]

_WIDTH, _HEIGHT = 240, 180
_SKY, _WALL, _GROUND, _RED, _DARK = (
    (214, 226, 236),
    (200, 194, 184),
    (148, 142, 132),
    (196, 52, 44),
    (120, 26, 24),
)
_WATER, _EARTH, _RUST, _PALE = (86, 150, 210), (120, 92, 60), (150, 86, 40), (250, 250, 250)
_LETTERS = {
    "S": "01111 10000 01110 00001 11110", "A": "01110 10001 11111 10001 10001", "M": "10001 11011 10101 10001 10001",
    "P": "11110 10001 11110 10000 10000", "L": "10000 10000 10000 10000 11111", "E": "11111 10000 11110 10000 11111",
}  # fmt: skip
_TITLE, _SCALE = "SAMPLE", 3
_LEVEL = 6


@lru_cache(maxsize=16)
def photo_of(kind: str, *, is_after: bool = False) -> bytes:
    """A PNG of a hydrant with a defect of this kind, or of how it looks put right."""
    picture = _scene()
    if is_after or kind not in _DEFECTS:
        _hydrant(picture)
    else:
        _DEFECTS[kind](picture)
    _write(picture)
    return _png(picture)


def _scene() -> Picture:
    picture = np.empty((_HEIGHT, _WIDTH, 3), np.uint8)
    picture[:80], picture[80:120], picture[120:] = _SKY, _WALL, _GROUND
    picture[80:120:10] = picture[80:120, ::30] = np.array(_WALL, np.uint8) - 16
    return picture


def _hydrant(picture: Picture, body: tuple[int, int, int] = _RED, *, cap: bool = True) -> None:
    picture[60:140, 106:134] = body
    picture[60:140, 128:134] = _DARK
    picture[136:144, 98:142] = _DARK
    _disc(picture, 120, 58, 15, body)
    picture[44:50, 116:124] = _DARK
    for x in (98, 142):
        _disc(picture, x, 88, 9, body)
        _disc(picture, x, 88, 6, _DARK if not cap and x == 142 else (230, 200, 90))


def _without_cap(picture: Picture) -> None:
    _hydrant(picture, cap=False)


def _rusted(picture: Picture) -> None:
    _hydrant(picture, _RUST)
    spots = np.random.default_rng(3).integers((102, 62), (132, 134), (40, 2))
    for x, y in spots.tolist():
        _disc(picture, x, y, 2, _EARTH)


def _leaking(picture: Picture) -> None:
    _hydrant(picture)
    for step in range(60):
        _disc(picture, 148 + step // 2, 90 + step * step // 70, 2, _WATER)
    y, x = np.ogrid[:_HEIGHT, :_WIDTH]
    picture[((x - 170) / 55) ** 2 + ((y - 150) / 12) ** 2 < 1] = _WATER


def _buried(picture: Picture) -> None:
    _hydrant(picture)
    y, x = np.ogrid[:_HEIGHT, :_WIDTH]
    picture[(y > 70) & (y > 70 + np.abs(x - 120) * 0.9)] = _EARTH


def _weak(picture: Picture) -> None:
    _hydrant(picture)
    for step in range(24):
        _disc(picture, 150, 96 + 2 * step, 1, _WATER)


_DEFECTS = {
    "cap_missing": _without_cap,
    "hydrant_rusted": _rusted,
    "hydrant_leak": _leaking,
    "hydrant_buried": _buried,
    "low_pressure": _weak,
}


def _disc(picture: Picture, x: int, y: int, radius: int, colour: tuple[int, int, int]) -> None:
    top, left = max(y - radius, 0), max(x - radius, 0)
    part = picture[top : y + radius + 1, left : x + radius + 1]
    rows, columns = np.ogrid[top : top + part.shape[0], left : left + part.shape[1]]
    part[(columns - x) ** 2 + (rows - y) ** 2 <= radius**2] = colour


def _write(picture: Picture) -> None:
    """The word across the foot."""
    left = (_WIDTH - (len(_TITLE) * 6 - 1) * _SCALE) // 2
    picture[156:178, left - 8 : _WIDTH - left + 8] = (40, 48, 60)
    for place, letter in enumerate(_TITLE):
        dots = np.array([[dot == "1" for dot in row] for row in _LETTERS[letter].split()])
        shape = np.kron(dots, np.ones((_SCALE, _SCALE), dtype=bool))
        x = left + place * 6 * _SCALE
        picture[160 : 160 + shape.shape[0], x : x + shape.shape[1]][shape] = _PALE


def _png(picture: Picture) -> bytes:
    height, width, _ = picture.shape
    rows = np.zeros((height, width * 3 + 1), np.uint8)
    rows[:, 1:] = picture.reshape(height, width * 3)

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(rows.tobytes(), _LEVEL)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
