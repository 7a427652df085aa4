"""Findings planted on purpose, a small known list: what checks must find in an otherwise clean city."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely

from layers.sample.ages import LAST_YEAR
from layers.sample.streams import stream
from layers.sample.streets import Ints


@dataclass(frozen=True)
class Planted:
    """One finding: what is wrong, and with which assets (their codes)."""

    rule: str
    type: str
    codes: tuple[str, ...]


Change = Callable[[pa.Table, np.random.Generator, str], tuple[pa.Table, list[Planted]]]


def plant(tables: Mapping[str, pa.Table], seed: int) -> tuple[dict[str, pa.Table], list[Planted]]:
    """The tables with the findings in them, and the list of these."""
    changed = dict(tables)
    planted: list[Planted] = []
    for rule, (type_name, change) in _FINDINGS.items():
        random = stream(seed, f"planted {rule}")
        changed[type_name], found = change(changed[type_name], random, rule)
        planted += found
    changed["pipe"], found = _thin_feed(
        changed["hydrant"], changed["pipe"], stream(seed, "planted thin_feed")
    )
    planted += found
    return changed, planted


def _pick(table: pa.Table, mask: pa.Array | pa.ChunkedArray, count: int, random: np.random.Generator) -> Ints:
    candidates = np.flatnonzero(pc.fill_null(mask, False).to_numpy(zero_copy_only=False))
    return np.sort(random.permutation(candidates)[:count])


def _set(table: pa.Table, name: str, rows: Ints, values: list[object]) -> pa.Table:
    column = table[name].combine_chunks() if isinstance(table[name], pa.ChunkedArray) else table[name]
    mask = np.zeros(table.num_rows, dtype=bool)
    mask[rows] = True
    changed = pc.replace_with_mask(column, pa.array(mask), pa.array(values, column.type))
    return table.set_column(table.column_names.index(name), name, changed)


def _codes(table: pa.Table, rows: Ints) -> list[str]:
    codes: list[str] = table["code"].take(pa.array(rows)).to_pylist()
    return codes


def _each(rule: str, type_name: str, table: pa.Table, rows: Ints) -> list[Planted]:
    return [Planted(rule, type_name, (code,)) for code in _codes(table, rows)]


def _values(table: pa.Table, name: str, rows: Ints) -> list[object]:
    values: list[object] = table[name].take(pa.array(rows)).to_pylist()
    return values


def _shapes(table: pa.Table, rows: Ints) -> list[shapely.Geometry]:
    return [shapely.from_wkb(wkb) for wkb in _values(table, "geom", rows)]


def _alive(pipes: pa.Table, function: str = "distribution", shortest: float = 15.0) -> pa.Array:
    alive = pc.and_(pc.equal(pipes["status"], "in_service"), pc.equal(pipes["function"], function))
    return pc.and_(alive, pc.greater(pipes["recorded_length_m"], shortest))


def _copies(
    table: pa.Table, rows: Ints, shapes: list[shapely.Geometry], **changes: list[object]
) -> tuple[pa.Table, list[str]]:
    """Append copies of rows with other geometry, new ids, new codes and no survey number."""
    copy = table.take(pa.array(rows))
    first = table.num_rows + 1
    stem = str(table["code"][0].as_py()).rpartition("-")[0]
    digits = len(str(table["code"][0].as_py())) - len(stem) - 1
    codes = [f"{stem}-{first + n:0{digits}d}" for n in range(len(rows))]
    every = np.arange(len(rows))
    columns: dict[str, list[object]] = {
        "fid": [first + n for n in range(len(rows))],
        "code": list(codes),
        "geom": [shapely.to_wkb(shape) for shape in shapes],
        **changes,
    }
    for name in ("survey_no", "map_point_no", "plate_no"):
        if name in table.column_names:
            columns[name] = [None] * len(rows)
    for name, values in columns.items():
        copy = _set(copy, name, every, values)
    return pa.concat_tables([table, copy]).combine_chunks(), codes


# ---- the findings


def _dn_jump(pipes: pa.Table, random: np.random.Generator, rule: str) -> tuple[pa.Table, list[Planted]]:
    """A main that is thinner from a valve on, though there is no reducer."""
    rows = _pick(pipes, pc.and_(_alive(pipes), pc.equal(pipes["dn"], 200)), 3, random)
    return _set(pipes, "dn", rows, [100] * len(rows)), _each(rule, "pipe", pipes, rows)


def _near_miss(pipes: pa.Table, random: np.random.Generator, rule: str) -> tuple[pa.Table, list[Planted]]:
    """A pipe that ends a hand's breadth before the one it should join."""
    rows = _pick(pipes, _alive(pipes, "service", 8.0), 3, random)
    shapes = []
    for line in _shapes(pipes, rows):
        coordinates = shapely.get_coordinates(line)
        step = coordinates[1] - coordinates[0]
        coordinates[0] += step / np.hypot(*step) * 0.3
        shapes.append(shapely.to_wkb(shapely.linestrings(coordinates)))
    return _set(pipes, "geom", rows, shapes), _each(rule, "pipe", pipes, rows)


