"""Under the map: how the campaign goes, what waits for a decision, and the defects that were found."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QStackedWidget, QToolButton, QVBoxLayout, QWidget

from gisapp.forms.words import IconButton, Label, Line
from gisapp.language import Language
from gisapp.panels.census.centre import CensusCentre
from gisapp.panels.census.defects_tab import DefectsTab
from gisapp.panels.census.differences_tab import DifferencesTab
from gisapp.panels.census.plain_table import PlainTable, TableRow
from gisapp.panels.census.progress_chart import ProgressChart
from gisapp.panels.census.quality_centre import QualityCentre
from gisapp.panels.census.quality_tab import QualityTab
from gisapp.theme import Theme
from layers.census.progress import Progress, read_progress
from layers.census.words import LOGGED
from layers.text import Message

T = TypeVar("T")
TABS = ("progress", "differences", "defects", "quality", "lots")


class BelowPanel(QWidget):
    """Follows the desk. ``opened``: a record to work on; ``gathered``: the records behind a figure; ``looked_at``: the
    link of an asset to be shown; ``closed``: put away."""

    opened = Signal(int)
    looked_at = Signal(str)
    gathered = Signal(tuple)
    closed = Signal()

    def __init__(
        self, language: Language, theme: Theme, centre: CensusCentre, quality: QualityCentre
    ) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._language, self._theme, self.centre = language, theme, centre
        self.tabs: dict[str, QToolButton] = {}
        self.pages = QStackedWidget()
        self.chart = ProgressChart(language, theme)
        self.teams = self._table("team", ("name", "done", "pace", "median", "late"), (1, 2, 3), 4)
        self.differences = DifferencesTab(language, theme, centre)
        self.defects = DefectsTab(language, theme, centre)
        self.quality = QualityTab(language, theme, quality)
        self.lots = self._table("lots", ("code", "name", "team", "due", "done", "again", "state"), (4, 5), 1)
        self.whole = Label(language, theme, size="small", tone="quiet")
        self._lay_out()
        centre.changed.connect(self._show)
        language.changed.connect(self._show)
        self.differences.opened.connect(self.opened)
        self.quality.gathered.connect(self.gathered)
        self.defects.opened.connect(self.opened)
        self.defects.looked_at.connect(self.looked_at)
        self.lots.doubleClicked.connect(lambda index: centre.choose_lot(self.lots.rows.rows[index.row()].id))
        self.show_tab("progress")

    def show_tab(self, name: str) -> None:
        """Look at one of ``TABS``."""
        self.tabs[name].setChecked(True)
        self.pages.setCurrentIndex(TABS.index(name))
        self.quality.quality.show(name == "quality")
        self.defects.show_up(name == "defects")
        self._show()

    @property
    def tab(self) -> str:
        return TABS[self.pages.currentIndex()]

    # ---- showing

    def _show(self) -> None:
        book, register = self.centre.book, self.centre.register
        if book is None or register is None:
            return
        found = book.found
        waiting = int((found.is_waiting & ~found.of("same")).sum())
        self._language.say(
            self.tabs["differences"], "setText", Message("census_desk.tab.differences", {"count": waiting})
        )
        done, total = int(found.of(states=LOGGED).sum()), len(found)
        share = f"{100 * done / total:.0f} %" if total else "—"
        self.whole.show_words(Message("census_desk.whole", {"done": done, "count": total, "share": share}))
        if self.tab == "differences":
            self.differences.read()
        elif self.tab == "lots":
            self._show_lots()
        elif self.tab == "defects":
            self.defects.read()
        elif self.tab == "progress":
            its, day = book.campaign, self.centre.today
            self._run(lambda: read_progress(register, its, day), self._show_progress, "progress")

    def _run(self, work: Callable[[], T], done: Callable[[T], None], key: str) -> None:
        self.centre.tasks.run(
            Message("census_desk.task.read"),
            lambda _: work(),
            done,
            owner=self,
            key=f"counting-{key}",
            shown=False,
        )

    def _show_progress(self, progress: Progress) -> None:
        book, register = self.centre.book, self.centre.register
        if book is None or register is None:
            return
        first = book.campaign["from_date"]
        try:
            begun = datetime.date.fromisoformat(str(first or ""))
        except ValueError:
            begun = None
        self.chart.show_progress(progress, begun)
        names = {row.lot["team"]: row.team for row in book.lots}
        rows = []
        for team in progress.teams:
            name = names.get(team.team) or Message("census_desk.lots.nobody")
            seconds = team.median_seconds
            spent = "—" if seconds is None else f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
            late = (
                Message("census_desk.team.late.count", {"count": len(team.late_lots)})
                if team.late_lots
                else "—"
            )
            pace = "—" if team.pace is None else f"{team.pace:.1f}"
            tones = ((4, "danger"),) if team.late_lots else ()
            rows.append(
                TableRow(team.team or 0, (name, f"{team.done} / {team.planned}", pace, spent, late), tones)
            )
        self.teams.show_rows(rows)

    def _show_lots(self) -> None:
        book, register = self.centre.book, self.centre.register
        assert book is not None
        assert register is not None
        states = register.catalogue.code_lists["lot_state"]
        rows = []
        for row in book.lots:
            entry = states.get(row.lot["state"])
            is_late = row.is_late(self.centre.today)
            state = Message("census_desk.lot.late") if is_late else "" if entry is None else entry.title
            cells = (
                str(row.lot["code"]), str(row.lot["name"]), row.team or "—", str(row.lot["due_date"] or "—"),
                f"{row.done} / {row.total}", str(row.again or "—"), state,
            )  # fmt: skip
            rows.append(TableRow(row.id, cells, ((6, "danger"),) if is_late else ()))
        self.lots.show_rows(rows)

    # ---- layout

    def _table(self, name: str, columns: tuple[str, ...], right: tuple[int, ...], stretch: int) -> PlainTable:
        titles = [Message(f"census_desk.{name}.{column}") for column in columns]
        return PlainTable(self._language, self._theme, titles, right=right, stretch=stretch)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(8, 2, 8, 0)
        head.setSpacing(2)
        group = QButtonGroup(self)
        for name in TABS:
            tab = QToolButton()
            tab.setObjectName("tab")
            tab.setCheckable(True)
            tab.setFont(self._theme.font("base"))
            tab.setFixedHeight(30)
            words = {"count": 0} if name == "differences" else {}
            self._language.say(tab, "setText", Message(f"census_desk.tab.{name}", words))
            tab.clicked.connect(lambda _=False, which=name: self.show_tab(which))
            group.addButton(tab)
            self.tabs[name] = tab
            head.addWidget(tab)
        head.addStretch(1)
        head.addWidget(self.whole)
        shut = IconButton(self._language, self._theme, "x", Message("census_desk.close"))
        shut.clicked.connect(self.closed)
        head.addWidget(shut)
        both = QWidget()
        row = QHBoxLayout(both)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.chart, 3)
        row.addWidget(Line(upright=True, length=0))
        row.addWidget(self.teams, 2)
        for page in (both, self.differences, self.defects, self.quality, self.lots):
            self.pages.addWidget(page)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(Line())
        column.addWidget(self.pages, 1)
