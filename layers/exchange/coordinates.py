"""Which columns of a plain table hold its coordinates, and the points made of them.

Chinese survey tables write X for north and Y for east, map programs the other way round. The numbers decide
where they can; where they cannot, the language of the header does, and a remark says so.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from layers.exchange.foreign import RowProblem, problem
from layers.geometry.crs_detection import guess_crs
from layers.model.problem import Problem
from layers.text import Message

_SAMPLE = 2000
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_NOISE = re.compile(r"[\s_\-.:：/°度米]|坐标值?|coord(inate)?s?|^point|^pt|^geo")
_UNIT = re.compile(r"[(（\[][^)）\]]*[)）\]]")
_DEGREES = re.compile(
    r"^([EWNSewns东西南北])?\s*(-?\d{1,3})\s*[°度d:\s]\s*(\d{1,2})\s*['′分m:\s]\s*(\d{1,2}(?:\.\d+)?)\s*(?:\"|″|''|秒|s)?\s*"
    r"([EWNSewns东西南北])?$"
)
_FULL_WIDTH = str.maketrans("０１２３４５６７８９．－，", "0123456789.-,")
_BLANK = frozenset({"", "-", "--", "/", "无", "null", "none", "nan", "n/a"})

_LON = frozenset(
    {"lon", "lng", "long", "longitude", "经", "jd", "jingdu", "经度", "东经", "经纬x", "wgs84lon", "gpslon"}
)
_LAT = frozenset({"lat", "latitude", "纬", "wd", "weidu", "纬度", "北纬", "经纬y", "wgs84lat", "gpslat"})
_EAST = frozenset(
    {"e", "east", "easting", "eastings", "东", "东向", "横", "横y", "横x", "y东", "东y", "e东", "东e"}
)
_NORTH = frozenset(
    {"n", "north", "northing", "northings", "北", "北向", "纵", "纵x", "纵y", "x北", "北x", "n北", "北n"}
)
_X = frozenset({"x", "xm", "xx", "地面x", "管点x", "中心x"})
_Y = frozenset({"y", "ym", "yy", "地面y", "管点y", "中心y"})
_WKT = frozenset({"wkt", "geom", "geometry", "thegeom", "shape", "wktgeom", "几何"})

Order = Literal["sure", "by_numbers", "by_custom"]


@dataclass(frozen=True)
class CoordinateColumns:
    """The columns of the eastings (longitudes) and northings (latitudes), and how the order was settled."""

    east: str
    north: str
    order: Order

    def remarks(self) -> list[Problem]:
        """What to tell the user about them: nothing when the names say it all."""
        names = {"east": self.east, "north": self.north}
        if self.order == "by_numbers":
            return [problem("axes_by_numbers", "note", Message("format.axes_by_numbers", names))]
        if self.order == "by_custom":
            return [problem("axes_by_custom", "warning", Message("format.axes_by_custom", names))]
        return []


def find_coordinates(table: pa.Table) -> CoordinateColumns | None:
    """The coordinate columns of ``table``; None when it has none (its rows are then unlocated)."""
    names = [name for name in table.column_names if not name.startswith("__")]
    bare = {name: _bare(name) for name in names}
    for east, north in ((_LON, _LAT), (_EAST, _NORTH)):
        x, y = _first(bare, east), _first(bare, north)
        if x and y and _numeric(table, x) and _numeric(table, y):
            return CoordinateColumns(x, y, "sure")
    x, y = _first(bare, _X), _first(bare, _Y)
    if not (x and y and _numeric(table, x) and _numeric(table, y)):
        return None
    return _in_order(table, x, y, any(_CHINESE.search(name) for name in names))


def find_wkt(table: pa.Table) -> str | None:
    """The column that holds geometry as text; None when there is none."""
    names: list[str] = table.column_names
    for name in names:
        if _bare(name) in _WKT and pa.types.is_string(table.schema.field(name).type):
            values = [v for v in table.column(name).slice(0, _SAMPLE).to_pylist() if v][:20]
            if values and sum(_from_wkt(value) is not None for value in values) >= 0.6 * len(values):
                return name
    return None


def points(
    table: pa.Table, rows: Sequence[int], columns: CoordinateColumns
) -> tuple[pa.Array, list[RowProblem]]:
    """Points as WKB, null where a row has no coordinates, and what was wrong with some. 0, 0 is no place."""
    problems: list[RowProblem] = []
    east = _numbers(table, rows, columns.east, problems)
    north = _numbers(table, rows, columns.north, problems)
    present = ~(np.isnan(east) | np.isnan(north))
    told = {each.row for each in problems}
    for name, missing in (
        (columns.east, np.isnan(east) & ~np.isnan(north)),
        (columns.north, np.isnan(north) & ~np.isnan(east)),
    ):
        message = Message("format.coordinate_missing", {"column": name})
        found = problem("coordinate_missing", "warning", message, column=name)
        problems += [
            RowProblem(rows[n], found) for n in np.flatnonzero(missing).tolist() if rows[n] not in told
        ]
    zero = present & (east == 0.0) & (north == 0.0)
    nowhere = problem("coordinates_zero", "note", Message("format.coordinates_zero"), column=columns.east)
    problems += [RowProblem(rows[index], nowhere) for index in np.flatnonzero(zero).tolist()]
    present &= ~zero
    wkb = np.full(len(east), None, dtype=object)
    wkb[present] = shapely.to_wkb(shapely.points(east[present], north[present]), flavor="iso")
    return pa.array(wkb, pa.binary()), problems


def geometry_from_wkt(table: pa.Table, rows: Sequence[int], column: str) -> tuple[pa.Array, list[RowProblem]]:
    """WKB of a column of WKT, null where it is blank, and a problem for every text that is none."""
    problems: list[RowProblem] = []
    result: list[bytes | None] = []
    for row, text in zip(rows, table.column(column).to_pylist(), strict=True):
        geometry = _from_wkt(text) if text else None
        if text and geometry is None:
            message = Message("format.wkt_unreadable")
            problems.append(
                RowProblem(row, problem("wkt_unreadable", "warning", message, column=column, value=text[:80]))
            )
        result.append(None if geometry is None else shapely.to_wkb(geometry, flavor="iso"))
    return pa.array(result, pa.binary()), problems


def number(value: Any) -> float | None:
    """A coordinate as a number: 546550.66, "546,550.66", "１１１.47", "111°28′12.5″"; None for blank.

    Raises ``ValueError`` for anything else.
    """
    if value is None:
        return None
    if isinstance(value, bool):
        raise ValueError(value)
    if isinstance(value, int | float):
        return None if math.isnan(value) else float(value)
    text = str(value).strip().translate(_FULL_WIDTH)
    if text.lower() in _BLANK:
        return None
    degrees = _DEGREES.match(text)
    if degrees:
        return _from_degrees(degrees)
    if re.fullmatch(r"-?\d{1,3}(,\d{3})+(\.\d*)?", text):
        text = text.replace(",", "")
    result = float(text)
    if not math.isfinite(result):
        raise ValueError(text)
    return result


def _from_degrees(match: re.Match[str]) -> float:
    before, degrees, minutes, seconds, after = match.groups()
    value = abs(int(degrees)) + int(minutes) / 60.0 + float(seconds) / 3600.0
    side = (before or after or "").upper()
    return -value if side in ("W", "S", "西", "南") or degrees.startswith("-") else value


def _bare(name: str) -> str:
    bare = _UNIT.sub("", name).strip().lower()
    shorter = _NOISE.sub("", bare)
    return shorter or bare


def _first(bare: dict[str, str], wanted: frozenset[str]) -> str | None:
    for name, word in bare.items():
        if word in wanted:
            return name
    return None


def _numeric(table: pa.Table, name: str) -> bool:
    """Whether most filled values of the column are coordinates."""
    values = table.column(name).slice(0, _SAMPLE).to_pylist()
    good = bad = 0
    for value in values:
        try:
            good += number(value) is not None
        except ValueError:
            bad += 1
    return good > 0 and good >= 2 * bad


def _in_order(table: pa.Table, x: str, y: str, chinese: bool) -> CoordinateColumns:
    pairs = np.column_stack((_numbers(table, None, x, []), _numbers(table, None, y, [])))
    pairs = pairs[np.isfinite(pairs).all(axis=1) & (pairs != 0.0).any(axis=1)]
    guess = guess_crs(pairs[:_SAMPLE])
    if guess.reason.id in ("crs.guess.local", "crs.guess.empty") or (
        chinese and guess.reason.id == "crs.guess.degrees"
    ):
        return CoordinateColumns(y, x, "by_custom") if chinese else CoordinateColumns(x, y, "by_custom")
    return CoordinateColumns(y, x, "by_numbers") if guess.swapped else CoordinateColumns(x, y, "sure")


def _numbers(
    table: pa.Table, rows: Sequence[int] | None, name: str, problems: list[RowProblem]
) -> NDArray[np.float64]:
    column = table.column(name)
    if pa.types.is_floating(column.type) or pa.types.is_integer(column.type):
        return np.asarray(column.cast(pa.float64(), safe=False).to_numpy(), dtype=np.float64)
    try:
        plainly = pc.cast(column, pa.float64()).to_numpy()
        if not np.isinf(plainly).any():
            return np.asarray(plainly, dtype=np.float64)
    except pa.ArrowException:
        pass  # some are written in another way: one by one, then
    result = np.full(len(column), np.nan)
    for index, value in enumerate(column.to_pylist()):
        try:
            read = number(value)
        except ValueError:
            if rows is not None:
                message = Message("format.coordinate_unreadable")
                found = problem(
                    "coordinate_unreadable", "warning", message, column=name, value=str(value)[:80]
                )
                problems.append(RowProblem(rows[index], found))
            continue
        result[index] = np.nan if read is None else read
    return result


def _from_wkt(text: str) -> Any:
    try:
        return shapely.from_wkt(re.sub(r"^SRID=\d+;", "", text.strip()))
    except (shapely.errors.ShapelyError, ValueError):
        return None
