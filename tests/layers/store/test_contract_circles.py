"""Contract of every store: nothing is part of itself or takes its own place, however many steps round."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pytest

from layers.register import Register, ValuesRefused
from layers.text import Message
from tests.layers.store.test_contract_edit import add

pytestmark = pytest.mark.keeps_running

LABEL = Message("store.created")


def link(opened: Register, links: Mapping[int, Mapping[str, int]]) -> None:
    with opened.edit(LABEL) as edit:
        for id, values in links.items():
            edit.update("grid", id, 1, values)


def test_links_that_lead_back_are_refused_and_nothing_is_saved(opened: Register) -> None:
    area, one, two = (add(opened, "grid", code=f"G{n}", name="网格") for n in range(3))
    for links in (
        {one: {"parent": one}},
        {one: {"parent": two}, two: {"parent": area}, area: {"parent": one}},
        {one: {"replaces": two}, two: {"replaces": one}},
        {one: {"replaced_by": one}},
    ):
        with pytest.raises(ValuesRefused) as refused:
            link(opened, links)
        assert {problem.rule for problem in refused.value.problems} == {"link_circle"}
    rows = [{"code": f"X{n}", "name": "网格", "parent": 4 + (n + 1) % 2} for n in range(2)]
    with pytest.raises(ValuesRefused), opened.edit(LABEL) as edit:
        edit.insert_bulk("grid", pa.Table.from_pylist(rows))
    assert opened.count("grid") == 3
    # One step up is what links are for, and within an act it does not matter what came first.
    with opened.edit(LABEL) as edit:
        version = edit.update("grid", one, 1, {"parent": two})
        edit.update("grid", two, 1, {"parent": area, "replaces": one})
        edit.update("grid", one, version, {"parent": area, "replaced_by": two})
    opened.undo()
    opened.redo()
    assert [opened.get("grid", id)["parent"] for id in (one, two)] == [area, area]  # type: ignore[index]
