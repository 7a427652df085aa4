"""The width of a tile, from the first bytes of its picture: 256 as a rule, 512 for sharp screens."""

from __future__ import annotations

import struct

from layers.basemap.answer import kind_of

USUAL = 256
_FRAMES = frozenset({*range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0)})


def picture_size(data: bytes) -> int:
    """Width in pixels; 256 when the picture does not tell."""
    kind = kind_of(data)
    width = USUAL
    if kind == "png" and len(data) >= 24:
        width = struct.unpack(">I", data[16:20])[0]
    elif kind == "gif" and len(data) >= 10:
        width = struct.unpack("<H", data[6:8])[0]
    elif kind == "jpeg":
        width = _jpeg_width(data)
    elif kind == "webp":
        width = _webp_width(data)
    return width if 16 <= width <= 4096 else USUAL


def _jpeg_width(data: bytes) -> int:
    position = 2
    while position + 9 < len(data) and data[position] == 0xFF:
        if data[position + 1] in _FRAMES:
            return int(struct.unpack(">H", data[position + 7 : position + 9])[0])
        position += 2 + struct.unpack(">H", data[position + 2 : position + 4])[0]
    return USUAL


def _webp_width(data: bytes) -> int:
    if len(data) < 30:
        return USUAL
    form = data[12:16]
    if form == b"VP8 ":
        return int(struct.unpack("<H", data[26:28])[0] & 0x3FFF)
    if form == b"VP8L":
        return int(struct.unpack("<I", data[21:25])[0] & 0x3FFF) + 1
    if form == b"VP8X":
        return int.from_bytes(data[24:27], "little") + 1
    return USUAL
