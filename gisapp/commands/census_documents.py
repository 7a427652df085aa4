"""Documents of the census: its report, and plates of assets; written in tasks, noted, offered to be opened."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gisapp.commands.folders import free_path, written
from gisapp.map.sheet.fonts import sheet_font
from gisapp.panels.paper.pages_paper import PagesPaper, PagesWish, Print
from gisapp.panels.paper.plate_pages import PlatePages
from gisapp.panels.roster.roster_pages import RosterPages
from gisapp.window import Window
from layers.census.report_data import campaign_on, read_figures
from layers.census.words import RECORD
from layers.exchange.noting import note_given
from layers.feedback import Feedback
from layers.register import Register
from layers.reports.census.plates import Plates, read_plates, targets_of_lot
from layers.reports.census.report import report_of
from layers.reports.grids.roster import Roster
from layers.reports.grids.roster_excel import write_roster_excel
from layers.reports.grids.roster_word import write_roster_word
from layers.text import Message, Texts

WRITERS: dict[str, tuple[str, Callable[..., Any]]] = {
    "excel": (".xlsx", write_roster_excel),
    "word": (".docx", write_roster_word),
}


def write_report(window: Window, kind: str, path: Path | None = None) -> None:
    """The report of the campaign looked at as ``excel``, ``word`` or ``pdf``; of the one that runs, before any is."""
    register = window.parts.session.register
    if register is None:
        return
    looked_at = window.census.centre.campaign
    campaign = None if looked_at is None else looked_at.id
    texts, day = Texts(window.parts.language.code), datetime.date.today()
    ending, write = WRITERS.get(kind, (".pdf", None))
    out = path or free_path(window, _name(window, register, campaign), ending)

    def read(feedback: Feedback) -> tuple[Roster, int]:
        figures = read_figures(register, campaign_on(register, campaign), day, feedback)
        return report_of(register, figures), len(figures.found)

    def note(made: tuple[Roster, int]) -> None:
        label = Message("census_report.noted", {"file": out.name})
        note_given(register, out, label, (RECORD,), made[1], personal=False, exact_places=False)

    label = Message("census_report.writing", {"file": out.name})

    def make(made: tuple[Roster, int]) -> Print:
        return Print(RosterPages(made[0], texts, sheet_font(to_pdf=True), packed=True))

    if write is None:
        wish = PagesWish(out, out.stem, label, read, make, note)
        _paper(window).write(wish, written(window, out))
        return

    def work(feedback: Feedback) -> None:
        made = read(feedback.part(0.0, 0.8))
        write(made[0], out, texts, feedback.part(0.8, 1.0))
        note(made)

    window.parts.tasks.run(
        label, work, written(window, out), lane="writer", owner=window, key=f"census_report.{kind}"
    )


def print_plates(window: Window, path: Path | None = None) -> None:
    """Plates of what is selected; of the lot at the desk where nothing is."""
    register = window.parts.session.register
    if register is None:
        return
    selected = {name: [int(id) for id in ids] for name, ids in window.parts.session.selection.by_type.items()}
    lot = window.census.centre.lot
    texts = Texts(window.parts.language.code)
    out = path or free_path(window, window.parts.language.render(Message("census_report.plates")), ".pdf")

    lacking: list[Message] = []

    def read(feedback: Feedback) -> Plates:
        chosen = selected or ({} if lot is None else targets_of_lot(register, lot))
        return read_plates(register, chosen, feedback)

    def note(made: Plates) -> None:
        count = len(made.plates)
        label = Message("census_report.noted_plates", {"file": out.name, "count": count})
        types = sorted(selected) or [RECORD]
        note_given(register, out, label, types, count, personal=False, exact_places=False)
        lacking.extend([] if made.hotline else [Message("census_report.no_hotline")])

    def told(path: object) -> None:
        written(window, out)(path)
        for words in lacking:
            window.parts.notifier.warn(words, Message("census_report.no_hotline_hint"))

    def make(made: Plates) -> Print:
        return Print(PlatePages(made, texts, sheet_font(to_pdf=True)))

    label = Message("census_report.writing", {"file": out.name})
    wish = PagesWish(out, out.stem, label, read, make, note)
    _paper(window).write(wish, told)


def _paper(window: Window) -> PagesPaper[Any]:
    return PagesPaper(window.parts.session, window.parts.tasks, window)


def _name(window: Window, register: Register, campaign: int | None) -> str:
    code = str(campaign_on(register, campaign)["code"])
    return window.parts.language.render(Message("census_report.file", {"code": code}))
