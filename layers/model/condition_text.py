"""Conditions as people write them, in Chinese or English: read and written.

    材质 = 球墨 且 DN >= 300 且 敷设年代 < 1990
    material = DI, CI and (road contains "East" or not status = planned)
    网格 = G05、G07        (one of several)        备注 为空

A field is named by its title in either language, its name in the catalogue or an alias; the entry of a code list by
title, alias or code. Texts with spaces or marks stand in quotes. ``and`` binds closer than ``or``.
"""

from __future__ import annotations

import difflib
import re
from typing import Any

from layers.errors import UserError
from layers.model.catalogue import AssetType
from layers.model.condition_terms import (
    AND,
    LIST_MARK,
    NOT,
    OR,
    OTHER_SIGNS,
    SIGNS,
    Links,
    LinksById,
    Place,
    comparisons_of,
    field_words,
    folded,
    simplified,
)
from layers.model.fields import (
    BooleanField,
    ChoiceField,
    DateField,
    Field,
    LinkField,
    NumericField,
    ValueRefused,
)
from layers.model.query import All, AnyOf, Compare, Comparison, Condition, Not
from layers.text import Message

_QUOTES = {'"': '"', "'": "'", "“": "”", "‘": "’", "「": "」"}
_SEPARATORS = ("、", ",", "\uff0c")
_OPEN, _CLOSE = ("(", "\uff08"), (")", "\uff09")
_BARE = re.compile(r"[^\s、,\uff0c()\uff08\uff09\"'“”‘’「」]+")
_NUMBER = re.compile(r"(?:DN|Φ|φ)?\s*[-+]?[\d.]+(?:e[-+]?\d+)?", re.IGNORECASE)
_DATE = re.compile(r"\d[\d.年月日/xX-]*(?:代|s)?|X{4}|不详|unknown", re.IGNORECASE)
_WORD = re.compile(r"\w", re.ASCII)
_SIGN_WORDS: dict[str, Comparison] = {
    **{folded(word): sign for sign, words in SIGNS.items() for word in words},
    **{folded(word): sign for word, sign in OTHER_SIGNS.items()},
}
_SHOWN = 20
_SUGGESTED = 5


class ConditionError(UserError):
    """A text is no condition: ``place`` is where, the title what was expected there."""

    def __init__(self, title: Message, place: Place) -> None:
        super().__init__(title, Message("condition.hint"))
        self.place = place


class UnknownField(ConditionError):
    """A field is named that the type does not have."""


def read_condition(text: str, asset_type: AssetType, links: Links | None = None) -> Condition | None:
    """The condition that ``text`` states about assets of a type; None for an empty text.

    Raises ``ConditionError`` with the place and what was expected there.
    """
    if not text.strip():
        return None
    return simplified(_Reader(text, asset_type, links or LinksById()).read())


def write_condition(
    condition: Condition | None, asset_type: AssetType, language: str = "zh", links: Links | None = None
) -> str:
    """The text of a condition, which ``read_condition`` reads back as the same."""
    simple = simplified(condition)
    return "" if simple is None else _written(simple, asset_type, language, links or LinksById())


def write_value(field: Field, value: Any, language: str, links: Links) -> str:
    """A value as it stands in a condition, in quotes where it needs them."""
    if isinstance(field, LinkField):
        word = links.name(field, value)
    elif isinstance(field, NumericField | DateField | BooleanField):
        return field.format(value, language)
    else:
        word = field.format(value, language)
    if _BARE.fullmatch(word) and not _has_joiner(word):
        return word
    opening = next((q for q in ('"', "'", "“", "「") if q not in word and _QUOTES[q] not in word), '"')
    return f"{opening}{word}{_QUOTES[opening]}"


def _has_joiner(word: str) -> bool:
    """Whether a bare word could be taken for something else, or for the end of another."""
    low = word.casefold()
    return any(joiner in low for joiner in (*AND, *OR) if not joiner.isascii()) or low in (*AND, *OR)


