"""What rows of a file link to, as it is in the book: what came new has an id of its own there."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from layers.census.newcomers import block_of, homes, linked
from layers.census.packages.merging.compare import Row
from layers.census.words import RECORD
from layers.model.asset import AssetKey
from layers.model.fields import LinkField
from layers.store.edit import Edit
from layers.store.packages import came_from
from layers.store.rows import current_rows


class NotInBookError(Exception):
    """A row belongs to an asset that was newly found: it is in the book only once its record is accepted."""


class BookIds:
    """Where in the book all is that came with the data set ``source``, within an open edit.

    ``homes``: by key in the file.
    """

    def __init__(self, edit: Edit, source: str) -> None:
        self._edit = edit
        came = came_from(edit.store, edit.connection, source, [t.name for t in edit.catalogue])
        self.homes: dict[str, AssetKey] = homes(came, self.office)

    def office(self, type_name: str, ids: Collection[int]) -> Mapping[int, Row]:
        """Rows of the book as they are now."""
        if not ids:
            return {}
        return current_rows(self._edit.store, self._edit.connection, type_name, sorted(set(ids)))

    def links(self, type_name: str, row: Row) -> set[str]:
        """The keys in the file of all that a row links to."""
        return {f"{key.type}:{key.id}" for key in self._linked(type_name, row).values()}

    def _linked(self, type_name: str, row: Row) -> dict[str, AssetKey]:
        found = {}
        for link in self._edit.catalogue[type_name].links:
            key = linked(link, row.get(link.name))
            if key is not None:
                found[link.name] = key
        return found

    def resolved(self, type_name: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Values with the book's ids in links to what came new; what waits for acceptance is its record so far.

        Raises ``NotInBookError`` for a link to what did not come in.
        """
        resolved = dict(values)
        for name, key in self._linked(type_name, values).items():
            link = self._edit.catalogue[type_name].field_named(name)
            assert isinstance(link, LinkField)
            home = self._home(key)
            if home is None or home.type not in link.targets:
                raise NotInBookError
            resolved[name] = f"{home.type}:{home.id}" if link.several else home.id
        return resolved

    def _home(self, key: AssetKey) -> AssetKey | None:
        """Where in the book it is that the file calls ``key``; None when it did not come in."""
        at = self.homes.get(f"{key.type}:{key.id}")
        if at is None:
            return None if block_of(key.id) is not None else key
        if at.type != RECORD:
            return at
        record = self.office(RECORD, [at.id]).get(at.id, {})
        if key.type == RECORD:
            return at
        return AssetKey.of_link(record.get("target")) or at

    def place_of_photo(self, key: AssetKey) -> AssetKey | None:
        """Where a photo belongs in the book; that of a newly found asset stays with its record."""
        if key.type not in self._edit.catalogue:
            return None
        at = self.homes.get(f"{key.type}:{key.id}")
        home = at if at is not None and at.type == RECORD else self._home(key)
        if home is None or not self.office(home.type, [home.id]):
            return None
        return home
