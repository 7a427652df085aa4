"""Links between rows of one layer: those that lead back to where they began, and those to rows that are kept out."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from layers.exchange.findings import Findings
from layers.exchange.staging_data import Flags, Numbers
from layers.model.catalogue import AssetType
from layers.text import Message


def in_circles(target: Numbers) -> Flags:
    """Which rows a walk along ``target`` (n,), the row that each one links to or -1, brings back to themselves."""
    found = np.zeros(len(target), dtype=np.bool_)
    # 0: not seen yet; k: seen on walk k. What a walk meets again on itself is a circle.
    seen = np.zeros(len(target), dtype=np.int64)
    for walk, start in enumerate(np.flatnonzero(target >= 0).tolist(), 1):
        at = start
        while at >= 0 and seen[at] == 0:
            seen[at] = walk
            at = int(target[at])
        if at < 0 or seen[at] != walk:
            continue
        first = at
        while not found[at]:
            found[at] = True
            at = int(target[at])
        assert at == first
    return found


def flag_circles(
    asset_type: AssetType, own: Mapping[str, Numbers], texts: Mapping[str, pa.Array], findings: Findings
) -> None:
    """Keep out the rows that would be part of themselves: an act with one of them would be refused whole."""
    for name in asset_type.no_circle:
        if name not in own:
            continue
        told = asset_type.field_named(name).problem("link_circle", "error", None)
        findings.flag(
            "link_circle", "error", told.message, in_circles(own[name]), field=name, values=texts.get(name)
        )


def warn_of_lost(
    asset_type: AssetType, own: Mapping[str, Numbers], texts: Mapping[str, pa.Array], findings: Findings
) -> None:
    """Tell of rows whose link leads to one that is kept out: they come in without it."""
    broken = findings.broken
    for name, target in own.items():
        lost = (target >= 0) & broken[np.maximum(target, 0)] & ~broken
        field = asset_type.field_named(name)
        named = {"field": field.title, "type": asset_type.title, "value": ""}
        findings.flag(
            "unknown_link", "warning", Message("import.row.kept_out_link", named), lost, field=name,
            values=texts.get(name),
        )  # fmt: skip
