"""Fields: what people write is read or refused, never guessed; a formatted value reads back as itself."""

from __future__ import annotations

import datetime
import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.model import edtf
from layers.model.catalogue_file import load_catalogue
from layers.model.code_list import CodeEntry
from layers.model.columns import judge
from layers.model.fields import (
    BooleanField,
    ChoiceField,
    DateField,
    Field,
    InstantField,
    IntegerField,
    LengthField,
    LinkField,
    NumberField,
    TextField,
    ValueRefused,
)
from layers.text import LANGUAGES, Texts, Title

CATALOGUE = load_catalogue()
MATERIAL = CATALOGUE.code_lists["material"]
TITLE = Title("字段", "Field")
TEXT = TextField(name="t", title=TITLE, length=20)
DN = IntegerField(name="dn", title=TITLE, unit="mm", minimum=1, usual_maximum=2600, zero_is_blank=True)
COUNT = IntegerField(name="n", title=TITLE)
DEPTH = NumberField(name="z", title=TITLE, unit="m", decimals=2)
LENGTH = LengthField(name="l", title=TITLE)
CHOICE = ChoiceField(name="m", title=TITLE, code_list=MATERIAL)
FLAG = BooleanField(name="b", title=TITLE)
DATE = DateField(name="d", title=TITLE)
INSTANT = InstantField(name="i", title=TITLE)
LINK = LinkField(name="k", title=TITLE, targets=("pipe",))
LINKS = LinkField(name="ks", title=TITLE, targets=("grid", "community"))

dates = st.dates(datetime.date(1, 1, 1), datetime.date(9999, 12, 31))
stored_dates = st.one_of(
    dates.map(lambda d: d.isoformat()),
    dates.map(lambda d: d.isoformat()[:7]),
    dates.map(lambda d: d.isoformat()[:4]),
    st.integers(0, 999).map(lambda n: f"{n:03}X"),
    st.just("XXXX"),
)
VALUES: list[tuple[Field, st.SearchStrategy[Any]]] = [
    (TEXT, st.text(max_size=25)),
    (DN, st.integers(-5, 10_000)),
    (COUNT, st.integers(-(2**32), 2**32)),
    (DEPTH, st.floats(allow_nan=True) | st.integers(-1000, 1000)),
    (LENGTH, st.floats(0, 1e6)),
    (CHOICE, st.sampled_from([e.code for e in MATERIAL.entries])),
    (FLAG, st.booleans()),
    (DATE, stored_dates),
    (
        INSTANT,
        st.datetimes(datetime.datetime(1900, 1, 2)).map(lambda m: m.isoformat(timespec="milliseconds") + "Z"),
    ),
    (LINK, st.integers(-1, 2**64)),
    (LINKS, st.builds("{}:{}".format, st.sampled_from(["grid", "pipe"]), st.integers(-1, 2**64))),
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("field", "values"), VALUES, ids=lambda v: getattr(v, "name", ""))
@given(data=st.data())
def test_a_value_that_passes_reads_back(
    field: Field, values: st.SearchStrategy[Any], language: str, data: st.DataObject
) -> None:
    value = data.draw(values)
    if any(problem.severity == "error" for problem in field.check(value)):
        return
    assert field.parse(field.format(value, language)) == value
    assert field.parse(value) == value


@pytest.mark.parametrize(("field", "_values"), VALUES, ids=lambda v: getattr(v, "name", ""))
@given(text=st.text(max_size=25) | st.text(string.digits + ".-/:年月 ", max_size=12))
def test_whatever_is_read_passes_the_check_or_is_refused_with_a_text(
    field: Field, _values: object, text: str
) -> None:
    value, problems = judge(field, text)
    assert not list(field.check(value)) or problems
    for problem in problems:
        for language in LANGUAGES:
            said = Texts(language).render(problem.message)
            assert not said.startswith("field.")
            assert TITLE[language] in said


@pytest.mark.parametrize("asset_type", list(CATALOGUE), ids=lambda t: t.name)
def test_every_choice_of_the_catalogue_reads_back_in_both_languages(asset_type: Any) -> None:
    for field in asset_type.fields:
        if isinstance(field, ChoiceField):
            for entry in field.code_list.entries:
                for language in LANGUAGES:
                    assert field.parse(field.format(entry.code, language)) == entry.code


