"""How severe each defect is: proposed by its kind, set to another by a click or a digit."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from gisapp.forms.words import ElidedLabel
from gisapp.language import Language
from gisapp.panels.census.choice_strip import ChoiceStrip
from gisapp.theme import Theme
from layers.census.fieldwork.logging import SeenDefect
from layers.model.code_list import CodeEntry
from layers.text import Message

SEVERITIES = (1, 2, 3, 4)


class SeverityPart(QWidget):
    """A row for each defect chosen. ``changed``: one was set to another severity by the user."""

    changed = Signal()

    def __init__(self, language: Language, theme: Theme) -> None:
        super().__init__()
        self._language, self._theme = language, theme
        self.strips: dict[str, ChoiceStrip] = {}
        self._titles: dict[str, tuple[ElidedLabel, CodeEntry]] = {}
        self._given: dict[str, int] = {}
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(6)
        self._grid.setVerticalSpacing(3)
        self._grid.setColumnStretch(0, 3)
        self._grid.setColumnStretch(1, 2)
        self.hide()

    def begin(self, given: Mapping[str, int | None]) -> None:
        """Forget what was set; ``given`` were set before."""
        self._given = {code: severity for code, severity in given.items() if severity is not None}
        self.show_kinds(())

    def show_kinds(self, kinds: Sequence[CodeEntry]) -> None:
        """Show these kinds of defects; what was set of one that stays is kept."""
        wanted = [entry.code for entry in kinds]
        for code in [code for code in self.strips if code not in wanted]:
            for part in (self.strips.pop(code), self._titles.pop(code)[0]):
                self._grid.removeWidget(part)
                part.hide()
                part.deleteLater()
        for place, entry in enumerate(kinds):
            if entry.code not in self.strips:
                self._add(entry, place)
        self.setVisible(bool(self.strips))

    def _add(self, entry: CodeEntry, place: int) -> None:
        strip = ChoiceStrip(self._language, self._theme)
        strip.offer([(str(n), "") for n in SEVERITIES])
        for n in SEVERITIES:
            self._language.hint(strip.buttons[str(n)], Message(f"census_desk.severity.{n}"))
        strip.choose(str(self._given.get(entry.code) or proposed(entry)))
        strip.changed.connect(lambda code=entry.code: self._set(code))
        words = Message("census_desk.severity_of", {"defect": entry.title})
        self._language.say(strip, "setAccessibleName", words)
        title = ElidedLabel(self._language, self._theme, size="small", tone="quiet")
        self._grid.addWidget(title, place, 0)
        self._grid.addWidget(strip, place, 1)
        self.strips[entry.code], self._titles[entry.code] = strip, (title, entry)
        self._tell(entry.code)

    def _set(self, code: str) -> None:
        self._given[code] = int(self.strips[code].value or 1)
        self._tell(code)
        self.changed.emit()

    def _tell(self, code: str) -> None:
        """The defect, and how severe in a word."""
        title, entry = self._titles[code]
        severity = Message(f"census_desk.severity.{self.strips[code].value}")
        title.show_words(Message("census_desk.severity_told", {"defect": entry.title, "severity": severity}))

    @property
    def seen(self) -> tuple[SeenDefect, ...]:
        """The defects with how severe they are."""
        return tuple(SeenDefect(code, int(strip.value or 1)) for code, strip in self.strips.items())

    def chain(self, before: QWidget, after: QWidget) -> None:
        """The keyboard comes from ``before`` through the rows to ``after``."""
        for first, second in itertools.pairwise((before, *self.strips.values(), after)):
            QWidget.setTabOrder(first, second)


def proposed(entry: CodeEntry) -> int:
    """How severe a defect of a kind is, unless somebody says otherwise."""
    return int(entry.value("severity") or 1)
