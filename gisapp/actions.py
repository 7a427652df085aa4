"""Action: one thing a user can do, as data. Menus, tool bar, palette and key list are built from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QIcon, QKeySequence
from PySide6.QtWidgets import QMenu

from gisapp.language import Language
from gisapp.plain_tip import plain_tip
from gisapp.theme import Theme
from layers.text import Message

Menu = Literal["file", "edit", "view", "tools", "projects", "grids", "help", ""]
MENUS: dict[Menu, Message] = {
    "file": Message("window.menu.file"),
    "edit": Message("window.menu.edit"),
    "view": Message("window.menu.view"),
    "tools": Message("window.menu.tools"),
    "projects": Message("window.menu.projects"),
    "grids": Message("window.menu.grids"),
    "help": Message("window.menu.help"),
}


def always() -> bool:
    """The condition of actions that are always possible."""
    return True


@dataclass(frozen=True, kw_only=True)
class Action:
    """What one can do: its name, what it does, where it stands, and when it is possible.

    ``label`` gives a name that depends on the moment ("Undo: change DN"). ``group`` separates menu parts.
    ``checked`` makes it a switch. ``words`` are further words by which the palette finds it.
    """

    id: str
    title: Message
    handler: Callable[[], None]
    key: str = ""
    icon: str = ""
    menu: Menu = ""
    group: int = 0
    label: Callable[[], Message | None] | None = None
    enabled: Callable[[], bool] = always
    checked: Callable[[], bool] | None = None
    words: str = ""


class Actions(QObject):
    """Every action by id, and the one QAction of each."""

    triggered = Signal(str)

    def __init__(self, language: Language, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._language = language
        self._theme = theme
        self._actions: dict[str, Action] = {}
        self._made: dict[str, QAction] = {}
        #: What each is called on the screen now: to say a hundred names again at every edit takes 8 ms.
        self._said: dict[str, tuple[str, Message]] = {}
        language.changed.connect(self.refresh)
        theme.changed.connect(self._refresh_icons)

    def add(self, actions: Iterable[Action]) -> None:
        """Take actions into the registry; ``refresh`` once the window can say what is possible.

        An id or key used twice is a mistake of the program.
        """
        for action in actions:
            if action.id in self._actions:
                raise ValueError(f"action {action.id!r} is declared twice")
            holder = next((a.id for a in self if action.key and a.key == action.key), None)
            if holder:
                raise ValueError(f"key {action.key} of {action.id!r} belongs to {holder!r}")
            self._actions[action.id] = action
            self._made[action.id] = self._make(action)

    def __iter__(self) -> Iterator[Action]:
        return iter(list(self._actions.values()))

    def __getitem__(self, action_id: str) -> Action:
        return self._actions[action_id]

    def qt(self, action_id: str) -> QAction:
        """The QAction to put into a menu, button or window."""
        return self._made[action_id]

    def trigger(self, action_id: str) -> None:
        """Do it, if it is possible now: not as it was when the menus were last looked at."""
        made = self._made[action_id]
        made.setEnabled(self._actions[action_id].enabled())
        made.trigger()

    def is_possible(self, action_id: str) -> bool:
        return self._actions[action_id].enabled()

    def title(self, action_id: str) -> str:
        """The name as it reads at this moment."""
        action = self._actions[action_id]
        label = action.label() if action.label else None
        return self._language.render(label or action.title)

    def refresh(self) -> None:
        """Look again at what is possible, how it is called and what is switched on."""
        self.refresh_some(self._made)

    def refresh_some(self, names: Iterable[str]) -> None:
        """Look again at some of them."""
        for name in names:
            action, made = self._actions[name], self._made[name]
            words = (action.label() if action.label else None) or action.title
            if self._said.get(name) != (self._language.code, words):
                self._said[name] = (self._language.code, words)
                title = self._language.render(words)
                made.setText(title.replace("&", "&&"))
                made.setToolTip(_tip(title, action.key))
            made.setEnabled(action.enabled())
            if action.checked is not None:
                made.setChecked(action.checked())

    def fill(self, menu: QMenu, name: Menu) -> None:
        """Add the actions of menu ``name``, a line between groups."""
        group = None
        for action in sorted((a for a in self if a.menu == name), key=lambda a: a.group):
            if group not in (None, action.group):
                menu.addSeparator()
            group = action.group
            menu.addAction(self._made[action.id])

    def _make(self, action: Action) -> QAction:
        made = QAction(self)
        made.setObjectName(action.id)
        if action.key:
            made.setShortcut(QKeySequence(action.key))
        if action.icon:
            made.setIcon(self._icon(action))
        made.setCheckable(action.checked is not None)
        made.triggered.connect(lambda: self._run(action))
        return made

    def _run(self, action: Action) -> None:
        if action.enabled():
            action.handler()
            self.triggered.emit(action.id)
        self.refresh()

    def _refresh_icons(self) -> None:
        for name, made in self._made.items():
            if self._actions[name].icon:
                made.setIcon(self._icon(self._actions[name]))

    def _icon(self, action: Action) -> QIcon:
        # A switch that is on stands on the accent colour.
        return self._theme.icon(action.icon, active="accent_text" if action.checked else None)


def key_text(key: str) -> str:
    """A key as this system writes it."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)


def _tip(title: str, key: str) -> str:
    return plain_tip(f"{title}  {key_text(key)}" if key else title)
