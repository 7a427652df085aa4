"""Selecting: tools, modes, everything, the rest, and what the map's own menu offers."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from gisapp.actions import Action
from gisapp.panels.map_same import MapSame
from gisapp.window import Window
from layers.later import Later
from layers.model.query import Condition
from layers.model.selection import SelectionMode
from layers.text import Message

if TYPE_CHECKING:
    from gisapp.dialogs import condition_dialog
    from layers.search import link_names
else:
    condition_dialog = Later("gisapp.dialogs.condition_dialog")
    link_names = Later("layers.search.link_names")

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
        *_same(window),
        Action(
            id="select.by_condition",
            title=Message("action.select.by_condition"),
            key="Ctrl+F",
            icon="magnifying-glass-plus",
            menu="edit",
            group=4,
            handler=lambda: ask_condition(window),
            enabled=is_open,
            words="query expression filter 属性查询 表达式",
        ),
        Action(
            id="filter.edit",
            title=Message("action.filter.edit"),
            key="Ctrl+Shift+F",
            icon="funnel",
            menu="view",
            group=3,
            handler=lambda: ask_condition(window, next(iter(session.filters), ""), filters=True),
            enabled=is_open,
            words="filter query 筛选 条件",
        ),
        Action(
            id="filter.clear",
            title=Message("action.filter.clear"),
            icon="x-circle",
            menu="view",
            group=3,
            handler=lambda: session.filter({}),
            enabled=lambda: bool(session.filters),
            words="filter 筛选",
        ),
    ]


def _same(window: Window) -> list[Action]:
    """What the map's menu offers about the asset under it; elsewhere about the one selected."""

    def same() -> MapSame:
        return window.map.same

    def has_reference() -> bool:
        return window.parts.session.is_open and same().reference is not None

    return [
        Action(
            id="select.identify_here",
            title=Message("action.select.identify_here"),
            icon="info",
            menu="edit",
            group=6,
            handler=lambda: same().identify(),
            enabled=lambda: window.parts.session.is_open and same().is_on_map,
        ),
        Action(
            id="select.same_type",
            title=Message("action.select.same_type"),
            icon="selection-all",
            menu="edit",
            group=6,
            handler=lambda: same().take_type(),
            enabled=has_reference,
        ),
        Action(
            id="select.same_class",
            title=Message("action.select.same_class"),
            icon="selection-plus",
            menu="edit",
            group=6,
            handler=lambda: same().take_class(),
            enabled=has_reference,
        ),
        Action(
            id="select.same_size",
            title=Message("action.select.same_size"),
            icon="ruler",
            menu="edit",
            group=6,
            handler=lambda: same().take_size(),
            enabled=lambda: has_reference() and same().size_field is not None,
        ),
    ]


def ask_condition(window: Window, type_name: str = "", *, filters: bool = False) -> None:
    """Open the dialog of conditions on a type, with the filter there is; one that is open is used again.

    ``filters`` is set when the user came to filter rather than to select.
    """
    parts = window.parts
    register = parts.session.register
    if register is None:
        return
    shown = [t for t in register.catalogue if t.shape is not None and t.group != "backdrop"]
    types = [*shown, *(t for t in register.catalogue if t.shape is None and t.group in ("people", "record"))]
    name = type_name or next(iter(parts.session.selection.counts), types[0].name)
    dialog = window.findChild(condition_dialog.ConditionDialog)
    if dialog is None:
        dialog = condition_dialog.ConditionDialog(
            parts.language,
            parts.theme,
            parts.tasks,
            register,
            link_names.RegisterLinks(register),
            types,
            window,
        )
        dialog.select_asked.connect(lambda chosen, where: window.map.selection.take_condition(chosen, where))
        dialog.zoom_asked.connect(lambda chosen, where: _fly(window, chosen, where))
        dialog.filter_asked.connect(lambda chosen, where: filter_by(window, chosen, where))
        parts.session.closed.connect(dialog.close)
        # It does not block: the program's keys work in it too, apart from single letters, which are typed.
        keys = (parts.actions.qt(action.id) for action in parts.actions if action.key.startswith("Ctrl+"))
        dialog.addActions(list(keys))
    dialog.lead_to(dialog.filter if filters else dialog.select)
    dialog.show_type(name, parts.session.filters.get(name))
    dialog.show()
    dialog.raise_()
    dialog.activateWindow()


def filter_by(window: Window, type_name: str, condition: Condition | None) -> None:
    """Show of a type only what meets a condition; None shows all of it."""
    filters = dict(window.parts.session.filters)
    filters.pop(type_name, None)
    if condition is not None:
        filters[type_name] = condition
    window.parts.session.filter(filters)


def _fly(window: Window, type_name: str, condition: Condition | None) -> None:
    selection = window.map.selection
    selection.take_condition(type_name, condition, selection.fly_to)


def _using(window: Window, name: str) -> Callable[[], None]:
    return lambda: window.map.use_tool(name)


def _is_used(window: Window, name: str) -> Callable[[], bool]:
    return lambda: window.parts.session.is_open and window.map.tool_name == name


def _use_mode(window: Window, mode: SelectionMode) -> Callable[[], None]:
    return lambda: window.map.selection.use_mode(mode)


def _is_mode(window: Window, mode: SelectionMode) -> Callable[[], bool]:
    return lambda: window.parts.session.is_open and window.map.selection.mode == mode
