"""A grid of cells, from a text file or a sheet, as a table: where its header is and what its columns hold."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from layers.exchange.coordinates import (
    CoordinateColumns,
    find_coordinates,
    find_wkt,
    geometry_from_wkt,
    number,
    points,
)
from layers.exchange.foreign import ROW, ForeignLayer, ForeignTable, RowProblem, problem
from layers.exchange.gdal_source import distinct_names, fields_of
from layers.exchange.merged_cells import Span, fill_down
from layers.exchange.vector import sample_rows
from layers.geometry.crs import Crs
from layers.model.problem import Problem
from layers.text import Message

MOST_COLUMNS = 4096
_HEADER_SEARCH = 40
_LISTED = 200
_OF_COORDINATES = frozenset(
    {"axes_by_numbers", "axes_by_custom", "coordinates_zero", "coordinate_missing", "coordinate_unreadable"}
)
"""The rules of what is said about coordinate columns: about others, nothing of it holds."""


@dataclass(frozen=True)
class Grid:
    """Rows of cells with their line or sheet row numbers. ``quoted_first``: all of row one was in quotes.

    ``spans``: cells that were merged; where there are any, the rows are lists.
    """

    numbers: list[int]
    rows: Sequence[Sequence[Any]]
    quoted_first: bool = False
    problems: tuple[RowProblem, ...] = ()
    spans: tuple[Span, ...] = ()


def to_table(path: str, name: str, grid: Grid, encoding: str = "", crs: Crs | None = None) -> ForeignTable:
    """The grid as rows with attributes, and points where it has coordinate columns.

    ``crs`` is None for a plain table: which system its coordinates are in nobody has said.
    """
    start, names, remarks = _header(grid)
    remarks += _fill_merged(grid, start, names)
    body, numbers, problems = _body(grid, start, len(names))
    cells = zip(*body, strict=True) if body else ([] for _ in names)
    columns = [_typed(list(column)) for column in cells]
    table = pa.table([pa.array(numbers, pa.int64()), *columns], names=[ROW, *names])
    problems = [*grid.problems, *(RowProblem(None, remark) for remark in remarks), *problems]
    return locate(ForeignTable(path, name, table, None, crs, encoding, tuple(problems)))


def locate(table: ForeignTable) -> ForeignTable:
    """The table with points (or WKT geometry) made from its columns; unchanged when it has none such."""
    rows = table.table.column(ROW).to_pylist()
    wkt = find_wkt(table.table)
    if wkt is not None:
        geometry, problems = geometry_from_wkt(table.table, rows, wkt)
        return _with(table, table.table.drop_columns([wkt]), geometry, problems, None)
    columns = find_coordinates(table.table)
    if columns is None:
        return table
    geometry, problems = points(table.table, rows, columns)
    remarks = [RowProblem(None, remark) for remark in columns.remarks()]
    return _with(table, table.table, geometry, remarks + problems, (columns.east, columns.north))


def relocate(table: ForeignTable, east: str, north: str) -> ForeignTable:
    """A plain table with points made from the two columns named, whatever was recognised in it before.

    Without one of them its rows have no place. A table whose geometry is its own comes back as it is.
    """
    if table.geometry is not None and table.coordinate_fields is None:
        return table
    bare = replace(
        table,
        geometry=None,
        coordinate_fields=None,
        problems=tuple(each for each in table.problems if each.problem.rule not in _OF_COORDINATES),
    )
    if not {east, north} <= set(table.table.column_names):
        return bare
    rows = table.table.column(ROW).to_pylist()
    geometry, problems = points(table.table, rows, CoordinateColumns(east, north, "sure"))
    return _with(bare, bare.table, geometry, problems, (east, north))


def describe_table(table: ForeignTable, shape: Any, count: int) -> ForeignLayer:
    """The description of a table that has been read, in part or whole."""
    remarks = tuple(entry.problem for entry in table.problems if entry.row is None)
    attributes = table.table.drop_columns([ROW])
    return ForeignLayer(
        table.layer, shape, count, table.crs, fields_of(attributes), sample_rows(attributes), remarks,
        table.coordinate_fields,
    )  # fmt: skip


def _with(
    table: ForeignTable,
    rows: pa.Table,
    geometry: pa.Array,
    problems: list[RowProblem],
    fields: tuple[str, str] | None,
) -> ForeignTable:
    return ForeignTable(
        table.path,
        table.layer,
        rows,
        geometry,
        table.crs,
        table.encoding,
        (*table.problems, *problems),
        fields,
    )


def _fill_merged(grid: Grid, start: int, names: Sequence[str]) -> list[Problem]:
    """Below the header a merged cell says the same of every row; so much was filled in, in these columns."""
    if not grid.spans:
        return []
    below = grid.numbers[start - 1] if start else 0
    filled = fill_down(grid.numbers, [*map(_as_list, grid.rows)], grid.spans, below)
    columns = sorted({column for _, column in filled if column < len(names)})
    if not columns:
        return []
    told = {"count": len(filled), "columns": tuple(names[column] for column in columns)}
    return [problem("merged_cells", "note", Message("format.merged_cells", told))]


def _as_list(row: Sequence[Any]) -> list[Any]:
    assert isinstance(row, list)
    return row


def _header(grid: Grid) -> tuple[int, list[str], list[Problem]]:
    """Where the body starts, the column names, and what there is to say about them."""
    width = min(max((len(row) for row in grid.rows[:2000]), default=0), MOST_COLUMNS)
    place = _header_row(grid)
    if place is None:
        names = [f"field_{number}" for number in range(1, width + 1)]
        return (
            0,
            names,
            [problem("header_missing", "warning", Message("format.header_missing"))] if grid.rows else [],
        )
    cells = [_text(cell) or "" for cell in grid.rows[place]]
    while len(cells) > 1 and not cells[-1] and not _filled(grid, place, len(cells) - 1):
        cells.pop()
    names, repeated = distinct_names([" ".join(cell.split()) for cell in cells[:MOST_COLUMNS]])
    remarks = []
    if place > 0:
        message = Message("format.header_later", {"line": grid.numbers[place]})
        remarks.append(problem("header_later", "note", message))
    for name in dict.fromkeys(repeated):
        message = Message("format.field_repeated", {"name": name})
        remarks.append(problem("field_repeated", "warning", message, column=name))
    return place + 1, names, remarks


def _header_row(grid: Grid) -> int | None:
    """The first row that looks like names: nearly as wide as the table, different texts, no numbers."""
    rows = grid.rows[:_HEADER_SEARCH]
    widths = [sum(_text(cell) is not None for cell in row) for row in rows]
    # The usual width: single rows that run over say nothing of the table.
    wide = sorted(widths)[len(widths) // 2] if widths else 0
    for place, row in enumerate(rows):
        texts = [text for cell in row if (text := _text(cell)) is not None]
        if len(texts) < max(0.6 * wide, 1) or (wide > 1 and len(texts) < 2):
            continue
        if place == 0 and grid.quoted_first:
            return 0
        names = [text for text in texts if not _is_value(text)]
        distinct = len(set(names)) >= 0.5 * len(names)
        return place if names and len(names) >= 0.6 * len(texts) and distinct else None
    return None


def _filled(grid: Grid, place: int, column: int) -> bool:
    return any(
        len(row) > column and _text(row[column]) is not None for row in grid.rows[place + 1 : place + 200]
    )


def _body(grid: Grid, start: int, width: int) -> tuple[list[Sequence[Any]], list[int], list[RowProblem]]:
    """The rows below the header, each of the header's width; blank rows vanish."""
    body: list[Sequence[Any]] = []
    numbers: list[int] = []
    problems: list[RowProblem] = []
    for line, row in zip(grid.numbers[start:], grid.rows[start:], strict=True):
        if not any(row) and not any(_text(cell) for cell in row):
            continue
        if len(row) > width:
            beyond = [cell for cell in row[width:] if _text(cell) is not None]
            if beyond and len(problems) < _LISTED:
                message = Message("format.row_too_long", {"expected": width, "found": len(row)})
                found = problem("row_too_long", "warning", message, value=str(beyond[0])[:80])
                problems.append(RowProblem(line, found))
            row = row[:width]
        body.append(row if len(row) == width else [*row, *[None] * (width - len(row))])
        numbers.append(line)
    return body, numbers, problems


