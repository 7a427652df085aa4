"""The menu of everything that can be drawn, as the catalogue has it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QMenu

from gisapp.language import Language
from gisapp.theme import Theme
from layers.model.catalogue import AssetType, Catalogue

#: So many types have a key of their own: the digits.
KEYED = 9


def drawable(catalogue: Catalogue) -> tuple[AssetType, ...]:
    """Every type with a shape, in the catalogue's order, the backdrop last."""
    types = [each for each in catalogue if each.shape is not None]
    return tuple(sorted(types, key=lambda each: each.group == "backdrop"))


def fill_types(
    menu: QMenu,
    theme: Theme,
    language: Language,
    types: Sequence[AssetType],
    recent: Sequence[str],
    chosen: Callable[[AssetType], None],
) -> None:
    """Offer ``types``: those of late on top, then all, a line between groups."""
    by_name = {each.name: each for each in types}
    late = [by_name[name] for name in recent if name in by_name][:3]

    def offer(asset_type: AssetType) -> None:
        place = types.index(asset_type) + 1
        key = f"\t{place}" if place <= KEYED else ""
        action = menu.addAction(f"{asset_type.title[language.code]}{key}")
        action.setIcon(theme.type_symbol(asset_type, 16))
        action.triggered.connect(lambda: chosen(asset_type))

    for each in late:
        offer(each)
    group = None
    for each in types:
        if each.group != group:
            menu.addSeparator()
            group = each.group
        if each not in late:
            offer(each)
