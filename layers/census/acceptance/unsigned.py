"""Records that would be accepted without their lot being signed off: how many, of which lots, and which may not be."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from layers.census.links import find_many
from layers.census.quality.sampling import read_sample
from layers.census.words import CHECK, CHECKED, LOT
from layers.model.asset import Asset
from layers.model.query import Compare
from layers.register import Register
from layers.text import Message

SIGNED_ONLY = "accept_signed_only"
"""The setting by which the company accepts nothing else."""


@dataclass(frozen=True)
class Unsigned:
    """``records``: those of no lot that was signed off; ``lots``: the names of theirs.

    ``refused``: by record why it may not be accepted at all: its sample failed, or the company accepts no such.
    """

    records: frozenset[int] = frozenset()
    lots: tuple[str, ...] = ()
    refused: Mapping[int, Message] = field(default_factory=dict)


def read_unsigned(
    register: Register, campaign: Asset, records: Sequence[Asset], check: Callable[[], None]
) -> Unsigned:
    """Which of these records nobody signed off. A lot whose sample failed is surveyed again, whatever anybody says."""
    open_ = [record for record in records if record["state"] != CHECKED]
    if not open_:
        return Unsigned()
    lots = {lot.id: lot for lot in find_many(register, LOT, sorted({r["lot"] for r in open_ if r["lot"]}))}
    refused: dict[int, Message] = {}
    if register.setting(SIGNED_ONLY):
        refused = {record.id: Message("census.held_unsigned") for record in open_}
    failed = _failed(register, campaign, lots, check)
    for record in open_:
        lot = None if record["lot"] is None else int(record["lot"])
        if failed.keys() & {lot, None}:
            name = failed.get(lot) or failed[None]
            refused[record.id] = Message("census.held_failed", {"name": name})
    left = [record for record in open_ if record.id not in refused]
    names = tuple(str(lots[id]["name"]) for id in dict.fromkeys(r["lot"] for r in left) if id in lots)
    return Unsigned(frozenset(record.id for record in left), names, refused)


def _failed(
    register: Register, campaign: Asset, lots: Mapping[int, Asset], check: Callable[[], None]
) -> dict[int | None, str]:
    """The lots whose sample failed, None for the whole campaign, by name."""
    drawn = set(register.values(CHECK, ("lot",), Compare("campaign", "=", campaign.id))["lot"].to_pylist())
    found: dict[int | None, str] = {}
    for id in drawn & {None, *lots}:
        check()
        lot = None if id is None else lots[id]
        if read_sample(register, campaign, lot).standing == "fails":
            found[id] = str((campaign if lot is None else lot)["name"])
    return found
