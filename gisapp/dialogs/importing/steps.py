"""The way of an import, always in sight: which of its steps are settled, which one is in doubt, what comes next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

from gisapp.forms.words import IconLabel, Line, set_style
from gisapp.language import Language
from gisapp.theme import Theme
from layers.exchange.checking import Checked
from layers.exchange.import_plan import ImportPlan
from layers.text import Message

#: A column matched less surely than this should be looked at.
SURE = 0.85
State = Literal["waiting", "now", "doubt", "done"]
STEPS = ("file", "place", "meaning", "check", "write")
_SIGNS: Mapping[State, tuple[str, str]] = {
    "waiting": ("circle", "text3"),
    "now": ("dots-three-circle", "accent"),
    "doubt": ("question", "warn"),
    "done": ("check-circle", "ok"),
}
#: What is said of coordinates that somebody should look at.
_UNSURE_PLACE = frozenset(
    {
        "no_place", "cannot_be_placed", "axes_by_custom", "doubtful_crs", "no_crs", "guessed_crs", "guessed_scale",
        "length_ratio", "outside_area", "far_out", "coordinate_missing", "coordinate_unreadable",
    }
)  # fmt: skip
_TITLES = {name: Message(f"importing.step.{name}") for name in STEPS}
_STATES = {name: Message(f"importing.step.state.{name}") for name in _SIGNS}


def states_of(plan: ImportPlan, checked: Checked) -> dict[str, State]:
    """How far each step is once an import was checked."""
    rules = {problem.rule for layer in plan.layers for problem in layer.problems}
    rules |= {rule for _, rule in checked.report.rules()}
    unsure = any(
        column.confidence < SURE
        for layer in plan.imported
        if not layer.mapping.said
        for rule in layer.mapping.types.values()
        for column in rule.columns
    )
    unread = any(problem.severity == "error" for _, problem in plan.problems)
    counts = checked.report.counts
    return {
        "file": "doubt" if unread else "done",
        "place": "doubt" if rules & _UNSURE_PLACE else "done",
        "meaning": "doubt" if unsure or plan.references else "done",
        "check": "doubt" if counts.quarantined or counts.rejected else "done",
        "write": "waiting" if checked.is_empty else "now",
    }


class StepBar(QWidget):
    """``chosen`` tells the step whose part of the screen is looked for."""

    chosen = Signal(str)

    def __init__(self, language: Language, theme: Theme) -> None:
        super().__init__()
        self._language = language
        self.states: dict[str, State] = {}
        self._signs: dict[str, IconLabel] = {}
        self.buttons: dict[str, QToolButton] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        for position, name in enumerate(STEPS):
            if position:
                line = Line()
                line.setFixedWidth(16)
                row.addWidget(line)
            sign = self._signs[name] = IconLabel(theme, "circle", 16, "text3")
            button = self.buttons[name] = QToolButton()
            button.setObjectName("importStep")
            button.setFont(theme.font("small"))
            language.say(button, "setText", _TITLES[name])
            button.clicked.connect(lambda _=False, step=name: self.chosen.emit(step))
            row.addWidget(sign)
            row.addWidget(button)
            self.show_state(name, "waiting")

    def show_state(self, name: str, state: State) -> None:
        """Say how far this step is: by its sign, its tip, and what screen readers say."""
        self.states[name] = state
        self._signs[name].show_icon(*_SIGNS[state])
        button = self.buttons[name]
        set_style(button, "state", state)
        said = Message("importing.step.told", {"step": _TITLES[name], "state": _STATES[state]})
        self._language.hint(button, said)
