"""Contract of every store: dates known to the day or only to the decade are compared as people mean it."""

from __future__ import annotations

import pytest

from layers.model.condition_text import read_condition
from layers.model.query import Query
from layers.register import Register
from layers.text import Message

pytestmark = pytest.mark.keeps_running

DATES = ("1985", "198X", "1990", "1990-05", "1990-05-20", "1991", "199X", "XXXX", None)


CONDITIONS = [
    ("敷设年代 < 1990", {"1985", "198X"}),
    # 1990s: its first year counts when it is put in order.
    ("敷设年代 <= 1990", {"1985", "198X", "1990", "1990-05", "1990-05-20", "199X"}),
    ("敷设年代 > 1990", {"1991"}),
    ("敷设年代 >= 1990", {"1990", "1990-05", "1990-05-20", "1991", "199X"}),
    ("敷设年代 < 1990-05", {"1985", "198X", "1990", "199X"}),
    ("敷设年代 >= 1990-05-10", {"1990-05-20", "1991"}),
    ("敷设年代 > 1990-05", {"1991"}),
    ("敷设年代 <= 1990年代", {"1985", "198X", "1990", "1990-05", "1990-05-20", "1991", "199X"}),
    ("敷设年代 > 1990年代", set()),
    ("敷设年代 > 1980年代", {"1990", "1990-05", "1990-05-20", "1991", "199X"}),
    ("敷设年代 >= 不详", set()),
    ("敷设年代 = 1990", {"1990", "1990-05", "1990-05-20"}),
    ("敷设年代 = 1990-05", {"1990-05", "1990-05-20"}),
    ("敷设年代 = 1990年代", {"1990", "1990-05", "1990-05-20", "1991", "199X"}),
    ("敷设年代 = 不详", {"XXXX"}),
    ("敷设年代 != 1990", {"1985", "198X", "1991", "199X", "XXXX", None}),
    ("敷设年代 = 1985、1991", {"1985", "1991"}),
    ("敷设年代 为空", {None}),
    ("非 (敷设年代 = 1990)", {"1985", "198X", "1991", "199X", "XXXX", None}),
]


@pytest.fixture
def register(opened: Register) -> Register:
    with opened.edit(Message("action.import")) as edit:
        for number, date in enumerate(DATES):
            edit.insert("pipe", {"code": f"GD-{number}", "laid_date": date})
    return opened


def test_dates(register: Register) -> None:
    for text, expected in CONDITIONS:
        where = read_condition(text, register.catalogue["pipe"])
        found = {asset["laid_date"] for asset in register.find(Query("pipe", where))}
        assert found == expected, text
