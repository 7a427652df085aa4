"""Dates known to the day or only to the decade are compared as people mean it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from layers.geometry.crs import Crs
from layers.model.condition_text import read_condition
from layers.model.query import Query
from layers.register import Register
from layers.text import Message

DATES = ("1985", "198X", "1990", "1990-05", "1990-05-20", "1991", "199X", "XXXX", None)


@pytest.fixture(scope="module")
def register(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Register]:
    path = tmp_path_factory.mktemp("dates") / "dates.gpkg"
    with Register.create(path, Crs.parse("EPSG:4546"), actor="t", name="t") as register:
        with register.edit(Message("action.import")) as edit:
            for number, date in enumerate(DATES):
                edit.insert("pipe", {"code": f"GD-{number}", "laid_date": date})
        yield register


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("敷设年代 < 1990", {"1985", "198X"}),
        # 1990s: its first year counts when it is put in order.
        ("敷设年代 <= 1990", {"1985", "198X", "1990", "1990-05", "1990-05-20", "199X"}),
        ("敷设年代 > 1990", {"1991"}),
        ("敷设年代 >= 1990", {"1990", "1990-05", "1990-05-20", "1991", "199X"}),
        ("敷设年代 = 1990", {"1990", "1990-05", "1990-05-20"}),
        ("敷设年代 = 1990-05", {"1990-05", "1990-05-20"}),
        ("敷设年代 = 1990年代", {"1990", "1990-05", "1990-05-20", "1991", "199X"}),
        ("敷设年代 = 不详", {"XXXX"}),
        ("敷设年代 != 1990", {"1985", "198X", "1991", "199X", "XXXX", None}),
        ("敷设年代 = 1985、1991", {"1985", "1991"}),
        ("敷设年代 为空", {None}),
        ("非 (敷设年代 = 1990)", {"1985", "198X", "1991", "199X", "XXXX", None}),
    ],
)
def test_dates(register: Register, text: str, expected: set[str | None]) -> None:
    where = read_condition(text, register.catalogue["pipe"])
    found = {asset["laid_date"] for asset in register.find(Query("pipe", where))}
    assert found == expected
