"""Differences: rows known from an earlier import whose content is not what it was, held against the book."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import shapely

from layers.exchange.book import RegisterBook
from layers.exchange.findings import Finding
from layers.exchange.identity import differing_fields
from layers.exchange.staging_data import QuarantineRecord, StagedType
from layers.model.catalogue import AssetType
from layers.model.fields import LinkField
from layers.model.problem import Problem
from layers.text import Message

_SAME_PLACE = 0.001


def split_changed(
    book: RegisterBook, asset_type: AssetType, part: StagedType
) -> tuple[int, list[QuarantineRecord], list[Finding]]:
    """How many changed rows hold only what the book holds anyway, and the others with their difference told.

    Links are left out: they are compared by what they name when the row is decided.
    """
    assert part.changed is not None
    rows = part.changed
    flags = {link.unknown_flag for link in asset_type.links}
    fields = [
        name
        for name in rows.column_names
        if name in asset_type
        and name != "geom"
        and name not in flags
        and not isinstance(asset_type.field_named(name), LinkField)
        and not asset_type.field_named(name).companion_of
    ]
    held = book.values(asset_type.name, fields, geometry="geom" in rows.column_names)
    assert held is not None
    order = np.argsort(held.column("fid").to_numpy())
    wanted = rows.column("fid").to_numpy()
    place = order[np.searchsorted(held.column("fid").to_numpy(), wanted, sorter=order)]
    held = held.take(pa.array(place))
    differing = differing_fields(rows, held, fields)
    moved = _moved(rows, held)
    same: set[int] = set()
    findings: list[Finding] = []
    records: list[QuarantineRecord] = []
    for position, record in _by_row(part):
        names = (*differing[position], *(("geom",) if moved[position] else ()))
        if not names:
            same.add(record.row)
            continue
        problem = _problem(asset_type, names)
        records.append(replace(record, problems=(*record.problems, problem)))
        findings.append(
            Finding(problem.rule, "error", problem.message, np.array([record.row]), problem.field)
        )
    return len(same), records, findings


def _by_row(part: StagedType) -> list[tuple[int, QuarantineRecord]]:
    """Each record with the first staged row of its own: the parts of a multipart stand together."""
    assert part.changed is not None
    keys = part.changed.column("source_key").to_pylist()
    first: dict[str, int] = {}
    for position, key in enumerate(keys):
        first.setdefault(key, position)
    return [(first[record.key], record) for record in part.changed_records]


def _moved(rows: pa.Table, held: pa.Table) -> list[bool]:
    if "geom" not in rows.column_names or "geom" not in held.column_names:
        return [False] * rows.num_rows
    new = shapely.from_wkb(rows.column("geom").to_numpy())
    old = shapely.from_wkb(held.column("geom").to_numpy())
    new, old = _single(new), _single(old)
    # A row without geometry does not erase the place the book knows.
    return [bool(flag) for flag in ~shapely.is_missing(new) & ~shapely.equals_exact(new, old, _SAME_PLACE)]


def _single(shapes: np.ndarray) -> np.ndarray:
    one = shapely.get_num_geometries(shapes) == 1
    return np.where(one, shapely.get_geometry(shapes, 0), shapes)


def _problem(asset_type: AssetType, names: tuple[str, ...]) -> Problem:
    titles = tuple(asset_type.field_named(name).title for name in names)
    return Problem("differs", "error", Message("import.row.differs", {"fields": titles}), names[0])
