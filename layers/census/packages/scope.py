"""What goes into a package: the assets asked for, what they link to, and the lists that their values come from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from layers.census.form import Form, types_of
from layers.census.links import ids_by_type
from layers.census.words import CAMPAIGN, CANCELLED, DEFECT, LOT, ORDER, PACKAGE, RECORD, REPORT
from layers.errors import UserError
from layers.feedback import Feedback
from layers.model.asset import Asset
from layers.model.catalogue import AssetType, Catalogue
from layers.model.catalogue_part import part_of
from layers.model.fields import ChoiceField
from layers.model.outline import GEOMETRY
from layers.model.personal import personal_fields
from layers.model.proof import ATTACHMENT
from layers.model.query import All, Box, Compare, Condition, Query
from layers.register import Register
from layers.text import Message

GRID, PERSON, TEAM, ROAD = "grid", "person", "team", "road"
_CONTEXT = (GRID, "community", "service_area")
_OWN = (PACKAGE, CAMPAIGN, LOT, RECORD, DEFECT, ORDER, REPORT)
_REGISTER = ("setting", "added_field", "added_list")
_MARGIN_M = 50.0


@dataclass(frozen=True)
class Contents:
    """The rows of a package by type and id, read at change set ``version``, and the catalogue it gets.

    ``asked``: the types whose assets the team looks after; ``mine``: which of them.
    """

    catalogue: Catalogue
    version: int
    rows: Mapping[str, Mapping[int, Asset]]
    asked: tuple[str, ...]
    title: str
    campaign: Asset | None = None
    lot: Asset | None = None
    mine: Mapping[str, frozenset[int]] = field(default_factory=dict)
    form: Form | None = None
    grid: int | None = None

    @property
    def count(self) -> int:
        """How many things the team is to look at."""
        if self.lot is not None:
            return len(self.rows[RECORD])
        return sum(map(len, self.mine.values()))


def of_lot(register: Register, lot: int, feedback: Feedback | None = None) -> Contents:
    """The contents for a lot: its records and their targets. Raises ``UserError`` for one without records."""
    found = register.get(LOT, lot)
    campaign = None if found is None else register.get(CAMPAIGN, found["campaign"])
    if found is None or campaign is None:
        raise UserError(Message("packages.no_lot"), Message("packages.no_lot_hint"))
    form = Form.of(campaign, register.catalogue)
    asked = tuple(name for name in types_of(campaign) if name in register.catalogue)
    gathering = _Gathering(register, asked, feedback or Feedback())
    records = gathering.take(RECORD, where=All((Compare("lot", "=", lot), Compare("state", "!=", CANCELLED))))
    if not records:
        raise UserError(Message("packages.empty_lot", {"lot": found["name"]}), Message("packages.empty_hint"))
    linked = ids_by_type(register.catalogue, [record["target"] for record in records])
    wanted = {name: ids for name, ids in linked.items() if name in asked}
    for name, ids in wanted.items():
        gathering.take(name, ids=ids)
    gathering.take(LOT, ids=[lot])
    gathering.take(CAMPAIGN, ids=[campaign.id])
    if found["team"] is not None:
        gathering.take(PERSON, where=Compare("team", "=", found["team"]))
    mine = {name: frozenset(ids) for name, ids in wanted.items()}
    return gathering.contents(str(found["name"]), campaign, found, mine, form)


def of_grid(register: Register, grid: int, feedback: Feedback | None = None) -> Contents:
    """The contents for a grid: every asset of the network that belongs to it."""
    found = register.get(GRID, grid)
    if found is None:
        raise UserError(Message("packages.no_grid"), Message("packages.no_lot_hint"))
    asked = tuple(t.name for t in register.catalogue.of_group("network") if GRID in t and t.shape is not None)
    gathering = _Gathering(register, asked, feedback or Feedback())
    mine = {
        name: frozenset(asset.id for asset in gathering.take(name, where=Compare(GRID, "=", grid)))
        for name in asked
    }
    if not any(mine.values()):
        raise UserError(Message("packages.empty_lot", {"lot": found["name"]}), Message("packages.empty_hint"))
    gathering.take(GRID, ids=[grid])
    return replace(gathering.contents(str(found["name"]), None, None, mine, None), grid=grid)


class _Gathering:
    """Rows taken one after the other, all of one state of the register."""

    def __init__(self, register: Register, asked: tuple[str, ...], feedback: Feedback) -> None:
        self._register = register
        self._feedback = feedback
        self._version = register.data_version
        self._asked = asked
        self._catalogue = _part(
            register.catalogue, (*asked, *_CONTEXT, *_OWN, PERSON, TEAM, ROAD, ATTACHMENT)
        )
        self._rows: dict[str, dict[int, Asset]] = {t.name: {} for t in self._catalogue}

    def take(
        self,
        name: str,
        *,
        where: Condition | None = None,
        ids: Collection[int] | None = None,
        box: Box | None = None,
    ) -> list[Asset]:
        self._feedback.check()
        wanted = None if ids is None else sorted(set(ids) - self._rows[name].keys())
        if wanted == []:
            return []
        found = self._register.find(Query(name, where=where, ids=wanted, box=box))
        self._rows[name].update((asset.id, asset) for asset in found)
        return found

    def contents(
        self,
        title: str,
        campaign: Asset | None,
        lot: Asset | None,
        mine: Mapping[str, frozenset[int]],
        form: Form | None,
    ) -> Contents:
        self._take_linked()
        box = _around(self._rows, mine)
        if box is not None:
            self.take(ROAD, box=box)
        for asset_type in self._catalogue:
            if asset_type.name in _REGISTER or asset_type.name.startswith("c_"):
                self.take(asset_type.name)
        self._refuse_news()
        self._hide_persons()
        rows = self._rows
        return Contents(self._catalogue, self._version, rows, self._asked, title, campaign, lot, mine, form)

    def _take_linked(self) -> None:
        """What the rows link to, and what that links to."""
        fresh: dict[str, Sequence[Asset]] = {name: list(rows.values()) for name, rows in self._rows.items()}
        while any(fresh.values()):
            wanted: dict[str, set[int]] = defaultdict(set)
            for name, assets in fresh.items():
                for link in self._catalogue[name].links:
                    if not link.several and link.targets[0] in self._rows:
                        wanted[link.targets[0]].update(
                            asset[link.name] for asset in assets if asset[link.name] is not None
                        )
            fresh = {name: self.take(name, ids=ids) for name, ids in wanted.items()}

    def _refuse_news(self) -> None:
        """Somebody may have changed something while we read: of what, the trail tells; few rows are read again."""
        newest = self._register.data_version
        if newest == self._version:
            return
        for name, rows in self._rows.items():
            then = self._register.rows_at(name, list(rows), self._version) if rows else {}
            for id, row in then.items():
                if row is None:
                    del rows[id]
                else:
                    plain = {k: v for k, v in row.items() if k not in ("fid", "row_version")}
                    rows[id] = Asset(name, id, row["row_version"], plain)

    def _hide_persons(self) -> None:
        """What is personal stays in the house, except the names of those who go out."""
        for name, rows in self._rows.items():
            asset_type = self._catalogue[name]
            if name in self._asked or name in _OWN:
                continue
            hidden = [f for f in personal_fields(asset_type) if not asset_type.field_named(f).required]
            for id, asset in rows.items() if hidden else ():
                values = {**asset.values, **dict.fromkeys(hidden)}
                rows[id] = Asset(name, id, asset.version, values)


def _around(rows: Mapping[str, Mapping[int, Asset]], mine: Mapping[str, Iterable[int]]) -> Box | None:
    shapes = [rows[n][id].geometry for n, ids in mine.items() for id in ids if id in rows[n]]
    bounds = [shape.bounds for shape in shapes if shape is not None]
    if not bounds:
        return None
    x0, y0, x1, y1 = zip(*bounds, strict=True)
    return Box(min(x0) - _MARGIN_M, min(y0) - _MARGIN_M, max(x1) + _MARGIN_M, max(y1) + _MARGIN_M)


def _part(catalogue: Catalogue, names: Iterable[str]) -> Catalogue:
    """The part of the catalogue with these types and the lists of their choices; links to others go."""
    kept = {name for name in (*names, *_REGISTER) if name in catalogue}
    waiting = list(kept)
    while waiting:
        lists = {
            f.code_list.table for f in catalogue[waiting.pop()].fields if isinstance(f, ChoiceField)
        } - kept
        kept |= lists
        waiting += lists
    return part_of(catalogue, {name: _columns(catalogue[name]) for name in kept})


def _columns(asset_type: AssetType) -> list[str]:
    place = [GEOMETRY] if asset_type.shape else []
    return [*place, *(f.name for f in asset_type.columns)]
