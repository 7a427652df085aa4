"""Links by the code or name of what they point to, asked of the register: ``grid = G05``."""

from __future__ import annotations

from typing import Any

from layers.model.condition_terms import LinksById
from layers.model.fields import LinkField
from layers.model.query import AnyOf, Compare, Query
from layers.register import Register


class RegisterLinks:
    """Finds and names the targets of links in conditions."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._by_id = LinksById()

    def find(self, field: LinkField, text: str) -> Any:
        """The value stored for the asset called ``text``; None when there is none or it is not the only one.

        What ``name`` writes of a target that is gone is read too: ``#12``, ``pipe:12``.
        """
        found = []
        for target in field.targets:
            names = self._labels(target)
            asked = [name for name in names if name not in self._register.hidden(target)]
            if not asked:
                continue
            where = AnyOf(tuple(Compare(name, "=", text) for name in asked))
            assets = self._register.find(Query(target, where, fields=names, limit=2))
            by_code = [a for a in assets if str(a.get("code", "")).casefold() == text.casefold()]
            found += by_code[:1] or assets
        if not found and ("#" in text or ":" in text):
            return self._by_id.find(field, text)
        if len(found) != 1:
            return None
        return f"{found[0].type}:{found[0].id}" if field.several else found[0].id

    def name(self, field: LinkField, value: Any) -> str:
        """What the target is called; its number when it is not there any more."""
        key = field.key_of(value)
        is_known = key is not None and key.type in self._register.catalogue
        asset = self._register.get(*key) if key is not None and is_known else None
        if asset is not None:
            for name in self._labels(asset.type):
                text = str(asset.get(name, ""))
                if text and self.find(field, text) == value:
                    return text
        return str(value) if field.several else f"#{value}"

    def _labels(self, target: str) -> tuple[str, ...]:
        asset_type = self._register.catalogue[target]
        names = dict.fromkeys(("code", *asset_type.label_fields))
        return tuple(name for name in names if name in asset_type)