@pytest.mark.parametrize("field", [f for f, _ in VALUES], ids=lambda f: f.name)
@pytest.mark.parametrize("blank", [None, "", "  ", "-", "/", "—", "NULL", float("nan"), "　"])
def test_blank_is_nothing(field: Field, blank: Any) -> None:
    assert field.parse(blank) is None


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        (TEXT, 12.0, "12"),
        (TEXT, "a\0b", "ab"),
        (DN, "DN100", 100),
        (DN, "dn 100mm", 100),
        (DN, "Φ100", 100),
        (DN, "１００", 100),
        (DN, "1,200", 1200),
        (DN, "300.0", 300),
        (DN, 300.0, 300),
        (DN, "0", None),
        (COUNT, "0", 0),
        (COUNT, True, 1),
        (DEPTH, "1.25 m", 1.25),
        (DEPTH, "1.25米", 1.25),
        (DEPTH, "-.5", -0.5),
        (DEPTH, "1e-3", 0.001),
        (CHOICE, "QM", "DI"),
        (CHOICE, "球墨铸铁管", "DI"),
        (CHOICE, "hdpe", "PE"),
        (CHOICE, "pe-hd", "PE"),
        (CHOICE, "G", "ST"),
        (FLAG, "是", True),
        (FLAG, "有", True),
        (FLAG, "无", False),
        (FLAG, 0.0, False),
        (FLAG, "N", False),
        (DATE, "2009.6", "2009-06"),
        (DATE, "2009.0", "2009"),
        (DATE, 2009.0, "2009"),
        (DATE, 2009, "2009"),
        (DATE, "200906", "2009-06"),
        (DATE, "20090615", "2009-06-15"),
        (DATE, "2009年6月15日", "2009-06-15"),
        (DATE, "2009 年 6 月", "2009-06"),
        (DATE, "1990 年代", "199X"),
        (DATE, "90年代", "199X"),
        (DATE, "1990s", "199X"),
        (DATE, "不详", "XXXX"),
        (DATE, "2017/12/01 15:15:00+00", "2017-12-01"),
        (DATE, datetime.date(2009, 6, 15), "2009-06-15"),
        (DATE, datetime.datetime(2009, 6, 15, 23, 59), "2009-06-15"),
        (INSTANT, "2023-09-15T14:30+08:00", "2023-09-15T06:30:00.000Z"),
        (INSTANT, "2017/12/01 15:15:00+00", "2017-12-01T15:15:00.000Z"),
        (LINK, "12", 12),
        (LINK, 12.0, 12),
        (LINKS, "grid:007", "grid:7"),
    ],
)
def test_what_people_write_is_understood(field: Field, text: Any, value: Any) -> None:
    assert field.parse(text) == value
    assert type(field.parse(text)) is type(value)


@pytest.mark.parametrize(
    ("field", "text", "rule"),
    [
        (DN, "100m", "not_a_number"),
        (DN, "100×2", "not_a_number"),
        (DN, "1,5", "not_a_number"),
        (DN, "12.5", "not_whole"),
        (DN, "inf", "not_a_number"),
        (DEPTH, "DN100", "not_a_number"),
        (DEPTH, "3 mm", "not_a_number"),
        (DEPTH, "1.2.3", "not_a_number"),
        (DEPTH, "²", "not_a_number"),
        (CHOICE, "木", "not_in_list"),
        (FLAG, "也许", "not_yes_or_no"),
        (FLAG, "2", "not_yes_or_no"),
        (DATE, "2009-13", "not_a_date"),
        (DATE, "2009-02-30", "not_a_date"),
        (DATE, "0000", "not_a_date"),
        (DATE, "15/06/2009", "not_a_date"),
        (DATE, True, "not_a_date"),
        (INSTANT, "noon", "not_an_instant"),
        (LINK, "GD-000001", "not_a_link"),
        (LINK, "²", "not_a_link"),
        (LINKS, "pipe:1", "not_a_link"),
        (LINKS, "grid", "not_a_link"),
    ],
)
def test_what_is_no_value_is_refused(field: Field, text: Any, rule: str) -> None:
    with pytest.raises(ValueRefused) as refused:
        field.parse(text)
    assert refused.value.problem.rule == rule
    assert refused.value.problem.value == text


