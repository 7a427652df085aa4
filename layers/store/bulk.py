"""Bulk work on a GeoPackage register: many rows in one journaled transaction, without a trigger per row.

New rows come from a staging file that the worker wrote: ATTACH, INSERT ... SELECT, packed R-tree. The trail
keeps a range of ids instead of a row per asset; the caller writes it (``Edit.record_range``).
"""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import sqlalchemy as sa
from pysqlite3 import dbapi2 as sqlite

from layers.feedback import Feedback
from layers.model.catalogue import Shape
from layers.model.change import IdRange
from layers.store.base import Store
from layers.store.blob_bounds import blob_bounds
from layers.store.private_folder import claim, make_folder, release, remove_folder
from layers.store.rtree_check import is_sound
from layers.store.rtree_graft import graft, is_packable, prune
from layers.store.rtree_pack import Ints, PackedTree, pack
from layers.store.schema import FID, GEOMETRY, OP_DELETE
from layers.store.worker import Worker
from layers.store.worker_staging import LEAF, ROWS, StagingFile, write_staging

_names = itertools.count(1)
# Fewer new rows than this go through the virtual table one by one.
_PACK_FROM = 500
# Of SQLite's ten attached databases; the rest is left to others.
_MOST_ATTACHED = 8


def load_staged(
    store: Store, connection: sa.Connection, type_name: str, staged: StagingFile, feedback: Feedback
) -> IdRange:
    """Take every row of a staging file into the asset table; the ids they got, in the file's order.

    The file stays attached until the transaction has ended: call ``detach_staging`` then.
    """
    first = next_id(connection, type_name)
    rows = _staged_rows(connection, staged)
    ids = IdRange(first, first + staged.count - 1)
    with store.suspended_triggers(connection, type_name), _rebuilt_indexes(store, connection, type_name, ids):
        feedback.progress(0.0)
        columns = ", ".join(f'"{name}"' for name in staged.columns)
        connection.exec_driver_sql(
            f'INSERT INTO main."{type_name}" ({FID}{", " if columns else ""}{columns})'
            f" SELECT fid + ?{', ' if columns else ''}{columns} FROM {rows} ORDER BY fid",
            (first - 1,),
        )
        feedback.progress(0.6)
        if staged.tree is not None:
            source = f"SELECT fid + ?, {LEAF} + ? FROM {rows} WHERE {LEAF} > 0 ORDER BY fid"
            _index(connection, type_name, staged.tree, first - 1, source)
        feedback.progress(0.8)
    feedback.progress(1.0)
    return ids


def _staged_rows(connection: sa.Connection, staged: StagingFile) -> str:
    """The table to read the staged rows from: in the attached file or, once no more can be attached, a copy.

    SQLite attaches ten databases at most and lets none go before the transaction ends; an import of many
    types goes on in temporary tables.
    """
    raw = connection.connection.driver_connection
    assert raw is not None
    name = f"staging{next(_names)}"
    attached = raw.execute("PRAGMA database_list").fetchall()
    if sum(row[1].startswith("staging") for row in attached) < _MOST_ATTACHED:
        connection.exec_driver_sql(f"ATTACH DATABASE ? AS {name}", (str(staged.path),))
        return f"{name}.{ROWS}"
    # The same SQLite library on another file: no lock of the register is touched.
    with contextlib.closing(sqlite.connect(f"file:{staged.path}?mode=ro", uri=True)) as source:
        cursor = source.execute(f"SELECT * FROM {ROWS}")
        names = [column[0] for column in cursor.description]
        quoted = ", ".join(f'"{column}"' for column in names)
        raw.execute(f"CREATE TEMP TABLE {name} ({quoted})")
        raw.executemany(f"INSERT INTO temp.{name} VALUES ({', '.join('?' * len(names))})", cursor)
    return f"temp.{name}"


