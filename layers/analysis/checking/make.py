"""Turning the rows a check found into findings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from layers.analysis.checking.book import Book, Flags
from layers.analysis.checking.finding import Findings
from layers.analysis.checking.rule_file import Rule
from layers.geometry.packed import Floats, Integers
from layers.model.asset import AssetKey


def findings_at(
    book: Book,
    rule: Rule,
    rows: Integers,
    *,
    xy: Floats | None = None,
    others: tuple[str, Integers] | None = None,
    **parameters: Sequence[Any],
) -> Findings:
    """Findings at rows of the table of the rule's type, at ``xy`` (n, 2) or where the assets are.

    ``others`` are a type and its rows: one further asset for every finding, which the sentence calls ``other``.
    """
    places = book.places(rule.type)[rows] if xy is None else xy
    columns: dict[str, Sequence[Any]] = {"code": codes_of(book, rule.type, rows), **parameters}
    keys: Sequence[tuple[AssetKey, ...]] | None = None
    if others is not None:
        name, other_rows = others
        keys = [(AssetKey(name, number),) for number in book.ids(name)[other_rows].tolist()]
        columns["other"] = codes_of(book, name, other_rows)
    return Findings(rule.id, rule.severity, rule.type, book.ids(rule.type)[rows], places, columns, keys)


def rounded(values: Floats, digits: int) -> list[str]:
    """Figures as a sentence shows them."""
    return [f"{value:,.{digits}f}" for value in np.asarray(values, dtype=np.float64).tolist()]


def where(book: Book, rule: Rule) -> Flags:
    """Which rows a rule speaks of: ``where`` has fields and the values they must have; "" is a blank one."""
    chosen = np.ones(book.table(rule.type).num_rows, dtype=bool)
    for name, values in rule.parameters.get("where", {}).items():
        known = tuple(value for value in values if value != "")
        chosen &= book.among(rule.type, name, known, blank="" in values)
    return chosen


def codes_of(book: Book, type_name: str, rows: Integers) -> list[str]:
    """The codes of rows, for a sentence."""
    table = book.table(type_name)
    name = next(
        (n for n in ("code", *book.catalogue[type_name].label_fields) if n in table.column_names), "fid"
    )
    return ["" if code is None else str(code) for code in table.column(name).take(rows).to_pylist()]
