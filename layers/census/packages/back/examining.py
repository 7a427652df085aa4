"""A file that came back, looked at: what it is, what it is compared with, what it changes. Nothing is written."""

from __future__ import annotations

import datetime
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from layers.census.form import types_of
from layers.census.newcomers import homes, rows_of, source_of
from layers.census.packages.back.base_rows import Since, Trail
from layers.census.packages.back.far_places import without_far_places
from layers.census.packages.back.identity import open_file, package_of, said_by
from layers.census.packages.back.lineage import Came, Moving, goes_on_from, newly_moved
from layers.census.packages.back.photos import Photos, photos_of
from layers.census.packages.back.screening import is_unreadable, read_records, second_records
from layers.census.packages.back.staging import Outing, stage
from layers.census.packages.merging.compare import Changed, Rows, changes
from layers.census.packages.merging.conflicts import Dispute, disputes
from layers.census.packages.merging.three_way import Merge, days_between, merge, refused
from layers.census.packages.out import earlier
from layers.census.packages.receipt import Receipt, Refused
from layers.census.packages.sheets import file as sheet_file
from layers.census.packages.sheets import reading as sheet_reading
from layers.census.packages.shelf import Kept, Shelf
from layers.census.words import (
    CAMPAIGN,
    DEFECT,
    ORDER,
    PACKAGE,
    RECORD,
    REPORT,
)
from layers.errors import UserError
from layers.feedback import Feedback
from layers.model.asset import Asset, AssetKey
from layers.model.catalogue import Catalogue
from layers.model.fields import format_instant
from layers.model.proof import ATTACHMENT
from layers.register import Register
from layers.store.packages import PackageFile
from layers.text import Message

_MEANT = (RECORD, DEFECT, ORDER, REPORT)
_NEVER = (PACKAGE, ATTACHMENT)
_NAMED = 5
_ARRIVALS = 12
"""So many of the files that came back last are looked at to see which one this goes on from."""


@dataclass(frozen=True)
class Examined:
    """What a file that came back holds. ``found`` are changes to merge, ``barred`` those that are not the team's.

    ``base``: "base", "last" (the file that came before) or "trail" (the base was lost; the register's own trail
    told it). ``merge``: the dry run. ``clock_days``: by how much the device's clock is wrong, 0 within a day.
    ``by_whom``: how many rows who changed ("" for other programs), ``edited``: first and last when, as the trail of
    the file tells. ``disputes`` are open from earlier files. ``moved``: new rows by key that got another id, for
    another copy of the package had given theirs away.
    """

    package: Asset
    receipt: Receipt
    kept: Kept
    file_name: str
    found: tuple[Changed, ...]
    barred: tuple[Refused, ...]
    photos: Photos
    records: int
    base: str
    merge: Merge
    clock_days: int
    notes: tuple[Message, ...]
    form_version: int | None = None
    by_whom: Mapping[str, int] = field(default_factory=dict)
    edited: tuple[str, str] | None = None
    disputes: tuple[Dispute, ...] = ()
    moved: Mapping[str, int] = field(default_factory=dict)

    @property
    def code(self) -> str:
        return str(self.package["code"])

    @property
    def is_again(self) -> bool:
        """Whether it says what the file said that came last, and nothing of it is still to be taken in."""
        if self.receipt.last is None or self.changes_book:
            return False
        is_known = any(each.sha256 == self.kept.sha256 for each in self.receipt.arrivals)
        return is_known or self.merge.of == 0

    @property
    def changes_book(self) -> bool:
        """Whether anything of it is to be written; photos are asked for again each time."""
        return bool(self.merge.inserts or self.merge.writes or self.merge.clashes)


