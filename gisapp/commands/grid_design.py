"""Proposals for grids: open, re-balance in one go, take what is proposed, or leave it."""

from __future__ import annotations

from gisapp.actions import Action
from gisapp.window import Window
from layers.text import Message


def grid_design_actions(window: Window) -> list[Action]:
    """The grids menu's part of designing."""
    session = window.parts.session

    def may_design() -> bool:
        return session.is_open and not session.is_past

    def may_accept() -> bool:
        return may_design() and window.grid_design.has_proposal

    return [
        Action(
            id="grid_design.open", title=Message("grid_proposal.action.open"), icon="squares-four", menu="grids",
            group=4, handler=lambda: _toggle(window), enabled=may_design,
            checked=lambda: window.grid_design.is_open,
            words="grid partition proposal balance 划分 方案 均衡 wangge huafen",
        ),
        Action(
            id="grid_design.rebalance", title=Message("grid_proposal.action.rebalance"), icon="scales", menu="grids",
            group=4, handler=lambda: _rebalance(window), enabled=may_design,
            words="rebalance workload few moves 重新平衡 工作量 pingheng",
        ),
        Action(
            id="grid_design.accept", title=Message("grid_proposal.action.accept"), icon="check", menu="grids",
            group=4, handler=lambda: window.grid_design.accept(), enabled=may_accept,
            words="accept proposal 采纳 方案 caina",
        ),
        Action(
            id="grid_design.discard", title=Message("grid_proposal.action.discard"), icon="x", menu="grids",
            group=4, handler=lambda: window.grid_design.centre.discard(),
            enabled=lambda: window.grid_design.has_proposal, words="discard proposal 放弃 方案 fangqi",
        ),
    ]  # fmt: skip


def tie_grid_design(window: Window) -> None:
    """The panel stands under the map of the grid desk while it is open."""
    window.grid_design.arranged.connect(lambda: _arrange(window))
    window.grids.arranged.connect(lambda: _arrange(window))


def _arrange(window: Window) -> None:
    design, is_here = window.grid_design, window.desk == "grids"
    if is_here and design.is_open:
        window.room.show_below("grid_proposal", lambda: design.panel)
    elif is_here and design.is_laid:
        # Only what is its own: something else of the desk may stand there by now.
        window.room.show_below("grid_proposal", None)
    design.is_laid = is_here and design.is_open


def _toggle(window: Window) -> None:
    """Open it at its desk; a second time it closes."""
    is_wanted = not (window.grid_design.is_open and window.desk == "grids")
    if is_wanted:
        window.show_desk("grids")
    window.grid_design.show(is_wanted)
    if is_wanted:
        _arrange(window)


def _rebalance(window: Window) -> None:
    if not (window.grid_design.is_open and window.desk == "grids"):
        _toggle(window)
    form = window.grid_design.panel.wishes
    form.rebalance.setChecked(True)
    window.grid_design.centre.compute(form.wishes, as_many=True)
