"""The bar under the tools while one draws: what is drawn, with which values, and how the mouse helps."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from gisapp.actions import Actions
from gisapp.forms.words import ElidedLabel, IconButton, Line, SymbolLabel
from gisapp.language import Language
from gisapp.panels.drafting.asked_fields import AskedFields
from gisapp.theme import Theme
from layers.model.catalogue import AssetType
from layers.text import Message

#: Milliseconds for which something said in between can be read.
SAID = 4000
#: Switches of the bar: how the mouse helps.
SWITCHES = ("draw.snap", "draw.trace", "draw.survey")


class DrawBar(QFrame):
    """Shown while something is drawn."""

    repeat_chosen = Signal(bool)
    closed = Signal()
    types_asked = Signal()

    def __init__(self, language: Language, theme: Theme, actions: Actions, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("mapTools")
        self._language = language
        self._symbol = SymbolLabel(theme, 18)
        self.type_button = QToolButton()
        self.type_button.setFont(theme.font("base", strong=True))
        self.type_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.type_button.setFixedHeight(26)
        self.type_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.type_button.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        language.hint(self.type_button, Message("action.draw.choose"))
        self.type_button.clicked.connect(self.types_asked)
        self._theme = theme
        theme.changed.connect(self._draw_caret)
        self._draw_caret()
        self.hint = ElidedLabel(language, theme, size="small", tone="faint")
        self._usual_hint = Message("draft.hint.line")
        self._while = QTimer(self, singleShot=True, interval=SAID)
        self._while.timeout.connect(self._say_usual)
        self.repeat = QCheckBox()
        self.repeat.setFont(theme.font("small"))
        self.repeat.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.repeat.setChecked(True)
        language.say(self.repeat, "setText", Message("draft.repeat"))
        language.say(self.repeat, "setToolTip", Message("draft.repeat.tip"))
        self.repeat.toggled.connect(self.repeat_chosen)
        self.fields = AskedFields(language, theme)
        self._close = IconButton(language, theme, "x", Message("draft.close"))
        self._close.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._close.clicked.connect(self.closed)
        self.switches: list[QToolButton] = []
        for name in SWITCHES:
            button = QToolButton()
            button.setDefaultAction(actions.qt(name))
            button.setFixedSize(26, 26)
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self.switches.append(button)
        self.snap_menu = QMenu(self)
        self.switches[0].setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.switches[0].customContextMenuRequested.connect(
            lambda at: self.snap_menu.popup(self.switches[0].mapToGlobal(at))
        )
        self.snap_button = IconButton(language, theme, "caret-down", Message("draft.snap.settings"))
        self.snap_button.setFixedSize(16, 26)
        self.snap_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.snap_button.clicked.connect(
            lambda: self.snap_menu.popup(self.snap_button.mapToGlobal(self.snap_button.rect().bottomLeft()))
        )
        self._lay_out()
        self.hide()

    def show_type(self, asset_type: AssetType, hint: Message) -> None:
        """Draw assets of this type; the fields are asked anew."""
        self._usual_hint = hint
        self._symbol.show_type(asset_type)
        self._language.say(self.type_button, "setText", Message("draft.type", {"type": asset_type.title}))
        self.fields.offer(asset_type)
        self.hint.show_words(hint)
        self.switches[1].setVisible(asset_type.shape != "point")
        self.fit(self.maximumWidth())

    def fit(self, width: int) -> None:
        """Be at most so wide; the hint gives way."""
        self.setMaximumWidth(width)
        for part in (self.fields, self):
            layout = part.layout()
            assert layout is not None
            layout.invalidate()
            layout.activate()
        self.resize(min(self.sizeHint().width(), width), self.sizeHint().height())

    def say(self, words: Message) -> None:
        """Say something in the place of the hint for a while."""
        self.hint.show_words(words)
        self.hint.set_tone("")
        self._while.start()

    def _say_usual(self) -> None:
        self.hint.show_words(self._usual_hint)
        self.hint.set_tone("faint")

    def _draw_caret(self) -> None:
        self.type_button.setIcon(self._theme.icon("caret-down"))

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(2)
        for part in (self._symbol, self.type_button):
            head.addWidget(part)
        head.addSpacing(6)
        head.addWidget(self.hint, 1)
        head.addSpacing(6)
        for part in (self.switches[0], self.snap_button, *self.switches[1:]):
            head.addWidget(part)
        head.addSpacing(4)
        head.addWidget(self._close)
        below = QHBoxLayout()
        below.setSpacing(8)
        below.addWidget(self.fields)
        below.addWidget(Line(upright=True, length=24), 0, Qt.AlignmentFlag.AlignBottom)
        below.addWidget(self.repeat, 0, Qt.AlignmentFlag.AlignBottom)
        below.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 2, 4, 8)
        column.setSpacing(2)
        column.addLayout(head)
        column.addLayout(below)
