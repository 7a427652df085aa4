"""The map around the network: roads, river, ponds, buildings, communities, grids and other areas."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import shapely

from layers.sample.ages import dates
from layers.sample.areas import Areas, bent
from layers.sample.districts import USE, USES
from layers.sample.draft import Draft
from layers.sample.ground import Floats
from layers.sample.net import FACILITY, PUMP
from layers.sample.points import community_ids
from layers.sample.streets import ACROSS, ARTERIAL, CLASS_CODES, LANE, SECONDARY
from layers.sample.tables import NONE, codes, either, make_table, repeated, with_none
from layers.sample.words import Texts, pick, words

AREAS = 2
_ROAD_STEP = 25.0
_BEYOND = 280.0
"""How far the river shows beyond the last pipe."""


def road_table(draft: Draft) -> pa.Table:
    """Middle lines of all roads."""
    roads = draft.plan.roads
    pieces = np.maximum(1, np.ceil((roads.end - roads.start) / _ROAD_STEP).astype(np.int64))
    line = np.repeat(np.arange(len(roads)), pieces + 1)
    step = np.arange(len(line)) - np.repeat(np.cumsum(pieces + 1) - pieces - 1, pieces + 1)
    along = roads.start[line] + (roads.end - roads.start)[line] * step / pieces[line]
    across = roads.direction[line] == ACROSS
    place = draft.ground.place(
        np.where(across, roads.at[line], along), np.where(across, along, roads.at[line])
    )
    concrete = (roads.road_class == LANE) | (draft.random("pavement").uniform(size=len(roads)) < 0.2)
    return make_table(
        "road",
        {
            "code": codes("road", len(roads)),
            "name": draft.road_names,
            "road_class": CLASS_CODES[roads.road_class],
            "width_m": np.round(2 * roads.half_width, 1),
            "pavement": np.where(concrete, "concrete", "asphalt"),
        },
        shapely.linestrings(place, indices=line),
    )


def water_table(draft: Draft) -> pa.Table:
    """The river, and ponds in parks and beyond the city's edge."""
    random = draft.random("water")
    size = draft.size
    low, high = draft.node_plan[:, 0].min(), draft.node_plan[:, 0].max()
    along = np.arange(low - _BEYOND, high + _BEYOND, 40.0)
    edges = []
    for side in (-1.0, 1.0):
        sway = (
            1
            + 0.09 * np.sin(2 * np.pi * along / 1900 + side)
            + 0.05 * np.sin(2 * np.pi * along / 640 + 2 * side)
        )
        edges.append(draft.ground.place(along, side * size.river_width / 2 * sway))
    river = shapely.polygons(np.concatenate([edges[0], edges[1][::-1]]))
    parks = np.flatnonzero(draft.districts.use == USE["park"])
    parks = parks[random.uniform(size=len(parks)) < 0.7]
    box = draft.plan.blocks.box[parks]
    middle = np.column_stack([(box[:, 0] + box[:, 2]) / 2, (box[:, 1] + box[:, 3]) / 2])
    reach = 0.28 * np.minimum(box[:, 2] - box[:, 0], box[:, 3] - box[:, 1])
    turn = random.uniform(0, 2 * np.pi, 8 * len(reach)).reshape(-1, 8)
    ponds = [_pond(draft, u, v, far, phases) for (u, v), far, phases in zip(middle, reach, turn, strict=True)]
    names = [words()["works"]["rivers"][0], *[None] * len(ponds)]
    return make_table(
        "water_body",
        {
            "code": codes("water_body", len(names)),
            "name": np.array(names, dtype=object),
            "kind": np.array(["river", *["pond"] * len(ponds)], dtype=object),
        },
        np.array([river, *ponds], dtype=object),
    )


def _pond(draft: Draft, u: float, v: float, reach: float, phases: Floats) -> shapely.Geometry:
    angle = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    radius = reach * (1 + sum(0.09 * np.cos((n + 1) * angle + phases[n]) for n in range(3)))
    return shapely.polygons(draft.ground.place(u + 1.3 * radius * np.cos(angle), v + radius * np.sin(angle)))


