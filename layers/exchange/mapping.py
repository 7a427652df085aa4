"""Mapping: what each layer and column of a foreign file means in the register. A guess until somebody confirms it.

A ``LayerMapping`` is plain data: it is guessed here, shown and changed by the user, kept as a template
(``mapping_file``) and followed by ``staging``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from layers.exchange.survey import ColumnSurvey, LayerSurvey
from layers.exchange.units import guess_unit
from layers.exchange.vocabulary import Vocabulary, words_of
from layers.model.catalogue import AssetType, Catalogue, Shape
from layers.model.code_list import normalise
from layers.model.fields import ChoiceField, Field, LinkField, NumericField, TextField, ValueRefused

BY_SHAPE = "__shape"
"""As ``type_column``: the kind of geometry of each row tells its type; choices are point, line, polygon,
none.
"""

LEAST_CONFIDENCE = 0.5
"""A guess below this is not offered."""

_IDENTIFIERS = (
    "id",
    "fid",
    "ogcfid",
    "gid",
    "objectid",
    "globalid",
    "guid",
    "uuid",
    "@id",
    "featureid",
    "handle",
)


@dataclass(frozen=True)
class ColumnRule:
    """``field`` is filled from ``column``. ``unit``: what its numbers count in, if not the field's own unit.

    ``words``: what the user said a word of the file means (a code of the field's list), by normalised word.
    """

    column: str
    field: str
    confidence: float = 1.0
    unit: str | None = None
    words: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class TypeRule:
    """Rows become assets of ``type``: which columns fill which fields, and fields set to one value for all
    rows.
    """

    type: str
    columns: tuple[ColumnRule, ...] = ()
    constants: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    confidence: float = 1.0

    def column_for(self, field_name: str) -> ColumnRule | None:
        """The rule that fills ``field_name``, if any."""
        return next((rule for rule in self.columns if rule.field == field_name), None)


@dataclass(frozen=True)
class Choice:
    """One value of the column that says what a row is: the type it goes to, and the kind (None: not known)."""

    type: str
    kind: str | None = None


@dataclass(frozen=True)
class LayerMapping:
    """What becomes of one layer. Without ``types`` it is a reference layer: shown on wish, never imported.

    One type: all rows go to it. Several: ``type_column`` and ``choices`` (by normalised value) tell, and a
    value not listed goes to ``otherwise`` (None: such rows are quarantined). ``native_id``: the column that
    identifies a row in its source. ``dataset``: the name the source is known by from now on.
    ``code_prefix`` is put before its codes. ``coordinates``: the columns of the eastings and northings of a
    plain table as somebody said them ("": none); None leaves that to their names. ``template``: the kept
    mapping this one was taken from.
    """

    layer: str
    dataset: str
    types: Mapping[str, TypeRule] = dataclasses.field(default_factory=dict)
    type_column: str | None = None
    choices: Mapping[str, Choice] = dataclasses.field(default_factory=dict)
    otherwise: str | None = None
    native_id: str | None = None
    code_prefix: str = ""
    confidence: float = 0.0
    said: bool = False
    coordinates: tuple[str, str] | None = None
    template: str = ""

    @property
    def is_reference(self) -> bool:
        return not self.types

    def unmapped(self, columns: Iterable[str]) -> tuple[str, ...]:
        """The columns of the file that fill nothing."""
        used = {rule.column for rule in self._rules()} | {self.type_column}
        return tuple(name for name in columns if name not in used)

    def with_rule(self, rule: TypeRule) -> LayerMapping:
        """This mapping with ``rule`` in the place of that type's."""
        return replace(self, types={**self.types, rule.type: rule})

    def _rules(self) -> Iterable[ColumnRule]:
        for rule in self.types.values():
            yield from rule.columns


@dataclass(frozen=True)
class _Split:
    """A column that tells the type of each row, and how surely."""

    column: str
    choices: Mapping[str, Choice]
    confidence: float

    @property
    def types(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(choice.type for choice in self.choices.values()))


class Guesser:
    """Guesses mappings for one catalogue."""

    def __init__(self, catalogue: Catalogue, vocabulary: Vocabulary | None = None) -> None:
        self._catalogue = catalogue
        self._vocabulary = vocabulary or Vocabulary(catalogue)

    def guess(self, file_stem: str, survey: LayerSurvey, dataset: str) -> LayerMapping:
        """The mapping of a layer from its name, its columns and what they hold; a reference layer if none
        fits.
        """
        empty = LayerMapping(survey.name, dataset, native_id=native_id(survey))
        named = self._named(file_stem, survey)
        split = self._split_by_column(survey)
        if split is not None and self._prefers(split, named):
            return self._with_split(empty, survey, split)
        if named is None:
            named = self._by_columns(survey)
        if named is None:
            return empty
        return replace(empty, types={named.type: named}, confidence=named.confidence)

    def _prefers(self, split: _Split, named: TypeRule | None) -> bool:
        """Whether the column knows better than the name: always where the name only says "points"."""
        if named is None or self._catalogue[named.type].fallback:
            return True
        return split.confidence >= min(named.confidence, 0.9)

    def as_type(self, survey: LayerSurvey, dataset: str, type_name: str) -> LayerMapping:
        """The mapping of a layer that the user said holds ``type_name``."""
        rule = self._rule(self._catalogue[type_name], survey, None, 1.0)
        return LayerMapping(
            survey.name, dataset, {type_name: rule}, native_id=native_id(survey), confidence=1.0, said=True
        )

    def complete(self, mapping: LayerMapping, survey: LayerSurvey) -> LayerMapping:
        """The mapping with what it says nothing of guessed: the other columns, and what identifies a row."""
        types = {}
        for name, rule in mapping.types.items():
            known = {each.column for each in rule.columns} | {each.field for each in rule.columns}
            guessed = self.columns(self._catalogue[name], survey)
            more = (each for each in guessed if each.column not in known and each.field not in known)
            types[name] = replace(rule, columns=(*rule.columns, *more))
        native = mapping.native_id or native_id(survey)
        return replace(mapping, types=types, native_id=native, confidence=0.9, said=False)

    def by_shape(self, survey: LayerSurvey, dataset: str, type_names: Sequence[str]) -> LayerMapping:
        """The mapping of a layer of mixed geometry: each row goes to the first of the types that suits its
        own.
        """
        choices: dict[str, Choice] = {}
        for shape in survey.shapes:
            for name in type_names:
                if self._catalogue[name].shape == shape or shape == "none":
                    choices.setdefault(shape, Choice(name))
        names = dict.fromkeys((*(choice.type for choice in choices.values()), type_names[0]))
        rules = {name: self._rule(self._catalogue[name], survey, None, 1.0) for name in names}
        return LayerMapping(
            survey.name,
            dataset,
            rules,
            BY_SHAPE,
            choices,
            type_names[0],
            native_id(survey),
            confidence=1.0,
            said=True,
        )

    def columns(self, asset_type: AssetType, survey: LayerSurvey) -> tuple[ColumnRule, ...]:
        """Which column fills which field of ``asset_type``: each at most once, the surest pairs first."""
        pairs = []
        for position, target in enumerate(_targets(asset_type)):
            for column in survey.columns:
                score = self._vocabulary.score(asset_type, target, column.name)
                if score >= LEAST_CONFIDENCE:
                    score *= _evidence(target, column)
                if score >= LEAST_CONFIDENCE:
                    pairs.append((-score, position, column, target))
        chosen: dict[str, ColumnRule] = {}
        taken: set[str] = set()
        for score, _, column, target in sorted(pairs, key=lambda pair: pair[:2]):
            if target.name not in chosen and column.name not in taken:
                taken.add(column.name)
                chosen[target.name] = ColumnRule(
                    column.name, target.name, round(-score, 2), guess_unit(target, column)
                )
        return tuple(chosen.values())

    def _rule(
        self, asset_type: AssetType, survey: LayerSurvey, kind: str | None, confidence: float
    ) -> TypeRule:
        rules = self.columns(asset_type, survey)
        constants = {}
        if (
            kind is not None
            and asset_type.kind_field
            and all(r.field != asset_type.kind_field for r in rules)
        ):
            constants[asset_type.kind_field] = kind
        return TypeRule(asset_type.name, rules, constants, round(confidence, 2))

    def _named(self, file_stem: str, survey: LayerSurvey) -> TypeRule | None:
        """By the layer's name, else the file's; a type of another shape than the layer's is not meant.

        A drawing shows much besides what its file is named after, and its lines are no points.
        """
        names = (survey.called,) if survey.called else (survey.name, file_stem)
        for name in dict.fromkeys(names):
            for match in self._vocabulary.types_named(name):
                asset_type = self._catalogue[match.type]
                confidence = match.score * shape_fit(asset_type.shape, survey.shape)
                if survey.called and asset_type.shape != survey.shape:
                    continue
                if confidence >= LEAST_CONFIDENCE:
                    return self._rule(asset_type, survey, match.kind, confidence)
        return None

    def _by_columns(self, survey: LayerSurvey) -> TypeRule | None:
        """By the columns alone: the type of fitting shape that explains clearly more of them than any other."""
        found = []
        for asset_type in self._catalogue.of_group("network", "place", "people"):
            if asset_type.shape != survey.shape:
                continue
            rules = self.columns(asset_type, survey)
            sure = [rule for rule in rules if rule.confidence >= 0.85]
            if len(sure) >= 3 and len(sure) >= 0.3 * len(survey.columns):
                found.append((len(sure), asset_type))
        found.sort(key=lambda item: -item[0])
        if not found or (len(found) > 1 and found[0][0] < found[1][0] + 2):
            return None
        return self._rule(found[0][1], survey, None, 0.6)

    def _split_by_column(self, survey: LayerSurvey) -> _Split | None:
        """The column whose values are names of things of the network: at least two types, most values known."""
        best: _Split | None = None
        # A layer as we export it: the column says of which kind its assets are, not of which type.
        own = self._catalogue.types.get(survey.name)
        for column in survey.columns:
            if column.kind != "text" or not 2 <= column.distinct <= 80:
                continue
            if own is not None and column.name == own.kind_field:
                continue
            choices: dict[str, Choice] = {}
            certainty = 0.0
            for value, count in column.top:
                found = self._choice(str(value), survey.shape)
                if found is not None:
                    choices[normalise(str(value))] = found[0]
                    certainty += count * found[1]
            split = _Split(column.name, choices, certainty / max(column.filled, 1))
            if (
                split.confidence >= 0.6
                and len(split.types) >= 2
                and (not best or split.confidence > best.confidence)
            ):
                best = split
        return best

    def _choice(self, value: str, shape: Shape | None) -> tuple[Choice, float] | None:
        for match in self._vocabulary.types_named(value):
            asset_type = self._catalogue[match.type]
            score = match.score * shape_fit(asset_type.shape, shape)
            if asset_type.group == "network" and score >= LEAST_CONFIDENCE:
                return Choice(match.type, match.kind), score
        return None

    def _with_split(self, empty: LayerMapping, survey: LayerSurvey, split: _Split) -> LayerMapping:
        otherwise = self._fallback(survey.shape)
        names = dict.fromkeys((*split.types, *([otherwise] if otherwise else [])))
        rules = {name: self._rule(self._catalogue[name], survey, None, 0.8) for name in names}
        rules = {name: _without_column(rule, split.column) for name, rule in rules.items()}
        return replace(
            empty,
            types=rules,
            type_column=split.column,
            choices=split.choices,
            otherwise=otherwise,
            confidence=round(split.confidence, 2),
        )

    def _fallback(self, shape: Shape | None) -> str | None:
        """Where rows of no type of their own go: the type that shares its point numbers with the other point
        types.
        """
        for asset_type in self._catalogue.of_group("network"):
            if asset_type.shape == shape and asset_type.fallback:
                return asset_type.name
        return None


def native_id(survey: LayerSurvey) -> str | None:
    """The column that identifies a row in its source: complete, without repeats, and called an identifier."""
    candidates = [c for c in survey.columns if c.is_key and c.kind in ("text", "integer")]
    for name in _IDENTIFIERS:
        for column in candidates:
            if normalise(column.name) == name:
                return column.name
    endings = ("id", "no", "code", "编号", "点号", "number")
    for column in candidates:
        words = words_of(column.name)
        if (words and words[-1] in endings) or normalise(column.name).endswith(endings):
            return column.name
    return None


def shape_fit(wanted: Shape | None, found: Shape | None) -> float:
    """How well a layer's geometry suits a type: a table may fill any type, a line never a polygon."""
    if wanted == found or found is None:
        return 1.0
    if wanted is None:
        return 0.6
    return {("point", "line"): 0.7, ("point", "polygon"): 0.55}.get((wanted, found), 0.0)


def _targets(asset_type: AssetType) -> Sequence[Field]:
    return [f for f in asset_type.columns if not f.computed]


def _evidence(target: Field, column: ColumnSurvey) -> float:
    """1 where the values of ``column`` read as values of ``target``, down to 0.2 where none does."""
    if not column.filled:
        return 0.9
    repeats = column.filled - column.distinct
    # In a short table two or three repeats are mistakes to be shown, not a sign of another column.
    if target.unique and repeats > max(0.05 * column.filled, min(3.0, 0.4 * column.filled)):
        return 0.2
    if isinstance(target, LinkField | TextField):
        return 1.0
    good = total = 0
    for value, count in column.top:
        total += count
        good += count if _reads(target, value) else 0
    share = good / total if total else 1.0
    if isinstance(target, ChoiceField):
        # Words not known yet can be taught; a column of which nothing is known is something else.
        return 1.0 if share >= 0.5 else 0.6 + 0.4 * share if share > 0.0 else 0.3
    return 0.2 + 0.8 * share


def _reads(target: Field, value: Any) -> bool:
    if isinstance(target, NumericField) and isinstance(value, int | float):
        return True
    try:
        target.parse(value)
    except ValueRefused as refused:
        # A length in an integer field may be a diameter in metres: the unit is looked at later.
        return refused.problem.rule == "not_whole"
    return True


def _without_column(rule: TypeRule, column: str) -> TypeRule:
    """The column that told the type fills the type's kind only, which the choices know better."""
    return replace(rule, columns=tuple(r for r in rule.columns if r.column != column))
