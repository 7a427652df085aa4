"""Changing the boundaries of grids: the geometry part of the grids menu and the palette."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gisapp.actions import Action
from gisapp.panels.grid_shaping.tool_names import BOUNDARY, CORNERS, SPLIT
from gisapp.window import Window
from layers.model.duty_words import GRID
from layers.text import Message

if TYPE_CHECKING:
    from gisapp.panels.grid_shaping import shaping as shaping_room


def grid_actions(window: Window) -> list[Action]:
    """The actions of the map's tools for grids."""
    session = window.parts.session

    def shaping() -> shaping_room.GridShaping:
        return window.shaping

    def is_open() -> bool:
        # A read-only register answers with its reason.
        return session.is_open and not session.is_past

    def selected() -> int:
        return session.selection.counts.get(GRID, 0)

    def shows_coverage() -> bool:
        made = window.shaping_room.made
        return made is not None and made.shows_coverage

    def uses(name: str) -> bool:
        return is_open() and window.map.tool_name == name

    def draws() -> bool:
        return uses("draw") and getattr(window.map.drafting.type, "name", "") == GRID

    return [
        Action(
            id="grid_act.draw", title=Message("grid_shaping.action.draw"), icon="polygon", menu="grids", group=3,
            handler=lambda: shaping().draw(), enabled=is_open, checked=draws,
            words="draw grid boundary 画网格 新建网格 wangge",
        ),
        Action(
            id="grid_act.split", title=Message("grid_shaping.action.split"), key="Shift+G", icon="scissors",
            menu="grids", group=3, handler=lambda: shaping().use(SPLIT), enabled=is_open,
            checked=lambda: uses(SPLIT), words="split divide grid line 拆分网格 分割 chaifen",
        ),
        Action(
            id="grid_act.merge", title=Message("grid_shaping.action.merge"), icon="git-merge", menu="grids", group=3,
            handler=lambda: shaping().merge(), enabled=lambda: is_open() and selected() > 1,
            words="merge join grids 合并网格 hebing",
        ),
        Action(
            id="grid_act.group", title=Message("grid_shaping.action.group"), icon="stack", menu="grids", group=3,
            handler=lambda: shaping().group(), enabled=lambda: is_open() and selected() > 0,
            words="group area district levels 片区 分片 上级 pianqu",
        ),
        Action(
            id="grid_act.boundary", title=Message("grid_shaping.action.boundary"), icon="path", menu="grids", group=3,
            handler=lambda: shaping().use(BOUNDARY), enabled=is_open, checked=lambda: uses(BOUNDARY),
            words="move boundary border redraw reshape 改画边界 移动边界 bianjie",
        ),
        Action(
            id="grid_act.corners", title=Message("grid_shaping.action.corners"), icon="arrows-out-cardinal",
            menu="grids", group=3, handler=lambda: shaping().use(CORNERS), enabled=is_open,
            checked=lambda: uses(CORNERS), words="vertex corner drag boundary 角点 折点 拖动边界",
        ),
        Action(
            id="grid_act.coverage", title=Message("grid_shaping.action.coverage"), icon="warning", menu="grids",
            group=3, handler=lambda: shaping().switch_coverage(), enabled=is_open,
            checked=shows_coverage, words="coverage gaps overlaps check 覆盖 空白 重叠 检查 fugai",
        ),
        Action(
            id="grid_act.mend_all", title=Message("grid_shaping.action.mend_all"), icon="wrench", menu="grids",
            group=3, handler=lambda: shaping().mend_all(),
            enabled=lambda: is_open() and shows_coverage() and bool(shaping().card.mendable),
            words="mend repair gaps overlaps 修补 空白 重叠",
        ),
    ]  # fmt: skip


def tie_grids(window: Window) -> None:
    """What is possible follows the card."""
    window.shaping_room.tie(lambda made: made.possible_changed.connect(window.parts.actions.refresh))
    # It has a say in how boundaries are drawn and bent.
    window.map.drafting_room.tie(lambda _: window.shaping_room())