class StagedFile:
    """Rows in a staging file in a private folder, ready to be loaded; ``discard`` when done with it."""

    def __init__(
        self, worker: Worker | None, rows: pa.Table, shape: Shape | None, srid: int, feedback: Feedback
    ):
        self.count = rows.num_rows
        self._folder = make_folder("staging")
        self._mark = claim(self._folder)
        arguments = (self._folder / "staging.gpkg", rows, shape, srid)
        try:
            self.file: StagingFile = (
                write_staging(feedback, *arguments)
                if worker is None
                else worker.run(write_staging, *arguments, feedback=feedback)
            )
        except BaseException:
            self.discard()
            raise

    def discard(self) -> None:
        """Remove the file. Calling it again does nothing."""
        remove_folder(self._folder)
        release(self._mark)
        self._mark = -1


def detach_staging(connection: sa.Connection) -> None:
    """Let go of every staging file; after the end of the transaction that read them."""
    raw = connection.connection.driver_connection
    assert raw is not None
    for _, name, _ in raw.execute("PRAGMA database_list").fetchall():
        if name.startswith("staging"):
            raw.execute(f"DETACH DATABASE {name}")
    for (name,) in raw.execute("SELECT name FROM temp.sqlite_master WHERE name LIKE 'staging%'").fetchall():
        raw.execute(f"DROP TABLE temp.{name}")


def next_id(connection: sa.Connection, type_name: str) -> int:
    """The first id that no asset of this type ever had. Valid within a writing transaction."""
    query = "SELECT max(coalesce((SELECT seq FROM sqlite_sequence WHERE name = ?), 0),"
    query += f' coalesce((SELECT max({FID}) FROM "{type_name}"), 0)) + 1'
    return int(connection.exec_driver_sql(query, (type_name,)).scalar_one())


def remove_range(
    store: Store, connection: sa.Connection, type_name: str, ids: IdRange, change_set: int
) -> None:
    """Delete the assets of a range, keeping each as it was in the history of ``change_set``."""
    table, history = store.schema.assets[type_name], store.schema.history[type_name]
    inside = table.c[FID].between(ids.first, ids.last)
    names = [column.name for column in table.columns]
    kept = sa.select(
        sa.literal(change_set), _now(), sa.literal(OP_DELETE), *(table.c[name] for name in names)
    ).where(inside)
    with store.suspended_triggers(connection, type_name):
        connection.execute(
            history.insert().from_select(["changeset_id", "at", "op", *names], kept.order_by(table.c[FID]))
        )
        if GEOMETRY in table.columns:
            _unindex(connection, type_name, ids)
        connection.execute(table.delete().where(inside))


def restore_range(
    store: Store, connection: sa.Connection, type_name: str, ids: IdRange, removed_in: int
) -> None:
    """Put back the assets that ``remove_range`` kept in change set ``removed_in``, ids and versions too."""
    table, history = store.schema.assets[type_name], store.schema.history[type_name]
    names = [column.name for column in table.columns]
    rows = sa.select(*(history.c[name] for name in names)).where(
        history.c.changeset_id == removed_in,
        history.c.op == OP_DELETE,
        history.c[FID].between(ids.first, ids.last),
    )
    with store.suspended_triggers(connection, type_name):
        connection.execute(table.insert().from_select(names, rows.order_by(history.c[FID])))
        if GEOMETRY in table.columns:
            index_range(connection, type_name, ids)


def index_range(connection: sa.Connection, type_name: str, ids: IdRange) -> None:
    """Enter the located assets of a range, which are not in it yet, into the R-tree."""
    query = (
        f'SELECT {FID}, {GEOMETRY} FROM "{type_name}" WHERE {FID} BETWEEN ? AND ? AND {GEOMETRY} IS NOT NULL'
        f" ORDER BY {FID}"
    )
    rows = connection.exec_driver_sql(query, (ids.first, ids.last)).all()
    if not rows:
        return
    fids = np.array([row[0] for row in rows], np.int64)
    bounds = blob_bounds([row[1] for row in rows])
    located = ~np.isnan(bounds[:, 0])
    if not located.any():
        return
    tree = pack(fids[located], bounds[located])
    _index(connection, type_name, tree, 0, fids[located])


