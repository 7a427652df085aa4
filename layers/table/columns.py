"""Columns of a table: texts as codes of distinct words, numbers as they are; frozen, a change makes another.

Two million rows take 8 MB for a text or choice (four bytes a row, the words besides) and 16 MB for a number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from layers.later import Later
from layers.model import edtf
from layers.model.fields import BooleanField, ChoiceField, DateField, Field, IntegerField, NumericField
from layers.table.text_order import word_ranks

if TYPE_CHECKING:
    import pyarrow.compute as pc
else:
    pc = Later("pyarrow.compute")

Codes = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

BLANK = -1
#: Integers of a smaller spread than this are their own ranks.
_SPREAD = 1 << 31


@dataclass(frozen=True)
class Ranks:
    """Where each row's value stands among those of its column: 0 to ``count`` - 1, equal for equal values.

    Blanks are ``BLANK``.
    """

    ranks: Numbers
    count: int


@dataclass(frozen=True, eq=False)
class NumberColumn:
    """Numbers, and yes or no as 1 and 0; NaN is blank."""

    field: Field
    numbers: Floats

    def __len__(self) -> int:
        return len(self.numbers)

    def value(self, row: int) -> Any:
        """The value of a row as the register holds it; None where it is blank."""
        number = self.numbers[row]
        if np.isnan(number):
            return None
        if isinstance(self.field, BooleanField):
            return bool(number)
        return int(number) if isinstance(self.field, IntegerField) else float(number)

    def show(self, row: int, language: str) -> str:
        """The value of a row as a table shows it."""
        return self.field.show(self.value(row), language)

    @cached_property
    def ranks(self) -> Ranks:
        """Smallest first."""
        known = ~np.isnan(self.numbers)
        if not known.any():
            return Ranks(np.full(len(self), BLANK, np.int64), 0)
        found = self.numbers[known]
        low, high = float(found.min()), float(found.max())
        ranks = np.full(len(self), BLANK, np.int64)
        if high - low < _SPREAD and np.array_equal(found, np.rint(found)):
            ranks[known] = (found - low).astype(np.int64)
            return Ranks(ranks, int(high - low) + 1)
        values, dense = np.unique(found, return_inverse=True)
        ranks[known] = dense
        return Ranks(ranks, len(values))

    @property
    def is_blank(self) -> Mask:
        """Which rows hold nothing."""
        return np.isnan(self.numbers)

    def matches(self, word: str, language: str) -> Mask:
        """The rows that a typed word means: those of this number, or of this yes or no."""
        number = self.typed(word, language)
        if number is None:
            return np.zeros(len(self), np.bool_)
        return np.asarray(self.numbers == number)

    def typed(self, word: str, language: str) -> Any:
        """The value that a typed word stands for; None when it is none of this column's."""
        if isinstance(self.field, BooleanField):
            return {self.field.format(flag, language): flag for flag in (True, False)}.get(word)
        try:
            number = float(word)
        except ValueError:
            return None
        if not np.isfinite(number) or (isinstance(self.field, IntegerField) and number != int(number)):
            return None
        return int(number) if isinstance(self.field, IntegerField) else number

    def patched(self, rows: Numbers, values: Sequence[Any]) -> NumberColumn:
        """The same with other values in some rows."""
        numbers = self.numbers.copy()
        numbers[rows] = [np.nan if value is None else float(value) for value in values]
        return NumberColumn(self.field, numbers)

    def without(self, rows: Numbers) -> NumberColumn:
        """The same without some rows."""
        return NumberColumn(self.field, np.delete(self.numbers, rows))

    def with_blanks(self, rows: Numbers) -> NumberColumn:
        """The same with blank rows put in before the rows of these numbers."""
        return NumberColumn(self.field, np.insert(self.numbers, rows, np.nan))


