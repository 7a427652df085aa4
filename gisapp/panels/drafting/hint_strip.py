"""A line on the map that says what a tool does, or what just happened with it; the map never moves for it."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from gisapp.forms.words import ElidedLabel, IconLabel
from gisapp.language import Language
from gisapp.panels.drafting.draw_bar import SAID
from gisapp.theme import Theme
from layers.text import Message


class HintStrip(QFrame):
    """Shown with a tool that has a hint, and for a while when there is something to say."""

    def __init__(self, language: Language, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("mapTools")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._hint: Message | None = None
        self.label = ElidedLabel(language, theme, size="small")
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 4, 10, 4)
        row.setSpacing(6)
        row.addWidget(IconLabel(theme, "info", 14))
        row.addWidget(self.label, 1)
        self._while = QTimer(self, singleShot=True, interval=SAID)
        self._while.timeout.connect(lambda: self.show_hint(self._hint))
        language.changed.connect(self._fit)
        self.hide()

    def show_hint(self, hint: Message | None) -> None:
        """Say what the tool does; None takes the strip away."""
        self._hint = hint
        self._while.stop()
        self.setVisible(hint is not None)
        if hint is not None:
            self.label.show_words(hint)
            self._fit()

    def say(self, words: Message) -> None:
        """Say something for a while."""
        self.label.show_words(words)
        self._fit()
        self.show()
        self.raise_()
        self._while.start()

    def fit(self, width: int) -> None:
        """Be at most so wide."""
        self.setMaximumWidth(width)
        self._fit()

    def _fit(self) -> None:
        wanted = self.sizeHint()
        self.resize(min(wanted.width(), self.maximumWidth()), wanted.height())
