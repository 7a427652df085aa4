"""Pipes that carry no water: old mains left in the ground beside their successors, and planned extensions."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import shapely

from layers.sample.ages import Ages
from layers.sample.draft import Draft
from layers.sample.ground import Floats
from layers.sample.mains import NOMINAL
from layers.sample.net import MAIN
from layers.sample.pipes import draw_lines, pipe_columns
from layers.sample.points import Points
from layers.sample.streets import ARTERIAL, Ints
from layers.sample.tables import NONE, codes, either, make_table, repeated

_ASIDE = 2.6
_CUT = 1.6
_BESIDE = -1.9
_OLD, _LONG = 1996, 250.0
_SHARE_TO_RENEW = 0.3


@dataclass(frozen=True)
class Laid:
    """Where pipes of a table lie: its rows from ``first`` on, by path and coordinates along it."""

    first: int
    path: Ints
    start: Floats
    end: Floats


def retired_pipes(draft: Draft, ages: Ages, first: int) -> tuple[pa.Table, Laid]:
    """The main that lay in each renewed road before, from crossing to crossing; codes from ``first`` on."""
    random = draft.random("retired pipes")
    flows = draft.flows
    old = np.flatnonzero((ages.before[flows.path] > 0) & (flows.end - flows.start > 20))
    path = flows.path[old]
    lines = draw_lines(draft, path, flows.start[old] + _CUT, flows.end[old] - _CUT, _ASIDE)
    smaller = NOMINAL[np.maximum(np.searchsorted(NOMINAL, flows.dn[old]) - 1, 0)]
    columns = pipe_columns(
        draft, "retired data", smaller, ages.before[path], np.zeros(len(old), dtype=bool), lines.length, path
    )
    status = np.array(["abandoned", "removed", "out_of_service"], dtype=object)[
        np.searchsorted([0.78, 0.9], random.uniform(size=len(old)))
    ]
    replaced_by = _successors(draft, path, (flows.start[old] + flows.end[old]) / 2)
    table = make_table(
        "pipe",
        {
            "code": codes("pipe", len(old), first),
            "function": repeated("distribution", len(old)),
            "pipe_class": repeated("JP", len(old)),
            **columns,
            "burial_mode": repeated("ZM", len(old)),
            "status": status,
            "retired_date": np.array([str(y) for y in ages.year[path].tolist()], dtype=object),
            "replaced_by": replaced_by,
            "road": draft.road_names[draft.net.paths().road[path]],
            "grid": draft.grids.of(draft.plan, *lines.middle.T) + 1,
            "service_area": draft.supply_areas.of(draft.plan, *lines.middle.T) + 1,
        },
        lines.geometry,
    )
    return table, Laid(first - 1, path, flows.start[old], flows.end[old])


def _successors(draft: Draft, path: Ints, place: Floats) -> Ints:
    """The pipe that lies on a path at a place."""
    spans = draft.spans
    key = spans.path * 1e5 + spans.start + 5e4
    order = np.argsort(key, kind="stable")
    position = np.searchsorted(key[order], path * 1e5 + place + 5e4, side="right") - 1
    found: Ints = order[position] + 1
    return found


def planned_pipes(draft: Draft, points: Points, first: int) -> tuple[pa.Table, Laid]:
    """Mains to be laid from the ends of wide roads into the country, in three stages each."""
    random = draft.random("planned pipes")
    net, mains = draft.net, draft.mains
    stations = net.stations()
    path, at, node = stations.path, stations.at, stations.node
    wide = np.flatnonzero(mains.exists & (mains.road_class == ARTERIAL))
    wide = random.permutation(wide)[: max(2, len(wide) // 8)]
    ends = np.searchsorted(path, mains.path[wide], side="right") - 1
    free = points.degree[node[ends]] <= 2
    wide, ends = wide[free], ends[free]
    stage = random.uniform(140, 300, (len(wide), 3))
    stops = at[ends][:, None] + np.column_stack([np.zeros(len(wide)), np.cumsum(stage, axis=1)])
    start, end = stops[:, :-1].ravel(), stops[:, 1:].ravel()
    lines = draw_lines(draft, np.repeat(mains.path[wide], 3), start, end)
    count = len(start)
    geometry = lines.geometry
    table = make_table(
        "pipe",
        {
            "code": codes("pipe", count, first),
            "function": repeated("distribution", count),
            "pipe_class": repeated("JP", count),
            "dn": np.repeat(random.choice([300, 400], len(wide)), 3),
            "dn_origin": repeated("design", count),
            "material": repeated("DI", count),
            "material_origin": repeated("design", count),
            "pressure_class": repeated("PN10", count),
            "burial_mode": repeated("ZM", count),
            "status": np.where(
                np.tile([True, False, False], len(wide))
                & (np.repeat(random.uniform(size=len(wide)), 3) < 0.5),
                "construction",
                "planned",
            ),
            "start_point_no": either(
                np.tile([True, False, False], len(wide)), np.repeat(points.survey_no[node[ends]], 3), None
            ),
            "recorded_length_m": np.round(shapely.length(geometry)),
            "road": np.repeat(draft.road_names[wide], 3),
            "grid": np.full(count, NONE),
        },
        geometry,
    )
    return table, Laid(first - 1, np.repeat(mains.path[wide], 3), start, end)


def renewing_pipes(draft: Draft, year: Ints, first: int) -> tuple[pa.Table, Laid]:
    """New mains planned beside the oldest ones, from crossing to crossing: what projects under way are to lay."""
    random = draft.random("renewing pipes")
    flows, spans = draft.flows, draft.spans
    age = np.full(draft.net.path_count, 9999)
    mains = draft.span_role == MAIN
    np.minimum.at(age, spans.path[mains], year[mains])
    length = np.bincount(flows.path, flows.end - flows.start, draft.net.path_count)
    paths = np.flatnonzero((age < _OLD) & (length > _LONG))
    chosen = random.permutation(paths)[: max(4, round(_SHARE_TO_RENEW * len(paths)))]
    rows = np.flatnonzero(np.isin(flows.path, chosen) & (flows.end - flows.start > 20))
    path, start, end = flows.path[rows], flows.start[rows], flows.end[rows]
    lines = draw_lines(draft, path, start + _CUT, end - _CUT, _BESIDE)
    count = len(rows)
    table = make_table(
        "pipe",
        {
            "code": codes("pipe", count, first),
            "function": repeated("distribution", count),
            "pipe_class": repeated("JP", count),
            "dn": np.maximum(NOMINAL[np.searchsorted(NOMINAL, flows.dn[rows])], 150),
            "dn_origin": repeated("design", count),
            "material": repeated("DI", count),
            "material_origin": repeated("design", count),
            "pressure_class": repeated("PN10", count),
            "burial_mode": repeated("ZM", count),
            "status": repeated("planned", count),
            "recorded_length_m": np.round(lines.length, 1),
            "road": draft.road_names[draft.net.paths().road[path]],
            "grid": np.full(count, NONE),
        },
        lines.geometry,
    )
    return table, Laid(first - 1, path, start, end)
