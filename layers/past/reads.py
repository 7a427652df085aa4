"""Reads of a past day, done in the worker: what is read today, changed into what was there then."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

from layers.feedback import Feedback
from layers.geometry.packed import Integers
from layers.model.change import IdRange
from layers.model.lifetime import Lifetime
from layers.past.ground import as_on
from layers.store.bulk_read import BulkRead

FID = "fid"


def read_ground(feedback: Feedback, read: BulkRead, lifetime: Lifetime, day: str) -> pa.Table:
    """What lay in the ground on ``day``, in the state of that day."""
    return as_on(read(feedback), lifetime, day)


def read_book(
    feedback: Feedback, read: BulkRead, changed: Integers, came: Sequence[IdRange], rows: pa.Table
) -> pa.Table:
    """What was in the book: today's rows without those that ``changed`` or ``came`` since, and the ``rows`` of then."""
    table = read(feedback)
    ids = np.asarray(table.column(FID).to_numpy())
    gone = np.isin(ids, changed)
    for run in came:
        gone |= (ids >= run.first) & (ids <= run.last)
    kept = table.filter(pa.array(~gone))
    then = rows.select(kept.column_names)
    return pa.concat_tables([kept, then.cast(kept.schema)]) if len(then) else kept
