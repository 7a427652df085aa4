"""What one does with the lots of a census: the board, teams, due dates, evening out, walking order, map styles."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtGui import QCursor

from gisapp.actions import Action
from gisapp.commands.census_desk import at_desk
from gisapp.window import Window
from layers.text import Message

#: So high the board stands under the map when it is asked for.
BOARD_HEIGHT = 420
_STYLES = (
    ("record", "census", "by outcome record 样式 普查结果 着色 zhuose"),
    ("team", "census_team", "by team 样式 班组 着色 zhuose banzu"),
    ("lot", "census_lot", "by state of lots 样式 任务状态 逾期 着色 zhuose"),
)


def census_lot_actions(window: Window) -> list[Action]:
    """Acts on lots: those selected on the map or the board, else the one whose work list is open."""
    session = window.parts.session

    def is_open() -> bool:
        return session.is_open

    def has_lots() -> bool:
        book = window.census.centre.book
        return bool(window.desk == "census" and book is not None and book.lots)

    def may_change() -> bool:
        return has_lots() and session.may("edit") and bool(window.census.lots.chosen)

    def may_arrange() -> bool:
        return has_lots() and session.may("edit")

    def act(
        id: str, icon: str, words: str, handler: Callable[[], None], enabled: Callable[[], bool]
    ) -> Action:
        return Action(
            id=f"survey.{id}", title=Message(f"lots.action.{id}"), icon=icon, menu="tools", group=7,
            handler=handler, enabled=enabled, words=words,
        )  # fmt: skip

    def use_style(name: str) -> None:
        window.map.use_style(name)

    styles = [
        Action(
            id=f"survey.style_{name}", title=Message(f"lots.style.{name}"), icon="palette", menu="tools", group=7,
            handler=partial(use_style, style), enabled=is_open, words=words,
        )
        for name, style, words in _STYLES
    ]  # fmt: skip
    return [
        Action(
            id="survey.board", title=Message("lots.action.board"), key="Ctrl+Alt+B", icon="columns", menu="tools",
            group=7, handler=lambda: _open_board(window), enabled=is_open,
            words="board kanban lots teams 任务看板 派组 renwu kanban",
        ),
        act("assign", "users", "assign team 派组 交给班组 paizu", lambda: _assign(window), may_change),
        act("due", "calendar-blank", "due date 期限 qixian", lambda: window.census.lot_acts.ask_due(), may_change),
        act("even", "scales", "even out balance load 调匀 均衡 junheng", lambda: _even(window), may_arrange),
        act("walk", "path", "walking order route 步行顺序 路线 buxing", lambda: _walk(window), may_arrange),
        *styles,
    ]  # fmt: skip


def _open_board(window: Window) -> None:
    at_desk(window, lambda: window.census.show_tab("lots"))
    window.room.give_below(BOARD_HEIGHT)


def _assign(window: Window) -> None:
    """Offer the teams where the mouse is."""
    census, at = window.census, QCursor.pos()

    def offer() -> None:
        census.below.lots.open_teams(census.lots.chosen, at)

    census.lots.when_read(offer)


def _even(window: Window) -> None:
    _open_board(window)
    window.census.lot_acts.ask_even()


def _walk(window: Window) -> None:
    window.census.lot_acts.ask_walk()
