"""What the register takes: the rules on one row, on one field of many, and on a row among the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from layers.errors import UserError
from layers.later import Later
from layers.model.catalogue import AssetType, Catalogue
from layers.model.problem import Problem
from layers.store import integrity
from layers.store.base import Store
from layers.store.circles import closed_circles
from layers.store.periods import broken_periods
from layers.store.rows import Row
from layers.store.schema import CODE
from layers.store.touched import Touched
from layers.text import Message

if TYPE_CHECKING:
    from layers.store import proofs
else:
    # Asked at the end of an act.
    proofs = Later("layers.store.proofs")

#: The rules on the values of one row: asset type, the whole row, the names that are being set.
Rules = Callable[[AssetType, Mapping[str, Any], Sequence[str]], list[Problem]]


class ValuesRefused(UserError):
    """Values that the register does not take; ``problems`` has one for every broken rule."""

    def __init__(self, asset_type: AssetType, name: str, problems: Sequence[Problem]) -> None:
        super().__init__(
            Message(
                "register.values_refused",
                {"type": asset_type.title, "name": name, "problems": tuple(p.message for p in problems)},
            ),
            Message("register.values_refused_hint"),
        )
        self.problems = tuple(problems)


class ValueRules:
    """Raises ``ValuesRefused`` for what is wrong; ``warnings`` holds the problems of what was taken in all the same."""

    def __init__(self, store: Store, connection: sa.Connection, rules: Rules) -> None:
        self._store, self._connection, self._rules = store, connection, rules
        self.warnings: list[Problem] = []

    def check_row(self, asset_type: AssetType, row: Row, names: Sequence[str], id: int | None) -> None:
        """Check the values that are being set (``names``) on a row; ``id`` is None for a new one."""
        problems = self._rules(asset_type, row, names)
        wrong = {p.field for p in problems if p.severity == "error"}
        named = {name: row[name] for name in names if name not in wrong}
        problems += integrity.dangling_links(self._store, self._connection, asset_type, named)
        problems += integrity.repeated_values(self._store, self._connection, asset_type, named, id)
        if not wrong:
            problems += integrity.repeated_together(self._store, self._connection, asset_type, row, names, id)
        errors = [p for p in problems if p.severity == "error"]
        if errors:
            raise ValuesRefused(asset_type, str(row.get(CODE) or ""), errors)
        self.warnings += [p for p in problems if p.severity == "warning"]

    def check_each(self, asset_type: AssetType, name: str, values: Sequence[Any]) -> None:
        """Check every value that occurs among ``values`` of a field once."""
        for value in set(values):
            row = {name: value}
            problems = [p for p in self._rules(asset_type, row, (name,)) if p.severity == "error"]
            problems += (
                () if problems else integrity.dangling_links(self._store, self._connection, asset_type, row)
            )
            if problems:
                raise ValuesRefused(asset_type, "", problems)

    def unproven(
        self, catalogue: Catalogue, touched: Mapping[str, Touched], change_set: int
    ) -> Iterator[tuple[AssetType, Row, Problem]]:
        """The assets that nothing attached to them proves what they say (``layers.store.proofs``)."""
        return proofs.unproven(self._store, self._connection, catalogue, touched, change_set)

    def check_among_others(self, asset_type: AssetType, touched: Touched) -> None:
        """Check at the end of an act what no row can tell alone: periods that exclude each other, links in a circle."""
        there = (touched.inserted | touched.updated) - touched.deleted.keys()
        runs = touched.inserted_ranges
        wrong = broken_periods(self._store, self._connection, asset_type, there, runs)
        wrong += closed_circles(self._store, self._connection, asset_type, there, runs)
        if wrong:
            row = wrong[0][0]
            raise ValuesRefused(asset_type, str(row.get(CODE) or ""), [problem for _row, problem in wrong])
