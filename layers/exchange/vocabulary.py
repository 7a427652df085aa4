"""Vocabulary: which asset type, kind or field a word of a foreign file names, in Chinese or English.

Everything is taken from the catalogue (names, titles, aliases, code lists): nothing about a type is known
here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from layers.model.catalogue import AssetType, Catalogue
from layers.model.code_list import CodeEntry, normalise
from layers.model.fields import ChoiceField, Field

_UNIT = re.compile(
    r"[\s_(（\[【/]*(mm|毫米|cm|厘米|m|米|ft|feet|foot|英尺|in|inch|英寸|km|千米|mpa|kpa)[)）\]】]*$",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"[(（\[【][^)）\]】]*[)）\]】]")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_LATIN = re.compile(r"[A-Za-z]+|\d+")
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_DBF_NAME_LENGTH = 10
_SHAPE_WORDS = frozenset(
    {"point", "points", "line", "lines", "polygon", "polygons", "area", "areas", "layer"}
)
_UNIT_NAMES = {
    "毫米": "mm",
    "厘米": "cm",
    "米": "m",
    "feet": "ft",
    "foot": "ft",
    "英尺": "ft",
    "inch": "in",
    "英寸": "in",
    "千米": "km",
}

FieldWords = dict[str, float]
"""Normalised words for one field, with how surely each means it."""


@dataclass(frozen=True)
class TypeMatch:
    """A word names an asset type, and perhaps which of its kinds; ``score`` from 0 to 1 says how surely."""

    type: str
    kind: str | None
    score: float


def words_of(text: str) -> list[str]:
    """The Latin words and numbers of a name: ``fire_hydrantType2`` -> fire, hydrant, type, 2."""
    return [word.casefold() for word in _LATIN.findall(_CAMEL.sub("_", text))]


def unit_of(column: str) -> str | None:
    """The unit a column's header states: ``管径(mm)`` -> mm; None when it states none."""
    match = _UNIT.search(column)
    if match is None or match.start() == 0 or not _stands_alone(column, match.start(1)):
        return None
    unit = match[1].lower()
    return _UNIT_NAMES.get(unit, unit)


def _stands_alone(column: str, start: int) -> bool:
    """A unit follows a separator, or Chinese: the m of ``diam`` is none."""
    before = column[start - 1]
    return not before.isascii() or not before.isalnum()


