"""Selecting: tools, modes, everything, the rest, and what the map's own menu offers."""

from __future__ import annotations

from collections.abc import Callable

from gisapp.actions import Action
from gisapp.window import Window
from layers.model.selection import SelectionMode
from layers.text import Message

_TOOLS = (
    ("identify", "I", "info", Message("action.tool.identify"), "identify 查询 属性"),
    ("select_polygon", "P", "polygon", Message("action.tool.select_polygon"), "lasso polygon 圈选"),
    ("select_line", "L", "line-segments", Message("action.tool.select_line"), "crossing line 相交"),
    ("select_radius", "R", "circle-dashed", Message("action.tool.select_radius"), "circle buffer 缓冲"),
)
_MODES: tuple[tuple[SelectionMode, str, Message], ...] = (
    ("new", "selection", Message("action.select.mode_new")),
    ("add", "selection-plus", Message("action.select.mode_add")),
    ("remove", "minus", Message("action.select.mode_remove")),
    ("intersect", "intersect", Message("action.select.mode_intersect")),
)


def select_actions(window: Window) -> list[Action]:
    """Selecting in the tools and edit menus."""
    session = window.parts.session

    def is_open() -> bool:
        return session.is_open

    tools = [
        Action(
            id=f"tool.{name}",
            title=title,
            key=key,
            icon=icon,
            menu="tools",
            group=0,
            handler=_using(window, name),
            enabled=is_open,
            checked=_is_used(window, name),
            words=words,
        )
        for name, key, icon, title, words in _TOOLS
    ]
    modes = [
        Action(
            id=f"select.mode_{mode}",
            title=title,
            icon=icon,
            menu="edit",
            group=5,
            handler=_use_mode(window, mode),
            enabled=is_open,
            checked=_is_mode(window, mode),
        )
        for mode, icon, title in _MODES
    ]
    return [
        *tools,
        Action(
            id="select.all",
            title=Message("action.select.all"),
            key="Ctrl+A",
            icon="selection-all",
            menu="edit",
            group=4,
            handler=lambda: window.map.selection.take_all(),
            enabled=is_open,
        ),
        Action(
            id="select.invert",
            title=Message("action.select.invert"),
            key="Ctrl+Shift+A",
            icon="selection-inverse",
            menu="edit",
            group=4,
            handler=lambda: window.map.selection.invert(),
            enabled=is_open,
        ),
        *modes,
    ]


def _using(window: Window, name: str) -> Callable[[], None]:
    return lambda: window.map.use_tool(name)


def _is_used(window: Window, name: str) -> Callable[[], bool]:
    return lambda: window.parts.session.is_open and window.map.tool_name == name


def _use_mode(window: Window, mode: SelectionMode) -> Callable[[], None]:
    return lambda: window.map.selection.use_mode(mode)


def _is_mode(window: Window, mode: SelectionMode) -> Callable[[], bool]:
    return lambda: window.parts.session.is_open and window.map.selection.mode == mode
