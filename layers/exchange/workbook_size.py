"""Whether a workbook fits into the memory: one stray cell in the last corner makes a grid of all cells between."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path

from layers.errors import UserError
from layers.text import Message

MOST_CELLS = 60_000_000
_MOST_BYTES = 2 << 30
_SHEET = re.compile(r"worksheets/[^/]+\.xml$")
_CELL_REFERENCE = re.compile(rb'<c\b[^>]{0,200}?\br="([A-Z]{1,3})(\d{1,7})"')


def refuse_vast(path: Path, most: int = MOST_CELLS) -> None:
    """Raise ``UserError`` for a workbook of which a sheet spans more than ``most`` cells, or that unpacks to more than
    the memory holds. ``zipfile.BadZipFile`` for a damaged one; what is no archive is passed over."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            if info.file_size > _MOST_BYTES:
                raise _too_large(path, info.file_size)
            if _SHEET.search(info.filename):
                width, height = _extent(archive.read(info))
                if width * height > most:
                    raise _too_large(path, info.file_size)


def _too_large(path: Path, size: int) -> UserError:
    return UserError(
        Message("format.too_large", {"file": path.name, "size": size >> 20}), Message("format.too_large.hint")
    )


def _extent(sheet: bytes) -> tuple[int, int]:
    width = height = 0
    for match in _CELL_REFERENCE.finditer(sheet):
        column = 0
        for letter in match[1]:
            column = column * 26 + letter - 64
        width, height = max(width, column), max(height, int(match[2]))
    return width, height
