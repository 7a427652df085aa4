"""What waits for a decision in a campaign: rows with the words of both sides, to be listed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from layers.census.acceptance.twins import Twin, read_twins
from layers.census.links import find_many
from layers.census.listing import MOST_LISTED, codes_of_targets
from layers.census.reconciling import Reconciliation
from layers.census.values import told_in
from layers.census.words import KINDS, RECORD, Kind
from layers.model.asset import Asset
from layers.model.catalogue import AssetType, Catalogue
from layers.register import Register


@dataclass(frozen=True)
class Finding:
    """A record that waits: what it is of, what it says, and by field the book's word and the field's.

    ``twin``: of a new one, the record of somebody else's that may be of the same asset.
    """

    record: Asset
    kind: Kind
    code: str
    told: tuple[tuple[Any, str, str], ...]
    twin: Twin | None = None


def read_findings(
    register: Register, found: Reconciliation, kinds: Sequence[Kind], language: str
) -> tuple[Finding, ...]:
    """The records of these kinds that wait for a decision, the first of them at most."""
    mask = found.of(*kinds) & found.is_waiting
    ids = found.ids[mask].tolist()[:MOST_LISTED]
    kind_of = dict(zip(found.ids[mask].tolist(), found.kind[mask].tolist(), strict=True))
    records = find_many(register, RECORD, ids)
    codes = codes_of_targets(register, records)
    twins = {}
    if "new" in kinds and records:
        twins = {twin.record.id: twin for twin in read_twins(register, records[0]["campaign"])}
    return tuple(
        Finding(
            record,
            KINDS[kind_of[record.id]],
            codes.get(str(record["target"])) or str(record["provisional_code"] or ""),
            told_of(register.catalogue, record, language),
            twins.get(record.id),
        )
        for record in records
    )


def told_of(catalogue: Catalogue, record: Asset, language: str) -> tuple[tuple[Any, str, str], ...]:
    """The differing fields of a record: title, the book's word, the field's word."""
    name = str(record["target_type"])
    if name not in catalogue:
        return ()
    asset_type = catalogue[name]
    book, found = told_in(record["book"]), told_in(record["found"])
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
