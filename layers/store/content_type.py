"""What a file is, by its first bytes; its name only tells office documents apart, which are all ZIP."""

from __future__ import annotations

import struct

EXECUTABLE = "application/x-executable"
UNKNOWN = "application/octet-stream"
HEIC = "image/heic"
#: The box of a HEIC that tells a size, and in how many bytes it is looked for.
_SPATIAL, _HEAD = b"ispe", 1 << 16

_BY_START = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\0", "image/tiff"),
    (b"MM\0*", "image/tiff"),
    (b"BM", "image/bmp"),
    (b"%PDF-", "application/pdf"),
    (b"MZ", EXECUTABLE),
    (b"\x7fELF", EXECUTABLE),
    (b"#!", EXECUTABLE),
    (b"\xcf\xfa\xed\xfe", EXECUTABLE),
    (b"\xca\xfe\xba\xbe", EXECUTABLE),
    (b"\xd0\xcf\x11\xe0", "application/x-ole-storage"),
    (b"AC10", "image/vnd.dwg"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
)
_OFFICE = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}


def of(data: bytes, name: str = "") -> str:
    """The media type of a file's content."""
    for start, kind in _BY_START:
        if data.startswith(start):
            return kind
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[4:8] == b"ftyp":
        return HEIC if data[8:11] in (b"hei", b"mif") else "video/mp4"
    if data.startswith(b"PK\x03\x04"):
        return _OFFICE.get(name.rpartition(".")[2].lower(), "application/zip")
    return "text/plain" if _is_text(data) else UNKNOWN


def picture_size(data: bytes) -> tuple[int, int] | None:
    """Width and height of a PNG, JPEG, GIF or HEIC by its header, without decoding it; None for anything else."""
    if data.startswith(b"\x89PNG") and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return width, height
    if data.startswith(b"GIF8") and len(data) >= 10:
        width, height = struct.unpack("<HH", data[6:10])
        return width, height
    if data[4:8] == b"ftyp" and of(data) == HEIC:
        return _heic_size(data)
    return _jpeg_size(data) if data.startswith(b"\xff\xd8") else None


def boxes_are_whole(data: bytes) -> bool:
    """Whether the boxes of an ISO file (HEIC, MP4) end where it ends (ISO/IEC 14496-12, 4.2)."""
    place = 0
    while place + 8 <= len(data):
        size = int.from_bytes(data[place : place + 4], "big")
        if size == 1:
            size = int.from_bytes(data[place + 8 : place + 16], "big")
        if size == 0:
            return True  # to the end, wherever that is
        if size < 8:
            return False
        place += size
    return place == len(data)


def _heic_size(data: bytes) -> tuple[int, int] | None:
    """The largest of the sizes (``ispe``) that the head tells: that of the whole, which is made of tiles."""
    found: list[tuple[int, int]] = []
    place = data.find(_SPATIAL, 0, _HEAD)
    while place >= 0 and place + 16 <= len(data):
        found.append(struct.unpack(">II", data[place + 8 : place + 16]))
        place = data.find(_SPATIAL, place + 4, _HEAD)
    return max(found, key=lambda size: size[0] * size[1], default=None)


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    """Walk the segments to the first start-of-frame (ITU T.81, B.2.2)."""
    place = 2
    while place + 9 < len(data) and data[place] == 0xFF:
        marker, length = data[place + 1], int.from_bytes(data[place + 2 : place + 4], "big")
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[place + 5 : place + 9])
            return width, height
        place += 2 + length
    return None


def _is_text(data: bytes) -> bool:
    if b"\0" in data[:4096]:
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False