@dataclass(frozen=True, eq=False)
class WordColumn:
    """Texts, choices, dates and links: ``codes`` index ``words``, what the register holds.

    ``labels``: what people call each of ``words``, for links. A word may stand there twice.
    """

    field: Field
    words: pa.Array
    codes: Codes
    labels: pa.Array | None = None

    def __len__(self) -> int:
        return len(self.codes)

    def value(self, row: int) -> Any:
        """The value of a row as the register holds it; None where it is blank."""
        code = self.codes[row]
        return None if code < 0 else self.words[int(code)].as_py()

    def show(self, row: int, language: str) -> str:
        """The value of a row as a table shows it."""
        code = int(self.codes[row])
        if code < 0:
            return ""
        if self.labels is not None:
            return str(self.labels[code].as_py())
        return self.field.show(self.words[code].as_py(), language)

    @cached_property
    def word_ranks(self) -> Ranks:
        """For each word where it stands: choices as in their list, dates by their first day, texts as read."""
        if isinstance(self.field, ChoiceField):
            places = {entry.code: n for n, entry in enumerate(self.field.code_list.entries)}
            words = self.words.to_pylist()
            known = sorted(set(words), key=lambda code: (places.get(code, len(places)), code))
            place = {code: n for n, code in enumerate(known)}
            return Ranks(np.array([place[code] for code in words], np.int64), len(known))
        if isinstance(self.field, DateField):
            return _date_ranks(self.words.to_pylist())
        texts = self.words.cast(pa.string()) if self.labels is None else self.labels
        ranks, count = word_ranks(texts)
        return Ranks(ranks, count)

    @cached_property
    def ranks(self) -> Ranks:
        """Row by row."""
        words = self.word_ranks
        # The last place stands for blanks, whose code is -1.
        return Ranks(np.append(words.ranks, BLANK)[self.codes], words.count)

    @property
    def is_blank(self) -> Mask:
        """Which rows hold nothing."""
        return np.asarray(self.codes < 0)

    def matches(self, word: str, language: str) -> Mask:
        """The rows whose text contains a typed word, whatever the case of its letters."""
        return np.asarray(np.append(self.words_with(word, language), False)[self.codes])

    def words_with(self, word: str, language: str) -> Mask:
        """Which of ``words`` contain a typed word, as they are shown."""
        low = word.lower()
        if isinstance(self.field, ChoiceField):
            shown = (self.field.show(code, language).lower() for code in self.words.to_pylist())
            return np.array([low in text for text in shown], np.bool_)
        # Letters without case need no copy in lower case.
        texts = self._texts if low == word.upper() else self._lower
        found: Mask = pc.match_substring(texts, low).to_numpy(zero_copy_only=False)
        return found.astype(np.bool_)

    @property
    def _texts(self) -> pa.Array:
        return self.words if self.labels is None else self.labels

    @cached_property
    def _lower(self) -> pa.Array:
        return pc.utf8_lower(self._texts)

    def patched(
        self, rows: Numbers, values: Sequence[Any], labels: Sequence[str] | None = None
    ) -> WordColumn:
        """The same with other values in some rows; ``labels`` say what new links are called."""
        words, codes = self.words, self.codes.copy()
        known = self.labels
        places: dict[Any, int] = {None: BLANK}
        new: list[Any] = []
        new_labels: list[str] = []
        for number, (row, value) in enumerate(zip(rows.tolist(), values, strict=True)):
            if value not in places:
                at = pc.index(words, pa.scalar(value, words.type)).as_py()
                if at < 0:
                    at = len(words) + len(new)
                    new.append(value)
                    new_labels.append("" if labels is None else labels[number])
                places[value] = at
            codes[row] = places[value]
        if new:
            words = pa.concat_arrays([words, pa.array(new, words.type)])
            if known is not None:
                known = pa.concat_arrays([known, pa.array(new_labels, pa.string())])
        return WordColumn(self.field, words, codes, known)

    def without(self, rows: Numbers) -> WordColumn:
        """The same without some rows."""
        return WordColumn(self.field, self.words, np.delete(self.codes, rows), self.labels)

    def with_blanks(self, rows: Numbers) -> WordColumn:
        """The same with blank rows put in before the rows of these numbers."""
        return WordColumn(self.field, self.words, np.insert(self.codes, rows, BLANK), self.labels)


Column = NumberColumn | WordColumn


def is_number(field: Field) -> bool:
    """Whether a field's values are kept as numbers."""
    return isinstance(field, NumericField | BooleanField)


def _date_ranks(words: list[str]) -> Ranks:
    """By the first day that is meant; of one day the less exact date first. Unknown dates are like blanks."""
    ranks = np.full(len(words), BLANK, np.int64)
    known = sorted({w for w in words if w != edtf.UNKNOWN}, key=date_key)
    place = {word: n for n, word in enumerate(known)}
    for number, word in enumerate(words):
        ranks[number] = place.get(word, BLANK)
    return Ranks(ranks, len(known))


def date_key(word: str) -> tuple[str, str]:
    """What dates of any precision are put in order by."""
    return word.replace("X", "0"), word
