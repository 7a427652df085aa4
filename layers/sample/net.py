"""The network in the making: straight paths of the plan with stations on them; pipes run from one to the next."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from layers.sample.ground import Floats
from layers.sample.streets import ACROSS, Flags, Ints

JUNCTION, VALVE, HYDRANT, WELL, TOTAL_WELL, PUMP, REDUCER, CAP, FACILITY = range(9)
"""What stands at a station."""

MAIN, SPINE, LATERAL, STUB, HYDRANT_BRANCH, ENTRY, TRUNK = range(7)
"""What a path is: main in a road, main of an estate, branch along a building, service pipe, and so on."""


@dataclass
class Net:
    """Nodes, paths and stations, collected part by part."""

    nodes: list[tuple[Floats, Floats, Ints, Ints]] = field(default_factory=list)
    paths: list[tuple[Ints, Floats, Ints, Ints, Ints, Ints]] = field(default_factory=list)
    stations: list[tuple[Ints, Floats, Ints]] = field(default_factory=list)
    node_count: int = 0
    path_count: int = 0

    def add_nodes(self, u: Floats, v: Floats, kind: int, owner: Ints | int = -1) -> Ints:
        """New nodes of one kind; their numbers. ``owner`` is whatever the kind refers to."""
        ids = np.arange(self.node_count, self.node_count + len(u))
        self.nodes.append((u, v, np.full(len(u), kind), np.broadcast_to(owner, len(u)).astype(np.int64)))
        self.node_count += len(u)
        return ids

    def add_paths(
        self,
        direction: Ints | int,
        at: Floats,
        role: int,
        *,
        road: Ints | int = -1,
        estate: Ints | int = -1,
        dn: Ints | int = 0,
    ) -> Ints:
        """New paths of one role; their numbers. The size of mains in roads (0 here) is found later."""
        count = len(at)
        ids = np.arange(self.path_count, self.path_count + count)
        wide = [np.broadcast_to(x, count).astype(np.int64) for x in (direction, role, road, estate, dn)]
        self.paths.append((wide[0], at, *wide[1:]))
        self.path_count += count
        return ids

    def add_stations(self, path: Ints, at: Floats, node: Ints) -> None:
        """Put nodes on paths, ``at`` the coordinate along it."""
        self.stations.append((path, at, node))

    def put(self, path: Ints, at: Floats, kind: int, owner: Ints | int = -1) -> Ints:
        """New nodes standing on paths; their numbers."""
        direction, constant = self.path_column(0)[path], self.path_column(1)[path]
        across = direction == ACROSS
        ids = self.add_nodes(np.where(across, constant, at), np.where(across, at, constant), kind, owner)
        self.add_stations(path, at, ids)
        return ids

    def path_column(self, number: int) -> Floats | Ints:
        """One property of all paths: 0 direction, 1 constant, 2 role, 3 road, 4 estate, 5 DN."""
        joined: Floats | Ints = np.concatenate([columns[number] for columns in self.paths])
        return joined

    def node_column(self, number: int) -> Floats | Ints:
        """One property of all nodes: 0 u, 1 v, 2 kind, 3 owner."""
        joined: Floats | Ints = np.concatenate([columns[number] for columns in self.nodes])
        return joined

    def sorted_stations(self) -> tuple[Ints, Floats, Ints]:
        """Path, coordinate and node of every station, along each path."""
        path, at, node = (np.concatenate(c) for c in zip(*self.stations, strict=True))
        order = np.lexsort((at, path))
        return path[order], at[order], node[order]

    def spans(self) -> Spans:
        """The stretches between neighbouring stations of the same path."""
        path, at, node = self.sorted_stations()
        follows = path[1:] == path[:-1]
        return Spans(
            path[:-1][follows], at[:-1][follows], at[1:][follows], node[:-1][follows], node[1:][follows]
        )

    def keep_stations(self, keep: Flags) -> None:
        """Drop stations; ``keep`` is in the order of ``sorted_stations``."""
        path, at, node = self.sorted_stations()
        self.stations = [(path[keep], at[keep], node[keep])]


@dataclass(frozen=True)
class Spans:
    """Pipes to be: path, coordinates and nodes of both ends."""

    path: Ints
    start: Floats
    end: Floats
    first: Ints
    last: Ints

    def __len__(self) -> int:
        return len(self.path)
