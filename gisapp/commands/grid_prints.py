"""What leaves the desk of grids: notice cards, the book of maps, the roster, a web map."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from gisapp.actions import Action
from gisapp.window import Window
from layers.later import Later
from layers.text import Message

if TYPE_CHECKING:
    from gisapp.commands import grid_documents
else:
    # Word, Excel, Leaflet and all that paper takes are loaded when the first document is made.
    grid_documents = Later("gisapp.commands.grid_documents")

_A3 = 2**0.5
_TABS = (
    (
        "calendar",
        Message("stewards.action.calendar"),
        "calendar-blank",
        "calendar changes 变动日历 到期 rili",
    ),
    (
        "balance",
        Message("stewards.action.balance"),
        "chart-bar-horizontal",
        "balance workload chart 工作量 均衡 junheng",
    ),
)

_STYLES = (
    ("grid", "grid", Message("stewards.style.grid"), "style by grid 样式 网格 着色 zhuose"),
    ("person", "grid_person", Message("stewards.style.person"), "style by person 样式 责任人 着色 zhuose"),
    ("load", "grid_load", Message("stewards.style.load"), "style by workload 样式 工作量 着色 zhuose"),
    ("alarm", "grid_alarm", Message("stewards.style.alarm"), "style by alarm 样式 告警 着色 zhuose"),
)


def grid_print_actions(window: Window) -> list[Action]:
    """What stands in the grids menu below the acts."""
    session = window.parts.session

    def is_open() -> bool:
        return session.is_open and "grid" in (session.register.catalogue if session.register else ())

    def document(name: str, icon: str, words: str) -> Action:
        return Action(
            id=f"roster.{name}", title=Message(f"stewards.action.{name}"), icon=icon, menu="grids", group=5,
            handler=lambda: grid_documents.write_roster(window, name), enabled=is_open, words=words,
        )  # fmt: skip

    def show_tab(name: str) -> None:
        window.show_desk("grids")
        window.grids.show_roster(True)
        window.grids.roster.show_tab(name)

    def toggle() -> None:
        on = not (window.desk == "grids" and window.grids.wants_roster)
        window.show_desk("grids")
        window.grids.show_roster(on)

    def use_style(name: str) -> None:
        window.map.use_style(name)

    tabs = [
        Action(
            id=f"roster.{name}", title=title, icon=icon, menu="grids", group=5, handler=partial(show_tab, name),
            enabled=is_open, words=words,
        )
        for name, title, icon, words in _TABS
    ]  # fmt: skip
    styles = [
        Action(
            id=f"roster.style_{name}", title=title, icon="palette", menu="grids", group=7,
            handler=partial(use_style, style), enabled=is_open, words=words,
        )
        for name, style, title, words in _STYLES
    ]  # fmt: skip
    return [
        *styles,
        Action(
            id="roster.open", title=Message("stewards.action.open"), key="Ctrl+Shift+Y", icon="rows", menu="grids",
            group=5, handler=toggle, enabled=is_open,
            checked=lambda: window.desk == "grids" and window.grids.wants_roster,
            words="roster stewards 花名册 huamingce",
        ),
        *tabs,
        Action(
            id="grid_print.card", title=Message("stewards.action.card"), icon="identification-card", menu="grids",
            group=5, handler=lambda: grid_documents.print_cards(window), enabled=is_open,
            words="notice card print steward 公示牌 网格卡 印 二维码 gongshipai",
        ),
        Action(
            id="grid_print.card_large", title=Message("stewards.action.card_large"), icon="identification-card",
            menu="grids", group=5, handler=lambda: grid_documents.print_cards(window, _A3), enabled=is_open,
            words="notice card a3 print 公示牌 大 gongshipai",
        ),
        Action(
            id="grid_print.book", title=Message("stewards.action.book"), icon="book-open", menu="grids", group=5,
            handler=lambda: grid_documents.print_book(window), enabled=is_open,
            words="map book atlas print pdf 图册 网格图 tuce",
        ),
        document("pdf", "file-text", "roster pdf print 花名册 打印 huamingce"),
        document("excel", "file-text", "roster excel xlsx 花名册 表格 huamingce"),
        document("word", "file-text", "roster word docx 花名册 文档 huamingce"),
        Action(
            id="grid_print.share", title=Message("stewards.action.share"), icon="share-network", menu="grids", group=5,
            handler=lambda: grid_documents.share_grids_map(window), enabled=is_open,
            words="share web map html grids stewards 分享 网页地图 网格 fenxiang",
        ),
    ]  # fmt: skip


def tie_grid_prints(window: Window) -> None:
    """Styles tell of the day that the desk tells of, while it is open and the map shows today."""
    grids, session = window.grids, window.parts.session

    def tell() -> None:
        is_of_desk = window.desk == "grids" and session.past is None and not grids.centre.is_today
        window.map.tell_of(grids.centre.day if is_of_desk else None)

    grids.centre.changed.connect(tell)
    grids.arranged.connect(tell)
