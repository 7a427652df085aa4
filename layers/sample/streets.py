"""The street plan: arterial roads along and across the river, superblocks split again and again into blocks."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from layers.sample.ground import Floats
from layers.sample.size import CitySize

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

ARTERIAL, SECONDARY, BRANCH, LANE = 0, 1, 2, 3
CLASS_CODES = np.array(["trunk", "secondary", "branch", "lane"])
HALF_WIDTHS = np.array([19.0, 12.0, 8.0, 4.0])
NO_ROAD = -1
ALONG, ACROSS = 0, 1
"""A road runs along the river (v constant) or across it (u constant)."""


_FEWEST_CELLS = 10
"""A city has at least so many superblocks: eight grids want land."""
_CLEAR = 160.0
"""How far a road that leads out keeps from other superblocks."""


@dataclass
class Roads:
    """Straight roads of the plan: ``at`` is the constant coordinate, ``start`` to ``end`` the other one."""

    direction: Ints
    at: Floats
    start: Floats
    end: Floats
    road_class: Ints

    def __len__(self) -> int:
        return len(self.at)

    @property
    def half_width(self) -> Floats:
        """Metres from the middle to the kerb, by street."""
        return HALF_WIDTHS[self.road_class]


@dataclass
class Blocks:
    """Rectangles between roads: corners, and the road on each side (south, north, west, east)."""

    box: Floats
    sides: Ints
    cell: Ints

    def __len__(self) -> int:
        return len(self.box)


@dataclass(frozen=True)
class Row:
    """Superblocks between two lines along the river: their stops, and each one's number (-1: not built)."""

    stops: Floats
    cells: Ints


@dataclass
class StreetPlan:
    """Roads, crossings (road along, road across), blocks and the superblocks they came from.

    Row ``k`` lies between ``lines_v[k]`` and ``lines_v[k + 1]``.
    """

    roads: Roads
    crossings: Ints
    blocks: Blocks
    lines_v: Floats
    rows: list[Row]
    core: tuple[float, float]
    radius: float

    def block_of(self, u: Floats, v: Floats) -> Ints:
        """The block at each place, the nearest one in roads and where nothing is built."""
        tree = shapely.STRtree(shapely.box(*self.blocks.box.T))
        found: Ints = tree.nearest(shapely.points(u, v)).astype(np.int64)
        return found

    def remoteness(self, u: Floats, v: Floats) -> Floats:
        """0 in the old core, about 1 at the edge of the city."""
        return np.hypot(u - self.core[0], v - self.core[1]) / self.radius


def make_streets(size: CitySize, random: np.random.Generator) -> StreetPlan:
    """Draw the street plan of a city."""
    return _Draft(size, random).finish()


