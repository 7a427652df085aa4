"""What one does on the map for a project: mains to lay and to retire, area, budget, completion, before and after."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from gisapp.actions import Action
from gisapp.panels.works.before_after import STYLE, BeforeAfter, View
from gisapp.panels.works.project_acts import ProjectActs
from gisapp.window import Window
from layers.later import Later
from layers.text import Message

if TYPE_CHECKING:
    from gisapp.panels.drafting.drafting import Drafting
    from gisapp.tools.drawing import pick_tool
else:
    pick_tool = Later("gisapp.tools.drawing.pick_tool")

_TOOL = "project_mains"
_VIEWS: tuple[tuple[View, str, Message], ...] = (
    ("before", "clock-counter-clockwise", Message("works.act.before")),
    ("after", "arrow-clockwise", Message("works.act.after")),
    ("both", "intersect", Message("works.act.both")),
)


def works_actions(window: Window) -> list[Action]:
    """The acts of the project looked at, in the tools menu, the map's menu and the palette."""
    session = window.parts.session

    def acts() -> ProjectActs:
        return window.works

    def has_project() -> bool:
        return session.is_open and acts().project is not None

    def can_choose() -> bool:
        return has_project() and acts().can_choose

    def named(id: str) -> Callable[[], Message | None]:
        return lambda: Message(id, {"name": acts().name}) if session.is_open and acts().name else None

    def act(
        id: str,
        title: str,
        icon: str,
        handler: Callable[[], None],
        words: str,
        enabled: Callable[[], bool] = has_project,
        label: str = "",
        group: int = 9,
    ) -> Action:
        return Action(
            id=f"renewal_act.{id}", title=Message(title), icon=icon, menu="projects", group=group, handler=handler,
            enabled=enabled, words=words, label=named(label) if label else None,
        )  # fmt: skip

    return [
        act(
            "complete", "works.act.complete", "check-circle", lambda: acts().complete(),
            "complete finish as built 竣工 完工 转资产 jungong", label="works.act.complete.of",
        ),
        act(
            "draw", "works.act.draw", "pencil-line", lambda: acts().draw(),
            "draw planned main 绘制 规划 新管", label="works.act.draw.of",
        ),
        act(
            "pick", "works.act.pick", "hand-pointing", lambda: _pick(window),
            "click mains into the project 点选 管线", label="works.act.pick.of",
        ),
        act(
            "copy_planned", "works.act.copy", "copy", lambda: acts().copy_planned(),
            "copy old main as planned 复制 旧管 原位更换", can_choose, "works.act.copy.of",
        ),
        act(
            "retire_selection", "works.act.retire", "archive", lambda: acts().choose("retire"),
            "retire old main by project 废除 旧管", can_choose, "works.act.retire.of",
        ),
        act(
            "lay_selection", "works.act.lay", "plus-circle", lambda: acts().choose("lay"),
            "lay planned main by project 敷设 新管", can_choose, "works.act.lay.of",
        ),
        act(
            "take_out", "works.act.take_out", "minus-circle", lambda: acts().release(),
            "take out of project 移出项目", can_choose, "works.act.take_out.of",
        ),
        act(
            "section", "works.act.section", "line-segments", lambda: acts().put_in_section(),
            "section 标段", lambda: can_choose() and len(session.selection.ids("section")) == 1,
        ),
        act(
            "select_mains", "works.act.select_mains", "selection-all", lambda: acts().select_mains(),
            "select mains of project 项目管线",
        ),
        act(
            "select_road", "works.act.select_road", "path", lambda: acts().select_road(),
            "select mains along road 道路 沿路",
        ),
        act("area", "works.act.area", "polygon", lambda: acts().make_area(), "project area 项目范围"),
        act("budget", "works.act.budget", "calculator", lambda: acts().price(), "budget price 预算 单价 长度"),
        act(
            "suspend", "works.act.suspend", "pause", lambda: acts().put_state("suspended"),
            "suspend 暂停 停工", group=10,
        ),
        act("cancel", "works.act.cancel", "x-circle", lambda: acts().put_state("cancelled"), "cancel 取消", group=10),
        act("resume", "works.act.resume", "play", lambda: acts().put_state("open"), "resume 恢复 复工", group=10),
        *(
            Action(
                id=f"renewal_act.{view}", title=title, icon=icon, menu="view", group=6,
                handler=partial(_show, window, view), enabled=lambda: session.is_open,
                checked=partial(_is_shown, window, view), words="before after works 改造前 改造后",
            )
            for view, icon, title in _VIEWS
        ),
    ]  # fmt: skip


def tie_works(window: Window) -> None:
    """The acts follow the project looked at; what is refused is said."""
    acts, actions = window.works, window.parts.actions
    acts.refused.connect(window.parts.notifier.warn)
    acts.changed.connect(actions.refresh)
    window.before_after.changed.connect(actions.refresh)

    def follow() -> None:
        project = window.renewal.centre.project
        if project is not None:
            acts.take(project)

    window.renewal.centre.chosen.connect(follow)

    def bring_tool(drafting: Drafting) -> None:
        tool = pick_tool.PickTool(window.map.canvas, drafting.aid)
        tool.news.picked.connect(lambda picked: acts.toggle(picked[0][0]))
        tool.news.missed.connect(lambda: drafting.mending.noticed.emit(Message("draft.missed")))
        window.map.add_tool(_TOOL, tool)

    window.map.drafting_room.tie(bring_tool)


def _pick(window: Window) -> None:
    """Every click on a main takes it into the project, or out of it again."""
    drafting = window.map.drafting
    if drafting.may_edit():
        window.map.use_tool(_TOOL)
        drafting.hint.show_hint(Message("works.hint.pick", {"name": window.works.name}))
        drafting.place()


def _before_after(window: Window) -> BeforeAfter:
    return window.before_after


def _show(window: Window, view: View) -> None:
    _before_after(window).show(view)


def _is_shown(window: Window, view: View) -> bool:
    scene = window.map.canvas.scene
    return scene is not None and scene.style.name == STYLE and _before_after(window).shown == view
