"""Assets without a place of their own that are in a grid because others are: a customer where its meter is, else
where its community is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from layers.geometry.packed import Integers
from layers.grids.ground import NONE
from layers.grids.members import Members, linked, member_types
from layers.model.catalogue import AssetType, Catalogue
from layers.model.duty_words import GRID
from layers.model.fields import LinkField
from layers.model.query import Compare
from layers.register import Register

#: More assets than this are looked for by reading all of their type.
_FEW = 2_000


@dataclass(frozen=True)
class _Following:
    """A type without a place: the placed types that name its assets (the first has the say), and its own links to
    placed ones."""

    type: AssetType
    named_by: tuple[tuple[AssetType, LinkField], ...]
    links: tuple[LinkField, ...]


def following_changes(register: Register, changes: Mapping[str, Members]) -> dict[str, Members]:
    """What changes its grid because assets of ``changes`` do."""
    found: dict[str, Members] = {}
    for following in _followings(register.catalogue):
        concerned = _concerned(register, following, changes)
        if not len(concerned):
            continue
        ids, now, will = rightful_of(register, following.type, concerned, changes)
        differs = now != will
        if differs.any():
            found[following.type.name] = Members(ids[differs], will[differs])
    return found


def rightful_of(
    register: Register,
    asset_type: AssetType,
    ids: Integers | None = None,
    changes: Mapping[str, Members] | None = None,
) -> tuple[Integers, Integers, Integers]:
    """Assets of a following type (default: all), the grid that each has now and the one that it should have; as if
    ``changes`` had been made."""
    following = next(f for f in _followings(register.catalogue) if f.type.name == asset_type.name)
    table = _some(register, asset_type, [GRID, *(link.name for link in following.links)], ids)
    fids = table.column("fid").to_numpy().astype(np.int64)
    now = linked(table.column(GRID))
    named = [_first_naming(register, other, link, fids, changes or {}) for other, link in following.named_by]
    beside: list[tuple[Integers, Integers, Integers]] = []
    for link in following.links:
        target = register.catalogue[link.targets[0]]
        wanted = linked(table.column(link.name))
        known, grids = _grids_of(register, target, np.unique(wanted[wanted != NONE]), changes or {})
        beside.append((wanted, known, grids))
    return fids, now, _followed(fids, now, named, beside)


def followed_in(
    catalogue: Catalogue, asset_type: AssetType, read: Callable[[str], pa.Table]
) -> tuple[Integers, Integers]:
    """The grid that each asset of a following type has, and the one that it should have; by whole tables."""
    following = next(f for f in _followings(catalogue) if f.type.name == asset_type.name)
    table = read(asset_type.name)
    fids, now = table.column("fid").to_numpy().astype(np.int64), linked(table.column(GRID))
    named = [_first(read(other.name), link, None) for other, link in following.named_by]
    beside: list[tuple[Integers, Integers, Integers]] = []
    for link in following.links:
        target = read(link.targets[0])
        ids = target.column("fid").to_numpy().astype(np.int64)
        order = np.argsort(ids)
        beside.append((linked(table.column(link.name)), ids[order], linked(target.column(GRID))[order]))
    return now, _followed(fids, now, named, beside)


def _followed(
    ids: Integers,
    now: Integers,
    named: Sequence[tuple[Integers, Integers]],
    beside: Sequence[tuple[Integers, Integers, Integers]],
) -> Integers:
    """The grid that each asset should have: of ``named`` (targets and their grids), else of what it links to itself
    (the link, known ids, their grids), else the one it has."""
    will, told = now.copy(), np.zeros(len(ids), bool)
    for known, grids in named:
        at = _found(known, ids)
        take = ~told & (at != NONE)
        will[take], told[take] = grids[at[take]], True
    for wanted, known, grids in beside:
        at = _found(known, wanted)
        take = ~told & (wanted != NONE) & (at != NONE)
        take[take] = grids[at[take]] != NONE
        will[take], told[take] = grids[at[take]], True
    return will


def _followings(catalogue: Catalogue) -> Iterator[_Following]:
    members = member_types(catalogue)
    placed = {t.name for t in members if t.shape is not None}
    for asset_type in members:
        if asset_type.shape is not None:
            continue
        named_by = tuple(
            (other, link)
            for other, link in catalogue.linking_to(asset_type.name)
            if other.name in placed and not link.several
        )
        links = tuple(link for link in asset_type.links if not link.several and link.targets[0] in placed)
        if named_by or links:
            yield _Following(asset_type, named_by, links)


def _concerned(register: Register, following: _Following, changes: Mapping[str, Members]) -> Integers:
    """The assets that are named by what changes, or name it."""
    parts: list[Integers] = []
    for other, link in following.named_by:
        if other.name in changes:
            table = _some(register, other, [link.name], changes[other.name].ids)
            parts.append(linked(table.column(link.name)))
    for link in following.links:
        if link.targets[0] in changes:
            table = _pointing(register, following.type, link, changes[link.targets[0]].ids)
            parts.append(table.column("fid").to_numpy().astype(np.int64))
    ids = np.unique(np.concatenate(parts)) if parts else np.zeros(0, np.int64)
    concerned: Integers = ids[ids != NONE]
    return concerned


def _first_naming(
    register: Register, other: AssetType, link: LinkField, targets: Integers, changes: Mapping[str, Members]
) -> tuple[Integers, Integers]:
    """The targets that assets of ``other`` name, ascending, and the grid of the first that does and is in one."""
    return _first(_pointing(register, other, link, targets), link, changes.get(other.name))


def _first(table: pa.Table, link: LinkField, change: Members | None) -> tuple[Integers, Integers]:
    ids, named = table.column("fid").to_numpy().astype(np.int64), linked(table.column(link.name))
    grids = _overlaid(ids, linked(table.column(GRID)), change)
    order = np.lexsort((ids, named))
    order = order[(grids[order] != NONE) & (named[order] != NONE)]
    named, grids = named[order], grids[order]
    first, at = np.unique(named, return_index=True)
    return first, grids[at]


def _grids_of(
    register: Register, asset_type: AssetType, ids: Integers, changes: Mapping[str, Members]
) -> tuple[Integers, Integers]:
    table = _some(register, asset_type, [], ids)
    known = table.column("fid").to_numpy().astype(np.int64)
    return known, _overlaid(known, linked(table.column(GRID)), changes.get(asset_type.name))


def _overlaid(ids: Integers, grids: Integers, change: Members | None) -> Integers:
    if change is None:
        return grids
    order = np.argsort(change.ids)
    at = _found(change.ids[order], ids)
    return np.where(at == NONE, grids, change.grids[order][at])


def _found(known: Integers, wanted: Integers) -> Integers:
    """Where each of ``wanted`` stands in ``known`` (ascending), -1 where it does not."""
    if not len(known):
        return np.full(len(wanted), NONE, np.int64)
    at = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return np.where(known[at] == wanted, at, NONE)


def _some(register: Register, asset_type: AssetType, fields: list[str], ids: Integers | None) -> pa.Table:
    """Some assets of a type, by id ascending; ``grid`` is always there."""
    names = list(dict.fromkeys([GRID, *fields]))
    if ids is None:
        return register.columns(asset_type.name, names)
    if len(ids) <= _FEW:
        return register.values(asset_type.name, names, ids=np.unique(ids).tolist())
    table = register.columns(asset_type.name, names)
    return table.filter(pa.array(np.isin(table.column("fid").to_numpy(), ids)))


def _pointing(register: Register, asset_type: AssetType, link: LinkField, targets: Integers) -> pa.Table:
    """The assets whose link leads to one of ``targets``."""
    names = [GRID, link.name]
    if len(targets) <= _FEW:
        return register.values(asset_type.name, names, Compare(link.name, "in", tuple(targets.tolist())))
    table = register.columns(asset_type.name, names, where=Compare(link.name, "is not null"))
    return table.filter(pa.array(np.isin(linked(table.column(link.name)), targets)))
