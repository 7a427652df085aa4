"""Contract of every store: responsibilities that exclude each other are refused, in whatever order an act does it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pytest

from layers.model.query import Query
from layers.register import Register, ValuesRefused
from layers.text import Message
from tests.layers.store.test_contract_edit import add

pytestmark = pytest.mark.keeps_running

LABEL = Message("store.created")


def given(register: Register) -> tuple[list[int], dict[str, Any]]:
    """Three people, and what a steward's responsibility for a grid says but for person and dates."""
    people = [add(register, "person", name=name) for name in ("吴小河", "郑清泉", "王长流")]
    grid = add(register, "grid", name="城中网格")
    return people, {"role": "steward", "target": f"grid:{grid}", "rank": "primary"}


def refused(register: Register, values: Mapping[str, Any]) -> list[str]:
    before = register.count("assignment")
    with pytest.raises(ValuesRefused) as error, register.edit(LABEL) as edit:
        edit.insert("assignment", values)
    assert register.count("assignment") == before
    return [problem.rule for problem in error.value.problems]


def test_one_primary_a_day_and_nobody_twice(opened: Register) -> None:
    (one, two, three), steward = given(opened)
    first = add(opened, "assignment", person=one, from_date="2021-11-01", **steward)
    later = {**steward, "person": two, "from_date": "2023-07-01"}
    assert refused(opened, later) == ["period_taken"]
    assert refused(opened, {**steward, "person": one, "rank": "co", "from_date": "2022"}) == ["period_taken"]
    assert refused(opened, {**later, "rank": "co", "to_date": "2023-06-30"}) == ["before_other"]
    assert refused(opened, {**steward, "rank": "co", "person": 987654, "from_date": "2022"}) == [
        "link_to_nothing"
    ]
    # Another rank, another time, a role of which there may be several: all that is allowed.
    add(opened, "assignment", **{**later, "rank": "backup"})
    add(opened, "assignment", **{**steward, "person": three, "from_date": "2020-01", "to_date": "2021-10-31"})
    for person in (one, two):
        add(opened, "assignment", **{**steward, "role": "repair", "person": person, "from_date": "2021"})
    # Whether the new one comes first or the old one ends first, the act as a whole is in order.
    with opened.edit(LABEL) as edit:
        edit.insert("assignment", {**steward, "person": three, "from_date": "2023-07-01"})
        edit.update("assignment", first, opened.get("assignment", first).version, {"to_date": "2023-06-30"})  # type: ignore[union-attr]
    opened.undo()
    assert refused(opened, {**steward, "person": three, "from_date": "2023-07-01"}) == ["period_taken"]


def test_a_day_known_to_the_month_only_is_no_clash(opened: Register) -> None:
    (one, two, _three), steward = given(opened)
    add(opened, "assignment", person=one, from_date="2021", to_date="2023-07", **steward)
    add(opened, "assignment", person=two, from_date="2023-07", **steward)
    assert opened.count("assignment") == 2


def test_what_comes_in_bulk_is_held_to_it_too(opened: Register) -> None:
    (one, two, three), _steward = given(opened)
    firm = add(opened, "customer", name="示例机械厂", key_account=True)
    contact = {"role": "account", "target": f"customer:{firm}", "rank": "primary", "from_date": "2022-03-01"}
    add(opened, "assignment", person=one, **contact)
    rows = [{**contact, "person": two}, {**contact, "person": three, "rank": "co"}]
    with pytest.raises(ValuesRefused, match="values_refused"), opened.edit(LABEL) as edit:
        edit.insert_bulk("assignment", pa.Table.from_pylist(rows))
    assert opened.count("assignment") == 1
    # The company may say that nobody is the only one in this role.
    role = next(each for each in opened.find(Query("c_service_role")) if each["code"] == "account")
    assert role["means"] == "key_account"
    with opened.edit(LABEL) as edit:
        edit.update("c_service_role", role.id, role.version, {"means": None})
    with opened.edit(LABEL) as edit:
        edit.insert_bulk("assignment", pa.Table.from_pylist(rows))
    assert opened.count("assignment") == 3
