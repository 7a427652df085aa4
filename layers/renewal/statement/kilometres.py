"""Honest kilometres: what each pipe counts as in a period. A pipe counts once, in the year it went into service.

Every pipe in service before the period, and every one that went into service in it, was retired in it or is in
service at its end: ``before + laid + renewed + other - retired = after``, pipe by pipe.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from layers.renewal.book import Values
from layers.renewal.period import Day, Period
from layers.renewal.pipes import Doubles, Flags, Ids, PipeArrays
from layers.renewal.settings import RenewalSettings
from layers.renewal.words import LAID, RENEWED

#: Pipes of projects that mean neither, and of none, are ``other``.
FLOWS = (LAID, RENEWED, "other")
STOCKS = ("before", "after")


@dataclass(frozen=True, eq=False)
class Counted:
    """Pipes and what they count as. Only those in ``headline`` are added up: they have the size that counts.

    ``cost``: the pipe's share of its project's settled cost, yuan, by length; nan where it is not settled.
    """

    pipes: PipeArrays
    masks: Mapping[str, Flags]
    """``before``, ``laid``, ``renewed``, ``other``, ``retired``, ``after``, each for every pipe."""
    headline: Flags
    unknown: Flags
    cost: Doubles

    def take(self, chosen: Flags) -> Counted:
        """Some of the pipes."""
        masks = {name: mask[chosen] for name, mask in self.masks.items()}
        pipes = self.pipes.take(chosen)
        return Counted(pipes, masks, self.headline[chosen], self.unknown[chosen], self.cost[chosen])

    def chosen(self, column: str) -> Flags:
        """The pipes that the total of a column is the sum of."""
        return self.masks[column] & self.headline

    @property
    def begun(self) -> Flags:
        """What went into service in the period, of whatever size."""
        return self.masks[LAID] | self.masks[RENEWED] | self.masks["other"]


def count_pipes(
    pipes: PipeArrays,
    period: Period,
    day: Day,
    projects: Mapping[int, Values],
    meanings: Mapping[int, str],
    settings: RenewalSettings,
) -> Counted:
    """What the pipes count as from the period's first day to its last, or to ``day`` if that is earlier.

    ``meanings``: what the kind of each project counts as (``laid``, ``renewed``, ...).
    """
    first, last = np.datetime64(period.first), np.datetime64(min(period.last, day))
    in_ground = ~pipes.planned & ~pipes.unstated
    begun_known, ended_known = ~np.isnat(pipes.begun), ~np.isnat(pipes.ended)
    began = in_ground & begun_known & (pipes.begun >= first) & (pipes.begun <= last)
    by_then = in_ground & (~begun_known | (pipes.begun <= last))
    retired = by_then & ended_known & (pipes.ended >= first) & (pipes.ended <= last)
    before = in_ground & (~begun_known | (pipes.begun < first)) & (~ended_known | (pipes.ended >= first))
    after = by_then & (~ended_known | (pipes.ended > last))
    laid = began & is_among(pipes.project_in, [id for id, means in meanings.items() if means == LAID])
    renewed = began & is_among(pipes.project_in, [id for id, means in meanings.items() if means == RENEWED])
    masks = {
        "before": before,
        LAID: laid,
        RENEWED: renewed,
        "other": began & ~laid & ~renewed,
        "retired": retired,
        "after": after,
    }
    with np.errstate(invalid="ignore"):
        headline = pipes.dn >= settings.dn_threshold
    return Counted(pipes, masks, headline, np.isnan(pipes.dn), _costs(pipes, projects, day))


def is_among(values: Ids, chosen: list[int]) -> Flags:
    """Which of ``values`` are one of ``chosen``."""
    return np.isin(values, np.array(chosen, dtype=np.int64))


def _costs(pipes: PipeArrays, projects: Mapping[int, Values], day: Day) -> Doubles:
    """Settled cost over all metres that the project has put into service until ``day``, times the pipe's own."""
    running = (
        ~pipes.planned
        & (np.isnat(pipes.begun) | (pipes.begun <= np.datetime64(day)))
        & (pipes.project_in > 0)
    )
    top = max(int(pipes.project_in.max(initial=0)), max(projects, default=0)) + 1
    metres = np.bincount(pipes.project_in[running], weights=pipes.length[running], minlength=top)
    settled = np.full(top, np.nan)
    for id, row in projects.items():
        if row["settled_cost"] is not None:
            settled[id] = row["settled_cost"]
    of_project = metres[pipes.project_in]
    share = np.divide(pipes.length, of_project, out=np.full(len(pipes), np.nan), where=of_project > 0)
    cost: Doubles = settled[pipes.project_in] * share
    return cost
