"""Drawing: a new line, point or area, its ends tied to the network; a point put on a line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shapely.geometry.base import BaseGeometry

from layers.editing.plan import Answers, EditPlan
from layers.model.asset import AssetKey
from layers.model.editing import Way
from layers.register import Register


def plan_draw(
    register: Register,
    type_name: str,
    geometry: BaseGeometry,
    values: Mapping[str, Any] | None = None,
    *,
    reach: float = 0.0,
    way: Way | None = None,
    answers: Answers | None = None,
) -> EditPlan:
    """Add an asset of this shape. Insert 0 of the plan is the asset.

    Both ends of a line of the network (and a point that sits on lines) are put exactly on the line, end or vertex
    within ``reach`` metres (at least the register's node tolerance); ``way`` overrides what the catalogue says is
    done to the other line: ``cut`` in two, given a ``vertex``, or left alone (``beside``).
    Raises ``UserError`` for a shape that cannot be.
    """
    raise NotImplementedError


def plan_place(
    register: Register,
    type_name: str,
    place: tuple[float, ...],
    values: Mapping[str, Any] | None = None,
    *,
    line: AssetKey | None = None,
    reach: float = 0.0,
    way: Way | None = None,
    answers: Answers | None = None,
) -> EditPlan:
    """Put a new point asset on ``line`` (default: the nearest within ``reach``). Insert 0 of the plan is the asset.

    Raises ``UserError`` when no line is near.
    """
    raise NotImplementedError
