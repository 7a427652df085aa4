"""The strip of measured figures: each with its name, a unit to choose, copy, close."""

from __future__ import annotations

from typing import cast, get_args

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from gisapp.forms.words import IconButton, IconLabel, Label
from gisapp.language import Language
from gisapp.theme import Theme
from gisapp.tools.figures import AREA_UNITS, LENGTH_UNITS, AreaUnit, LengthUnit
from gisapp.tools.measured import Measured, Measuring
from layers.text import Message

_ICONS: dict[Measuring, str] = {"length": "ruler", "area": "bounding-box", "bearing": "compass"}
_LINES = 5
WIDTH = 288


class MeasureStrip(QFrame):
    """Shown while a measuring tool is in use, and as long as its figures are to be read."""

    units_chosen = Signal(str, str)
    """A unit for lengths and one for areas."""
    copied = Signal(str)
    """The figures as text."""
    closed = Signal()

    def __init__(self, language: Language, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("mapTools")
        self._language = language
        self.length_unit: LengthUnit = "auto"
        self.area_unit: AreaUnit = "auto"
        self.measured: Measured | None = None
        self._kind: Measuring = "length"
        self._icon = IconLabel(theme, "ruler", 16)
        self._title = Label(language, theme, size="small", strong=True)
        self.hint = Label(language, theme, size="small", tone="faint", wrap=True)
        self._names = [Label(language, theme, size="small", tone="quiet") for _ in range(_LINES)]
        self.figures = [Label(language, theme, size="base", strong=True) for _ in range(_LINES)]
        for figure in self.figures:
            figure.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._unit = QToolButton()
        self._unit.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._unit.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._unit.setFont(theme.font("small"))
        language.hint(self._unit, Message("measure.unit.hint"))
        self._units = QMenu(self._unit)
        self._units.aboutToShow.connect(self._fill_units)
        self._unit.setMenu(self._units)
        self.copy = IconButton(language, theme, "copy", Message("measure.copy"))
        self.copy.clicked.connect(lambda: self.copied.emit(self.text()))
        self.close_button = IconButton(language, theme, "x", Message("measure.close"))
        self.close_button.clicked.connect(self.closed)
        for button in (self.copy, self.close_button):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._lay_out()
        language.changed.connect(self._show)
        self.hide()

    def begin(self, kind: Measuring) -> None:
        """A measuring tool was taken up: say what to do."""
        self._kind = kind
        self._icon.show_icon(_ICONS[kind], "text2")
        self.show_measured(None)
        self.show()

    def show_measured(self, measured: Measured | None) -> None:
        """Show these figures, or what to do when there are none."""
        self.measured = measured
        self._show()

    def text(self) -> str:
        """The figures for the clipboard, one to a line."""
        if self.measured is None:
            return ""
        render = self._language.render
        lines = [f"{render(name)}\t{render(figure)}" for name, figure in self._lines()]
        note = self.measured.note()
        return "\n".join(
            [render(Message(f"measure.kind.{self._kind}")), *lines, *([render(note)] if note else [])]
        )

    def _lines(self) -> tuple[tuple[Message, Message], ...]:
        return () if self.measured is None else self.measured.lines((self.length_unit, self.area_unit))

    def _show(self) -> None:
        self._title.show_words(Message(f"measure.kind.{self._kind}"))
        lines = self._lines()
        for number in range(_LINES):
            shown = number < len(lines)
            for label, part in ((self._names[number], 0), (self.figures[number], 1)):
                label.setVisible(shown)
                label.show_words(lines[number][part] if shown else "")
        note = None if self.measured is None else self.measured.note()
        is_open = self.measured is None or not self.measured.done
        self.hint.show_words(note or Message(f"measure.hint.{self._kind}"))
        self.hint.set_tone("warn" if self.measured is not None and self.measured.crosses else "faint")
        self.hint.setVisible(note is not None or is_open)
        is_area = self._kind == "area"
        unit = self.area_unit if is_area else self.length_unit
        self._unit.setText(f"{self._language.render(Message(f'measure.unit.{unit}'))}  ")
        self.copy.setEnabled(bool(lines))
        self.adjustSize()

    def _fill_units(self) -> None:
        self._units.clear()
        group = QActionGroup(self._units)
        units, chosen = (
            (AREA_UNITS, self.area_unit) if self._kind == "area" else (LENGTH_UNITS, self.length_unit)
        )
        for unit in units:
            action = self._units.addAction(self._language.render(Message(f"measure.unit.{unit}")))
            action.setCheckable(True)
            action.setChecked(unit == chosen)
            group.addAction(action)
            action.triggered.connect(lambda _=False, name=unit: self.use_unit(name))

    def use_unit(self, name: str) -> None:
        """Show lengths or areas, whatever is measured now, in this unit."""
        if self._kind == "area" and name in get_args(AreaUnit):
            self.area_unit = cast("AreaUnit", name)
        elif name in get_args(LengthUnit):
            self.length_unit = cast("LengthUnit", name)
        self._show()
        self.units_chosen.emit(self.length_unit, self.area_unit)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._icon)
        head.addWidget(self._title)
        head.addStretch(1)
        for part in (self._unit, self.copy, self.close_button):
            head.addWidget(part)
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(2)
        for number in range(_LINES):
            grid.addWidget(self._names[number], number, 0)
            grid.addWidget(self.figures[number], number, 1, Qt.AlignmentFlag.AlignRight)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 4, 8, 8)
        column.setSpacing(2)
        column.addLayout(head)
        column.addLayout(grid)
        column.addWidget(self.hint)
        self.setFixedWidth(WIDTH)
