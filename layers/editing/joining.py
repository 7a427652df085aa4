"""Joining two near ends, or a near end and the line it should meet."""

from __future__ import annotations

from layers.editing.lines import End
from layers.editing.plan import EditPlan
from layers.model.asset import AssetKey
from layers.model.editing import Way
from layers.register import Register


def plan_join(
    register: Register,
    line: AssetKey,
    end: End,
    target: AssetKey,
    target_end: End | None = None,
    *,
    way: Way | None = None,
) -> EditPlan:
    """Bring the end of ``line`` (and all that meets it) onto ``target``: its end, or the nearest place on it.

    A target of type point is met where it stands. Raises ``UserError`` when they are joined already.
    """
    raise NotImplementedError
