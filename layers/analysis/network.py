"""Connectivity derived from geometry: ends that meet, and branches that join a main between its ends.

No node is stored anywhere: two ends nearer than the tolerance are one node. A branch may end on another line between
that line's nodes (a saddle on a main); it is joined there without the main being cut.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from layers.feedback import Feedback
from layers.geometry.packed import Floats, Integers, PackedLines

Shapes = npt.NDArray[np.object_]
_CHUNK = 50_000


@dataclass(frozen=True)
class Network:
    """Lines and what connects them.

    ``ends`` (n, 2) are the nodes at the start and end of every line, ``node_xy`` (m, 2) their places in metres.
    Node ``join_node[k]`` lies on the line ``join_line[k]`` between the nodes of that line.
    """

    shapes: Shapes
    ends: Integers
    node_xy: Floats
    join_node: Integers
    join_line: Integers
    tolerance: float

    @cached_property
    def degree(self) -> Integers:
        """How many line ends meet at every node; a join counts for two, as the main runs on."""
        ends = np.bincount(self.ends.ravel(), minlength=len(self.node_xy))
        return np.asarray(ends + 2 * np.bincount(self.join_node, minlength=len(self.node_xy)))

    @cached_property
    def line_component(self) -> Integers:
        """For every line, the number of the connected part it belongs to."""
        if not len(self.ends):
            return np.zeros(0, np.int64)
        return np.asarray(self.node_component[self.ends[:, 0]])

    @cached_property
    def node_component(self) -> Integers:
        """For every node, the number of the connected part it belongs to."""
        count = len(self.node_xy)
        first = np.concatenate([self.ends[:, 0], self.join_node])
        second = np.concatenate([self.ends[:, 1], self.ends[self.join_line, 0]])
        links = coo_array((np.ones(len(first), np.int8), (first, second)), shape=(count, count))
        return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)

    @cached_property
    def meetings(self) -> tuple[Integers, Integers]:
        """Every node with every line that ends there or is joined there, ordered by node: (node, line)."""
        lines = np.arange(len(self.ends))
        node = np.concatenate([self.ends[:, 0], self.ends[:, 1], self.join_node])
        line = np.concatenate([lines, lines, self.join_line])
        order = np.lexsort((line, node))
        return node[order], line[order]

    @cached_property
    def tree(self) -> shapely.STRtree:
        """The lines by place."""
        return shapely.STRtree(self.shapes)


def derive_network(lines: PackedLines, tolerance: float, feedback: Feedback | None = None) -> Network:
    """Find out what is connected. Two ends within ``tolerance`` metres are one node. Long: a task."""
    feedback = feedback or Feedback()
    shapes = shapely.linestrings(lines.xy, indices=np.repeat(np.arange(len(lines)), np.diff(lines.offsets)))
    first, last = lines.xy[lines.offsets[:-1]], lines.xy[lines.offsets[1:] - 1]
    node, node_xy = _clustered(np.concatenate([first, last]), tolerance)
    ends = np.stack([node[: len(lines)], node[len(lines) :]], axis=1)
    network = Network(shapes, ends, node_xy, np.zeros(0, np.int64), np.zeros(0, np.int64), tolerance)
    join_node, join_line = _joins(network, feedback)
    return Network(shapes, ends, node_xy, join_node, join_line, tolerance)


def _clustered(xy: Floats, tolerance: float) -> tuple[Integers, Floats]:
    """The cluster of every place, and the middle of every cluster."""
    if not len(xy):
        return np.zeros(0, np.int64), np.zeros((0, 2))
    pairs = cKDTree(xy).query_pairs(tolerance, output_type="ndarray")
    links = coo_array((np.ones(len(pairs), np.int8), (pairs[:, 0], pairs[:, 1])), shape=(len(xy), len(xy)))
    count, label = connected_components(links, directed=False)
    size = np.bincount(label, minlength=count)
    middle = np.stack([np.bincount(label, xy[:, axis], count) / size for axis in (0, 1)], axis=1)
    return label.astype(np.int64), middle


def _joins(network: Network, feedback: Feedback) -> tuple[Integers, Integers]:
    """Nodes that lie on a line which does not end there."""
    nodes: list[Integers] = []
    lines: list[Integers] = []
    total = len(network.node_xy)
    for begin in range(0, total, _CHUNK):
        feedback.progress(begin / total)
        places = shapely.points(network.node_xy[begin : begin + _CHUNK])
        node, line = network.tree.query(places, predicate="dwithin", distance=network.tolerance)
        node = node + begin
        own = (network.ends[line] == node[:, None]).any(axis=1)
        nodes.append(node[~own])
        lines.append(line[~own])
    return _joined(nodes), _joined(lines)


def _joined(parts: Sequence[Integers]) -> Integers:
    return np.concatenate(parts).astype(np.int64) if parts else np.zeros(0, np.int64)