def _typed(values: list[Any]) -> pa.Array:
    """A column of one kind: whole numbers, numbers, booleans, dates, moments, else text."""
    kinds = set(map(type, values)) - {type(None)}
    if kinds == {str}:
        return _trimmed(pa.array(values, pa.string()))
    # A sheet gives blank cells as empty texts between its numbers.
    values = [_text(value) if isinstance(value, str) else value for value in values]
    kinds = set(map(type, values)) - {type(None)}
    if kinds <= {int, float} and kinds:
        if all(value is None or (float(value).is_integer() and abs(value) < 2**53) for value in values):
            return pa.array([None if value is None else int(value) for value in values], pa.int64())
        return pa.array([None if value is None else float(value) for value in values], pa.float64())
    if kinds == {bool}:
        return pa.array(values, pa.bool_())
    if kinds == {datetime.date}:
        return pa.array(values, pa.date32())
    if kinds and kinds <= {datetime.date, datetime.datetime}:
        return pa.array([_moment(value) for value in values], pa.timestamp("ms"))
    return pa.array([_text(value) for value in values], pa.string())


def _trimmed(column: pa.Array) -> pa.Array:
    """Texts without blanks around them; null for what is then empty."""
    texts = pc.utf8_trim_whitespace(column)
    return pc.if_else(pc.equal(texts, ""), pa.scalar(None, pa.string()), texts)


def _moment(value: Any) -> Any:
    is_date = isinstance(value, datetime.date) and not isinstance(value, datetime.datetime)
    return datetime.datetime.combine(value, datetime.time()) if is_date else value


def _text(value: Any) -> str | None:
    """A cell as text, whole numbers without decimals; None when it is blank."""
    if value is None:
        return None
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 2**53 else repr(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    return str(value).strip().replace("\x00", "") or None


def _is_value(text: str) -> bool:
    try:
        return number(text) is not None
    except ValueError:
        return text[:4].isdigit() and ("-" in text or "/" in text)
