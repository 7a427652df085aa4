"""A record sheet that came back becomes a package: the base with what was filled in. All wrong cells are told."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import shapely

from layers.census.packages.sheets.file import Grid, read_sheet_file
from layers.census.packages.sheets.writing import (
    CODE_KEY,
    EAST,
    FIND,
    NORTH,
    RECORD_KEY,
    REST,
    Column,
    columns_of,
)
from layers.census.packages.shelf import Shelf
from layers.census.values import as_text
from layers.census.words import (
    AGAIN,
    FOUND,
    INACCESSIBLE,
    MOVED,
    NEW,
    NOT_FOUND,
    PACKAGE,
    PLANNED,
    RECORD,
    VISITED,
)
from layers.errors import UserError
from layers.model.catalogue import AssetType, Catalogue
from layers.model.fields import Field, ValueRefused
from layers.model.outline import GEOMETRY
from layers.model.query import Box
from layers.register import Register
from layers.store import gpkg
from layers.store.packages import PackageFile, write_values
from layers.store.schema import FID, build_schema
from layers.text import Message, Texts

_LANGUAGES = ("zh", "en")
_TOLD = 8
_AROUND_M = 20_000.0
_NAMED_FROM, _NAMED, _UNNAMED_FROM, _PER_TYPE = 40_000, 40_000, 90_000, 1_000
"""Where in the block of a package the new rows of its sheets lie: those with a code by that, others by their line."""
_WIDE = str.maketrans("（）：", "():")


def package_of(register: Register, shelf: Shelf, sheets: Path, out: Path) -> tuple[Message, ...]:
    """Write to ``out`` the package that the record sheets stand for: its base with what was filled in. What is to be
    said of how they were read.

    Raises ``UserError`` for what is no record sheet, a base that is gone, and cells that cannot be read: all are told
    by sheet, line and column, and nothing is taken in.
    """
    file = read_sheet_file(sheets)
    base = shelf.base(file.code)
    row = register.by_code(PACKAGE, file.code)
    if row is None:
        known = {"place": sheets.name, "code": file.code}
        raise UserError(Message("packages.unknown", known), Message("packages.unknown_hint"))
    if not shelf.sound(base, row["base_sha256"]):
        raise UserError(
            Message("packages.base_lost", {"code": file.code}), Message("packages.base_lost_hint")
        )
    schema = build_schema(register.catalogue, gpkg.srid_of(register.crs))
    package = PackageFile(base, schema)
    try:
        reading = _Reading(register.catalogue, package.says, package.rows(RECORD))
    finally:
        package.close()
    for grid in file.grids:
        reading.take(grid)
    if reading.wrong:
        raise _refused(reading.wrong)
    write_values(base, out, schema, RECORD, reading.updates, list(reading.inserts.values()))
    filled = sum(grid.filled for grid in file.grids)
    return (Message("packages.sheet.merged", {"count": filled}),) if filled else ()


@dataclass(frozen=True)
class _Wrong:
    sheet: str
    row: int
    column: str | Message
    why: Message


@dataclass
class _Row:
    """What one line tells, as far as it can be read."""

    number: int
    record: str = ""
    code: str = ""
    found: dict[str, Any] = field(default_factory=dict)
    rest: dict[str, Any] = field(default_factory=dict)
    place: dict[str, float] = field(default_factory=dict)

    @property
    def tells(self) -> bool:
        return bool(self.found or self.rest or self.place)


class _Reading:
    """Takes one grid after the other."""

    def __init__(
        self, catalogue: Catalogue, says: Mapping[str, Any], records: Mapping[int, Mapping[str, Any]]
    ) -> None:
        self._catalogue, self._says, self._records = catalogue, says, records
        self._around = _around(records)
        self._lines: dict[int, int] = {}
        self.updates: dict[int, dict[str, Any]] = {}
        self.inserts: dict[int, dict[str, Any]] = {}
        self.wrong: list[_Wrong] = []

    def take(self, grid: Grid) -> None:
        """Read every line of a grid."""
        asset_type = self._type(grid)
        if asset_type is None:
            self._tell(grid, 1, "", Message("packages.sheet.no_type", {"name": grid.name}))
            return
        columns, rest = self._columns(grid, asset_type)
        unnamed = 0
        for number, cells in rest:
            row = self._row(grid, number, cells, columns)
            if row.record:
                self._update(grid, row, asset_type)
            elif row.tells or row.code:
                unnamed += not row.code
                self._insert(grid, row, asset_type, unnamed)

    # ---- what stands where

    def _type(self, grid: Grid) -> AssetType | None:
        name = grid.name.casefold()
        for asset_type in self._catalogue:
            titles = {asset_type.name, *(asset_type.title[code][:31].casefold() for code in _LANGUAGES)}
            if name in titles and asset_type.group == "network":
                return asset_type
        return None

    def _columns(
        self, grid: Grid, asset_type: AssetType
    ) -> tuple[dict[int, Column], Sequence[tuple[int, Sequence[Any]]]]:
        """The columns by their place, and the lines below. Headings are known in both languages; or by their keys."""
        rows = list(grid.rows)
        known = dict(_known(asset_type, self._catalogue[RECORD]))
        if rows and {RECORD_KEY, EAST} <= {str(cell) for cell in rows[0][1]}:
            heads, below = rows[0][1], rows[2:]
            by_name = {column.key: column for column in known.values()}
        else:
            heads, below = (rows[0][1] if rows else ()), rows[1:]
            by_name = known
        columns = {}
        for at, head in enumerate(heads):
            column = by_name.get(_plain_head(head))
            if column is not None:
                columns[at] = column
            elif str(head or "").strip():
                number = rows[0][0]
                self._tell(grid, number, str(head), Message("packages.sheet.no_column"))
        if not any(column.key == RECORD_KEY for column in columns.values()):
            why = Message("packages.sheet.no_head")
            self._tell(grid, rows[0][0] if rows else 1, "", why)
            return {}, ()
        return columns, below

    def _row(self, grid: Grid, number: int, cells: Sequence[Any], columns: Mapping[int, Column]) -> _Row:
        row = _Row(number)
        for at, column in columns.items():
            cell = cells[at] if at < len(cells) else None
            if cell is None or cell == "":
                continue
            try:
                self._cell(row, column, cell)
            except ValueRefused as error:
                self._tell(grid, number, column.title, error.problem.message)
            except ValueError:
                self._tell(
                    grid, number, column.title, Message("packages.sheet.no_number", {"value": str(cell)})
                )
        return row

    def _cell(self, row: _Row, column: Column, cell: Any) -> None:
        key, of = column.key, column.field
        if key == RECORD_KEY:
            row.record = str(cell)
        elif key == CODE_KEY:
            row.code = str(cell)
        elif key in (EAST, NORTH):
            row.place[key] = float(str(cell).replace("，", "").replace(",", ""))
        elif key in REST and of is not None:
            row.rest[key] = _parsed(of, cell)
        elif key.startswith(FIND) and of is not None:
            row.found[of.name] = _parsed(of, cell)

    # ---- what it says of a record

    def _update(self, grid: Grid, row: _Row, asset_type: AssetType) -> None:
        id = int(row.record) if row.record.isdigit() else -1
        record = self._records.get(id)
        heading = Message("packages.sheet.record")
        if record is None or record["target_type"] != asset_type.name:
            self._tell(grid, row.number, heading, Message("packages.sheet.no_record", {"value": row.record}))
        elif id in self._lines:
            told = {"value": row.record, "row": self._lines[id]}
            self._tell(grid, row.number, heading, Message("packages.sheet.twice", told))
        elif row.tells:
            self._lines[id] = row.number
            place = self._place(grid, row)
            outcome = row.rest.get("outcome") or record["outcome"] or (MOVED if place else FOUND)
            if self._is_sound(grid, row, outcome):
                state = VISITED if record["state"] in (None, PLANNED, AGAIN) else record["state"]
                found = as_text(row.found) if row.found else record["found"]
                values = {**row.rest, "state": state, "outcome": outcome, "found": found}
                self.updates[id] = {**values, **({GEOMETRY: place} if place else {})}

    def _insert(self, grid: Grid, row: _Row, asset_type: AssetType, unnamed: int) -> None:
        place = self._place(grid, row)
        outcome = row.rest.get("outcome") or NEW
        if outcome != NEW:
            heading = Message("packages.sheet.record")
            self._tell(grid, row.number, heading, Message("packages.sheet.not_new"))
            return
        most = _NAMED // 2 if row.code else _PER_TYPE
        if (len(self.inserts) if row.code else unnamed) >= most:
            why = Message("packages.sheet.too_many", {"count": most})
            self._tell(grid, row.number, Message("packages.sheet.record"), why)
            return
        id = self._id_of(asset_type, row.code, unnamed)
        found = {**({CODE_KEY: row.code} if row.code and CODE_KEY in asset_type else {}), **row.found}
        name = row.code or f"{self._says.get('code')}-{asset_type.name}-{unnamed}"
        self.inserts[id] = {
            FID: id,
            "campaign": self._says.get("campaign"),
            "lot": self._says.get("lot"),
            "target_type": asset_type.name,
            "state": VISITED,
            "outcome": NEW,
            "found": as_text(found),
            "provisional_code": name[:40],
            "remark": row.rest.get("remark"),
            GEOMETRY: place,
        }

    def _id_of(self, asset_type: AssetType, code: str, unnamed: int) -> int:
        """The id in the package's block: the same for the same line when the sheet comes once more."""
        first = int(self._says.get("first_id") or 0)
        if not code:
            types = [t.name for t in self._catalogue if t.group == "network"]
            return first + _UNNAMED_FROM + types.index(asset_type.name) * _PER_TYPE + unnamed % _PER_TYPE
        at = zlib.crc32(f"{asset_type.name}:{code.casefold()}".encode()) % _NAMED
        while (id := first + _NAMED_FROM + at) in self.inserts:
            at = (at + 1) % _NAMED
        return id

    def _is_sound(self, grid: Grid, row: _Row, outcome: str) -> bool:
        if outcome in (NOT_FOUND, INACCESSIBLE) and row.found:
            self._tell(grid, row.number, Message("packages.sheet.outcome"), Message("packages.sheet.unseen"))
        elif outcome == INACCESSIBLE and not row.rest.get("remark"):
            self._tell(grid, row.number, Message("packages.sheet.outcome"), Message("packages.sheet.why"))
        else:
            return True
        return False

    def _place(self, grid: Grid, row: _Row) -> shapely.Point | None:
        if not row.place:
            return None
        east, north = row.place.get(EAST), row.place.get(NORTH)
        heading = Message("packages.sheet.east")
        if east is None or north is None:
            self._tell(grid, row.number, heading, Message("packages.sheet.half_place"))
            return None
        box = self._around
        if box is None or _holds(box, east, north):
            return shapely.Point(east, north)
        swapped = "swapped" if _holds(box, north, east) else "far"
        self._tell(grid, row.number, heading, Message(f"packages.sheet.{swapped}"))
        return None

    def _tell(self, grid: Grid, row: int, column: str | Message, why: Message) -> None:
        self.wrong.append(_Wrong(grid.name, row, column, why))


