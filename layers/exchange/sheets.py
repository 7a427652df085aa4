"""Tables: CSV and other delimited text in any encoding, Excel and OpenDocument sheets. Worker only."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path

from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from layers.errors import UserError
from layers.exchange import encoding as encodings
from layers.exchange.encoding import Detection, detected, known
from layers.exchange.foreign import ForeignFile, ForeignTable, RowProblem, Shape, looks_like, problem
from layers.exchange.geometry_rows import shape_of
from layers.exchange.grid import Grid, describe_table, to_table
from layers.exchange.merged_cells import spans_of
from layers.exchange.workbook_size import refuse_vast
from layers.feedback import Feedback
from layers.model.problem import Problem
from layers.text import Message

_DELIMITERS = (",", "\t", ";", "|", "，", "、")
_PROBED_LINES = 60
_LONGEST_CELL = 4 << 20
_MOST_TEXT_BYTES = 4 << 30


def describe_text(path: Path, encoding: str | None = None) -> ForeignFile:
    """What a delimited text file holds: one layer named after the file."""
    table = read_text(path, encoding)
    return ForeignFile(str(path), "csv", table.encoding, (describe_table(table, _shape(table), len(table)),))


def read_text(path: Path, encoding: str | None = None, feedback: Feedback | None = None) -> ForeignTable:
    """All rows of a delimited text file; the row number is the line where the row starts."""
    if path.stat().st_size > _MOST_TEXT_BYTES:
        raise UserError(
            Message("format.too_large", {"file": path.name, "size": path.stat().st_size >> 20}),
            Message("format.too_large.hint"),
        )
    content = path.read_bytes()
    found, doubts = _encoding(content, encoding)
    text = content.decode(found.encoding, errors="replace").removeprefix("\ufeff")
    problems = [RowProblem(None, doubt) for doubt in doubts]
    if "\ufffd" in text and encodings.decode(content, found.encoding)[1] is False:
        problems.append(_undecodable(text, found))
    grid = _parse(text.replace("\x00", ""), feedback or Feedback())
    table = to_table(str(path), path.stem, grid, found.encoding)
    if not len(table.table.column_names) - 1:
        raise UserError(Message("format.empty_file", {"file": path.name}), Message("format.empty_file.hint"))
    return replace(table, problems=(*problems, *table.problems))


def describe_workbook(path: Path, encoding: str | None = None) -> ForeignFile:
    """What an Excel or OpenDocument workbook holds: a layer for every sheet that is not empty."""
    tables = [_read_sheet(path, name, None) for name in _sheet_names(path)]
    layers = [
        describe_table(table, _shape(table), len(table))
        for table in tables
        if len(table.table.column_names) > 1
    ]
    if not layers:
        raise UserError(Message("format.empty_file", {"file": path.name}), Message("format.empty_file.hint"))
    return ForeignFile(str(path), "excel", "", tuple(layers))


def read_workbook(
    path: Path, layer: str, encoding: str | None = None, feedback: Feedback | None = None
) -> ForeignTable:
    """All rows of one sheet; the row number is that of the sheet."""
    return _read_sheet(path, layer, feedback)


def delimiter_of(text: str) -> str:
    """The character that parts the cells: the one that gives most lines the same number of cells."""
    lines = text.splitlines()[:_PROBED_LINES]
    if lines and (stated := re.fullmatch(r"sep=(.)", lines[0].strip(), re.IGNORECASE)):
        return stated[1]
    best, best_score = ",", 0.0
    for candidate in _DELIMITERS:
        widths = [len(row) for row in _rows(lines, candidate) if row]
        if not widths:
            continue
        usual = max(set(widths), key=lambda width: (widths.count(width), width))
        score = widths.count(usual) / len(widths) if usual > 1 else 0.0
        # A few lines of another width (titles, notes) are normal; more cells settle a draw.
        if score > 0.5 and score * usual**0.5 > best_score:
            best, best_score = candidate, score * usual**0.5
    return best


def _rows(lines: list[str], delimiter: str) -> list[list[str]]:
    try:
        return list(csv.reader(lines, delimiter=delimiter, skipinitialspace=True))
    except csv.Error:
        return []


def _parse(text: str, feedback: Feedback) -> Grid:
    delimiter = delimiter_of(text)
    first = text[: text.find("\n") + 1 or len(text)].rstrip("\r\n")
    start = 0
    if re.fullmatch(r"sep=.", first.strip(), re.IGNORECASE):
        text, start = text[len(first) :].lstrip("\r\n"), 1
        first = text[: text.find("\n") + 1 or len(text)].rstrip("\r\n")
    quoted = bool(re.fullmatch(rf'"[^"]*"(?:{re.escape(delimiter)}\s*"[^"]*")*', first))
    # The limit is the library's own and holds for the whole worker process.
    csv.field_size_limit(_LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    numbers: list[int] = []
    rows: list[list[str]] = []
    problems: list[RowProblem] = []
    line = start
    while True:
        try:
            row = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            message = Message("format.line_unreadable", {"text": str(error)})
            problems.append(RowProblem(line + 1, problem("line_unreadable", "error", message)))
            row = []
        if row:
            numbers.append(line + 1)
            rows.append(row)
        line = start + reader.line_num
        if len(rows) % 10_000 == 0:
            feedback.check()
    return Grid(numbers, rows, quoted, tuple(problems))


def _encoding(content: bytes, given: str | None) -> tuple[Detection, list[Problem]]:
    if given:
        return Detection(known(given), "given"), []
    found = encodings.detect_text(content)
    return found, [] if found.encoding.startswith("utf-8") or found.how == "bom" else [detected(found)]


def _undecodable(text: str, found: Detection) -> RowProblem:
    line = text.count("\n", 0, text.index("\ufffd")) + 1
    message = Message("format.text_unreadable", {"encoding": found.encoding.upper()})
    return RowProblem(line, problem("text_unreadable", "warning", message))


def _sheet_names(path: Path) -> list[str]:
    try:
        with CalamineWorkbook.from_path(str(path)) as book:
            return list(book.sheet_names)
    except (CalamineError, OSError, ValueError) as error:
        raise _refusal(path, error) from error


def _read_sheet(path: Path, name: str, feedback: Feedback | None) -> ForeignTable:
    try:
        refuse_vast(path)
        with CalamineWorkbook.from_path(str(path)) as book:
            sheet = book.get_sheet_by_name(name)
            rows = sheet.to_python(skip_empty_area=False)
            spans = spans_of(sheet)
    except (CalamineError, OSError, ValueError, zipfile.BadZipFile) as error:
        raise _refusal(path, error) from error
    (feedback or Feedback()).check()
    kept = [index for index, row in enumerate(rows) if any(cell not in ("", None) for cell in row)]
    grid = Grid([index + 1 for index in kept], [rows[index] for index in kept], spans=spans)
    return to_table(str(path), name, grid)


def _refusal(path: Path, error: BaseException) -> UserError:
    if isinstance(error, PasswordError):
        return UserError(
            Message("format.archive_locked", {"file": path.name}), Message("format.archive_locked.hint")
        )
    with path.open("rb") as file:
        found = looks_like(file.read(100))
    return UserError(
        Message("format.not_workbook", {"file": path.name, "found": found}),
        Message("format.not_workbook.hint"),
        Message("format.gdal_said", {"text": str(error)[:300]}),
    )


def _shape(table: ForeignTable) -> Shape:
    return "none" if table.geometry is None else shape_of(table.geometry)
