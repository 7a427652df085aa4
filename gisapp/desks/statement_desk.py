"""The desk of statements: which there are beside the page, and where a figure comes from beside that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from gisapp.desks.desk import Desk
from gisapp.language import Words
from gisapp.panels.statement.statement_list import StatementList
from gisapp.panels.statement.work import StatementWork
from gisapp.panels.workplace import Workplace
from layers.later import Later
from layers.model.selection import Selection
from layers.text import Message

if TYPE_CHECKING:
    from gisapp.panels.statement import origin, page
    from layers.renewal.figure import Figure
else:
    origin = Later("gisapp.panels.statement.origin")
    page = Later("gisapp.panels.statement.page")


class StatementDesk(QObject):
    """Ties list, page and origin; ``desk`` is what the rail takes. Page and origin are made when first looked at."""

    map_asked = Signal()
    """The objects of a figure shall be seen on the large map."""

    def __init__(self, place: Workplace) -> None:
        # Of the window: left to itself, what is tied to it would keep the whole window after its end.
        super().__init__(place.view)
        self._place = place
        #: The document written last.
        self.written = ""
        self.work = StatementWork(place.language, place.session, place.tasks, self)
        self.list = StatementList(place.language, place.theme, self.work, place.actions)
        self.page: page.StatementPage | None = None
        self.origin: origin.OriginPanel | None = None
        self.desk = Desk(
            "statements",
            Message("reporting.desk"),
            "chart-bar",
            self.list,
            place.theme.size("desk_panel"),
            centre=self._make_page,
            side=self._make_origin,
            shown=self.work.show,
        )
        self.work.opened.connect(lambda _: self._put_away())
        self.work.opened.connect(lambda _: place.actions.refresh())
        self.work.busy_changed.connect(lambda _: place.actions.refresh())

    def _make_page(self) -> QWidget:
        place = self._place
        self.page = page.StatementPage(place.language, place.theme, place.session, self.work, place.actions)
        self.page.figure_chosen.connect(self.open_figure)
        return self.page

    def _make_origin(self) -> QWidget:
        self.origin = origin.OriginPanel(self._place)
        self.origin.closed.connect(self._put_away)
        self.origin.map_asked.connect(self.map_asked)
        return self.origin

    def open_figure(self, path: str, words: Words, figure: Figure) -> None:
        """Select the objects of a figure and show them."""
        session = self._place.session
        if session.register is not None and figure.type in session.register.catalogue:
            session.select(Selection({figure.type: figure.ids}))
            if self.origin is not None:
                self.origin.show_figure(words, figure)

    def _put_away(self) -> None:
        if self.origin is not None:
            self.origin.show_figure("", None)
        if self.page is not None:
            for table in self.page.tables.values():
                table.mark(None)
