"""The street plan: arterial roads along and across the river, superblocks split again and again into blocks."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from layers.sample.ground import Floats
from layers.sample.size import CitySize

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

ARTERIAL, SECONDARY, BRANCH, LANE = 0, 1, 2, 3
CLASS_CODES = np.array(["trunk", "secondary", "branch", "lane"])
HALF_WIDTHS = np.array([19.0, 12.0, 8.0, 4.0])
ALONG, ACROSS = 0, 1
"""A road runs along the river (v constant) or across it (u constant)."""


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
    cell_boxes: Floats
    core: tuple[float, float]
    radius: float

    def cell_of(self, u: Floats, v: Floats) -> Ints:
        """The superblock at each place, the nearest one where nothing is built."""
        found = np.full(len(u), -1, dtype=np.int64)
        row_of = np.searchsorted(self.lines_v, v) - 1
        for number, row in enumerate(self.rows):
            here = np.flatnonzero(row_of == number)
            column = np.searchsorted(row.stops, u[here]) - 1
            inside = (column >= 0) & (column < len(row.cells))
            found[here[inside]] = row.cells[column[inside]]
        outside = np.flatnonzero(found < 0)
        if len(outside):
            tree = cKDTree((self.cell_boxes[:, :2] + self.cell_boxes[:, 2:]) / 2)
            found[outside] = tree.query(np.column_stack([u[outside], v[outside]]))[1]
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
        self.rows = self._rows()

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

    def _rows(self) -> list[Row]:
        """Two or three rows share their lines across; the next ones have others."""
        rows: list[Row] = []
        count = 0
        left = 0
        stops = self.through
        outline = self._outline()
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

    def _outline(self) -> Callable[[Floats, Floats], Flags]:
        """An uneven edge of the city."""
        waves = [(n, self.random.uniform(0.06, 0.13), self.random.uniform(0, 2 * np.pi)) for n in (2, 3, 5)]

        def inside(u: Floats, v: Floats) -> Flags:
            angle = np.arctan2(v, u)
            reach = 1 + sum(high * np.cos(n * angle + turn) for n, high, turn in waves)
            found: Flags = np.hypot(u, v * 1.12) / self.size.radius < reach
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
        for at, owner in across.items():
            for number in range(len(self.lines_v)):
                met = {int(owner[k]) for k in (number - 1, number) if 0 <= k < len(owner)} - {-1}
                stops, roads = along[number]
                piece = np.clip(np.searchsorted(stops, at), 0, len(roads) - 1)
                other = max(roads[piece], roads[max(piece - 1, 0)])
                self.crossings += [(int(other), road) for road in met if other >= 0]
        boxes = []
        for number, row in enumerate(self.rows):
            for column in np.flatnonzero(row.cells >= 0):
                u0, u1 = row.stops[column : column + 2]
                v0, v1 = self.lines_v[number : number + 2]
                south, north = (_road_at(*along[k], (u0 + u1) / 2) for k in (number, number + 1))
                sides = (south, north, int(across[float(u0)][number]), int(across[float(u1)][number]))
                boxes.append((u0, v0, u1, v1))
                self._split((u0, v0, u1, v1), sides, int(row.cells[column]), 0)
        columns = list(zip(*self.roads, strict=True))
        kinds = (np.int64, np.float64, np.float64, np.float64, np.int64)
        roads = Roads(*(np.array(c, dtype=kind) for c, kind in zip(columns, kinds, strict=True)))
        leaves = np.array(self.leaves)
        blocks = Blocks(leaves[:, :4], leaves[:, 4:8].astype(np.int64), leaves[:, 8].astype(np.int64))
        crossings = np.unique(np.array(self.crossings, dtype=np.int64), axis=0)
        return StreetPlan(
            roads, crossings, blocks, self.lines_v, self.rows, np.array(boxes), self.core, self.size.radius
        )

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


def _road_at(stops: Floats, roads: Ints, place: float) -> int:
    return int(roads[np.searchsorted(stops, place) - 1])
