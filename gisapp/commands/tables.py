"""The table under the map: showing it, finding in it, and writing its rows to files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from gisapp.actions import Action
from gisapp.commands.selecting import ask_condition
from gisapp.window import Window
from layers.later import Later
from layers.text import Message

if TYPE_CHECKING:
    from gisapp.commands import exporting
    from layers.exchange.export import ExportOptions
    from layers.table import columns
else:
    # The formats of files bring GDAL along: no start waits for it.
    exporting = Later("gisapp.commands.exporting")
    columns = Later("layers.table.columns")


def table_actions(window: Window) -> list[Action]:
    """The table in the view menu."""
    session = window.parts.session

    def is_open() -> bool:
        return session.is_open

    def is_shown() -> bool:
        return session.is_open and window.table.is_open

    return [
        Action(
            id="view.table",
            title=Message("action.table"),
            key="Ctrl+T",
            icon="table",
            menu="view",
            group=2,
            handler=lambda: window.table.switch(),
            enabled=is_open,
            checked=is_shown,
            words="table attribute 属性表 表格 台账 biaoge shuxingbiao",
        ),
        Action(
            id="view.table_selected",
            title=Message("action.table_selected"),
            key="Ctrl+Shift+T",
            icon="selection-foreground",
            menu="view",
            group=2,
            handler=lambda: show_selected(window),
            enabled=lambda: bool(session.selection),
            words="table selection 选中 表格",
        ),
        Action(
            id="view.table_columns",
            title=Message("action.table_columns"),
            icon="columns",
            menu="view",
            group=2,
            handler=_of_drawer(window, "choose_columns"),
            enabled=is_shown,
            words="columns fields 列 字段",
        ),
        Action(
            id="file.export_rows",
            title=Message("action.table_export"),
            icon="export",
            menu="file",
            group=3,
            handler=_of_drawer(window, "ask_export"),
            enabled=is_shown,
            words="export rows csv excel 导出 表格",
        ),
    ]


def tie_table(window: Window) -> None:
    """What leads out of the table."""
    notifier, table = window.parts.notifier, window.table
    table.fly_asked.connect(lambda key: window.map.fly_to_asset(key))
    table.condition_asked.connect(lambda name: ask_condition(window, name, filters=True))
    table.export_asked.connect(lambda name, ids: ask_rows(window, name, ids))
    table.type_shown.connect(window.filters.leave_out)
    table.noticed.connect(notifier.done)
    table.written.connect(lambda words: notifier.done(words, "edit.undo"))
    table.warned.connect(notifier.warn)
    table.switched.connect(lambda _: window.parts.actions.refresh())


def show_selected(window: Window) -> None:
    """Show what is selected, and nothing else, in the table."""
    counts = window.parts.session.selection.counts
    if not counts:
        return
    window.table.open(next(iter(counts)))
    drawer = window.table.drawer
    if drawer is not None:
        drawer.only.setChecked(True)


def ask_rows(window: Window, type_name: str, ids: columns.Numbers) -> None:
    """Ask where to write these assets, and write them."""
    register = window.parts.session.register
    if register is None or not len(ids):
        return
    types = [(register.catalogue[type_name], len(ids))]
    dialog = exporting.export_dialog(window, register, types, type_name)

    def write(path: Path, options: ExportOptions) -> None:
        exporting.export(window, register, path, options.of_rows({type_name: ids}))

    dialog.chosen.connect(write)
    dialog.open()


def _of_drawer(window: Window, name: str) -> Callable[[], None]:
    def act() -> None:
        if window.table.drawer is not None:
            getattr(window.table.drawer, name)()

    return act