@pytest.mark.parametrize(
    ("field", "value", "rule", "severity"),
    [
        (DN, 0, "out_of_range", "error"),
        (DN, 3000, "unusual", "warning"),
        (DN, 2**31, "out_of_range", "error"),
        (DN, True, "not_a_number", "error"),
        (DN, 12.5, "not_whole", "error"),
        (LENGTH, -0.1, "out_of_range", "error"),
        (LENGTH, float("inf"), "not_a_number", "error"),
        (TEXT, "x" * 21, "too_long", "error"),
        (TEXT, " x", "blank_text", "error"),
        (TEXT, "无", "blank_text", "error"),
        (TEXT, "a\0", "not_text", "error"),
        (TEXT, "\ud800", "not_text", "error"),
        (TextField(name="s", title=TITLE, pattern="[a-f]+"), "xyz", "bad_form", "error"),
        (CHOICE, "球墨铸铁", "not_in_list", "error"),
        (FLAG, 1, "not_yes_or_no", "error"),
        (DATE, "2009-6", "not_a_date", "error"),
        (DATE, "0219", "unusual_date", "warning"),
        (INSTANT, "2023-02-30T06:30:00.000Z", "not_an_instant", "error"),
        (LINK, 0, "not_a_link", "error"),
        (LINK, 2**63, "not_a_link", "error"),
        (LINKS, "grid:007", "not_a_link", "error"),
    ],
)
def test_rules_of_a_stored_value(field: Field, value: Any, rule: str, severity: str) -> None:
    assert [(p.rule, p.severity) for p in field.check(value)] == [(rule, severity)]


def test_a_required_field_wants_a_value() -> None:
    field = TextField(name="t", title=TITLE, required=True)
    assert [p.rule for p in field.check(None)] == ["required"]
    assert not list(TEXT.check(None))


def test_numbers_show_rounded_but_are_kept_exactly() -> None:
    assert DEPTH.show(34.2105629728948) == "34.21"
    assert DEPTH.format(34.2105629728948) == "34.2105629728948"
    assert DEPTH.format(34.5) == "34.50"


def test_a_list_may_have_an_entry_for_what_is_blank_elsewhere() -> None:
    lining = ChoiceField(
        name="m", title=TITLE, code_list=MATERIAL.extended([CodeEntry("none", Title("无", "None"))])
    )
    assert lining.parse("无") == "none"
    assert CHOICE.parse("无") is None


def test_two_entries_of_one_title_are_told_apart_by_code() -> None:
    twin = ChoiceField(
        name="m",
        title=TITLE,
        code_list=MATERIAL.extended([CodeEntry("DI2", Title("球墨铸铁", "Other"), position=99)]),
    )
    assert twin.parse(twin.format("DI")) == "DI"
    assert twin.parse(twin.format("DI2")) == "DI2"
    assert twin.show("DI2") == "球墨铸铁"


def test_a_clock_on_the_wall_is_read_in_this_machines_zone(monkeypatch: pytest.MonkeyPatch) -> None:
    wall = datetime.datetime(2023, 9, 15, 14, 30)
    stored = INSTANT.parse("2023-09-15 14:30")
    assert stored == INSTANT.parse(wall.astimezone())
    assert INSTANT.show(stored) == "2023-09-15 14:30"


@given(stored_dates)
def test_the_span_of_a_date_holds_what_it_may_mean(stored: str) -> None:
    first, last = edtf.earliest(stored), edtf.latest(stored)
    assert (first is None) == (last is None) == (edtf.precision(stored) == "unknown")
    if first is not None and last is not None:
        days = (last - first).days + 1
        low, high = {"day": (1, 1), "month": (28, 31), "year": (365, 366), "decade": (3287, 3653)}[
            edtf.precision(stored)
        ]
        assert low <= days <= high
        assert edtf.is_valid(first.isoformat())
