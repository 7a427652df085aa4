"""Two at once: what others logged, decided, drew or cut since somebody looked is told, and nothing is written over."""

from __future__ import annotations

import datetime
import shutil
import sqlite3
from pathlib import Path

import pytest
import shapely

from layers.census.acceptance.accepting import plan_acceptance
from layers.census.acceptance.findings import read_findings
from layers.census.deciding import decide
from layers.census.fieldwork.logging import Logged, plan_log
from layers.census.form import Form
from layers.census.lots import planning as lot_planning
from layers.census.lots.worklist import read_worklist
from layers.census.progress import read_progress
from layers.census.quality import sampling
from layers.census.quality.inspecting import CheckSeen, plan_check, plan_sign_off
from layers.census.reconciling import read_reconciliation
from layers.census.values import from_text
from layers.census.words import KINDS
from layers.errors import UserError
from layers.model.asset import Asset
from layers.model.query import Query
from layers.register import Register
from layers.store.engine import GEOMETRY_FUNCTIONS
from layers.store.worker import Worker
from layers.text import Message
from tests.layers.census.one_lot import WHEN, begin, do, record_of
from tests.layers.store.conftest import NewPlace, Place

pytestmark = pytest.mark.keeps_running
ACT = Message("store.created")
LATER = WHEN + datetime.timedelta(days=3)


def logged(register: Register) -> tuple[Asset, tuple[str, ...], list[int]]:
    """H0 has another feed, H1 was not found, H2 is as in the book."""
    campaign, form = begin(register)
    fields = form.fields["hydrant"]
    for link, seen in (
        ("hydrant:1", Logged("found", {"feed_dn": 150})),
        ("hydrant:2", Logged("not_found")),
        ("hydrant:3", Logged("found", {"feed_dn": 100})),
    ):
        do(register, plan_log(register, record_of(register, link), seen, WHEN, fields))
    return campaign, fields, read_reconciliation(register, campaign.id).ids.tolist()


def send_back(register: Register, ids: list[int], read_at: dict[int, int] | None = None) -> None:
    with register.edit(ACT) as edit:
        decide(edit, ids, "visit_again", "wang", "照片不清", read_at)


def refused(excepted: pytest.ExceptionInfo[UserError]) -> tuple[str, list[str]]:
    """The sentence, and the assets it names."""
    title = excepted.value.title
    return title.id, [str(each.parameters["name"]) for each in title.parameters["names"]]


def test_only_what_was_looked_at_is_decided(new_place: NewPlace) -> None:
    place = new_place()
    with place.open("lin") as register, place.open("wang") as other:
        campaign, fields, ids = logged(register)
        plan = plan_acceptance(register, campaign, ids)

        # Somebody sends one of them back, and logs another one anew.
        send_back(other, ids[1:2])
        seen = Logged("found", {"feed_dn": 300})
        do(other, plan_log(other, record_of(other, "hydrant:1"), seen, LATER, fields))
        with pytest.raises(UserError) as no, register.edit(plan.label) as edit:
            plan.apply(edit, LATER, "lin", "先入账")
        assert refused(no) == ("census.meanwhile", ["H0", "H1"])
        assert {h["feed_dn"] for h in register.find(Query("hydrant"))} == {100}
        assert register.count("acceptance") == 0

        # What the book has cannot be sent back, rejected or logged any more; two do not accept the same.
        plan = plan_acceptance(register, campaign, ids)
        again = plan_acceptance(other, campaign, ids)
        versions = {r.id: r.version for r in other.find(Query("census_record"))}
        with register.edit(plan.label) as edit:
            plan.apply(edit, LATER, "lin", "先入账")
        with pytest.raises(UserError) as no, other.edit(again.label) as edit:
            again.apply(edit, LATER, "wang", "先入账")
        assert refused(no) == ("census.meanwhile", ["H0", "H2"])
        with pytest.raises(UserError) as no:
            send_back(other, ids, versions)
        assert refused(no) == ("census.meanwhile", ["H0", "H1", "H2"])
        with pytest.raises(UserError) as no:
            do(other, plan_log(other, record_of(other, "hydrant:1"), seen, LATER, fields))
        assert no.value.title.id == "census.log_decided"
        states = {r["target"]: r["state"] for r in register.find(Query("census_record"))}
        assert states == {"hydrant:1": "accepted", "hydrant:2": "visit_again", "hydrant:3": "accepted"}
        assert register.count("acceptance") == 1


