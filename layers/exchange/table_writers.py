"""CSV and Excel: geometry as columns, Chinese that Excel reads, texts no spreadsheet runs as a formula."""

from __future__ import annotations

import csv
import datetime
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely
import xlsxwriter

from layers.exchange.geometry_rows import shape_of
from layers.feedback import Feedback

_BATCH = 20_000
_MOST_SHEET_ROWS = 1_048_575
_LONGEST_CELL = 32_767
_SHEET_NAME = re.compile(r"[\[\]:*?/\\']")
_FORMULA = re.compile(r"^[=+\-@\t\r]")
_NUMBER = re.compile(r"^[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?$")


@dataclass(frozen=True)
class Sheet:
    """A table with WKB beside its rows (None: no geometry); ``axes`` name the columns its points go to."""

    name: str
    table: pa.Table
    geometry: pa.Array | None
    axes: tuple[str, str]


def write_csv(path: Path, table: pa.Table, geometry: pa.Array | None, axes: tuple[str, str]) -> None:
    """UTF-8 with a byte order mark; points as two columns named ``axes``, other geometry as WKT.

    Texts a spreadsheet would run as a formula get an apostrophe in front, as spreadsheets do themselves.
    """
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        places = _place_names(geometry, axes)
        writer.writerow([harmless(name) for name in (*table.column_names, *places)])
        for rows in _batches(table, geometry, places):
            writer.writerows([_csv_cell(cell) for cell in row] for row in rows)


def write_excel(path: Path, sheets: Sequence[Sheet], feedback: Feedback) -> None:
    """One sheet a layer; more rows than a sheet holds go on in a further sheet."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        formats = {
            datetime.datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            datetime.date: book.add_format({"num_format": "yyyy-mm-dd"}),
        }
        bold = book.add_format({"bold": True})
        taken: set[str] = set()
        for each in sheets:
            for start in range(0, max(each.table.num_rows, 1), _MOST_SHEET_ROWS):
                page = book.add_worksheet(_sheet_name(each.name, taken))
                page.freeze_panes(1, 0)
                places = _place_names(each.geometry, each.axes)
                for column, title in enumerate((*each.table.column_names, *places)):
                    page.write_string(0, column, title, bold)
                part = each.table.slice(start, _MOST_SHEET_ROWS)
                shapes = None if each.geometry is None else each.geometry.slice(start, _MOST_SHEET_ROWS)
                _fill(page, _batches(part, shapes, places), formats, feedback)


def harmless(text: str) -> str:
    """A text that no spreadsheet runs: "=1+1" becomes "'=1+1"; numbers stay as they are."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.match(text) else text


def _fill(page: Any, batches: Iterator[Iterator[tuple[Any, ...]]], formats: Any, feedback: Feedback) -> None:
    line = 0
    for rows in batches:
        feedback.check()
        for row in rows:
            line += 1
            for column, value in enumerate(row):
                _write_cell(page, line, column, value, formats)


def _write_cell(sheet: Any, line: int, column: int, value: Any, formats: Any) -> None:
    if value is None:
        return
    if isinstance(value, bool):
        sheet.write_boolean(line, column, value)
    elif isinstance(value, int | float):
        # Whole numbers beyond 15 digits would lose their last ones.
        exact = (isinstance(value, float) and np.isfinite(value)) or (
            isinstance(value, int) and abs(value) < 10**15
        )
        sheet.write_number(line, column, value) if exact else sheet.write_string(line, column, str(value))
    elif isinstance(value, datetime.datetime):
        sheet.write_datetime(line, column, value.replace(tzinfo=None), formats[datetime.datetime])
    elif isinstance(value, datetime.date):
        sheet.write_datetime(line, column, value, formats[datetime.date])
    else:
        sheet.write_string(line, column, _as_text(value)[:_LONGEST_CELL])


def _csv_cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None or isinstance(value, int | float):
        return value
    return harmless(_as_text(value))


def _as_text(value: Any) -> str:
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    return value.hex() if isinstance(value, bytes) else str(value)


def _place_names(geometry: pa.Array | None, axes: tuple[str, str]) -> tuple[str, ...]:
    if geometry is None:
        return ()
    return axes if shape_of(geometry) in ("point", "none") else ("wkt",)


def _batches(
    table: pa.Table, geometry: pa.Array | None, names: tuple[str, ...]
) -> Iterator[Iterator[tuple[Any, ...]]]:
    for start in range(0, table.num_rows, _BATCH):
        columns = [column.slice(start, _BATCH).to_pylist() for column in table.columns]
        if geometry is not None:
            columns += _places(geometry.slice(start, _BATCH), names)
        yield zip(*columns, strict=True) if columns else iter(())


def _places(wkb: pa.Array, names: tuple[str, ...]) -> list[list[Any]]:
    shapes = shapely.from_wkb(wkb.to_numpy(zero_copy_only=False))
    if names == ("wkt",):
        return [shapely.to_wkt(shapes, rounding_precision=9).tolist()]
    if (shapely.get_type_id(shapes) > 0).any():
        shapes = shapely.centroid(shapes)
    pairs = (shapely.get_x(shapes), shapely.get_y(shapes))
    return [[None if np.isnan(value) else float(value) for value in pair] for pair in pairs]


def _sheet_name(name: str, taken: set[str]) -> str:
    base = _SHEET_NAME.sub("_", name).strip()[:31] or "sheet"
    result, number = base, 2
    while result.lower() in taken:
        suffix = f"-{number}"
        result = base[: 31 - len(suffix)] + suffix
        number += 1
    taken.add(result.lower())
    return result
