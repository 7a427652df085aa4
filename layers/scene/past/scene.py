"""Building the scene of a past day from the one of today: only types that were otherwise are read anew."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import pyarrow as pa
import shapely

from layers.feedback import Feedback
from layers.model import edtf
from layers.model.catalogue import AssetType
from layers.model.change import IdRange
from layers.model.query import Condition
from layers.register import Register
from layers.scene.building import BuildJob, wanted_fields
from layers.scene.past.ground import Doubt, lying_on
from layers.scene.past.reads import read_book, read_ground
from layers.scene.planning import build, plan_scene
from layers.scene.scene import Scene
from layers.scene.style import Drawing, MapStyle
from layers.store.bulk_read import BulkRead

Basis = Literal["ground", "book"]


@dataclass(frozen=True)
class Past:
    """A past day (``2009-06-15``) and by what it is told: dates of laying and retiring, or the trail up to change
    set ``version``, the newest of that day."""

    day: str
    basis: Basis
    version: int = 0


def build_past(
    register: Register,
    style: MapStyle,
    past: Past,
    feedback: Feedback,
    *,
    before: Scene | None = None,
    filters: Mapping[str, Condition] | None = None,
    drawings: Collection[Drawing] | None = None,
    begun: Scene | None = None,
) -> Scene:
    """The scene of a past day; ``before`` is the one of today, from which is taken what was no other then.

    ``drawings`` builds layers of these kinds alone, for a first picture of a large city; ``begun`` is that picture,
    to go on from.
    """
    filters = filters or {}
    drawn = [
        name for name in dict.fromkeys(layer.type for layer in style.layers) if name in register.catalogue
    ]
    then = {name: _changes(register, name, past, filters.get(name)) for name in drawn}
    changed = {name for name, change in then.items() if change is not None}
    plan = plan_scene(register, style, before=before, changed=changed, filters=filters, drawings=drawings)
    if begun is not None:
        plan = plan.with_sources(source for source in begun.sources if source.layer.type in changed)
    reads = dict(plan.job.reads)
    for name in reads:
        change = then[name]
        if change is not None:
            fields = [f for f in wanted_fields(plan.layers, name) if f in register.catalogue[name]]
            reads[name] = change.read(register, fields, filters.get(name))
    job = replace(
        plan.job, reads=reads, mains=_mains(register, plan.job, past), cache=None, mark=None, kept={}
    )
    return plan.with_sources(build(register, job, feedback)).scene


def doubt_of(register: Register, types: Iterable[str], past: Past, feedback: Feedback) -> Doubt:
    """How many of the assets shown have vague dates or none at all; of the book there is no doubt."""
    total = Doubt()
    if past.basis == "book":
        return total
    for name in types:
        lifetime = register.catalogue[name].lifetime
        fields = [each for each in dict.fromkeys(lifetime.names) if each in register.catalogue[name]]
        table = register.columns(name, fields, feedback=feedback)
        total += lying_on(table, lifetime, past.day).doubt
    return total


def first_day(register: Register, feedback: Feedback) -> str | None:
    """The first day on which anything lay in the ground, by the dates that are known."""
    found: list[str] = []
    for asset_type in register.catalogue:
        for name in asset_type.lifetime.begin:
            if name in asset_type and asset_type.group == "network":
                column = register.columns(asset_type.name, [name], feedback=feedback).column(name)
                known = [text for text in column.unique().to_pylist() if text and edtf.is_valid(text)]
                found += [text.replace("X", "0") for text in known]
    usual = [text for text in found if text[:4] >= "1850"]
    return min(usual, default=None)


@dataclass(frozen=True)
class _Ground:
    """A type that is shown by its dates."""

    type: AssetType
    day: str

    def read(self, register: Register, fields: Sequence[str], where: Condition | None) -> BulkRead:
        more = [each for each in self.type.lifetime.names if each in self.type]
        read = register.bulk_read(self.type.name, list(dict.fromkeys((*fields, *more))), where)
        return BulkRead(read_ground, (read, self.type.lifetime, self.day))


@dataclass(frozen=True)
class _Book:
    """A type of which ``then`` tells the rows that changed since."""

    type: AssetType
    then: Mapping[int, Mapping[str, Any] | None]
    came: Sequence[IdRange]

    def read(self, register: Register, fields: Sequence[str], where: Condition | None) -> BulkRead:
        kept = {id: row for id, row in self.then.items() if row is not None}
        changed = np.array(sorted(self.then), np.int64)
        read = register.bulk_read(self.type.name, fields, where)
        return BulkRead(read_book, (read, changed, self.came, _table(fields, kept)))


def _mains(register: Register, job: BuildJob, past: Past) -> BulkRead | None:
    """The mains of then, along which symbols turn, whatever a filter leaves of them."""
    if job.main is None:
        return job.mains
    change = _changes(register, job.main.type, past, None)
    fields = [each for each in job.main.fields if each in register.catalogue[job.main.type]]
    return job.mains if change is None else change.read(register, fields, None)


def _changes(register: Register, name: str, past: Past, where: Condition | None) -> _Ground | _Book | None:
    """What was otherwise of a type; None when nothing can have been."""
    asset_type = register.catalogue[name]
    if past.basis == "ground":
        return _Ground(asset_type, past.day) if asset_type.lifetime.is_told else None
    then, came = register.changed_after(name, past.version, where)
    return _Book(asset_type, then, came) if then or came else None


def _table(fields: Sequence[str], rows: Mapping[int, Mapping[str, Any]]) -> pa.Table:
    columns: dict[str, Any] = {"fid": pa.array(list(rows), pa.int64())}
    for name in fields:
        columns[name] = pa.array([row[name] for row in rows.values()])
    places = [None if row["geom"] is None else shapely.to_wkb(row["geom"]) for row in rows.values()]
    columns["geom"] = pa.array(places, pa.binary())
    return pa.table(columns)
