"""Bringing back one field, one asset, one act or everything since a moment: first what it would do, then the act."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from layers.errors import UserError
from layers.feedback import Feedback
from layers.history.wording import AssetChange, Wording, name_of
from layers.model.asset import AssetKey
from layers.model.catalogue import AssetType
from layers.model.change import ChangeSet
from layers.model.fields import local_time
from layers.register import Register
from layers.store.restoring import restore
from layers.store.reversal import WHOLE, Reversal, RowReturn
from layers.text import Message, Title
from layers.trail import TrailFilter

#: So many assets are listed in a preview.
LISTED = 200


@dataclass(frozen=True)
class Tally:
    """How many assets of one type come back, change back, and go again; ``stay`` were changed since."""

    type: AssetType
    back: int = 0
    changed: int = 0
    gone: int = 0
    stay: int = 0


@dataclass(frozen=True)
class ConflictTold:
    """An asset that somebody changed since: in which fields, who and when; what would be overwritten."""

    change: AssetChange
    fields: tuple[Title | Message, ...]
    actor: str
    at: str


@dataclass(frozen=True)
class Preview:
    """What an act of bringing back would do. ``undoes`` is the one act that it takes back, if it is one."""

    label: Message
    reversal: Reversal
    tallies: tuple[Tally, ...]
    changes: tuple[AssetChange, ...]
    conflicts: tuple[ConflictTold, ...]
    undoes: int | None = None

    @property
    def is_empty(self) -> bool:
        return self.reversal.is_empty


def preview_field(register: Register, key: AssetKey, field: str, version: int) -> Preview:
    """One field of an asset as it was after change set ``version``."""
    asset_type = register.catalogue[key.type]
    shown = asset_type.geometry_field if field == "geom" else asset_type.field_named(field)
    assert shown is not None
    fields = [field, *(f.name for f in asset_type.columns if f.companion_of == field)]
    reversal = register.plan_as_of(key.type, [key.id], version, fields)
    parameters = {"type": asset_type.title, "name": _name(register, key, reversal), "field": shown.title}
    return _preview(register, Message("history.act.field", parameters), reversal)


def preview_asset(register: Register, key: AssetKey, version: int, at: str) -> Preview:
    """An asset, also one that is gone, as it was after change set ``version``, made at ``at``."""
    reversal = register.plan_as_of(key.type, [key.id], version)
    parameters = {
        "type": register.catalogue[key.type].title,
        "name": _name(register, key, reversal),
        "at": local_time(at),
    }
    return _preview(register, Message("history.act.asset", parameters), reversal)


def preview_act(register: Register, act: ChangeSet, feedback: Feedback | None = None) -> Preview:
    """One act taken back. Raises ``UserError`` when its kind cannot be."""
    if act.id not in register.reversible_after(act.id - 1):
        raise UserError(
            Message("register.not_reversible", {"label": act.label}), Message("register.not_reversible_hint")
        )
    reversal = register.plan_taking_back([act.id], feedback)
    return _preview(register, Message("history.act.one", {"label": act.label}), reversal, act.id)


def preview_since(
    register: Register,
    version: int,
    at: str,
    wanted: TrailFilter | None = None,
    feedback: Feedback | None = None,
) -> Preview:
    """Everything after change set ``version`` taken back, or what of it meets a filter; ``at`` is its moment."""
    wanted = wanted or TrailFilter()
    reversal = register.plan_taking_back(register.reversible_after(version, wanted), feedback)
    label = Message("history.act.since", {"at": local_time(at)})
    if wanted.actor is not None:
        label = Message("history.act.since_of", {"at": local_time(at), "actor": wanted.actor})
    return _preview(register, label, reversal)


def bring_back(
    register: Register,
    preview: Preview,
    decided: Collection[AssetKey] = (),
    feedback: Feedback | None = None,
) -> ChangeSet | None:
    """Do what a preview says, as one act; of the assets that were changed since only those in ``decided``.

    None when nothing was left to do. Raises ``UserError`` when it cannot be done; nothing is changed then.
    """
    if preview.undoes is not None and not preview.conflicts:
        return register.undo_change_set(preview.undoes, feedback)
    with register.edit(preview.label, "restore", feedback=feedback) as edit:
        restore(edit, preview.reversal, set(decided), feedback)
    return edit.change_set


def _preview(register: Register, label: Message, reversal: Reversal, undoes: int | None = None) -> Preview:
    wording = Wording(register)
    plain = [row for row in reversal.rows if not row.is_conflict]
    changes = tuple(_told(wording, row) for row in plain[:LISTED])
    conflicts = tuple(_conflict(register, wording, row) for row in reversal.conflicts)
    conflicts += tuple(
        _kept_of_batch(register, wording, batch.type, id) for batch in reversal.ranges for id in batch.kept
    )
    return Preview(label, reversal, _tallies(register, reversal), changes, conflicts, undoes)


def _told(wording: Wording, row: RowReturn) -> AssetChange:
    return wording.tell(row.type, row.id, row.now, row.then)


def _conflict(register: Register, wording: Wording, row: RowReturn) -> ConflictTold:
    asset_type = register.catalogue[row.type]
    titles: list[Title | Message] = []
    for name in row.later:
        if name == "geom" and asset_type.geometry_field is not None:
            titles.append(asset_type.geometry_field.title)
        elif name == WHOLE:
            titles.append(Message("history.whole"))
        elif name in asset_type:
            titles.append(asset_type.field_named(name).title)
    acts = [] if row.changed_in is None else register.change_sets(limit=1, before=row.changed_in + 1)
    who = (acts[0].actor, acts[0].at) if acts else _last(register, row.type, row.id)
    return ConflictTold(_told(wording, row), tuple(titles), *who)


def _kept_of_batch(register: Register, wording: Wording, type_name: str, id: int) -> ConflictTold:
    asset = register.get(type_name, id)
    change = wording.tell(type_name, id, {} if asset is None else asset.values, None)
    return ConflictTold(change, (Message("history.whole"),), *_last(register, type_name, id))


def _last(register: Register, type_name: str, id: int) -> tuple[str, str]:
    """Who changed an asset last, and when."""
    acts = register.change_sets(limit=1, type=type_name, id=id)
    return (acts[0].actor, acts[0].at) if acts else ("", "")


def _tallies(register: Register, reversal: Reversal) -> tuple[Tally, ...]:
    found: dict[str, list[int]] = {}
    for row in reversal.rows:
        counts = found.setdefault(row.type, [0, 0, 0, 0])
        place = 3 if row.is_conflict else 0 if row.now is None else 2 if row.then is None else 1
        counts[place] += 1
    for batch in reversal.ranges:
        counts = found.setdefault(batch.type, [0, 0, 0, 0])
        counts[0 if batch.removed_in is not None else 2] += len(batch.run) - len(batch.kept)
        counts[3] += len(batch.kept)
    return tuple(Tally(register.catalogue[name], *counts) for name, counts in found.items())


def _name(register: Register, key: AssetKey, reversal: Reversal) -> str | Title:
    row = next(iter(reversal.rows), None)
    if row is not None:
        return name_of(register.catalogue[key.type], key.id, row.now or row.then or {})
    asset = register.get(*key)
    return name_of(register.catalogue[key.type], key.id, {} if asset is None else asset.values)