def _written(condition: Condition, asset_type: AssetType, language: str, links: Links) -> str:
    chinese = language == "zh"
    match condition:
        case All(parts):
            inner = [_nested(p, AnyOf, asset_type, language, links) for p in parts]
            return f" {AND[0] if chinese else AND[1]} ".join(inner)
        case AnyOf(parts):
            inner = [_nested(p, All, asset_type, language, links) for p in parts]
            return f" {OR[0] if chinese else OR[1]} ".join(inner)
        case Not(part):
            return f"{NOT[0] if chinese else NOT[1]} ({_written(part, asset_type, language, links)})"
        case Compare(name, comparison, value):
            field = asset_type.field_named(name)
            title = field.title[language]
            if field_words(asset_type).get(folded(title)) is not field:
                title = name
            if comparison == "in":
                mark = LIST_MARK[language]
                return f"{title} = {mark.join(write_value(field, v, language, links) for v in value)}"
            sign = SIGNS[comparison][0 if chinese else 1]
            if comparison in ("is null", "is not null"):
                return f"{title} {sign}"
            if comparison in ("contains", "starts"):
                return f"{title} {sign} {_quoted(str(value))}"
            return f"{title} {sign} {write_value(field, value, language, links)}"


def _nested(
    condition: Condition, other: type[All] | type[AnyOf], asset_type: AssetType, language: str, links: Links
) -> str:
    text = _written(condition, asset_type, language, links)
    return f"({text})" if isinstance(condition, other) else text


def _quoted(word: str) -> str:
    opening = next((q for q in ('"', "'", "“", "「") if q not in word and _QUOTES[q] not in word), '"')
    return f"{opening}{word}{_QUOTES[opening]}"


