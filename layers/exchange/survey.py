"""Survey: what a foreign layer really holds, column by column, looked at once as a whole in the worker process.

The mapping is guessed from it, units are judged by it, and the import window shows it. It is small whatever
the size of the layer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray
from pyproj import Geod

from layers.exchange.foreign import ForeignTable, RowProblem
from layers.exchange.formats import read_layer
from layers.feedback import Feedback
from layers.geometry.crs import Crs
from layers.model.catalogue import Shape

ColumnKind = Literal["text", "integer", "number", "boolean", "date", "instant", "other"]

_TOP = 200
_SAMPLE = 4000
_COURSES = 1000
_VERTICES = 20
_SHAPES: dict[int, Shape] = {
    0: "point",
    1: "line",
    2: "line",
    3: "polygon",
    4: "point",
    5: "line",
    6: "polygon",
}


@dataclass(frozen=True)
class ColumnSurvey:
    """One column: how many rows are filled, how many values differ, the ``top`` values with their counts.

    ``minimum``, ``median``, ``maximum`` are those of numbers, also of numbers written as text; None if
    there are none.
    """

    name: str
    kind: ColumnKind
    rows: int
    filled: int
    distinct: int
    top: tuple[tuple[Any, int], ...] = ()
    minimum: float | None = None
    median: float | None = None
    maximum: float | None = None

    @property
    def is_key(self) -> bool:
        """Whether every row has a value of its own."""
        return 0 < self.rows == self.filled == self.distinct


@dataclass(frozen=True)
class LayerSurvey:
    """One layer: its rows, columns, shapes and place.

    ``bounds`` are in the layer's own coordinates. ``drawn`` holds the drawn length of up to some thousand
    sampled lines (metres on the ellipsoid for degrees, else coordinate units times the unit the CRS
    declares), ``numbers`` the numeric columns of the same rows, ``points`` one coordinate of each sampled
    row, (n, 2). ``courses`` are vertices of some of the lines, (m, 2), and ``course_of`` which line each is of;
    of a line that winds only some. ``unit``: what its coordinates count in where it states that and no CRS ("": nothing
    stated). ``called``: what its layer of the drawing is called, if it is one of a drawing's.
    """

    name: str
    rows: int
    shape: Shape | None
    columns: tuple[ColumnSurvey, ...]
    crs: Crs | None
    bounds: tuple[float, float, float, float] | None = None
    shapes: Mapping[str, int] = field(default_factory=dict)
    multiparts: int = 0
    points: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 2)))
    drawn: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    numbers: Mapping[str, NDArray[np.float64]] = field(default_factory=dict)
    remarks: tuple[RowProblem, ...] = ()
    coordinate_fields: tuple[str, str] | None = None
    unit: str = ""
    called: str = ""
    courses: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 2)))
    course_of: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    def column(self, name: str) -> ColumnSurvey:
        """The column of that name; ``KeyError`` when there is none."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def is_plain(self) -> bool:
        """Whether it is a table whose places, if it has any, stand in two of its columns."""
        return self.coordinate_fields is not None or not self.located

    @property
    def located(self) -> int:
        """How many rows have a geometry."""
        return sum(self.shapes.values()) - self.shapes.get("none", 0)


def survey_layer(
    feedback: Feedback,
    path: str | Path,
    layer: str,
    encoding: str | None = None,
    coordinates: tuple[str, str] | None = None,
) -> LayerSurvey:
    """Read the layer once and describe it. Runs in the worker. Raises ``UserError`` when it cannot be read."""
    return survey_table(layer, read_layer(path, layer, encoding, feedback, coordinates))


def survey_table(name: str, found: ForeignTable) -> LayerSurvey:
    """Describe a layer that has been read."""
    columns = tuple(
        _survey_column(column, found.table.column(column))
        for column in found.table.column_names
        if not column.startswith("__")
    )
    rows = found.table.num_rows
    place = _Place(rows) if found.geometry is None else _Place.of(found.geometry, found.crs)
    return LayerSurvey(
        name,
        rows,
        place.shape,
        columns,
        found.crs,
        place.bounds,
        place.shapes,
        place.multiparts,
        place.points,
        place.drawn,
        _numbers(found.table, place.sampled) if len(place.drawn) else {},
        tuple(found.problems),
        found.coordinate_fields,
        found.unit,
        found.called,
        place.courses,
        place.course_of,
    )


