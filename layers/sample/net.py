"""The network in the making: straight paths of the plan with stations on them, pipes from one to the next."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from layers.sample.ground import Floats
from layers.sample.streets import ACROSS, Ints

JUNCTION, VALVE, HYDRANT, WELL, TOTAL_WELL, PUMP, REDUCER, CAP, FACILITY = range(9)
"""What stands at a station."""

MAIN, SPINE, LATERAL, STUB, HYDRANT_BRANCH, ENTRY, TRUNK = range(7)
"""What a path is: main in a road, main of an estate, branch along a building, service pipe, and so on."""


@dataclass(frozen=True)
class Nodes:
    """Places where pipes begin and end; ``owner`` is whatever the kind refers to."""

    u: Floats
    v: Floats
    kind: Ints
    owner: Ints


@dataclass(frozen=True)
class Paths:
    """Straight lines of the plan that pipes follow, ``at`` the constant coordinate; -1 for no road or estate."""

    direction: Ints
    at: Floats
    role: Ints
    road: Ints
    estate: Ints
    dn: Ints


@dataclass(frozen=True)
class Stations:
    """Nodes on paths, in order along each path."""

    path: Ints
    at: Floats
    node: Ints


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


@dataclass
class Net:
    """Nodes, paths and stations, collected part by part."""

    _nodes: list[Nodes] = field(default_factory=list)
    _paths: list[Paths] = field(default_factory=list)
    _stations: list[Stations] = field(default_factory=list)
    node_count: int = 0
    path_count: int = 0

    def add_nodes(self, u: Floats, v: Floats, kind: int, owner: Ints | int = -1) -> Ints:
        """New nodes of one kind; their numbers."""
        ids = np.arange(self.node_count, self.node_count + len(u))
        self._nodes.append(Nodes(u, v, np.full(len(u), kind), _wide(owner, len(u))))
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
        self._paths.append(
            Paths(
                _wide(direction, count),
                at,
                _wide(role, count),
                _wide(road, count),
                _wide(estate, count),
                _wide(dn, count),
            )
        )
        self.path_count += count
        return ids

    def add_stations(self, path: Ints, at: Floats, node: Ints) -> None:
        """Put nodes on paths, ``at`` the coordinate along it."""
        self._stations.append(Stations(path, at, node))

    def put(self, path: Ints, at: Floats, kind: int, owner: Ints | int = -1) -> Ints:
        """New nodes standing on paths; their numbers."""
        paths = self.paths()
        across, constant = paths.direction[path] == ACROSS, paths.at[path]
        ids = self.add_nodes(np.where(across, constant, at), np.where(across, at, constant), kind, owner)
        self.add_stations(path, at, ids)
        return ids

    def nodes(self) -> Nodes:
        """All nodes so far."""
        each = self._nodes
        return Nodes(
            np.concatenate([n.u for n in each]),
            np.concatenate([n.v for n in each]),
            np.concatenate([n.kind for n in each]),
            np.concatenate([n.owner for n in each]),
        )

    def paths(self) -> Paths:
        """All paths so far."""
        if len(self._paths) > 1:
            each = self._paths
            joined = Paths(
                np.concatenate([p.direction for p in each]),
                np.concatenate([p.at for p in each]),
                np.concatenate([p.role for p in each]),
                np.concatenate([p.road for p in each]),
                np.concatenate([p.estate for p in each]),
                np.concatenate([p.dn for p in each]),
            )
            self._paths = [joined]
        return self._paths[0]

    def stations(self) -> Stations:
        """All stations so far, in order along each path."""
        path = np.concatenate([s.path for s in self._stations])
        at = np.concatenate([s.at for s in self._stations])
        node = np.concatenate([s.node for s in self._stations])
        order = np.lexsort((at, path))
        return Stations(path[order], at[order], node[order])

    def spans(self) -> Spans:
        """The stretches between neighbouring stations of the same path."""
        every = self.stations()
        path, at, node = every.path, every.at, every.node
        follows = path[1:] == path[:-1]
        return Spans(
            path[:-1][follows], at[:-1][follows], at[1:][follows], node[:-1][follows], node[1:][follows]
        )


def _wide(value: Ints | int, count: int) -> Ints:
    return np.broadcast_to(value, count).astype(np.int64)
