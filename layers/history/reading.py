"""Reading the past: the steps of one asset, and what one act did to which assets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from layers.history.wording import AssetChange, Wording, net_changes
from layers.model.asset import AssetKey
from layers.model.catalogue import AssetType
from layers.model.change import ChangeSet, IdRange, RowChange
from layers.register import Register
from layers.store.trail_search import Matches, TrailFilter, TrailPage
from layers.text import Message, Texts

#: So many assets of one act are told one by one.
TOLD = 200


@dataclass(frozen=True)
class AssetStep:
    """One act on an asset; ``change`` is None where the asset came or went in bulk (``is_gone``)."""

    act: ChangeSet | None
    at: str
    change: AssetChange | None
    is_gone: bool = False


@dataclass(frozen=True)
class Batch:
    """Assets of one type that came or went together: runs of ids, and how many."""

    type: AssetType
    runs: tuple[IdRange, ...]
    is_gone: bool

    @property
    def count(self) -> int:
        return sum(map(len, self.runs))


@dataclass(frozen=True)
class ActDetail:
    """What one act did: assets one by one, as many as are told, and batches."""

    act: ChangeSet
    changes: tuple[AssetChange, ...]
    batches: tuple[Batch, ...]

    @property
    def count(self) -> int:
        """How many assets it touched one by one."""
        return sum(
            len(part.inserted) + len(part.updated) + len(part.deleted) for part in self.act.changes.values()
        )


def asset_steps(register: Register, key: AssetKey, *, limit: int = 100) -> list[AssetStep]:
    """What happened to an asset, the newest first."""
    wording = Wording(register)
    acts = {act.id: act for act in register.change_sets(limit=limit, type=key.type, id=key.id)}
    rows = _net_in_acts(register, key, limit)
    steps = [
        AssetStep(
            None if row.change_set is None else acts.get(row.change_set),
            row.at,
            wording.tell(key.type, key.id, row.before, row.after),
        )
        for row in rows
    ]
    told = {step.act.id for step in steps if step.act is not None}
    for act in acts.values():
        part = act.changes.get(key.type)
        if act.id not in told and part is not None:
            came = any(run.first <= key.id <= run.last for run in part.inserted_ranges)
            went = any(run.first <= key.id <= run.last for run in part.deleted_ranges)
            if came or went:
                steps.append(AssetStep(act, act.at, None, is_gone=not came))
    return sorted(steps, key=lambda step: (step.act.id if step.act else 2**62, step.at), reverse=True)


def _net_in_acts(register: Register, key: AssetKey, limit: int) -> list[RowChange]:
    """The recorded steps of an asset, those of one act as one."""
    rows = register.row_changes(type=key.type, id=key.id, limit=limit)
    by_act: dict[int, list[RowChange]] = {}
    for number, row in enumerate(rows):
        # Steps of other programs that no act holds yet are told one by one.
        by_act.setdefault(-number - 1 if row.change_set is None else row.change_set, []).append(row)
    return [net for chain in by_act.values() for net in net_changes(chain)]


def act_detail(register: Register, act: ChangeSet, *, limit: int = TOLD) -> ActDetail:
    """What an act did, the first ``limit`` assets one by one."""
    wording = Wording(register)
    single = {
        name: part.inserted | part.updated | part.deleted
        for name, part in act.changes.items()
        if name in register.catalogue
    }
    rows = net_changes(register.row_changes(change_set=act.id, limit=limit)) if any(single.values()) else []
    changes = [
        wording.tell(row.type, row.id, row.before, row.after)
        for row in rows
        if row.type in register.catalogue and row.id in single.get(row.type, ())
    ]
    batches = [
        Batch(register.catalogue[name], runs, is_gone)
        for name, part in act.changes.items()
        if name in register.catalogue
        for runs, is_gone in ((part.inserted_ranges, False), (part.deleted_ranges, True))
        if runs
    ]
    return ActDetail(act, tuple(changes), tuple(batches))


def search_trail(
    register: Register,
    wanted: TrailFilter,
    words: str,
    texts: Texts,
    *,
    limit: int = 50,
    before: int | None = None,
) -> TrailPage:
    """A page of the trail; ``words`` are looked for in what acts are called and in who did them, and the code of
    an asset finds all that happened to it."""
    words = words.strip()
    if not words:
        return register.trail_page(wanted, limit=limit, before=before)
    key = _named(register, words)
    if key is not None and wanted.type in (None, key.type):
        of_asset = TrailFilter(wanted.actor, key.type, key.id, wanted.kinds, wanted.since, wanted.until)
        return register.trail_page(of_asset, limit=limit, before=before)
    return register.trail_page(wanted, limit=limit, before=before, matches=_matching(words, texts))


def _matching(words: str, texts: Texts) -> Matches:
    parts = words.casefold().split()

    def matches(label: Message, actor: str) -> bool:
        said = f"{texts.render(label)} {actor}".casefold()
        return all(part in said for part in parts)

    return matches


def _named(register: Register, code: str) -> AssetKey | None:
    """The asset with this code, whatever its type; one that is gone where none has it now."""
    for asset_type in register.catalogue:
        if "code" in asset_type and asset_type.group != "system":
            asset = register.by_code(asset_type.name, code)
            if asset is not None:
                return asset.key
    for asset_type in register.catalogue:
        if "code" in asset_type and asset_type.group != "system":
            gone = register.gone_by_code(asset_type.name, code)
            if gone is not None:
                return AssetKey(asset_type.name, gone)
    return None


def types_named(register: Register, act: ChangeSet) -> Sequence[tuple[AssetType, int]]:
    """The types an act touched and how many assets of each."""
    return [
        (register.catalogue[name], part.count)
        for name, part in act.changes.items()
        if name in register.catalogue
    ]
