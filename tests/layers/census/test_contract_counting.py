"""A target counts once in a campaign, by the newest of its records that holds: wherever it is counted."""

from __future__ import annotations

import datetime

import pytest

from layers.census.acceptance.accepting import plan_acceptance
from layers.census.counting import outdone_of, read_outdone
from layers.census.fieldwork.logging import Logged, plan_log
from layers.census.lots.worklist import count_left, read_campaign_book, read_worklist
from layers.census.progress import read_progress
from layers.census.report_data import read_figures
from layers.model.query import Query
from layers.register import Register
from layers.text import Message
from tests.layers.census.one_lot import WHEN, begin, do, record_of
from tests.layers.store.conftest import NewPlace

pytestmark = pytest.mark.keeps_running
ACT = Message("store.created")
DAY = datetime.date(2026, 11, 22)


def test_one_target_counts_once(new_place: NewPlace) -> None:
    with new_place().open() as register:
        campaign, form = begin(register)
        seen = Logged("found", {"feed_dn": 150})
        do(register, plan_log(register, record_of(register, "hydrant:1"), seen, WHEN, form.fields["hydrant"]))
        [lot] = register.find(Query("lot"))
        # Other programs, a lot made twice: seen again and again, still to be seen, and thrown away.
        found = '{"feed_dn":200}'
        others = (
            ("hydrant:1", "visited", "2026-11-21T08:00:00.000Z", "found", found),
            ("hydrant:1", "rejected", "2026-11-22T08:00:00.000Z", "found", found),
            ("hydrant:1", "cancelled", "2026-11-22T08:00:00.000Z", "found", found),
            ("hydrant:1", "planned", None, None, None),
            ("hydrant:2", "planned", None, None, None),
        )
        with register.edit(ACT) as edit:
            other = edit.insert("lot", {"campaign": campaign.id, "name": "二片", "state": "planned"})
            for target, state, at, outcome, said in others:
                edit.insert("census_record", {
                    "campaign": campaign.id, "lot": other, "target": target, "target_type": "hydrant",
                    "state": state, "logged_at": at, "outcome": outcome, "found": said, "differing": "feed_dn",
                    "book": '{"feed_dn":100}',
                })  # fmt: skip
        newest, last = 4, 8
        # What was seen last counts; of two that nobody saw, the later one.
        older = (1, 2, 5, 7)
        assert read_outdone(register, campaign.id) == frozenset(older)
        book = read_campaign_book(register, campaign.id)
        assert book is not None
        assert (book.found.older, sorted(book.found.ids.tolist())) == (older, [3, newest, last])
        assert (book.total, book.done) == (3, 1)
        assert {row.id: (row.total, row.done) for row in book.lots} == {lot.id: (1, 0), other: (2, 1)}
        progress = read_progress(register, campaign, DAY)
        assert (progress.curve.planned, progress.curve.done, progress.curve.counts) == (3, 1, (1,))
        figures = read_figures(register, campaign, DAY)
        assert (len(figures.rates.visited.counted), len(figures.rates.visited.among)) == (1, 3)
        lots = register.find(Query("lot"))
        assert count_left(register, lots) == {lot.id: 1, other: 1}
        rows = {row.id: row.is_older for each in lots for row in read_worklist(register, each.id)}
        assert {id for id, is_older in rows.items() if is_older} == set(older)

        # Only the newest goes into the book; the others are told.
        waiting = [r.id for r in register.find(Query("census_record")) if r["state"] == "visited"]
        plan = plan_acceptance(register, campaign, waiting)
        assert plan.records == (newest,)
        assert [(each.record, each.why.id) for each in plan.held] == [(1, "census.held_older")]
        with register.edit(plan.label) as edit:
            plan.apply(edit, WHEN, "lin", "先入账")
        assert register.get("hydrant", 1)["feed_dn"] == 200  # type: ignore[index]


def test_where_every_target_has_one_record_none_is_older(register: Register) -> None:
    campaign, _ = begin(register)
    assert read_outdone(register, campaign.id) == frozenset()
    assert outdone_of(register, register.find(Query("census_record"))) == frozenset()
