"""What others did to assets since somebody looked at them, asked within an act: the rest stays as it is to its end."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import sqlalchemy as sa

from layers.store import history, many
from layers.store.edit import Edit
from layers.store.schema import FID, VERSION


def others(
    edit: Edit,
    type: str,
    ids: Sequence[int],
    field: str,
    values: Collection[str],
    versions: Mapping[int, int] | None = None,
) -> list[int]:
    """Of these assets the ones that are gone or whose ``field`` is none of ``values``, or that were changed since they
    were read at ``versions`` (those not named there may have been)."""
    numbers = np.unique(np.asarray(ids, np.int64))
    if not len(numbers):
        return []
    assets = edit.store.schema.assets[type]
    read = [None if versions is None else versions.get(id) for id in numbers.tolist()]
    with many.temporary(edit.store, edit.connection, type, [VERSION]) as wanted:
        many.fill(edit.store, edit.connection, wanted, numbers, [read], edit.feedback)
        same = sa.or_(wanted.c[VERSION].is_(None), wanted.c[VERSION] == assets.c[VERSION])
        kept = (
            sa.select(assets.c[FID])
            .join(wanted, sa.and_(wanted.c[FID] == assets.c[FID], same))
            .where(assets.c[field].in_(sorted(values)))
            .with_for_update(of=assets)
        ).subquery()
        lost = sa.select(wanted.c[FID]).where(wanted.c[FID].not_in(sa.select(kept.c[FID])))
        return sorted(edit.connection.execute(lost).scalars())


def last_actor(edit: Edit, type: str, id: int) -> str:
    """Who changed an asset last; blank where nobody can tell."""
    who = history.last_change_of(edit.store, edit.connection, type, id)
    return "" if who is None else str(who.actor or "")
