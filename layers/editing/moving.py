"""Moving: what hangs on a place comes along."""

from __future__ import annotations

from collections.abc import Sequence

from layers.editing.plan import Answers, EditPlan
from layers.model.asset import AssetKey
from layers.register import Register

Place = tuple[float, ...]


def plan_move_vertex(
    register: Register, asset: AssetKey, index: int, to: Place, *, reach: float = 0.0
) -> EditPlan:
    """Move vertex ``index`` of a line or area (as ``shapely.get_coordinates`` counts).

    Lines that end or have a vertex there, points that stand there, and what hangs on the straight pieces beside it
    move too. An end that comes within ``reach`` of another line is tied to it.
    """
    raise NotImplementedError


def plan_move_node(register: Register, place: Place, to: Place, *, reach: float = 0.0) -> EditPlan:
    """Move everything that meets at ``place``: line ends and vertices, points, what stands in the same chamber."""
    raise NotImplementedError


def plan_move_assets(
    register: Register, assets: Sequence[AssetKey], dx: float, dy: float, *, answers: Answers | None = None
) -> EditPlan:
    """Move whole assets by (dx, dy) metres; lines that end on them are stretched, what stands on them comes along."""
    raise NotImplementedError
