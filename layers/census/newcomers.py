"""Assets that a team found new: under which id its device knows them, and where they are in the book by now."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from layers.census.words import PACKAGE, RECORD
from layers.model.asset import AssetKey
from layers.model.fields import LinkField
from layers.model.query import Query
from layers.register import Register
from layers.store.schema import VERSION

FIRST_BLOCK, BLOCK = 1_000_000_000, 100_000
"""Ids that devices give begin here; each package has a block of its own."""

OfficeRows = Callable[[str, Collection[int]], Mapping[int, Mapping[str, Any]]]


def block_of(id: int) -> int | None:
    """The id of the package in whose block an id lies; None for an id of the book."""
    return (id - FIRST_BLOCK) // BLOCK if id >= FIRST_BLOCK else None


def source_of(code: str) -> str:
    """The data set under which the register knows what came new with a package."""
    return f"field package {code}"


def homes(came: Mapping[str, tuple[str, int]], office: OfficeRows) -> dict[str, AssetKey]:
    """By its key in the file where in the book each row is that came new: an asset the campaign counts is a record.

    A record that was found to be the same as another one stands for that one.
    """
    found = {key: AssetKey(*at) for key, at in came.items()}
    waiting = {at.id for at in found.values() if at.type == RECORD}
    same: dict[int, int] = {}
    while waiting:
        rows = office(RECORD, waiting)
        fresh = {id: int(row["same_as"]) for id, row in rows.items() if row.get("same_as") is not None}
        same |= fresh
        waiting = set(fresh.values()) - same.keys()
    for key, at in found.items():
        id = at.id
        for _ in range(len(same) if at.type == RECORD else 0):
            id = same.get(id, id)
        found[key] = AssetKey(at.type, id)
    return found


def read_homes(register: Register, ids: Collection[int]) -> dict[str, AssetKey]:
    """Where everything is that came new with the packages in whose blocks these ids lie."""
    blocks = sorted({block for id in ids if (block := block_of(id)) is not None})
    packages = register.find(Query(PACKAGE, ids=blocks)) if blocks else []
    found: dict[str, AssetKey] = {}
    for package in packages:
        came = register.came_from(source_of(str(package["code"])), [t.name for t in register.catalogue])
        found |= homes(came, rows_of(register))
    return found


def rows_of(register: Register) -> OfficeRows:
    """The rows of the book by id, as the merge asks for them."""

    def rows(type_name: str, ids: Collection[int]) -> Mapping[int, Mapping[str, Any]]:
        found = register.find(Query(type_name, ids=sorted(set(ids)))) if ids else []
        return {asset.id: {**asset.values, VERSION: asset.version} for asset in found}

    return rows


def linked(link: LinkField, value: object) -> AssetKey | None:
    """The asset that a link names; None for a blank."""
    if value is None or link.several:
        return AssetKey.of_link(value)
    return AssetKey(link.targets[0], int(value)) if isinstance(value, int) else None
