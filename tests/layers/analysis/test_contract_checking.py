"""Contract of every store: findings, waivers that run out, repairs as one act, and all of it taken back."""

from __future__ import annotations

import datetime

import pytest

from layers.analysis.checking.around import check_around
from layers.analysis.checking.finding import Finding, Findings
from layers.analysis.checking.gathering import check_register
from layers.analysis.checking.waivers import read_waivers, sort_out, waive, withdraw
from layers.analysis.mending.mends import plan_mending
from layers.errors import Conflict
from layers.feedback import Feedback
from layers.register import Register
from layers.text import Message
from tests.layers.analysis.test_checks import MAIN, pipe, point
from tests.layers.store.conftest import NewPlace

pytestmark = pytest.mark.keeps_running
ACT = Message("action.import")
ASSETS = (MAIN, pipe("B", (50, 0.3), (50, 40)), pipe("C", (100, 0), (0, 0)), point("valve", "V", 20, 1.7))


def told(found: list[Findings]) -> set[str]:
    return {finding.identity for part in found for finding in part}


def one(register: Register, rule: str) -> Finding:
    (finding,) = (f for part in check_register(register, rules=[rule]) for f in part)
    return finding


def test_findings_waivers_and_repairs(new_place: NewPlace) -> None:
    with new_place().open() as register:
        with register.edit(ACT) as edit:
            for type_name, values in ASSETS:
                edit.insert(type_name, values)
        found = check_register(register)
        before = told(found)
        assert {"near_miss", "duplicate_pipe", "valve_off_pipe"} <= {part.rule for part in found}

        # Let stand until a day, for another reason, and not at all.
        near = one(register, "near_miss")
        with register.edit(ACT) as edit:
            waive(edit, near, "B", "支管未接", "2026-12", register.actor, [])
        (waiver,) = read_waivers(register)
        day = datetime.date(2026, 12, 31)
        assert (waiver.finding, waiver.reason, waiver.waived_by) == (
            near.identity,
            "支管未接",
            register.actor,
        )
        assert told(sort_out(found, [waiver], day).waived) == {near.identity}
        assert told(sort_out(found, [waiver], day + datetime.timedelta(1)).open) == before
        with register.edit(ACT) as edit:
            waive(edit, near, "B", "另有工程", None, register.actor, [waiver])
        (again,) = read_waivers(register)
        assert (again.id, again.reason, again.until) == (waiver.id, "另有工程", None)
        with pytest.raises(Conflict), register.edit(ACT) as edit:
            withdraw(edit, waiver)
        with register.edit(ACT) as edit:
            withdraw(edit, again)
        assert read_waivers(register) == []
        register.undo()
        assert [each.reason for each in read_waivers(register)] == ["另有工程"]

        # Repaired one after another; what lies around each edit is told as a run over everything tells it.
        news = []
        stop = register.listen(news.append)
        for rule in ("duplicate_pipe", "near_miss", "valve_off_pipe"):
            mending = plan_mending(register, [one(register, rule)])
            assert mending.count == 1
            with register.edit(mending.plan.label) as edit:
                mending.plan.apply(edit)
            assert not check_register(register, rules=[rule])
        stop()
        after = check_register(register)
        assert told(check_around(register, news, Feedback()).into(found)) == told(after)
        for _ in range(3):
            register.undo()
        assert told(check_register(register)) == before
