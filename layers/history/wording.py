"""What an act did to an asset in the reader's words: titles of choices, units, codes in the place of links."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from layers.model.asset import AssetKey
from layers.model.catalogue import AssetType
from layers.model.change import Operation, RowChange
from layers.model.fields import Field, LinkField
from layers.model.naming import label_of
from layers.register import Register
from layers.text import Message, Title

PLACE = "geom"
#: What stands where there is no value.
BLANK = "—"

Values = Mapping[str, Any]
Words = Message | Title | str


@dataclass(frozen=True)
class FieldChange:
    """One field before and after, as a reader knows it; ``field`` is its name in the catalogue."""

    field: str
    title: Title
    before: Words
    after: Words
    unit: str = ""
    #: What became of a place that was moved.
    moved: Message | None = None

    @property
    def told(self) -> Message:
        """Both values in one line."""
        if self.moved is not None:
            return self.moved
        parameters = {"before": self.before, "after": self.after}
        if self.unit:
            return Message("history.before_after", {**parameters, "unit": self.unit})
        return Message("history.before_after_plain", parameters)

    @property
    def is_place(self) -> bool:
        return self.field == PLACE


@dataclass(frozen=True)
class AssetChange:
    """One asset before and after: what it is called, and every field that differs."""

    type: AssetType
    id: int
    name: str | Title
    operation: Operation
    fields: tuple[FieldChange, ...]
    old_place: BaseGeometry | None = None
    new_place: BaseGeometry | None = None

    @property
    def key(self) -> AssetKey:
        return AssetKey(self.type.name, self.id)

    @property
    def is_moved(self) -> bool:
        """Whether its place before can be shown beside the one after."""
        return self.old_place is not None and any(change.is_place for change in self.fields)

    @property
    def has_ghost(self) -> bool:
        """Whether there is a place of before that is not the one of now."""
        return self.is_moved or (self.operation == "delete" and self.old_place is not None)


class Wording:
    """Tells changes of one register; what links are called is looked up once."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._names: dict[AssetKey, str | Title] = {}

    def tell(self, type_name: str, id: int, before: Values | None, after: Values | None) -> AssetChange:
        """What became of an asset; ``before`` is None when it was not there, ``after`` when it is not any more."""
        asset_type = self._register.catalogue[type_name]
        known = after if after is not None else before if before is not None else {}
        operation: Operation = "insert" if before is None else "delete" if after is None else "update"
        changes = () if before is None or after is None else tuple(self._fields(asset_type, before, after))
        old, new = ((row or {}).get(PLACE) for row in (before, after))
        return AssetChange(asset_type, id, name_of(asset_type, id, known), operation, changes, old, new)

    def value(self, field: Field, value: Any) -> Words:
        """One value as a reader knows it; of a place, how large it is."""
        if field.name == PLACE:
            return _size(value)
        if value is None:
            return BLANK
        if isinstance(field, LinkField):
            return self._link(field, value)
        return Title(field.show(value, "zh"), field.show(value, "en"))

    def _fields(self, asset_type: AssetType, before: Values, after: Values) -> Iterable[FieldChange]:
        change = RowChange(asset_type.name, 0, "update", None, "", before, after)
        for name in change.changed_fields:
            if name == PLACE and asset_type.geometry_field is not None:
                old, new = before.get(PLACE), after.get(PLACE)
                moved = None if old is None or new is None else _moved(old, new)
                yield FieldChange(PLACE, asset_type.geometry_field.title, _size(old), _size(new), "", moved)
            elif name in asset_type:
                field = asset_type.field_named(name)
                old, new = self.value(field, before.get(name)), self.value(field, after.get(name))
                yield FieldChange(name, field.title, old, new, field.unit or "")

    def _link(self, field: LinkField, value: int | str) -> str | Title:
        key = field.key_of(value)
        if key is None or key.type not in self._register.catalogue:
            return str(value)
        if key not in self._names:
            self._names[key] = self._name(key)
        return self._names[key]

    def _name(self, key: AssetKey) -> str | Title:
        """The name of an asset, also of one that is gone."""
        asset_type = self._register.catalogue[key.type]
        asset = self._register.get(key.type, key.id)
        if asset is not None:
            return name_of(asset_type, key.id, asset.values)
        trail = self._register.row_changes(type=key.type, id=key.id, limit=1)
        return name_of(asset_type, key.id, (trail[0].before if trail else None) or {})


def name_of(asset_type: AssetType, id: int, values: Values) -> str | Title:
    """What an asset is called."""
    return label_of(asset_type, id, values)


def net_changes(steps: Sequence[RowChange]) -> list[RowChange]:
    """Several steps of one act on the same asset as one, the assets in the order they come; what came and went
    in it is left out."""
    found: dict[tuple[str, int], list[RowChange]] = {}
    for step in steps:
        found.setdefault((step.type, step.id), []).append(step)
    result: list[RowChange] = []
    for (name, id), chain in found.items():
        newest, oldest = chain[0], chain[-1]
        if newest.after is None and oldest.before is None:
            continue
        operation: Operation = "insert" if oldest.before is None else "update"
        if newest.after is None:
            operation = "delete"
        result.append(
            RowChange(name, id, operation, newest.change_set, newest.at, oldest.before, newest.after)
        )
    return result


def _moved(old: BaseGeometry, new: BaseGeometry) -> Message:
    """What became of a place: how far it went, and how long a line and how large an area was and is."""
    metres = f"{shapely.hausdorff_distance(old, new):,.2f}"
    sizes = [_size(each) for each in (old, new)]
    if old.geom_type == "Point" or sizes[0] == sizes[1]:
        return Message("history.moved", {"metres": metres})
    return Message("history.moved_and_changed", {"metres": metres, "before": sizes[0], "after": sizes[1]})


def _size(place: BaseGeometry | None) -> Words:
    if place is None:
        return Message("history.unlocated")
    if place.geom_type == "Point":
        # In the trade X points north and Y east.
        return f"{place.y:.2f} / {place.x:.2f}"
    if place.area:
        return Message("history.area", {"area": f"{place.area:,.0f}"})
    return Message("history.length", {"metres": f"{place.length:,.2f}"})
