"""Plates for assets: number, road, the company's hotline, and a code that a telephone reads the number from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import segno

from layers.census.links import ids_by_type
from layers.census.words import LOT, RECORD
from layers.errors import UserError
from layers.feedback import Feedback
from layers.model.asset import Asset
from layers.model.query import Compare, Order, Query
from layers.register import Register
from layers.text import Message, Title

#: A print of more is a print by lot.
MOST = 2000
_COMPANY, _HOTLINE = "notice_company", "notice_hotline"
_AT_ONCE = 500


@dataclass(frozen=True)
class Plate:
    """One plate. ``code`` is the asset's number, which is also what the QR code says."""

    title: Title
    code: str
    road: str
    matrix: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class Plates:
    """A print of them; empty ``hotline`` where the company publishes none."""

    company: str
    hotline: str
    is_sample: bool
    plates: tuple[Plate, ...]


def targets_of_lot(register: Register, lot: int) -> dict[str, list[int]]:
    """The assets of a lot by type, as they are walked."""
    records = register.find(Query(RECORD, where=Compare(LOT, "=", lot), order=(Order("sequence"),)))
    return ids_by_type(register.catalogue, [record["target"] for record in records])


def read_plates(
    register: Register, chosen: Mapping[str, Sequence[int]], feedback: Feedback | None = None
) -> Plates:
    """The plates of assets (ids by type) in the order given; what has no number gets none.

    Raises ``UserError`` when there is nothing to print or too much.
    """
    feedback = feedback or Feedback()
    numbered = {name: list(ids) for name, ids in chosen.items() if _is_plated(register, name)}
    count = sum(len(ids) for ids in numbered.values())
    if count > MOST:
        raise UserError(
            Message("census_report.too_many_plates", {"count": count, "most": MOST}),
            Message("census_report.too_many_plates_hint"),
        )
    plates: list[Plate] = []
    for name, ids in numbered.items():
        asset_type = register.catalogue[name]
        assets: dict[int, Asset] = {}
        for first in range(0, len(ids), _AT_ONCE):
            feedback.check()
            feedback.progress(len(plates) / count)
            assets |= {a.id: a for a in register.find(Query(name, ids=ids[first : first + _AT_ONCE]))}
        for id in ids:
            asset = assets.get(id)
            code = "" if asset is None else str(asset.get("code") or "")
            if asset is None or not code:
                continue
            road = str(asset.values.get("road") or asset.values.get("address") or "")
            plates.append(Plate(asset_type.title, code, road, matrix_of(code)))
    if not plates:
        raise UserError(Message("census_report.no_plates"), Message("census_report.no_plates_hint"))
    company = str(register.setting(_COMPANY) or register.name)
    return Plates(company, str(register.setting(_HOTLINE) or ""), register.is_sample, tuple(plates))


def matrix_of(code: str) -> tuple[tuple[int, ...], ...]:
    """The dark (1) and light (0) cells of the code, without its rim; a quarter of it may be scratched away."""
    return tuple(tuple(row) for row in segno.make(code, error="q", micro=False).matrix)


def _is_plated(register: Register, name: str) -> bool:
    """Only what stands somewhere and has a number carries a plate."""
    if name not in register.catalogue:
        return False
    asset_type = register.catalogue[name]
    return asset_type.shape is not None and asset_type.group != "census" and "code" in asset_type
