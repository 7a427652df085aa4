"""The board of the renewal desk: every project as a card with its steps, and where it stands among the phases.

Milestones are independent dates: they may be reached in any order. A card stands at the first step that is neither
reached nor optional after the furthest one reached.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from layers.feedback import Feedback
from layers.model.query import Condition
from layers.register import Register
from layers.renewal.progress.progress import MilestoneFigure, ProjectFigure, project_figures
from layers.renewal.progress.project_figure import DUE_SOON_DAYS
from layers.renewal.stages import CONVERSION, Stage, stage_list_of
from layers.text import Message

PHASES = ("reserve", "design", "procurement", "works", "finishing", "settlement")
_MEANS: Mapping[str, str] = {
    "plan": "reserve", "approved": "reserve",
    "survey": "design", "signatures": "design", "design": "design", "review": "design", "filing": "design",
    "contract": "procurement", "permit": "procurement",
    "start": "works", "laying": "works", "pressure_test": "works", "flush": "works", "in_service": "works",
    "finish": "works",
    "old_retired": "finishing", "surface": "finishing", "as_built": "finishing",
    "handover": "finishing",
    "acceptance": "settlement", "settlement": "settlement",
}  # fmt: skip
OPEN, SUSPENDED, CANCELLED, COMPLETED = "open", "suspended", "cancelled", "completed"

Standing = Literal["on_time", "soon", "late", "suspended", "cancelled", "completed", "unplanned"]


@dataclass(frozen=True)
class Step:
    """A stage of a project with what is planned and known of it; ``milestone`` is the id of its row, if any."""

    stage: Stage
    milestone: int | None = None
    planned: datetime.date | None = None
    actual: datetime.date | None = None
    owner: int | None = None
    evidence: str = ""
    reason: str = ""

    def delay(self, day: datetime.date) -> int | None:
        """Days late (early: negative): of the date reached, or up to ``day`` when it should have been. None: no plan,
        or not due yet."""
        if self.planned is None:
            return None
        if self.actual is not None:
            return (self.actual - self.planned).days
        return (day - self.planned).days if day > self.planned else None


@dataclass(frozen=True)
class SizeProgress:
    """Metres of one nominal size; ``dn`` None where it is unknown."""

    dn: int | None
    planned: float
    laid: float


@dataclass(frozen=True)
class Card:
    """A project on the board. Lengths in metres, money in yuan as the register holds it."""

    id: int
    code: str
    name: str
    kind: str
    state: str
    steps: tuple[Step, ...]
    is_conversion: bool = False
    manager: int | None = None
    manager_name: str = ""
    programme: int | None = None
    community: int | None = None
    planned: float = 0.0
    laid: float = 0.0
    sizes: tuple[SizeProgress, ...] = ()
    budget: float = 0.0
    contract: float = 0.0
    paid: float = 0.0
    households: int = 0
    converted: int | None = None
    """Of them, those that have their own meter since the work began; None where metres tell the progress."""
    planned_start: datetime.date | None = None
    planned_finish: datetime.date | None = None
    started: datetime.date | None = None
    finished: datetime.date | None = None
    forecast: datetime.date | None = None
    expected: float | None = None
    behind: int | None = None
    alarms: tuple[Message, ...] = ()
    pipes: tuple[int, ...] = ()

    @cached_property
    def at(self) -> int:
        """The place in ``steps`` of the one worked at; their count when all are reached."""
        furthest = max((n for n, step in enumerate(self.steps) if step.actual is not None), default=-1)
        later = range(furthest + 1, len(self.steps))
        return next((n for n in later if not self.steps[n].stage.optional), len(self.steps))

    @property
    def furthest(self) -> Step | None:
        """The last step, in the order of the list, that is reached; None before the first."""
        return next((step for step in reversed(self.steps) if step.actual is not None), None)

    @property
    def way(self) -> float:
        """How far along its steps the furthest one is, 0 to 1."""
        places = [n + 1 for n, step in enumerate(self.steps) if step.actual is not None]
        return max(places) / len(self.steps) if places else 0.0

    @property
    def current(self) -> Step | None:
        """The step worked at; None when the last one is reached, or there is none."""
        return self.steps[self.at] if self.at < len(self.steps) else None

    @cached_property
    def phases(self) -> tuple[str, ...]:
        """The phase of each step."""
        return phases_of([step.stage for step in self.steps])

    @property
    def phase(self) -> str:
        """The column of the board."""
        if not self.steps:
            return PHASES[0]
        return self.phases[min(self.at, len(self.steps) - 1)]

    @property
    def share(self) -> float:
        """How much of the length is laid, 0 to 1."""
        return min(self.laid / self.planned, 1.0) if self.planned > 0 else 0.0

    @property
    def size(self) -> int | None:
        """The size of which most is planned."""
        known = [each for each in self.sizes if each.dn is not None]
        return max(known, key=lambda each: each.planned).dn if known else None

    def delay(self, day: datetime.date) -> int:
        """Days behind, at least 0: of the finish as forecast; where that cannot be told, of the oldest step that is
        due and not reached, else of the last one reached."""
        if self.behind is not None:
            return max(self.behind, 0)
        due = [
            late
            for step in self.steps
            if step.actual is None and not step.stage.optional and (late := step.delay(day)) is not None
        ]
        if due:
            return max(due)
        reached = [step for step in self.steps if step.actual is not None and step.planned is not None]
        last = reached[-1].delay(day) if reached else None
        return max(last or 0, 0)

    def due_in(self, day: datetime.date) -> int | None:
        """Days to the next planned step."""
        dates = [step.planned for step in self.steps if step.actual is None and step.planned is not None]
        coming = [date for date in dates if date >= day]
        return (min(coming) - day).days if coming else None

    def standing(self, day: datetime.date) -> Standing:
        """How it stands on ``day``, as its chip says it."""
        if self.state in (SUSPENDED, CANCELLED, COMPLETED):
            return self.state  # type: ignore[return-value]
        if self.current is None:
            return "completed"
        if all(step.planned is None for step in self.steps):
            return "unplanned"
        if self.delay(day) > 0:
            return "late"
        due = self.due_in(day)
        return "soon" if due is not None and due <= DUE_SOON_DAYS else "on_time"


@dataclass(frozen=True)
class Board:
    """Every card, as of a day, in the order of their codes."""

    day: datetime.date
    cards: tuple[Card, ...] = ()
    people: Mapping[int, str] = field(default_factory=dict)
    """The names of everybody who can be put in charge, by id; ``programmes`` those of the programmes. ``full_mark``:
    the points of a visit that found nothing."""
    programmes: Mapping[int, str] = field(default_factory=dict)
    full_mark: float = 100.0

    @cached_property
    def by_id(self) -> Mapping[int, Card]:
        """The cards by their projects."""
        return {card.id: card for card in self.cards}

    @cached_property
    def by_pipe(self) -> Mapping[int, int]:
        """The project of each pipe that one lays or retires."""
        return {pipe: card.id for card in self.cards for pipe in card.pipes}

    def column(self, phase: str) -> tuple[Card, ...]:
        """The cards of a phase, the most delayed first; what rests or is done comes last."""
        cards = [card for card in self.cards if card.phase == phase]
        return tuple(sorted(cards, key=self._rank))

    def _rank(self, card: Card) -> tuple[bool, int, str]:
        return card.state != OPEN, -card.delay(self.day), card.code


@dataclass(frozen=True)
class FunnelRow:
    """How many projects (communities) and households reached a stage, with the ids of the projects."""

    stage: Stage
    projects: tuple[int, ...]
    households: int
    share: float
    household_share: float


def in_funnel(cards: Iterable[Card]) -> tuple[Card, ...]:
    """Those that a funnel is of, as in a statement: what was cancelled is not."""
    return tuple(card for card in cards if card.steps and card.state != CANCELLED)


def funnel_rows(cards: Iterable[Card]) -> tuple[FunnelRow, ...]:
    """How many of ``cards`` reached each stage; not "are now at": later ones may be reached by more."""
    kept = in_funnel(cards)
    stages = {step.stage.code: step.stage for card in kept for step in card.steps}
    total, homes = len(kept), sum(card.households for card in kept)
    rows = []
    for stage in sorted(stages.values(), key=lambda each: each.order):
        there = [
            card
            for card in kept
            if any(step.stage.code == stage.code and step.actual is not None for step in card.steps)
        ]
        reached = sum(card.households for card in there)
        share, home_share = len(there) / total, reached / homes if homes else 0.0
        rows.append(FunnelRow(stage, tuple(card.id for card in there), reached, share, home_share))
    return tuple(rows)


def phases_of(stages: Sequence[Stage]) -> tuple[str, ...]:
    """The phase of each stage: by what it means; one that means nothing known goes with the one before it."""
    found, last = [], PHASES[0]
    for stage in stages:
        last = _MEANS.get(stage.means, last)
        found.append(last)
    return tuple(found)


def read_board(
    register: Register,
    day: datetime.date,
    where: Condition | None = None,
    feedback: Feedback | None = None,
    ids: frozenset[int] | None = None,
) -> Board:
    """The board of the projects (default: all; else of these) that meet ``where`` as they stand on ``day``."""
    if where is not None:
        kept = frozenset(register.columns("project", ["code"], where=where)["fid"].to_pylist())
        ids = kept if ids is None else kept & ids
    figures = project_figures(register, day, ids=ids, feedback=feedback)
    names = _names(register, "person")
    cards = [
        _card(each, names, stage_list_of(register, each.kind) == CONVERSION) for each in figures.projects
    ]
    cards.sort(key=lambda card: card.code)
    full_mark = float(register.setting("visit_full_mark"))
    return Board(day, tuple(cards), names, _names(register, "programme"), full_mark)


def _names(register: Register, type_name: str) -> dict[int, str]:
    table = register.columns(type_name, ["name"])
    pairs = zip(table["fid"].to_pylist(), table["name"].to_pylist(), strict=True)
    return {fid: name or str(fid) for fid, name in pairs}


def _card(figure: ProjectFigure, names: Mapping[int, str], is_conversion: bool) -> Card:
    sizes = tuple(
        SizeProgress(each.dn, each.planned.value or 0.0, each.laid.value or 0.0) for each in figure.sizes
    )
    money = figure.money
    return Card(
        figure.id,
        figure.code,
        figure.name,
        figure.kind,
        figure.state,
        tuple(_step(each) for each in figure.milestones if each.section is None),
        is_conversion=is_conversion,
        manager=figure.manager,
        manager_name=names.get(figure.manager or 0) or "",
        programme=figure.programme,
        community=figure.community,
        planned=figure.planned.value or 0.0,
        laid=figure.laid.value or 0.0,
        sizes=sizes,
        budget=money.budget or 0.0,
        contract=money.contracts.value or 0.0,
        paid=money.paid.value or 0.0,
        households=figure.households or 0,
        converted=None if figure.converted is None or figure.finished else len(figure.converted.ids),
        planned_start=figure.planned_start,
        planned_finish=figure.planned_finish,
        started=figure.started,
        finished=figure.finished,
        forecast=figure.forecast_finish,
        expected=figure.expected_percent,
        behind=figure.delay_days if figure.late else 0,
        alarms=tuple(alarm.text for alarm in figure.alarms),
        pipes=(*figure.pipes_in, *figure.pipes_out),
    )


def _step(figure: MilestoneFigure) -> Step:
    return Step(figure.stage, figure.id, figure.planned, figure.actual, figure.owner, figure.evidence or "")