def rebuild_index(connection: sa.Connection, type_name: str) -> None:
    """Make the whole R-tree of a type anew."""
    name = f"rtree_{type_name}_{GEOMETRY}"
    for part in ("_node", "_parent", "_rowid"):
        connection.exec_driver_sql(f'DELETE FROM "{name}{part}"')
    connection.exec_driver_sql(f'INSERT INTO "{name}_node" VALUES (1, zeroblob(1228))')
    index_range(connection, type_name, IdRange(1, next_id(connection, type_name)))


def _index(
    connection: sa.Connection, type_name: str, tree: PackedTree, row_offset: int, rows: str | Ints
) -> None:
    """Enter a packed tree; ``rows`` is a query for (id, leaf), or the ids in the order of ``leaf_of``."""
    name = f"rtree_{type_name}_{GEOMETRY}"
    if len(tree.leaf_of) < _PACK_FROM or not is_packable(connection, name):
        _insert_plainly(connection, name, tree, row_offset)
        return
    leaves = graft(connection, name, tree, row_offset)
    shift = int(leaves[0]) - 1
    if isinstance(rows, str):
        # Leaves are numbered in a run: the statement needs no table of numbers.
        connection.exec_driver_sql(f'INSERT INTO main."{name}_rowid" {rows}', (row_offset, shift))
    else:
        pairs = zip(rows.tolist(), (tree.leaf_of + shift).tolist(), strict=True)
        connection.exec_driver_sql(f'INSERT INTO "{name}_rowid" VALUES (?, ?)', list(pairs))
    if not is_sound(connection, name):
        raise RuntimeError(f"{name} is not sound after packing")


def _insert_plainly(connection: sa.Connection, name: str, tree: PackedTree, row_offset: int) -> None:
    leaves = tree.nodes[tree.levels == 0]
    cells = leaves["cells"][np.arange(leaves["cells"].shape[1]) < leaves["count"][:, None]]
    columns = [
        cells["id"].astype(np.int64) + row_offset,
        *(cells[n].astype(float) for n in ("x0", "x1", "y0", "y1")),
    ]
    rows = list(zip(*(column.tolist() for column in columns), strict=True))
    connection.exec_driver_sql(f'INSERT INTO "{name}" VALUES (?, ?, ?, ?, ?)', rows)


def _unindex(connection: sa.Connection, type_name: str, ids: IdRange) -> None:
    name = f"rtree_{type_name}_{GEOMETRY}"
    if len(ids) >= _PACK_FROM and is_packable(connection, name):
        prune(connection, name, [ids])
        if not is_sound(connection, name):
            raise RuntimeError(f"{name} is not sound after pruning")
        return
    connection.exec_driver_sql(f'DELETE FROM "{name}" WHERE id BETWEEN ? AND ?', (ids.first, ids.last))


@contextlib.contextmanager
def _rebuilt_indexes(store: Store, connection: sa.Connection, type_name: str, ids: IdRange) -> Iterator[None]:
    """Drop the attribute indexes while a table more than doubles: one sort is cheaper than many inserts."""
    table = store.schema.assets[type_name]
    present = connection.exec_driver_sql(f'SELECT count(*) FROM "{type_name}"').scalar_one()
    indexes: Sequence[sa.Index] = sorted(table.indexes, key=lambda index: str(index.name))
    if len(ids) < max(present, 10_000):
        indexes = ()
    for index in indexes:
        index.drop(connection)
    yield
    for index in indexes:
        index.create(connection)


def _now() -> sa.ColumnElement[str]:
    return sa.func.strftime("%Y-%m-%dT%H:%M:%fZ", "now")
