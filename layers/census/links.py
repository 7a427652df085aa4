"""What records, checks, defects and orders of a census are of: the assets that their links name, however many."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from layers.model.asset import Asset, AssetKey
from layers.model.catalogue import Catalogue
from layers.model.query import Query
from layers.register import Register

_AT_ONCE = 500


def ids_by_type(catalogue: Catalogue, links: Iterable[object]) -> dict[str, list[int]]:
    """The assets that links name, each once and in their order; without what is no link or of no type known."""
    found: dict[str, dict[int, None]] = {}
    for link in links:
        key = AssetKey.of_link(link)
        if key is not None and key.type in catalogue:
            found.setdefault(key.type, {})[key.id] = None
    return {name: list(ids) for name, ids in found.items()}


def find_linked(register: Register, link: object) -> Asset | None:
    """The asset that a link names, if it is there."""
    key = AssetKey.of_link(link)
    return None if key is None or key.type not in register.catalogue else register.get(*key)


def find_all_linked(
    register: Register, links: Iterable[object], check: Callable[[], None] = lambda: None
) -> dict[str, Asset]:
    """By link the assets that are there. ``check`` is called now and then, and may raise."""
    return {
        f"{asset.type}:{asset.id}": asset
        for name, ids in ids_by_type(register.catalogue, links).items()
        for asset in find_many(register, name, sorted(ids), check)
    }


def find_many(
    register: Register, type: str, ids: Sequence[int], check: Callable[[], None] = lambda: None
) -> list[Asset]:
    """The assets of these ids that are there. ``check`` is called now and then, and may raise."""
    found: list[Asset] = []
    for first in range(0, len(ids), _AT_ONCE):
        check()
        found += register.find(Query(type, ids=ids[first : first + _AT_ONCE]))
    return found
