"""Meters in their wells, in rows, and the customers behind them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from layers.sample.districts import USES
from layers.sample.draft import Draft
from layers.sample.ground import Floats
from layers.sample.points import Points, community_ids, surveyed
from layers.sample.streets import Flags, Ints
from layers.sample.tables import NONE, codes, either, make_table, numbered, with_none
from layers.sample.wells import Wells, unit_addresses
from layers.sample.words import Texts, person_names, phone_numbers, pick, words

HOUSEHOLD, SHARED, TOTAL = range(3)
_ROLES = np.array(["household", "unit", "total"], dtype=object)
_COLUMN, _ROW = 0.26, 0.36


@dataclass(frozen=True)
class Meters:
    """Every meter: what for, its well (id), its node and estate, and its number (from 0) within the well."""

    role: Ints
    well: Ints
    node: Ints
    estate: Ints
    unit: Ints
    in_unit: Ints
    in_well: Ints
    well_size: Ints

    def __len__(self) -> int:
        return len(self.role)


def make_meters(draft: Draft, points: Points, wells: Wells) -> Meters:
    """Total meters of estates, household meters unit by unit, then the one meter of each shared estate."""
    estates = draft.estates
    count = estates.unit_meters
    unit = np.repeat(np.arange(len(count)), count)
    number = np.arange(len(unit)) - np.repeat(np.cumsum(count) - count, count)
    boxes = wells.unit_boxes[unit]
    box = number % boxes
    well = np.where(box == 0, wells.unit_first[unit], wells.unit_more[unit] + box - 1)
    size = (count[unit] - box + boxes - 1) // boxes
    homes = ~draft.districts.has("shared")[draft.estates.block]
    total = np.flatnonzero((estates.total_node >= 0) & homes & ~estates.unfinished)
    one = np.ones(len(estates.shared_estate), dtype=np.int64)
    ones = np.ones(len(total), dtype=np.int64)
    zeros, nothing = 0 * one, 0 * ones
    # Total meters come first: what links to them follows.
    return Meters(
        np.concatenate([TOTAL * ones, 0 * unit, SHARED * one]),
        np.concatenate([points.id[estates.total_node[total]], well, points.id[estates.shared_node]]),
        np.concatenate([estates.total_node[total], estates.unit_node[unit], estates.shared_node]),
        np.concatenate([total, estates.building_estate[estates.unit_building[unit]], estates.shared_estate]),
        np.concatenate([-ones, unit, -one]),
        np.concatenate([nothing, number, zeros]),
        np.concatenate([nothing, number // boxes, zeros]),
        np.concatenate([ones, size, one]),
    )


def _places(draft: Draft, wells: Wells, meters: Meters) -> Floats:
    """Meters stand in two rows along their well."""
    columns = -(-meters.well_size // 2)
    across = (meters.in_well % columns - (columns - 1) / 2) * _COLUMN
    along = (meters.in_well // columns - 0.5) * _ROW
    turn = draft.ground.heading(*draft.node_plan[meters.node].T)
    cos, sin = np.cos(turn), np.sin(turn)
    base = wells.place[meters.well - 1]
    shift = np.column_stack([cos * across - sin * along, sin * across + cos * along])
    places: Floats = np.round(base + shift, 3)
    return places


def meter_table(draft: Draft, points: Points, wells: Wells, meters: Meters) -> pa.Table:
    """The meters."""
    random = draft.random("meter data")
    count = len(meters)
    built = draft.estates.year[meters.estate]
    # Meters are changed every eight to fourteen years.
    year = np.maximum(
        np.minimum(built + random.integers(0, 3, count), 2025), 2025 - random.integers(0, 15, count)
    )
    draw = random.uniform(size=count)
    kind = np.where(year >= 2017, np.where(draw < 0.62, "smart", "mechanical"), "mechanical").astype(object)
    kind[(year < 2017) & (draw > 0.85)] = "remote"
    kind[(year < 2017) & (draw < 0.04)] = "ic_card"
    big = meters.role != HOUSEHOLD
    kind[big] = np.where(
        draw[big] < 0.5, "ultrasonic", np.where(draw[big] < 0.8, "mechanical", "electromagnetic")
    )
    dn = np.where(draw < 0.93, 15, 20)
    dn[meters.role == SHARED] = np.array([40, 50, 80, 100])[
        np.searchsorted([0.3, 0.6, 0.9], draw[meters.role == SHARED])
    ]
    dn[meters.role == TOTAL] = points.dn[meters.node[meters.role == TOTAL]].clip(50, 150)
    household = meters.role != TOTAL
    customer = np.where(household, np.cumsum(household), NONE)
    total_row = np.full(len(draft.estates), NONE)
    rows = np.flatnonzero(meters.role == TOTAL)
    total_row[meters.estate[rows]] = rows + 1
    behind = np.where(meters.role == HOUSEHOLD, total_row[meters.estate], NONE)
    month, day = random.integers(1, 13, count), random.integers(1, 29, count)
    installed = [
        f"{y}-{m:02d}-{d:02d}" for y, m, d in zip(year.tolist(), month.tolist(), day.tolist(), strict=True)
    ]
    serial = year * 10_000_000 + random.permutation(count * 3)[:count]
    numbers = np.array([f"JS{n:07d}" for n in range(1_000_001, 1_000_001 + count)], dtype=object)
    return make_table(
        "meter",
        {
            "code": codes("meter", count),
            "meter_no": serial.astype(str),
            "role": _ROLES[meters.role],
            "kind": kind,
            "dn": dn,
            "customer_no": either(household, customer_numbers(count)[customer - 1], None),
            "customer": customer,
            "sensitive": random.uniform(size=count) < 0.003,
            "well": meters.well,
            "place_in_well": np.array([str(n) for n in range(1, 200)], dtype=object)[meters.in_well],
            "total_meter": behind,
            "installed_date": installed,
            "condition": np.array(["1", "2", "3", "4"], dtype=object)[
                np.searchsorted([0.9, 0.97, 0.995], draw)
            ],
            "status": np.full(count, "in_service", dtype=object),
            "manufacturer": pick(words()["works"]["makers"][1:4], count, random),
            "address": _addresses(draft, meters),
            "community": community_ids(draft)[meters.estate],
            **{
                k: v
                for k, v in surveyed(draft, points, meters.node).items()
                if k in ("grid", "position_origin", "position_accuracy_m")
            },
            "survey_no": numbers,
        },
        _places(draft, wells, meters),
    )


def customer_numbers(count: int) -> Texts:
    """Customer numbers as the billing system has them."""
    return numbered("2", np.arange(1, count + 1), 8)


def _addresses(draft: Draft, meters: Meters) -> Texts:
    """Estate, building, stairway and door."""
    unit = meters.unit
    doors = np.array([use.doors for use in USES])[draft.estates.use[meters.estate]].astype(np.int64).clip(1)
    floor = meters.in_unit // doors + 1
    door = np.array([f"{n}" for n in range(10_000)], dtype=object)[floor * 100 + meters.in_unit % doors + 1]
    names = with_none(unit_addresses(draft))[unit]
    plain = draft.estate_names[meters.estate]
    total = plain + words()["addresses"]["total"]
    found = plain.copy()
    homes: Flags = meters.role == HOUSEHOLD
    found[homes] = names[homes] + door[homes]
    found[meters.role == TOTAL] = total[meters.role == TOTAL]
    return found


_CLASSES = {
    "commercial": "commercial",
    "office": "institution",
    "industrial": "industrial",
    "school": "institution",
    "hospital": "institution",
}
_CARE = {"school": "school", "hospital": "hospital"}


def customer_table(draft: Draft, points: Points, meters: Meters) -> pa.Table:
    """One customer for every meter but the total meters. Names, numbers and telephones are invented."""
    random = draft.random("customer data")
    here = np.flatnonzero(meters.role != TOTAL)
    count = len(here)
    estate = meters.estate[here]
    homes = meters.role[here] == HOUSEHOLD
    use = np.array([u.name for u in USES], dtype=object)[draft.estates.use[estate]]
    name = np.where(homes, person_names(count, random), draft.estate_names[estate])
    care = np.array([_CARE.get(u) for u in use], dtype=object)
    draw = random.uniform(size=count)
    care = np.where(homes & (draw < 0.0016), "elderly", np.where(homes & (draw > 0.9996), "dialysis", care))
    opened = np.minimum(draft.estates.year[estate] + random.integers(0, 6, count), 2025)
    return make_table(
        "customer",
        {
            "code": customer_numbers(count),
            "name": name,
            "customer_class": np.array([_CLASSES.get(u, "residential") for u in use], dtype=object),
            "key_account": np.isin(use, ["industrial", "hospital"]) & ~homes,
            "special_care": care,
            "residents": np.where(homes, random.integers(1, 6, count), np.nan),
            "phone": phone_numbers(count, random),
            "address": _addresses(draft, meters)[here],
            "community": community_ids(draft)[estate],
            "grid": points.grid[meters.node[here]],
            "opened_date": [f"{y}" for y in opened.tolist()],
        },
    )
