"""Conditions as text: what is written is read back as the same, and mistakes are pointed at."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.model.catalogue_file import load_catalogue
from layers.model.condition_terms import LinksById, comparisons_of, fields_of, simplified
from layers.model.condition_text import ConditionError, read_condition, write_condition
from layers.model.fields import (
    BooleanField,
    ChoiceField,
    DateField,
    Field,
    InstantField,
    IntegerField,
    LinkField,
    NumericField,
)
from layers.model.query import All, AnyOf, Compare, Condition, Not
from layers.text import LANGUAGES, Message, Texts

CATALOGUE = load_catalogue()
PIPE = CATALOGUE["pipe"]
TYPES = ("pipe", "hydrant", "meter", "leak", "valve")
WORDS = (
    st.text("aZ9 大塘路且或and,、()=\"'<>不", min_size=1, max_size=9)
    .map(str.strip)
    .filter(lambda w: w and not ('"' in w and "'" in w))
)


def values(field: Field) -> st.SearchStrategy[Any]:
    match field:
        case ChoiceField():
            return st.sampled_from([entry.code for entry in field.code_list.entries])
        case BooleanField():
            return st.booleans()
        case DateField():
            return st.sampled_from(("1990", "198X", "2009-06", "2009-06-15", "XXXX"))
        case InstantField():
            return st.just("2023-09-15T06:30:00.000Z")
        case IntegerField():
            return st.integers(1, 3000)
        case NumericField():
            return st.floats(0.001, 1e6, allow_nan=False).map(lambda v: field.parse(str(v)))
        case LinkField():
            number = st.integers(1, 999)
            return number.map(lambda n: f"{field.targets[0]}:{n}" if field.several else n)
        case _:
            return WORDS.filter(lambda w: field.parse(w) == w)


@st.composite
def compares(draw: Any, name: str) -> Compare:
    asset_type = CATALOGUE[name]
    field = asset_type.field_named(draw(st.sampled_from([f.name for f in fields_of(asset_type)])))
    comparison = draw(st.sampled_from(comparisons_of(field)))
    if comparison in ("is null", "is not null"):
        return Compare(field.name, comparison)
    if comparison in ("contains", "starts"):
        return Compare(field.name, comparison, draw(WORDS))
    if comparison == "=" and draw(st.booleans()):
        several = draw(st.lists(values(field), min_size=2, max_size=3, unique=True))
        return Compare(field.name, "in", tuple(several))
    return Compare(field.name, comparison, draw(values(field)))


def conditions(name: str) -> st.SearchStrategy[Condition]:
    return st.recursive(
        compares(name),
        lambda inner: st.one_of(
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: All(tuple(parts))),
            st.lists(inner, min_size=1, max_size=3).map(lambda parts: AnyOf(tuple(parts))),
            inner.map(Not),
        ),
        max_leaves=6,
    )


@given(
    st.sampled_from(TYPES).flatmap(lambda t: st.tuples(st.just(t), conditions(t))), st.sampled_from(LANGUAGES)
)
def test_what_is_written_is_read_back(typed: tuple[str, Condition], language: str) -> None:
    asset_type, condition = CATALOGUE[typed[0]], typed[1]
    text = write_condition(condition, asset_type, language)
    assert read_condition(text, asset_type) == simplified(condition), text
    # Once more from what was read: nothing creeps.
    assert write_condition(read_condition(text, asset_type), asset_type, language) == text


DI, LARGE, OLD = (
    Compare("material", "=", "DI"),
    Compare("dn", ">=", 300),
    Compare("laid_date", "<", "1990"),
)


@pytest.mark.parametrize(
    "text",
    [
        "材质 = 球墨 and DN >= 300 and 敷设年代 < 1990",
        "材质=球墨铸铁且公称直径≥DN300且敷设年代<1990",
        "Material = 'Ductile iron' AND dn >= 300 and Date laid < 1990",
        "material=DI && dn>=300 && laid_date<1990年",
        "（材质 ＝ “球墨” 并且 DN 不小于 300）且 敷设年代 小于 1990",
    ],
)
def test_ways_of_saying_the_same(text: str) -> None:
    assert read_condition(text, PIPE) == All((DI, LARGE, OLD))


def test_and_binds_closer_than_or_and_lists_are_one_of() -> None:
    assert read_condition("材质 = 球墨 或 DN >= 300 且 敷设年代 < 1990", PIPE) == AnyOf(
        (DI, All((LARGE, OLD)))
    )
    assert read_condition("(材质 = 球墨 或 DN >= 300) 且 敷设年代 < 1990", PIPE) == All(
        (AnyOf((DI, LARGE)), OLD)
    )
    several = Compare("material", "in", ("DI", "PE"))
    for text in ("材质 = 球墨、PE", "material in (DI, PE)", "材质 属于 (球墨, PE)", "material = DI, PE"):
        assert read_condition(text, PIPE) == several
    assert read_condition("材质 != 球墨、PE", PIPE) == Not(several)
    assert read_condition("not material = DI", PIPE) == Not(DI)
    assert read_condition("备注 为空 或 road contains 'East Road'", PIPE) == AnyOf(
        (Compare("remark", "is null"), Compare("road", "contains", "East Road"))
    )
    assert read_condition("   ", PIPE) is None


@pytest.mark.parametrize(
    ("text", "pointed", "message"),
    [
        ("材值 = 球墨", "材值", "condition.unknown_field_near"),
        ("qqqq = 1", "qqqq", "condition.unknown_field"),
        ("材质 球墨", "球墨", "condition.expected.sign"),
        ("材质 > 球墨", ">", "condition.wrong_sign"),
        ("材质 = 木头", "木头", "condition.wrong_value"),
        ("DN >= ", "", "condition.expected.value"),
        ("DN >= 大", "大", "condition.wrong_value"),
        ("DN >= 300 且", "", "condition.expected.field"),
        ("(DN >= 300", "(", "condition.expected.close"),
        ("DN >= 300 材质 = 球墨", "材质", "condition.expected.joiner"),
        ('所在道路 包含 "大塘', '"大塘', "condition.expected.quote"),
        ("网格 = G05", "G05", "condition.unknown_target"),
        ("DN = -", "-", "condition.blank_value"),
    ],
)
def test_a_mistake_is_pointed_at(text: str, pointed: str, message: str) -> None:
    with pytest.raises(ConditionError) as caught:
        read_condition(text, PIPE)
    place = caught.value.place
    assert caught.value.title.id == message
    assert text[place.start : place.end] == pointed
    for language in LANGUAGES:
        told = Texts(language).render(caught.value.title)
        assert "{" not in told
        assert told != message
    assert isinstance(caught.value.hint, Message)


def test_links_are_read_by_what_their_targets_are_called() -> None:
    class Grids(LinksById):
        def find(self, field: LinkField, text: str) -> Any:
            return {"G05": 5, "G07": 7}.get(text)

        def name(self, field: LinkField, value: Any) -> str:
            return f"G{value:02d}"

    found = read_condition("网格 = G05、G07", PIPE, Grids())
    assert found == Compare("grid", "in", (5, 7))
    assert write_condition(found, PIPE, "zh", Grids()) == "网格 = G05、G07"
    assert write_condition(found, PIPE, "en", Grids()) == "Grid = G05, G07"


@given(st.text("材质=球墨 且或(、)\"'DN<>3敷", max_size=14))
def test_any_text_is_read_or_refused_with_a_place_in_it(text: str) -> None:
    refused: list[ConditionError] = []
    try:
        condition = read_condition(text, PIPE)
    except ConditionError as error:
        refused.append(error)
    if refused:
        place = refused[0].place
        assert 0 <= place.start <= place.end <= len(text)
    else:
        assert condition is None or read_condition(write_condition(condition, PIPE), PIPE) == condition
