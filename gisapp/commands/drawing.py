"""Drawing and mending: what the editing tools, the edit menu, the map's menu and the palette offer."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from gisapp.actions import Action
from gisapp.panels.drafting.habits import Habits
from gisapp.panels.drafting.type_menu import KEYED
from gisapp.window import Window
from layers.text import Message

if TYPE_CHECKING:
    from gisapp.panels.drafting import drafting as drafting_room

_TOOLS = (
    (
        "edit_shape",
        "E",
        "arrows-out-cardinal",
        Message("action.tool.edit_shape"),
        "move vertex drag 移动 节点 折点 拖",
    ),
    ("split", "X", "scissors", Message("action.tool.split"), "split cut break 打断 分割 拆分"),
    ("extend", "", "arrow-line-right", Message("action.tool.extend"), "extend lengthen 延伸 延长"),
    ("trim", "", "crop", Message("action.tool.trim"), "trim cut 修剪 截断"),
    ("continue", "J", "path", Message("action.tool.continue"), "continue carry on 续画 接着画"),
)


def drawing_actions(window: Window) -> list[Action]:
    """The actions of the map's editing tools."""
    session = window.parts.session

    def drafting() -> drafting_room.Drafting:
        return window.map.drafting

    def is_open() -> bool:
        # A read-only register answers with its reason; the strip of a past day has said its own.
        return session.is_open and not session.is_past

    def is_drawing() -> bool:
        return is_open() and window.map.tool_name == "draw"

    def again_label() -> Message | None:
        recent = window.map.draw_choice.recent if is_open() else None
        return None if recent is None else Message("action.draw.again.of", {"type": recent.title})

    tools = [
        Action(
            id=f"tool.{name}", title=title, key=key, icon=icon, menu="edit", group=7,
            handler=_using(window, name), enabled=is_open, checked=_is_used(window, name), words=words,
        )
        for name, key, icon, title, words in _TOOLS
    ]  # fmt: skip
    return [
        Action(
            id="draw.again", title=Message("action.draw.again"), key="D", icon="pencil-simple", menu="edit", group=7,
            handler=lambda: drafting().draw(), enabled=is_open, checked=is_drawing, label=again_label,
            words="draw new digitize 新建 绘制 画",
        ),
        Action(
            id="draw.choose", title=Message("action.draw.choose"), key="Shift+D", icon="caret-down", menu="edit",
            group=7, handler=lambda: window.map.choose_type(), enabled=is_open, words="draw type 类型",
        ),
        *tools,
        *(_type_action(window, number) for number in range(1, KEYED + 1)),
        *_selection_actions(window),
        Action(
            id="draw.snap", title=Message("action.draw.snap"), key="S", icon="magnet-straight", menu="edit",
            group=9, handler=lambda: drafting().switch_snapping(), enabled=is_open,
            checked=lambda: is_open() and window.map.draw_choice.habits.snaps, words="snap magnet 捕捉",
        ),
        Action(
            id="draw.trace", title=Message("action.draw.trace"), key="T", icon="path", menu="edit", group=9,
            handler=lambda: drafting().switch_tracing(), enabled=is_drawing,
            checked=lambda: is_drawing() and drafting().draw_tool.follows, words="trace follow 跟踪 沿管线",
        ),
        Action(
            id="draw.survey", title=Message("action.draw.survey"), key="C", icon="keyboard", menu="edit", group=9,
            handler=lambda: drafting().switch_survey(), enabled=is_open,
            checked=lambda: is_drawing() and window.map.draw_choice.habits.surveys,
            words="coordinates bearing distance offset parallel 坐标 方位 距离 垂距 平行",
        ),
    ]  # fmt: skip


