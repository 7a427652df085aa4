"""Cutting a line in two, and making one line of two."""

from __future__ import annotations

from layers.editing.plan import Answers, EditPlan
from layers.model.asset import AssetKey
from layers.register import Register


def plan_split(
    register: Register, line: AssetKey, place: tuple[float, ...], *, answers: Answers | None = None
) -> EditPlan:
    """Cut a line at the place on it nearest to ``place``. The first half stays the asset, insert 0 is the second.

    Raises ``UserError`` at an end of the line, far from it, or when it is no longer in the network.
    """
    raise NotImplementedError


def plan_merge(
    register: Register, first: AssetKey, second: AssetKey, *, answers: Answers | None = None
) -> EditPlan:
    """Make one line of two that meet; ``first`` stays, ``second`` goes and what was linked to it goes over.

    Asks where values differ that should not. Raises ``UserError`` for lines that do not meet.
    """
    raise NotImplementedError
