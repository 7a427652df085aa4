"""Making styles of the map: edit, new, import."""

from __future__ import annotations

from gisapp.actions import Action
from gisapp.window import Window
from layers.text import Message


def style_actions(window: Window) -> list[Action]:
    """The style part of the view menu."""
    session = window.parts.session

    return [
        Action(
            id="style.edit",
            title=Message("styling.action.edit"),
            key="Ctrl+Shift+E",
            icon="palette",
            menu="view",
            group=3,
            handler=lambda: edit_style(window),
            enabled=lambda: session.is_open,
            words="style symbology legend colours 样式 符号 配色 图例 分级 分类 yangshi",
        ),
        Action(
            id="style.new",
            title=Message("styling.action.new"),
            icon="plus",
            menu="view",
            group=3,
            handler=lambda: new_style(window),
            enabled=lambda: session.is_open,
            words="style symbology 新建样式 专题图 yangshi",
        ),
        Action(
            id="style.import",
            title=Message("styling.action.import"),
            icon="download-simple",
            menu="view",
            group=3,
            handler=lambda: import_style(window),
            enabled=lambda: session.is_writable,
            words="style toml 导入样式 yangshi",
        ),
    ]


def edit_style(window: Window) -> None:
    """Open the editor on the style in use; one of the program is copied, never changed."""
    window.style_editor.open_style(window.map.styles.name, anew=False)


def new_style(window: Window) -> None:
    """Open the editor on a new style that starts as the map is drawn now."""
    window.style_editor.open_style(window.map.styles.name, anew=True)


def import_style(window: Window) -> None:
    """Ask for a style file and open the editor on it."""
    window.style_editor.ask_import(window.map.styles.name)
