"""Points of the network: which type each node becomes, its survey number, depth and place in words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from layers.sample.ages import Ages, dates, origins
from layers.sample.draft import Draft
from layers.sample.fittings import AIR, BLOW_OFF, BRANCH_VALVE
from layers.sample.ground import Floats
from layers.sample.net import CAP, FACILITY, HYDRANT, JUNCTION, PUMP, REDUCER, TOTAL_WELL, VALVE, WELL
from layers.sample.sources import BOOSTER, KIND_CODES, OUTLET, PLANT, SOURCE, TANK
from layers.sample.streets import Flags, Ints
from layers.sample.tables import NONE, codes, either, make_table, numbered, repeated, with_none
from layers.sample.words import Texts, pick, words


@dataclass(frozen=True)
class Points:
    """Per node: degree, depth of the pipe, ground height, thickest pipe, year, survey number, place in words.

    ``well_of`` is the id of the chamber a valve or hydrant stands in, or ``NONE``; ``id`` its id in its table.
    """

    degree: Ints
    depth: Floats
    ground: Floats
    dn: Ints
    year: Ints
    survey_no: Texts
    road: Texts
    estate: Ints
    grid: Ints
    status: Texts
    id: Ints


def describe_nodes(draft: Draft, ages: Ages, span_year: Ints) -> Points:
    """What every node needs to know of the pipes that meet there."""
    random = draft.random("points")
    spans, count = draft.spans, draft.net.node_count
    ends = np.concatenate([spans.first, spans.last])
    degree = np.bincount(ends, minlength=count)
    dn, year, estate, road = (np.full(count, start) for start in (0, 9999, NONE, NONE))
    np.maximum.at(dn, ends, np.tile(draft.span_dn, 2))
    np.minimum.at(year, ends, np.tile(span_year, 2))
    np.maximum.at(estate, ends, np.tile(draft.span_estate, 2))
    np.maximum.at(road, ends, np.tile(draft.span_road, 2))
    _spread_roads(draft, road)
    depth = np.round(0.75 + 0.0011 * dn + random.normal(0, 0.12, count).clip(-0.25, 0.5), 2)
    ground = np.round(draft.ground.elevation(*draft.node_plan.T), 3)
    names = with_none(draft.road_names)[road]
    building = np.append(draft.estates.unfinished, False)[estate] & (road < 0)
    status = np.where(building, "construction", "in_service").astype(object)
    # Survey teams go from one part of the city to the next.
    order = np.lexsort((draft.node_plan[:, 0], draft.grids.of(draft.plan, *draft.node_plan.T)))
    number = np.empty(count, dtype=np.int64)
    number[order] = np.arange(1, count + 1)
    grid = draft.grids.of(draft.plan, *draft.node_plan.T) + 1
    survey_no = numbered("JS", number, 6)
    return Points(degree, depth, ground, dn, year, survey_no, names, estate, grid, status, _ids(draft))


def _spread_roads(draft: Draft, road: Ints) -> None:
    """Ends of hydrant branches lie in the road of the main they branch from."""
    spans = draft.spans
    for _step in range(2):
        for near, far in ((spans.first, spans.last), (spans.last, spans.first)):
            lost = (road[far] < 0) & (draft.span_estate < 0)
            road[far[lost]] = road[near[lost]]


def _ids(draft: Draft) -> Ints:
    """The id of every node in the table of its type: nodes of a kind in their order."""
    ids = np.zeros(draft.net.node_count, dtype=np.int64)
    groups = [[VALVE], [HYDRANT], [PUMP, FACILITY], [WELL, TOTAL_WELL]]
    for kinds in groups:
        here = np.isin(draft.node_kind, kinds)
        ids[here] = np.arange(1, here.sum() + 1)
    return ids


def surveyed(draft: Draft, points: Points, node: Ints) -> dict[str, object]:
    """The columns that every point of the survey has."""
    random = draft.random("survey")
    team = words()["works"]["surveyors"]
    drawn = random.uniform(size=draft.net.node_count)[node]
    return {
        "survey_no": points.survey_no[node],
        "map_point_no": points.survey_no[node],
        "ground_elevation_m": points.ground[node],
        "survey_unit": np.array(team, dtype=object)[(drawn < 0.4).astype(int)],
        "survey_date": np.where(drawn < 0.4, "2019", "2022").astype(object),
        "position_origin": np.where(drawn < 0.72, "surveyed", "detected").astype(object),
        "position_accuracy_m": np.where(drawn < 0.72, 0.05, 0.1),
        "grid": points.grid[node],
    }


def valve_table(draft: Draft, points: Points, wells: Ints) -> pa.Table:
    """Valves; ``wells`` is per node the id of the chamber it stands in."""
    node = np.flatnonzero(draft.node_kind == VALVE)
    random = draft.random("valve data")
    purpose = np.full(draft.net.node_count, BRANCH_VALVE)
    purpose[draft.fittings.valve_node] = draft.fittings.valve_purpose
    purpose, dn, year = purpose[node], points.dn[node], points.year[node]
    kind = np.where(dn >= 400, "butterfly", "gate").astype(object)
    kind[purpose == AIR], kind[purpose == BLOW_OFF] = "air", "blow_off"
    size = np.where(purpose == AIR, np.where(dn >= 600, 100, 80), np.where(purpose == BLOW_OFF, 150, dn))
    draw = random.uniform(size=len(node))
    bad = draw < np.where(year < 1995, 0.075, np.where(year < 2008, 0.025, 0.006))
    unknown = (draw > 0.93) & (year < 2005)
    operable = either(bad, False, either(unknown, None, True))
    reasons = ["buried", "jammed", "jammed", "broken", "occupied", "flooded"]
    reason = either(bad, pick(reasons, len(node), random), None)
    shut = (random.uniform(size=len(node)) < 0.012) & (purpose != AIR)
    normal = np.where((purpose == BLOW_OFF) | shut, "closed", "open").astype(object)
    present = np.where(unknown, "unknown", normal).astype(object)
    installed, accuracy = dates(year, random)
    condition = np.where(bad, "4", np.where(year < 1995, "2", "1")).astype(object)
    last = random.integers(2018, 2026, len(node))
    return make_table(
        "valve",
        {
            "code": codes("valve", len(node)),
            "valve_type": kind,
            "dn": size,
            "dn_origin": origins(year, random),
            "pressure_class": repeated("PN10", len(node)),
            "drive": np.where(size >= 800, "electric", "manual").astype(object),
            "normal_state": normal,
            "present_state": present,
            "operable": operable,
            "inoperable_reason": reason,
            "turns": np.where(kind == "gate", np.round(size / 6.0), np.round(size / 10.0)),
            "last_operated_date": either(draw < 0.4, last.astype(str), None),
            "installed_date": installed,
            "installed_date_accuracy": accuracy,
            "burial_depth_m": points.depth[node],
            "well": wells[node],
            "condition": condition,
            "status": points.status[node],
            "manufacturer": pick(words()["works"]["makers"], len(node), random),
            "owner": repeated(words()["works"]["owner"], len(node)),
            "maintainer": repeated(words()["works"]["maintainer"], len(node)),
            "road": points.road[node],
            **surveyed(draft, points, node),
        },
        draft.node_place[node],
    )


def hydrant_table(draft: Draft, points: Points, wells: Ints) -> pa.Table:
    """Hydrants; one in six below ground, standing in a chamber."""
    node = np.flatnonzero(draft.node_kind == HYDRANT)
    random = draft.random("hydrant data")
    year = points.year[node]
    draw = random.uniform(size=len(node))
    state = np.array(["normal", "faulty", "out_of_order", "missing"], dtype=object)[
        np.searchsorted(np.array([0.93, 0.97, 0.993]), draw)
    ]
    static = np.round(
        np.clip(0.42 - (points.ground[node] - 215) * 0.0055 + random.normal(0, 0.02, len(node)), 0.1, 0.6), 3
    )
    installed, accuracy = dates(np.maximum(year, 1988), random)
    tested = random.uniform(size=len(node)) < 0.55
    when = random.integers([2022, 1], [2026, 13], (len(node), 2))
    months = np.array([f"{y}-{m:02d}" for y, m in when.tolist()], dtype=object)
    return make_table(
        "hydrant",
        {
            "code": codes("hydrant", len(node)),
            "hydrant_type": np.where(is_below(draft), "below", "above").astype(object),
            "plate_no": numbered("XH", np.arange(1, len(node) + 1), 5),
            "feed_dn": points.dn[node],
            "outlets": np.where(points.dn[node] >= 150, "150×1+80×2", "100×1+65×2").astype(object),
            "outlet_count": np.full(len(node), 3),
            "state": state,
            "buried": random.uniform(size=len(node)) < 0.012,
            "occupied": random.uniform(size=len(node)) < 0.02,
            "condition": np.where(draw < 0.85, "1", np.where(draw < 0.95, "2", "3")).astype(object),
            "static_pressure_mpa": static,
            "dynamic_pressure_mpa": np.where(tested, np.round(static * 0.72, 3), np.nan),
            "flow_l_s": np.where(tested, np.round(random.uniform(12, 32, len(node)), 1), np.nan),
            "last_test_date": either(tested, months, None),
            "installed_date": installed,
            "installed_date_accuracy": accuracy,
            "burial_depth_m": points.depth[node],
            "well": wells[node],
            "status": points.status[node],
            "manufacturer": repeated(words()["works"]["hydrant_maker"], len(node)),
            "owner": repeated(words()["works"]["owner"], len(node)),
            "maintainer": repeated(words()["works"]["maintainer"], len(node)),
            "road": points.road[node],
            **surveyed(draft, points, node),
        },
        draft.node_place[node],
    )


def is_below(draft: Draft) -> Flags:
    """Per hydrant whether it stands below ground."""
    count = int((draft.node_kind == HYDRANT).sum())
    return draft.random("hydrant kinds").uniform(size=count) < 0.17


def network_point_table(draft: Draft, points: Points) -> pa.Table:
    """Bends, tees, crosses, reducers, caps: what is left when every other type has taken its nodes."""
    kinds = np.isin(draft.node_kind, [JUNCTION, REDUCER, CAP])
    node = np.flatnonzero(kinds & (points.degree > 0))
    names = np.array(["node", "cap", "straight", "tee", "cross", "multiway", "multiway"], dtype=object)
    kind = names[np.minimum(points.degree[node], 6)]
    kind[(kind == "straight") & _turns(draft)[node]] = "bend"
    two = points.degree[node] == 2
    kind[(draft.node_kind[node] == REDUCER) | (two & _size_changes(draft)[node])] = "reducer"
    return make_table(
        "network_point",
        {
            "code": codes("network_point", len(node)),
            "kind": kind,
            "burial_depth_m": points.depth[node],
            "pipe_elevation_m": np.round(points.ground[node] - points.depth[node], 3),
            "status": points.status[node],
            "road": points.road[node],
            **surveyed(draft, points, node),
        },
        draft.node_place[node],
    )


def _size_changes(draft: Draft) -> Flags:
    """Nodes where pipes of different sizes meet."""
    spans, count = draft.spans, draft.net.node_count
    most, least = np.zeros(count, dtype=np.int64), np.full(count, 9999)
    for node in (spans.first, spans.last):
        np.maximum.at(most, node, draft.span_dn)
        np.minimum.at(least, node, draft.span_dn)
    changes: Flags = most > least
    return changes


def _turns(draft: Draft) -> Flags:
    """Nodes where two pipes of different direction meet."""
    spans = draft.spans
    direction = draft.net.paths().direction[spans.path]
    kinds = np.zeros((draft.net.node_count, 2), dtype=bool)
    for node in (spans.first, spans.last):
        kinds[node, direction] = True
    return kinds[:, 0] & kinds[:, 1]


def facility_table(draft: Draft, points: Points, pump_estates: Ints) -> pa.Table:
    """Sources, water works, tanks and the pump houses of high estates, in the order of their nodes."""
    node = np.flatnonzero(np.isin(draft.node_kind, [PUMP, FACILITY]))
    sources = draft.sources
    given = words()["works"]
    kind = repeated("pump_house", len(node))
    name = np.empty(len(node), dtype=object)
    capacity, volume, pumps, households = (np.full(len(node), np.nan) for _ in range(4))
    place = {int(n): k for k, n in enumerate(node)}
    river = given["rivers"][0]
    for source_node, source_kind, number in zip(sources.node, sources.kind, sources.number, strict=True):
        row = place[int(source_node)]
        kind[row] = KIND_CODES[source_kind]
        plant = given["plants"][number % 4]
        name[row] = {
            SOURCE: river + plant + given["intake"],
            PLANT: plant,
            OUTLET: plant + given["outlet"],
            TANK: given["tanks"][number % 2],
            BOOSTER: given["boosters"][number % 2],
        }[int(source_kind)]
        if source_kind in (SOURCE, PLANT, OUTLET):
            capacity[row] = np.ceil(draft.size.meters * 0.95 / draft.size.plants / 10_000) * 10_000
        if source_kind == TANK:
            volume[row] = 3000 if draft.size.meters < 100_000 else 8000
    for estate in pump_estates:
        row = place[int(draft.estates.pump_node[estate])]
        name[row] = draft.estate_names[estate] + given["pump_house"]
        households[row] = draft.estates.meters()[estate]
        pumps[row] = 3 + int(households[row] > 800)
    estate = np.where(kind == "pump_house", draft.node_owner[node], NONE)
    return make_table(
        "facility",
        {
            "code": codes("facility", len(node)),
            "remark": repeated(words()["city"]["remark"], len(node)),
            "name": name,
            "kind": kind,
            "capacity_m3_d": capacity,
            "volume_m3": volume,
            "pump_count": pumps,
            "households": households,
            "outlet_pressure_mpa": np.where(
                kind == "pump_house", 0.75, np.where(kind == "plant_outlet", 0.42, np.nan)
            ),
            "built_date": np.array([f"{y}" for y in points.year[node]], dtype=object),
            "service_area": np.where(
                estate < 0, NONE, draft.supply_areas.of(draft.plan, *draft.node_plan[node].T) + 1
            ),
            "condition": repeated("1", len(node)),
            "status": points.status[node],
            "owner": repeated(given["owner"], len(node)),
            **surveyed(draft, points, node),
        },
        draft.node_place[node],
    )


def community_ids(draft: Draft) -> Ints:
    """Per estate the id of its community; ``NONE`` for works, schools and shops; the last one stands for no estate."""
    homes = ~draft.districts.has("shared")[draft.estates.block]
    ids = np.where(homes, np.cumsum(homes), NONE)
    return np.append(ids, NONE)
