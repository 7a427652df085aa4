"""Chambers and boxes: meter wells at the stairways, boxes in high houses, valve and hydrant wells."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from layers.sample.ages import dates, origins
from layers.sample.districts import USES
from layers.sample.draft import Draft
from layers.sample.fittings import BRANCH_VALVE
from layers.sample.ground import Floats
from layers.sample.net import HYDRANT, TOTAL_WELL, VALVE, WELL
from layers.sample.points import Points, community_ids, is_below, surveyed
from layers.sample.streets import Ints
from layers.sample.tables import NONE, codes, either, make_table
from layers.sample.words import Texts, pick, words

BOX_SIZE = 16
_BOX_STEP = 2.3
_COVERS = ["ductile", "ductile", "composite", "concrete", "cast"]
_IN_BOXES = ("tower", "midrise", "village")


@dataclass(frozen=True)
class Wells:
    """Every chamber in table order: its node, place, kind and estate; and who stands in which.

    ``of_node`` is the chamber of each valve or hydrant (by node); boxes of unit ``k`` are ``unit_first[k]`` and
    the ``unit_boxes[k] - 1`` numbers from ``unit_more[k]`` on. Numbers are ids.
    """

    node: Ints
    place: Floats
    kind: Texts
    estate: Ints
    address: Texts
    of_node: Ints
    unit_first: Ints
    unit_more: Ints
    unit_boxes: Ints


def make_wells(draft: Draft, points: Points) -> Wells:
    """Number and place all chambers."""
    estates = draft.estates
    node = np.flatnonzero(np.isin(draft.node_kind, [WELL, TOTAL_WELL]))
    unit_estate = estates.building_estate[estates.unit_building]
    boxes = np.maximum(1, -(-estates.unit_meters // BOX_SIZE))
    more = boxes - 1
    unit = np.repeat(np.arange(len(boxes)), more)
    step = np.arange(len(unit)) - np.repeat(np.cumsum(more) - more, more) + 1
    # Left and right of the first box in turn.
    shift = np.where(step % 2 == 0, step, -step - 1) / 2 * _BOX_STEP
    first = estates.unit_node[unit]
    turn = draft.ground.heading(*draft.node_plan[first].T)
    aside = np.column_stack([np.cos(turn), np.sin(turn)]) * shift[:, None]
    box_place = np.round(draft.node_place[first] + aside, 3)
    valve = _valves_in_wells(draft, points)
    hydrant = np.flatnonzero(draft.node_kind == HYDRANT)[is_below(draft)]
    near = np.concatenate([valve, hydrant])
    of_node = np.full(draft.net.node_count, NONE)
    of_node[near] = len(node) + len(unit) + np.arange(1, len(near) + 1)
    use = np.array([u.name for u in USES])[estates.use]
    unit_kind = np.where(np.isin(use, _IN_BOXES), "meter_box", "meter_well")[unit_estate]
    kind_of = np.full(draft.net.node_count, "meter_well", dtype=object)
    kind_of[estates.unit_node] = unit_kind
    place_words = np.full(draft.net.node_count, None, dtype=object)
    place_words[estates.unit_node] = unit_addresses(draft)
    return Wells(
        np.concatenate([node, estates.unit_node[unit], near]),
        np.concatenate([draft.node_place[node], box_place, draft.node_place[near] + np.array([0.11, 0.07])]),
        np.concatenate(
            [
                kind_of[node],
                np.full(len(unit), "meter_box", dtype=object),
                np.full(len(valve), "valve_well", dtype=object),
                np.full(len(hydrant), "hydrant_well", dtype=object),
            ]
        ),
        np.concatenate([points.estate[node], unit_estate[unit], np.full(len(near), NONE)]),
        np.concatenate([place_words[node], place_words[estates.unit_node[unit]], np.full(len(near), None)]),
        of_node,
        points.id[estates.unit_node],
        len(node) + np.cumsum(more) - more + 1,
        boxes,
    )


def _valves_in_wells(draft: Draft, points: Points) -> Ints:
    """Valves of DN100 and more on mains stand in chambers; those on hydrant branches under a surface box."""
    purpose = np.full(draft.net.node_count, BRANCH_VALVE)
    purpose[draft.fittings.valve_node] = draft.fittings.valve_purpose
    found: Ints = np.flatnonzero((draft.node_kind == VALVE) & (purpose != BRANCH_VALVE) & (points.dn >= 100))
    return found


def unit_addresses(draft: Draft) -> Texts:
    """Where each unit is, in words: estate, building, stairway."""
    estates, given = draft.estates, words()["addresses"]
    building = estates.unit_building
    names = draft.estate_names[estates.building_estate[building]]
    number = np.array([f"{n}{given['building']}" for n in estates.building_number.tolist()], dtype=object)
    stairs = np.array([f"{n + 1}{given['unit']}" for n in range(8)], dtype=object)
    found: Texts = names + number[building] + stairs[estates.unit_number]
    return found


def well_table(draft: Draft, points: Points, wells: Wells, found: Ints) -> pa.Table:
    """The chambers; ``found`` is how many meters each holds."""
    random = draft.random("well data")
    count = len(wells.node)
    year = np.where(
        wells.estate >= 0, draft.estates.year[wells.estate], np.maximum(points.year[wells.node], 1976)
    )
    meters = np.isin(wells.kind, ["meter_well", "meter_box"])
    box = wells.kind == "meter_box"
    draw = random.uniform(size=count)
    declared = np.where(meters, found, np.nan)
    sizes = np.array(["0.8×0.5", "1.0×0.6", "1.2×0.8", "1.5×1.0"], dtype=object)
    size = np.where(
        meters,
        sizes[np.searchsorted([4, 8, 14], found)],
        np.array(["Φ1.0", "Φ1.2", "Φ1.5"], dtype=object)[np.searchsorted([200, 400], points.dn[wells.node])],
    )
    condition = np.array(["1", "2", "3", "4", "5"], dtype=object)[
        np.searchsorted([0.7, 0.88, 0.955, 0.988], np.minimum(draw + 0.05 * (year < 2000), 1))
    ]
    built, accuracy = dates(year, random)
    return make_table(
        "meter_well",
        {
            "code": codes("meter_well", count),
            "kind": wells.kind,
            "declared_meter_count": declared,
            "chamber_size": size,
            "bottom_depth_m": np.where(
                box, np.nan, np.round(0.6 + points.depth[wells.node] * (~meters) + 0.2 * draw, 2)
            ),
            "cover_material": either(box, None, pick(_COVERS, count, random)),
            "cover_shape": either(box, None, either(meters, "rectangle", "round")),
            "built_date": built,
            "built_date_origin": origins(year, random),
            "built_date_accuracy": accuracy,
            "condition": condition,
            "status": np.where(
                np.append(draft.estates.unfinished, False)[wells.estate], "construction", "in_service"
            ),
            "owner": np.full(count, words()["works"]["owner"], dtype=object),
            "road": either(wells.estate >= 0, None, points.road[wells.node]),
            "address": wells.address,
            "community": community_ids(draft)[wells.estate],
            **surveyed_wells(draft, points, wells),
        },
        wells.place,
    )


def surveyed_wells(draft: Draft, points: Points, wells: Wells) -> dict[str, object]:
    """Survey columns; boxes and wells beside another point have a number of their own after its."""
    columns = surveyed(draft, points, wells.node)
    first = np.zeros(len(wells.node), dtype=bool)
    first[: int(np.isin(draft.node_kind, [WELL, TOTAL_WELL]).sum())] = True
    extra = np.array(
        [
            f"JS{n:06d}"
            for n in range(draft.net.node_count + 1, draft.net.node_count + 1 + int((~first).sum()))
        ],
        dtype=object,
    )
    numbers = np.array(columns["survey_no"], dtype=object)
    numbers[~first] = extra
    return {**columns, "survey_no": numbers, "map_point_no": numbers}
