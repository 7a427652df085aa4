"""The board of lots in both stores: what is before each team, what is late, giving and evening out as one act each."""

from __future__ import annotations

import datetime

import pytest
import shapely

from layers.census.lots.alarms import alarm_of
from layers.census.lots.assigning import even_out, plan_assignment, plan_due, plan_moves, plan_state
from layers.census.lots.board import NOBODY, LotBoard, cards_of, evenness, read_lot_board
from layers.census.lots.worklist import read_campaign_book
from layers.census.progress import read_progress
from layers.errors import UserError
from layers.model.query import Query
from layers.register import Register
from layers.scene.styles import find_style
from layers.text import Message
from tests.layers.census.one_lot import do
from tests.layers.store.conftest import NewPlace

pytestmark = pytest.mark.keeps_running
ACT = Message("store.created")
DAY = datetime.date(2026, 9, 10)
#: Lots by name: team (1, 2 or none), due date, state, targets, of which logged.
LOTS = {
    "一": (1, "2026-09-08", "out", 10, 4),
    "二": (1, "2026-09-12", "planned", 30, 0),
    "三": (1, "2026-09-30", "planned", 20, 0),
    "四": (2, "2026-09-11", "planned", 6, 0),
    "五": (None, "2026-09-30", "planned", 8, 0),
    "六": (2, None, "accepted", 3, 3),
}


def build(register: Register) -> int:
    """Two teams, six lots side by side; the first team logged two targets on each of two days."""
    with register.edit(ACT) as edit:
        for number in (1, 2):
            person = edit.insert("person", {"name": f"组长{number}"})
            edit.insert("team", {"code": f"T{number}", "name": f"{number}组", "leader": person})
        dates = {"from_date": "2026-09-01", "to_date": "2026-09-30"}
        campaign = edit.insert(
            "campaign", {"name": "普查", "types": "hydrant,meter", "state": "open", "form": "{}", **dates}
        )
        for place, (name, (team, due, state, targets, done)) in enumerate(LOTS.items()):
            area = shapely.box(100 * place, 0, 100 * place + 90, 90)
            values = {"campaign": campaign, "name": name, "team": team, "due_date": due, "state": state}
            lot = edit.insert("lot", {**values, "person": team, "geom": area})
            for number in range(targets):
                record = {
                    "campaign": campaign, "lot": lot, "target_type": "meter" if number % 2 else "hydrant",
                    "state": "planned",
                }  # fmt: skip
                if number < done:
                    at = f"2026-09-0{2 + number // 2}T02:00:00.000Z"
                    record |= {
                        "state": "visited",
                        "outcome": "found",
                        "logged_at": at,
                        "seconds": 30.0 + number,
                    }
                edit.insert("census_record", record)
    return campaign


def board_of(register: Register, campaign: int) -> LotBoard:
    book = read_campaign_book(register, campaign)
    assert book is not None
    return read_lot_board(register, book, DAY)


def ids_of(board: LotBoard, *names: str) -> tuple[int, ...]:
    of = {str(card.row.lot["name"]): card.id for card in board.cards}
    return tuple(of[name] for name in names)


def test_what_is_before_the_teams_and_what_is_late(register: Register) -> None:
    board = board_of(register, build(register))
    one, two, nobody = board.loads[1], board.loads[2], board.loads[NOBODY]
    # Four in the nine days since the first is the pace of the first team. The second one's three were accepted: they
    # are no work, but were a pace.
    assert (board.paces[1], one.left, one.days) == (pytest.approx(4 / 9), 56, pytest.approx(126))
    assert board.paces[2] == pytest.approx(3 / 9)
    assert (two.left, nobody.left, nobody.share) == (6, 8, None)
    assert board.working == (1, 2)
    most = evenness(board.loads)
    assert most == pytest.approx(one.share)
    kinds = {str(card.row.lot["name"]): card.alarm and card.alarm.kind for card in board.cards}
    assert kinds == {"一": "late", "二": "tight", "三": "tight", "四": "tight", "五": "nobody", "六": None}
    assert [card.row.lot["name"] for card in board.column("team", 1)] == ["一", "二", "三"]
    assert [card.row.lot["name"] for card in board.column("state", "out")] == ["一"]
    first = board.by_id[ids_of(board, "一")[0]]
    assert (dict(first.row.types), first.left) == ({"hydrant": 5, "meter": 5}, 6)
    assert first.alarm is not None
    assert (first.alarm.days, first.alarm.severity) == (2, "danger")
    soon = alarm_of(board.by_id[ids_of(board, "四")[0]].row, DAY, pace=100, soon=3)
    assert soon is not None
    assert (soon.kind, soon.days) == ("soon", 1)


