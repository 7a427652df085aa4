"""Additions: fields and code lists that a company made its own, joined to the catalogue of the program.

A field that was ever there keeps its column, so that switching it off or undoing it loses nothing; what it is called
and allowed to be, and whether it is shown, are rows that may change.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from layers.model.catalogue import AssetType, Catalogue
from layers.model.code_list import CodeList
from layers.model.fields import FIELD_KINDS, ChoiceField, Field, TextField
from layers.model.number_fields import NumericField
from layers.text import Title

PREFIX = "x_"
"""What the names of all additions begin with: no field of a later program is called so."""
SECTION = "added"
SECTION_TITLE = Title("自定义", "Company's own")
FIELD_TYPE, LIST_TYPE = "added_field", "added_list"
KINDS = ("text", "integer", "number", "boolean", "date", "choice")
_NAME = re.compile(r"x_[a-z0-9_]{1,30}")
_TEMPLATE = "road_class"
_LONGEST = 500
MOST_FIELDS = 400
"""So many fields of a type are its own at most: a table of a file has room for two thousand columns."""


@dataclass(frozen=True)
class AddedField:
    """One row of ``added_field``. ``type`` and ``name`` make its key; ``is_shown``: it is there and in use."""

    type: str
    name: str
    kind: str
    title: Title
    unit: str | None = None
    code_list: str | None = None
    required: bool = False
    minimum: float | None = None
    maximum: float | None = None
    position: int = 0
    is_shown: bool = True


@dataclass(frozen=True)
class AddedList:
    """One row of ``added_list``."""

    name: str
    title: Title


@dataclass(frozen=True)
class Additions:
    """All that was ever added to a register's catalogue."""

    fields: tuple[AddedField, ...] = ()
    lists: tuple[AddedList, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.fields or self.lists)

    def stored(self, catalogue: Catalogue) -> Catalogue:
        """``catalogue`` with a column for everything ever added, without limits that a company might change.

        What names no type, kind or code list that there is, is left out.
        """
        if not self:
            return catalogue
        types, lists = dict(catalogue.types), dict(catalogue.code_lists)
        entry_type = types[lists[_TEMPLATE].table]
        for added in self.lists:
            if _NAME.fullmatch(added.name) and added.name not in lists:
                each = CodeList(added.name, added.title, ())
                lists[each.name] = each
                types[each.table] = replace(entry_type, name=each.table, title=each.title, plural=each.title)
        for asset_type in catalogue:
            own = [
                a
                for a in self.fields
                if a.type == asset_type.name and a.name not in asset_type and is_sound(a, lists)
            ]
            if own and asset_type.group != "system":
                fields = tuple(_bare(added, lists) for added in own[:MOST_FIELDS])
                types[asset_type.name] = _with_fields(asset_type, (*asset_type.fields, *fields))
        return Catalogue(types, lists, catalogue.settings)

    def shown(self, stored: Catalogue) -> Catalogue:
        """``stored`` (see there) as it is to be used now: titles, limits, and only what is in use."""
        if not self:
            return stored
        known = {(added.type, added.name): added for added in self.fields}
        types = dict(stored.types)
        for asset_type in stored:
            fields: list[tuple[int, Field]] = []
            for field in asset_type.fields:
                added = known.get((asset_type.name, field.name))
                if not field.name.startswith(PREFIX):
                    fields.append((-1, field))
                elif added is not None and added.is_shown:
                    fields.append((added.position, _full(field, added)))
            if len(fields) != len(asset_type.fields) or any(position >= 0 for position, _ in fields):
                fields.sort(key=lambda each: each[0])
                types[asset_type.name] = _with_fields(asset_type, tuple(field for _, field in fields))
        titles = {f"c_{added.name}": added.title for added in self.lists}
        for name, title in titles.items():
            if name in types:
                types[name] = replace(types[name], title=title, plural=title)
        return Catalogue(types, stored.code_lists, stored.settings)

    def beyond(self, stored: Catalogue) -> bool:
        """Whether there is an addition that ``stored`` has no column or table for: opening again makes it."""
        wanted = self.stored(stored)
        return wanted.outline.digest != stored.outline.digest


def is_sound(added: AddedField, lists: Collection[str]) -> bool:
    """Whether a field can be made of it."""
    if _NAME.fullmatch(added.name) is None or added.kind not in KINDS:
        return False
    return added.kind != ChoiceField.kind or added.code_list in lists


def _with_fields(asset_type: AssetType, fields: tuple[Field, ...]) -> AssetType:
    # A new one: what an asset type has worked out of its fields must not be carried over.
    return replace(asset_type, fields=fields, sections={**asset_type.sections, SECTION: SECTION_TITLE})


def _bare(added: AddedField, lists: Mapping[str, CodeList]) -> Field:
    kind = FIELD_KINDS[added.kind]
    if issubclass(kind, ChoiceField):
        assert added.code_list is not None
        code_list = lists[added.code_list]
        return kind(name=added.name, title=added.title, section=SECTION, code_list=code_list)
    if issubclass(kind, TextField):
        return kind(name=added.name, title=added.title, section=SECTION, length=_LONGEST)
    return kind(name=added.name, title=added.title, section=SECTION)


def _full(field: Field, added: AddedField) -> Field:
    full = replace(field, title=added.title, unit=added.unit or None, required=added.required)
    if isinstance(full, NumericField):
        full = replace(full, minimum=added.minimum, maximum=added.maximum)
    return full
