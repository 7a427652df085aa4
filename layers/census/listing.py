"""How records, checks, defects and orders are listed: so many at most, each under the code of what it is of."""

from __future__ import annotations

from collections.abc import Sequence

from layers.census.links import find_all_linked
from layers.model.asset import Asset
from layers.register import Register

#: So many rows are listed; all are counted and decided.
MOST_LISTED = 2000


def codes_of_targets(register: Register, rows: Sequence[Asset]) -> dict[str, str]:
    """The codes of what records, defects or orders are of, by link."""
    found = find_all_linked(register, [row["target"] for row in rows])
    return {
        link: str(asset.get("code") or asset.get("provisional_code") or asset.id)
        for link, asset in found.items()
    }