class _Draft:
    """The plan in the making."""

    def __init__(self, size: CitySize, random: np.random.Generator) -> None:
        self.size, self.random = size, random
        radius = size.radius
        self.core = (float(random.uniform(-0.15, 0.15) * radius), float(random.uniform(0.16, 0.24) * radius))
        self.roads: list[tuple[int, float, float, float, int]] = []
        self.crossings: list[tuple[int, int]] = []
        self.leaves: list[tuple[float, ...]] = []
        bank = size.river_width / 2 + 36.0
        north = bank + np.cumsum(np.append(0, self._gaps(1.2 * radius, self.core[1] - bank)))
        south = -bank - np.cumsum(np.append(0, self._gaps(1.2 * radius, self.core[1] + bank)))
        self.lines_v: Floats = np.concatenate([south[::-1], north])
        self.river = len(south) - 1
        self.through = self._through_lines()
        self.rows = self._rows(1.0)
        grown = 1.0
        while max(row.cells.max() for row in self.rows) + 1 < _FEWEST_CELLS:
            grown *= 1.12
            self.rows = self._rows(grown)

    def _gaps(self, length: float, core_at: float) -> Floats:
        gaps: list[float] = []
        while sum(gaps) < length:
            near = np.exp(-(((sum(gaps) + 300 - core_at) / (0.35 * self.size.radius)) ** 2))
            gaps.append(float(self.random.uniform(700, 980) * (1 - 0.32 * near)))
        return np.array(gaps)

    def _through_lines(self) -> Floats:
        """Where arterial roads run right across the city, over the river."""
        radius = self.size.radius
        lines = [-1.3 * radius]
        while lines[-1] < 1.3 * radius:
            near = np.exp(-(((lines[-1] + 700 - self.core[0]) / (0.4 * radius)) ** 2))
            lines.append(lines[-1] + self.random.uniform(1350, 2300) * (1 - 0.38 * near))
        return np.array(lines)

    def _rows(self, grown: float) -> list[Row]:
        """Two or three rows share their lines across; the next ones have others."""
        rows: list[Row] = []
        count = 0
        left = 0
        stops = self.through
        outline = self._outline(grown)
        for number in range(len(self.lines_v) - 1):
            if left == 0 or number == self.river + 1:
                left = int(self.random.integers(1, 4))
                stops = self._stops((self.lines_v[number] + self.lines_v[number + 1]) / 2)
            left -= 1
            if number == self.river:
                rows.append(Row(self.through, np.full(len(self.through) - 1, -1)))
                left = 0
                continue
            u = (stops[:-1] + stops[1:]) / 2
            v = np.full_like(u, (self.lines_v[number] + self.lines_v[number + 1]) / 2)
            hill = self.random.uniform(size=len(u)) < 0.05
            built = outline(u, v) & ~(
                hill & (np.hypot(u - self.core[0], v - self.core[1]) > 0.4 * self.size.radius)
            )
            cells = np.where(built, count + np.cumsum(built) - 1, -1)
            count += int(built.sum())
            rows.append(Row(stops, cells))
        return rows

    def _stops(self, v: float) -> Floats:
        stops = [self.through[:1]]
        for low, high in itertools.pairwise(self.through):
            near = np.exp(
                -(
                    (np.hypot((low + high) / 2 - self.core[0], v - self.core[1]) / (0.5 * self.size.radius))
                    ** 2
                )
            )
            pieces = max(1, round((high - low) / (830 * (1 - 0.25 * near)) + self.random.uniform(-0.3, 0.3)))
            cuts = (
                low
                + (high - low)
                * (np.arange(1, pieces) + self.random.uniform(-0.22, 0.22, pieces - 1))
                / pieces
            )
            stops += [cuts, np.array([high])]
        return np.concatenate(stops)

    def _outline(self, grown: float) -> Callable[[Floats, Floats], Flags]:
        """An uneven edge of the city."""
        waves = [(n, self.random.uniform(0.06, 0.13), self.random.uniform(0, 2 * np.pi)) for n in (2, 3, 5)]

        def inside(u: Floats, v: Floats) -> Flags:
            angle = np.arctan2(v, u)
            reach = 1 + sum(high * np.cos(n * angle + turn) for n, high, turn in waves)
            found: Flags = np.hypot(u, v * 1.12) / self.size.radius < reach * grown
            return found

        return inside

    def _along(self) -> list[tuple[Floats, Ints]]:
        """For every line along the river its stops and the road on each piece."""
        lines = []
        for number, at in enumerate(self.lines_v):
            sides = [self.rows[k] for k in (number - 1, number) if 0 <= k < len(self.rows)]
            stops = np.unique(np.concatenate([row.stops for row in sides]))
            middle = (stops[:-1] + stops[1:]) / 2
            exists = np.zeros(len(middle), dtype=bool)
            for row in sides:
                column = np.clip(np.searchsorted(row.stops, middle) - 1, 0, len(row.cells) - 1)
                exists |= row.cells[column] >= 0
            inner = number not in (self.river, self.river + 1) and self.random.uniform() < 0.45
            lines.append((stops, self._runs(exists, ALONG, at, stops, SECONDARY if inner else ARTERIAL)))
        return lines

    def _across(self) -> dict[float, Ints]:
        """For every line across the river the road on each row."""
        pieces: dict[float, Flags] = {}
        for number, row in enumerate(self.rows):
            padded = np.concatenate([[-1], row.cells, [-1]])
            for stop, exists in zip(row.stops, (padded[:-1] >= 0) | (padded[1:] >= 0), strict=True):
                pieces.setdefault(float(stop), np.zeros(len(self.rows), dtype=bool))[number] |= exists
        roads = {}
        for at in sorted(pieces):
            exists = pieces[at]
            if at in self.through:
                exists[self.river] = exists[self.river - 1] and exists[self.river + 1]
            inner = at not in self.through and self.random.uniform() < 0.6
            roads[at] = self._runs(exists, ACROSS, at, self.lines_v, SECONDARY if inner else ARTERIAL)
        return roads

    def _runs(self, exists: Flags, direction: int, at: float, stops: Floats, road_class: int) -> Ints:
        """One road for every unbroken run of pieces; the road of each piece, -1 for none."""
        owner = np.full(len(exists), -1, dtype=np.int64)
        edges = np.flatnonzero(np.diff(np.concatenate([[0], exists.astype(int), [0]])))
        for first, last in edges.reshape(-1, 2):
            owner[first:last] = self._road(direction, at, stops[first], stops[last], road_class)
        return owner

    def _road(self, direction: int, at: float, start: float, end: float, road_class: int) -> int:
        self.roads.append((direction, float(at), float(start), float(end), road_class))
        return len(self.roads) - 1

    def finish(self) -> StreetPlan:
        """Lay the roads, split the superblocks."""
        along, across = self._along(), self._across()
        for line, owner in across.items():
            for number in range(len(self.lines_v)):
                met = {int(owner[k]) for k in (number - 1, number) if 0 <= k < len(owner)} - {-1}
                stops, roads = along[number]
                piece = min(int(np.searchsorted(stops, line)), len(roads) - 1)
                other = max(int(roads[piece]), int(roads[max(piece - 1, 0)]))
                self.crossings += [(other, road) for road in met if other >= 0]
        boxes = []
        for number, row in enumerate(self.rows):
            for column in np.flatnonzero(row.cells >= 0):
                u0, u1 = row.stops[column : column + 2]
                v0, v1 = self.lines_v[number : number + 2]
                south, north = (_road_at(*along[k], (u0 + u1) / 2) for k in (number, number + 1))
                sides = (south, north, int(across[float(u0)][number]), int(across[float(u1)][number]))
                boxes.append((u0, v0, u1, v1))
                self._split((u0, v0, u1, v1), sides, int(row.cells[column]), 0)
        self._lead_out(np.array(boxes))
        direction, at, start, end, road_class = zip(*self.roads, strict=True)
        laid = Roads(np.array(direction), np.array(at), np.array(start), np.array(end), np.array(road_class))
        leaves = np.array(self.leaves)
        blocks = Blocks(leaves[:, :4], leaves[:, 4:8].astype(np.int64), leaves[:, 8].astype(np.int64))
        crossings = np.unique(np.array(self.crossings, dtype=np.int64), axis=0)
        return StreetPlan(laid, crossings, blocks, self.lines_v, self.rows, self.core, self.size.radius)

    def _lead_out(self, cells: Floats) -> None:
        """Carry some of the wide roads on into the country, with hamlets beside them."""
        for number, (direction, at, start, end, road_class) in enumerate(list(self.roads)):
            for tip, outward in ((start, -1.0), (end, 1.0)):
                away = np.hypot(at, tip) / self.size.radius
                if road_class != ARTERIAL or away < 0.7 or self.random.uniform() > 0.55:
                    continue
                far = tip + outward * self.random.uniform(0.12, 0.3) * self.size.radius
                low, high = sorted((tip + outward * 30.0, far))
                road = (low, at, high, at) if direction == ALONG else (at, low, at, high)
                if _touches(cells, road, _CLEAR):
                    continue
                self.roads[number] = (
                    direction,
                    at,
                    *((far, end) if outward < 0 else (start, far)),
                    road_class,
                )
                start, end = self.roads[number][2:4]
                self._hamlets(number, tip, far)

    def _hamlets(self, number: int, near: float, far: float) -> None:
        """Small blocks along a road that leads out, on both sides."""
        direction, at = self.roads[number][:2]
        outward = np.sign(far - near)
        place = near + outward * 100.0
        while (far - place) * outward > 460:
            place += outward * self.random.uniform(60, 300)
            side = self.random.choice([-1.0, 1.0])
            depth, width = self.random.uniform(70, 120), self.random.uniform(90, 150)
            along = sorted((place, place + outward * width))
            place += outward * width
            across = sorted((at, at + side * depth))
            # South, north, west, east: only one of them is a road.
            edge = (1 if side < 0 else 0) if direction == ALONG else (3 if side < 0 else 2)
            sides = [number if k == edge else NO_ROAD for k in range(4)]
            u, v = (along, across) if direction == ALONG else (across, along)
            if v[0] < self.size.river_width and v[1] > -self.size.river_width:
                continue
            self.leaves.append((u[0], v[0], u[1], v[1], *sides, -1))

    def _split(self, box: tuple[float, ...], sides: tuple[int, ...], cell: int, level: int) -> None:
        """Split a block across its longer side until it is as small as blocks are there."""
        u0, v0, u1, v1 = box
        wide, high = u1 - u0, v1 - v0
        away = np.hypot((u0 + u1) / 2 - self.core[0], (v0 + v1) / 2 - self.core[1]) / self.size.radius
        target = float(np.clip(125 + 190 * away, 135, 300)) * self.random.uniform(0.8, 1.25)
        longer = max(wide, high)
        if longer < 1.45 * target:
            self.leaves.append((u0, v0, u1, v1, *sides, cell))
            return
        share = self.random.uniform(0.4, 0.6)
        road_class = (
            SECONDARY if longer > 560 and level < 2 else LANE if away < 0.4 and longer < 300 else BRANCH
        )
        south, north, west, east = sides
        if wide >= high:
            cut = float(u0 + share * wide)
            road = self._road(ACROSS, cut, v0, v1, road_class)
            self.crossings += [(south, road), (north, road)]
            self._split((u0, v0, cut, v1), (south, north, west, road), cell, level + 1)
            self._split((cut, v0, u1, v1), (south, north, road, east), cell, level + 1)
        else:
            cut = float(v0 + share * high)
            road = self._road(ALONG, cut, u0, u1, road_class)
            self.crossings += [(road, west), (road, east)]
            self._split((u0, v0, u1, cut), (south, road, west, east), cell, level + 1)
            self._split((u0, cut, u1, v1), (road, north, west, east), cell, level + 1)


def _touches(cells: Floats, road: tuple[float, float, float, float], margin: float) -> int:
    """How many superblocks a road with room on both sides comes near."""
    u0, v0, u1, v1 = road
    aside_u, aside_v = (0.0, margin) if v0 == v1 else (margin, 0.0)
    near_u = (cells[:, 0] < u1 + aside_u) & (cells[:, 2] > u0 - aside_u)
    near_v = (cells[:, 1] < v1 + aside_v) & (cells[:, 3] > v0 - aside_v)
    return int((near_u & near_v).sum())


def _road_at(stops: Floats, roads: Ints, place: float) -> int:
    return int(roads[np.searchsorted(stops, place) - 1])
