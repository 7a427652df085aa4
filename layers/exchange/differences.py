"""Differences: rows known from an earlier import whose content is not what it was, held against the book."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from layers.exchange.book import RegisterBook
from layers.exchange.findings import Finding
from layers.exchange.identity import differing_fields
from layers.exchange.staging_data import QuarantineRecord, StagedType
from layers.model.catalogue import AssetType
from layers.model.fields import LinkField
from layers.model.ordering import order_problems
from layers.model.problem import Problem
from layers.text import Message

_SAME_PLACE = 0.001


@dataclass(frozen=True)
class Update:
    """What a row of a list changes in the asset ``fid``."""

    type: str
    fid: int
    values: dict[str, Any]


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


def updates_of(
    book: RegisterBook, asset_type: AssetType, part: StagedType
) -> tuple[int, list[Update], list[QuarantineRecord], list[Finding]]:
    """Of a type kept in lists: how many rows say nothing new, and what the others change in the register.

    A blank of the file erases nothing. A row that would put values the wrong way round is kept out and told.
    """
    assert part.changed is not None
    rows = part.changed
    fields = [name for name in rows.column_names if name in asset_type and name != "geom"]
    held = book.values(
        asset_type.name, [*fields, *_bounds(asset_type, fields)], geometry="geom" in rows.column_names
    )
    assert held is not None
    place = {fid: position for position, fid in enumerate(held.column("fid").to_pylist())}
    held = held.take(pa.array([place[fid] for fid in rows.column("fid").to_pylist()]))
    new, old, moved = rows.to_pylist(), held.to_pylist(), _moved(rows, held)
    differing = differing_fields(rows, held, fields)
    same, updates = 0, list[Update]()
    records, findings = list[QuarantineRecord](), list[Finding]()
    for position, record in _by_row(part):
        # Links to rows that this import itself brings have no id yet.
        names = [n for n in differing[position] if not _is_to_come(new[position][n])]
        values = {name: new[position][name] for name in names}
        problems = list(order_problems(asset_type, {**old[position], **values}, names))
        if problems:
            records.append(replace(record, problems=(*record.problems, *problems)))
            rows_of = np.array([record.row])
            findings += [Finding(p.rule, "error", p.message, rows_of, p.field) for p in problems]
            continue
        if moved[position]:
            values["geom"] = shapely.from_wkb(new[position]["geom"])
        if values:
            updates.append(Update(asset_type.name, new[position]["fid"], values))
        else:
            same += 1
    return same, updates, records, findings


def _bounds(asset_type: AssetType, fields: list[str]) -> list[str]:
    """Fields that others of the row are held against, beside those that the file has."""
    named = dict.fromkeys(name for pair in asset_type.in_order for name in pair)
    return [name for name in named if name not in fields]


def _is_to_come(value: object) -> bool:
    return isinstance(value, int) and value < 0


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
