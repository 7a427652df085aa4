"""Teams that log whole lots at once: what they saw of each target is in its record as ``plan_log`` puts it."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from layers.census.lots.cutting import Cut, by_size
from layers.census.lots.making import make_lots
from layers.census.lots.targets import read_targets
from layers.census.values import as_text, differences
from layers.census.words import RECORD, VISITED
from layers.model.asset import Asset
from layers.model.fields import format_instant
from layers.model.query import Compare
from layers.register import Register
from layers.text import Message

LABEL = Message("store.created")
FIRST = datetime.datetime(2026, 9, 1, 9, 0, tzinfo=datetime.UTC)


@dataclass(frozen=True)
class Sight:
    """What was seen of one target, and what the book said then."""

    outcome: str = "found"
    found: dict[str, Any] = field(default_factory=dict)
    book: dict[str, Any] = field(default_factory=dict)


def campaign_of(register: Register, type: str, fields: Sequence[str], **more: Any) -> Asset:
    """An open campaign over all assets of a type."""
    form = as_text({type: list(fields)})
    values = {"name": "普查", "types": type, "state": "open", "form": form, "form_version": 1, "seed": 7}
    with register.edit(LABEL) as edit:
        id = edit.insert("campaign", {**values, **more})
    campaign = register.get("campaign", id)
    assert campaign is not None
    return campaign


def lots_of(
    register: Register, campaign: Asset, most: int, teams: Sequence[int] = (), due: str | None = None
) -> tuple[Cut, ...]:
    """The lots of a campaign by size, given to teams in turn."""
    cuts = by_size(read_targets(register, campaign), most)
    given = {number: teams[number % len(teams)] for number in range(len(cuts))} if teams else {}
    with register.edit(LABEL) as edit:
        make_lots(edit, campaign.id, cuts, lambda message: message.id, teams=given, due=due)
    return cuts


def records_of(register: Register, campaign: Asset) -> dict[int, int]:
    """The id of each record by the id of its target."""
    table = register.values(RECORD, ("target",), Compare("campaign", "=", campaign.id))
    links = table["target"].to_pylist()
    return {int(link.partition(":")[2]): id for id, link in zip(table["fid"].to_pylist(), links, strict=True)}


def go_out(
    register: Register,
    type: str,
    sights: dict[int, Sight],
    a_day: int,
    surveyors: Sequence[int | None] = (None,),
) -> int:
    """Log the records (by id) in this order, so many a day; how many records changed."""
    asset_type, known = register.catalogue[type], {}
    columns: dict[str, list[Any]] = {
        name: []
        for name in ("state", "outcome", "found", "book", "differing", "surveyor", "logged_at", "seconds")
    }
    for number, sight in enumerate(sights.values()):
        key = as_text(sight.found), as_text(sight.book)
        if key not in known:
            told = differences(asset_type, sight.book, sight.found)
            known[key] = ",".join(each.field for each in told) or None
        day, turn = divmod(number, a_day)
        when = FIRST + datetime.timedelta(days=day, seconds=25_000 * turn / a_day)
        row = (
            VISITED, sight.outcome, key[0] if sight.found else None, key[1], known[key],
            surveyors[number % len(surveyors)], format_instant(when), 20 + number % 60,
        )  # fmt: skip
        for values, value in zip(columns.values(), row, strict=True):
            values.append(value)
    with register.edit(LABEL) as edit:
        return edit.update_many(RECORD, list(sights), columns)


def defects_of(register: Register, rows: Sequence[tuple[int, int, str, int]], type: str) -> None:
    """Defects (record, target, kind, severity) found on the way."""
    record, target, kind, severity = zip(*rows, strict=True)
    table = pa.table(
        {
            "target": [f"{type}:{id}" for id in target],
            "record": list(record),
            "kind": list(kind),
            "severity": list(severity),
            "found_date": ["2026-09-10"] * len(rows),
            "state": ["open"] * len(rows),
        }
    )
    with register.edit(LABEL) as edit:
        edit.insert_bulk("defect", table)
