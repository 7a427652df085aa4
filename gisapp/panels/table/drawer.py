"""The table drawer under the map: rows of a type, the same selection and filters as the map."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QStackedWidget, QVBoxLayout

from gisapp.forms.words import IconButton, Label
from gisapp.language import Language
from gisapp.panels.history.day_note import DayNote
from gisapp.panels.table.arrangement import Arrangement
from gisapp.panels.table.cell_work import CellWork
from gisapp.panels.table.chips import TableChips
from gisapp.panels.table.feed import Shown, TableFeed
from gisapp.panels.table.grid import Grid
from gisapp.panels.table.menus import TableMenus
from gisapp.panels.table.model import TableModel
from gisapp.panels.table.only_these import OnlyThese
from gisapp.panels.table.paste_strip import PasteStrip
from gisapp.panels.table.search_field import SearchField
from gisapp.panels.table.selection_tie import SelectionTie
from gisapp.panels.table.tabs import TypeTabs
from gisapp.panels.table.totals_bar import TotalsBar
from gisapp.session import Session
from gisapp.tasks import Debounce, Tasks
from gisapp.theme import Theme
from layers.errors import UserError
from layers.model.catalogue import AssetType
from layers.table.columns import NumberColumn
from layers.table.data import DRAWN_LENGTH
from layers.table.reading import shown_fields
from layers.text import Message

#: Milliseconds after the last letter typed.
TYPED_AFTER = 150
USUAL_HEIGHT = 280


class TableDrawer(QFrame):
    """What the map shows as shapes, as rows. It is told what to show; what leads elsewhere is told by signals."""

    fly_asked = Signal(object)
    """An AssetKey."""
    export_asked = Signal(str, object)
    """The name of a type and the ids to export."""
    condition_asked = Signal(str)
    """The filter of a type shall be made or changed."""
    type_shown = Signal(str)
    """Another type is in the table; empty when it is closed."""
    closed = Signal()
    noticed = Signal(object)
    written = Signal(object)
    warned = Signal(object, object)

    def __init__(self, language: Language, theme: Theme, session: Session, tasks: Tasks) -> None:
        super().__init__()
        self.setObjectName("tableDrawer")
        self.language, self._theme, self.session = language, theme, session
        self._to_show = ""
        self.feed = TableFeed(language, session, tasks, self)
        self.model = TableModel(language, self)
        self.grid = Grid(language, theme, self.model)
        self.tie = SelectionTie(session, self.feed, self.model, self.grid, self)
        self.tabs = TypeTabs(language, theme)
        self.chips = TableChips(language, theme, session)
        self.only_these = OnlyThese(language, session, self.feed, self.chips, self)
        self.day = DayNote(language, theme, session, "rows")
        self.totals = TotalsBar(language, theme)
        self.strip = PasteStrip(language, theme)
        self.arrangement = Arrangement(language, theme, self.feed, self.model, self.grid, self)
        self.cells = CellWork(language, session, tasks, self.grid, self.strip, self)
        self.menus = TableMenus(language, session, self.model, self.grid, self.cells, self.arrangement)
        self.only = IconButton(
            language, theme, "selection-foreground", Message("table.only_selected.tip"),
            words=Message("table.only_selected"), checkable=True, active="accent_ink",
        )  # fmt: skip
        self.only.setObjectName("tab")
        self.only.setFont(theme.font("small"))
        self.search = SearchField()
        self.search.setFont(theme.font("small"))
        self.search.setClearButtonEnabled(True)
        self.search.setFixedWidth(200)
        language.say(self.search, "setPlaceholderText", Message("table.search"))
        self.columns = IconButton(
            language, theme, "columns", Message("table.columns.tip"), words=Message("table.columns")
        )
        self.export = IconButton(
            language, theme, "export", Message("table.export.tip"), words=Message("table.export")
        )
        self.shut = IconButton(language, theme, "caret-down", Message("table.close"))
        self.empty = Label(language, theme, tone="quiet")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.pages = QStackedWidget()
        self._typed = Debounce(TYPED_AFTER, self._search, self)
        self._lay_out()
        self._tie()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(4, 2, 8, 0)
        head.setSpacing(4)
        head.addWidget(self.tabs, 1)
        for part in (self.only, self.search, self.columns, self.export, self.shut):
            head.addWidget(part)
        self.pages.addWidget(self.grid)
        self.pages.addWidget(self.empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.day)
        column.addWidget(self.chips)
        column.addWidget(self.pages, 1)
        column.addWidget(self.strip)
        column.addWidget(self.totals)

    def _tie(self) -> None:
        session, grid, feed = self.session, self.grid, self.feed
        session.opened.connect(lambda _: feed.count())
        session.closed.connect(self._on_closed)
        session.changed.connect(lambda _: feed.count() if self.isVisible() else None)
        session.day_changed.connect(lambda _: self._on_day())
        self.tie.told.connect(self._on_told)
        feed.counted.connect(self._on_counted)
        feed.begun.connect(lambda: self._say(Message("table.reading_now")))
        feed.ready.connect(self._on_ready)
        feed.changed.connect(self._on_changed)
        feed.refused.connect(self._on_refused)
        self.tabs.chosen.connect(self.show_type)
        self.only.toggled.connect(self.tie.show_only)
        self.search.textEdited.connect(lambda _: self._typed.touch())
        self.search.textChanged.connect(lambda text: self._typed.touch() if not text else None)
        self.search.down.connect(grid.setFocus)
        self.columns.clicked.connect(self.choose_columns)
        self.export.clicked.connect(self.ask_export)
        self.shut.clicked.connect(self.closed)
        self.arrangement.usual_asked.connect(self.show_type)
        self.menus.condition_asked.connect(lambda: self.condition_asked.emit(self.type_name))
        self.menus.columns_asked.connect(self.choose_columns)
        self.chips.edit_asked.connect(self.condition_asked)
        self.totals.classed.connect(self.arrangement.class_by)
        self.strip.row_asked.connect(self._show_row)
        self.cells.noticed.connect(self.noticed)
        self.cells.written.connect(self.written)
        self.cells.warned.connect(self.warned)
        grid.flown.connect(lambda row: self.fly_asked.emit(self.tie.key(row)))
        grid.searched.connect(self.begin_search)
        self.language.changed.connect(lambda: self.grid.viewport().update())

    # ---- what the window asks

    @property
    def type_name(self) -> str:
        """The type in the table."""
        return self.feed.wanted.type

    def open(self, type_name: str = "") -> None:
        """Show a type: the one named, the one shown last, or that of which most is selected."""
        selected = next(iter(self.session.selection.counts), "")
        name = type_name or self._to_show or self.type_name or selected
        self.feed.count()
        if name:
            self.show_type(name)

    def shut_down(self) -> None:
        """Let go of the rows; the next opening shows the same."""
        self._to_show = self.type_name
        self.feed.stop()
        self.model.show_rows(None, np.zeros(0, np.int64), ())
        self.type_shown.emit("")

    def show_type(self, name: str) -> None:
        """Show the rows of a type."""
        self._to_show = name
        self.tabs.choose(name)
        self.chips.show_type(name)
        self.strip.hide()
        if name == self.feed.wanted.type and self.feed.shown is not None:
            return
        self.only.blockSignals(True)
        self.only.setChecked(False)
        self.only.blockSignals(False)
        self.search.clear()
        self._typed.stop()
        self.feed.show(self.arrangement.wanted(name))
        self.type_shown.emit(name)

    def begin_search(self) -> None:
        """Let the user type what rows must contain."""
        self.search.setFocus()
        self.search.selectAll()

    def choose_columns(self) -> None:
        """Open the list of columns."""
        button = self.columns
        self.arrangement.open_chooser(button.mapToGlobal(QPoint(button.width(), button.height())))

    @property
    def memory(self) -> Mapping[str, Any]:
        """What is remembered with the register."""
        return {"type": self.type_name or self._to_show, **self.arrangement.memory.data}

    def remember(self, memory: Mapping[str, Any]) -> None:
        """As it was left."""
        self.arrangement.memory.read(memory)
        self._to_show = str(memory.get("type") or "")

    # ---- following the feed

    def _on_counted(self, counts: list[tuple[AssetType, int]]) -> None:
        self.tabs.show_types(counts)
        if not self.isVisible() or self.session.register is None:
            return
        found = {t.name: n for t, n in counts}
        name = self._to_show or self.type_name
        if not found.get(name) and not self.session.is_past:
            name = next((n for n, count in found.items() if count), "")
        if name:
            self.show_type(name)
        else:
            self._say(Message("table.nothing"))

    def _on_ready(self, shown: Shown) -> None:
        self._show(shown, keep=None)

    def _on_changed(self, shown: Shown, is_other: bool) -> None:
        if not is_other:
            self.model.show_values(shown.data)
            self._tell_totals(shown)
            return
        self._show(shown, keep=self.grid.currentIndex().column())

    def _show(self, shown: Shown, keep: int | None) -> None:
        model, grid = self.model, self.grid
        current = grid.currentIndex()
        id = model.id_at(current.row()) if current.isValid() and model.data_shown is not None else None
        is_same_type = model.data_shown is not None and model.data_shown.type.name == shown.data.type.name
        fields = shown_fields(shown.data.type, self.feed.names)
        is_same = is_same_type and fields == model.fields
        model.may_edit = self.session.may("edit")
        grid.horizontalHeader().blockSignals(True)
        model.sorts = self.feed.wanted.sorts
        model.show_rows(shown.data, shown.rows, fields)
        if not is_same:
            self.arrangement.fit_columns(shown.data.type.name)
        grid.horizontalHeader().blockSignals(False)
        model.show_selected(self.session.selection.ids(shown.data.type.name))
        if id is not None and is_same_type:
            row = model.number_of(id)
            if row is not None:
                grid.go_to(row, current.column())
        elif not is_same_type and (selected := model.first_selected()) is not None:
            grid.show_row(selected)
        self._tell_totals(shown)
        self.only_these.offer()
        if not len(shown.rows):
            self._say(Message("table.no_rows" if len(shown.data) else "table.nothing_of_type"))
        else:
            self.pages.setCurrentWidget(grid)

    def _tell_totals(self, shown: Shown) -> None:
        self.totals.show_totals(shown.data.type, shown.totals, len(shown.data), self.model.fields)
        self._tell_selected(shown)

    def _on_told(self) -> None:
        if self.feed.shown is not None:
            self._tell_selected(self.feed.shown)

    def _tell_selected(self, shown: Shown) -> None:
        ids = self.session.selection.ids(shown.data.type.name)
        lengths = shown.data.columns.get(DRAWN_LENGTH.name)
        metres = None
        if isinstance(lengths, NumberColumn):
            metres = float(np.nansum(lengths.numbers[shown.data.rows_of(ids)]))
        self.totals.show_selected(len(ids), metres)

    def _on_day(self) -> None:
        self.strip.hide()
        self.model.may_edit = self.session.may("edit")
        self.feed.count() if self.isVisible() else None

    def _on_refused(self, error: UserError) -> None:
        self._say(error.title)
        self.warned.emit(error.title, error.hint)

    def _say(self, words: Message) -> None:
        self.empty.show_words(words)
        self.pages.setCurrentWidget(self.empty)

    def _on_closed(self) -> None:
        self.model.show_rows(None, np.zeros(0, np.int64), ())
        self.totals.clear()
        self.tabs.show_types([])
        self.strip.hide()
        self._to_show = ""

    # ---- filters, classes, export

    def _search(self) -> None:
        self.only_these.drop()
        self.arrangement.ask(typed=self.search.text().strip())

    def ask_export(self) -> None:
        """What is selected among the rows shown; all of them when nothing is."""
        shown = self.feed.shown
        if shown is None:
            return
        ids = shown.data.fids[shown.rows]
        chosen = ids[self.session.selection.holds(self.type_name, ids)]
        self.export_asked.emit(self.type_name, chosen if len(chosen) else ids)

    def _show_row(self, row: int) -> None:
        if (number := self.cells.row_of_view(row)) is not None:
            self.grid.go_to(number, max(self.grid.currentIndex().column(), 1))

    def sizeHint(self) -> QSize:
        return QSize(800, USUAL_HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(320, 150)
