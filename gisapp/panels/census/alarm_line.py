"""What wants attention in the lots of the campaign, at the head of the desk: each opens its lots on the board."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from gisapp.forms.chip import alarm_chip
from gisapp.language import Language
from gisapp.panels.census.centre import CensusCentre
from gisapp.theme import Theme
from layers.census.lots.alarms import SEVERITY, AlarmKind
from layers.text import Message

_KINDS: tuple[AlarmKind, ...] = ("late", "nobody")


class AlarmLine(QWidget):
    """``gathered``: the lots behind a chip. Hidden while all is well."""

    gathered = Signal(tuple)

    def __init__(self, language: Language, theme: Theme, centre: CensusCentre) -> None:
        super().__init__()
        self._language, self._centre = language, centre
        self.chips: dict[AlarmKind, QToolButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 6, 0, 0)
        row.setSpacing(6)
        for kind in _KINDS:
            chip = alarm_chip(theme, SEVERITY[kind], "user" if kind == "nobody" else "warning")
            chip.clicked.connect(partial(self._on_chip, kind))
            language.hint(chip, Message(f"lots.chip.{kind}.tip"))
            self.chips[kind] = chip
            row.addWidget(chip)
        row.addStretch(1)
        centre.changed.connect(self._show)
        self._show()

    def lots(self, kind: AlarmKind) -> tuple[int, ...]:
        """The lots that are late, or that nobody has."""
        book, day = self._centre.book, self._centre.today
        if book is None:
            return ()
        if kind == "late":
            return tuple(row.id for row in book.lots if row.is_late(day))
        return tuple(row.id for row in book.lots if not row.lot["team"] and row.done < row.total)

    def _show(self) -> None:
        counts = {kind: len(self.lots(kind)) for kind in _KINDS}
        for kind, chip in self.chips.items():
            chip.setVisible(bool(counts[kind]))
            self._language.say(chip, "setText", Message(f"lots.chip.{kind}", {"count": counts[kind]}))
        self.setVisible(any(counts.values()))

    def _on_chip(self, kind: AlarmKind, _: bool = False) -> None:
        self.gathered.emit(self.lots(kind))
