"""Check-in: what an examined file changes is merged into the book by one act; disputes are kept to be decided."""

from __future__ import annotations

import datetime
import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from typing import Any, Literal

from layers.census.fieldwork.logging import ResponsibleOf
from layers.census.newcomers import block_of, homes, linked, source_of
from layers.census.packages.back import found_defects, unproven
from layers.census.packages.back.examining import Examined
from layers.census.packages.back.noting import note_arrival, receipt_now
from layers.census.packages.back.photos import attach_photo
from layers.census.packages.merging.compare import Changed, Row
from layers.census.packages.merging.conflicts import OPEN, field_values
from layers.census.packages.merging.records import decided as decided_values
from layers.census.packages.merging.three_way import Clash, Merge, Write, key_of, merge, refused
from layers.census.packages.receipt import Arrival, Refused
from layers.census.values import as_text, from_json, told_in
from layers.census.words import CONFLICT, DEFECT, RECORD
from layers.errors import UserError
from layers.model.asset import AssetKey
from layers.model.fields import LinkField, format_instant
from layers.model.proof import ATTACHMENT
from layers.model.query import All, Compare, Query
from layers.store import integrity, read
from layers.store.edit import Edit
from layers.store.packages import PackageFile, came_from
from layers.store.rows import current_row, current_rows
from layers.store.schema import CODE, GEOMETRY, VERSION
from layers.store.value_rules import ValuesRefused

_BULK_FROM = 30


