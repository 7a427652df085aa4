"""Nothing of the census is in the book before it is accepted; then all of a batch is, as one change."""

from __future__ import annotations

import datetime

import pytest
import shapely

from layers.census.acceptance.accepting import plan_acceptance
from layers.census.deciding import decide
from layers.census.fieldwork.logging import Logged, plan_log, plan_new
from layers.census.reconciling import rates, read_reconciliation
from layers.errors import UserError
from layers.model.asset import AssetKey
from layers.model.query import Query
from layers.register import Register
from layers.text import Message
from tests.layers.census.one_lot import WHEN, begin, do, record_of
from tests.layers.store.conftest import NewPlace

pytestmark = pytest.mark.keeps_running
LATER = WHEN + datetime.timedelta(days=3)


def log_all(register: Register) -> int:
    """H0 has another feed and plate, H1 was not found, H2 stands elsewhere; one is new. The id of the campaign."""
    campaign, form = begin(register)
    fields = form.fields["hydrant"]
    for link, seen in (
        ("hydrant:1", Logged("found", {"feed_dn": 150, "plate_no": "P0-NEW"})),
        ("hydrant:2", Logged("not_found")),
        ("hydrant:3", Logged("moved", {"feed_dn": 100}, place=shapely.Point(23, 0))),
    ):
        do(register, plan_log(register, record_of(register, link), seen, WHEN, fields))
    new = Logged("new", {"feed_dn": 200}, place=shapely.Point(5, 5))
    do(register, plan_new(register, campaign.id, 1, "hydrant", new, WHEN, "N1"))
    return campaign.id


def test_a_batch_goes_into_the_book_and_out_again(new_place: NewPlace) -> None:
    with new_place().open() as register:
        id = log_all(register)
        campaign = register.get("campaign", id)
        assert campaign is not None
        found = read_reconciliation(register, id)
        assert found.counts() == {"hydrant": {"differs": 1, "not_found": 1, "moved": 1, "new": 1}}
        assert found.fields() == {("hydrant", "feed_dn"): 1, ("hydrant", "plate_no"): 1}
        told = rates(found)
        assert (told.visited.value, told.accepted.value, told.match.value) == (1.0, 0.0, 0.0)
        assert len(told.match.whole) == 4
        before = {a.id: a.values for a in register.find(Query("hydrant"))}
        records = {r.id: r.values for r in register.find(Query("census_record"))}

        # Somebody changes the plate in the book meanwhile: nobody's word is lost.
        hydrant = register.get("hydrant", 1)
        assert hydrant is not None
        with register.edit(Message("store.created")) as edit:
            edit.update("hydrant", 1, hydrant.version, {"plate_no": "P0-OFFICE"})
        plan = plan_acceptance(register, campaign, found.ids.tolist())
        [clash] = plan.clashes
        assert (clash.field, clash.logged, clash.book, clash.found) == (
            "plate_no",
            "P0",
            "P0-OFFICE",
            "P0-NEW",
        )
        assert plan.not_found == (AssetKey("hydrant", 2),)
        assert [words.id for words in plan.figures] == [
            "census.accept_records",
            "census.accept_changes",
            "census.accept_additions",
            "census.accept_clashes",
            "census.accept_not_found",
            "census.accept_unsigned",
        ]
        with register.edit(plan.label) as edit:
            plan.apply(edit, LATER, "lin", "汛期前先入账")
        now = {a.id: a for a in register.find(Query("hydrant"))}
        assert len(now) == 4
        assert (now[1]["feed_dn"], now[1]["plate_no"]) == (150, "P0-OFFICE")
        assert now[2].values == before[2], "what was not found stays"
        assert now[3].geometry == shapely.Point(23, 0)
        assert (now[4]["feed_dn"], now[4]["status"], now[4].geometry) == (
            200,
            "in_service",
            shapely.Point(5, 5),
        )
        after = read_reconciliation(register, id)
        assert set(after.state) == {"accepted"}
        assert f"hydrant:{4}" in set(after.target)
        assert rates(after).accepted.value == 1.0
        [accepted] = register.find(Query("acceptance"))
        assert (accepted["campaign"], accepted["records"], accepted["accepted_by"]) == (id, 4, "lin")
        assert (accepted["unsigned"], accepted["reason"]) == (4, "汛期前先入账")
        with pytest.raises(UserError) as nothing:
            plan_acceptance(register, campaign, found.ids.tolist())
        assert nothing.value.title.id == "census.nothing_to_accept"

        register.undo()
        register.undo()
        assert {a.id: a.values for a in register.find(Query("hydrant"))} == before
        assert {r.id: r.values for r in register.find(Query("census_record"))} == records


def test_sent_back_needs_a_reason_and_leaves_the_book(register: Register) -> None:
    id = log_all(register)
    ids = read_reconciliation(register, id).ids.tolist()
    with pytest.raises(UserError) as refused, register.edit(Message("store.created")) as edit:
        decide(edit, ids, "visit_again", "lin")
    assert refused.value.title.id == "census.reason_missing"
    with register.edit(Message("store.created")) as edit:
        assert decide(edit, ids, "visit_again", "lin", "照片不清") == len(ids)
    states = {r["state"]: r["decision_reason"] for r in register.find(Query("census_record"))}
    assert states == {"visit_again": "照片不清"}
    assert register.count("hydrant") == 3
