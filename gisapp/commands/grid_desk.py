"""What one does at the grid desk: open it, go to a day, hand over, split; and asking who is responsible, anywhere."""

from __future__ import annotations

import datetime
from collections.abc import Callable

from gisapp.actions import Action
from gisapp.desks.grid_desk import TOOL
from gisapp.window import Window
from layers.model.asset import AssetKey
from layers.model.duty_words import ASSIGNMENT
from layers.model.query import Compare
from layers.text import Message


def grid_desk_actions(window: Window) -> list[Action]:
    """The desk's part of the grids menu and the palette."""
    session = window.parts.session

    def is_open() -> bool:
        return session.is_open

    def has_grid() -> bool:
        return is_open() and window.grids.centre.grid is not None and session.may("edit")

    def has_one() -> bool:
        return is_open() and session.selection.only is not None

    return [
        Action(
            id="grids.open", title=Message("grid_desk.action.open"), key="Ctrl+Shift+U", icon="squares-four",
            menu="grids", group=1, handler=lambda: window.show_desk("grids"), enabled=is_open,
            words="grids stewards desk 网格台 水管家 责任 wangge",
        ),
        Action(
            id="who.tool", title=Message("grid_desk.action.tool"), key="W", icon="user-focus", menu="grids", group=1,
            handler=lambda: window.map.use_tool("select" if window.map.tool_name == TOOL else TOOL),
            enabled=is_open, checked=lambda: window.map.tool_name == TOOL,
            words="who is responsible click steward 谁负责 点图查责任人 shei",
        ),
        Action(
            id="who.asset", title=Message("grid_desk.action.asset"), key="Ctrl+Shift+W", icon="user-circle",
            menu="grids", group=1, handler=lambda: _ask_selected(window), enabled=has_one,
            words="who is responsible for the selected asset 谁负责 所选 责任人 shei",
        ),
        Action(
            id="who.here", title=Message("grid_desk.action.here"), icon="map-pin", menu="grids", group=1,
            handler=lambda: _ask_here(window), enabled=is_open,
            words="who is responsible here 谁负责这里 责任人 shei",
        ),
        Action(
            id="grids.today", title=Message("grid_desk.action.today"), icon="calendar-blank", menu="grids", group=1,
            handler=lambda: window.grids.centre.go_to_day(window.grids.centre.now),
            enabled=lambda: is_open() and not window.grids.centre.is_today, words="today 今天 回到今天",
        ),
        Action(
            id="grids.labels", title=Message("grid_desk.action.labels"), icon="text-t", menu="grids", group=1,
            handler=lambda: window.grids.show_labels(not window.grids.wants_labels), enabled=is_open,
            checked=lambda: window.grids.wants_labels, words="labels names on map 网格注记 姓名",
        ),
        Action(
            id="grids.hand_over", title=Message("grid_desk.action.hand_over"), icon="arrows-left-right", menu="grids",
            group=2, handler=lambda: _at_desk(window, window.grids.hand_over), enabled=has_grid,
            words="hand over grid steward 移交 换人 交接 yijiao",
        ),
        Action(
            id="grids.split_hand", title=Message("grid_desk.action.split_hand"), icon="knife", menu="grids",
            group=2, handler=lambda: _at_desk(window, window.grids.begin_split), enabled=has_grid,
            words="split grid hand half over 拆分 移交 一半 chaifen",
        ),
        Action(
            id="grids.leaving", title=Message("grid_desk.action.leaving"), icon="users", menu="grids", group=2,
            handler=lambda: _leave(window), enabled=lambda: is_open() and session.may("edit"),
            words="person leaves bulk hand over 离岗 批量移交 离职 ligang",
        ),
    ]  # fmt: skip


def tie_grid_desk(window: Window) -> None:
    """The answer takes the inspector's place; assignments are listed in the table."""
    grids = window.grids
    window.inspector.who_asked.connect(grids.ask_asset)
    grids.roster_moved.connect(lambda is_asked: _move_roster(window, is_asked))
    window.room.below_taken.connect(lambda owner: _give_way(window, owner))
    grids.arranged.connect(lambda: _arrange(window))
    grids.rows_asked.connect(lambda target: _list_rows(window, target))
    grids.centre.chosen.connect(window.parts.actions.refresh)
    grids.centre.changed.connect(window.parts.actions.refresh)


def _give_way(window: Window, owner: str) -> None:
    """A panel of no desk (key accounts, a proposal) was opened in the roster's place: the last one opened stays."""
    grids = window.grids
    if grids.shows_roster and owner not in ("", *window.desks):
        grids.wants_roster = False
        window.parts.actions.refresh()


def _move_roster(window: Window, is_asked: bool) -> None:
    """The roster stands under the map while the desk is open and it is wanted."""
    grids = window.grids
    if not is_asked:
        _give_way(window, window.room.below_of)
    if window.desk == "grids" or grids.wants_roster:
        window.room.show_below("grids", (lambda: grids.roster) if grids.shows_roster else None)
    window.parts.actions.refresh()


def _arrange(window: Window) -> None:
    """The answer stands in the inspector's place while there is one; then comes back what stood there."""
    grids = window.grids
    if grids.shows_page:
        window.side.show_of("who", lambda: grids.page)
    elif window.desk == "renewal":
        window.renewal.arranged.emit()
    else:
        desk = window.desks[window.desk]
        window.side.show_of(desk.id, desk.side)
    window.parts.actions.refresh()


def ask_who(window: Window, text: str, day: datetime.date | None) -> None:
    """Ask who is responsible for what a text names, on a day (None: as the desk stands)."""
    window.close_sheet()
    if day is not None:
        window.grids.centre.go_to_day(day)
    window.grids.ask_text(text)


def _ask_here(window: Window) -> None:
    """Where the menu of the map was opened, else the middle of the map."""
    box = window.map.canvas.viewport.box
    middle = (box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2
    window.grids.ask_place(*(window.grids.take_menu_place() or middle))


def _ask_selected(window: Window) -> None:
    only = window.parts.session.selection.only
    if only is not None:
        window.grids.ask_asset(only)


def _at_desk(window: Window, act: Callable[[], None]) -> None:
    """Do something with the grid looked at, at the desk."""
    grid = window.grids.centre.grid
    if window.desk == "grids" or grid is None:
        window.grids.when_known(act)
        return
    window.show_desk("grids")
    window.grids.centre.choose(grid)
    window.grids.when_known(act)


def _leave(window: Window) -> None:
    """The person selected, if one is, leaves."""
    only = window.parts.session.selection.only
    person = only.id if only is not None and only.type == "person" else None
    if window.desk != "grids":
        window.show_desk("grids")
    window.grids.when_known(lambda: window.grids.leave(person))


def _list_rows(window: Window, target: AssetKey) -> None:
    session = window.parts.session
    where = Compare("target", "=", f"{target.type}:{target.id}")
    session.filter({**session.filters, ASSIGNMENT: where})
    window.table.open(ASSIGNMENT)