def examine(
    register: Register,
    returned: Path,
    *,
    package: str | None = None,
    folder: Path | None = None,
    feedback: Feedback | None = None,
) -> Examined:
    """Look at a file that came back. A copy of it is kept; the file itself is only read.

    ``package``: the code of its package, should the file not say it any more. Raises ``UserError`` for a file that is
    damaged or of no package of this register, when no copy can be kept, and when nothing is left to compare it with.
    """
    feedback = feedback or Feedback()
    if not returned.is_file():
        raise UserError(Message("store.not_found", {"place": str(returned)}), Message("store.not_found_hint"))
    shelf = Shelf.of(register, folder)
    waiting = shelf.incoming()
    read: tuple[Message, ...] = ()
    try:
        source = returned
        if sheet_file.is_sheet(returned):
            source = shelf.folder / waiting / "sheets.gpkg"
            read = sheet_reading.package_of(register, shelf, returned, source)
        incoming = shelf.keep_returned(waiting, source)
        said = said_by(register, incoming.path)
        row = package_of(register, said, package, returned)
        target = shelf.returned(str(row["code"]), incoming.sha256)
        target.parent.mkdir(parents=True, exist_ok=True)
        incoming.path.replace(target)
    except OSError as error:
        raise UserError(
            Message("packages.cannot_keep", {"place": returned.name, "folder": str(shelf.folder)}),
            Message("packages.cannot_write_hint"),
            Message("store.database_says", {"text": str(error)}),
        ) from error
    finally:
        shutil.rmtree(shelf.folder / waiting, ignore_errors=True)
    feedback.progress(0.3)
    kept = Kept(target, incoming.sha256)
    found = _examined(register, shelf, row, kept, returned, said, feedback.check)
    return replace(found, notes=(*read, *found.notes))


def _examined(
    register: Register,
    shelf: Shelf,
    row: Asset,
    kept: Kept,
    returned: Path,
    said: Mapping[str, Any],
    check: Callable[[], None],
) -> Examined:
    catalogue, receipt = register.catalogue, Receipt.of(row["receipt"])
    campaign = None if row["campaign"] is None else register.get(CAMPAIGN, row["campaign"])
    asked = _asked(catalogue, campaign, said, receipt)
    names = [
        t.name
        for t in catalogue
        if t.group != "system" and not t.name.startswith("c_") and t.name not in _NEVER
    ]
    office = rows_of(register)
    known = homes(register.came_from(source_of(str(row["code"])), [t.name for t in catalogue]), office)
    file = open_file(register, kept.path)
    opened = [file]
    try:
        kind, base, came, since = _base(
            register, shelf, row, receipt, file, returned, said, names, asked, opened
        )
        deleted = {name: file.deleted(name) for name in names}
        found = changes(base, file, names, deleted)
        found, far = without_far_places(found, base, names)
        changed = {change.key for change in found}
        trail = {
            key: told
            for name in {c.type for c in found}
            for id, told in file.edited(name).items()
            if (key := AssetKey(name, id)) in changed
        }
        carried = {} if since is None else since.arrival.moved_keys
        fresh = newly_moved((c for c in found if c.key not in carried), known, came, since)
        moving = Moving(catalogue, {**carried, **fresh})
        found = moving.changes(found)
        edited = {moving.key(key): at for key, (at, _) in trail.items()}
        own = base.rows(ATTACHMENT).keys() | earlier.sent(file.rows(ATTACHMENT), receipt.photos)
        photos = moving.photos(photos_of(file, returned.parent, own, check))
        broken = [change for change in found if is_unreadable(change)]
        found = [change for change in found if not is_unreadable(change)]
        ours = (*asked, *_MEANT)
        barred = [c for c in found if c.type not in ours]
        mine = [c for c in found if c.type in ours]
        second: list[Changed] = []
        if campaign is not None:
            outing = Outing(str(row["code"]), campaign.id, row["lot"], _now())
            records_then, records_now, wrong = read_records(
                moving.rows(RECORD, base.rows(RECORD)), moving.rows(RECORD, file.rows(RECORD))
            )
            broken += wrong
            second = second_records(records_then, records_now)
            twice = {change.id for change in second}
            records_now = {id: row for id, row in records_now.items() if id not in twice}
            staged = stage(catalogue, outing, asked, mine, records_then, records_now, edited, known)
            # Of records as they are staged, of assets before: what moved far is not told as moved.
            mine, more = without_far_places(staged.changes, base, names)
            barred, far = [*barred, *staged.strays], (*far, *more)
        sent = (RECORD,) if campaign is not None else asked
        records = receipt.records - sum(c.field is None and c.type in sent for c in found)
    finally:
        for each in opened:
            each.close()
    done = merge(catalogue, mine, office, known, _today())
    return Examined(
        package=row,
        receipt=receipt,
        kept=kept,
        file_name=returned.name,
        found=tuple(mine),
        barred=(
            *(refused(c.key, c.base or {}, ["packages.unreadable"]) for c in broken),
            *(refused(c.key, c.field or c.base or {}, ["packages.not_yours"]) for c in barred),
            *(refused(c.key, c.field or {}, ["packages.second_record"]) for c in second),
        ),
        photos=photos,
        records=records,
        base=kind,
        merge=done,
        clock_days=max(_clock(edited.values(), row["sent_at"]), done.late_days, key=abs),
        notes=(*_notes(kind, said, campaign, file, asked), *_told_far(far)),
        form_version=said.get("form_version"),
        by_whom=Counter(who for _, who in trail.values()),
        edited=(min(edited.values()), max(edited.values())) if edited else None,
        disputes=_stillopen_file(register, row.id, done),
        moved={f"{key.type}:{key.id}": id for key, id in moving.moved.items()},
    )


