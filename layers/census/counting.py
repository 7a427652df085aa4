"""Which record of a target counts: a campaign counts every target once, by the newest of its records that holds.

A second record comes from a lot that was made twice, from a device, from another program. All stay in the register;
what is counted, listed as waiting and accepted is one of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa

from layers.census.links import find_many
from layers.census.words import CANCELLED, LOGGED, RECORD, REJECTED
from layers.geometry.packed import Integers
from layers.model.asset import Asset
from layers.model.query import All, Compare, Query
from layers.register import Register

_AT_ONCE = 500


def outdone(register: Register, table: pa.Table) -> Integers:
    """The ids of the records that another of the same target outdoes.

    ``table``: ``fid`` and ``target`` of all records of one campaign but the cancelled ones.
    """
    links = table["target"].combine_chunks().dictionary_encode().indices.fill_null(-1)
    place = links.to_numpy(zero_copy_only=False).astype(np.int64)
    often = np.append(np.bincount(place[place >= 0]) > 1, [False])
    if not often.any():
        return np.zeros(0, np.int64)
    ids = table["fid"].to_numpy().astype(np.int64)[often[place]]
    return _beside_the_best(find_many(register, RECORD, np.sort(ids).tolist()))


def read_outdone(register: Register, campaign: int) -> frozenset[int]:
    """The same of a campaign."""
    table = register.packed(RECORD, ("target",), _of(campaign))
    return frozenset(outdone(register, table).tolist())


def outdone_of(register: Register, records: Sequence[Asset]) -> frozenset[int]:
    """Which of these records of a campaign another one outdoes, whether that is among them or not."""
    links = sorted({str(record["target"]) for record in records if record["target"]})
    if not links:
        return frozenset()
    found: list[Asset] = []
    for first in range(0, len(links), _AT_ONCE):
        named = Compare("target", "in", tuple(links[first : first + _AT_ONCE]))
        found += register.find(Query(RECORD, All((_of(records[0]["campaign"]), named))))
    return frozenset(_beside_the_best(found).tolist())


def _of(campaign: int) -> All:
    return All((Compare("campaign", "=", campaign), Compare("state", "!=", CANCELLED)))


def _beside_the_best(records: Iterable[Asset]) -> Integers:
    by_target: dict[str, list[Asset]] = {}
    for record in records:
        by_target.setdefault(str(record["target"]), []).append(record)
    lost = [each.id for some in by_target.values() for each in sorted(some, key=_weight)[:-1]]
    return np.array(sorted(lost), np.int64)


def _weight(record: Asset) -> tuple[int, str, int]:
    """What was seen comes before what is still to be seen, and that before what was rejected; then the later one."""
    state = record["state"]
    holds = 0 if state == REJECTED else 2 if state in LOGGED else 1
    return holds, str(record["logged_at"] or ""), record.id