def _duplicate_pipe(
    pipes: pa.Table, random: np.random.Generator, rule: str
) -> tuple[pa.Table, list[Planted]]:
    """A pipe entered twice, the second time from its other end."""
    rows = _pick(pipes, _alive(pipes), 2, random)
    shapes = [shapely.reverse(line) for line in _shapes(pipes, rows)]
    starts, ends = _values(pipes, "start_point_no", rows), _values(pipes, "end_point_no", rows)
    table, codes = _copies(pipes, rows, shapes, start_point_no=ends, end_point_no=starts)
    return table, [Planted(rule, "pipe", pair) for pair in zip(_codes(pipes, rows), codes, strict=True)]


def _isolated_pipe(pipes: pa.Table, random: np.random.Generator, rule: str) -> tuple[pa.Table, list[Planted]]:
    """A pipe that is connected to nothing."""
    rows = _pick(pipes, _alive(pipes), 2, random)
    shapes = [
        shapely.linestrings(shapely.get_coordinates(line) + np.array([6.5, 6.5]))
        for line in _shapes(pipes, rows)
    ]
    table, codes = _copies(pipes, rows, shapes, start_point_no=[None] * 2, end_point_no=[None] * 2)
    return table, [Planted(rule, "pipe", (code,)) for code in codes]


def _length_differs(
    pipes: pa.Table, random: np.random.Generator, rule: str
) -> tuple[pa.Table, list[Planted]]:
    """A recorded length a quarter longer than the pipe."""
    rows = _pick(
        pipes, pc.and_(_alive(pipes, shortest=30.0), pc.is_null(pipes["as_built_length_m"])), 4, random
    )
    longer = [round(float(str(length)) * 1.25, 2) for length in _values(pipes, "recorded_length_m", rows)]
    return _set(pipes, "recorded_length_m", rows, list(longer)), _each(rule, "pipe", pipes, rows)


def _dn_unknown(pipes: pa.Table, random: np.random.Generator, rule: str) -> tuple[pa.Table, list[Planted]]:
    """A pipe whose size nobody knows."""
    rows = _pick(pipes, _alive(pipes, "service"), 3, random)
    return _set(pipes, "dn", rows, [None] * len(rows)), _each(rule, "pipe", pipes, rows)


def _date_in_future(
    pipes: pa.Table, random: np.random.Generator, rule: str
) -> tuple[pa.Table, list[Planted]]:
    """A pipe in service that was laid in years to come."""
    rows = _pick(pipes, _alive(pipes), 2, random)
    return _set(pipes, "laid_date", rows, [str(LAST_YEAR + 10)] * len(rows)), _each(rule, "pipe", pipes, rows)


def _depth_disagrees(
    pipes: pa.Table, random: np.random.Generator, rule: str
) -> tuple[pa.Table, list[Planted]]:
    """A pipe whose height at one end does not go with ground and depth."""
    rows = _pick(pipes, _alive(pipes), 2, random)
    wrong = [round(float(str(height)) + 1.2, 3) for height in _values(pipes, "start_elevation_m", rows)]
    return _set(pipes, "start_elevation_m", rows, list(wrong)), _each(rule, "pipe", pipes, rows)


def _retired_without_date(
    pipes: pa.Table, random: np.random.Generator, rule: str
) -> tuple[pa.Table, list[Planted]]:
    """An abandoned pipe that does not say since when."""
    rows = _pick(pipes, pc.equal(pipes["status"], "abandoned"), 2, random)
    return _set(pipes, "retired_date", rows, [None] * len(rows)), _each(rule, "pipe", pipes, rows)


def _duplicate_hydrant(
    hydrants: pa.Table, random: np.random.Generator, rule: str
) -> tuple[pa.Table, list[Planted]]:
    """A hydrant surveyed twice, a few centimetres apart."""
    rows = _pick(hydrants, pc.is_valid(hydrants["geom"]), 2, random)
    shapes = [
        shapely.points(shapely.get_coordinates(p)[0] + np.array([0.03, 0.02]))
        for p in _shapes(hydrants, rows)
    ]
    table, codes = _copies(hydrants, rows, shapes)
    return table, [Planted(rule, "hydrant", pair) for pair in zip(_codes(hydrants, rows), codes, strict=True)]


def _thin_feed(
    hydrants: pa.Table, pipes: pa.Table, random: np.random.Generator
) -> tuple[pa.Table, list[Planted]]:
    """A hydrant fed by a branch thinner than DN100."""
    rows = _pick(hydrants, pc.is_valid(hydrants["survey_no"]), 2, random)
    ends = pa.array(_values(hydrants, "survey_no", rows))
    at_end = pc.or_(
        pc.is_in(pipes["end_point_no"], value_set=ends), pc.is_in(pipes["start_point_no"], value_set=ends)
    )
    branch = np.flatnonzero(at_end.to_numpy(zero_copy_only=False))
    return _set(pipes, "dn", branch, [80] * len(branch)), _each("thin_feed", "hydrant", hydrants, rows)


