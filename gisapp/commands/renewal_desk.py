"""What one does at the renewal desk: its views, the day's log, dates of milestones, new projects."""

from __future__ import annotations

from functools import partial

from gisapp.actions import Action
from gisapp.window import Window
from layers.model.asset import AssetKey
from layers.model.query import Compare, Query
from layers.renewal.words import PROJECT
from layers.text import Message

_VIEWS = (
    ("board", "columns", Message("renewal_desk.action.board"), "board kanban 看板 kanban"),
    ("list", "list", Message("renewal_desk.action.list"), "project list 项目清单 xiangmu"),
    (
        "timeline",
        "chart-bar-horizontal",
        Message("renewal_desk.action.timeline"),
        "gantt timeline 进度 甘特 jindu",
    ),
    ("funnel", "funnel", Message("renewal_desk.action.funnel"), "funnel conversion 户表改造 漏斗 hubiao"),
)


def renewal_desk_actions(window: Window) -> list[Action]:
    """The desk's part of the tools menu and the palette."""
    session = window.parts.session

    def is_open() -> bool:
        return session.is_open

    def has_project() -> bool:
        return window.desk == "renewal" and window.renewal.centre.project is not None

    def may_write() -> bool:
        return has_project() and session.may("edit")

    def show(view: str) -> None:
        window.show_desk("renewal")
        window.renewal.panel.show_view(view)

    views = [
        Action(
            id=f"projects.{view}", title=title, icon=icon, menu="projects", group=7,
            handler=partial(show, view), enabled=is_open, words=words,
        )
        for view, icon, title, words in _VIEWS
    ]  # fmt: skip
    return [
        Action(
            id="projects.open", title=Message("renewal_desk.action.open"), key="Ctrl+Shift+J", icon="arrows-clockwise",
            menu="projects", group=7, handler=lambda: window.show_desk("renewal"), enabled=is_open,
            words="renewal projects desk 改造台 项目 gaizao",
        ),
        *views,
        Action(
            id="projects.log", title=Message("renewal_desk.action.log"), key="Ctrl+L", icon="note-pencil",
            menu="projects", group=8, handler=lambda: window.renewal.page.open_log(), enabled=may_write,
            words="log metres laid today 施工日志 敷设 rizhi",
        ),
        Action(
            id="projects.milestone", title=Message("renewal_desk.action.milestone"), key="Ctrl+M", icon="flag",
            menu="projects", group=8, handler=lambda: window.renewal.page.open_milestone(), enabled=may_write,
            words="milestone date stage 节点 日期 jiedian",
        ),
        Action(
            id="projects.new", title=Message("renewal_desk.action.new"), icon="plus", menu="projects", group=8,
            handler=lambda: _ask_new(window), enabled=lambda: is_open() and session.may("edit"),
            words="new project 新建项目 xinjian",
        ),
        Action(
            id="projects.mine", title=Message("renewal_desk.action.mine"), icon="user", menu="projects", group=8,
            handler=lambda: _show_mine(window), enabled=is_open, words="my projects 我的项目 wode",
        ),
        Action(
            id="projects.schedule", title=Message("renewal_desk.action.schedule"), icon="chart-bar-horizontal",
            menu="projects", group=8, handler=lambda: window.renewal.show_schedule(not window.renewal.wants_schedule),
            enabled=lambda: window.desk == "renewal", checked=lambda: window.renewal.wants_schedule,
            words="schedule gantt 进度计划 jindu",
        ),
    ]  # fmt: skip


def tie_renewal(window: Window) -> None:
    """Rows of a project are listed in the table, kept to it by a filter that can be seen and taken away."""
    window.renewal.arranged.connect(lambda: _arrange(window))
    window.renewal.fields_asked.connect(lambda key: window.parts.session.select((key,)))
    window.renewal.rows_asked.connect(lambda name, project: _list_rows(window, name, project))
    window.renewal.centre.chosen.connect(window.parts.actions.refresh)


def _arrange(window: Window) -> None:
    """The page of a project stands in the inspector's place, its timeline under the map, while there is one."""
    renewal, is_here = window.renewal, window.desk == "renewal"
    if is_here:
        window.side.show_of("renewal", (lambda: renewal.page) if renewal.shows_page else None)
    is_below = is_here and renewal.shows_schedule
    window.room.show_below("renewal", (lambda: renewal.schedule) if is_below else None)


def _list_rows(window: Window, type_name: str, project: AssetKey | None) -> None:
    session = window.parts.session
    if project is not None:
        session.filter({**session.filters, type_name: Compare(PROJECT, "=", project.id)})
        window.table.open(type_name)


def _ask_new(window: Window) -> None:
    window.show_desk("renewal")
    window.renewal.panel.open_new()


def _show_mine(window: Window) -> None:
    """Keep to the projects of whoever works here; nobody of that name manages any: say so."""
    window.show_desk("renewal")
    centre, name = window.renewal.centre, window.parts.settings.preferences.name
    register = window.parts.session.register
    found = [] if register is None else register.find(Query("person", Compare("name", "=", name), limit=1))
    person = found[0].id if found else None
    if person is None:
        window.parts.notifier.info(Message("renewal_desk.nobody", {"name": name}))
    else:
        centre.keep_to("manager", person)
