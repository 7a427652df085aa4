"""What one does at the census desk: a campaign, its lots, logging target after target, figures below the map."""

from __future__ import annotations

from collections.abc import Callable

from gisapp.actions import Action
from gisapp.commands.tables import show_selected
from gisapp.window import Window
from layers.model.asset import AssetKey
from layers.text import Message

#: Who else puts a list under the map of this desk; it stays there until it is put away.
REPORTS = "sightings"


def census_desk_actions(window: Window) -> list[Action]:
    """The desk's part of the tools menu and the palette."""
    session = window.parts.session

    def is_open() -> bool:
        return session.is_open

    def may_write() -> bool:
        return session.is_open and session.may("edit")

    def has_campaign() -> bool:
        return may_write() and window.desk == "census" and window.census.centre.campaign is not None

    def has_row() -> bool:
        return window.desk == "census" and window.census.centre.row is not None

    return [
        Action(
            id="survey.open", title=Message("census_desk.action.open"), key="Ctrl+Shift+P", icon="clipboard-text",
            menu="tools", group=7, handler=lambda: window.show_desk("census"), enabled=is_open,
            words="census survey desk 普查台 清查 pucha",
        ),
        Action(
            id="survey.campaign", title=Message("census_desk.action.campaign"), icon="plus", menu="tools", group=7,
            handler=lambda: at_desk(window, lambda: window.census.making.ask_campaign()), enabled=may_write,
            words="new campaign 新建普查批次 xinjian",
        ),
        Action(
            id="survey.lots", title=Message("census_desk.action.lots"), icon="squares-four", menu="tools", group=7,
            handler=lambda: window.census.making.ask_lots(), enabled=has_campaign,
            words="make lots assign teams 分任务 派组 renwu",
        ),
        Action(
            id="survey.log", title=Message("census_desk.action.log"), icon="note-pencil", menu="tools", group=7,
            handler=lambda: window.census.begin(), enabled=has_row, words="log record 登记 填表 dengji",
        ),
        Action(
            id="survey.fly", title=Message("census_desk.action.fly"), icon="map-pin", menu="tools", group=7,
            handler=lambda: window.census.fly(), enabled=has_row, words="show target 定位对象 dingwei",
        ),
        Action(
            id="survey.below", title=Message("census_desk.action.below"), icon="chart-bar", menu="tools", group=7,
            handler=lambda: _switch_below(window),
            enabled=lambda: window.desk == "census", checked=lambda: window.census.wants_below,
            words="progress differences 普查进度 差异 jindu",
        ),
        Action(
            id="survey.quality", title=Message("quality.action.open"), icon="shield-check", menu="tools", group=7,
            handler=lambda: at_desk(window, lambda: window.census.show_tab("quality")), enabled=is_open,
            words="quality sample resurvey excavation sign off 质检 抽样 签认 zhijian chouyang",
        ),
        Action(
            id="survey.defects", title=Message("repairs.action.open"), icon="wrench", menu="tools", group=7,
            handler=lambda: at_desk(window, lambda: window.census.show_tab("defects")), enabled=is_open,
            words="defects repair close 缺陷 销号 复查 quexian xiaohao",
        ),
    ]  # fmt: skip


def tie_census(window: Window) -> None:
    """Progress and differences stand under the map while the desk is open."""
    window.census.arranged.connect(lambda: _arrange(window))
    window.census.listed.connect(lambda name, ids: list_assets(window, name, ids))
    window.census.centre.chosen.connect(window.parts.actions.refresh)
    # Who has begun to draw chooses by digits what: one key never means two things.
    drawn = window.parts.actions.qt("draw.type_1")
    drawn.enabledChanged.connect(lambda is_drawn: window.census.take_digits(not is_drawn))
    window.census.take_digits(not drawn.isEnabled())
    window.rail.desk_chosen.connect(lambda name: _uncover(window) if name == "census" else None)


def _uncover(window: Window) -> None:
    """Who asks for the desk sees its own part under the map, not a list that was put there."""
    if window.room.below_of == REPORTS:
        window.room.show_below(REPORTS, None)
        _arrange(window)


def _arrange(window: Window) -> None:
    census = window.census
    if not (window.room.below_of == REPORTS and census.shows_below):
        window.room.show_below("census", (lambda: census.below) if census.shows_below else None)
    if window.desk == "census":
        if census.is_checking:
            window.side.show_of("quality", lambda: census.check_page)
        else:
            window.side.show_of("census", lambda: census.page)


def at_desk(window: Window, act: Callable[[], None]) -> None:
    """Do this at the desk of the census, its own part under the map."""
    if window.desk != "census":
        window.show_desk("census")
    # Another list that was put under the map gives way to what is asked for.
    window.room.show_below(REPORTS, None)
    act()


def _switch_below(window: Window) -> None:
    """Put the desk's part under the map, or away; a list in its place gives way first."""
    census, is_covered = window.census, window.room.below_of == REPORTS
    window.room.show_below(REPORTS, None)
    census.show_below(is_covered or not census.wants_below)


def list_assets(window: Window, type_name: str, ids: tuple[int, ...]) -> None:
    """Select assets and list them in the table, from where they are exported."""
    window.parts.session.select([AssetKey(type_name, id) for id in ids])
    show_selected(window)
