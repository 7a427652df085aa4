"""Statements: a new period, documents, submitting, and projects shared as a web map."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gisapp.actions import Action
from gisapp.commands.folders import show_written
from gisapp.window import Window
from layers.later import Later
from layers.text import Message

if TYPE_CHECKING:
    from gisapp.commands import documents, sharing
    from gisapp.dialogs import period_dialog
else:
    # Word, Excel and Leaflet are loaded when the first document is made.
    documents = Later("gisapp.commands.documents")
    sharing = Later("gisapp.commands.sharing")
    period_dialog = Later("gisapp.dialogs.period_dialog")


def statement_actions(window: Window) -> list[Action]:
    """What the desk of statements offers."""
    session = window.parts.session

    def is_open() -> bool:
        return session.is_open

    def is_shown() -> bool:
        return session.is_open and window.statements.work.current is not None

    def may_submit() -> bool:
        current = window.statements.work.current if session.is_open else None
        return current is not None and current.entry.id is None and session.may("edit")

    def document(name: str, key: str, words: str) -> Action:
        return Action(
            id=f"statements.{name}",
            title=Message(f"reporting.action.{name}"),
            icon="file-text",
            key=key,
            menu="file",
            group=5,
            handler=lambda: documents.write_document(window, name),
            enabled=is_shown,
            words=words,
        )

    return [
        Action(
            id="statements.open",
            title=Message("reporting.action.open"),
            icon="chart-bar",
            menu="view",
            group=4,
            handler=lambda: window.show_desk("statements"),
            enabled=is_open,
            words="statement report yearly 报表 年报 统计 nianbao baobiao",
        ),
        Action(
            id="statements.new",
            title=Message("reporting.action.new"),
            icon="plus",
            menu="file",
            group=5,
            handler=lambda: ask_period(window),
            enabled=is_open,
            words="statement period 新建报表 时段",
        ),
        document("word", "", "word docx 文档"),
        document("excel", "", "excel xlsx 表格"),
        document("pdf", "", "pdf 打印"),
        Action(
            id="statements.submit",
            title=Message("reporting.action.submit"),
            icon="lock",
            menu="file",
            group=5,
            handler=lambda: window.statements.work.submit(),
            enabled=may_submit,
            words="submit freeze 报出 冻结 上报",
        ),
        Action(
            id="statements.share",
            title=Message("reporting.action.share"),
            icon="share-network",
            menu="file",
            group=5,
            handler=lambda: sharing.ask_share(window),
            enabled=is_open,
            words="share web map html folium 分享 网页地图",
        ),
        Action(
            id="statements.show_written",
            title=Message("reporting.action.show_written"),
            icon="folder-open",
            menu="file",
            group=3,
            handler=lambda: show_written(window),
            enabled=lambda: bool(window.statements.written),
        ),
    ]


def tie_statements(window: Window) -> None:
    """What leads out of the desk, and into it."""
    desk = window.statements

    def to_map() -> None:
        window.show_desk("map")
        window.map.fly_to_selection()

    def to_what_is_flown_to() -> None:
        # Found by the palette, double-clicked in the table: it shall be seen.
        if window.desk == "statements" and not window.map.isVisible():
            window.show_desk("map")

    desk.map_asked.connect(to_map)
    window.map.canvas.viewport_changed.connect(lambda _: to_what_is_flown_to())


def ask_period(window: Window) -> None:
    """Ask from when to when, and open the draft."""
    parts = window.parts
    dialog = period_dialog.PeriodDialog(parts.language, parts.theme, window)

    def take(first: object, last: object) -> None:
        window.show_desk("statements")
        window.statements.work.add_draft(first, last)  # type: ignore[arg-type]

    dialog.chosen.connect(take)
    dialog.open()