def _valve_off_pipe(
    valves: pa.Table, random: np.random.Generator, rule: str
) -> tuple[pa.Table, list[Planted]]:
    """A valve drawn beside its pipe."""
    rows = _pick(valves, pc.is_valid(valves["well"]), 2, random)
    shapes = [
        shapely.to_wkb(shapely.points(shapely.get_coordinates(p)[0] + np.array([1.7, 1.6])))
        for p in _shapes(valves, rows)
    ]
    return _set(valves, "geom", rows, shapes), _each(rule, "valve", valves, rows)


def _meter_without_well(
    meters: pa.Table, random: np.random.Generator, rule: str
) -> tuple[pa.Table, list[Planted]]:
    """A household meter of which nobody wrote down the well."""
    rows = _pick(meters, pc.equal(meters["role"], "household"), 4, random)
    return _set(meters, "well", rows, [None] * len(rows)), _each(rule, "meter", meters, rows)


def _meter_unlocated(
    meters: pa.Table, random: np.random.Generator, rule: str
) -> tuple[pa.Table, list[Planted]]:
    """A meter that is in the book but on no map."""
    rows = _pick(
        meters, pc.and_(pc.equal(meters["role"], "household"), pc.is_valid(meters["well"])), 5, random
    )
    return _set(meters, "geom", rows, [None] * len(rows)), _each(rule, "meter", meters, rows)


def _meter_far_from_well(
    meters: pa.Table, random: np.random.Generator, rule: str
) -> tuple[pa.Table, list[Planted]]:
    """A meter on the map far from the well it is said to be in."""
    located = pc.and_(pc.is_valid(meters["geom"]), pc.is_valid(meters["well"]))
    rows = _pick(meters, located, 2, random)
    shapes = [
        shapely.to_wkb(shapely.points(shapely.get_coordinates(p)[0] + np.array([55.0, 20.0])))
        for p in _shapes(meters, rows)
    ]
    return _set(meters, "geom", rows, shapes), _each(rule, "meter", meters, rows)


def _serial_twice(meters: pa.Table, random: np.random.Generator, rule: str) -> tuple[pa.Table, list[Planted]]:
    """Two meters of one serial number."""
    rows = _pick(meters, pc.equal(meters["role"], "household"), 4, random)
    numbers = _values(meters, "meter_no", rows)
    found = [
        Planted(rule, "meter", tuple(_codes(meters, rows[k : k + 2]))) for k in range(0, len(rows) - 1, 2)
    ]
    return _set(meters, "meter_no", rows, [numbers[k - k % 2] for k in range(len(numbers))]), found


def _well_count_differs(
    wells: pa.Table, random: np.random.Generator, rule: str
) -> tuple[pa.Table, list[Planted]]:
    """A well that is said to hold more meters than it does."""
    rows = _pick(wells, pc.greater(wells["declared_meter_count"], 3), 4, random)
    more = [int(str(n)) + 2 for n in _values(wells, "declared_meter_count", rows)]
    return _set(wells, "declared_meter_count", rows, list(more)), _each(rule, "meter_well", wells, rows)


def _leak_before_pipe(
    leaks: pa.Table, random: np.random.Generator, rule: str
) -> tuple[pa.Table, list[Planted]]:
    """A leak older than any pipe there."""
    rows = _pick(leaks, pc.equal(leaks["status"], "repaired"), 1, random)
    return _set(leaks, "found_date", rows, ["1961-03-08"]), _each(rule, "leak", leaks, rows)


_FINDINGS: dict[str, tuple[str, Change]] = {
    "dn_jump": ("pipe", _dn_jump),
    "near_miss": ("pipe", _near_miss),
    "duplicate_pipe": ("pipe", _duplicate_pipe),
    "isolated_pipe": ("pipe", _isolated_pipe),
    "length_differs": ("pipe", _length_differs),
    "dn_unknown": ("pipe", _dn_unknown),
    "date_in_future": ("pipe", _date_in_future),
    "depth_disagrees": ("pipe", _depth_disagrees),
    "retired_without_date": ("pipe", _retired_without_date),
    "duplicate_point": ("hydrant", _duplicate_hydrant),
    "valve_off_pipe": ("valve", _valve_off_pipe),
    "meter_without_well": ("meter", _meter_without_well),
    "meter_unlocated": ("meter", _meter_unlocated),
    "meter_far_from_well": ("meter", _meter_far_from_well),
    "serial_twice": ("meter", _serial_twice),
    "well_count_differs": ("meter_well", _well_count_differs),
    "leak_before_pipe": ("leak", _leak_before_pipe),
}