def _stillopen_file(register: Register, package: int, done: Merge) -> tuple[Dispute, ...]:
    """Disputes of earlier files of the package that nobody decided yet and that this one does not bring up anew."""
    again = {(clash.type, clash.id, clash.field, clash.found) for clash in done.clashes}
    return tuple(
        dispute
        for dispute in disputes(register, package)
        if (*dispute.target, dispute.field or "", dispute.conflict["field_value"]) not in again
    )


def _asked(
    catalogue: Catalogue, campaign: Asset | None, said: Mapping[str, Any], receipt: Receipt
) -> tuple[str, ...]:
    names = types_of(campaign) if campaign is not None else tuple(said.get("sent") or receipt.sent)
    return tuple(name for name in names if name in catalogue)


def _base(
    register: Register,
    shelf: Shelf,
    row: Asset,
    receipt: Receipt,
    file: PackageFile,
    returned: Path,
    said: Mapping[str, Any],
    names: Sequence[str],
    asked: Sequence[str],
    opened: list[PackageFile],
) -> tuple[str, Rows, Sequence[Came], Came | None]:
    """What to compare with: the file that came back before and that this one goes on from, else what went out, else
    what the trail tells of that. Also all that came before, newest first, and which of them it is."""
    code = str(row["code"])
    first: Rows | None = None
    if shelf.sound(shelf.base(code), row["base_sha256"]):
        opened.append(open_file(register, shelf.base(code)))
        first = opened[-1]
    elif said.get("version") is not None:
        first = Trail(register, file, int(said["version"]), frozenset(asked))
    came = []
    for arrival in {each.sha256: each for each in reversed(receipt.arrivals[-_ARRIVALS:])}.values():
        if shelf.sound(shelf.returned(code, arrival.sha256), arrival.sha256):
            opened.append(open_file(register, shelf.returned(code, arrival.sha256)))
            came.append(Came(arrival, opened[-1]))
    if came:
        since = goes_on_from(file, returned.name, first, came, names)
        if since is not None:
            return "last", Since(since.file, first, since.arrival.pending), came, since
    if first is None:
        raise UserError(Message("packages.base_lost", {"code": code}), Message("packages.base_lost_hint"))
    return ("trail" if isinstance(first, Trail) else "base"), first, came, None


def _notes(
    kind: str, said: Mapping[str, Any], campaign: Asset | None, file: PackageFile, asked: Iterable[str]
) -> Iterable[Message]:
    if kind == "trail":
        yield Message("packages.base_from_trail")
    version = said.get("form_version")
    if campaign is not None and version is not None and version != campaign.get("form_version"):
        yield Message("packages.older_form", {"version": version, "now": campaign.get("form_version") or 1})
    lost = [name for name in asked if not file.held(name)]
    if lost:
        yield Message("packages.layers_lost", {"names": tuple(lost)})


def _told_far(far: Iterable[str]) -> Iterable[Message]:
    names = tuple(dict.fromkeys(far))
    if names:
        told = (*names[:_NAMED], *(["\u2026"] if len(names) > _NAMED else []))
        yield Message("packages.places_far", {"count": len(names), "names": told})


def _clock(instants: Iterable[str], sent_at: str | None) -> int:
    """By how many days the newest instant lies after now, or the oldest before the package went out."""
    known = sorted(instants)
    if not known:
        return 0
    ahead = days_between(_today(), known[-1])
    if ahead > 1:
        return ahead
    behind = days_between(sent_at or known[0], known[0])
    return behind if behind < -1 else 0


def _now() -> str:
    return format_instant(datetime.datetime.now(datetime.UTC))


def _today() -> str:
    return datetime.date.today().isoformat()
