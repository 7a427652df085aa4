"""Conditions of a Query as SQL: the one place where a question becomes a WHERE clause."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from layers.model.catalogue import AssetType
from layers.model.fields import ChoiceField
from layers.model.query import All, AnyOf, Compare, Condition, Not, Query
from layers.store.base import Store
from layers.store.schema import FID, GEOMETRY


def where_clause(store: Store, query: Query) -> list[sa.ColumnElement[bool]]:
    """All conditions of a query; every one must hold."""
    table = store.schema.assets[query.type]
    clauses: list[sa.ColumnElement[bool]] = []
    if query.where is not None:
        clauses.append(condition_clause(store, query.type, query.where))
    if query.ids is not None:
        clauses.append(store.id_in(table.c[FID], query.ids))
    has_place = GEOMETRY in table.columns
    if query.box is not None:
        clauses.append(store.in_box(query.type, query.box) if has_place else sa.false())
    if query.located is not None:
        clauses.append(_located(table, query.located) if has_place else sa.literal(not query.located))
    return clauses


def condition_clause(store: Store, type_name: str, condition: Condition) -> sa.ColumnElement[bool]:
    """One condition, nested ones included. Raises ``KeyError`` for an unknown field."""
    match condition:
        case All(conditions):
            return sa.and_(sa.true(), *(condition_clause(store, type_name, c) for c in conditions))
        case AnyOf(conditions):
            return sa.or_(sa.false(), *(condition_clause(store, type_name, c) for c in conditions))
        case Not(inner):
            # Not "unknown": the rows with a blank are those where the condition does not hold.
            return sa.func.coalesce(condition_clause(store, type_name, inner), sa.false()) == sa.false()
        case Compare():
            return _compare(store, type_name, condition)


def _compare(store: Store, type_name: str, compare: Compare) -> sa.ColumnElement[bool]:
    column: sa.ColumnElement[Any] = store.schema.assets[type_name].c[compare.field]
    value = compare.value
    if compare.comparison == "is null":
        return column.is_(None)
    if compare.comparison == "is not null":
        return column.is_not(None)
    if compare.comparison in ("contains", "starts"):
        pattern = f"{'%' if compare.comparison == 'contains' else ''}{_escaped(value)}%"
        return sa.func.lower(sa.cast(column, sa.Text)).like(sa.func.lower(pattern), escape="/")
    if isinstance(column.type, sa.String) and _folds(store.schema.catalogue[type_name], compare.field):
        column, value = sa.func.lower(column), _folded(value)
    if compare.comparison == "in":
        return _one_of(store, column, value)
    found: sa.ColumnElement[bool] = _COMPARISONS[compare.comparison](column, value)
    # A blank is not equal to anything either.
    return sa.or_(found, column.is_(None)) if compare.comparison == "!=" else found


_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def _one_of(store: Store, column: sa.ColumnElement[Any], values: Any) -> sa.ColumnElement[bool]:
    values = list(values)
    if values and all(isinstance(v, int) and not isinstance(v, bool) for v in values):
        return store.id_in(column, values)
    return column.in_(values)


def _folds(asset_type: AssetType, name: str) -> bool:
    return not (name in asset_type and isinstance(asset_type.field_named(name), ChoiceField))


def _folded(value: Any) -> Any:
    if isinstance(value, str):
        # Folded by the database: it and Python do not agree on every letter.
        return sa.func.lower(value)
    if isinstance(value, tuple | list | set | frozenset):
        return [_folded(v) for v in value]
    return value


def _escaped(value: Any) -> str:
    return "".join(f"/{ch}" if ch in "/%_" else ch for ch in str(value))


def _located(table: sa.Table, located: bool) -> sa.ColumnElement[bool]:
    place = table.c[GEOMETRY]
    return place.is_not(None) if located else place.is_(None)
