"""A row of buttons of which one is chosen, or any number: by mouse, by arrow keys, or by the digit written on each."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from gisapp.forms.flow_layout import FlowLayout
from gisapp.language import Language, Words
from gisapp.theme import Theme
from layers.text import Message

_DIGITS: dict[int, str] = {getattr(Qt.Key, f"Key_{digit}"): str(digit) for digit in range(10)}


class ChoiceStrip(QFrame):
    """``changed``: something was chosen by the user. One stop of the keyboard, whatever it holds."""

    changed = Signal()

    def __init__(
        self,
        language: Language,
        theme: Theme,
        *,
        several: bool = False,
        flowing: bool = False,
        numbered: bool = True,
    ) -> None:
        super().__init__()
        self.setObjectName("choiceStrip")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._language, self._theme = language, theme
        self._several, self._flowing, self._numbered = several, flowing, numbered
        self.buttons: dict[str, QToolButton] = {}
        self._keys: dict[str, str] = {}
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(1, 1, 1, 1)
        self._holder = QWidget()
        self._column.addWidget(self._holder)

    def offer(self, choices: Sequence[tuple[str, Words]]) -> None:
        """Show these: codes with what they are called, blank for their digit alone. Nothing is chosen."""
        self._column.removeWidget(self._holder)
        self._holder.hide()
        self._holder.deleteLater()
        self._holder = QWidget()
        row = FlowLayout(6) if self._flowing else QHBoxLayout()
        row.setContentsMargins(0, 0, 0, 0)
        if not self._flowing:
            row.setSpacing(0)
        self._holder.setLayout(row)
        self.buttons, self._keys = {}, {}
        # The steps of a scale are pressed by their own digit.
        is_scale = all(code in _DIGITS.values() for code, _ in choices)
        for number, (code, words) in enumerate(choices):
            button = QToolButton()
            button.setObjectName("choice")
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.setFont(self._theme.font("small"))
            button.setFixedHeight(self._theme.size("control"))
            if self._numbered and (is_scale or number + 1 < len(_DIGITS)):
                key = code if is_scale else str(number + 1)
                self._keys[key] = code
                words = Message("census_desk.numbered", {"words": words, "number": key}) if words else key
            self._language.say(button, "setText", words)
            button.clicked.connect(partial(self._take, code))
            self.buttons[code] = button
            if isinstance(row, QHBoxLayout):
                row.addWidget(button, 1)
            else:
                row.addWidget(button)
        self._column.addWidget(self._holder)

    @property
    def chosen(self) -> tuple[str, ...]:
        """The codes chosen, in the order shown."""
        return tuple(code for code, button in self.buttons.items() if button.isChecked())

    @property
    def value(self) -> str | None:
        """The one chosen."""
        return next(iter(self.chosen), None)

    def choose(self, *codes: str | None) -> None:
        """Mark these as chosen, silently."""
        for code, button in self.buttons.items():
            button.setChecked(code in codes)

    def press(self, key: str) -> None:
        """What a digit does."""
        code = self._keys.get(key)
        if code is not None and self.isEnabled():
            self._press(code)

    def _press(self, code: str) -> None:
        button = self.buttons[code]
        button.setChecked(not button.isChecked() if self._several else True)
        self._take(code)

    def _take(self, code: str, _: bool = False) -> None:
        if not self._several:
            self.choose(code)
        self.changed.emit()

    def event(self, event: QEvent) -> bool:
        # Digits are the strip's while it has the keyboard: elsewhere they draw assets.
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() in _DIGITS
            and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        ):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _DIGITS and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self.press(_DIGITS[key])
        elif not self._several and key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and self.buttons:
            codes = list(self.buttons)
            at = codes.index(self.value) if self.value in codes else -1
            self._press(codes[max(0, min(len(codes) - 1, at + (1 if key == Qt.Key.Key_Right else -1)))])
        else:
            super().keyPressEvent(event)