def _selection_actions(window: Window) -> list[Action]:
    """Acts on what is selected."""
    session = window.parts.session

    def drafting() -> drafting_room.Drafting:
        return window.map.drafting

    def possible(condition: Callable[[], bool]) -> Callable[[], bool]:
        return lambda: bool(session.selection) and not session.is_past and condition()

    return [
        Action(
            id="draw.merge", title=Message("action.draw.merge"), key="Ctrl+J", icon="git-merge", menu="edit", group=8,
            handler=lambda: drafting().mending.merge(),
            enabled=possible(lambda: len(drafting().mending.lines) > 1), words="merge join 合并 连接",
        ),
        Action(
            id="draw.reverse", title=Message("action.draw.reverse"), key="Ctrl+Shift+R", icon="arrows-left-right",
            menu="edit", group=8, handler=lambda: drafting().mending.reverse(),
            enabled=possible(lambda: bool(drafting().mending.lines)), words="reverse flip direction 反向 方向",
        ),
        Action(
            id="draw.copy_attributes", title=Message("action.draw.copy_attributes"), icon="copy", menu="edit", group=8,
            handler=lambda: drafting().mending.copy_attributes(),
            enabled=possible(lambda: max(session.selection.counts.values(), default=0) > 1),
            words="copy attributes brush 格式刷 属性刷",
        ),
        Action(
            id="draw.replace", title=Message("action.draw.replace"), icon="swap", menu="edit", group=8,
            handler=lambda: drafting().mending.replace(),
            enabled=possible(lambda: len(drafting().mending.ending) == 1), words="replace renew 更换 换管",
        ),
        Action(
            id="draw.retire", title=Message("action.draw.retire"), icon="archive", menu="edit", group=8,
            handler=lambda: drafting().mending.retire(),
            enabled=possible(lambda: bool(drafting().mending.ending)), words="retire abandon 退役 报废 停用",
        ),
        Action(
            id="draw.delete", title=Message("action.draw.delete"), key="Delete", icon="trash", menu="edit", group=8,
            handler=lambda: drafting().mending.delete_mistake(),
            enabled=possible(lambda: bool(drafting().mending.removable)), words="delete mistake remove 删除 误录",
        ),
    ]  # fmt: skip


def _type_action(window: Window, number: int) -> Action:
    """Draw the type of this number, by its digit."""
    session = window.parts.session

    def type_at() -> Callable[[], None] | None:
        types = window.map.draw_choice.types if session.is_open and not session.is_past else ()
        return None if number > len(types) else lambda: window.map.drafting.draw(types[number - 1])

    def label() -> Message | None:
        types = window.map.draw_choice.types if session.is_open else ()
        return (
            None
            if number > len(types)
            else Message("action.draw.again.of", {"type": types[number - 1].title})
        )

    def is_ours() -> bool:
        """A desk at which digits mean something else lends them to who has begun to draw."""
        return window.map.tool_name == "draw" or not window.desks[window.desk].has_digits

    def draw() -> None:
        handler = type_at()
        if handler is not None:
            handler()

    return Action(
        id=f"draw.type_{number}", title=Message("action.draw.numbered", {"number": number}), key=str(number),
        icon="pencil-simple", menu="tools", group=6, handler=draw, label=label,
        enabled=lambda: type_at() is not None and is_ours(), words="draw new 新建 绘制",
    )  # fmt: skip


def tie_drawing(window: Window) -> None:
    """What drawing tells the user, and what is remembered of how one draws."""
    parts, choice = window.parts, window.map.draw_choice

    def tie(drafting: drafting_room.Drafting) -> None:
        drafting.told.connect(lambda words: parts.notifier.done(words, "edit.undo"))
        drafting.warned.connect(parts.notifier.warn)

    choice.habits = Habits.of(parts.settings.preferences.drafting)
    choice.changed.connect(lambda habits: parts.settings.change(drafting=habits.data()))
    window.map.drafting_room.tie(tie)


def _using(window: Window, name: str) -> Callable[[], None]:
    def use() -> None:
        if window.map.drafting.may_edit():
            window.map.use_tool(name)

    return use


def _is_used(window: Window, name: str) -> Callable[[], bool]:
    return lambda: window.parts.session.is_open and window.map.tool_name == name
