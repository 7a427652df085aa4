"""Accepting a proposal, whole or in part: one plan with boundaries, people and everything that changes its grid."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from layers.editing.plan import EditPlan
from layers.errors import UserError
from layers.feedback import Feedback
from layers.grids.faces import Integers, Shapes
from layers.grids.ground import read_grids
from layers.grids.naming import next_code, next_name
from layers.grids.proposing.proposal import Proposal
from layers.grids.proposing.site_reading import Survey
from layers.grids.shaping.reshaping import NewGrid, plan_boundaries
from layers.register import Register
from layers.text import Message

DIFFERENT = 0.5
"""Square metres by which a grid as it is drawn differs from its ground in the proposal (gaps, overlaps, outside)."""


def plan_acceptance(
    register: Register,
    survey: Survey,
    proposal: Proposal,
    moves: Collection[int] | None = None,
    *,
    title: str = "",
    feedback: Feedback | None = None,
) -> EditPlan:
    """The plan that makes these moves (by number; None = the whole proposal).

    Grids that lose all ground end, new ones begin with the people of the grid most of their load comes from. Where
    there was no grid, a new one is called ``title`` and a number. Raises ``UserError`` when nothing is chosen, a grid
    would fall apart, or boundaries have changed since the survey.
    """
    label = proposal.accepted(moves)
    now = read_grids(register)
    if (
        now.ids.tolist() != survey.grids.ids.tolist()
        or now.versions.tolist() != survey.grids.versions.tolist()
    ):
        raise UserError(Message("grid_proposal.stale"), Message("grid_proposal.stale_hint"))
    check_whole(survey, proposal, label)
    shapes = proposal.shapes_of(label)
    changed = _changed(proposal, label, is_whole=moves is None)
    kept = {survey.ids[grid]: shapes[grid] for grid in changed if shapes[grid] is not None}
    ended = {
        survey.ids[grid]: _heir(survey, proposal, label, grid) for grid in changed if shapes[grid] is None
    }
    new = _new_grids(register, survey, proposal, label, shapes, title)
    return plan_boundaries(
        register,
        survey.grids,
        Message("grid_proposal.label", {"grids": len(kept) + len(new) + len(ended)}),
        kept,
        new=new,
        ended=ended,
        figures=_figures(proposal, label, shapes),
        feedback=feedback,
    )


def check_whole(survey: Survey, proposal: Proposal, label: Integers) -> None:
    """Raises ``UserError`` when this choice of moves changes nothing or leaves a grid in pieces."""
    if (label == proposal.before).all():
        raise UserError(Message("grid_proposal.no_moves"), Message("grid_proposal.no_moves_hint"))
    broken = proposal.broken(label)
    if broken:
        known = [survey.codes[grid] for grid in broken if grid < len(survey.codes)]
        raise UserError(
            Message("grid_proposal.in_pieces", {"grids": ", ".join(known) or "+"}),
            Message("grid_proposal.in_pieces_hint"),
        )


def _changed(proposal: Proposal, label: Integers, *, is_whole: bool) -> list[int]:
    """The present grids whose ground changes."""
    moving = label != proposal.before
    found = np.unique(np.concatenate([proposal.before[moving], label[moving]])).tolist()
    if is_whole:
        found += [
            grid
            for grid, (drawn, ground) in enumerate(
                zip(proposal.known_shapes, proposal.shapes_before[: proposal.known], strict=True)
            )
            if abs(drawn.area - (0.0 if ground is None else ground.area)) > DIFFERENT
        ]
    return sorted({grid for grid in found if 0 <= grid < proposal.known})


def _heir(survey: Survey, proposal: Proposal, label: Integers, grid: int) -> int | None:
    """The present grid that gets most of what an ended grid held; None when that is a new one."""
    mine = proposal.before == grid
    load = np.bincount(
        label[mine & (label >= 0)], proposal.blocks.weight[mine & (label >= 0)], proposal.grids
    )
    best = int(np.argmax(load))
    return survey.ids[best] if best < proposal.known and load[best] > 0 else None


def _new_grids(
    register: Register, survey: Survey, proposal: Proposal, label: Integers, shapes: Shapes, title: str
) -> list[NewGrid]:
    """New grids with code, name and people after the one that most of their load comes from."""
    found: list[NewGrid] = []
    codes: list[str] = []
    names: list[str] = []
    for grid in range(proposal.known, proposal.grids):
        if shapes[grid] is None:
            continue
        mine = label == grid
        before = proposal.before[mine]
        held = before >= 0
        beside = None
        if held.any():
            load = np.bincount(before[held], proposal.blocks.weight[mine][held] + 1e-9, proposal.known)
            beside = int(np.argmax(load))
        values = {"name": f"{title}{grid + 1}"}
        if beside is not None:
            codes.append(next_code(register, survey.codes[beside], codes))
            names.append(next_name(survey.grids, survey.names[beside], names))
            values = {"code": codes[-1], "name": names[-1]}
        found.append(NewGrid(shapes[grid], None if beside is None else survey.ids[beside], values))
    return found


def _figures(proposal: Proposal, label: Integers, shapes: Shapes) -> tuple[Message, ...]:
    now, then = (
        proposal.quality_of(proposal.before, proposal.shapes_before),
        proposal.quality_of(label, shapes),
    )
    return (
        Message(
            "grid_proposal.figure_balance",
            {
                "before": round(now.worst * 100),
                "after": round(then.worst * 100),
                "least": round(then.least * 100),
            },
        ),
        Message("grid_proposal.figure_moved", {"percent": round(proposal.moved_share(label) * 100, 1)}),
    )
