"""The board of lots: what each is about, how long it will take its team, what is wrong, how even the load is."""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from layers.census.lots.alarms import LotAlarm, alarm_of
from layers.census.lots.worklist import CampaignBook, LotRow
from layers.census.progress import day_of, read_progress
from layers.census.quality.sampling import SIGNED
from layers.feedback import Feedback
from layers.model.query import Order, Query
from layers.register import Register

Day = datetime.date
By = Literal["team", "state"]
NOBODY = 0


@dataclass(frozen=True)
class LotCard:
    """A lot on a day; ``pace``: targets its team logs a day of the calendar, ``usual`` where nobody has logged yet."""

    row: LotRow
    day: Day
    pace: float
    is_begun: bool
    alarm: LotAlarm | None

    @property
    def id(self) -> int:
        return self.row.id

    @property
    def team(self) -> int:
        """The id of its team; ``NOBODY``."""
        return int(self.row.lot["team"] or NOBODY)

    @property
    def state(self) -> str:
        return str(self.row.lot["state"])

    @property
    def left(self) -> int:
        return self.row.total - self.row.done

    @property
    def due(self) -> Day | None:
        return day_of(self.row.lot["due_date"])

    @property
    def walk_m(self) -> float | None:
        """The length of the way through all its targets, once it was put in order."""
        metres: float | None = self.row.lot.values.get("walk_m")
        return metres

    @property
    def days(self) -> float:
        """Days of work that are left, at the pace of its team."""
        return self.left / self.pace

    @property
    def is_closed(self) -> bool:
        """Checked or accepted: it is nobody's work any more."""
        return self.state in SIGNED

    @property
    def may_move(self) -> bool:
        """Whether another team can take it without anything being torn apart: nobody has gone out with it yet."""
        return not self.is_begun and self.state == "planned" and bool(self.left)


@dataclass(frozen=True)
class TeamLoad:
    """What is before a team: its lots, targets and days of work left; ``share`` of the mean of all teams, 1 is even."""

    team: int
    name: str
    lots: tuple[int, ...]
    left: int
    days: float
    share: float | None


@dataclass(frozen=True)
class LotBoard:
    """The lots of a campaign on a day. ``teams``: all there are, by code, with their names."""

    day: Day
    cards: tuple[LotCard, ...]
    teams: Mapping[int, str]
    paces: Mapping[int, float]
    """Of every team, and of ``NOBODY``: what an average team does."""

    @cached_property
    def by_id(self) -> Mapping[int, LotCard]:
        return {card.id: card for card in self.cards}

    def column(self, by: By, key: int | str) -> tuple[LotCard, ...]:
        """The cards of a team (its id) or a state, the first due first."""
        found = [card for card in self.cards if (card.team if by == "team" else card.state) == key]
        return tuple(sorted(found, key=lambda card: (card.due or Day.max, str(card.row.lot["code"]))))

    def alarmed(self, *kinds: str) -> tuple[LotCard, ...]:
        """The lots with such alarms."""
        return tuple(card for card in self.cards if card.alarm is not None and card.alarm.kind in kinds)

    @cached_property
    def working(self) -> tuple[int, ...]:
        """The teams that have lots of this campaign, in the order of ``teams``."""
        used = {card.team for card in self.cards}
        return tuple(team for team in self.teams if team in used)

    @cached_property
    def loads(self) -> Mapping[int, TeamLoad]:
        """What is before each team, and what nobody has yet (``NOBODY``)."""
        return self.loads_with({})

    def loads_with(self, moves: Mapping[int, int]) -> Mapping[int, TeamLoad]:
        """The same if lots (ids) went to other teams."""
        mine: dict[int, list[LotCard]] = {team: [] for team in (NOBODY, *self.teams)}
        for card in self.cards:
            if not card.is_closed:
                mine.setdefault(moves.get(card.id, card.team), []).append(card)
        left = {team: sum(card.left for card in cards) for team, cards in mine.items()}
        days = {team: left[team] / self.paces.get(team, self.paces[NOBODY]) for team in mine}
        working = {team for team in mine if team != NOBODY and mine[team]}
        mean = sum(days[team] for team in working) / len(working) if working else 0.0
        return {
            team: TeamLoad(
                team,
                self.teams.get(team, ""),
                tuple(card.id for card in cards),
                left[team],
                days[team],
                days[team] / mean if mean and team in working else None,
            )
            for team, cards in mine.items()
        }


def evenness(loads: Mapping[int, TeamLoad]) -> float | None:
    """The most any team has by the mean: 1 where all have the same; None without work."""
    return max((load.share for load in loads.values() if load.share is not None), default=None)


def read_lot_board(
    register: Register, book: CampaignBook, day: Day, feedback: Feedback | None = None
) -> LotBoard:
    """The board of a campaign. Reads its records: a task for a whole city."""
    feedback = feedback or Feedback()
    progress = read_progress(register, book.campaign, day)
    feedback.check()
    usual = float(register.setting("targets_a_day"))
    known = {team.team: team.pace for team in progress.teams if team.team is not None and team.pace}
    mean = sum(known.values()) / len(known) if known else usual
    teams = {team.id: str(team["name"]) for team in register.find(Query("team", order=(Order("code"),)))}
    paces = {NOBODY: mean, **{team: known.get(team, mean) for team in teams}}
    soon = int(register.setting("lot_soon_days"))
    cards = tuple(card_of(row, day, paces.get(int(row.lot["team"] or 0), mean), soon) for row in book.lots)
    return LotBoard(day, cards, teams, paces)


def card_of(row: LotRow, day: Day, pace: float, soon: int) -> LotCard:
    """The card of a lot, with what is wrong."""
    return LotCard(row, day, pace, row.done + row.new > 0, alarm_of(row, day, pace, soon))


def whole_days(days: float) -> int:
    """Days of work as they are told: what is begun is a day."""
    return math.ceil(days - 1e-9)


def cards_of(board: LotBoard, ids: Sequence[int]) -> tuple[LotCard, ...]:
    """The cards of these lots as far as they are there."""
    return tuple(board.by_id[id] for id in ids if id in board.by_id)
