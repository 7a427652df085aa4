"""Lots to teams: given by hand, due dates for several, and a proposal that evens out what is before the teams."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from layers.census.lots.board import NOBODY, LotBoard, LotCard
from layers.census.words import LOT
from layers.editing.plan import EditPlan, Update
from layers.errors import UserError
from layers.register import Register
from layers.text import Message

#: A lot goes to a team that is nearer if it evens out at least so much of what the best one would.
_ALMOST = 0.8
_MOST_MOVES = 500
_LEAST_GAIN = 1e-9
#: States that are set by hand; the others come of packages, checks and acceptance.
BY_HAND = ("planned", "out", "back")
_DAY_OF = {"out": "sent_date", "back": "returned_date"}


def plan_assignment(
    register: Register, cards: Sequence[LotCard], team: int, name: str, *, label: Message | None = None
) -> EditPlan:
    """Give lots to a team (``NOBODY``: take them back). ``UserError`` when one is checked or accepted already."""
    return plan_moves(register, cards, {card.id: team for card in cards}, {team: name}, label=label)


def plan_moves(
    register: Register,
    cards: Sequence[LotCard],
    moves: Mapping[int, int],
    names: Mapping[int, str],
    *,
    label: Message | None = None,
) -> EditPlan:
    """Give each lot (id) to a team as one act. Who is in charge of a lot goes with the team: its leader comes."""
    moved = [card for card in cards if card.id in moves and card.team != moves[card.id]]
    closed = next((card for card in moved if card.is_closed), None)
    if closed is not None:
        raise UserError(
            Message("lots.closed", {"lot": str(closed.row.lot["name"])}), Message("lots.closed_hint")
        )
    leader_of = {team: _leader(register, team) for team in {moves[card.id] for card in moved}}
    updates = []
    for card in moved:
        lot, team = card.row.lot, moves[card.id]
        values = {"team": team or None}
        if lot["person"] is not None:
            values["person"] = leader_of[team]
        updates.append(Update(LOT, lot.id, lot.version, values))
    return EditPlan(label or _label(moved, moves, names), updates=tuple(updates))


def plan_due(cards: Sequence[LotCard], due: str | None) -> EditPlan:
    """A due date for several lots; None takes it away."""
    given = {"count": len(cards), "due": due or "—"}
    updates = tuple(
        Update(LOT, card.id, card.row.lot.version, {"due_date": due})
        for card in cards
        if card.row.lot["due_date"] != due
    )
    return EditPlan(Message("lots.act.due", given), updates=updates)


def plan_state(cards: Sequence[LotCard], state: str, title: object, day: str) -> EditPlan:
    """Lots into a state that is set by hand, with its day. ``UserError`` for others: they come of other acts."""
    moved = [card for card in cards if card.state != state]
    if moved and (state not in BY_HAND or any(card.state not in BY_HAND for card in moved)):
        raise UserError(Message("lots.state_by_work", {"state": title}), Message("lots.state_by_work_hint"))
    stamp = _DAY_OF.get(state)
    updates = tuple(
        Update(LOT, card.id, card.row.lot.version, {"state": state, **({stamp: day} if stamp else {})})
        for card in moved
    )
    return EditPlan(Message("lots.act.state", {"count": len(moved), "state": title}), updates=updates)


def even_out(board: LotBoard, teams: Sequence[int]) -> dict[int, int]:
    """Which lot should go to which of the teams so that all are through at about the same day; what was begun stays.

    What nobody has is given out first, then as few lots as possible change hands, each to a team whose ground is near.
    """
    if not teams:
        return {}
    ground = _Ground(board)
    days = {team: board.loads[team].days for team in teams}
    free = [card for card in board.cards if card.team == NOBODY and not card.is_closed and card.left]
    given = set()
    for card in sorted(free, key=lambda card: -card.left):
        after = {team: days[team] + card.left / board.paces[team] for team in teams}
        least = min(after.values())
        fair = [team for team in teams if after[team] <= least / _ALMOST]
        team = min(fair, key=lambda each: (ground.apart(card, each), after[each]))
        ground.give(card, team)
        given.add(card.id)
        days[team] = after[team]
    for _ in range(_MOST_MOVES):
        most, least_of = max(teams, key=days.__getitem__), min(teams, key=days.__getitem__)
        movable = [card for card in ground.cards_of(most) if card.may_move or card.id in given]
        card_moved = _next(board, ground, movable, days, most, least_of)
        if card_moved is None:
            break
        days[most] -= card_moved.left / board.paces[most]
        days[least_of] += card_moved.left / board.paces[least_of]
        ground.give(card_moved, least_of)
    return ground.moves


def _next(
    board: LotBoard,
    ground: _Ground,
    movable: Sequence[LotCard],
    days: Mapping[int, float],
    most: int,
    least: int,
) -> LotCard | None:
    """The next lot to go from the team with the most to the one with the least; None when that helps no more."""
    gains = []
    for card in movable:
        after = max(days[most] - card.left / board.paces[most], days[least] + card.left / board.paces[least])
        if days[most] - after > _LEAST_GAIN:
            gains.append((days[most] - after, card))
    if not gains:
        return None
    enough = _ALMOST * max(gain for gain, _ in gains)
    good = [card for gain, card in gains if gain >= enough]
    return min(good, key=lambda card: (ground.apart(card, least), card.id))


class _Ground:
    """Where the lots are, and which team has them while they are given out."""

    def __init__(self, board: LotBoard) -> None:
        self._board = board
        self._place = {card.id: place for place, card in enumerate(board.cards)}
        self._team = np.array([card.team for card in board.cards], np.int64)
        self._xy = np.array([_middle(card) for card in board.cards]).reshape(-1, 2)

    @property
    def moves(self) -> dict[int, int]:
        """The lots that have another team now."""
        teams = self._team.tolist()
        return {
            card.id: team for card, team in zip(self._board.cards, teams, strict=True) if card.team != team
        }

    def give(self, card: LotCard, team: int) -> None:
        self._team[self._place[card.id]] = team

    def cards_of(self, team: int) -> list[LotCard]:
        return [self._board.cards[place] for place in np.flatnonzero(self._team == team).tolist()]

    def apart(self, card: LotCard, team: int) -> float:
        """Metres from a lot to the nearest one of a team; 0 where nobody can tell."""
        place = self._place[card.id]
        own = self._team == team
        own[place] = False
        apart = np.hypot(*(self._xy[own] - self._xy[place]).T)
        apart = apart[np.isfinite(apart)]
        return float(apart.min()) if len(apart) else 0.0


def _middle(card: LotCard) -> tuple[float, float]:
    shape = card.row.lot.geometry
    return (np.nan, np.nan) if shape is None else (shape.centroid.x, shape.centroid.y)


def _leader(register: Register, team: int) -> int | None:
    asset = register.get("team", team) if team else None
    return None if asset is None else asset["leader"]


def _label(moved: Sequence[LotCard], moves: Mapping[int, int], names: Mapping[int, str]) -> Message:
    to = {moves[card.id] for card in moved}
    team = names.get(next(iter(to)), "") if len(to) == 1 else ""
    if len(moved) == 1:
        lot = str(moved[0].row.lot["name"])
        return Message(
            "lots.act.assign_one", {"lot": lot, "team": team or Message("census_desk.lots.nobody")}
        )
    return Message(
        "lots.act.assign", {"count": len(moved), "team": team or Message("census_desk.lots.nobody")}
    )
