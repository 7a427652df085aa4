"""Assets are given the grid of their place, or of those that they follow."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from layers.analysis.checking.finding import Finding
from layers.analysis.checking.rule_file import Rule
from layers.analysis.mending.bench import Bench
from layers.editing.plan import BulkSet
from layers.geometry.packed import Integers
from layers.grids.coverage import Flaw, find_coverage
from layers.grids.followers import rightful_of
from layers.grids.ground import GEOMETRY, read_grids
from layers.grids.members import linked
from layers.grids.membership import places_of, rightful
from layers.grids.shaping.repairs import plan_repair
from layers.model.asset import AssetKey
from layers.model.duty_words import GRID
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


def cover(bench: Bench, findings: Sequence[Finding], rule: Rule) -> list[Message | None]:
    """Give gaps to the neighbour along the longest edge, leave shared land to one, cut off what lies outside."""
    flaws = find_coverage(bench.register).of(rule.parameters["fault"])
    meant = [[flaw for flaw in flaws if _is_meant(flaw, finding)] for finding in findings]
    chosen = list(dict.fromkeys(flaw for each in meant for flaw in each))
    if not chosen:
        return [None] * len(findings)
    plan = plan_repair(bench.register, chosen)
    for update in plan.updates:
        piece = bench.piece(AssetKey(update.type, update.id))
        if piece is not None:
            piece.values |= {name: value for name, value in update.values.items() if name != GEOMETRY}
            piece.geometry = update.values.get(GEOMETRY, piece.geometry)
    bench.bulk += plan.bulk
    return [Message("mending.covered") if each else None for each in meant]


def _is_meant(flaw: Flaw, finding: Finding) -> bool:
    """Whether a finding, which stands for all flaws of the same grids, is about this one."""
    ids = {key.id for key in (finding.asset, *finding.others)}
    return ids <= set(flaw.grids[:2] if flaw.fault == "overlap" else flaw.grids[:1])


def _belonging(bench: Bench, name: str, wanted: Integers) -> tuple[Integers, Integers, Integers]:
    """Assets, the grid that each has and the one that it should have."""
    asset_type = bench.catalogue[name]
    if asset_type.shape is None:
        return rightful_of(bench.register, asset_type, wanted)
    table = bench.register.rows(name, wanted.tolist(), [GRID])
    now = linked(table.column(GRID))
    will = rightful(read_grids(bench.register), places_of(asset_type, table), now)
    return table.column("fid").to_numpy().astype(np.int64), now, will