class _Reader:
    """Reads from left to right; ``at`` is the next character."""

    def __init__(self, text: str, asset_type: AssetType, links: Links) -> None:
        self._text, self._type, self._links = text, asset_type, links
        self._at = 0
        self._fields = field_words(asset_type)
        self._names = sorted(self._fields, key=len, reverse=True)

    def read(self) -> Condition:
        condition = self._any()
        self._skip()
        if self._at < len(self._text):
            raise ConditionError(Message("condition.expected.joiner"), self._rest())
        return condition

    def _any(self) -> Condition:
        parts = [self._all()]
        while self._take_word(OR):
            parts.append(self._all())
        return AnyOf(tuple(parts))

    def _all(self) -> Condition:
        parts = [self._one()]
        while self._take_word(AND):
            parts.append(self._one())
        return All(tuple(parts))

    def _one(self) -> Condition:
        if self._take_word(NOT):
            return Not(self._one())
        start = self._skip()
        if self._take_mark(_OPEN):
            condition = self._any()
            if not self._take_mark(_CLOSE):
                raise ConditionError(Message("condition.expected.close"), Place(start, start + 1))
            return condition
        field = self._field()
        return self._compared(field, self._comparison(field))

    def _field(self) -> Field:
        start = self._skip()
        rest = self._text[start:].casefold()
        for name in self._names:
            if rest.startswith(name) and not self._goes_on(start + len(name)):
                self._at = start + len(name)
                return self._fields[name]
        place = self._rest()
        word = self._text[place.start : place.end]
        if not word:
            raise ConditionError(Message("condition.expected.field"), place)
        near = difflib.get_close_matches(folded(word), self._names, _SUGGESTED, 0.5)
        if near:
            raise UnknownField(
                Message("condition.unknown_field_near", {"word": word, "near": tuple(near)}), place
            )
        raise UnknownField(
            Message("condition.unknown_field", {"word": word, "type": self._type.title}), place
        )

    def _comparison(self, field: Field) -> Comparison:
        start = self._skip()
        rest = self._text[start:].casefold()
        for word in sorted(_SIGN_WORDS, key=len, reverse=True):
            if rest.startswith(word) and not (
                _WORD.match(word[-1]) and _WORD.match(rest[len(word) : len(word) + 1])
            ):
                sign = _SIGN_WORDS[word]
                self._at = start + len(word)
                if sign not in (*comparisons_of(field), "in"):
                    allowed = tuple(SIGNS[c][0] for c in comparisons_of(field))
                    place = Place(start, self._at)
                    raise ConditionError(
                        Message("condition.wrong_sign", {"field": field.title, "signs": allowed}), place
                    )
                return sign
        allowed = tuple(SIGNS[c][0] for c in comparisons_of(field))
        raise ConditionError(
            Message("condition.expected.sign", {"field": field.title, "signs": allowed}), self._rest()
        )

    def _compared(self, field: Field, comparison: Comparison) -> Condition:
        if comparison in ("is null", "is not null"):
            return Compare(field.name, comparison)
        if comparison in ("contains", "starts"):
            place, word = self._words(field)
            if not word:
                raise ConditionError(Message("condition.expected.value", {"field": field.title}), place)
            return Compare(field.name, comparison, word)
        is_open = comparison == "in" and self._take_mark(_OPEN)
        values = [self._value(field)]
        while comparison in ("=", "!=", "in") and self._take_mark(_SEPARATORS):
            values.append(self._value(field))
        if is_open and not self._take_mark(_CLOSE):
            raise ConditionError(Message("condition.expected.close"), self._rest())
        if comparison in ("=", "in"):
            if len(values) > 1:
                return Compare(field.name, "in", tuple(values))
            return Compare(field.name, "=", values[0])
        if len(values) > 1:
            return Not(Compare(field.name, "in", tuple(values)))
        return Compare(field.name, comparison, values[0])

    def _value(self, field: Field) -> Any:
        place, word = self._words(field)
        if not word:
            raise ConditionError(Message("condition.expected.value", {"field": field.title}), place)
        if isinstance(field, LinkField):
            found = self._links.find(field, word)
            if found is None:
                raise ConditionError(
                    Message("condition.unknown_target", {"field": field.title, "word": word}), place
                )
            return found
        try:
            value = field.parse(word)
        except ValueRefused as refused:
            raise ConditionError(
                Message("condition.wrong_value", {"field": field.title, "reason": refused.problem.message}),
                place,
            ) from refused
        if value is None:
            raise ConditionError(Message("condition.blank_value", {"field": field.title}), place)
        return value

    def _words(self, field: Field) -> tuple[Place, str]:
        """The text of a value and where it stands."""
        start = self._skip()
        opening = self._text[start : start + 1]
        if opening in _QUOTES:
            end = self._text.find(_QUOTES[opening], start + 1)
            if end < 0:
                raise ConditionError(Message("condition.expected.quote"), Place(start, len(self._text)))
            self._at = end + 1
            return Place(start, end + 1), self._text[start + 1 : end]
        word = self._bare(field, start)
        self._at = start + len(word)
        return Place(start, self._at), word

    def _bare(self, field: Field, start: int) -> str:
        rest = self._text[start:]
        if isinstance(field, ChoiceField):
            known = {w for e in field.code_list.entries for w in (e.code, e.title.zh, e.title.en, *e.aliases)}
            low = rest.casefold()
            for word in sorted(known, key=len, reverse=True):
                if low.startswith(word.casefold()) and not self._goes_on(start + len(word)):
                    return rest[: len(word)]
        pattern = (
            _NUMBER if isinstance(field, NumericField) else _DATE if isinstance(field, DateField) else None
        )
        match = (pattern.match(rest) if pattern else None) or _BARE.match(rest)
        if match is None:
            return ""
        word = match[0]
        if pattern is None:
            # Chinese runs on without spaces: a joiner ends the value unless it stands in quotes.
            ends = [at for joiner in (*AND, *OR) if not joiner.isascii() and (at := word.find(joiner)) > 0]
            word = word[: min(ends)] if ends else word
        return word.rstrip()

    def _goes_on(self, at: int) -> bool:
        """Whether a word of Latin letters is only the beginning of a longer one."""
        return bool(at < len(self._text) and _WORD.match(self._text[at]) and _WORD.match(self._text[at - 1]))

    def _take_word(self, words: tuple[str, ...]) -> bool:
        start = self._skip()
        rest = self._text[start:].casefold()
        for word in sorted(words, key=len, reverse=True):
            if rest.startswith(word) and not self._goes_on(start + len(word)):
                self._at = start + len(word)
                return True
        return False

    def _take_mark(self, marks: tuple[str, ...]) -> bool:
        start = self._skip()
        if self._text[start : start + 1] in marks and start < len(self._text):
            self._at = start + 1
            return True
        return False

    def _skip(self) -> int:
        while self._at < len(self._text) and self._text[self._at].isspace():
            self._at += 1
        return self._at

    def _rest(self) -> Place:
        """The word that stands where something else was expected."""
        match = _BARE.match(self._text, self._at)
        end = match.end() if match else min(self._at + 1, len(self._text))
        return Place(self._at, min(end, self._at + _SHOWN))