Decided = Mapping[tuple[str, int, str], Literal["office", "field"]]
"""Disputes decided at once: type, id and field of a clash to the side that is right. Those of earlier files too."""


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
        self._actor, self._decided = actor, decided
        self._source = edit.source(source_of(examined.code))
        catalogue = edit.catalogue
        came = came_from(edit.store, edit.connection, source_of(examined.code), [t.name for t in catalogue])
        self._homes = homes(came, self._office)
        self._refused: list[Refused] = []
        self._unproven: set[tuple[str, int, str]] = set()
        today = datetime.date.today().isoformat()
        self._merge: Merge = merge(catalogue, examined.found, self._office, self._homes, today)

    def done(self, actor: str) -> Arrival:
        merged, examined = self._merge, self._examined
        self._settle()
        inserted = self._insert_all()
        updated, deleted = self._write_all()
        self._settle_earlier()
        photos = self._attach_photos()
        self._hold_back_unproven()
        for clash in merged.clashes:
            self._note_clash(clash)
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
            conflicts=sum(self._side(clash) is None for clash in merged.clashes),
            refused=turned_down,
            photos=photos,
            photos_missing=examined.photos.missing,
            photos_loose=examined.photos.loose,
            clock_days=examined.clock_days,
            by_whom=dict(examined.by_whom),
            moved=dict(examined.moved),
        )
        note_arrival(self._edit, examined, self._receipt, arrival)
        return arrival

    def _office(self, type_name: str, ids: Collection[int]) -> Mapping[int, Row]:
        if not ids:
            return {}
        return current_rows(self._edit.store, self._edit.connection, type_name, sorted(set(ids)))

    # ---- rows that are new

    def _insert_all(self) -> int:
        """Insert what is new, in an order in which links find what they link to."""
        waiting, count = list(self._merge.inserts), 0
        new = {key_of(change) for change in waiting}
        while waiting:
            ready = [c for c in waiting if not (self._links(c) & new - {key_of(c)})]
            for change in ready or waiting:
                count += self._insert(change)
            new -= {key_of(change) for change in ready or waiting}
            waiting = [c for c in waiting if key_of(c) in new]
        return count

    def _links(self, change: Changed) -> set[str]:
        return {f"{key.type}:{key.id}" for key in self._linked(change.type, change.field or {}).values()}

    def _linked(self, type_name: str, row: Row) -> dict[str, AssetKey]:
        found = {}
        for link in self._edit.catalogue[type_name].links:
            key = linked(link, row.get(link.name))
            if key is not None:
                found[link.name] = key
        return found

    def _insert(self, change: Changed) -> int:
        assert change.field is not None
        values = {name: change.field[name] for name in change.names if name in change.field}
        try:
            values = self._resolved(change.type, values)
            if change.type == DEFECT:
                values = found_defects.with_record(self._edit, values, self._examined.package["campaign"])
            origin = {"source_id": self._source, "source_key": key_of(change)}
            id = self._put(change.type, {**values, **origin})
        except ValuesRefused as error:
            reasons = [p.message.id for p in error.problems]
            self._turn_down(change.told_by or change.key, change.field, reasons)
            return 0
        except _NotInBookError:
            self._turn_down(change.key, change.field, ["packages.of_new_asset"])
            return 0
        self._homes[key_of(change)] = AssetKey(change.type, id)
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

    def _resolved(self, type_name: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Values with the book's ids in links to what came new; what waits for acceptance is its record so far."""
        resolved = dict(values)
        for name, key in self._linked(type_name, values).items():
            link = self._edit.catalogue[type_name].field_named(name)
            assert isinstance(link, LinkField)
            home = self._home(key)
            if home is None or home.type not in link.targets:
                raise _NotInBookError
            resolved[name] = f"{home.type}:{home.id}" if link.several else home.id
        return resolved

    def _home(self, key: AssetKey) -> AssetKey | None:
        """Where in the book it is that the file calls ``key``; None when it did not come in."""
        at = self._homes.get(f"{key.type}:{key.id}")
        if at is None:
            return None if block_of(key.id) is not None else key
        if at.type != RECORD:
            return at
        record = self._office(RECORD, [at.id]).get(at.id, {})
        if key.type == RECORD:
            return at
        return AssetKey.of_link(record.get("target")) or at

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
            values = self._resolved(write.type, write.values)
            self._edit.update(write.type, write.id, write.version, values)
        except ValuesRefused as error:
            self._turn_down(key, write.values, [p.message.id for p in error.problems])
            return 0
        except _NotInBookError:
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

    # ---- disputes, photos, the receipt

    def _side(self, clash: Clash) -> str | None:
        key = (clash.type, clash.id, clash.field)
        return self._decided.get(key) if clash.field and key not in self._unproven else None

    def _settle(self) -> None:
        """What was decided for the field is written with the rest."""
        for clash in self._merge.clashes:
            if self._side(clash) != "field":
                continue
            at = next(
                (n for n, w in enumerate(self._merge.writes) if (w.type, w.id) == (clash.type, clash.id)),
                None,
            )
            row = self._office(clash.type, [clash.id])[clash.id]
            values = {} if at is None else dict(self._merge.writes[at].values or {})
            column, _, part = clash.field.partition(".")
            found = from_json(clash.found)
            if part:
                values[column] = as_text({**told_in(values.get(column, row.get(column))), part: found})
            else:
                values[column] = found
            if clash.type == RECORD:
                values = decided_values(self._edit.catalogue, row, values)
            write = Write(clash.type, clash.id, row[VERSION], values)
            if at is None:
                self._merge.writes.append(write)
            else:
                self._merge.writes[at] = write

    def _settle_earlier(self) -> None:
        """Disputes of earlier files that were decided now; one that was decided or overtaken meanwhile is left."""
        for dispute in self._examined.disputes:
            side = self._decided.get((*dispute.target, dispute.field or ""))
            conflict = self._office(CONFLICT, [dispute.conflict.id]).get(dispute.conflict.id, {})
            if side is None or conflict.get("state") != OPEN or dispute.field is None:
                continue
            key = dispute.target
            row = self._office(key.type, [key.id]).get(key.id)
            if side == "field" and row is not None:
                values = field_values(dispute, row)
                if key.type == RECORD:
                    values = decided_values(self._edit.catalogue, row, values)
                self._edit.update(key.type, key.id, row[VERSION], values)
            who = {"decided_by": self._actor[:60], "decided_at": _now(), "state": side}
            self._edit.update(CONFLICT, dispute.conflict.id, conflict[VERSION], who)

    def _hold_back_unproven(self) -> None:
        for clash, row in unproven.hold_back(self._edit):
            self._merge.clashes.append(clash)
            self._unproven.add((clash.type, clash.id, clash.field))
            if clash.type == DEFECT:
                found_defects.raise_order(self._edit, clash.id, row, self._responsible_of)

    def _note_clash(self, clash: Clash) -> None:
        """Keep a dispute, once: the same one may be open from an earlier file, or decided."""
        where = All(
            (
                Compare("package", "=", self._examined.package.id),
                Compare("target_type", "=", clash.type),
                Compare("target_id", "=", clash.id),
                Compare("field", "=", clash.field) if clash.field else Compare("field", "is null"),
            )
        )
        known = read.find(self._edit.store, self._edit.connection, Query(CONFLICT, where=where))
        same = next((each for each in known if each["field_value"] == clash.found), None)
        if same is not None:
            if same["state"] != OPEN and (clash.type, clash.id, clash.field) in self._unproven:
                anew = {"state": OPEN, "decided_by": None, "decided_at": None}
                self._edit.update(CONFLICT, same.id, same.version, anew)
            return
        values = {
            "package": self._examined.package.id,
            "target_type": clash.type,
            "target_id": clash.id,
            "field": clash.field or None,
            "base_value": clash.base,
            "office_value": clash.office,
            "field_value": clash.found,
        }
        side = self._side(clash)
        who = {} if side is None else {"decided_by": self._actor[:60], "decided_at": _now()}
        try:
            self._edit.insert(CONFLICT, {**values, **who, "state": side or "open"})
        except ValuesRefused as error:
            # Too long to be kept as a dispute: the rest of the file comes in all the same.
            reasons = [p.message.id for p in error.problems]
            self._turn_down(AssetKey(clash.type, clash.id), {}, reasons)

    def _attach_photos(self) -> int:
        photos = self._examined.photos.found
        if not photos:
            return 0
        schema, count = self._edit.store.schema, 0
        file = PackageFile(self._examined.kept.path, schema)
        try:
            for photo in photos:
                key = self._there(AssetKey(photo.type, photo.id))
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

    def _there(self, key: AssetKey) -> AssetKey | None:
        """Where a photo belongs in the book; that of a newly found asset stays with its record."""
        if key.type not in self._edit.catalogue:
            return None
        at = self._homes.get(f"{key.type}:{key.id}")
        home = at if at is not None and at.type == RECORD else self._home(key)
        if home is None or not self._office(home.type, [home.id]):
            return None
        return home

    def _is_attached(self, key: AssetKey, sha256: str) -> bool:
        where = All((Compare("target", "=", f"{key.type}:{key.id}"), Compare("sha256", "=", sha256)))
        return bool(read.count(self._edit.store, self._edit.connection, Query(ATTACHMENT, where=where)))


class _NotInBookError(Exception):
    """A row belongs to an asset that was newly found: it is in the book only once its record is accepted."""


def _now() -> str:
    return format_instant(datetime.datetime.now(datetime.UTC))