def building_table(draft: Draft) -> pa.Table:
    """Rectangles that face south, rows of houses as single houses."""
    estates = draft.estates
    parts = np.array([max(1, use.parts) for use in USES])[estates.use[estates.building_estate]]
    building = np.repeat(np.arange(len(parts)), parts)
    number = np.arange(len(building)) - np.repeat(np.cumsum(parts) - parts, parts)
    estate = estates.building_estate[building]
    size = estates.building_size[building].copy()
    size[:, 0] /= parts[building]
    shift = (number - (parts[building] - 1) / 2) * size[:, 0]
    size[parts[building] > 1] *= 0.9
    u = estates.building_middle[building, 0] + shift
    v = estates.building_middle[building, 1]
    meters = np.bincount(estates.unit_building, estates.unit_meters, len(parts))[building] / parts[building]
    shared = draft.districts.has("shared")[estates.block][estate]
    names = np.array([f"{n}{words()['addresses']['building']}" for n in range(2000)], dtype=object)
    uses = np.array([use.building_use for use in USES], dtype=object)
    return make_table(
        "building",
        {
            "code": codes("building", len(building)),
            "name": either(parts[building] == 1, names[estates.building_number[building]], None),
            "building_use": uses[estates.use[estate]],
            "floors": estates.building_floors[building],
            "households": np.where(shared, np.nan, np.round(meters)),
            "address": draft.estate_names[estate],
            "community": community_ids(draft)[estate],
            "built_date": np.array([str(y) for y in estates.year[estate].tolist()], dtype=object),
        },
        _rectangles(draft, u, v, size),
    )


def _rectangles(draft: Draft, u: Floats, v: Floats, size: Floats) -> Texts:
    turn = draft.ground.heading(u, v)
    along = np.column_stack([np.cos(turn), np.sin(turn)]) * size[:, :1] / 2
    across = np.column_stack([-np.sin(turn), np.cos(turn)]) * size[:, 1:] / 2
    middle = draft.ground.place(u, v)
    corners = [
        middle - along - across,
        middle + along - across,
        middle + along + across,
        middle - along + across,
    ]
    found: Texts = shapely.polygons(np.round(np.stack([*corners, corners[0]], axis=1), 2))
    return found


def community_table(draft: Draft) -> pa.Table:
    """Every estate where people live."""
    estates = draft.estates
    homes = np.flatnonzero(~draft.districts.has("shared")[estates.block])
    random = draft.random("communities")
    count = len(homes)
    middle = (estates.inner[homes, :2] + estates.inner[homes, 2:]) / 2
    pumped = draft.districts.has("pumped")[estates.block][homes]
    pump_nodes = np.flatnonzero(np.isin(draft.node_kind, [PUMP, FACILITY]))
    pump = np.searchsorted(pump_nodes, estates.pump_node[homes]) + 1
    meters = np.bincount(estates.building_estate[estates.unit_building], estates.unit_meters, len(estates))[
        homes
    ]
    street = words()["communities"]["subdistricts"]
    supplied = estates.entry_road[homes] >= 0
    road = with_none(draft.road_names)[estates.entry_road[homes]]
    house = random.integers(1, 300, count)
    given = words()["addresses"]["house"]
    address = [f"{name}{n}{given}" if name else None for name, n in zip(road, house.tolist(), strict=True)]
    built, _accuracy = dates(estates.year[homes], random)
    shapes = [bent(shapely.box(*box), draft.ground) for box in estates.inner[homes]]
    return make_table(
        "community",
        {
            "code": codes("community", count),
            "remark": repeated(words()["city"]["remark"], count),
            "name": draft.estate_names[homes],
            "address": np.array(address, dtype=object),
            "street": np.array(street, dtype=object)[draft.grids.of(draft.plan, *middle.T) % len(street)],
            "grid": draft.grids.of(draft.plan, *middle.T) + 1,
            "building_count": np.bincount(estates.building_estate, minlength=len(estates))[homes],
            "household_count": meters.astype(np.int64),
            "meter_mode": np.where(estates.year[homes] < 1996, "mixed", "household"),
            "supply_mode": np.where(pumped, "mixed", "direct"),
            "pump_house": np.where(pumped & supplied, pump, NONE),
            "built_date": built,
            "property_company": either(
                estates.year[homes] >= 2000, pick(words()["communities"]["companies"], count, random), None
            ),
        },
        np.array(shapes, dtype=object),
    )


