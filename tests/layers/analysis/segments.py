"""What stays connected when the network is cut at some of its nodes: the parts that valves can isolate."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from layers.analysis.network import Network
from layers.geometry.packed import Floats, Integers


def segments(network: Network, cut: npt.NDArray[np.bool_]) -> Integers:
    """For every line the number of its part when nothing passes the nodes marked in ``cut``."""
    node, line = network.meetings
    passes = ~cut[node]
    lines, nodes = len(network.ends), len(network.node_xy)
    edges = coo_array(
        (np.ones(int(passes.sum()), np.int8), (line[passes], lines + node[passes])),
        shape=(lines + nodes, lines + nodes),
    )
    label = connected_components(edges, directed=False)[1][:lines]
    return np.unique(label, return_inverse=True)[1].astype(np.int64)


def nodes_at(network: Network, xy: Floats, reach: float) -> npt.NDArray[np.bool_]:
    """Which nodes lie within ``reach`` metres of one of these places (n, 2)."""
    if not len(xy) or not len(network.node_xy):
        return np.zeros(len(network.node_xy), dtype=bool)
    return np.asarray(cKDTree(xy).query(network.node_xy, distance_upper_bound=reach)[0] <= reach)
