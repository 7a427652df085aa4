"""Inside the blocks: rows of buildings, and the pipes that lead from the road to every stairway's meters."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from layers.sample.districts import USES, Districts
from layers.sample.ground import Floats
from layers.sample.mains import RoadMains
from layers.sample.net import ENTRY, JUNCTION, LATERAL, PUMP, SPINE, STUB, TOTAL_WELL, VALVE, WELL, Net
from layers.sample.streets import ACROSS, ALONG, NO_ROAD, Flags, Ints, StreetPlan

SIDEWALK = 6.0
BOX_SIZE = 16
_VALVE, _TOTAL, _PUMP = 2.0, 3.7, 5.5
"""How far from the main the entry's valve, total meter and pump house stand."""
_NOWHERE = -1
_APART = 1.2
_LATERAL_ROOM = 5.0
_FAR = 1e5


@dataclass
class Estates:
    """Built-up blocks with what stands in them.

    ``block`` numbers the block of each estate. Buildings: estate, row, middle (u, v), length, depth, floors. Units:
    building, node of the well, meters. Estates without any supply have no unit.
    """

    block: Ints
    inner: Floats
    use: Ints
    year: Ints
    entry_road: Ints
    entry_at: Floats
    building_estate: Ints
    building_middle: Floats
    building_size: Floats
    building_floors: Ints
    building_number: Ints
    unit_building: Ints
    unit_number: Ints
    unit_node: Ints
    unit_meters: Ints
    shared_estate: Ints
    shared_node: Ints
    total_node: Ints
    pump_node: Ints
    entry_node: Ints
    unfinished: Flags

    def __len__(self) -> int:
        return len(self.block)

    def meters(self) -> Ints:
        """How many meters each estate has."""
        estate = self.building_estate[self.unit_building]
        counted = np.bincount(estate, self.unit_meters, len(self)).astype(np.int64)
        return counted + np.bincount(self.shared_estate, minlength=len(self))


def _numbers(attribute: str) -> Floats:
    return np.array([float(getattr(use, attribute)) for use in USES])


def make_estates(
    plan: StreetPlan,
    districts: Districts,
    mains: RoadMains,
    net: Net,
    meters: int,
    random: np.random.Generator,
) -> Estates:
    """Fill the blocks and supply them; about ``meters`` meters in all."""
    layout = _Layout(plan, districts, random)
    layout.choose_entries(mains, random)
    layout.raise_buildings(random)
    return layout.supply(net, mains, meters, random)


