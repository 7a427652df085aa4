"""How the campaign goes: its curve, or that of a team, and every team beside its own plan, always in one order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from gisapp.forms.words import Line
from gisapp.language import Language, Words
from gisapp.panels.census.centre import CensusCentre
from gisapp.panels.census.plain_table import PlainTable, TableRow
from gisapp.panels.census.progress_chart import ProgressChart
from gisapp.theme import Theme
from layers.census.words import LOGGED
from layers.feedback import Feedback
from layers.later import Later
from layers.text import Message

if TYPE_CHECKING:
    from layers.census import progress
    from layers.census.progress import Progress, TeamProgress
else:
    progress = Later("layers.census.progress")

COLUMNS = ("name", "done", "left", "pace", "plan", "ends", "median", "late")
WHOLE = 0
_NOBODY = -1


class ProgressTab(QWidget):
    """``gathered``: the records behind a figure; ``lots_gathered``: the lots. A row shows the curve of its team."""

    gathered = Signal(tuple)
    lots_gathered = Signal(tuple)

    def __init__(self, language: Language, theme: Theme, centre: CensusCentre) -> None:
        super().__init__()
        self._language, self.centre = language, centre
        self.progress: Progress | None = None
        self.team = WHOLE
        self.chart = ProgressChart(language, theme)
        titles = [Message(f"census_desk.team.{column}") for column in COLUMNS]
        counted = Message(
            "census_desk.team.pace.tip", {"days": progress.PACE_DAYS, "rest": progress.LONGEST_REST}
        )
        tips = {COLUMNS.index(name): counted for name in ("pace", "ends")}
        self.table = PlainTable(language, theme, titles, right=(1, 2, 3, 4, 5, 6), stretch=7, tips=tips)
        language.hint(self.chart, counted)
        language.hint(self.table, Message("census_desk.team.hint"))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.chart, 5)
        row.addWidget(Line(upright=True, length=0))
        row.addWidget(self.table, 6)
        self.table.selectionModel().currentRowChanged.connect(lambda index, _: self._on_row(index))
        self.table.doubleClicked.connect(self.open_figure)
        self.table.activated.connect(self.open_figure)
        language.changed.connect(self._show)

    def read(self) -> None:
        """Count anew."""
        book, register = self.centre.book, self.centre.register
        if book is None or register is None:
            return
        its, day = book.campaign, self.centre.today

        def work(_: Feedback) -> Progress:
            return progress.read_progress(register, its, day)

        self.centre.tasks.run(
            Message("census_desk.task.read"),
            work,
            self._take,
            owner=self,
            key="counting-progress",
            shown=False,
        )

    def _take(self, found: Progress) -> None:
        self.progress = found
        self._show()

    # ---- showing

    def _show(self) -> None:
        book, found = self.centre.book, self.progress
        if book is None or found is None:
            return
        names: Mapping[int, str] = {int(row.lot["team"] or 0): row.team for row in book.lots}
        rows = [_row(WHOLE, Message("census_desk.team.whole"), found.whole)]
        rows += [
            _row(team.team or _NOBODY, names.get(team.team or 0) or Message("census_desk.lots.nobody"), team)
            for team in found.teams
        ]
        self.table.blockSignals(True)
        self.table.show_rows(rows)
        self.table.blockSignals(False)
        self._show_curve()

    def _show_curve(self) -> None:
        book, found, its = self.centre.book, self.progress, self.of_row(self.team)
        if book is None or found is None:
            return
        begun = progress.day_of(book.campaign["from_date"])
        title: Words = ""
        if its is None or self.team == WHOLE:
            self.chart.show_progress(found, begun)
            return
        title = next((row.cells[0] for row in self.table.rows.rows if row.id == self.team), "")
        self.chart.show_progress(found.of_team(its), begun, title)

    def of_row(self, id: int) -> TeamProgress | None:
        """What a row tells of: a team, or the whole campaign."""
        found = self.progress
        if found is None:
            return None
        if id == WHOLE:
            return found.whole
        return next((team for team in found.teams if (team.team or _NOBODY) == id), None)

    def _on_row(self, index: QModelIndex) -> None:
        rows = self.table.rows.rows
        if index.isValid() and index.row() < len(rows):
            self.team = rows[index.row()].id
            self._show_curve()

    # ---- figures open what they are counted from

    def open_figure(self, index: QModelIndex) -> None:
        """Show what a figure was counted from: records, or lots."""
        book = self.centre.book
        its = self.of_row(self.table.rows.rows[index.row()].id)
        if book is None or its is None:
            return
        column = COLUMNS[index.column()]
        if column == "late":
            self.lots_gathered.emit(its.late_lots or its.lots)
            return
        found = book.found
        chosen = np.isin(found.lot, its.lots) & found.is_target
        is_logged = found.of(states=LOGGED)
        if column == "left":
            chosen &= ~is_logged
        elif column != "name":
            chosen &= is_logged
        self.gathered.emit(tuple(found.ids[chosen].tolist()))


def _row(id: int, name: Words, its: TeamProgress) -> TableRow:
    seconds, tones = its.median_seconds, []
    spent = "—" if seconds is None else f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
    plan = "—" if its.ahead is None else f"{its.ahead:+,}" if its.ahead else "±0"
    ends = "—" if its.ends is None or not its.left else f"{its.ends:%m-%d}"
    notes: Words = "—"
    if its.late_lots:
        notes = Message("census_desk.team.late.count", {"count": len(its.late_lots)})
        tones.append((7, "danger"))
    elif its.left and (its.late_days or 0) > 0:
        notes = Message("census_desk.team.behind", {"days": its.late_days})
        tones.append((7, "warn"))
    pace = "—" if its.pace is None else f"{its.pace:.1f}"
    # What was found new beside it is told above the curve.
    cells = (
        name,
        f"{its.done:,} / {its.planned:,}",
        f"{its.left:,}",
        pace,
        plan,
        ends,
        spent,
        notes,
    )
    return TableRow(id, cells, tuple(tones))
