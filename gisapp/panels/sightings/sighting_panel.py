"""The list of reports below the map: what waits, what is late, what came of the others."""

from __future__ import annotations

import datetime

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from gisapp.forms.words import IconButton, Label, Line
from gisapp.language import Words
from gisapp.panels.census.case_list import CaseList
from gisapp.panels.census.plain_table import PlainTable, TableRow
from gisapp.panels.grids.action_button import ActionButton
from gisapp.panels.sightings.sighting_card import SightingCard
from gisapp.panels.workplace import Workplace
from gisapp.tasks import Debounce
from layers.census.fieldwork.repairs import CLOSED
from layers.census.fieldwork.sightings import UNFOUNDED, ReportCase, read_reports
from layers.census.words import ORDER, REPORT
from layers.model.change import ChangeSet
from layers.text import Message

COLUMNS = ("code", "kind", "seen", "finder", "when", "state", "due")
_DUE = 6
_SOON = 60


class SightingPanel(QWidget):
    """``closed``: put away; ``looked_at``: the report double-clicked, to be shown on the map; ``listed``: all reports
    in the table."""

    closed = Signal()
    looked_at = Signal(int)
    listed = Signal(tuple)

    def __init__(self, place: Workplace) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._place = place
        self.card = SightingCard(place)
        titles = [Message(f"sighting.column.{name}") for name in COLUMNS]
        self.table = PlainTable(place.language, place.theme, titles, stretch=2)
        parts = {
            "waiting": lambda case: case.is_waiting,
            "late": lambda case: case.is_late(datetime.date.today()),
            "closed": lambda case: case.state == CLOSED,
            "unfounded": lambda case: case.state == UNFOUNDED,
            "all": lambda case: True,
        }
        self.list = CaseList(
            place.language, place.theme, _part, parts, self.table, self._row, self.card, self.card
        )
        self._soon = Debounce(_SOON, self.read, self)
        self._lay_out()
        place.session.changed.connect(self._on_changed)
        self.list.gathered.connect(self.listed)
        self.list.entered.connect(lambda case: self.looked_at.emit(case.id))

    def read(self) -> None:
        """Read the reports anew."""
        register = self._place.session.register
        if register is None:
            return

        def show(cases: tuple[ReportCase, ...]) -> None:
            if self._place.session.register is register:
                self.list.show_cases(cases)

        self._place.tasks.run(
            Message("sighting.task.read"), lambda _: read_reports(register), show, owner=self,
            key="sightings-read", shown=False,
        )  # fmt: skip

    def forget(self) -> None:
        """The register is closed."""
        self.list.shown = None
        self.list.show_cases(())

    def _row(self, case: ReportCase) -> TableRow:
        register, code = self._place.session.register, self._place.language.code
        assert register is not None
        of_report, report, order = register.catalogue[REPORT], case.report, case.order
        told = {
            name: of_report.field_named(name).show(report[name], code) if report[name] else "—"
            for name in ("kind", "finder", "found_at", "state")
        }
        seen = " · ".join(part for part in (case.code, str(report["seen"] or "")) if part)
        cells: tuple[Words, ...] = (
            str(report["code"]), told["kind"], seen or "—", told["finder"], told["found_at"], told["state"],
            "—" if order is None else str(order["due_date"] or "—"),
        )  # fmt: skip
        return TableRow(case.id, cells, ((_DUE, "danger"),) if case.is_late(datetime.date.today()) else ())

    def _on_changed(self, change: ChangeSet) -> None:
        if self.isVisible() and change.touches(REPORT, ORDER):
            self._soon.touch()

    def _lay_out(self) -> None:
        language, theme = self._place.language, self._place.theme
        head = QHBoxLayout()
        head.setContentsMargins(12, 4, 8, 4)
        head.setSpacing(8)
        head.addWidget(Label(language, theme, Message("sighting.list"), strong=True))
        head.addStretch(1)
        title = Message("sighting.new_short")
        self.new = ActionButton(language, theme, self._place.actions, "survey.report", title, primary=True)
        head.addWidget(self.new)
        shut = IconButton(language, theme, "x", Message("census_desk.close"))
        shut.clicked.connect(self.closed)
        head.addWidget(shut)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(Line())
        column.addWidget(self.list, 1)


def _part(name: str, count: int) -> Message:
    return Message(f"sighting.part.{name}", {"count": count})
