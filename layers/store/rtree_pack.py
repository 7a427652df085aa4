"""R-trees packed in bulk: nodes as SQLite's rtree module stores them, built with numpy.

Format: https://www.sqlite.org/rtree.html section 6 ("shadow tables") and ``ext/rtree/rtree.c``. A node is a
blob of 1228 bytes: depth (only in the root, node 1), number of cells, then up to 51 cells of a 64-bit id and
four 32-bit floats minx, maxx, miny, maxy, all big-endian. Leaves hold row ids, inner nodes hold node numbers;
every leaf lies at the same depth. Bounds are rounded outward. GDAL writes its R-trees the same way.

Inserting two million points through the virtual table takes 22 s, this 1 s.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Doubles = npt.NDArray[np.float64]
Nodes = npt.NDArray[np.void]

CELLS = 51
CELL = np.dtype([("id", ">i8"), ("x0", ">f4"), ("x1", ">f4"), ("y0", ">f4"), ("y1", ">f4")])
NODE = np.dtype([("depth", ">u2"), ("count", ">u2"), ("cells", CELL, (CELLS,))])


@dataclass(frozen=True)
class PackedTree:
    """A whole tree with nodes numbered from 1, leaves first, the root last.

    ``nodes`` (n,) of ``NODE``; ``parents`` (n,) node numbers, 0 for the root; ``levels`` (n,), 0 for leaves;
    ``leaf_of`` the leaf of each packed row, in the order the rows were given.
    """

    nodes: Nodes
    parents: Ints
    levels: Ints
    leaf_of: Ints

    @property
    def height(self) -> int:
        """The level of the root; 0 when the root is a leaf."""
        return int(self.levels[-1])


def pack(ids: Ints, bounds: Doubles) -> PackedTree:
    """Build the tree of rows ``ids`` (n,) with ``bounds`` (n, 4) as x0, y0, x1, y1; n at least 1.

    Sort-tile-recursive: slices by x, within them by y, each leaf full but the last.
    """
    order = _tile_order(bounds)
    cells = np.zeros(len(ids), CELL)
    cells["id"] = ids[order]
    low, high = round_down(bounds[order, :2]), round_up(bounds[order, 2:])
    cells["x0"], cells["y0"] = low[:, 0], low[:, 1]
    cells["x1"], cells["y1"] = high[:, 0], high[:, 1]
    levels = [_fill_nodes(cells)]
    first = 1
    while len(levels[-1]) > 1:
        levels.append(_fill_nodes(cover(levels[-1], np.arange(first, first + len(levels[-1])))))
        first += len(levels[-2])
    leaf_of = np.empty(len(ids), np.int64)
    leaf_of[order] = np.arange(len(ids)) // CELLS + 1
    return PackedTree(
        joined(levels),
        _parents(levels),
        np.repeat(np.arange(len(levels)), [len(level) for level in levels]),
        leaf_of,
    )


def cover(nodes: Nodes, numbers: Ints) -> npt.NDArray[np.void]:
    """One cell per node: its number and the box around its cells. Nodes must not be empty."""
    used = np.arange(CELLS) < nodes["count"][:, None]
    out = np.zeros(len(nodes), CELL)
    out["id"] = numbers
    for name in ("x0", "y0"):
        out[name] = np.where(used, nodes["cells"][name], np.inf).min(1)
    for name in ("x1", "y1"):
        out[name] = np.where(used, nodes["cells"][name], -np.inf).max(1)
    return out


def joined(parts: Sequence[Nodes]) -> Nodes:
    """Several runs of nodes as one, still big-endian (numpy's concatenate turns to the machine's order)."""
    return np.concatenate(parts).astype(NODE)


def node_of(cells: npt.NDArray[np.void]) -> Nodes:
    """A single node (1,) that holds ``cells``, at most 51."""
    node = np.zeros(1, NODE)
    node["count"] = len(cells)
    node["cells"][0, : len(cells)] = cells
    return node


def renumbered(tree: PackedTree, row_offset: int, numbers: Ints) -> Nodes:
    """The nodes with ``row_offset`` added to row ids and node k called ``numbers[k - 1]``."""
    nodes = tree.nodes.copy()
    used = np.arange(CELLS) < nodes["count"][:, None]
    leaf = tree.levels == 0
    ids = nodes["cells"]["id"].astype(np.int64)
    ids[leaf] = np.where(used[leaf], ids[leaf] + row_offset, 0)
    ids[~leaf] = np.where(used[~leaf], numbers[ids[~leaf] - 1], 0)
    nodes["cells"]["id"] = ids
    return nodes


def round_down(values: Doubles) -> npt.NDArray[np.float32]:
    """The greatest 32-bit float not above each value."""
    near = values.astype(np.float32)
    return np.where(near > values, np.nextafter(near, np.float32(-np.inf)), near)


def round_up(values: Doubles) -> npt.NDArray[np.float32]:
    """The least 32-bit float not below each value."""
    near = values.astype(np.float32)
    return np.where(near < values, np.nextafter(near, np.float32(np.inf)), near)


def _tile_order(bounds: Doubles) -> Ints:
    """Rows in the order of the leaves. One float key instead of two sort keys: four times faster."""
    count = len(bounds)
    leaves = -(-count // CELLS)
    slices = int(np.ceil(np.sqrt(leaves)))
    slice_of = np.empty(count)
    slice_of[np.argsort(bounds[:, 0] + bounds[:, 2])] = np.arange(count) // (-(-leaves // slices) * CELLS)
    centre_y = bounds[:, 1] + bounds[:, 3]
    low, span = centre_y.min(), float(np.ptp(centre_y)) or 1.0
    return np.argsort(slice_of + (centre_y - low) / (span * 1.001))


def _fill_nodes(cells: npt.NDArray[np.void]) -> Nodes:
    count = -(-len(cells) // CELLS)
    padded = np.zeros(count * CELLS, CELL)
    padded[: len(cells)] = cells
    nodes = np.zeros(count, NODE)
    nodes["cells"] = padded.reshape(count, CELLS)
    nodes["count"] = CELLS
    nodes["count"][-1] = len(cells) - (count - 1) * CELLS
    return nodes


def _parents(levels: list[Nodes]) -> Ints:
    parents, first = [], 1
    for level in levels:
        first += len(level)
        parents.append(np.arange(len(level)) // CELLS + first)
    parents[-1][:] = 0
    return np.concatenate(parents)