def scaled(survey: LayerSurvey, scale: float) -> LayerSurvey:
    """The layer as if its coordinates were written ``scale`` times as large."""
    if scale == 1.0:
        return survey
    bounds = None
    if survey.bounds is not None:
        x0, y0, x1, y1 = survey.bounds
        bounds = (x0 * scale, y0 * scale, x1 * scale, y1 * scale)
    return replace(survey, bounds=bounds, points=survey.points * scale, drawn=survey.drawn * scale)


def _survey_column(name: str, values: pa.ChunkedArray) -> ColumnSurvey:
    kind = _kind(values.type)
    rows = len(values)
    filled = rows - values.null_count
    if kind == "other" or not filled:
        return ColumnSurvey(name, kind, rows, filled, 0)
    if kind == "text":
        present = pc.fill_null(pc.not_equal(pc.utf8_trim_whitespace(values), ""), False)
        filled = pc.sum(present).as_py() or 0
    counted = values.drop_null().value_counts()
    if isinstance(counted, pa.ChunkedArray):
        counted = counted.combine_chunks()
    amounts = counted.field("counts").to_numpy(zero_copy_only=False)
    words = counted.field("values")
    order = np.argsort(-amounts, kind="stable")[:_TOP]
    top = tuple(zip(words.take(pa.array(order)).to_pylist(), (int(n) for n in amounts[order]), strict=True))
    top = tuple((value, count) for value, count in top if not (isinstance(value, str) and not value.strip()))
    low, middle, high = _spread(as_numbers(words), amounts)
    distinct = len(words) - (1 if kind == "text" and filled < rows - values.null_count else 0)
    return ColumnSurvey(name, kind, rows, filled, distinct, top, low, middle, high)


def _kind(kind: pa.DataType) -> ColumnKind:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    tests: tuple[tuple[Any, ColumnKind], ...] = (
        (pa.types.is_boolean, "boolean"), (pa.types.is_integer, "integer"), (pa.types.is_floating, "number"),
        (pa.types.is_decimal, "number"), (pa.types.is_string, "text"), (pa.types.is_large_string, "text"),
        (pa.types.is_date, "date"), (pa.types.is_timestamp, "instant"),
    )  # fmt: skip
    return next((name for test, name in tests if test(kind)), "other")


def as_numbers(values: pa.Array) -> NDArray[np.float64]:
    """The values as numbers, NaN where one is none; of texts, those that are plain numbers."""
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        plain = pc.match_substring_regex(values, r"^\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,3})?\s*$")
        values = pc.utf8_trim_whitespace(pc.if_else(pc.fill_null(plain, False), values, None))
        # Arrow refuses a leading plus sign, which people write.
        values = pc.replace_substring_regex(values, r"^\+", "")
    elif not (pa.types.is_integer(values.type) or pa.types.is_floating(values.type)):
        return np.full(len(values), np.nan)
    # Hashes and other 64-bit numbers lose digits here, which is all right for statistics.
    numbers = pc.cast(values, pa.float64(), safe=False)
    result: NDArray[np.float64] = pc.fill_null(numbers, float("nan")).to_numpy(zero_copy_only=False)
    return result


def _spread(
    values: NDArray[np.float64], amounts: NDArray[np.int64]
) -> tuple[float | None, float | None, float | None]:
    known = np.isfinite(values)
    if not known.any():
        return None, None, None
    values, amounts = values[known], amounts[known]
    order = np.argsort(values)
    ranks = np.cumsum(amounts[order])
    middle = values[order][np.searchsorted(ranks, ranks[-1] / 2)]
    return float(values.min()), float(middle), float(values.max())


