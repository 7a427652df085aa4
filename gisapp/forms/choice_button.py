"""A button that picks entries of a list, one or several."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QMouseEvent
from PySide6.QtWidgets import QMenu, QPushButton, QSizePolicy

from gisapp.language import Language
from gisapp.theme import Theme
from layers.text import Message


class ChoiceButton(QPushButton):
    """Picks entries of a list from a menu that stays open while ticking."""

    changed = Signal()

    def __init__(self, language: Language, theme: Theme) -> None:
        super().__init__()
        self._language, self._theme = language, theme
        self.setObjectName("picker")
        self.setAutoDefault(False)
        self.setMinimumHeight(theme.size("control"))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._menu = _StayingMenu(self)
        self.setMenu(self._menu)
        self._several = True
        language.changed.connect(self._tell)
        self._tell()

    def offer(self, entries: Sequence[tuple[object, str]], *, several: bool) -> None:
        """List these; nothing is ticked."""
        self._several = several
        self._menu.clear()
        for value, words in entries:
            action = self._menu.addAction(words)
            action.setData(value)
            action.setCheckable(True)
            action.triggered.connect(lambda on, chosen=action: self._on_tick(chosen, on))
        self._tell()

    def tick(self, values: Sequence[object]) -> None:
        """Tick these and no others."""
        for action in self._menu.actions():
            action.setChecked(action.data() in values)
        self._tell()

    def ticked(self) -> list[object]:
        """What is ticked, in the order of the list."""
        return [action.data() for action in self._menu.actions() if action.isChecked()]

    def _on_tick(self, action: QAction, on: bool) -> None:
        if on and not self._several:
            for other in self._menu.actions():
                if other is not action:
                    other.setChecked(False)
        self._tell()
        self.changed.emit()

    def _tell(self) -> None:
        words = [action.text() for action in self._menu.actions() if action.isChecked()]
        mark = "、" if self._language.code == "zh" else ", "
        # Qt leaves no room before the text of a button that is aligned to the left.
        self.setText(f"  {mark.join(words) or self._language.render(Message('condition.pick'))}")


class _StayingMenu(QMenu):
    """A click ticks an entry without closing the menu."""

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        action = self.activeAction()
        if action is not None and action.isEnabled() and action.isCheckable():
            action.trigger()
            return
        super().mouseReleaseEvent(event)
