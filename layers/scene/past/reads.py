"""Reads of a past day as values for the worker: what is read today, changed into what was there then."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from layers.feedback import Feedback
from layers.geometry.packed import Integers
from layers.model.change import IdRange
from layers.model.lifetime import Lifetime
from layers.scene.past.ground import as_on
from layers.store.bulk_read import BulkRead

FID = "fid"


@dataclass(frozen=True)
class GroundRead:
    """As it lay in the ground on ``day``."""

    read: BulkRead
    lifetime: Lifetime
    day: str

    def __call__(self, feedback: Feedback) -> pa.Table:
        """The assets that lay there, in the state of that day."""
        return as_on(self.read(feedback), self.lifetime, self.day)


@dataclass(frozen=True)
class BookRead:
    """As the book stood: today's rows without those that ``changed`` or ``came`` since, and the ``rows`` of then."""

    read: BulkRead
    changed: Integers
    came: Sequence[IdRange]
    rows: pa.Table

    def __call__(self, feedback: Feedback) -> pa.Table:
        """The assets that were in the book, as they were."""
        table = self.read(feedback)
        ids = np.asarray(table.column(FID).to_numpy())
        gone = np.isin(ids, self.changed)
        for run in self.came:
            gone |= (ids >= run.first) & (ids <= run.last)
        kept = table.filter(pa.array(~gone))
        then = self.rows.select(kept.column_names)
        return pa.concat_tables([kept, then.cast(kept.schema)]) if len(then) else kept
