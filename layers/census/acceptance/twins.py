"""The same new asset found by two teams: offered as one by place and type, taken together without losing a word."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from layers.census.newcomers import source_of
from layers.census.values import as_json, as_text, same, told_in
from layers.census.words import ACCEPTED, CANCELLED, CONFLICT, NEW, PACKAGE, RECORD, WAITING
from layers.editing.plan import EditPlan, Insert, Update
from layers.later import Later
from layers.model.asset import Asset, AssetKey
from layers.model.catalogue import AssetType
from layers.model.query import All, Compare, Query
from layers.register import Register
from layers.text import Message

if TYPE_CHECKING:
    from scipy import spatial
else:
    spatial = Later("scipy.spatial")

_PLACE = "place"
_CODE = "code"


@dataclass(frozen=True)
class Twin:
    """A new record that waits, and the one that was there first and may be of the same asset, so far from it."""

    record: Asset
    partner: Asset
    metres: float


def read_twins(register: Register, campaign: int) -> tuple[Twin, ...]:
    """The new records of a campaign that wait and may be of an asset that somebody else found new as well.

    They are of one type, from different hands, closer than the setting says, and do not bear different numbers; nobody
    said that they are two.
    """
    where = All(
        (
            Compare("campaign", "=", campaign),
            Compare("outcome", "=", NEW),
            Compare("state", "in", (*WAITING, ACCEPTED)),
        )
    )
    by_type: dict[str, list[Asset]] = {}
    for record in register.find(Query(RECORD, where)):
        if record.geometry is not None and record["target_type"] in register.catalogue:
            by_type.setdefault(record["target_type"], []).append(record)
    reach = float(register.setting("twin_distance_m"))
    found: list[Twin] = []
    for name, records in by_type.items():
        found += _near(register.catalogue[name], records, reach)
    return tuple(sorted(found, key=lambda twin: twin.record.id))


def _near(asset_type: AssetType, records: Sequence[Asset], reach: float) -> Iterator[Twin]:
    xy = shapely.get_coordinates([record.geometry for record in records]).reshape(-1, 2)
    pairs = spatial.cKDTree(xy).query_pairs(reach, output_type="ndarray")
    metres = np.hypot(*(xy[pairs[:, 0]] - xy[pairs[:, 1]]).T)
    taken: set[int] = set()
    firsts: set[int] = set()
    for at in np.argsort(metres, kind="stable").tolist():
        one, other = (records[place] for place in pairs[at].tolist())
        if other["state"] == ACCEPTED and one["state"] != ACCEPTED:
            one, other = other, one
        if other["state"] == ACCEPTED or {one.id, other.id} & taken or other.id in firsts:
            continue
        if one.id in _others(other) or other.id in _others(one):
            continue
        if _hand(one) != _hand(other) and not _contradict(asset_type, one, other):
            taken.add(other.id)
            firsts.add(one.id)
            yield Twin(other, one, float(metres[at]))


def _hand(record: Asset) -> tuple[object, ...]:
    """Who found it: nobody finds the same thing twice."""
    code = str(record["provisional_code"] or "").partition(f"-{record['target_type']}-")
    return record["lot"], record["surveyor"], code[0] if code[1] else ""


def _others(record: Asset) -> set[int]:
    """The records of which somebody said that they are of another asset."""
    return {int(id) for id in str(record["not_same_as"] or "").split(",") if id.isdigit()}


def plan_not_same(twins: Sequence[Twin]) -> EditPlan:
    """Remember that these are two: they are offered as one no more."""
    updates = []
    for twin in twins:
        known = sorted(_others(twin.record) | {twin.partner.id})
        values = {"not_same_as": ",".join(map(str, known))}
        updates.append(Update(RECORD, twin.record.id, twin.record.version, values))
    return EditPlan(Message("census.not_same_assets", {"count": len(twins)}), updates=tuple(updates))


def _contradict(asset_type: AssetType, one: Asset, other: Asset) -> bool:
    first, second = told_in(one["found"]), told_in(other["found"])
    for name in asset_type.search_fields:
        field = asset_type.fields_by_name.get(name)
        if field is None or name == _CODE or field.section == _PLACE:
            continue
        if first.get(name) and second.get(name) and not same(first[name], second[name]):
            return True
    return False


def plan_same(register: Register, twins: Sequence[Twin], actor: str) -> EditPlan:
    """Take twins together: the record that was first gets what it lacks, photos and defects; the other points to it.

    Values in which they differ stay as the first has them; each becomes a dispute where the other came with a
    package, and stands in the other record in any case.
    """
    packages = _packages(register, twins)
    updates: list[Update] = []
    inserts: list[Insert] = []
    for twin in twins:
        record, partner = twin.record, twin.partner
        kept, came = told_in(partner["found"]), told_in(record["found"])
        is_decided = partner["state"] == ACCEPTED
        more = {
            name: value
            for name, value in came.items()
            if kept.get(name) is None and name != _CODE and not is_decided
        }
        if more:
            values = {"found": as_text({**kept, **more})}
            updates.append(Update(RECORD, partner.id, partner.version, values))
        package = packages.get(record.id)
        for name, value in came.items():
            if package is not None and name not in more and name != _CODE and not same(kept.get(name), value):
                inserts.append(_dispute(package, partner, name, kept.get(name), value))
        updates.append(Update(RECORD, record.id, record.version, _one_with(twin, actor)))
        updates += _moved(register, record, partner)
    label = Message("census.same_assets", {"count": len(twins)})
    figures = [label] + ([Message("census.same_disputes", {"count": len(inserts)})] if inserts else [])
    return EditPlan(label, tuple(inserts), tuple(updates), figures=tuple(figures))


def _one_with(twin: Twin, actor: str) -> dict[str, Any]:
    return {"state": CANCELLED, "same_as": twin.partner.id, "decided_by": actor[:60] or None}


def _dispute(package: int, partner: Asset, name: str, kept: object, came: object) -> Insert:
    return Insert(
        CONFLICT,
        {
            "package": package,
            "target_type": RECORD,
            "target_id": partner.id,
            "field": f"found.{name}",
            "office_value": as_json(kept),
            "field_value": as_json(came),
            "state": "open",
        },
    )


def _moved(register: Register, record: Asset, partner: Asset) -> Iterator[Update]:
    """What hangs on a record hangs on its partner; on the asset, where that is in the book already."""
    link, home = f"{RECORD}:{record.id}", f"{RECORD}:{partner.id}"
    asset = AssetKey.of_link(partner["target"])
    for asset_type, field in register.catalogue.linking_to(RECORD):
        if not field.several:
            continue
        stays = "media_type" in asset_type or asset is None
        value = home if stays or asset is None else f"{asset.type}:{asset.id}"
        for row in register.find(Query(asset_type.name, Compare(field.name, "=", link))):
            yield Update(row.type, row.id, row.version, {field.name: value})


def _packages(register: Register, twins: Sequence[Twin]) -> Mapping[int, int]:
    """By record the package that it came with."""
    campaigns = {twin.record["campaign"] for twin in twins}
    wanted = {twin.record.id for twin in twins}
    return dict(_came(register, campaigns, wanted))


def _came(
    register: Register, campaigns: Collection[int], wanted: Collection[int]
) -> Iterator[tuple[int, int]]:
    for package in register.find(Query(PACKAGE, Compare("campaign", "in", tuple(campaigns)))):
        for _, id in register.came_from(source_of(str(package["code"])), [RECORD]).values():
            if id in wanted:
                yield id, package.id