def grid_table(draft: Draft) -> pa.Table:
    """The eight service grids, and the two areas they are part of."""
    grids = draft.grids.polygons(draft.plan, draft.ground)
    # Grids were made by halving the city again and again: the first half of them is one half of the city.
    halves = Areas(draft.grids.of_block // (draft.grids.count // AREAS), AREAS)
    areas = halves.polygons(draft.plan, draft.ground)
    count = len(grids)
    parent = np.arange(count) // (count // AREAS) + count + 1
    given = words()["works"]["grid_areas"]
    return make_table(
        "grid",
        {
            "code": np.concatenate([codes("grid", count), [f"PQ-{n + 1:02d}" for n in range(AREAS)]]),
            "name": np.array([*grid_names(draft), *_area_names(areas, given)], dtype=object),
            "level": np.array(["grid"] * count + ["area"] * AREAS, dtype=object),
            "parent": np.concatenate([parent, np.full(AREAS, NONE)]),
            "valid_from": repeated("2021-11-01", count + AREAS),
        },
        np.array([*grids, *areas], dtype=object),
    )


def _area_names(areas: list[shapely.Geometry], given: list[str]) -> list[str]:
    """Two areas are called after where they lie: west and east, or south and north."""
    first, second = (shapely.get_coordinates(shapely.centroid(area))[0] for area in areas)
    step = second - first
    across = int(abs(step[1]) > abs(step[0]))
    names = given[2 * across : 2 * across + 2]
    return names if step[across] > 0 else names[::-1]


def grid_names(draft: Draft) -> list[str]:
    """Grids are named after the road or quarter in their middle: number and the name of their longest road."""
    plan, roads = draft.plan, draft.plan.roads
    along = roads.direction != ACROSS
    half = (roads.start + roads.end) / 2
    area = draft.grids.of(plan, np.where(along, half, roads.at), np.where(along, roads.at, half))
    names = []
    for number in range(draft.grids.count):
        here = np.flatnonzero((area == number) & np.isin(roads.road_class, [ARTERIAL, SECONDARY]))
        here = here if len(here) else np.flatnonzero(area == number)
        road = here[(roads.end - roads.start)[here].argmax()] if len(here) else 0
        stem = str(draft.road_names[road])[:2]
        names.append(stem + words()["works"]["grid"])
    ordinals = words()["roads"]["ordinals"]
    return [n if names.count(n) == 1 else n + ordinals[names[:k].count(n)] for k, n in enumerate(names)]


def service_area_table(draft: Draft) -> pa.Table:
    """One supply area for each water works, and metered districts within them."""
    supply = draft.supply_areas.polygons(draft.plan, draft.ground)
    districts = draft.metered_districts.polygons(draft.plan, draft.ground)
    given = words()["works"]
    parent = [_parent(draft, draft.metered_districts, number) for number in range(len(districts))]
    return make_table(
        "service_area",
        {
            "code": codes("service_area", len(supply) + len(districts)),
            "name": np.array(
                [*given["areas"][: len(supply)], *(f"DMA-{n + 1:02d}" for n in range(len(districts)))],
                dtype=object,
            ),
            "kind": np.array(["supply"] * len(supply) + ["dma"] * len(districts), dtype=object),
            "parent": np.array([NONE] * len(supply) + parent),
        },
        np.array([*supply, *districts], dtype=object),
    )


def _parent(draft: Draft, areas: Areas, number: int) -> int:
    inside = draft.supply_areas.of_block[areas.of_block == number]
    return int(np.bincount(inside).argmax()) + 1 if len(inside) else NONE