def _numbers(table: pa.Table, sampled: NDArray[np.int64]) -> dict[str, NDArray[np.float64]]:
    picked = table.take(pa.array(sampled))
    result = {}
    for name in picked.column_names:
        column = picked.column(name).combine_chunks()
        if _kind(column.type) in ("integer", "number", "text") and not pa.types.is_dictionary(column.type):
            numbers = as_numbers(column)
            if np.isfinite(numbers).any():
                result[name] = numbers
    return result


@dataclass
class _Place:
    """What the geometries of a layer tell."""

    rows: int
    shape: Shape | None = None
    bounds: tuple[float, float, float, float] | None = None
    shapes: Mapping[str, int] = field(default_factory=dict)
    multiparts: int = 0
    sampled: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    points: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 2)))
    drawn: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    courses: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 2)))
    course_of: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    @classmethod
    def of(cls, wkb: Any, crs: Crs | None) -> _Place:
        shapes = shapely.from_wkb(
            np.asarray(wkb.to_numpy(zero_copy_only=False), dtype=object), on_invalid="ignore"
        )
        kinds = shapely.get_type_id(shapes)
        kinds[shapely.is_empty(shapes)] = -1
        place = cls(len(shapes), shapes=_count_shapes(kinds))
        located = np.flatnonzero(kinds >= 0)
        if not len(located):
            return place
        main = max((name for name in place.shapes if name != "none"), key=lambda name: place.shapes[name])
        place.shape = main if main in ("point", "line", "polygon") else None  # type: ignore[assignment]
        box = shapely.total_bounds(shapes[located])
        if np.isfinite(box).all():
            place.bounds = (float(box[0]), float(box[1]), float(box[2]), float(box[3]))
        place.multiparts = int((shapely.get_num_geometries(shapes[located]) > 1).sum())
        place._sample(shapes, located, crs)
        return place

    def _sample(self, shapes: NDArray[Any], located: NDArray[np.int64], crs: Crs | None) -> None:
        step = max(1, len(located) // _SAMPLE)
        self.sampled = located[::step][:_SAMPLE]
        picked = shapes[self.sampled]
        coordinates, owner = shapely.get_coordinates(picked, return_index=True)
        _, first = np.unique(owner, return_index=True)
        self.points = coordinates[first]
        self.courses, self.course_of = _courses(picked)
        if self.shape == "line":
            self.drawn = drawn_lengths(picked, crs)


def _courses(shapes: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Vertices of up to ``_COURSES`` of the lines among ``shapes``, some twenty of each, and whose each is."""
    lines = shapely.get_parts(shapes[np.isin(shapely.get_type_id(shapes), (1, 5))])
    lines = lines[:: max(1, -(-len(lines) // _COURSES))]
    coordinates, owner = shapely.get_coordinates(lines, return_index=True)
    sizes = np.bincount(owner, minlength=len(lines))
    place = np.arange(len(owner)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    step = np.maximum(sizes // _VERTICES, 1)[owner]
    kept = (place % step == 0) | (place == sizes[owner] - 1)
    return coordinates[kept], owner[kept].astype(np.int64)


def drawn_lengths(lines: NDArray[Any], crs: Crs | None) -> NDArray[np.float64]:
    """Lengths in metres as drawn: on the ellipsoid for degrees, else plane units times the CRS's unit (none:
    1).
    """
    if crs is not None and crs.is_geographic:
        geod = Geod(ellps="GRS80")
        return np.array([abs(geod.geometry_length(line)) if line is not None else 0.0 for line in lines])
    unit = 1.0 if crs is None else crs.metres_per_unit
    return np.asarray(shapely.length(lines), dtype=np.float64) * unit


def shape_name(kind: int) -> str:
    """The word for a shapely type id: point, line, polygon, mixed (collections), none (-1)."""
    return "none" if kind < 0 else _SHAPES.get(kind, "mixed")


def _count_shapes(kinds: NDArray[np.int32]) -> dict[str, int]:
    names, counts = np.unique(kinds, return_counts=True)
    result: dict[str, int] = {}
    for kind, count in zip(names, counts, strict=True):
        name = shape_name(int(kind))
        result[name] = result.get(name, 0) + int(count)
    return result
