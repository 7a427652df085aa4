"""Moves of a hand-over and what comes of it, as values."""

from __future__ import annotations

from dataclasses import dataclass

from layers.editing.plan import EditPlan
from layers.model.asset import AssetKey
from layers.responsibility.finding import Gap
from layers.responsibility.person import PRIMARY, Person
from layers.text import Message


@dataclass(frozen=True)
class Move:
    """One assignment goes to ``to`` (a person's id), or to nobody: then ``gap_reason`` says why that is accepted.

    Where nobody has charge yet, ``assignment`` is None and ``target``, ``role`` (default: the role that every target of
    this kind needs) and ``rank`` say what ``to`` gets.
    """

    assignment: int | None
    to: int | None
    gap_reason: str = ""
    target: AssetKey | None = None
    role: str = ""
    rank: str = PRIMARY


@dataclass(frozen=True)
class LoadChange:
    """What somebody has to look after before and after, in percent of the mean load of a grid; None: not known."""

    person: Person
    before: float | None
    after: float | None


@dataclass(frozen=True)
class Handover:
    """A hand-over thought through: the plan to do (one act, one undo) and what to show before.

    ``gaps``: days without a primary that it would leave, accepted ones too. ``notes``: what else the person leads or is
    named in and keeps (a team, projects). ``warnings``: a successor overloaded, absent or gone. ``mean``: what whoever
    has grids has to look after then on the mean, as the loads in percent of the mean grid: people are judged by it.
    """

    plan: EditPlan
    loads: tuple[LoadChange, ...] = ()
    gaps: tuple[Gap, ...] = ()
    notes: tuple[Message, ...] = ()
    warnings: tuple[Message, ...] = ()
    mean: float = 100.0

    @property
    def has_gap(self) -> bool:
        """Whether it leaves days without a primary that nobody accepted."""
        return any(not gap.is_accepted for gap in self.gaps)
