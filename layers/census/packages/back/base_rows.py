"""What a file that came back is compared with: the file that came before, or what the trail of the register tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from layers.census.packages.merging.compare import Row, Rows
from layers.census.words import RECORD
from layers.model.asset import AssetKey
from layers.model.personal import personal_fields
from layers.model.proof import ATTACHMENT
from layers.register import Register
from layers.store.packages import PackageFile


@dataclass(frozen=True)
class Since:
    """The file that came last; what of it was refused is compared with what went out. So are all photos."""

    last: Rows
    first: Rows | None
    pending: frozenset[AssetKey]

    def held(self, type_name: str) -> tuple[str, ...]:
        return self.last.held(type_name)

    def rows(self, type_name: str) -> Mapping[int, Row]:
        before = {} if self.first is None else self.first.rows(type_name)
        if type_name == ATTACHMENT:
            return before
        rows = dict(self.last.rows(type_name))
        again = {key.id for key in self.pending if key.type == type_name}
        if type_name == RECORD:
            # What was refused of an asset may stand in its record as well.
            links = {f"{key.type}:{key.id}" for key in self.pending}
            again |= {id for id, row in rows.items() if row.get("target") in links}
        for id in again:
            rows.pop(id, None)
            if id in before:
                rows[id] = before[id]
        return rows


@dataclass(frozen=True)
class Trail:
    """The base as the register's own trail tells it: the rows of the file as they were when it went out."""

    register: Register
    file: PackageFile
    version: int
    asked: frozenset[str]

    def held(self, type_name: str) -> tuple[str, ...]:
        return self.file.held(type_name)

    def rows(self, type_name: str) -> Mapping[int, Row]:
        if type_name not in self.register.catalogue:
            return {}
        asset_type = self.register.catalogue[type_name]
        ids = [*self.file.rows(type_name), *(self.file.deleted(type_name) or ())]
        then = self.register.rows_at(type_name, ids, self.version) if ids else {}
        kept = type_name in self.asked or asset_type.group == "census"
        hidden = () if kept else personal_fields(asset_type)
        blank = {name: None for name in hidden if not asset_type.field_named(name).required}
        return {id: {**row, **blank} for id, row in then.items() if row is not None}