class Vocabulary:
    """All words of one catalogue. Building it costs some milliseconds; asking is cheap."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._types: dict[str, list[TypeMatch]] = {}
        self._type_words: dict[str, frozenset[str]] = {}
        self._field_words: dict[tuple[str, str], FieldWords] = {}
        for asset_type in catalogue:
            if asset_type.group != "system":
                self._learn_type(asset_type)

    def types_named(self, name: str) -> list[TypeMatch]:
        """The types that the name of a layer or the value of a type column may mean, the surest first."""
        best: dict[str, TypeMatch] = {}
        for match in self._matches(name):
            known = best.get(match.type)
            if known is None or (match.score, known.kind is None) > (known.score, match.kind is None):
                best[match.type] = match
        return sorted(best.values(), key=lambda match: -match.score)

    def score(self, asset_type: AssetType, field: Field, column: str) -> float:
        """How surely the header ``column`` means ``field``, from 0 to 1."""
        key = (asset_type.name, field.name)
        if key not in self._field_words:
            self._field_words[key] = _field_words(field)
        if asset_type.name not in self._type_words:
            self._type_words[asset_type.name] = _type_words(asset_type)
        words = self._field_words[key]
        return _field_score(words, self._type_words[asset_type.name], column, field.companion_of is not None)

    def _learn_type(self, asset_type: AssetType) -> None:
        for word, score in (
            (asset_type.name, 1.0),
            *(
                (title[language], 1.0)
                for title in (asset_type.title, asset_type.plural)
                for language in ("zh", "en")
            ),
            *((alias, 0.97) for alias in asset_type.aliases),
        ):
            self._learn(word, TypeMatch(asset_type.name, None, score))
        for entry in _kind_entries(asset_type):
            for word in (entry.title.zh, entry.title.en, *entry.aliases):
                self._learn(word, TypeMatch(asset_type.name, entry.code, 0.95))

    def _learn(self, word: str, match: TypeMatch) -> None:
        known = self._types.setdefault(normalise(word), [])
        for position, other in enumerate(known):
            if other.type == match.type:
                # Tank is a word for facilities, and says which kind; valve is the type's own name.
                if other.kind is None and other.score < 1.0:
                    known[position] = TypeMatch(other.type, match.kind, other.score)
                return
        known.append(match)

    def _matches(self, name: str) -> Iterator[TypeMatch]:
        whole = normalise(name)
        for form in _singulars(whole):
            yield from self._types.get(form, ())
        yield from self._latin_parts(name)
        yield from self._chinese_parts(whole)

    def _latin_parts(self, name: str) -> Iterator[TypeMatch]:
        """Runs of one to three words inside a longer name; the last noun of an English name is its head."""
        words = words_of(name)
        for length in (3, 2, 1):
            for start in range(len(words) - length + 1):
                joined = "".join(words[start : start + length])
                if len(joined) < 3 or (joined in _SHAPE_WORDS and len(words) > 1):
                    continue
                at_end = start + length == len(words)
                certainty = 0.70 + 0.05 * (length - 1) + (0.12 if at_end else 0.0)
                for form in _singulars(joined):
                    for match in self._types.get(form, ()):
                        yield TypeMatch(match.type, match.kind, match.score * certainty)

    def _chinese_parts(self, whole: str) -> Iterator[TypeMatch]:
        if not _CHINESE.search(whole):
            return
        for word, matches in self._types.items():
            if len(word) < 2 or not _CHINESE.search(word) or word not in whole:
                continue
            certainty = min(0.9, 0.60 + 0.06 * len(word) + (0.06 if whole.endswith(word) else 0.0))
            for match in matches:
                yield TypeMatch(match.type, match.kind, match.score * certainty)


def _kind_entries(asset_type: AssetType) -> Iterable[CodeEntry]:
    if asset_type.kind_field is None or asset_type.kind_field not in asset_type:
        return ()
    field = asset_type.field_named(asset_type.kind_field)
    return field.code_list.entries if isinstance(field, ChoiceField) else ()


def _singulars(word: str) -> tuple[str, ...]:
    """The word and what it may be the plural of."""
    if not word.isascii():
        return (word,)
    forms = [word]
    if word.endswith("ies"):
        forms.append(word[:-3] + "y")
    if word.endswith("es"):
        forms.append(word[:-2])
    if word.endswith("s") and len(word) > 3:
        forms.append(word[:-1])
    return tuple(forms)


def _field_words(field: Field) -> FieldWords:
    """Every normalised word for a field with how surely it means it; the own name is certain."""
    words = {normalise(field.name): 1.0}
    for text, score in (
        (field.title.zh, 1.0),
        (field.title.en, 1.0),
        *((alias, 0.98) for alias in field.aliases),
    ):
        words.setdefault(normalise(text), score)
    return words


def _type_words(asset_type: AssetType) -> frozenset[str]:
    texts = (asset_type.name, asset_type.title.zh, asset_type.title.en, *asset_type.aliases)
    return frozenset(word for text in texts for word in (normalise(text), *words_of(text)) if len(word) > 1)


def _field_score(known: FieldWords, type_words: frozenset[str], column: str, companion: bool) -> float:
    whole = normalise(column)
    if whole in known:
        return known[whole]
    if companion:
        # A companion (origin, accuracy, source text) shares its words with the field itself.
        return 0.0
    for form, certainty in _shorter_forms(column, whole, type_words):
        if form in known:
            return known[form] * certainty
    if len(column) == _DBF_NAME_LENGTH and len(whole) >= 6:
        cut = [score for word, score in known.items() if len(word) > len(whole) and word.startswith(whole)]
        if cut:
            return max(cut) * 0.9
    return _contained(known, column, whole)


def _shorter_forms(column: str, whole: str, type_words: frozenset[str]) -> Iterator[tuple[str, float]]:
    """The header without its unit, brackets and the name of the type it belongs to."""
    bare = _UNIT.sub("", column) if unit_of(column) else _BRACKETED.sub("", column)
    yield normalise(bare), 0.97
    words = words_of(bare)
    rest = [word for word in words if word not in type_words]
    if rest and len(rest) < len(words):
        yield "".join(rest), 0.95
    for word in sorted(type_words, key=len, reverse=True):
        if _CHINESE.search(word) and whole.startswith(word) and len(whole) > len(word):
            yield normalise(bare).removeprefix(word), 0.95


def _contained(known: FieldWords, column: str, whole: str) -> float:
    """A header that contains a word of the field: ``ASSET_SIZE`` for size, ``设计管径`` for 管径."""
    best = 0.0
    latin = words_of(column)
    for word, score in known.items():
        if _CHINESE.search(word):
            if len(word) >= 2 and word in whole:
                best = max(best, score * (0.75 if whole.endswith(word) else 0.6))
        elif len(word) >= 4 and len(latin) > 1 and (latin[-1] == word or "".join(latin[-2:]) == word):
            best = max(best, score * 0.7)
    return best
