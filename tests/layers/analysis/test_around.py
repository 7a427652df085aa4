"""What follows an edit: the findings around it are as a run over everything would have them."""

from __future__ import annotations

import datetime

import pytest
import shapely

from layers.analysis.checking.around import check_around, is_local
from layers.analysis.checking.finding import Findings
from layers.analysis.checking.gathering import check_register
from layers.analysis.checking.waivers import read_waivers, sort_out, waive, withdraw
from layers.model.change import ChangeSet
from layers.register import Register, ValuesRefused
from layers.text import Message
from tests.layers.analysis.test_checks import MAIN, X, Y, pipe, point

pytestmark = pytest.mark.keeps_running
LABEL = Message("sample.places_made", {"seed": 0})


def near(found: list[Findings], rules: frozenset[str]) -> set[tuple[str, ...]]:
    """What was found of which asset; the pipe nearest to a hydrant far off may be another one by now."""
    return {
        (*part.family, str(number)) for part in found if part.rule in rules for number in part.ids.tolist()
    }


def build(register: Register) -> None:
    with register.edit(LABEL) as edit:
        for type_name, values in (
            MAIN,
            pipe("B", (50, 0.3), (50, 40)),
            pipe("C", (50, 40), (90, 40), dn=300),
            pipe("D", (0, 0), (0, 60)),
            pipe("E", (0, 60), (0, 90)),
            pipe("F", (20, -20), (20, 20)),
            point("valve", "V", 50, 1.7),
            point("hydrant", "H", 90, 40),
            point("hydrant", "J", 300, 300),
            point("hydrant", "I", 90.02, 40),
        ):
            edit.insert(type_name, values)


def test_findings_follow_every_edit_as_a_run_over_everything_would_have_them(register: Register) -> None:
    build(register)
    found = check_register(register)
    b, f = register.by_code("pipe", "B"), register.by_code("pipe", "F")
    v, i = register.by_code("valve", "V"), register.by_code("hydrant", "I")
    assert b
    assert f
    assert v
    assert i

    def follow(change: ChangeSet | None) -> None:
        nonlocal found
        assert change is not None
        assert is_local(change, register)
        around = check_around(register, [change])
        found = around.into(found)
        assert near(found, around.rules) == near(check_register(register), around.rules)

    joined = shapely.LineString([(X + 50, Y), (X + 50, Y + 40)])
    for work in (
        lambda edit: edit.update("pipe", b.id, b.version, {"geom": joined}),
        lambda edit: edit.delete("pipe", f.id, f.version),
        lambda edit: edit.update("valve", v.id, v.version, {"geom": shapely.Point(X + 50, Y + 20)}),
        lambda edit: edit.delete("hydrant", i.id, i.version),
        lambda edit: edit.insert("pipe", pipe("G", (90, 40), (130, 40.001), dn=None)[1]),
        lambda edit: edit.insert("customer", {"code": "K1", "name": "李"}),
    ):
        with register.edit(LABEL) as edit:
            work(edit)
        follow(edit.change_set)
    for _ in range(6):
        follow(register.undo())


def test_a_waived_finding_stays_told_apart_runs_out_and_comes_back(register: Register) -> None:
    build(register)
    found = check_register(register, rules=("near_miss", "dangling_end"))
    finding = next(each for part in found for each in part if part.rule == "near_miss")
    with pytest.raises(ValuesRefused), register.edit(LABEL) as edit:
        waive(edit, finding, "没有接上", "", None, "林工", ())
    with register.edit(LABEL) as edit:
        waive(edit, finding, "没有接上", "上下穿过", "2030-06", "林工", ())
    first, *rest = read_waivers(register)
    assert not rest
    assert (first.finding, first.reason, first.until) == (finding.identity, "上下穿过", "2030-06")
    assert first.holds(datetime.date(2030, 6, 30))
    assert not first.holds(datetime.date(2030, 7, 1))
    total = sum(map(len, found))
    sorted_out = sort_out(found, [first], datetime.date(2030, 6, 1))
    assert [each.identity for part in sorted_out.waived for each in part] == [finding.identity]
    assert sum(map(len, sorted_out.open)) == total - 1
    assert sort_out(found, [first], datetime.date(2031, 1, 1)).waived == []
    # Waived once more with another reason: the same row.
    with register.edit(LABEL) as edit:
        waive(edit, finding, "没有接上", "另立工单", None, "林工", [first])
    (second,) = read_waivers(register)
    assert (second.reason, second.until) == ("另立工单", None)
    with register.edit(LABEL) as edit:
        withdraw(edit, second)
    assert read_waivers(register) == []
    register.undo()
    assert len(read_waivers(register)) == 1
