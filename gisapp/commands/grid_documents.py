"""Documents of grids: gathered and written in tasks, painted here, noted as given away, offered to be opened."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from gisapp.commands.folders import free_path, written
from gisapp.panels.paper.pages_paper import PagesPaper
from gisapp.panels.roster.grid_paper import BOOK, CARD, ROSTER, PrintWish, Read, grid_pages
from gisapp.window import Window
from layers.feedback import Feedback
from layers.model.roles import EXPORT_PERSONAL, allows
from layers.reports.grids.gathering import gather_print
from layers.reports.grids.noting import note_people
from layers.reports.grids.roster_excel import write_roster_excel
from layers.reports.grids.roster_word import write_roster_word
from layers.reports.share.grids import share_grids
from layers.text import Message, Texts

WRITERS: dict[str, tuple[str, Callable[..., Any]]] = {
    "excel": (".xlsx", write_roster_excel),
    "word": (".docx", write_roster_word),
}


def chosen_grids(window: Window) -> tuple[int, ...] | None:
    """The grids selected, else the one that the desk looks at; None: all."""
    selected = tuple(int(id) for id in window.parts.session.selection.ids("grid"))
    if selected:
        return selected
    looked_at = window.grids.centre.grid
    return None if looked_at is None else (looked_at,)


def print_cards(window: Window, scale: float = 1.0, path: Path | None = None) -> None:
    """Notice cards of the grids chosen, one page each, so many times as large as A4."""
    grids = chosen_grids(window)
    row = window.grids.centre.row
    name = _say(window, "stewards.print.card")
    if grids is not None and len(grids) == 1 and row is not None and row.id == grids[0]:
        name = f"{name} {row.code}"
    out = path or free_path(window, name, ".pdf")
    _paper(window, PrintWish(CARD, out, grids, window.grids.centre.day, scale, _in_clear(window)))


def print_book(window: Window, path: Path | None = None) -> None:
    """A page of all grids and one for each; of several that are selected only those."""
    selected = tuple(int(id) for id in window.parts.session.selection.ids("grid"))
    grids = selected if len(selected) > 1 else None
    out = path or free_path(window, _say(window, "stewards.print.book"), ".pdf")
    _paper(window, PrintWish(BOOK, out, grids, window.grids.centre.day, in_clear=_in_clear(window)))


def write_roster(window: Window, kind: str, path: Path | None = None) -> None:
    """The roster as ``pdf``, ``word`` or ``excel``."""
    day, name = window.grids.centre.day, _say(window, "stewards.print.roster")
    if kind == "pdf":
        _paper(
            window,
            PrintWish(ROSTER, path or free_path(window, name, ".pdf"), None, day, in_clear=_in_clear(window)),
        )
        return
    register = window.parts.session.register
    if register is None:
        return
    ending, write = WRITERS[kind]
    in_clear = _in_clear(window)
    out, texts = path or free_path(window, name, ending), Texts(window.parts.language.code)

    def work(feedback: Feedback) -> None:
        found = gather_print(register, texts, feedback.part(0.0, 0.8), day=day, in_clear=in_clear)
        write(found.roster, out, texts, feedback.part(0.8, 1.0))
        note_people(register, out, len(found.overview.rows), personal=in_clear)

    window.parts.tasks.run(
        Message("stewards.printing", {"file": out.name}), work, written(window, out), lane="writer", owner=window,
        key=f"roster.{kind}",
    )  # fmt: skip


def share_grids_map(
    window: Window, path: Path | None = None, show: Callable[[QUrl], bool] = QDesktopServices.openUrl
) -> None:
    """The grids and who looks after them as a web map in one file, opened in the browser."""
    register = window.parts.session.register
    if register is None:
        return
    out, texts = (
        path or free_path(window, _say(window, "stewards.share"), ".html"),
        Texts(window.parts.language.code),
    )
    day, in_clear = window.grids.centre.day, _in_clear(window)

    def done(_: object) -> None:
        written(window, out)(None)
        show(QUrl.fromLocalFile(str(out)))

    window.parts.tasks.run(
        Message("stewards.printing", {"file": out.name}),
        lambda feedback: share_grids(register, out, texts, feedback, day=day, in_clear=in_clear),
        done,
        lane="writer",
        owner=window,
        key="roster.share",
    )


def _paper(window: Window, wish: PrintWish) -> None:
    parts = window.parts
    register = parts.session.register
    if register is not None:
        pages = grid_pages(register, window.map, Texts(parts.language.code), wish)
        PagesPaper[Read](parts.session, parts.tasks, window).write(pages, written(window, wish.path))


def _in_clear(window: Window) -> bool:
    """Whether names and telephones may leave the register in this role."""
    return allows(window.parts.session.role, EXPORT_PERSONAL)


def _say(window: Window, message_id: str) -> str:
    return window.parts.language.render(Message(message_id))