def test_nothing_is_drawn_or_cut_twice_and_signed_as_it_was(new_place: NewPlace) -> None:
    place = new_place()
    with place.open("lin") as register, place.open("wang") as other:
        campaign, _fields, ids = logged(register)
        lot = register.get("lot", 1)
        draws = [
            sampling.plan_next_draw(each, sampling.read_sample(each, campaign, lot), None)
            for each in (register, other)
        ]
        do(register, draws[0])
        with pytest.raises(UserError) as no:
            do(other, draws[1])
        assert no.value.title.id == "census.drawn_meanwhile"
        assert register.count("quality_check") == 1

        with register.edit(ACT) as edit:
            checker = edit.insert("person", {"name": "检查员"})
        book = sampling.read_sample(register, campaign, lot)
        [row] = book.undone
        seen = CheckSeen(row.record["outcome"], from_text(row.record["found"]), checker=checker)
        do(register, plan_check(register, book, row, seen, LATER.date()))
        book = sampling.read_sample(register, campaign, lot)
        word = plan_sign_off(register, book, LATER, "lin", None, "")
        send_back(other, ids[:1])
        with pytest.raises(UserError) as no, register.edit(word.label) as edit:
            word.apply(edit, "lin")
        assert refused(no) == ("census.meanwhile", ["H0"])
        assert register.get("lot", 1)["state"] == "planned"  # type: ignore[index]

        with register.edit(ACT) as edit:
            for number in range(4):
                edit.insert("hydrant", {"code": f"X{number}", "geom": shapely.Point(5 * number, 90)})
        plans = [lot_planning.plan_cuts(each, campaign, "size", size=3) for each in (register, other)]
        with register.edit(ACT) as edit:
            lot_planning.make_walked_lots(edit, campaign.id, plans[0].cuts, lambda message: message.id)
        with pytest.raises(UserError) as no, other.edit(ACT) as edit:
            lot_planning.make_walked_lots(edit, campaign.id, plans[1].cuts, lambda message: message.id)
        assert (no.value.title.id, no.value.title.parameters["count"]) == ("census.cut_meanwhile", 4)
        assert register.count("census_record") == 7


BROKEN = (
    "found = '[1]'",
    'found = \'{"geom":"POINT(1"}\'',
    "target = 'hydrant:abc'",
    "target = 'nope:1'",
    "target = 'hydrant:999999'",
    "target_type = 'nope'",
    "logged_at = 'yesterday'",
    "logged_at = '1970-01-01T00:00:00.000Z'",
)


def test_records_that_other_programs_broke_are_read_and_wait_with_a_word_why(
    empty_register: Path, tmp_path: Path, worker: Worker
) -> None:
    path = Path(shutil.copy(empty_register, tmp_path / "city.gpkg"))
    place = Place(path, worker)
    with place.open() as register:
        campaign, _, ids = logged(register)
        with register.edit(ACT) as edit:
            row = register.get("census_record", ids[0])
            assert row is not None
            values = {name: value for name, value in row.values.items() if value is not None}
            for number in range(len(BROKEN[3:])):
                code = {"code": f"B{number}", "status": "in_service", "feed_dn": 100}
                another = edit.insert("hydrant", {**code, "geom": values["geom"]})
                ids.append(edit.insert("census_record", {**values, "target": f"hydrant:{another}"}))
    raw = sqlite3.connect(path)
    for name, function in GEOMETRY_FUNCTIONS.items():
        raw.create_function(name, 1, function)
    for id, change in zip(ids, BROKEN, strict=True):
        raw.execute(f"UPDATE census_record SET {change} WHERE fid = {id}")
    raw.execute("UPDATE campaign SET form = '[1]'")
    raw.commit()
    raw.close()
    with place.open() as register:
        broken = register.get("campaign", campaign.id)
        assert broken is not None
        assert "feed_dn" in Form.of(broken, register.catalogue).fields["hydrant"]
        found = read_reconciliation(register, campaign.id)
        assert len(read_findings(register, found, KINDS, "zh")) == len(BROKEN)
        assert len(read_worklist(register, 1)) == len(BROKEN) - 1
        assert read_progress(register, campaign, LATER.date()).curve.days == (WHEN.date(),)
        assert sampling.read_sample(register, campaign, register.get("lot", 1)).logged == tuple(ids)
        plan = plan_acceptance(register, campaign, ids)
        why = [each.why.id for each in plan.held]
        assert (plan.records, why.count("census.held_unreadable"), why.count("census.held_gone")) == (
            (7, 8),
            3,
            3,
        )
