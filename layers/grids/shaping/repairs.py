"""Mending the coverage: a gap goes to the neighbour along its longest edge, shared land stays with one, what lies
outside the service area is cut off."""

from __future__ import annotations

from collections.abc import Sequence

import shapely
from shapely.geometry.base import BaseGeometry

from layers.editing.plan import EditPlan
from layers.errors import UserError
from layers.feedback import Feedback
from layers.grids.coverage import Flaw
from layers.grids.ground import Grids, read_grids
from layers.grids.patchwork import pieces_of, plain
from layers.grids.shaping.refusals import checked_whole
from layers.grids.shaping.reshaping import plan_boundaries
from layers.grids.sizes import area_words
from layers.register import Register
from layers.text import Message


def plan_repair(
    register: Register, flaws: Sequence[Flaw], *, to: int | None = None, feedback: Feedback | None = None
) -> EditPlan:
    """Mend flaws as one act. A gap goes to ``to`` or the neighbour with the longest edge; land of two grids stays with
    ``to`` or the one whose assets it holds already; land outside is cut off.

    Raises ``UserError`` when none of them can be mended so.
    """
    grids = read_grids(register)
    shapes: dict[int, BaseGeometry] = {}
    figures: list[Message] = []
    refused: UserError | None = None
    for flaw in flaws:
        try:
            changed, words = mended(grids.with_shapes(shapes), flaw, to)
        except UserError as error:
            refused = error
            continue
        shapes |= changed
        figures.append(words)
    if refused is not None and not shapes:
        raise refused
    label = Message("grid_ground.repaired", {"count": len(figures)})
    return plan_boundaries(register, grids, label, shapes, figures=figures, feedback=feedback)


def mended(grids: Grids, flaw: Flaw, to: int | None = None) -> tuple[dict[int, BaseGeometry], Message]:
    """The new shapes, by id, without a flaw, and what was done in words. Raises ``UserError``."""
    if flaw.fault == "gap":
        return _filled(grids, flaw, to)
    return _cut_off(grids, flaw, to) if flaw.fault == "overlap" else _cut_back(grids, flaw)


def _filled(grids: Grids, flaw: Flaw, to: int | None) -> tuple[dict[int, BaseGeometry], Message]:
    heirs = (to,) if to is not None else flaw.grids
    if not heirs:
        raise UserError(Message("grid_ground.gap_alone"), Message("grid_ground.gap_alone_hint"))
    for heir in heirs:
        before = grids.shape_of(heir)
        assert before is not None
        after = plain(shapely.union(before, flaw.shape))
        # A neighbour that the gap touches in a hair only would fall apart: the next one takes it.
        if pieces_of(after) <= pieces_of(before):
            code = grids.codes[grids.position(heir)]
            words = Message("grid_ground.gap_goes_to", {"code": code, "area": area_words(flaw.area)})
            return {heir: after}, words
    raise UserError(Message("grid_ground.gap_alone"), Message("grid_ground.gap_alone_hint"))


def _cut_off(grids: Grids, flaw: Flaw, to: int | None) -> tuple[dict[int, BaseGeometry], Message]:
    # Places on shared land belong to the smallest code already: with that one nothing changes its grid.
    order = sorted(flaw.grids, key=lambda id: (id != to, grids.position(id)))
    refused: UserError | None = None
    for keeps in order:
        loser = next(id for id in flaw.grids if id != keeps)
        before = grids.shape_of(loser)
        assert before is not None
        after = plain(shapely.difference(before, flaw.shape))
        code, other = (grids.codes[grids.position(id)] for id in (keeps, loser))
        try:
            checked_whole(before, after, other)
        except UserError as error:
            refused = error
            continue
        words = {"code": code, "other": other, "area": area_words(flaw.area)}
        return {loser: after}, Message("grid_ground.overlap_stays", words)
    assert refused is not None
    raise refused


def _cut_back(grids: Grids, flaw: Flaw) -> tuple[dict[int, BaseGeometry], Message]:
    (id,) = flaw.grids
    before = grids.shape_of(id)
    assert before is not None
    after = plain(shapely.difference(before, flaw.shape))
    code = grids.codes[grids.position(id)]
    checked_whole(before, after, code)
    return {id: after}, Message("grid_ground.cut_back", {"code": code, "area": area_words(flaw.area)})
