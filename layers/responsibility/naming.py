"""What roles and targets are called in sentences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from layers.model.asset import AssetKey
from layers.model.duty_words import GRID
from layers.model.query import Query
from layers.register import Register
from layers.responsibility.book import Book
from layers.search.link_targets import target_label
from layers.text import Title


def role_title(book: Book, role: str) -> Title | str:
    """What a role is called; its code when the list does not know it any more."""
    entry = book.roles.get(role)
    return role if entry is None else entry.title


def grid_name(book: Book, grid: int) -> str:
    """A grid by code and name."""
    known = book.grids.get(grid)
    return f"#{grid}" if known is None else f"{known.code} {known.name}".strip()


def name_of(register: Register, book: Book, target: AssetKey) -> str:
    """What people have charge of, as it is called."""
    return names_of(register, book, [target])[target]


def names_of(register: Register, book: Book, targets: Iterable[AssetKey]) -> dict[AssetKey, str]:
    """The same for many, with one question to the register for each type."""
    found: dict[AssetKey, str] = {}
    by_type: dict[str, list[int]] = defaultdict(list)
    for key in targets:
        if key.type == GRID:
            found[key] = grid_name(book, key.id)
        else:
            found[key] = f"{key.type} {key.id}"
            by_type[key.type].append(key.id)
    for name, ids in by_type.items():
        if name not in register.catalogue:
            continue
        asset_type = register.catalogue[name]
        fields = [f for f in dict.fromkeys((*asset_type.label_fields, "code")) if f in asset_type]
        for asset in register.find(Query(name, ids=list(dict.fromkeys(ids)), fields=tuple(fields))):
            found[asset.key] = target_label(asset_type, asset)
    return found