def test_giving_lots_is_one_act_with_one_undo(new_place: NewPlace) -> None:
    with new_place().open() as register:
        _give(register)


def _give(register: Register) -> None:
    campaign = build(register)
    board = board_of(register, campaign)
    lots = ids_of(board, "二", "五")
    do(register, plan_assignment(register, cards_of(board, lots), 2, "2组"))
    given = {lot.id: (lot["team"], lot["person"]) for lot in register.find(Query("lot", ids=lots))}
    # The leader of the new team is in charge where somebody was.
    assert given == {lots[0]: (2, 2), lots[1]: (2, None)}
    register.undo()
    assert {lot.id: lot["team"] for lot in register.find(Query("lot", ids=lots))} == {
        lots[0]: 1,
        lots[1]: None,
    }
    again = board_of(register, campaign)
    do(register, plan_assignment(register, cards_of(again, lots), NOBODY, ""))
    assert [lot["team"] for lot in register.find(Query("lot", ids=lots))] == [None, None]
    # Somebody changed a lot meanwhile: nothing of the act is done.
    with pytest.raises(UserError):
        do(register, plan_assignment(register, cards_of(board, lots), 2, "2组"))
    with pytest.raises(UserError) as refused:
        plan_assignment(register, cards_of(board, ids_of(board, "六")), 1, "1组")
    assert refused.value.title.id == "lots.closed"


def test_due_dates_and_states_by_hand(register: Register) -> None:
    board = board_of(register, build(register))
    lots = ids_of(board, "二", "三", "四")
    do(register, plan_due(cards_of(board, lots), "2026-10-15"))
    assert {lot["due_date"] for lot in register.find(Query("lot", ids=lots))} == {"2026-10-15"}
    board = board_of(register, 1)
    do(register, plan_state(cards_of(board, lots), "out", "外业中", str(DAY)))
    found = register.find(Query("lot", ids=lots))
    assert {(lot["state"], lot["sent_date"]) for lot in found} == {("out", "2026-09-10")}
    for names, state in ((("二",), "accepted"), (("六",), "out")):
        with pytest.raises(UserError) as refused:
            plan_state(cards_of(board, ids_of(board, *names)), state, state, str(DAY))
        assert refused.value.title.id == "lots.state_by_work"


def test_evening_out_moves_what_nobody_has_begun(register: Register) -> None:
    campaign = build(register)
    board = board_of(register, campaign)
    moves = even_out(board, board.working)
    names = {str(board.by_id[lot].row.lot["name"]): team for lot, team in moves.items()}
    assert "一" not in names
    assert "六" not in names
    assert names["五"] in (1, 2)
    before, after = evenness(board.loads), evenness(board.loads_with(moves))
    assert before is not None
    assert after is not None
    assert after < before
    do(register, plan_moves(register, cards_of(board, tuple(moves)), moves, board.teams))
    even = board_of(register, campaign)
    assert {lot: even.by_id[lot].team for lot in moves} == moves
    assert evenness(even.loads) == pytest.approx(after)
    assert even_out(board, ()) == {}


def test_the_map_shows_lots_by_team_and_late_ones_first(register: Register) -> None:
    build(register)
    code = {str(lot["name"]): str(lot["code"]) for lot in register.find(Query("lot"))}

    def classes(style: str) -> dict[str, set[object]]:
        made = find_style(register, style, day=DAY)
        layer = next(each for each in made.layers if each.id == "lot_area")
        assert layer.shown
        return {each.id: set(each.rules[0].values) for each in layer.classes}

    teams = {"nobody": "五", "t1": "一二三", "t2": "四六"}
    assert classes("census_team") == {id: {code[name] for name in names} for id, names in teams.items()}
    states = {"late": "一", "planned": "二三四五", "accepted": "六"}
    assert classes("census_lot") == {id: {code[name] for name in names} for id, names in states.items()}


def test_progress_of_teams_beside_their_own_plan(register: Register) -> None:
    campaign = register.get("campaign", build(register))
    assert campaign is not None
    found = read_progress(register, campaign, DAY)
    one, two, none = found.teams
    # Each lot from the first day of the campaign to its own due date.
    assert one.expected == round(10 * 1 + 30 * 10 / 12 + 20 * 10 / 30)
    assert (one.done, one.left, one.late_lots, one.median_seconds) == (4, 56, (1,), 31.5)
    assert (two.done, two.planned, none.planned, none.team) == (3, 9, 8, None)
    whole = found.whole
    assert (whole.done, whole.left, whole.lots, whole.late_lots) == (7, 70, (1, 2, 3, 4, 5, 6), (1,))
    assert found.of_team(one).curve is one.curve
