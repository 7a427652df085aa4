"""9999 means for good, as other programs write it: no list, answer or plan looks for the day after."""

from __future__ import annotations

import datetime

import pytest

from layers.model.asset import AssetKey
from layers.register import Register
from layers.responsibility.asking.enquiry import Enquiry
from layers.responsibility.book import read_book
from layers.responsibility.gaps import gaps
from layers.responsibility.handing_over.handover import plan_handover
from layers.responsibility.handing_over.move import Move
from layers.responsibility.oversight.alarms import AlarmSettings, alarms
from layers.responsibility.oversight.calendar import calendar
from tests.layers.grids.patches import add, four

pytestmark = pytest.mark.keeps_running

TODAY = datetime.date.today()


@pytest.mark.parametrize("last", ["9999-12-31", "9999", "999X"])
def test_what_ends_in_9999_never_ends(register: Register, last: str) -> None:
    one, *_ = four(register, valid_to=last)
    old, other = (add(register, "person", name=name, left_date=last) for name in ("甲", "乙"))
    task = {"role": "steward", "target": f"grid:{one}", "from_date": "2020-01-01", "to_date": last}
    duty = add(register, "assignment", **task, person=old, rank="primary")
    add(register, "assignment", **task, person=other, rank="backup")
    add(register, "absence", person=other, from_date="2020-01-01", to_date=last)
    book = read_book(register)
    target = AssetKey("grid", one)
    assert not [gap for gap in gaps(book, TODAY, None) if gap.target == target]
    assert not [alarm for alarm in alarms(book, TODAY, AlarmSettings()) if alarm.kind == "expiring"]
    calendar(book, datetime.date.min, datetime.date.max, {})
    enquiry = Enquiry(register)
    for day in (datetime.date.min, TODAY, datetime.date.max):
        enquiry.who(text="G1", day=day)
    plan = plan_handover(register, [Move(duty, other)], TODAY).plan
    with register.edit(plan.label) as edit:
        plan.apply(edit)
    primary = read_book(register).primary(target, TODAY, "steward")
    assert primary is not None
    assert primary.person == other
