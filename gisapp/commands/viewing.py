"""How one looks at things: zoom, theme, language."""

from __future__ import annotations

from gisapp.actions import Action
from gisapp.window import Window
from layers.text import Message


def view_actions(window: Window) -> list[Action]:
    """The view menu."""
    parts = window.parts

    def is_open() -> bool:
        return parts.session.is_open

    return [
        Action(
            id="view.fit",
            title=Message("action.fit"),
            key="Ctrl+0",
            icon="corners-out",
            menu="view",
            group=1,
            handler=lambda: window.map.fit(),
            enabled=is_open,
        ),
        Action(
            id="view.fit_selection",
            title=Message("action.fit_selection"),
            key="F",
            icon="crosshair",
            menu="view",
            group=1,
            handler=lambda: window.map.fly_to_selection(),
            enabled=lambda: bool(parts.session.selection),
        ),
        Action(
            id="view.zoom_in",
            title=Message("action.zoom_in"),
            key="Ctrl+=",
            icon="plus",
            menu="view",
            group=1,
            handler=lambda: window.map.zoom(2.0),
            enabled=is_open,
        ),
        Action(
            id="view.zoom_out",
            title=Message("action.zoom_out"),
            key="Ctrl+-",
            icon="minus",
            menu="view",
            group=1,
            handler=lambda: window.map.zoom(0.5),
            enabled=is_open,
        ),
        Action(
            id="tool.select",
            title=Message("action.tool.select"),
            key="V",
            icon="cursor",
            menu="tools",
            handler=lambda: window.map.use_tool("select"),
            enabled=is_open,
            checked=lambda: is_open() and window.map.tool_name == "select",
        ),
        Action(
            id="tool.pan",
            title=Message("action.tool.pan"),
            key="H",
            icon="hand",
            menu="tools",
            handler=lambda: window.map.use_tool("pan"),
            enabled=is_open,
            checked=lambda: is_open() and window.map.tool_name == "pan",
        ),
        Action(
            id="view.theme",
            title=Message("action.theme"),
            key="Ctrl+Shift+D",
            icon="moon",
            menu="view",
            group=9,
            handler=lambda: switch_theme(window),
            words="dark light 深色 浅色 夜间",
        ),
        Action(
            id="view.language",
            title=Message("action.language"),
            key="Ctrl+Shift+L",
            icon="translate",
            menu="view",
            group=9,
            handler=lambda: use_language(window, parts.language.other),
            words="english chinese 中文 英文",
        ),
    ]


def switch_theme(window: Window) -> None:
    """From light to dark and back."""
    use_theme(window, "dark" if window.parts.theme.name == "light" else "light")


def use_theme(window: Window, choice: str) -> None:
    """Look so from now on, and at the next start."""
    window.parts.theme.use(choice)
    window.parts.settings.change(theme=choice)


def use_language(window: Window, code: str) -> None:
    """Speak so from now on, and at the next start."""
    window.parts.language.use(code)
    window.parts.settings.change(language=code)
