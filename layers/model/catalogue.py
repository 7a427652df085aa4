"""The catalogue: one description of every asset type; tables, forms, imports and checks are made from it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

from layers.model.code_list import CodeEntry, CodeList
from layers.model.computed import Computed
from layers.model.editing import EditingWords
from layers.model.exclusive import Exclusive
from layers.model.fields import ChoiceField, Field, GeometryField, LinkField
from layers.model.lifetime import Lifetime
from layers.model.outline import GEOMETRY, Outline
from layers.model.proof import Proof
from layers.model.settings import SettingDefinition
from layers.text import Title

Group = Literal["network", "place", "people", "project", "census", "record", "backdrop", "system"]
Shape = Literal["point", "line", "polygon"]


@dataclass(frozen=True, kw_only=True)
class AssetType:
    """The description of one kind of thing: titles, geometry, fields in order, codes and symbol.

    ``in_order``: pairs of fields of which the second may not come before the first. ``unique_together``: no two
    assets have the same values in all of these. ``table_fields``: the columns that a table shows at first.
    ``fallback``: rows of a layer of mixed things that name no other type belong here. ``kept_in_lists``: people keep
    these in lists of their own: a row of a file is the asset of its code, or of what is unique together; it changes it.
    ``exclusive``: which assets may not run on the same day. ``no_circle``: links that may not lead back to the asset.
    ``proofs``: what must be attached to an asset as long as it says something.
    ``quotes``: the fields that name a type and one of its fields, then those that hold values of it as JSON.
    """

    name: str
    title: Title
    plural: Title
    group: Group
    shape: Shape | None
    fields: tuple[Field, ...]
    sections: Mapping[str, Title]
    code_prefix: str
    code_digits: int = 6
    icon: str | None = None
    kind_field: str | None = None
    label_fields: tuple[str, ...] = ("code",)
    search_fields: tuple[str, ...] = ("code",)
    table_fields: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    element_codes: Mapping[str, str] = field(default_factory=dict)
    unique_across: tuple[str, ...] = ()
    unique_together: tuple[str, ...] = ()
    in_order: tuple[tuple[str, str], ...] = ()
    fallback: bool = False
    kept_in_lists: bool = False
    editing: EditingWords = field(default_factory=EditingWords)
    lifetime: Lifetime = field(default_factory=Lifetime)
    computed: tuple[Computed, ...] = ()
    exclusive: tuple[Exclusive, ...] = ()
    no_circle: tuple[str, ...] = ()
    proofs: tuple[Proof, ...] = ()
    quotes: tuple[str, ...] = ()

    @cached_property
    def _by_name(self) -> Mapping[str, Field]:
        return {f.name: f for f in self.fields}

    def field_named(self, name: str) -> Field:
        """The field of that name; ``KeyError`` when there is none."""
        return self._by_name[name]

    def __contains__(self, name: str) -> bool:
        return name in self._by_name

    @property
    def fields_by_name(self) -> Mapping[str, Field]:
        """Every field under its name."""
        return self._by_name

    @cached_property
    def columns(self) -> tuple[Field, ...]:
        """The fields that have a column of their own in the type's table, geometry excepted."""
        return tuple(f for f in self.fields if f.storage.kind not in ("none", "geometry"))

    @cached_property
    def geometry_field(self) -> GeometryField | None:
        """The field that holds the place, if assets of this type have one."""
        return next((f for f in self.fields if isinstance(f, GeometryField)), None)

    @cached_property
    def links(self) -> tuple[LinkField, ...]:
        """The fields that point to other assets."""
        return tuple(f for f in self.fields if isinstance(f, LinkField))

    def code(self, number: int) -> str:
        """The business code with running ``number``, by the type's pattern."""
        return f"{self.code_prefix}-{number:0{self.code_digits}d}"


@dataclass(frozen=True)
class Catalogue:
    """Every asset type, code list and setting, by name; a register's own entries make a new catalogue."""

    types: Mapping[str, AssetType]
    code_lists: Mapping[str, CodeList]
    settings: Mapping[str, SettingDefinition] = field(default_factory=dict)

    def __getitem__(self, name: str) -> AssetType:
        return self.types[name]

    def __iter__(self) -> Iterator[AssetType]:
        return iter(self.types.values())

    def __contains__(self, name: str) -> bool:
        return name in self.types

    @cached_property
    def outline(self) -> Outline:
        """What of it lies in the tables of a register."""
        types = {t.name: (*((GEOMETRY,) if t.shape else ()), *(f.name for f in t.columns)) for t in self}
        lists = {name: tuple(e.code for e in each.entries) for name, each in self.code_lists.items()}
        return Outline(types, lists)

    def of_group(self, *groups: Group) -> tuple[AssetType, ...]:
        """The types of these groups, in catalogue order."""
        return tuple(t for t in self.types.values() if t.group in groups)

    def linking_to(self, name: str) -> tuple[tuple[AssetType, LinkField], ...]:
        """Every field of every type that may point to assets of type ``name``."""
        return tuple((t, f) for t in self.types.values() for f in t.links if name in f.targets)

    def with_code_entries(self, entries: Mapping[str, Iterable[CodeEntry]]) -> Catalogue:
        """This catalogue with the code lists as a register holds them (list name to entries).

        Itself where they say nothing new: what was worked out of it serves every such register.
        """
        lists = dict(self.code_lists)
        for name, rows in entries.items():
            lists[name] = lists[name].extended(rows)
        if all(lists[name] is code_list for name, code_list in self.code_lists.items()):
            return self
        return Catalogue({n: _with_lists(t, lists) for n, t in self.types.items()}, lists, self.settings)


def _with_lists(asset_type: AssetType, lists: Mapping[str, CodeList]) -> AssetType:
    choices = [field for field in asset_type.fields if isinstance(field, ChoiceField)]
    if all(lists[field.code_list.name] is field.code_list for field in choices):
        return asset_type
    fields = tuple(
        replace(f, code_list=lists[f.code_list.name]) if isinstance(f, ChoiceField) else f
        for f in asset_type.fields
    )
    return replace(asset_type, fields=fields)