class _Layout:
    """Estates in the making, all at once: one array element per estate, later per row, building, unit."""

    def __init__(self, plan: StreetPlan, districts: Districts, random: np.random.Generator) -> None:
        half = np.where(plan.blocks.sides == NO_ROAD, 0.0, plan.roads.half_width[plan.blocks.sides])
        box = plan.blocks.box
        margin = np.column_stack([half[:, 2], half[:, 0], -half[:, 3], -half[:, 1]])
        inner = box + margin + np.array([SIDEWALK, SIDEWALK, -SIDEWALK, -SIDEWALK])
        # North of the last row its branch needs room.
        size = inner[:, 2:] - inner[:, :2] - np.array([0.0, _LATERAL_ROOM])
        use = districts.use
        length, depth = _numbers("length")[use], _numbers("depth")[use]
        gap_u, gap_v = _numbers("gap_u")[use], _numbers("gap_v")[use]
        stretch = random.uniform(0.9, 1.12, (2, len(use)))
        length, gap_v = length * stretch[0], gap_v * stretch[1]
        columns = np.floor((size[:, 0] + gap_u) / (length + gap_u)).astype(np.int64)
        rows = np.floor((size[:, 1] + gap_v) / (depth + gap_v)).astype(np.int64)
        built = (columns > 0) & (rows > 0) & (_numbers("units")[use] > 0)
        keep = np.flatnonzero(built)
        self.block = keep
        self.use, self.year = use[keep], districts.year[keep]
        self.inner = inner[keep]
        self.sides = plan.blocks.sides[keep]
        self.columns, self.rows = columns[keep], rows[keep]
        self.length, self.depth = length[keep], depth[keep]
        self.pitch_u = (length + gap_u)[keep]
        self.pitch_v = (depth + gap_v)[keep]
        # Spread what is left over, so that rows fill the block.
        spare = size[keep, 1] - (self.rows * self.pitch_v - gap_v[keep])
        self.pitch_v = self.pitch_v + np.where(self.rows > 1, 0.8 * spare / np.maximum(self.rows - 1, 1), 0)
        used = np.column_stack(
            [self.columns * self.pitch_u - gap_u[keep], (self.rows - 1) * self.pitch_v + self.depth]
        )
        self.origin = self.inner[:, :2] + (size[keep] - used) / 2
        middle = self.columns // 2
        gap_middle = self.origin[:, 0] + middle * self.pitch_u - gap_u[keep] / 2
        self.spine = np.where(self.columns > 1, gap_middle, self.origin[:, 0] - 3.0)
        self.spine += random.uniform(-1.4, 1.4, len(keep))
        # A few of the newest towers are still being built.
        newest = np.array([use.name == "tower" for use in USES])[self.use] & (self.year >= 2021)
        self.unfinished = newest & (random.uniform(size=len(keep)) < 0.35)

    def __len__(self) -> int:
        return len(self.block)

    def lateral_at(self, estate: Ints, row: Ints) -> Floats:
        """Where the branch north of a row of buildings runs."""
        at: Floats = self.origin[estate, 1] + row * self.pitch_v[estate] + self.depth[estate] + 3.0
        return at

    def choose_entries(self, mains: RoadMains, random: np.random.Generator) -> None:
        """One side of each estate where a main runs past the place its own pipe would join."""
        middle_row = self.rows // 2
        aside = self.lateral_at(np.arange(len(self)), middle_row) + random.uniform(1.2, 2.6, len(self))
        joins = np.column_stack([self.spine, self.spine, aside, aside])
        chances = random.uniform(0.2, 1.0, joins.shape)
        for side in range(4):
            road = self.sides[:, side]
            fits = (joins[:, side] > mains.first[road] + 8) & (joins[:, side] < mains.last[road] - 8)
            chances[:, side] *= fits & mains.exists[road] & (road != NO_ROAD)
        # Estates open onto the smaller roads.
        chances *= np.array([0.5, 0.75, 1.0, 0.9])[mains.road_class[self.sides]]
        self.side = np.where(chances.max(axis=1) > 0, chances.argmax(axis=1), _NOWHERE)
        pick = np.maximum(self.side, 0)
        every = np.arange(len(self))
        self.entry_road = np.where(self.side >= 0, self.sides[every, pick], _NOWHERE)
        self.entry_at = joins[every, pick]
        self._keep_apart(mains)

    def _keep_apart(self, mains: RoadMains) -> None:
        """Shift entries that would join the main where another pipe already does."""
        along, across = mains.crossing.T
        crossings = np.concatenate([along * _FAR + mains.at[across], across * _FAR + mains.at[along]])
        for _round in range(4):
            keys = self.entry_road * _FAR + self.entry_at
            order = np.argsort(np.concatenate([crossings, keys]), kind="stable")
            close = np.diff(np.concatenate([crossings, keys])[order], append=np.inf) < _APART
            # Of two neighbours the estate moves, never the crossing; it moves on, away from the other.
            late, early = np.roll(order, -1)[close], order[close]
            step = np.where(late >= len(crossings), 1.5, -1.5)
            moved = np.where(late >= len(crossings), late, early) - len(crossings)
            moved, step = moved[moved >= 0], step[moved >= 0]
            joined = self.side[moved] >= 0
            moved, step = moved[joined], step[joined]
            self.entry_at[moved] += step
            upright = self.side[moved] < 2
            self.spine[moved[upright]] += step[upright]
        # An entry from west or east runs beside a branch, not on it.
        beside = self.entry_at - self.lateral_at(np.arange(len(self)), self.rows // 2)
        self.entry_at[(self.side >= 2) & (np.abs(beside) < 1.0)] += 1.8

    def raise_buildings(self, random: np.random.Generator) -> None:
        """Buildings in rows and columns, one left out here and there."""
        slots = self.columns * self.rows
        estate = np.repeat(np.arange(len(self)), slots)
        number = np.arange(len(estate)) - np.repeat(np.cumsum(slots) - slots, slots)
        row, column = number // self.columns[estate], number % self.columns[estate]
        kept = random.uniform(size=len(estate)) < _numbers("kept")[self.use[estate]]
        estate, row, column = estate[kept], row[kept], column[kept]
        shift = random.uniform(-0.8, 0.8, len(estate))
        self.b_estate, self.b_row = estate, row
        u = self.origin[estate, 0] + column * self.pitch_u[estate] + self.length[estate] / 2
        v = self.origin[estate, 1] + row * self.pitch_v[estate] + self.depth[estate] / 2
        self.b_middle = np.column_stack([u, v + shift])
        shrink = random.uniform(0.86, 1.0, len(estate))
        self.b_size = np.column_stack([self.length[estate] * shrink, self.depth[estate]])
        low, high = np.array([use.floors for use in USES])[self.use].T
        usual = random.integers(low, high + 1)
        floors = usual[estate] + random.integers(-1, 2, len(estate))
        self.b_floors = np.clip(floors, low[estate], high[estate])

    def supply(self, net: Net, mains: RoadMains, meters: int, random: np.random.Generator) -> Estates:
        """Lay the pipes of every estate that has an entry."""
        supplied = self.side >= 0
        shared = np.array([use.shared for use in USES])[self.use]
        homes = np.flatnonzero(supplied[self.b_estate] & ~shared[self.b_estate])
        units = np.array([use.units for use in USES])[self.use[self.b_estate[homes]]]
        unit_building = np.repeat(homes, units)
        unit_number = np.arange(len(unit_building)) - np.repeat(np.cumsum(units) - units, units)
        share = (unit_number + 0.5) / np.repeat(units, units) - 0.5
        unit_u = self.b_middle[unit_building, 0] + share * self.b_size[unit_building, 0]
        counts = self._meters_per_unit(unit_building, int(meters - shared.sum()), random)
        used = (counts > 0) | self.unfinished[self.b_estate[unit_building]]
        unit_building, unit_number = unit_building[used], unit_number[used]
        unit_u, counts = unit_u[used], counts[used]
        estate_meters = np.bincount(self.b_estate[unit_building], counts, len(self))
        spine_dn = np.array([80, 100, 150, 200])[np.searchsorted([60, 400, 900], estate_meters)]
        spine_dn[shared] = random.choice([100, 100, 150], int(shared.sum()))
        spine = self._spines(net, supplied, spine_dn)
        unit_node = self._laterals(net, spine, unit_building, unit_u, counts)
        shared_ids = np.flatnonzero(supplied & shared)
        shared_node = self._shared_wells(net, spine, shared_ids)
        total, pump, entry = self._entries(net, mains, spine, supplied, spine_dn)
        return Estates(
            self.block,
            self.inner,
            self.use,
            self.year,
            self.entry_road,
            self.entry_at,
            self.b_estate,
            self.b_middle,
            self.b_size,
            self.b_floors,
            _numbering(self.b_estate),
            unit_building,
            unit_number,
            unit_node,
            counts,
            shared_ids,
            shared_node,
            total,
            pump,
            entry,
            self.unfinished,
        )

    def _meters_per_unit(self, unit_building: Ints, wanted: int, random: np.random.Generator) -> Ints:
        """Doors of each unit, thinned or filled up so that the city has as many meters as it should."""
        doors = _numbers("doors")[self.use[self.b_estate[unit_building]]]
        parts = np.array([max(1, use.parts) for use in USES])[self.use[self.b_estate[unit_building]]]
        full = np.maximum(1, np.round(doors * self.b_floors[unit_building])).astype(np.int64)
        full = np.where(parts > 1, random.integers(3, 7, len(full)), full)
        empty = self.unfinished[self.b_estate[unit_building]]
        full[empty] = 0
        share = min(1.0, wanted / max(1, full.sum()))
        counts = random.binomial(full, share)
        missing = wanted - int(counts.sum())
        places = random.permutation(np.flatnonzero(~empty))[: abs(missing)]
        counts[places] += np.sign(missing)
        return np.maximum(counts, 0)

    def _spines(self, net: Net, supplied: Flags, dn: Ints) -> Ints:
        """The estate's own main: across the rows, from the road where that lies north or south of it."""
        path = np.full(len(self), _NOWHERE)
        ids = np.flatnonzero(supplied)
        path[ids] = net.add_paths(ACROSS, self.spine[ids], SPINE, estate=ids, dn=dn[ids])
        return path

    def _entries(
        self, net: Net, mains: RoadMains, spine: Ints, supplied: Flags, dn: Ints
    ) -> tuple[Ints, Ints, Ints]:
        """Join each estate to the main: tee, valve, total meter and, for high houses, a pump house."""
        total, pump, entry = (np.full(len(self), _NOWHERE) for _ in range(3))
        for side, inward in ((0, 1.0), (1, -1.0), (2, 1.0), (3, -1.0)):
            ids = np.flatnonzero(supplied & (self.side == side))
            road = self.entry_road[ids]
            start = mains.at[road]
            if side < 2:
                path = spine[ids]
            else:
                path = net.add_paths(ALONG, self.entry_at[ids], ENTRY, estate=ids, dn=dn[ids])
                corner = net.put(path, self.spine[ids], JUNCTION)
                net.add_stations(spine[ids], self.entry_at[ids], corner)
            tee = net.put(mains.path[road], self.entry_at[ids], JUNCTION)
            net.add_stations(path, start, tee)
            entry[ids] = tee
            net.put(path, start + inward * _VALVE, VALVE)
            total[ids] = net.put(path, start + inward * _TOTAL, TOTAL_WELL, ids)
            high = np.array([use.pumped for use in USES])[self.use[ids]]
            pump[ids[high]] = net.put(path[high], (start + inward * _PUMP)[high], PUMP, ids[high])
        return total, pump, entry

    def _laterals(self, net: Net, spine: Ints, unit_building: Ints, unit_u: Floats, counts: Ints) -> Ints:
        """A branch along every row, a tee and a service pipe for every unit; the nodes of their wells."""
        estate, row = self.b_estate[unit_building], self.b_row[unit_building]
        key, lateral_of = np.unique(estate * 1000 + row, return_inverse=True)
        l_estate, l_row = key // 1000, key % 1000
        at = self.lateral_at(l_estate, l_row)
        supplied = np.bincount(lateral_of, counts, len(key))
        dn = np.array([50, 65, 80, 100])[np.searchsorted([24, 60, 150], supplied)]
        path = net.add_paths(ALONG, at, LATERAL, estate=l_estate, dn=dn)
        start = net.put(path, self.spine[l_estate], JUNCTION)
        net.add_stations(spine[l_estate], at, start)
        tee = net.put(path[lateral_of], unit_u, JUNCTION)
        dn = np.array([25, 32, 40, 50, 80])[np.searchsorted([3, 6, 14, 30], counts, side="right")]
        stub = net.add_paths(ACROSS, unit_u, STUB, estate=estate, dn=dn)
        net.add_stations(stub, at[lateral_of], tee)
        return net.put(stub, at[lateral_of] - 1.7, WELL)

    def _shared_wells(self, net: Net, spine: Ints, ids: Ints) -> Ints:
        """The one meter of a school, works or shopping street: where its buildings begin."""
        return net.put(spine[ids], self.lateral_at(ids, self.rows[ids] // 2), WELL)


def _numbering(estate: Ints) -> Ints:
    """1, 2, 3, ... within each estate."""
    first = np.concatenate([[True], estate[1:] != estate[:-1]]) if len(estate) else np.zeros(0, dtype=bool)
    start = np.flatnonzero(first)
    return np.arange(len(estate)) - np.repeat(start, np.diff(np.append(start, len(estate)))) + 1