def _known(asset_type: AssetType, record_type: AssetType) -> Iterator[tuple[str, Column]]:
    """The columns that a sheet of any version of the form may have, by their headings in both languages."""
    fields = [f for f in asset_type.columns if not f.companion_of]
    for code in _LANGUAGES:
        for column in columns_of(asset_type, fields, record_type, Texts(code)):
            yield _plain_head(column.title), column


def _plain_head(head: object) -> str:
    return str(head or "").strip().translate(_WIDE)


def _parsed(of: Field, cell: Any) -> Any:
    value = of.parse(cell if isinstance(cell, bool) else str(cell))
    wrong = next((p for p in of.check(value) if p.severity == "error"), None) if value is not None else None
    if wrong is not None:
        raise ValueRefused(wrong)
    return value


def _around(records: Mapping[int, Mapping[str, Any]]) -> Box | None:
    places = [row[GEOMETRY].bounds for row in records.values() if row.get(GEOMETRY) is not None]
    if not places:
        return None
    x0, y0, x1, y1 = zip(*places, strict=True)
    return Box(min(x0) - _AROUND_M, min(y0) - _AROUND_M, max(x1) + _AROUND_M, max(y1) + _AROUND_M)


def _holds(box: Box, x: float, y: float) -> bool:
    return box.x0 <= x <= box.x1 and box.y0 <= y <= box.y1


def _refused(wrong: Sequence[_Wrong]) -> UserError:
    told = [
        Message("packages.sheet.cell", {"sheet": w.sheet, "row": w.row, "field": w.column, "why": w.why})
        for w in wrong
    ]
    first = {"count": len(wrong), "first": told[0]}
    more = Message("packages.sheet.cells", {"lines": tuple(told[:_TOLD])})
    return UserError(Message("packages.sheet.wrong", first), Message("packages.sheet.cell_hint"), more)
