"""The cells of a record sheet that came back, from a workbook or a CSV file in whatever encoding."""

from __future__ import annotations

import csv
import datetime
import io
import logging
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineWorkbook

from layers.census.packages.sheets.writing import CSV, ENDINGS, HIDDEN
from layers.errors import UserError
from layers.exchange.encoding import detect_text
from layers.exchange.merged_cells import fill_down, spans_of
from layers.exchange.workbook_size import refuse_vast
from layers.text import Message

_LOG = logging.getLogger(__name__)
_GREATEST_BYTES = 200_000_000
_LONGEST_CELL = 1_000_000
_MOST_CELLS = 10_000_000
_DELIMITERS = ",\t;"
_ESCAPED = re.compile(r"^'(?=[=+\-@\t\r])")


@dataclass(frozen=True)
class Grid:
    """One sheet: its name, and its rows by their number in the file, from 1."""

    name: str
    rows: tuple[tuple[int, Sequence[Any]], ...]
    filled: int = 0
    """Cells that were merged with the one above them, and say the same now."""


@dataclass(frozen=True)
class SheetFile:
    """A record sheet: the code of its package, and its grids. Of a CSV file the name of the grid is its type's."""

    code: str
    grids: tuple[Grid, ...]


def is_sheet(path: Path) -> bool:
    """Whether a file may be a record sheet, by its ending."""
    return path.suffix.lower() in ENDINGS


def read_sheet_file(path: Path) -> SheetFile:
    """Read a file. Raises ``UserError`` for one that is damaged, or is no record sheet."""
    try:
        if path.stat().st_size > _GREATEST_BYTES:
            raise _damaged(path, Message("packages.too_large"))
        if path.suffix.lower() == CSV:
            return _read_csv(path)
        _refuse_vast(path)
        return _read_excel(path)
    except (CalamineError, OSError, ValueError, csv.Error, zipfile.BadZipFile) as error:
        _LOG.info("%s: %s", path, error)
        is_held = isinstance(error, OSError)
        why = Message("packages.not_opened") if is_held else Message("packages.not_readable")
        raise _damaged(path, why) from error


def _refuse_vast(path: Path) -> None:
    try:
        refuse_vast(path, _MOST_CELLS)
    except UserError:
        told = Message("packages.sheet.vast", {"place": path.name})
        raise UserError(told, Message("packages.sheet.vast_hint")) from None


def _read_excel(path: Path) -> SheetFile:
    book = CalamineWorkbook.from_path(str(path))
    if HIDDEN not in book.sheet_names:
        raise _unknown(path)
    head = book.get_sheet_by_name(HIDDEN).to_python(skip_empty_area=False)
    code = str(head[0][0]).strip() if head and head[0] else ""
    if not code:
        raise _unknown(path)
    grids = []
    for name in book.sheet_names:
        if name != HIDDEN:
            sheet = book.get_sheet_by_name(name)
            rows = [[_plain(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
            filled = fill_down(range(1, len(rows) + 1), rows, spans_of(sheet), below=1) if rows else []
            grids.append(Grid(name, tuple(enumerate(rows, 1)), len(filled)))
    return SheetFile(code, tuple(grids))


def _read_csv(path: Path) -> SheetFile:
    content = path.read_bytes()
    text = content.decode(detect_text(content).encoding)
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows = []
    for row in reader:
        rows.append((reader.line_num, [_ESCAPED.sub("", cell).strip() for cell in row]))
    if not rows or len(rows[0][1]) < 3 or not rows[0][1][1]:
        raise _unknown(path)
    head = rows[0][1]
    return SheetFile(head[1], (Grid(head[2], tuple(rows[1:])),))


def _plain(cell: Any) -> Any:
    """A cell as it was typed: 12.0 is 12, midnight is a day."""
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    if isinstance(cell, datetime.datetime) and cell.time() == datetime.time():
        return cell.date().isoformat()
    if isinstance(cell, datetime.date):
        return cell.isoformat()
    return cell.strip() if isinstance(cell, str) else cell


def _damaged(path: Path, why: Message) -> UserError:
    return UserError(
        Message("packages.damaged", {"place": path.name}),
        Message("packages.damaged_hint"),
        why,
    )


def _unknown(path: Path) -> UserError:
    return UserError(Message("packages.unnamed", {"place": path.name}), Message("packages.unknown_hint"))
