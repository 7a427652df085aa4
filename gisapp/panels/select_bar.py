"""A bar under the tools while something is being selected: what becomes of the old selection, radius, scale."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QFrame, QHBoxLayout, QLineEdit, QWidget

from gisapp.forms.words import ElidedLabel, IconButton, Label, Line
from gisapp.language import Language
from gisapp.theme import Theme
from layers.model.selection import SelectionMode
from layers.text import Message

MODES: dict[SelectionMode, tuple[str, Message]] = {
    "new": ("selection", Message("selecting.mode.new")),
    "add": ("plus", Message("selecting.mode.add")),
    "remove": ("minus", Message("selecting.mode.remove")),
    "intersect": ("intersect", Message("selecting.mode.intersect")),
}
_HINTS = {
    "identify": Message("selecting.hint.identify"),
    "select_polygon": Message("selecting.hint.polygon"),
    "select_line": Message("selecting.hint.line"),
    "select_radius": Message("selecting.hint.radius"),
}


class SelectBar(QFrame):
    """Floats on the map. Shown with the tools that draw a shape, and whenever the mode is not the usual one."""

    mode_chosen = Signal(str)
    radius_given = Signal(object)
    """Metres, or None when the field is empty or no number."""
    waiting_chosen = Signal(bool)

    def __init__(self, language: Language, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("mapTools")
        self._tool = "select"
        self._mode: SelectionMode = "new"
        self.modes: dict[SelectionMode, IconButton] = {}
        group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(1, 1, 8, 1)
        row.setSpacing(0)
        size = theme.size("control")
        for mode, (icon, words) in MODES.items():
            button = IconButton(language, theme, icon, words, active="accent_text", checkable=True)
            button.setFixedSize(size, size)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(lambda _=False, chosen=mode: self.mode_chosen.emit(chosen))
            group.addButton(button)
            self.modes[mode] = button
            row.addWidget(button)
        self.radius = _NumberField(language)
        self.radius.setFixedWidth(84)
        self.radius.textChanged.connect(self._tell_radius)
        self._metres = Label(language, theme, "m", size="small", tone="quiet")
        self.hint = ElidedLabel(language, theme, size="small", tone="quiet")
        self.waiting = QCheckBox()
        self.waiting.setFont(theme.font("small"))
        self.waiting.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        language.say(self.waiting, "setText", Message("selecting.waiting"))
        language.say(self.waiting, "setToolTip", Message("selecting.waiting.tip"))
        self.waiting.toggled.connect(self.waiting_chosen)
        row.addSpacing(8)
        row.addWidget(self.radius)
        row.addSpacing(4)
        row.addWidget(self._metres)
        row.addSpacing(8)
        row.addWidget(self.hint)
        row.addSpacing(8)
        row.addWidget(Line(upright=True, length=16))
        row.addSpacing(8)
        row.addWidget(self.waiting)
        self._room = 0
        language.changed.connect(self._fit)
        self.show_mode("new")

    def show_tool(self, name: str) -> None:
        """Fit the bar to a tool."""
        self._tool = name
        is_radius = name == "select_radius"
        self.radius.setVisible(is_radius)
        self._metres.setVisible(is_radius)
        hint = _HINTS.get(name)
        self.hint.setVisible(hint is not None)
        self.hint.show_words(hint or "")
        self._fit()

    def give_room(self, width: int) -> None:
        """Be at most so many pixels wide."""
        self._room = width
        self._fit()

    def show_mode(self, mode: SelectionMode) -> None:
        """Mark the mode in use."""
        self._mode = mode
        self.modes[mode].setChecked(True)
        self.show_tool(self._tool)

    def _fit(self) -> None:
        selects = self._tool in _HINTS or self._tool == "select"
        self.setVisible(selects and (self._tool not in ("select", "identify") or self._mode != "new"))
        # In a narrow window the hint gives way first, and ends in "…".
        wanted = self.sizeHint()
        self.resize(min(wanted.width(), self._room) if self._room else wanted.width(), wanted.height())

    def _tell_radius(self, text: str) -> None:
        try:
            metres = float(text.replace(",", "").strip())
        except ValueError:
            metres = 0.0
        is_good = 0 < metres < 1e7
        self.radius.setProperty("wrong", "true" if text.strip() and not is_good else "false")
        self.radius.style().polish(self.radius)
        self.radius_given.emit(metres if is_good else None)


class _NumberField(QLineEdit):
    """Metres; Enter and Esc give the keyboard back to the map."""

    left = Signal()

    def __init__(self, language: Language) -> None:
        super().__init__()
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        language.say(self, "setPlaceholderText", Message("selecting.radius"))
        language.hint(self, Message("selecting.radius.tip"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.left.emit()
            return
        super().keyPressEvent(event)
