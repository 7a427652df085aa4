"""Classes of whole columns are those one would find row by row."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from layers.scene.classes import UNCLASSED, class_indexes
from layers.scene.style import ClassStyle, LayerStyle, Look, Rule
from layers.text import Title

TITLE = Title("类", "class")
ROWS = st.lists(
    st.tuples(
        st.none() | st.integers(0, 1000),
        st.none() | st.sampled_from(["planned", "in_service", "abandoned"]),
        st.none() | st.booleans(),
    )
)


def layer(*rules: tuple[Rule, ...]) -> LayerStyle:
    classes = tuple(ClassStyle(f"c{n}", TITLE, each, Look()) for n, each in enumerate(rules))
    return LayerStyle("pipe", "pipe", "main", TITLE, classes)


def table(rows: list[tuple[int | None, str | None, bool | None]]) -> pa.Table:
    dn, status, operable = zip(*rows, strict=True) if rows else ((), (), ())
    return pa.table(
        {
            "dn": pa.array(dn, pa.int64()),
            "status": pa.array(status, pa.string()),
            "operable": pa.array(operable, pa.bool_()),
        }
    )


@given(ROWS)
def test_the_first_class_whose_rules_are_met_takes_the_row(
    rows: list[tuple[int | None, str | None, bool | None]],
) -> None:
    style = layer(
        (Rule("status", values=("planned",)),),
        (Rule("operable", values=("false",)), Rule("dn", lower=100.0)),
        (Rule("dn", lower=100.0, upper=300.0),),
        (Rule("dn", blank=True),),
    )

    def expected(dn: int | None, status: str | None, operable: bool | None) -> int:
        if status == "planned":
            return 0
        if operable is False and dn is not None and dn >= 100:
            return 1
        if dn is not None and 100 <= dn < 300:
            return 2
        return 3 if dn is None else UNCLASSED

    assert class_indexes(table(rows), style).tolist() == [expected(*row) for row in rows]


def test_a_field_the_register_lacks_is_blank() -> None:
    style = layer((Rule("grade", values=("1",)),), (Rule("grade", blank=True),))
    assert class_indexes(table([(1, None, None)]), style).tolist() == [1]


def test_numbers_with_decimals() -> None:
    style = layer((Rule("kind", values=("a",)),), (Rule("size", upper=1.5),), ())
    columns = {"kind": pa.array(["a", None, "b", "b"]), "size": pa.array([9.0, 1.4, 1.5, None])}
    assert class_indexes(pa.table(columns), style).tolist() == [0, 1, 2, 2]


def test_none_of_some_values_takes_blanks_and_new_words_too() -> None:
    style = layer((Rule("kind", other_than=("a", "b")),), ())
    assert class_indexes(pa.table({"kind": ["a", "b", "new", None]}), style).tolist() == [1, 1, 0, 0]
    assert class_indexes(pa.table({"other": [1]}), style).tolist() == [0]


def test_dates_are_classed_by_their_year() -> None:
    style = layer((Rule("laid", upper=1990.0),), (Rule("laid", lower=1990.0, upper=2005.0),), ())
    dates = ["1987-06-30", "1989", "199X", "2004-12", "2005", "XXXX", None, "19XX"]
    found = class_indexes(pa.table({"laid": pa.array(dates, pa.string())}), style)
    assert found.tolist() == [0, 0, 1, 1, 2, 2, 2, 2]


def test_what_is_gone_has_no_class() -> None:
    style = replace(layer(()), gone=(Rule("status", values=("removed",)),))
    assert "status" in style.fields
    assert class_indexes(pa.table({"status": ["removed", None, "in_service"]}), style).tolist() == [
        UNCLASSED, 0, 0,
    ]  # fmt: skip


def test_no_rows() -> None:
    assert class_indexes(table([]), layer(())).dtype == np.uint8
