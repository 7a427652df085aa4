"""Conditions of a Query as SQL: the one place where a question becomes a WHERE clause."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from layers.model.catalogue import AssetType
from layers.model.fields import ChoiceField, DateField
from layers.model.query import All, AnyOf, Compare, Condition, Not, Query
from layers.store.base import Store
from layers.store.schema import FID, GEOMETRY

#: A date of which nothing is known.
_UNKNOWN = "XXXX"


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
    if _is_date(store.schema.catalogue[type_name], compare.field):
        return _compare_dates(column, compare.comparison, value)
    if isinstance(column.type, sa.String) and _folds(store.schema.catalogue[type_name], compare.field):
        column, value = sa.func.lower(column), _folded(value)
    if compare.comparison == "in":
        return _one_of(store, column, value)
    found: sa.ColumnElement[bool] = _COMPARISONS[compare.comparison](column, value)
    # A blank is not equal to anything either.
    return sa.or_(found, column.is_(None)) if compare.comparison == "!=" else found


def _compare_dates(column: sa.ColumnElement[Any], comparison: str, value: Any) -> sa.ColumnElement[bool]:
    """Dates are known to the day or only to the decade: ``= 1990`` holds for all of 1990, ``<= 1990`` too.

    Of a decade the first year counts when it is put in order; an unknown date is neither early nor late.
    """
    if comparison == "in":
        return sa.or_(sa.false(), *(_within(column, each) for each in value))
    if comparison in ("=", "!="):
        within = _within(column, value)
        return within if comparison == "=" else sa.or_(sa.not_(within), column.is_(None))
    if value == _UNKNOWN:
        return sa.false()
    first, known = sa.func.replace(column, "X", "0"), column.not_like(_UNKNOWN)
    limit = str(value).replace("X", "0")
    match comparison:
        case "<":
            found = first < limit
        case "<=":
            found = sa.or_(first < limit, _within(first, value))
        case ">":
            found = sa.and_(first > limit, sa.not_(_within(first, value)))
        case _:
            found = first >= limit
    return sa.and_(known, found)


def _within(column: sa.ColumnElement[Any], value: str) -> sa.ColumnElement[bool]:
    """Whether a date lies in the year, month or decade ``value``."""
    return column.like(f"{value.rstrip('X') if value != _UNKNOWN else value}%")


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


def _is_date(asset_type: AssetType, name: str) -> bool:
    return name in asset_type and isinstance(asset_type.field_named(name), DateField)


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
