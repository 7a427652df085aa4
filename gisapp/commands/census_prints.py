"""What leaves the census desk: its report as Excel, Word and PDF, and plates of assets with a code to scan."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gisapp.actions import Action
from gisapp.window import Window
from layers.later import Later
from layers.text import Message

if TYPE_CHECKING:
    from gisapp.commands import census_documents
else:
    # Word, Excel and all that paper takes are loaded when the first document is made.
    census_documents = Later("gisapp.commands.census_documents")


def census_print_actions(window: Window) -> list[Action]:
    """What stands below the desk's own acts in the tools menu."""
    session = window.parts.session

    def has_campaign() -> bool:
        return session.is_open and window.census.centre.campaign is not None

    def has_assets() -> bool:
        return session.is_open and (bool(session.selection.by_type) or window.census.centre.lot is not None)

    def report(kind: str, words: str) -> Action:
        return Action(
            id=f"census_print.{kind}", title=Message(f"census_report.action.{kind}"), icon="file-text", menu="tools",
            group=8, handler=lambda: census_documents.write_report(window, kind), enabled=has_campaign, words=words,
        )  # fmt: skip

    return [
        report("excel", "census report xlsx 普查报告 表格 pucha baogao"),
        report("word", "census report docx 普查报告 文档 pucha baogao"),
        report("pdf", "census report print 普查报告 打印 pucha baogao"),
        Action(
            id="census_print.plates", title=Message("census_report.action.plates"), icon="identification-card",
            menu="tools", group=8, handler=lambda: census_documents.print_plates(window), enabled=has_assets,
            words="asset plate label qr 标牌 铭牌 二维码 biaopai",
        ),
    ]  # fmt: skip
