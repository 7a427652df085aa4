"""The board: where a card stands, what moving it asks for, and a funnel that need not narrow."""

from __future__ import annotations

import datetime
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layers.model.catalogue_file import load_catalogue
from layers.renewal.board.board import PHASES, Board, Card, Step, funnel_rows, phases_of
from layers.renewal.board.moving import plan_move
from layers.renewal.stages import Stage, stages_of
from layers.text import Title

DAY = datetime.date(2024, 7, 18)
STAGES = stages_of(load_catalogue(), "renewal")


def _card(reached: set[str], planned: dict[str, int] | None = None, **values: object) -> Card:
    """A card with these stages reached on time, and others planned so many days from DAY."""
    plan = planned or {}
    steps = []
    for stage in STAGES:
        date = DAY + datetime.timedelta(days=plan[stage.code]) if stage.code in plan else None
        actual = DAY - datetime.timedelta(days=1) if stage.code in reached else None
        steps.append(Step(stage, planned=date if actual is None else actual, actual=actual))
    return replace(Card(1, "XM-1", "西湖路", "renewal", "open", tuple(steps)), **values)  # type: ignore[arg-type]


def test_a_card_stands_after_the_furthest_stage_reached() -> None:
    assert _card(set()).phase == "reserve"
    card = _card({"candidate", "approved", "contracted"})  # survey and design were never dated
    assert card.current is not None
    assert card.current.stage.code == "permits"
    assert card.phase == "procurement"
    everything = _card({stage.code for stage in STAGES})
    assert everything.current is None
    assert everything.phase == "settlement"
    assert everything.standing(DAY) == "completed"
    assert everything.way == 1.0


def test_a_card_says_how_it_stands() -> None:
    assert _card(set()).standing(DAY) == "unplanned"
    assert _card(set(), {"candidate": -9}).standing(DAY) == "late"
    assert _card(set(), {"candidate": -9}).delay(DAY) == 9
    assert _card(set(), {"candidate": 0}).standing(DAY) == "soon"
    assert _card(set(), {"candidate": 6}).due_in(DAY) == 6
    assert _card(set(), {"candidate": 60}).standing(DAY) == "on_time"
    assert _card(set(), {"candidate": -9}, state="suspended").standing(DAY) == "suspended"
    # What the figures foresee counts more than a single date.
    assert _card(set(), {"candidate": -9}, behind=0).standing(DAY) == "on_time"


def test_the_most_delayed_come_first_and_what_rests_last() -> None:
    cards = (
        _card(set(), {"candidate": -3}, id=1, code="A"),
        _card(set(), {"candidate": -30}, id=2, code="B"),
        _card(set(), {"candidate": -90}, id=3, code="C", state="suspended"),
    )
    board = Board(DAY, cards)
    assert [card.id for card in board.column("reserve")] == [2, 1, 3]
    assert [card.id for card in cards if card.standing(DAY) == "late"] == [1, 2]


def test_moving_asks_for_the_dates_between() -> None:
    card = _card({"candidate", "approved"})
    move = plan_move(card, "procurement")
    assert move.refusal is None
    codes = [step.stage.code for step in move.steps]
    assert codes == ["surveyed", "designed", "budget_review"]
    assert plan_move(card, "design").steps == ()
    assert plan_move(card, "design").refusal is None


@pytest.mark.parametrize(
    ("card", "phase", "text"),
    [
        (_card({"candidate", "approved", "surveyed"}), "reserve", "renewal_desk.move.back"),
        (_card(set(), state="suspended"), "works", "renewal_desk.move.suspended"),
        (_card(set(), state="cancelled"), "works", "renewal_desk.move.cancelled"),
    ],
)
def test_a_move_that_may_not_be_says_why(card: Card, phase: str, text: str) -> None:
    move = plan_move(card, phase)
    assert move.refusal is not None
    assert move.refusal.id == text
    assert move.steps == ()


def test_doubts_are_told_before_the_works_are_left() -> None:
    card = _card({stage.code for stage in STAGES[:8]}, planned=None, pipes=(1, 2))
    card = replace(card, planned=960.0, laid=610.0)
    move = plan_move(card, "settlement")
    assert move.completes
    assert [doubt.id for doubt in move.doubts] == [
        "renewal_desk.move.not_laid",
        "renewal_desk.move.completes",
    ]
    assert move.doubts[0].parameters == {"laid": "610", "planned": "960"}


@given(st.sets(st.sampled_from([stage.code for stage in STAGES])))
def test_after_a_move_the_card_stands_there_or_further(reached: set[str]) -> None:
    card = _card(reached)
    for phase in PHASES:
        move = plan_move(card, phase)
        if move.refusal is None and move.steps:
            moved = _card(reached | {step.stage.code for step in move.steps})
            assert PHASES.index(moved.phase) >= PHASES.index(card.phase)
            assert PHASES.index(moved.phase) <= PHASES.index(phase) or moved.at > card.at


def test_a_funnel_counts_what_was_reached_and_need_not_narrow() -> None:
    """365 communities of 2022: 200 surveyed, 188 with design, 38 reviewed, 63 filed, 14 begun, 4 finished."""
    counts = {"survey": 200, "design": 188, "review": 38, "filing": 63, "start": 14, "finish": 4}
    stages = [Stage(name, Title(name, name), n, False, name) for n, name in enumerate(counts)]
    cards = []
    for number in range(365):
        steps = tuple(Step(s, actual=DAY if number < counts[s.code] else None) for s in stages)
        cards.append(Card(number + 1, f"H{number}", "", "conversion", "open", steps, households=10))
    rows = funnel_rows(cards)
    assert [len(row.projects) for row in rows] == [200, 188, 38, 63, 14, 4]
    assert [f"{row.share * 100:.1f}" for row in rows] == ["54.8", "51.5", "10.4", "17.3", "3.8", "1.1"]
    assert [row.households for row in rows] == [2000, 1880, 380, 630, 140, 40]
    # As in a statement, what was cancelled is not in it.
    cards[0] = replace(cards[0], state="cancelled")
    assert [len(row.projects) for row in funnel_rows(cards)] == [199, 187, 37, 62, 13, 3]


def test_stages_that_mean_nothing_known_go_with_the_one_before() -> None:
    added = Stage("own", Title("自定", "Own"), 5, False, "")
    assert phases_of([STAGES[2], added, STAGES[-1]]) == ("design", "design", "settlement")
    assert set(phases_of(STAGES)) == set(PHASES)
