"""Settling: what to do with assets that somebody else changed since an act began, asset by asset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa

from layers.feedback import Feedback
from layers.model.asset import AssetKey
from layers.model.catalogue import AssetType, Catalogue
from layers.model.change import ChangeSet
from layers.store import history, many
from layers.store.base import Store
from layers.store.edit import Edit
from layers.store.rows import Row, current_row
from layers.store.schema import FID, VERSION
from layers.store.types import same_value
from layers.store.value_rules import Rules
from layers.store.worker import Worker


@dataclass(frozen=True)
class Clash:
    """An asset that is not as an act had read it.

    ``seen`` is None when that state is not kept, ``now`` when the asset is gone, ``wanted`` when the act
    removes it.
    """

    key: AssetKey
    seen: Row | None
    now: Row | None
    wanted: Row | None
    actor: str
    at: str

    @property
    def version(self) -> int:
        """The version that was looked at when the user was asked; 0 when the asset is gone."""
        return 0 if self.now is None else int(self.now[VERSION])

    def changed(self, asset_type: AssetType) -> tuple[str, ...]:
        """The fields that others changed, or that may have been when nobody can tell any more."""
        if self.now is None:
            return ()
        names = [field.name for field in asset_type.fields if field.name in self.now]
        if self.seen is None:
            return tuple(name for name in names if name in (self.wanted or {}))
        return tuple(name for name in names if not same_value(self.seen.get(name), self.now[name]))

    def contested(self, asset_type: AssetType) -> tuple[str, ...]:
        """The fields that others changed to something else than the act makes of them."""
        wanted, now = _made(self.wanted or {}, self.seen), self.now or {}
        return tuple(
            name
            for name in self.changed(asset_type)
            if name in wanted and not same_value(wanted[name], now[name])
        )

    def is_harmless(self, asset_type: AssetType) -> bool:
        """Whether there is nothing to ask: the asset is as it was read, though it was changed between."""
        return self.now is not None and self.seen is not None and not self.changed(asset_type)


@dataclass(frozen=True)
class Settlement:
    """What was decided on one asset at ``version``: fields that stay ``theirs``; ``leave`` it out altogether."""

    version: int
    theirs: frozenset[str] = frozenset()
    leave: bool = False


@dataclass
class Settling:
    """Given to an edit. While ``asks`` is set it gathers clashes and writes nothing in their place."""

    decided: Mapping[AssetKey, Settlement] = field(default_factory=dict)
    asks: bool = False
    clashes: dict[AssetKey, Clash] = field(default_factory=dict)


class SettlingEdit(Edit):
    """An edit that goes by what was decided where an asset is not as it was read.

    Whoever changed it once more since the user was asked makes a ``Conflict`` again.
    """

    def __init__(
        self,
        store: Store,
        connection: sa.Connection,
        catalogue: Catalogue,
        rules: Rules,
        opened: ChangeSet,
        worker: Worker | None,
        settling: Settling,
    ) -> None:
        super().__init__(store, connection, catalogue, rules, opened, worker)
        self._settling = settling

    def update(self, type: str, id: int, version: int, values: Mapping[str, Any]) -> int:
        """As ``Edit.update``; fields decided for others keep their value."""
        now = current_row(self.store, self.connection, type, id)
        if now is not None and now[VERSION] == version:
            return super().update(type, id, version, values)
        if self._settling.asks:
            self._note(type, id, version, now, values)
            return version if now is None else int(now[VERSION])
        decision = self._decision(type, id, version, now)
        if now is None or decision.leave:
            return version if now is None else int(now[VERSION])
        seen = history.row_at_version(self.store, self.connection, type, id, version)
        made = _made(values, seen)
        left = {name: value for name, value in made.items() if name not in decision.theirs}
        return super().update(type, id, int(now[VERSION]), left)

    def update_many(
        self,
        type: str,
        ids: Sequence[int] | npt.NDArray[np.integer[Any]],
        values: Mapping[str, Any],
        versions: Sequence[int] | npt.NDArray[np.integer[Any]] | None = None,
        feedback: Feedback | None = None,
    ) -> int:
        """As ``Edit.update_many``; assets that are not at the version given are settled one by one."""
        if versions is None:
            return super().update_many(type, ids, values, feedback=feedback)
        numbers, read = np.asarray(ids, np.int64), np.asarray(versions, np.int64)
        now = self._versions(type, numbers)
        newer = np.array([now.get(id) for id in numbers.tolist()], object) != read
        columns = many.alongside(self.store, type, len(numbers), values)
        for at in np.flatnonzero(newer).tolist():
            row = {name: column[at] for name, column in columns.items()}
            self.update(type, int(numbers[at]), int(read[at]), row)
        rest = {name: [column[at] for at in np.flatnonzero(~newer)] for name, column in columns.items()}
        return super().update_many(type, numbers[~newer], rest, read[~newer], feedback) + int(newer.sum())

    def _versions(self, type: str, ids: npt.NDArray[np.int64]) -> dict[int, int]:
        table = self.store.schema.assets[type]
        statement = sa.select(table.c[FID], table.c[VERSION]).where(
            self.store.id_in(table.c[FID], ids.tolist())
        )
        return dict(iter(self.connection.execute(statement)))

    def delete(self, type: str, id: int, version: int) -> None:
        """As ``Edit.delete``; what was decided to stay stays."""
        now = current_row(self.store, self.connection, type, id)
        if now is not None and now[VERSION] == version:
            super().delete(type, id, version)
        elif self._settling.asks:
            self._note(type, id, version, now, None)
        else:
            decision = self._decision(type, id, version, now)
            if now is not None and not decision.leave:
                super().delete(type, id, int(now[VERSION]))

    def _decision(self, type: str, id: int, version: int, now: Row | None) -> Settlement:
        decision = self._settling.decided.get(AssetKey(type, id))
        if decision is None or decision.version != (0 if now is None else now[VERSION]):
            raise self._conflict(type, id, version)
        return decision

    def _note(self, type: str, id: int, version: int, now: Row | None, wanted: Row | None) -> None:
        key = AssetKey(type, id)
        before = self._settling.clashes.get(key)
        if before is not None and before.wanted is not None and wanted is not None:
            wanted = {**before.wanted, **wanted}
        seen = history.row_at_version(self.store, self.connection, type, id, version)
        who = history.last_change_of(self.store, self.connection, type, id)
        self._settling.clashes[key] = Clash(
            key, seen, now, wanted, who.actor if who else "", who.at if who else ""
        )


def _made(wanted: Row, seen: Row | None) -> Row:
    """The values that an act makes different from what it had read: what it only carries along is the others'."""
    if seen is None:
        return wanted
    return {n: value for n, value in wanted.items() if n not in seen or not same_value(value, seen[n])}
