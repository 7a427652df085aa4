"""What is wrong in the columns: blanks, dates to come, one number twice, counts and lengths that differ."""

from __future__ import annotations

import datetime

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from layers.analysis.checking.book import Book
from layers.analysis.checking.finding import Findings
from layers.analysis.checking.make import findings_at, rounded, where
from layers.analysis.checking.rule_file import Rule
from layers.geometry.packed import lengths
from layers.model.edtf import earliest


def blank_value(book: Book, rule: Rule) -> Findings:
    """Assets that should have a value and have none; ``where`` names those that should."""
    wanted = where(book, rule) & book.blank(rule.type, rule.parameters["field"])
    return findings_at(book, rule, np.flatnonzero(wanted))


def date_to_come(book: Book, rule: Rule) -> Findings:
    """Something said to have happened on a day that is still to come."""
    name = rule.parameters["field"]
    values = book.table(rule.type).column(name).combine_chunks().dictionary_encode()
    today = datetime.datetime.now(tz=datetime.UTC).astimezone().date()
    late = np.array([_after(text, today) for text in values.dictionary.to_pylist()] + [False])
    rows = np.flatnonzero(
        late[values.indices.fill_null(len(late) - 1).to_numpy(zero_copy_only=False)] & where(book, rule)
    )
    return findings_at(book, rule, rows, date=[book.texts(rule.type, name)[row] for row in rows.tolist()])


def date_before_linked(book: Book, rule: Rule) -> Findings:
    """Something said to have happened to an asset before that was there (domain rule 26)."""
    target = rule.parameters["to"]
    links = book.texts(rule.type, rule.parameters["link"])
    dates = book.texts(rule.type, rule.parameters["field"])
    row_of = {number: row for row, number in enumerate(book.ids(target).tolist())}
    there = book.texts(target, rule.parameters["to_field"])
    found = [
        (row, row_of[link])
        for row, (link, date) in enumerate(zip(links, dates, strict=True))
        if link in row_of and _ends_before(date, there[row_of[link]])
    ]
    rows = np.array([row for row, _ in found], dtype=np.int64)
    others = np.array([other for _, other in found], dtype=np.int64)
    return findings_at(
        book,
        rule,
        rows,
        others=(target, others),
        date=[dates[row] for row in rows.tolist()],
        since=[there[row] for row in others.tolist()],
    )


def repeated_value(book: Book, rule: Rule) -> Findings:
    """A value that tells assets apart, given to several; every one but the first is reported."""
    values = book.table(rule.type).column(rule.parameters["field"]).combine_chunks().dictionary_encode()
    codes = values.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
    rows = np.flatnonzero(where(book, rule) & (codes >= 0))
    _, first, inverse = np.unique(codes[rows], return_index=True, return_inverse=True)
    later = np.flatnonzero(first[inverse] != np.arange(len(rows)))
    earlier = rows[first[inverse[later]]]
    words = values.dictionary.to_pylist()
    return findings_at(
        book,
        rule,
        rows[later],
        others=(rule.type, earlier),
        value=[words[code] for code in codes[rows[later]].tolist()],
    )


def count_differs(book: Book, rule: Rule) -> Findings:
    """A stated count that is not the number of assets that link here (domain rule 10)."""
    stated = book.numbers(rule.type, rule.parameters["field"])
    counted_type, _, link = rule.parameters["counts"].partition(".")
    links = book.table(counted_type).column(link)
    live = book.connected(counted_type)
    present = links.filter(pa.array(live)).drop_null()
    ids = book.ids(rule.type)
    place = pc.index_in(present, value_set=pa.array(ids, present.type)).drop_null()
    counted = np.bincount(place.to_numpy().astype(np.int64), minlength=len(ids))
    rows = np.flatnonzero(~np.isnan(stated) & (np.nan_to_num(stated) != counted) & book.connected(rule.type))
    return findings_at(book, rule, rows, stated=rounded(stated[rows], 0), counted=counted[rows].tolist())


def length_differs(book: Book, rule: Rule) -> Findings:
    """A recorded length that is more than the set share off the drawn one."""
    stated = book.numbers(rule.type, rule.parameters["field"])
    every = book.packed(rule.type)
    drawn = np.bincount(every.row, lengths(every), minlength=len(stated)).astype(np.float64)
    share = float(book.setting(rule.parameters["setting"])) / 100
    with np.errstate(invalid="ignore"):
        off = (drawn > 0) & (np.abs(stated - drawn) > share * np.maximum(stated, drawn))
        # Metres are recorded to the centimetre or the decimetre: a short line is off by rounding alone.
        off &= np.abs(stated - drawn) > float(rule.parameters["least"])
    rows = np.flatnonzero(off)
    return findings_at(book, rule, rows, stated=rounded(stated[rows], 2), drawn=rounded(drawn[rows], 2))


def _after(text: str | None, today: datetime.date) -> bool:
    first = earliest(text) if text else None
    return first is not None and first > today


def _ends_before(date: str | None, since: str | None) -> bool:
    """Whether a day known well enough lies before another, whatever day of its year or decade that was."""
    first, begin = (earliest(text) if text else None for text in (date, since))
    return first is not None and begin is not None and first.year < begin.year
