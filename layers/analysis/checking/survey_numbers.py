"""Point numbers of the survey tables: a line names its ends by them, and the points must be there."""

from __future__ import annotations

import numpy as np

from layers.analysis.checking.book import Book
from layers.analysis.checking.finding import Findings
from layers.analysis.checking.make import findings_at, where
from layers.analysis.checking.rule_file import Rule


def missing_point(book: Book, rule: Rule) -> Findings:
    """Lines that name a point at an end which no type of the network has: the point was not entered."""
    number = rule.parameters["number"]
    known: set[str] = set()
    for asset_type in book.catalogue.of_group("network"):
        if number in asset_type:
            known.update(text for text in book.texts(asset_type.name, number) if text)
    asked = where(book, rule)
    rows: list[int] = []
    missing: list[str] = []
    for field in rule.parameters["fields"]:
        for row, text in enumerate(book.texts(rule.type, field)):
            if text and text not in known and asked[row]:
                rows.append(row)
                missing.append(text)
    return findings_at(book, rule, np.array(rows, dtype=np.int64), number=missing)
