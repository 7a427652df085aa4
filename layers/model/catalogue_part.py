"""The part of a catalogue that a register has: what one of an older program can be read with."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from layers.model.catalogue import AssetType, Catalogue
from layers.model.fields import ChoiceField, Field, LinkField
from layers.model.outline import GEOMETRY


def part_of(catalogue: Catalogue, present: Mapping[str, Collection[str]]) -> Catalogue:
    """The part of a catalogue that has tables and columns in ``present`` (type name to column names).

    What a register of an older program can be read with: a link to a type that is not there goes, as does a
    choice whose code list is not there.
    """
    types = {t.name: _part_of_type(t, present[t.name], present) for t in catalogue if t.name in present}
    lists = {
        name: replace(each, own=tuple(own for own in each.own if own in types[each.table]))
        for name, each in catalogue.code_lists.items()
        if each.table in present
    }
    return Catalogue(types, lists, catalogue.settings)


def _part_of_type(
    asset_type: AssetType, columns: Collection[str], present: Mapping[str, Collection[str]]
) -> AssetType:
    kept = [
        narrowed
        for field in asset_type.fields
        if (narrowed := _part_of_field(field, columns, present)) is not None
    ]
    names = {field.name for field in kept}
    fields = tuple(
        replace(f, unknown_flag=None) if isinstance(f, LinkField) and f.unknown_flag not in names else f
        for f in kept
        if f.companion_of is None or f.companion_of in names
    )
    return replace(
        asset_type,
        fields=fields,
        shape=asset_type.shape if GEOMETRY in columns else None,
        kind_field=asset_type.kind_field if asset_type.kind_field in names else None,
        label_fields=tuple(name for name in asset_type.label_fields if name in names),
        search_fields=tuple(name for name in asset_type.search_fields if name in names),
        unique_across=tuple(name for name in asset_type.unique_across if name in names),
        unique_together=asset_type.unique_together if names.issuperset(asset_type.unique_together) else (),
        exclusive=tuple(rule for rule in asset_type.exclusive if names.issuperset(rule.names)),
        proofs=tuple(rule for rule in asset_type.proofs if rule.field in names),
        no_circle=tuple(name for name in asset_type.no_circle if name in names),
        quotes=asset_type.quotes if names.issuperset(asset_type.quotes) else (),
        in_order=tuple(pair for pair in asset_type.in_order if names.issuperset(pair)),
    )


def _part_of_field(
    field: Field, columns: Collection[str], present: Mapping[str, Collection[str]]
) -> Field | None:
    stored = GEOMETRY if field.storage.kind == "geometry" else field.name
    if field.storage.kind != "none" and stored not in columns:
        return None
    if isinstance(field, ChoiceField) and field.code_list.table not in present:
        return None
    if isinstance(field, LinkField):
        targets = tuple(target for target in field.targets if target in present)
        if not targets:
            return None
        # A link to one of several stays such a link, "type:id", even if one is left.
        return replace(field, targets=targets * 2 if field.several and len(targets) == 1 else targets)
    return field
