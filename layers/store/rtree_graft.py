"""Putting a packed R-tree into a GeoPackage, beside what is there, and taking ranges of rows out again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import sqlalchemy as sa

from layers.model.change import IdRange
from layers.store.rtree_pack import CELLS, NODE, Ints, Nodes, PackedTree, cover, joined, node_of, renumbered

_ROOT = 1


def is_packable(connection: sa.Connection, tree: str) -> bool:
    """Whether the R-tree has the node size of pages of 2 KB and more, the only one that is packed."""
    return bool(
        _scalar(connection, f'SELECT length(data) FROM "{tree}_node" WHERE nodeno = 1') == NODE.itemsize
    )


def graft(connection: sa.Connection, tree: str, packed: PackedTree, row_offset: int) -> Ints:
    """Add a packed tree, with ``row_offset`` added to its row ids, to the R-tree named ``tree``.

    Returns the node number of each leaf of ``packed``: the caller fills ``<tree>_rowid`` from it. The cost
    depends on the added rows only: the two trees get a common root.
    """
    shadow = _Shadow(connection, tree)
    root = shadow.nodes([_ROOT])
    if root["count"][0] == 0:
        numbers = np.append(np.arange(_ROOT + 1, _ROOT + len(packed.nodes)), _ROOT)
        nodes = renumbered(packed, row_offset, numbers)
        nodes["depth"][-1] = packed.height
        shadow.add(numbers, nodes, np.append(0, numbers)[packed.parents])
        return _leaves(packed, numbers)
    first = shadow.next_number()
    numbers = np.arange(first, first + len(packed.nodes))
    nodes = renumbered(packed, row_offset, numbers)
    shadow.add(numbers[:-1], nodes[:-1], numbers[packed.parents[:-1] - 1])
    _join(shadow, root, nodes[-1:], int(numbers[-1]), packed.height)
    return _leaves(packed, numbers)


def _leaves(packed: PackedTree, numbers: Ints) -> Ints:
    leaves: Ints = numbers[packed.levels == 0]
    return leaves


def _join(shadow: _Shadow, root: Nodes, other: Nodes, number: int, height: int) -> None:
    """Hang the node ``other``, called ``number`` and of level ``height``, into the tree under ``root``."""
    depth, count = int(root["depth"][0]), int(root["count"][0])
    if height < depth and count < CELLS:
        cell = _lift(shadow, other, number, height, depth - 1, _ROOT)
        root["cells"][0, count] = cell[0]
        root["count"] = count + 1
        shadow.replace([_ROOT], root)
        return
    top = max(height, depth)
    moved = shadow.next_number() + 1  # ``number`` is taken, though not written yet
    shadow.rename_parent(_ROOT, moved, leaf=depth == 0)
    root["depth"] = 0
    cells = [
        _lift(shadow, root, moved, depth, top, _ROOT),
        _lift(shadow, other, number, height, top, _ROOT),
    ]
    above = node_of(np.concatenate(cells))
    above["depth"] = top + 1
    shadow.replace([_ROOT], above)


def _lift(shadow: _Shadow, node: Nodes, number: int, level: int, to_level: int, parent: int) -> Nodes:
    """Write ``node`` and single-cell nodes above it up to ``to_level``; the cell for ``parent`` to hold."""
    numbers = [number]
    chain = [node]
    following = max(shadow.next_number(), number + 1)
    for _ in range(to_level - level):
        chain.append(node_of(cover(chain[-1], np.array(numbers[-1:]))))
        numbers.append(following)
        following += 1
    shadow.add(np.array(numbers), joined(chain), np.array([*numbers[1:], parent]))
    return cover(chain[-1], np.array(numbers[-1:]))


def prune(connection: sa.Connection, tree: str, ranges: Sequence[IdRange]) -> None:
    """Take the rows of ``ranges`` out of the R-tree. Boxes of inner nodes are left as wide as they were."""
    shadow = _Shadow(connection, tree)
    for span in ranges:
        shadow.forget_rows(span)
    numbers, nodes, levels = read_tree(connection, tree)
    place = np.full(numbers.max() + 1, -1)
    place[numbers] = np.arange(len(numbers))
    gone: Ints = np.empty(0, np.int64)
    for level in range(int(levels.max()) + 1):
        here = np.flatnonzero(levels == level)
        ids = nodes["cells"]["id"][here].astype(np.int64)
        used = np.arange(CELLS) < nodes["count"][here][:, None]
        drop = _in_ranges(ids, ranges) if level == 0 else np.isin(ids, gone)
        drop &= used
        touched = np.flatnonzero(drop.any(1))
        for row in touched:
            kept = nodes["cells"][here[row]][used[row] & ~drop[row]]
            depth = nodes["depth"][here[row]]
            nodes[here[row]] = node_of(kept)[0]
            nodes["depth"][here[row]] = depth
        touched_nodes = here[touched]
        empty = (nodes["count"][touched_nodes] == 0) & (numbers[touched_nodes] != _ROOT)
        gone = numbers[touched_nodes[empty]]
        shadow.remove(gone)
        changed = touched_nodes[~empty]
        shadow.replace(numbers[changed], _without_depth_when_empty(nodes[changed]))


def _in_ranges(ids: Ints, ranges: Sequence[IdRange]) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    inside = np.zeros(ids.shape, bool)
    for span in ranges:
        inside |= (ids >= span.first) & (ids <= span.last)
    return inside


def _without_depth_when_empty(nodes: Nodes) -> Nodes:
    """A root that lost everything is a leaf again."""
    nodes = nodes.copy()
    nodes["depth"][nodes["count"] == 0] = 0
    return nodes


def read_tree(connection: sa.Connection, tree: str) -> tuple[Ints, Nodes, Ints]:
    """Numbers, nodes and levels of the whole tree, by number; level -1 for a node that nothing leads to.

    Raises ``ValueError`` or ``IndexError`` when the tables do not hold a tree of nodes of the usual size.
    """
    rows = connection.exec_driver_sql(f'SELECT nodeno, data FROM "{tree}_node" ORDER BY nodeno').all()
    numbers = np.array([row[0] for row in rows], np.int64)
    if any(len(row[1]) != NODE.itemsize for row in rows) or numbers[0] != _ROOT:
        raise ValueError(f"{tree} has nodes of another size, or no root")
    nodes = np.frombuffer(b"".join(row[1] for row in rows), NODE).copy()
    levels = np.full(len(numbers), -1)
    here = np.array([_ROOT], np.int64)
    for level in range(int(nodes["depth"][0]), -1, -1):
        at = np.searchsorted(numbers, here)
        if (numbers[at] != here).any():
            raise ValueError(f"{tree} lacks a node")
        levels[at] = level
        used = np.arange(CELLS) < nodes["count"][at][:, None]
        here = nodes["cells"]["id"][at][used].astype(np.int64)
    return numbers, nodes, levels


class _Shadow:
    """The three tables behind an R-tree: ``_node``, ``_parent``, ``_rowid``."""

    def __init__(self, connection: sa.Connection, tree: str) -> None:
        self._connection = connection
        self._tree = tree

    def next_number(self) -> int:
        return int(_scalar(self._connection, f'SELECT max(nodeno) + 1 FROM "{self._tree}_node"'))

    def nodes(self, numbers: Iterable[int]) -> Nodes:
        """These nodes, writable, in the order asked."""
        read = self._connection.exec_driver_sql
        query = f'SELECT data FROM "{self._tree}_node" WHERE nodeno = ?'
        blobs = [read(query, (int(number),)).scalar_one() for number in numbers]
        return np.frombuffer(b"".join(blobs), NODE).copy()

    def add(self, numbers: Ints, nodes: Nodes, parents: Ints) -> None:
        """Write new nodes (or the root anew) and, but for the root, whose children they are."""
        self._many(f'INSERT OR REPLACE INTO "{self._tree}_node" VALUES (?, ?)', numbers, nodes)
        links = [(int(n), int(p)) for n, p in zip(numbers, parents, strict=True) if n != _ROOT]
        if links:
            self._connection.exec_driver_sql(f'INSERT INTO "{self._tree}_parent" VALUES (?, ?)', links)

    def replace(self, numbers: Iterable[int], nodes: Nodes) -> None:
        self._many(f'INSERT OR REPLACE INTO "{self._tree}_node" VALUES (?, ?)', numbers, nodes)

    def remove(self, numbers: Ints) -> None:
        if len(numbers):
            keys = [(int(number),) for number in numbers]
            self._connection.exec_driver_sql(f'DELETE FROM "{self._tree}_node" WHERE nodeno = ?', keys)
            self._connection.exec_driver_sql(f'DELETE FROM "{self._tree}_parent" WHERE nodeno = ?', keys)

    def rename_parent(self, old: int, new: int, *, leaf: bool) -> None:
        """The children of node ``old`` become those of ``new``."""
        query = f'UPDATE "{self._tree}_rowid" SET nodeno = ? WHERE nodeno = ?' if leaf else ""
        query = query or f'UPDATE "{self._tree}_parent" SET parentnode = ? WHERE parentnode = ?'
        self._connection.exec_driver_sql(query, (new, old))

    def forget_rows(self, span: IdRange) -> None:
        query = f'DELETE FROM "{self._tree}_rowid" WHERE rowid BETWEEN ? AND ?'
        self._connection.exec_driver_sql(query, (span.first, span.last))

    def _many(self, query: str, numbers: Iterable[int], nodes: Nodes) -> None:
        rows = [(int(number), node.tobytes()) for number, node in zip(numbers, nodes, strict=True)]
        if rows:
            self._connection.exec_driver_sql(query, rows)


def _scalar(connection: sa.Connection, query: str) -> Any:
    return connection.exec_driver_sql(query).scalar_one()
