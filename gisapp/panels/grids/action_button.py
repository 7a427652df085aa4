"""A button in a panel that does an action of the window under a short word of its own."""

from __future__ import annotations

from collections.abc import Callable

from gisapp.actions import Actions
from gisapp.forms.words import Button
from gisapp.language import Language, Words
from gisapp.theme import Theme
from layers.text import Message


class ActionButton(Button):
    """Possible when the action is; its tip is the action's name. ``primary`` stands out.

    ``wanting``: what has to be done first, as long as it has: that is the tip then.
    """

    def __init__(
        self,
        language: Language,
        theme: Theme,
        actions: Actions,
        action: str,
        words: Words,
        *,
        primary: bool = False,
        wanting: Callable[[], Message | None] | None = None,
    ) -> None:
        super().__init__(language, words, "primary" if primary else "")
        self._language, self._wanting = language, wanting
        self._theme, self._icon, self._primary = theme, actions[action].icon, primary
        self._made = actions.qt(action)
        self._made.changed.connect(self._follow)
        language.changed.connect(self._follow)
        self.clicked.connect(lambda: actions.trigger(action))
        theme.changed.connect(self._draw)
        self._draw()
        self._follow()

    def _follow(self) -> None:
        self.setEnabled(self._made.isEnabled())
        first = None if self._wanting is None or self.isEnabled() else self._wanting()
        self.setToolTip(self._made.toolTip() if first is None else self._language.render(first))

    def _draw(self) -> None:
        self.setIcon(self._theme.icon(self._icon, "accent_text" if self._primary else "text2"))


def is_known(actions: Actions, name: str) -> bool:
    """Whether the window has such an action."""
    return any(action.id == name for action in actions)
