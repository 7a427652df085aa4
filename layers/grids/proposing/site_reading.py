"""What a proposal needs, read from a register: the area, the load as weighted places, the lines to cut along."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely
from shapely.geometry.base import BaseGeometry

from layers.errors import UserError
from layers.feedback import Feedback
from layers.geometry.belonging import standing
from layers.geometry.packed import pack_points
from layers.grids.coverage import service_ground
from layers.grids.dividing.units import Loads
from layers.grids.faces import Floats, Shapes
from layers.grids.ground import NONE, Grids, read_grids
from layers.grids.load.stock import Measure, read_measures
from layers.grids.members import linked
from layers.grids.proposing.designing import Site
from layers.register import Register
from layers.text import Message

AROUND = 200.0
"""Metres around all load: the area where a register says nothing of one."""

METER = "meter"


@dataclass(frozen=True, eq=False)
class Survey:
    """A site with the register's names for what is in it.

    ``ids``, ``versions``, ``codes``: of the present lowest grids in the order of ``site.grids``. ``grids``: all of
    today. ``communities``: their names in the order of ``site.communities``. ``counts_all``: no asset meets
    the conditions of the measures, so all assets of their types count.
    """

    site: Site
    grids: Grids
    ids: tuple[int, ...]
    codes: tuple[str, ...]
    names: tuple[str, ...]
    communities: tuple[str, ...]
    counts_all: bool = False


def read_survey(register: Register, feedback: Feedback | None = None) -> Survey:
    """The survey of a register as it is today. Raises ``UserError`` where nothing has a place."""
    feedback = feedback or Feedback()
    grids = read_grids(register)
    measures = [measure for measure in read_measures(register) if measure.weight > 0]
    loads, counted = _loads(register, measures, feedback.part(0.0, 0.6))
    counts_all = not loads.weight.any()
    if counts_all:
        # Nobody has said yet what is in service or who is a household: everything that has a place counts.
        first = {measure.type: replace(measure, where=None) for measure in reversed(measures)}
        loads, counted = _loads(register, list(first.values()), feedback.part(0.6, 0.9))
    lowest = grids.lowest
    shapes = grids.shapes[lowest]
    area = _area(register, grids, shapes, loads)
    communities, names = _named_shapes(register, "community")
    feedback.progress(0.95)
    site = Site(
        area,
        loads,
        counted,
        shapes,
        _areas(grids),
        _named_shapes(register, "road")[0],
        _named_shapes(register, "water_body")[0],
        communities,
    )
    feedback.progress(1.0)
    return Survey(
        site,
        grids,
        tuple(int(id) for id in grids.ids[lowest]),
        tuple(grids.codes[at] for at in lowest),
        tuple(grids.names[at] for at in lowest),
        names,
        counts_all,
    )


def _areas(grids: Grids) -> npt.NDArray[np.int64]:
    """The number of the area each lowest grid is part of; all -1 where there are fewer than two areas."""
    parents = grids.parents[grids.lowest]
    names, number = np.unique(parents, return_inverse=True)
    if len(names) < 2 or (parents == NONE).any():
        return np.full(len(parents), NONE, dtype=np.int64)
    return number.astype(np.int64)


def _area(register: Register, grids: Grids, shapes: Shapes, loads: Loads) -> BaseGeometry:
    """The service area; else what the grids cover; else the ground around everything that is looked after."""
    ground = service_ground(register, grids)
    if ground is None and len(shapes):
        ground = shapely.union_all(shapely.make_valid(shapes))
    if ground is None:
        if len(loads.xy) < 3:
            raise UserError(Message("grid_proposal.nothing"), Message("grid_proposal.nothing_hint"))
        ground = shapely.buffer(shapely.convex_hull(shapely.multipoints(loads.xy)), AROUND, quad_segs=4)
    parts = [part for part in shapely.get_parts(ground) if part.geom_type == "Polygon" and part.area > 1.0]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _loads(
    register: Register, measures: Sequence[Measure], feedback: Feedback
) -> tuple[Loads, npt.NDArray[np.bool_]]:
    """Every thing that weighs, at the place that decides its grid; of one measure each, as the workload counts."""
    xy, weight, counted = [np.empty((0, 2))], [np.empty(0)], [np.empty(0, dtype=bool)]
    for number, measure in enumerate(measures):
        part = feedback.part(number / len(measures), (number + 1) / len(measures))
        part.progress(0.0, Message("grid_proposal.reading", {"what": measure.title}))
        places, amount = _measured(register, measure, part)
        xy.append(places)
        weight.append(amount * measure.weight)
        counted.append(np.full(len(places), measure.type == METER))
    return Loads(np.concatenate(xy), np.concatenate(weight)), np.concatenate(counted)


def _measured(register: Register, measure: Measure, feedback: Feedback) -> tuple[Floats, Floats]:
    """Places and amounts of a measure; of a type without a place where those stand that name its assets."""
    if register.catalogue[measure.type].shape is None:
        return _named(register, measure, feedback)
    fields = [measure.sum_field] if measure.sum_field else []
    table = register.columns(measure.type, fields, geometry=True, where=measure.where, feedback=feedback)
    geometry = table.column("geom")
    if register.catalogue[measure.type].shape == "point":
        packed = pack_points(geometry)
        return packed.xy, _sums(table, measure)[packed.row]
    shapes = shapely.from_wkb(np.array(geometry.to_pylist(), dtype=object))
    places = standing(shapes)
    if measure.quantity == "kilometres":
        amount = np.where(shapely.is_missing(shapes), 0.0, shapely.length(shapes)) / 1000
    else:
        amount = _sums(table, measure)
    there = np.isfinite(places).all(axis=1)
    return places[there], amount[there]


def _named(register: Register, measure: Measure, feedback: Feedback) -> tuple[Floats, Floats]:
    """Assets without a place (customers) at the place of the first asset (meter) that names each."""
    table = register.columns(
        measure.type, [measure.sum_field] if measure.sum_field else [], where=measure.where, feedback=feedback
    )
    ids, amount = linked(table.column("fid")), _sums(table, measure)
    places = np.full((len(ids), 2), np.nan)
    order = np.argsort(ids)
    for host in register.catalogue if len(ids) else ():
        for link in host.links:
            if host.shape is None or link.targets != (measure.type,):
                continue
            named = register.columns(host.name, [link.name], geometry=True, feedback=feedback)
            by = linked(named.column(link.name))
            rows = np.flatnonzero(np.isin(by, ids))
            first = np.unique(by[rows], return_index=True)[1]
            rows = rows[first]
            shapes = shapely.from_wkb(np.array(named.column("geom").take(rows).to_pylist(), dtype=object))
            at = order[np.searchsorted(ids, by[rows], sorter=order)]
            missing = np.isnan(places[at, 0])
            places[at[missing]] = standing(shapes)[missing]
    there = np.isfinite(places).all(axis=1)
    return places[there], amount[there]


def _sums(table: pa.Table, measure: Measure) -> Floats:
    """The number each row counts for: one, or the field that is summed."""
    if measure.sum_field is None:
        return np.ones(len(table))
    values: Floats = table.column(measure.sum_field).fill_null(0).to_numpy(zero_copy_only=False).astype(float)
    return values


def _named_shapes(register: Register, type_name: str) -> tuple[Shapes, tuple[str, ...]]:
    table = register.columns(type_name, ["name"], geometry=True)
    shapes = shapely.from_wkb(np.array(table.column("geom").to_pylist(), dtype=object))
    there = np.flatnonzero(~(shapely.is_missing(shapes) | shapely.is_empty(shapes)))
    names = table.column("name").to_pylist()
    return shapely.force_2d(shapes[there]), tuple(str(names[at] or "") for at in there)


def count_grids(register: Register) -> int:
    """How many grids of the lowest level there are today."""
    return len(read_grids(register).lowest)
