"""What is done with files: the sample, open, new, import, export, copy, close."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from gisapp.actions import Action
from gisapp.commands.opening import ask_copy, ask_new, ask_open, close_register, open_target
from gisapp.window import Window
from layers.later import Later
from layers.text import Message

if TYPE_CHECKING:
    from gisapp.commands import exporting, importing, sample, servers
else:
    exporting = Later("gisapp.commands.exporting")
    importing = Later("gisapp.commands.importing")
    sample = Later("gisapp.commands.sample")
    servers = Later("gisapp.commands.servers")


def file_actions(window: Window, new_window: Callable[[], object]) -> list[Action]:
    """The file menu."""
    session = window.parts.session

    def is_open() -> bool:
        return session.is_open

    def is_writable() -> bool:
        return session.is_writable

    def add(
        name: str, title: Message, handler: Callable[[], None], icon: str, group: int, **options: object
    ) -> Action:
        return Action(
            id=f"file.{name}",
            title=title,
            handler=handler,
            icon=icon,
            menu="file",
            group=group,
            **options,  # type: ignore[arg-type]
        )

    return [
        add(
            "open",
            Message("action.open"),
            lambda: ask_open(window, lambda path: importing.import_files(window, [path])),
            "folder-open",
            1,
            key="Ctrl+O",
        ),
        add(
            "open_server",
            Message("action.open_server"),
            lambda: servers.ask_server(window, open_target),
            "database",
            1,
            words="postgresql postgis 服务器 数据库",
        ),
        add("new", Message("action.new"), lambda: ask_new(window), "file-plus", 1, key="Ctrl+N"),
        add(
            "sample",
            Message("action.sample"),
            lambda: sample.open_sample(window),
            "drop",
            1,
            words="demo 演示 样例",
        ),
        add(
            "window", Message("action.window"), lambda: _void(new_window()), "browser", 1, key="Ctrl+Shift+N"
        ),
        add(
            "import",
            Message("action.import"),
            lambda: importing.ask_import(window),
            "download-simple",
            2,
            key="Ctrl+I",
            words="shapefile geojson epanet inp csv excel dxf cad 图纸",
            enabled=lambda: is_writable() or not is_open(),
        ),
        add(
            "export",
            Message("action.export"),
            lambda: exporting.ask_export(window),
            "upload-simple",
            2,
            key="Ctrl+E",
            enabled=is_open,
            words="shapefile geojson csv excel dxf cad 图纸",
        ),
        add(
            "copy",
            Message("action.copy"),
            lambda: ask_copy(window),
            "copy",
            2,
            key="Ctrl+Shift+S",
            enabled=is_open,
            words="backup 备份",
        ),
        add(
            "close",
            Message("action.close"),
            lambda: close_register(window),
            "x",
            3,
            key="Ctrl+W",
            enabled=is_open,
        ),
        add("quit", Message("action.quit"), lambda: _void(window.close()), "sign-out", 4, key="Ctrl+Q"),
        Action(
            id="tool.quarantine",
            title=Message("action.quarantine"),
            handler=lambda: importing.open_quarantine(window),
            icon="tray",
            menu="tools",
            group=5,
            enabled=is_open,
            words="quarantine 隔离 导入",
        ),
    ]


def _void(result: object) -> None:
    """Actions give nothing back."""
