"""Assets are given the grid of their place, or of those that they follow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from layers.analysis.checking.finding import Finding
from layers.analysis.checking.rule_file import Rule
from layers.analysis.mending.bench import Bench
from layers.editing.plan import BulkSet
from layers.geometry.packed import Integers
from layers.grids.followers import rightful_of
from layers.grids.ground import GRID, read_grids
from layers.grids.members import linked
from layers.grids.membership import places_of, rightful
from layers.text import Message


def into_grid(bench: Bench, findings: Sequence[Finding], rule: Rule) -> list[Message | None]:
    """Set the grid of every asset found, of whatever type, to the one it belongs to now."""
    told: dict[tuple[str, int], Message] = {}
    for name in dict.fromkeys(finding.asset.type for finding in findings):
        wanted = np.array(sorted({f.asset.id for f in findings if f.asset.type == name}), np.int64)
        ids, now, will = _belonging(bench, name, wanted)
        differs = now != will
        if differs.any():
            bench.bulk.append(BulkSet(name, GRID, ids[differs], will[differs]))
        for id in ids[differs].tolist():
            told[name, id] = Message("mending.into_grid")
    return [told.get((finding.asset.type, finding.asset.id)) for finding in findings]


def _belonging(bench: Bench, name: str, wanted: Integers) -> tuple[Integers, Integers, Integers]:
    """Assets, the grid that each has and the one that it should have."""
    asset_type = bench.catalogue[name]
    if asset_type.shape is None:
        return rightful_of(bench.register, asset_type, wanted)
    table = bench.register.rows(name, wanted.tolist(), [GRID])
    now = linked(table.column(GRID))
    will = rightful(read_grids(bench.register), places_of(asset_type, table), now)
    return table.column("fid").to_numpy().astype(np.int64), now, will
