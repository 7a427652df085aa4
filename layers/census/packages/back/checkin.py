"""Check-in: what an examined file changes is merged into the book by one act; disputes are kept to be decided."""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from layers.census.fieldwork.logging import ResponsibleOf
from layers.census.newcomers import source_of
from layers.census.packages.back import found_defects
from layers.census.packages.back.disputing import Decided, Disputes
from layers.census.packages.back.examining import Examined
from layers.census.packages.back.noting import note_arrival, receipt_now
from layers.census.packages.back.photos import attach_photo
from layers.census.packages.back.resolving import BookIds, NotInBookError
from layers.census.packages.merging.compare import Changed, Row
from layers.census.packages.merging.three_way import Clash, Write, key_of, merge, refused
from layers.census.packages.receipt import Arrival, Refused
from layers.census.words import DEFECT
from layers.errors import UserError
from layers.model.asset import AssetKey
from layers.model.fields import LinkField, format_instant
from layers.model.proof import ATTACHMENT
from layers.model.query import All, Compare, Query
from layers.store import integrity, read
from layers.store.edit import Edit
from layers.store.packages import PackageFile
from layers.store.rows import current_row
from layers.store.schema import CODE, GEOMETRY
from layers.store.value_rules import ValuesRefused

_BULK_FROM = 30


def check_in(
    edit: Edit,
    examined: Examined,
    actor: str,
    decided: Decided | None = None,
    responsible_of: ResponsibleOf = lambda _: None,
) -> Arrival:
    """Take in what a file changes, within one open edit; what of it came in before changes nothing again.

    The merge is made anew against the book as it is now. Rows that the book refuses are named in the receipt.
    Disputes that are not ``decided`` stay open. A severe defect raises an order for whoever looks after the asset.
    """
    return _CheckIn(edit, examined, actor, decided or {}, responsible_of).done(actor)


