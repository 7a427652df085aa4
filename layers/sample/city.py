"""The whole sample city as tables, one per asset type."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from layers.feedback import Feedback
from layers.sample import (
    accounts,
    belonging,
    customers,
    fieldwork,
    inspections,
    leaks,
    people,
    pipes,
    places,
    points,
    projects,
    wells,
    works,
)
from layers.sample.draft import GRIDS, Draft, draw
from layers.sample.planted import Planted, plant
from layers.sample.project_tables import project_tables
from layers.sample.size import SIZES
from layers.text import Message

CRS = "EPSG:4546"


@dataclass(frozen=True)
class SampleCity:
    """An invented city: a table per type with ids, codes, catalogue columns and ``geom`` as WKB in ``CRS``.

    ``planted`` lists what is wrong on purpose; everything else is in order. ``photos``: drawings to be attached.
    """

    size: str
    seed: int
    tables: Mapping[str, pa.Table]
    planted: tuple[Planted, ...]
    photos: tuple[inspections.SamplePhoto, ...] = ()


def generate(size: str, seed: int, feedback: Feedback | None = None) -> SampleCity:
    """Make the city of that size (``demo``, ``city``) and seed; the same every time."""
    feedback = feedback or Feedback()
    feedback.progress(0.0, Message("sample.drawing"))
    draft = draw(SIZES[size], seed)
    feedback.progress(0.15, Message("sample.describing"))
    tables, projected = _network(draft, feedback)
    feedback.progress(0.8, Message("sample.describing"))
    tables |= _surroundings(draft, tables)
    tables |= belonging.in_their_grids(tables, GRIDS)
    tables |= project_tables(draft, projected, tables)
    tables, planted = plant(tables, seed)
    tables |= fieldwork.census_tables(draft, tables)
    tables |= inspections.follow_up(draft, tables)
    feedback.progress(1.0, Message("sample.describing"))
    return SampleCity(size, seed, tables, tuple(planted), inspections.photos(tables))


def _network(draft: Draft, feedback: Feedback) -> tuple[dict[str, pa.Table], list[works.Work]]:
    ages, year = pipes.span_years(draft)
    nodes = points.describe_nodes(draft, ages, year)
    alive = pipes.pipe_table(draft, nodes, year)
    retired, gone = projects.retired_pipes(draft, ages, alive.num_rows + 1)
    first = alive.num_rows + retired.num_rows + 1
    planned, extensions = projects.planned_pipes(draft, nodes, first)
    renewing, beside = projects.renewing_pipes(draft, year, first + planned.num_rows)
    feedback.progress(0.35, Message("sample.describing"))
    chambers = wells.make_wells(draft, nodes)
    meters = customers.make_meters(draft, nodes, chambers)
    held = np.bincount(meters.well, minlength=len(chambers.node) + 1)[1:]
    tables = {
        "pipe": _joined([alive, retired, planned, renewing]),
        "valve": points.valve_table(draft, nodes, chambers.of_node),
        "hydrant": points.hydrant_table(draft, nodes, chambers.of_node),
        "meter_well": wells.well_table(draft, nodes, chambers, held),
        "network_point": points.network_point_table(draft, nodes),
        "facility": points.facility_table(draft, nodes, np.flatnonzero(draft.estates.pump_node >= 0)),
    }
    feedback.progress(0.55, Message("sample.describing"))
    tables["meter"] = customers.meter_table(draft, nodes, chambers, meters)
    tables["customer"] = customers.customer_table(draft, nodes, meters)
    tables["leak"] = leaks.leak_table(draft, alive, year)
    done = works.finished_works(draft, ages, year, gone)
    coming = works.coming_works(draft, extensions, beside)
    taken = {work.community for work in done}
    return tables, [*done, *coming, *works.conversions(draft, taken)]


def _surroundings(draft: Draft, network: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    key = pc.filter(network["customer"]["fid"], network["customer"]["key_account"]).to_numpy()
    duties = people.assignment_table(draft, key)
    found = {
        "community": places.community_table(draft),
        "grid": places.grid_table(draft),
        "service_area": places.service_area_table(draft),
        "road": places.road_table(draft),
        "water_body": places.water_table(draft),
        "building": places.building_table(draft),
        "team": people.team_table(draft),
        "person": people.person_table(draft),
        "absence": people.absence_table(),
        "assignment": duties,
    }
    contact = people.contacts(duties, key)
    return found | accounts.account_tables(draft, key, contact)


def _joined(tables: list[pa.Table]) -> pa.Table:
    """Tables below each other, ids running on."""
    joined = pa.concat_tables(tables, promote_options="default").combine_chunks()
    return joined.set_column(0, "fid", pa.array(np.arange(1, joined.num_rows + 1)))
