"""The defects of a campaign below the map: what waits, what is to be looked at again, and the one looked at."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gisapp.language import Language, Words
from gisapp.panels.census.case_list import CaseList
from gisapp.panels.census.centre import CensusCentre
from gisapp.panels.census.defect_card import DefectCard
from gisapp.panels.census.plain_table import PlainTable, TableRow
from gisapp.tasks import Debounce
from gisapp.theme import Theme
from layers.census.fieldwork.repairs import CLOSED, REPAIRED, WAITS, DefectCase, read_cases
from layers.census.words import DEFECT, ORDER
from layers.model.change import ChangeSet
from layers.text import Message

COLUMNS = ("asset", "kind", "severity", "state", "due", "person")
_DUE = 4
_SOON = 60


class DefectsTab(QWidget):
    """``opened``: the census record of a defect; ``looked_at``: the link of the asset of the defect double-clicked;
    ``gathered``: the ids of the defects listed, for the table."""

    opened = Signal(int)
    looked_at = Signal(str)
    gathered = Signal(tuple)

    def __init__(self, language: Language, theme: Theme, centre: CensusCentre) -> None:
        super().__init__()
        self._language, self.centre = language, centre
        self.card = DefectCard(language, theme, centre)
        titles = [Message(f"census_desk.defect.{name}") for name in COLUMNS]
        self.table = PlainTable(language, theme, titles, right=(2,), stretch=1)
        parts = {
            "waiting": lambda case: case.state in WAITS,
            "late": lambda case: case.is_late(centre.today),
            "repaired": lambda case: case.state == REPAIRED,
            "closed": lambda case: case.state == CLOSED,
            "all": lambda case: True,
        }
        self.list = CaseList(language, theme, _part, parts, self.table, self._row, self.card, self.card)
        self._is_shown = False
        self._soon = Debounce(_SOON, self.read, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.list)
        centre.session.changed.connect(self._on_changed)
        self.card.opened.connect(self.opened)
        self.list.gathered.connect(self.gathered)
        self.list.entered.connect(lambda case: self.looked_at.emit(str(case.defect["target"] or "")))

    def show_up(self, on: bool) -> None:
        """Somebody looks at it, or not any more."""
        self._is_shown = on
        if on:
            self.read()

    def read(self) -> None:
        """Read the defects anew."""
        register, campaign = self.centre.register, self.centre.campaign
        if register is None or campaign is None or not self._is_shown:
            return
        id = campaign.id

        def show(cases: tuple[DefectCase, ...]) -> None:
            if self.centre.register is register:
                self.list.show_cases(cases)

        self.centre.tasks.run(
            Message("repairs.task.read"), lambda _: read_cases(register, id), show, owner=self,
            key="repairs-read", shown=False,
        )  # fmt: skip

    def _row(self, case: DefectCase) -> TableRow:
        register = self.centre.register
        assert register is not None
        defect, code, order = register.catalogue[DEFECT], self._language.code, case.order
        told = [
            defect.field_named(name).show(case.defect[name], code) for name in ("kind", "severity", "state")
        ]
        cells: tuple[Words, ...] = (
            case.code or str(case.defect["code"]), *told,
            "—" if order is None else str(order["due_date"] or "—"), case.person or "—",
        )  # fmt: skip
        return TableRow(case.id, cells, ((_DUE, "danger"),) if case.is_late(self.centre.today) else ())

    def _on_changed(self, change: ChangeSet) -> None:
        if change.touches(DEFECT, ORDER):
            self._soon.touch()


def _part(name: str, count: int) -> Message:
    return Message(f"repairs.part.{name}", {"count": count})