class _CheckIn:
    def __init__(
        self, edit: Edit, examined: Examined, actor: str, decided: Decided, responsible_of: ResponsibleOf
    ) -> None:
        self._edit, self._examined, self._responsible_of = edit, examined, responsible_of
        self._receipt = receipt_now(edit, examined)
        self._source = edit.source(source_of(examined.code))
        self._ids = BookIds(edit, source_of(examined.code))
        self._refused: list[Refused] = []
        today = datetime.date.today().isoformat()
        self._merge = merge(edit.catalogue, examined.found, self._ids.office, self._ids.homes, today)
        self._disputes = Disputes(edit, examined, self._merge, self._ids.office, actor, decided)

    def done(self, actor: str) -> Arrival:
        merged, examined = self._merge, self._examined
        self._disputes.settle()
        inserted = self._insert_all()
        updated, deleted = self._write_all()
        self._disputes.settle_earlier()
        photos = self._attach_photos()
        for clash, row in self._disputes.hold_back_unproven():
            if clash.type == DEFECT:
                found_defects.raise_order(self._edit, clash.id, row, self._responsible_of)
        self._refused += self._disputes.keep_all()
        turned_down = (*examined.barred, *merged.refused, *self._refused)
        arrival = Arrival(
            at=_now(),
            actor=actor,
            sha256=examined.kept.sha256,
            file=examined.file_name,
            records=examined.records,
            of_records=examined.receipt.records,
            of=merged.of + len(examined.barred),
            taken=inserted + updated + deleted + merged.already,
            inserted=inserted,
            updated=updated,
            deleted=deleted,
            already=merged.already,
            conflicts=self._disputes.open,
            refused=turned_down,
            photos=photos,
            photos_missing=examined.photos.missing,
            photos_loose=examined.photos.loose,
            photos_broken=examined.photos.broken,
            clock_days=examined.clock_days,
            by_whom=dict(examined.by_whom),
            moved=dict(examined.moved),
        )
        note_arrival(self._edit, examined, self._receipt, arrival)
        return arrival

    # ---- rows that are new

    def _insert_all(self) -> int:
        """Insert what is new, in an order in which links find what they link to."""
        waiting, count = list(self._merge.inserts), 0
        new = {key_of(change) for change in waiting}
        while waiting:
            ready = [c for c in waiting if not (self._ids.links(c.type, c.field or {}) & new - {key_of(c)})]
            for change in ready or waiting:
                count += self._insert(change)
            new -= {key_of(change) for change in ready or waiting}
            waiting = [c for c in waiting if key_of(c) in new]
        return count

    def _insert(self, change: Changed) -> int:
        assert change.field is not None
        values = {name: change.field[name] for name in change.names if name in change.field}
        try:
            values = self._ids.resolved(change.type, values)
            if change.type == DEFECT:
                values = found_defects.with_record(self._edit, values, self._examined.package["campaign"])
            origin = {"source_id": self._source, "source_key": key_of(change)}
            id = self._put(change.type, {**values, **origin})
        except ValuesRefused as error:
            reasons = [p.message.id for p in error.problems]
            self._turn_down(change.told_by or change.key, change.field, reasons)
            return 0
        except NotInBookError:
            self._turn_down(change.key, change.field, ["packages.of_new_asset"])
            return 0
        self._ids.homes[key_of(change)] = AssetKey(change.type, id)
        if change.type == DEFECT:
            found_defects.raise_order(self._edit, id, values, self._responsible_of)
        return 1

    def _put(self, type_name: str, values: Mapping[str, Any]) -> int:
        """Insert a row; a running number that the device gave and that is taken becomes the office's next one."""
        try:
            return self._edit.insert(type_name, values)
        except ValuesRefused as error:
            prefix, code = self._edit.catalogue[type_name].code_prefix, str(values.get(CODE) or "")
            running = bool(prefix) and re.fullmatch(rf"{re.escape(prefix)}-\d+", code) is not None
            if not running or any(problem.field != CODE for problem in error.problems):
                raise
            return self._edit.insert(type_name, {**values, CODE: None})

    def _turn_down(self, key: AssetKey, row: Row, reasons: list[str]) -> None:
        self._refused.append(refused(key, row, reasons))

    # ---- rows that were there

    def _write_all(self) -> tuple[int, int]:
        deleted = 0
        groups: dict[tuple[str, tuple[str, ...]], list[Write]] = defaultdict(list)
        for write in self._merge.writes:
            if write.values is None:
                deleted += self._delete(write)
            else:
                groups[write.type, tuple(write.values)].append(write)
        updated = sum(self._write(name, fields, some) for (name, fields), some in groups.items())
        return updated, deleted

    def _write(self, name: str, fields: tuple[str, ...], some: list[Write]) -> int:
        asset_type = self._edit.catalogue[name]
        named = [asset_type.fields_by_name.get(field) for field in fields]
        plain = GEOMETRY not in fields and not any(f is None or f.unique for f in named)
        links = any(isinstance(f, LinkField) for f in named)
        if plain and not links and len(some) >= _BULK_FROM:
            columns = {f: [(write.values or {})[f] for write in some] for f in fields}
            try:
                self._edit.update_many(name, [w.id for w in some], columns, [w.version for w in some])
                return len(some)
            except ValuesRefused:
                pass  # one by one, so that only the wrong ones stay out
        return sum(self._update(write) for write in some)

    def _update(self, write: Write) -> int:
        assert write.values is not None
        key = AssetKey(write.type, write.id)
        try:
            values = self._ids.resolved(write.type, write.values)
            self._edit.update(write.type, write.id, write.version, values)
        except ValuesRefused as error:
            self._turn_down(key, write.values, [p.message.id for p in error.problems])
            return 0
        except NotInBookError:
            self._turn_down(key, write.values, ["packages.of_new_asset"])
            return 0
        return 1

    def _delete(self, write: Write) -> int:
        store, connection = self._edit.store, self._edit.connection
        row = current_row(store, connection, write.type, write.id)
        assert row is not None
        try:
            integrity.refuse_if_referenced(store, connection, write.type, [row])
        except UserError:
            name = str(row.get("code") or f"#{write.id}")
            told = f'"{name}"'
            self._merge.clashes.append(Clash(write.type, write.id, "", told, told, None))
            return 0
        self._edit.delete(write.type, write.id, write.version)
        return 1

    # ---- photos

    def _attach_photos(self) -> int:
        photos = self._examined.photos.found
        if not photos:
            return 0
        schema, count = self._edit.store.schema, 0
        file = PackageFile(self._examined.kept.path, schema)
        try:
            for photo in photos:
                key = self._ids.place_of_photo(AssetKey(photo.type, photo.id))
                data = None if key is None else photo.content(file)
                if key is None or data is None:
                    self._turn_down(
                        AssetKey(ATTACHMENT, photo.id), {"code": photo.name}, ["packages.photo_of_nothing"]
                    )
                elif not self._is_attached(key, photo.sha256):
                    try:
                        attach_photo(self._edit, key, photo, data)
                        count += 1
                    except UserError as error:
                        self._turn_down(
                            AssetKey(ATTACHMENT, photo.id), {"code": photo.name}, [error.title.id]
                        )
        finally:
            file.close()
        return count

    def _is_attached(self, key: AssetKey, sha256: str) -> bool:
        where = All((Compare("target", "=", f"{key.type}:{key.id}"), Compare("sha256", "=", sha256)))
        return bool(read.count(self._edit.store, self._edit.connection, Query(ATTACHMENT, where=where)))


def _now() -> str:
    return format_instant(datetime.datetime.now(datetime.UTC))
