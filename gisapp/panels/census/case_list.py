"""A list of cases in parts with their numbers, and beside it the card of the one looked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from gisapp.forms.chip import filter_chip
from gisapp.forms.words import IconButton, Line
from gisapp.language import Language
from gisapp.panels.census.plain_table import PlainTable, TableRow
from gisapp.theme import Theme
from layers.text import Message


class Case(Protocol):
    """Anything that is listed."""

    @property
    def id(self) -> int: ...


class CaseView(Protocol):
    """The card of a case."""

    def show_case(self, case: Any | None) -> None: ...


class CaseList(QWidget):
    """``parts``: by name which cases belong to it, the first one shown at first; ``words_of`` says what one is called
    with so many in it. ``entered``: a case was double-clicked; ``gathered``: the ids of those listed, for the table."""

    entered = Signal(object)
    gathered = Signal(tuple)

    def __init__(
        self,
        language: Language,
        theme: Theme,
        words_of: Callable[[str, int], Message],
        parts: Mapping[str, Callable[[Any], bool]],
        table: PlainTable,
        row_of: Callable[[Any], TableRow],
        card: QWidget,
        view: CaseView,
    ) -> None:
        super().__init__()
        self._language, self._words_of, self._parts = language, words_of, parts
        self._row_of, self._view = row_of, view
        self.part = next(iter(parts))
        self.cases: Sequence[Any] = ()
        self.shown: int | None = None
        self.table = table
        self.chips: dict[str, QToolButton] = {}
        self.gather = IconButton(language, theme, "table", Message("repairs.gather"))
        self.gather.clicked.connect(
            lambda: self.gathered.emit(tuple(case.id for case in self.listed(self.part)))
        )
        self._lay_out(theme, card)
        language.changed.connect(self.show_again)
        table.selectionModel().currentRowChanged.connect(lambda index, _: self._choose(index.row()))
        table.doubleClicked.connect(lambda index: self.entered.emit(self.listed(self.part)[index.row()]))

    def listed(self, part: str) -> list[Any]:
        """The cases of a part."""
        return [case for case in self.cases if self._parts[part](case)]

    def show_cases(self, cases: Sequence[Case]) -> None:
        """List these; the one looked at stays, even where it left the part that is listed."""
        self.cases = cases
        self.show_again()

    def show_again(self) -> None:
        """Show the same, in the words and on the day of now."""
        self.gather.setEnabled(bool(self.listed(self.part)))
        for part, chip in self.chips.items():
            self._language.say(chip, "setText", self._words_of(part, len(self.listed(part))))
            chip.setChecked(part == self.part)
        rows = self.listed(self.part)
        kept = self.shown
        self.table.show_rows([self._row_of(case) for case in rows])
        again = next((place for place, case in enumerate(rows) if case.id == kept), None)
        if again is not None:
            self.table.selectRow(again)
        self._view.show_case(next((case for case in self.cases if case.id == kept), None))

    def keep(self, part: str) -> None:
        """List another part."""
        self.part = part
        self.show_again()

    def look_at(self, case: int) -> None:
        """Look at one case, whichever part it is in."""
        self.shown = case
        its = next((each for each in self.cases if each.id == case), None)
        if its is not None and not self._parts[self.part](its):
            self.part = next(part for part, holds in self._parts.items() if holds(its))
        self.show_again()

    def _choose(self, place: int) -> None:
        rows = self.listed(self.part)
        if 0 <= place < len(rows):
            self.shown = rows[place].id
            self._view.show_case(rows[place])

    def _lay_out(self, theme: Theme, card: QWidget) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(12, 6, 12, 4)
        row.setSpacing(6)
        for part in self._parts:
            chip = filter_chip(theme)
            chip.clicked.connect(lambda _=False, which=part: self.keep(which))
            self.chips[part] = chip
            row.addWidget(chip)
        row.addStretch(1)
        row.addWidget(self.gather)
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
        whole.addWidget(card)
