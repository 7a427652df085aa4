"""Values set on many assets at once: one statement for all, with a new version for each that really changes.

The triggers write the trail as for every change; on a file that costs no more than doing it set-wise (measured at
300,000 rows: 3.0 and 2.5 s).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from layers.feedback import Feedback
from layers.store.base import Store
from layers.store.schema import FID, GEOMETRY, VERSION

_numbers = itertools.count(1)
#: So many assets are set between two looks at whether somebody wants to stop: a second at most.
AT_ONCE = 50_000

Ids = npt.NDArray[np.int64]


@contextmanager
def temporary(
    store: Store, connection: sa.Connection, type_name: str, names: Sequence[str]
) -> Iterator[sa.Table]:
    """A table of this transaction alone with an id and some of the columns of a type, to be filled; then it goes."""
    columns = store.schema.assets[type_name].c
    table = sa.Table(
        f"wa_many_{next(_numbers)}",
        sa.MetaData(),
        sa.Column(FID, sa.BigInteger, primary_key=True, autoincrement=False),
        *(sa.Column(name, columns[name].type) for name in names),
        prefixes=["TEMPORARY"],
    )
    table.create(connection)
    yield table
    # After an exception the transaction goes, and the table with it.
    table.drop(connection)


def fill(
    store: Store,
    connection: sa.Connection,
    table: sa.Table,
    ids: Ids,
    columns: Sequence[Sequence[Any]],
    feedback: Feedback | None = None,
) -> None:
    """Put ids and the columns alongside into a temporary table. Raises ``ValueError`` when an id comes twice."""
    if len(np.unique(ids)) != len(ids):
        raise ValueError("an asset comes twice")
    for first in range(0, max(len(ids), 1), AT_ONCE):
        (feedback or Feedback()).check()
        part = slice(first, first + AT_ONCE)
        store.fill(connection, table, [ids[part].tolist(), *(column[part] for column in columns)])


def changed_since(connection: sa.Connection, assets: sa.Table, wanted: sa.Table) -> int | None:
    """An asset of ``wanted`` that is gone or not at the version given there; None when all are. They stay so."""
    kept = (
        sa.select(assets.c[FID])
        .join(wanted, sa.and_(wanted.c[FID] == assets.c[FID], wanted.c[VERSION] == assets.c[VERSION]))
        .with_for_update(of=assets)
    )
    there = kept.subquery()
    lost = sa.select(wanted.c[FID]).where(wanted.c[FID].not_in(sa.select(there.c[FID]))).limit(1)
    found = connection.execute(lost).scalar()
    return None if found is None else int(found)


def set_from(
    store: Store,
    connection: sa.Connection,
    type_name: str,
    wanted: sa.Table,
    names: Sequence[str],
    runs: Sequence[tuple[int, int]] = (),
    feedback: Feedback | None = None,
) -> list[int]:
    """Set ``names`` as ``wanted`` says on the assets that are there; the ids of those that became different.

    ``runs`` of ids (first, last) parts the work: between two of them it can be stopped, and says how far it is.
    """
    assets = store.schema.assets[type_name]
    same = assets.c[FID] == wanted.c[FID]
    differs = sa.or_(*(assets.c[name].is_distinct_from(wanted.c[name]) for name in names))
    change = (
        assets.update()
        .where(same, differs)
        .values({**{name: wanted.c[name] for name in names}, VERSION: assets.c[VERSION] + 1})
        .returning(assets.c[FID])
    )
    if len(runs) < 2:
        return list(connection.execute(change).scalars())
    changed: list[int] = []
    for number, (first, last) in enumerate(runs):
        (feedback or Feedback()).progress(number / len(runs))
        changed += connection.execute(change.where(wanted.c[FID].between(first, last))).scalars()
    return changed


def runs_of(ids: Ids) -> list[tuple[int, int]]:
    """The ids in runs of at most ``AT_ONCE``, by first and last."""
    ordered = np.sort(ids)
    parts = (ordered[first : first + AT_ONCE] for first in range(0, len(ordered), AT_ONCE))
    return [(int(part[0]), int(part[-1])) for part in parts]


def alongside(store: Store, type_name: str, count: int, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    """The values of every field as a list of ``count`` plain ones.

    Raises ``ValueError`` for what is a caller's mistake: another length, an unknown field, one set one by one only.
    """
    known = store.schema.assets[type_name].columns
    special = special_fields(store, type_name)
    columns: dict[str, list[Any]] = {}
    for name, value in values.items():
        if name not in known or name in special:
            raise ValueError(f"{type_name}: {name!r} cannot be set on many assets at once")
        if isinstance(value, np.ndarray):
            value = value.tolist()
        columns[name] = list(value) if isinstance(value, list | tuple) else [value] * count
        if len(columns[name]) != count:
            raise ValueError(f"{len(columns[name])} values of {name} for {count} assets")
    return columns


def special_fields(store: Store, type_name: str) -> frozenset[str]:
    """What is not set on many at once: places, and what must be unique alone or together."""
    asset_type = store.schema.catalogue[type_name]
    unique = {field.name for field in asset_type.columns if field.unique}
    return frozenset(
        {GEOMETRY, FID, VERSION, *unique, *asset_type.unique_across, *asset_type.unique_together}
    )
