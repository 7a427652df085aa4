"""Settings: every default is a value of its field; classes are read, checked and written."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.model.catalogue_file import load_catalogue
from layers.model.fields import ValueRefused
from layers.model.settings import ClassesField, NumberClass
from layers.text import LANGUAGES, Texts, Title

SETTINGS = load_catalogue().settings
TITLE = Title("分级", "Classes")
FREE = ClassesField(name="c", title=TITLE)
EXHAUSTIVE = ClassesField(name="c", title=TITLE, exhaustive=True)


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_is_written_and_read_back(name: str) -> None:
    setting = SETTINGS[name]
    assert setting.parse(setting.format(setting.default)) == setting.default


def test_the_values_the_trade_expects() -> None:
    assert SETTINGS["dn_threshold"].default == 100
    assert SETTINGS["node_tolerance_m"].default == 0.01
    assert SETTINGS["length_difference_percent"].default == 5
    assert (SETTINGS["contact_minutes"].default, SETTINGS["arrival_minutes"].default) == (30, 120)


@pytest.mark.parametrize(
    ("dn", "position"), [(50, 0), (100, 1), (249, 1), (250, 2), (450, 3), (900, 4), (1400, 4)]
)
def test_every_size_lies_in_one_class(dn: int, position: int) -> None:
    assert [dn in each for each in SETTINGS["dn_classes"].default].index(True) == position
    assert sum(dn in each for each in SETTINGS["dn_classes"].default) == 1


def test_statement_classes_may_leave_a_size_unclassified() -> None:
    assert not any(450 in each for each in SETTINGS["statement_classes"].default)


@pytest.mark.parametrize(
    ("field", "text", "rule"),
    [
        (FREE, "100", "not_classes"),
        (FREE, "[250,100)", "not_classes"),
        (FREE, "[100,100)", "not_classes"),
        (FREE, "<100; [50,200)", "classes_overlap"),
        (FREE, "<=100; >=100", "classes_overlap"),
        (EXHAUSTIVE, "<100; >=250", "classes_gap"),
        (EXHAUSTIVE, "<100; >100", "classes_gap"),
        (EXHAUSTIVE, "<100; [100,250)", "classes_open_ends"),
    ],
)
def test_wrong_classes_are_refused_with_a_text(field: ClassesField, text: str, rule: str) -> None:
    try:
        problems = list(field.check(field.parse(text)))
    except ValueRefused as refused:
        problems = [refused.problem]
    assert [p.rule for p in problems] == [rule]
    assert all(not Texts(each).render(problems[0].message).startswith("field.") for each in LANGUAGES)


def test_a_setting_refuses_what_its_field_refuses() -> None:
    with pytest.raises(ValueRefused):
        SETTINGS["dn_threshold"].parse("0")
    with pytest.raises(ValueRefused):
        SETTINGS["dn_classes"].parse("<100; >=250")
    with pytest.raises(ValueRefused):
        SETTINGS["de_counts_as_dn"].parse("110:100")


@given(st.lists(st.integers(-1000, 5000), unique=True, min_size=1, max_size=6).map(sorted), st.booleans())
def test_exhaustive_classes_read_back_and_hold_every_number_once(bounds: list[int], left: bool) -> None:
    ends = [-math.inf, *map(float, bounds), math.inf]
    classes = tuple(
        NumberClass(a, b, left and a > -math.inf, not left and b < math.inf)
        for a, b in itertools.pairwise(ends)
    )
    assert not list(EXHAUSTIVE.check(EXHAUSTIVE.parse(EXHAUSTIVE.format(classes))))
    for value in [*bounds, bounds[0] - 1, bounds[-1] + 0.5]:
        assert sum(value in each for each in classes) == 1
        assert sum(value in each for each in EXHAUSTIVE.parse(EXHAUSTIVE.format(classes))) == 1
