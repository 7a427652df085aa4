"""Whom to ask first among everybody who has charge of something an asset belongs to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from layers.model.asset import Asset, AssetKey
from layers.model.duty_words import GRID
from layers.model.fields import LinkField
from layers.register import Register
from layers.responsibility.asking.answer import GridOn, Responsible, Subject
from layers.responsibility.book import Book
from layers.responsibility.person import PRIMARY, Day

#: The field of a project that names who leads it.
_MANAGER = "manager"


def main_first(
    book: Book,
    people: Sequence[Responsible],
    subject: Subject | None,
    grids: Sequence[GridOn],
    has_place: bool,
) -> list[Responsible]:
    """The same people, the one to ask first marked and before all.

    That is the primary of the very asset asked for; the contact of the customer that a visit or problem is about; else
    the primary of the lowest grid in a role that every grid has; else the first primary there is.
    """
    order = [grid.id for grid in grids]

    def closeness(each: Responsible) -> tuple[int, int]:
        if subject is not None and each.target == subject.key:
            return 0, 0
        needed = each.role in book.needed_roles(each.target.type)
        if needed and each.target.type == GRID and each.target.id in order:
            return 2, order.index(each.target.id)
        if needed and not has_place:
            return 1, 0
        return 3, 0

    primaries = [each for each in people if each.rank == PRIMARY]
    if not primaries:
        return list(people)
    main = min(primaries, key=closeness)
    rest = [each for each in people if each is not main]
    # Backups and co-stewards of the main one stand behind it, then the others as they came.
    same = [each for each in rest if (each.role, each.target) == (main.role, main.target)]
    return [replace(main, is_main=True), *same, *(each for each in rest if each not in same)]


def named_managers(
    register: Register,
    book: Book,
    targets: Sequence[AssetKey],
    people: Sequence[Responsible],
    day: Day,
) -> list[Responsible]:
    """Who is written into a project as its manager, where no assignment says who leads it."""
    found = []
    for target in targets:
        asset_type = register.catalogue[target.type]
        field = asset_type.field_named(_MANAGER) if _MANAGER in asset_type else None
        if not isinstance(field, LinkField) or field.targets != ("person",):
            continue
        if any(each.target == target and each.rank == PRIMARY for each in people):
            continue
        asset = register.get(*target)
        person = None if asset is None else book.people.get(asset.get(_MANAGER, 0))
        if asset is not None and person is not None:
            absence = book.absence_of(person.id, day)
            stand_in = None if absence is None else book.people.get(absence.stand_in or 0)
            gone = book.is_gone(person.id, day)
            name = _name(asset)
            found.append(
                Responsible(person, "", field.title, PRIMARY, target, name, None, absence, stand_in, gone)
            )
    return found


def _name(asset: Asset) -> str:
    return str(asset.get("name") or asset.get("code") or "")
