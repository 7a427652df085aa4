"""What waits for a decision in a campaign, and its defects: rows with the words of both sides, to be listed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from layers.census.reconciling import KINDS, Kind, Reconciliation
from layers.census.values import from_text
from layers.census.words import CAMPAIGN, DEFECT, RECORD
from layers.model.asset import Asset
from layers.model.catalogue import AssetType, Catalogue
from layers.model.query import Compare, Query
from layers.register import Register

#: So many rows are listed; all are counted and decided.
MOST_LISTED = 2000
_AT_ONCE = 500


@dataclass(frozen=True)
class Finding:
    """A record that waits: what it is of, what it says, and by field the book's word and the field's."""

    record: Asset
    kind: Kind
    code: str
    told: tuple[tuple[Any, str, str], ...]


def read_findings(
    register: Register, found: Reconciliation, kinds: Sequence[Kind], language: str
) -> tuple[Finding, ...]:
    """The records of these kinds that wait for a decision, the first of them at most."""
    mask = found.of(*kinds) & found.is_waiting
    ids = found.ids[mask].tolist()[:MOST_LISTED]
    kind_of = dict(zip(found.ids[mask].tolist(), found.kind[mask].tolist(), strict=True))
    records = find_many(register, RECORD, ids)
    codes = codes_of_targets(register, records)
    return tuple(
        Finding(
            record,
            KINDS[kind_of[record.id]],
            codes.get(str(record["target"])) or str(record["provisional_code"] or ""),
            told_of(register.catalogue, record, language),
        )
        for record in records
    )


def told_of(catalogue: Catalogue, record: Asset, language: str) -> tuple[tuple[Any, str, str], ...]:
    """The differing fields of a record: title, the book's word, the field's word."""
    name = str(record["target_type"])
    if name not in catalogue:
        return ()
    asset_type = catalogue[name]
    book, found = from_text(record["book"]), from_text(record["found"])
    names = [field for field in str(record["differing"] or "").split(",") if field in asset_type]
    return tuple(
        (
            asset_type.field_named(n).title,
            _word(asset_type, n, book, language),
            _word(asset_type, n, found, language),
        )
        for n in names
    )


def _word(asset_type: AssetType, name: str, values: Mapping[str, Any], language: str) -> str:
    value = values.get(name)
    return "—" if value is None else asset_type.field_named(name).show(value, language)


@dataclass(frozen=True)
class DefectRow:
    """A defect with the code of its asset and the order that was raised for it."""

    defect: Asset
    code: str
    order: str


def read_defects(register: Register, campaign: int) -> tuple[DefectRow, ...]:
    """The defects found in a campaign, the worst first."""
    mine = set(register.values(RECORD, ("campaign",), Compare(CAMPAIGN, "=", campaign))["fid"].to_pylist())
    table = register.values(DEFECT, ("record", "severity"))
    pairs = zip(table["fid"].to_pylist(), table["record"].to_pylist(), strict=True)
    ids = [fid for fid, record in pairs if record in mine]
    defects = sorted(find_many(register, DEFECT, ids), key=lambda d: (-int(d["severity"] or 0), d.id))[
        :MOST_LISTED
    ]
    codes = codes_of_targets(register, defects)
    orders = {o.id: str(o["code"]) for o in find_many(register, "work_order", _linked(defects))}
    return tuple(
        DefectRow(d, codes.get(str(d["target"]), ""), orders.get(d["work_order"] or 0, "")) for d in defects
    )


def _linked(defects: Sequence[Asset]) -> list[int]:
    return sorted({int(d["work_order"]) for d in defects if d["work_order"]})


def codes_of_targets(register: Register, rows: Sequence[Asset]) -> dict[str, str]:
    """The codes of what records, defects or orders are of, by link."""
    wanted: dict[str, list[int]] = {}
    for row in rows:
        name, _, id = str(row["target"] or "").partition(":")
        if name in register.catalogue and id:
            wanted.setdefault(name, []).append(int(id))
    found = {}
    for name, ids in wanted.items():
        for asset in find_many(register, name, sorted(set(ids))):
            found[f"{name}:{asset.id}"] = str(asset.get("code") or asset.id)
    return found


def find_many(register: Register, type: str, ids: Sequence[int]) -> list[Asset]:
    """The assets of these ids that are there, however many."""
    found: list[Asset] = []
    for first in range(0, len(ids), _AT_ONCE):
        found += register.find(Query(type, ids=ids[first : first + _AT_ONCE]))
    return found
