"""Telling clashes: what others changed since an act began, beside what the act wants, in the reader's words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from layers.history.wording import FieldChange, Wording, Words, name_of
from layers.model.asset import AssetKey
from layers.model.catalogue import AssetType
from layers.model.fields import local_time
from layers.register import Edit, Register
from layers.store.settling import Clash, Settlement
from layers.text import Message, Title


@dataclass(frozen=True)
class Contest:
    """A field that both changed: what it was, what the other made of it, what the act wants."""

    field: str
    title: Title
    was: Words
    theirs: Words
    mine: Words


@dataclass(frozen=True)
class ClashTold:
    """One asset: who changed it and when, the fields to choose, and those that only the other changed."""

    key: AssetKey
    type: AssetType
    name: str | Title
    head: Message
    version: int
    is_gone: bool
    is_removal: bool
    contests: tuple[Contest, ...]
    others: tuple[FieldChange, ...]

    @property
    def is_open(self) -> bool:
        """Whether there is something to choose, and not only to know."""
        return bool(self.contests) or self.is_removal


def tell_clashes(register: Register, work: Callable[[Edit], None]) -> tuple[ClashTold, ...]:
    """What ``work`` runs into. Nothing is written. Assets that are as they were read, though changed between,
    are told too: with nothing to choose."""
    wording = Wording(register)
    return tuple(_told(register, wording, clash) for clash in register.clashes(work))


def is_harmless(clash: ClashTold) -> bool:
    """Whether nothing about the asset is different from what was read."""
    return not (clash.is_gone or clash.is_removal or clash.contests or clash.others)


def clash_lines(told: tuple[ClashTold, ...]) -> tuple[Message, ...]:
    """What others changed, a line for each asset and each field: for an act that is done whole or not at all."""
    lines: list[Message] = []
    for clash in told:
        if is_harmless(clash):
            continue
        lines.append(clash.head)
        for each in clash.contests:
            words = {"field": each.title, "theirs": each.theirs, "mine": each.mine}
            lines.append(Message("clash.both", words))
        lines += [Message("clash.other", {"field": each.title, "change": each.told}) for each in clash.others]
    return tuple(lines)


def settlements(
    told: tuple[ClashTold, ...], theirs: Mapping[AssetKey, frozenset[str]]
) -> dict[AssetKey, Settlement]:
    """The decisions as an edit takes them. ``theirs``: the fields of each asset that stay with the other; for an
    asset that the act removes, anything in it lets the asset stay."""
    return {
        clash.key: Settlement(
            clash.version,
            theirs.get(clash.key, frozenset()),
            leave=clash.is_gone or (clash.is_removal and bool(theirs.get(clash.key))),
        )
        for clash in told
    }


def _told(register: Register, wording: Wording, clash: Clash) -> ClashTold:
    asset_type = register.catalogue[clash.key.type]
    seen, now, wanted = dict(clash.seen or {}), dict(clash.now or {}), dict(clash.wanted or {})
    name = name_of(asset_type, clash.key.id, {**seen, **now})
    word = "clash.gone" if clash.now is None else "clash.removal" if clash.wanted is None else "clash.newer"
    head = Message(
        word,
        {
            "type": asset_type.title,
            "name": name,
            "actor": clash.actor or "?",
            "at": local_time(clash.at) if clash.at else "?",
        },
    )
    contested = clash.contested(asset_type)
    contests = tuple(
        Contest(
            each,
            asset_type.field_named(each).title,
            *(_say(wording, asset_type, each, values) for values in (seen, now, wanted)),
        )
        for each in contested
    )
    before = {n: seen.get(n) for n in clash.changed(asset_type) if n not in contested}
    after = {n: now.get(n) for n in before}
    others = wording.tell(clash.key.type, clash.key.id, before, after).fields if clash.seen else ()
    return ClashTold(
        clash.key, asset_type, name, head, clash.version,
        clash.now is None, clash.now is not None and clash.wanted is None, contests, others,
    )  # fmt: skip


def _say(wording: Wording, asset_type: AssetType, name: str, values: Mapping[str, Any]) -> Words:
    field, value = asset_type.field_named(name), values.get(name)
    said = wording.value(field, value)
    if field.unit and value is not None:
        return Message("form.with_unit", {"value": said, "unit": field.unit})
    return said
