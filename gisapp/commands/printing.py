"""Printing the map, or writing it as PDF, PNG or SVG."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gisapp.actions import Action
from gisapp.window import Window
from layers.later import Later
from layers.text import Message

if TYPE_CHECKING:
    from gisapp.commands import print_map
else:
    print_map = Later("gisapp.commands.print_map")


def printing_actions(window: Window) -> list[Action]:
    """What the file menu has for paper."""
    return [
        Action(
            id="file.print",
            title=Message("printing.action"),
            key="Ctrl+P",
            icon="printer",
            menu="file",
            group=2,
            handler=lambda: print_map.ask_print(window),
            enabled=lambda: window.parts.session.is_open,
            words="print pdf png svg 打印 出图 图纸 图幅",
        )
    ]
