"""A statement as a document: pictures painted here, the file written in a task."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from gisapp.commands.folders import free_path, written
from gisapp.map.sheet.fonts import sheet_font
from gisapp.panels.statement.bars import bars_picture
from gisapp.panels.statement.paper import StatementPaper
from gisapp.window import Window
from layers.feedback import Feedback
from layers.reports.document import Pictures
from layers.reports.excel import write_excel
from layers.reports.listing import list_pipes
from layers.reports.word import write_word
from layers.text import Message, Texts

WRITERS: dict[str, tuple[str, Callable[..., Any]]] = {
    "word": (".docx", write_word),
    "excel": (".xlsx", write_excel),
}


def write_document(window: Window, kind: str, path: Path | None = None) -> None:
    """Write the statement that is looked at as ``word``, ``excel`` or ``pdf``, with a map sheet of its pipes."""
    opened = window.statements.work.current
    if opened is None:
        return
    language, report = window.parts.language, opened.report
    texts = Texts(language.code)
    if kind == "pdf":
        out = path or free_path(window, report.title, ".pdf")
        StatementPaper(window.parts.session, window.parts.tasks, window.map, texts, window).write(
            opened, out, written(window, out)
        )
        return
    ending, write = WRITERS[kind]
    out = path or free_path(window, report.title, ending)
    font = sheet_font(to_pdf=False)
    charts = {
        chart.name: bars_picture(chart, lambda strong: font(13.0, strong), texts.render)
        for chart in report.charts
    }

    register = window.parts.session.register
    assert register is not None

    def go(map_sheet: Any) -> None:
        def work(feedback: Feedback) -> None:
            listing = None
            if kind == "excel":
                listing = list_pipes(register, opened.statement, texts, feedback.part(0.0, 0.6))
            write(report, out, texts, Pictures(charts, map_sheet, listing), feedback.part(0.6, 1.0))

        window.parts.tasks.run(
            Message("reporting.writing", {"file": out.name}),
            work,
            written(window, out),
            owner=window,
            key=f"statements.write.{kind}",
        )

    StatementPaper(window.parts.session, window.parts.tasks, window.map, texts, window).picture(opened, go)
