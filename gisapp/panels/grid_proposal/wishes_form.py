"""What is wished of a proposal: how many grids, few moves or anew, what boundaries shall follow."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QRadioButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from gisapp.forms.words import Button, Label
from gisapp.language import Language
from gisapp.theme import Theme
from layers.grids.dividing.wishes import Wishes
from layers.text import Message

MOST = 5000
_TICKS = ("communities", "roads", "waters", "boundaries", "areas")


class WishesForm(QWidget):
    """``asked``: a proposal with these Wishes is wanted; ``stopped``: no longer."""

    asked = Signal(object)
    stopped = Signal()

    def __init__(self, language: Language, theme: Theme) -> None:
        super().__init__()
        self._is_busy = False
        self.rebalance, self.anew = QRadioButton(), QRadioButton()
        group = QButtonGroup(self)
        for button, name in ((self.rebalance, "rebalance"), (self.anew, "anew")):
            language.say(button, "setText", Message(f"grid_proposal.wish.{name}"))
            language.hint(button, Message(f"grid_proposal.wish.{name}_tip"))
            group.addButton(button)
        self.anew.setChecked(True)
        self.count, self.limit = QSpinBox(), QSpinBox()
        self.count.setRange(1, MOST)
        self.limit.setRange(101, 150)
        self.limit.setValue(105)
        self.limit.setSuffix(" %")
        for box in (self.count, self.limit):
            box.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        self.ticks = {name: QCheckBox() for name in _TICKS}
        for name, tick in self.ticks.items():
            tick.setChecked(True)
            language.say(tick, "setText", Message(f"grid_proposal.wish.{name}"))
            language.hint(tick, Message(f"grid_proposal.wish.{name}_tip"))
        self.compute = Button(language, Message("grid_proposal.compute"), "primary")
        self.compute.clicked.connect(self._press)
        fields = QGridLayout()
        fields.setHorizontalSpacing(8)
        fields.setVerticalSpacing(4)
        for row, (name, field) in enumerate((("count", self.count), ("limit", self.limit))):
            fields.addWidget(
                Label(language, theme, Message(f"grid_proposal.wish.{name}"), size="small"), row, 0
            )
            fields.addWidget(field, row, 1)
        ticks = QGridLayout()
        ticks.setHorizontalSpacing(8)
        ticks.setVerticalSpacing(0)
        for number, tick in enumerate(self.ticks.values()):
            ticks.addWidget(tick, number // 2, number % 2)
        modes = QHBoxLayout()
        modes.addWidget(self.rebalance)
        modes.addWidget(self.anew)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 4, 12, 8)
        column.setSpacing(4)
        column.addLayout(modes)
        column.addLayout(fields)
        column.addLayout(ticks)
        column.addStretch(1)
        column.addWidget(self.compute)
        self.rebalance.toggled.connect(lambda on: self.ticks["boundaries"].setEnabled(not on))

    def show_known(self, known: int) -> None:
        """There are so many grids: as many are wished until the user says another number."""
        self.rebalance.setEnabled(known > 0)
        if known > 0:
            self.count.setValue(known)
        (self.rebalance if known > 1 else self.anew).setChecked(True)

    def show_busy(self, busy: bool) -> None:
        """While it is computed the button stops it."""
        self._is_busy = busy
        self.compute.show_words(Message("grid_proposal.stop" if busy else "grid_proposal.compute"))

    @property
    def wishes(self) -> Wishes:
        """As the form says now."""
        return Wishes(
            self.count.value(),
            is_rebalance=self.rebalance.isChecked(),
            limit=self.limit.value() / 100,
            **{name: tick.isChecked() for name, tick in self.ticks.items()},
        )

    def _press(self) -> None:
        if self._is_busy:
            self.stopped.emit()
        else:
            self.asked.emit(self.wishes)
