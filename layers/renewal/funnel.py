"""The funnel of household-meter conversion: how many communities and households have reached each stage.

Stages are independent dates: a later one may be reached before an earlier one, so the funnel need not narrow.
"""

from __future__ import annotations

from dataclasses import dataclass

from layers.renewal.figure import Figure
from layers.renewal.stages import Stage


@dataclass(frozen=True)
class FunnelStep:
    """One stage. ``communities`` and ``households`` reached (ids: projects); percents of all in the funnel.

    ``beyond_previous``: communities more than the required stage before it has (0 where it narrows).
    ``skipped``: the projects that reached it although that stage before is not.
    """

    stage: Stage
    communities: Figure
    households: Figure
    percent: float | None
    household_percent: float | None
    beyond_previous: int
    skipped: tuple[int, ...]


@dataclass(frozen=True)
class Funnel:
    """All conversion projects (of a programme, or all). ``communities`` and ``households`` are the whole."""

    programme: int | None
    communities: Figure
    households: Figure
    signed: Figure
    signed_percent: float | None
    steps: tuple[FunnelStep, ...]

    @property
    def narrows(self) -> bool:
        """Whether every stage has been reached by no more communities than the one before."""
        return not any(step.beyond_previous for step in self.steps)
