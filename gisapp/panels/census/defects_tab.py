"""The defects of a campaign below the map: what waits, what is to be looked at again, and the one looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from gisapp.forms.words import Line
from gisapp.language import Language, Words
from gisapp.panels.census.centre import CensusCentre
from gisapp.panels.census.defect_card import DefectCard
from gisapp.panels.census.plain_table import PlainTable, TableRow
from gisapp.tasks import Debounce
from gisapp.theme import Theme
from layers.census.repairs import CLOSED, REPAIRED, WAITS, DefectCase, read_cases
from layers.census.words import DEFECT, ORDER
from layers.model.change import ChangeSet
from layers.text import Message

Part = Literal["waiting", "late", "repaired", "closed", "all"]
PARTS: tuple[Part, ...] = ("waiting", "late", "repaired", "closed", "all")
COLUMNS = ("code", "asset", "kind", "severity", "state", "order", "due", "person")
_SOON = 60


class DefectsTab(QWidget):
    """``opened``: the census record of a defect; ``looked_at``: the link of the asset of the defect chosen."""

    opened = Signal(int)
    looked_at = Signal(str)

    def __init__(self, language: Language, theme: Theme, centre: CensusCentre) -> None:
        super().__init__()
        self._language, self._theme, self.centre = language, theme, centre
        self.part: Part = "waiting"
        self.cases: tuple[DefectCase, ...] = ()
        self.chips: dict[Part, QToolButton] = {}
        titles = [Message(f"census_desk.defect.{name}") for name in COLUMNS]
        self.table = PlainTable(language, theme, titles, right=(3,), stretch=2)
        self.card = DefectCard(language, theme, centre)
        self._is_shown = False
        self._soon = Debounce(_SOON, self.read, self)
        self._lay_out()
        centre.session.changed.connect(self._on_changed)
        language.changed.connect(self._show)
        self.card.opened.connect(self.opened)
        self.table.selectionModel().currentRowChanged.connect(lambda index, _: self._choose(index.row()))
        self.table.doubleClicked.connect(lambda index: self._look_at(index.row()))

    # ---- showing

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
                self.cases = cases
                self._show()

        self.centre.tasks.run(
            Message("repairs.task.read"), lambda _: read_cases(register, id), show, owner=self,
            key="repairs-read", shown=False,
        )  # fmt: skip

    def listed(self, part: Part) -> list[DefectCase]:
        """The defects of a part of the list."""
        today = self.centre.today
        chosen: Mapping[Part, Callable[[DefectCase], bool]] = {
            "waiting": lambda case: case.state in WAITS,
            "late": lambda case: case.is_late(today),
            "repaired": lambda case: case.state == REPAIRED,
            "closed": lambda case: case.state == CLOSED,
            "all": lambda case: True,
        }
        return [case for case in self.cases if chosen[part](case)]

    def _show(self) -> None:
        for part, chip in self.chips.items():
            told = {"count": len(self.listed(part))}
            self._language.say(chip, "setText", Message(f"repairs.part.{part}", told))
            chip.setChecked(part == self.part)
        kept = None if self.card.case is None else self.card.case.id
        rows = self.listed(self.part)
        self.table.show_rows([self._row(case) for case in rows])
        again = next((place for place, case in enumerate(rows) if case.id == kept), None)
        if again is not None:
            self.table.selectRow(again)
        else:
            # What was just dealt with stays to be seen, though it left this part of the list.
            self.card.show_case(next((case for case in self.cases if case.id == kept), None))

    def _row(self, case: DefectCase) -> TableRow:
        register = self.centre.register
        assert register is not None
        defect, code = register.catalogue[DEFECT], self._language.code
        told = [
            defect.field_named(name).show(case.defect[name], code) for name in ("kind", "severity", "state")
        ]
        order = case.order
        late = case.is_late(self.centre.today)
        cells: tuple[Words, ...] = (
            str(case.defect["code"]), case.code, *told, "—" if order is None else str(order["code"]),
            "—" if order is None else str(order["due_date"] or "—"), case.person or "—",
        )  # fmt: skip
        return TableRow(case.id, cells, ((6, "danger"),) if late else ())

    # ---- choosing

    def _choose(self, place: int) -> None:
        rows = self.listed(self.part)
        if 0 <= place < len(rows):
            self.card.show_case(rows[place])

    def _look_at(self, place: int) -> None:
        self.looked_at.emit(str(self.listed(self.part)[place].defect["target"] or ""))

    def keep(self, part: Part) -> None:
        """List another part."""
        self.part = part
        self._show()

    def _on_changed(self, change: ChangeSet) -> None:
        if change.touches(DEFECT, ORDER):
            self._soon.touch()

    # ---- layout

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(12, 6, 12, 4)
        row.setSpacing(6)
        for part in PARTS:
            chip = QToolButton()
            chip.setObjectName("filterChip")
            chip.setCheckable(True)
            chip.setFont(self._theme.font("small"))
            chip.clicked.connect(lambda _=False, which=part: self.keep(which))
            self.chips[part] = chip
            row.addWidget(chip)
        row.addStretch(1)
        left = QVBoxLayout()
        left.setContentsMargins(0, 0, 0, 0)
        left.setSpacing(0)
        left.addLayout(row)
        left.addWidget(self.table, 1)
        whole = QHBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(left, 1)
        whole.addWidget(Line(upright=True, length=0))
        whole.addWidget(self.card)
