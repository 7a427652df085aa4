"""What can be drawn, what was drawn of late, and how one likes to draw: known before anything is."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal

from gisapp.actions import Actions
from gisapp.panels.drafting.habits import Habits
from gisapp.panels.drafting.type_menu import drawable
from gisapp.session import Session
from gisapp.theme import Theme
from layers.model.catalogue import AssetType, Catalogue


class DrawChoice(QObject):
    """One per map. The button that draws shows the symbol of what it would draw."""

    changed = Signal(object)
    """The Habits, to be remembered."""

    def __init__(self, theme: Theme, session: Session, actions: Actions, parent: QObject) -> None:
        super().__init__(parent)
        self._theme, self._session, self._actions = theme, session, actions
        self.habits = Habits()
        #: The catalogue asked last, and what can be drawn by it: it is asked at every look at the menus.
        self._listed: tuple[Catalogue, tuple[AssetType, ...]] | None = None
        session.opened.connect(lambda _: self.show_symbol())
        theme.changed.connect(self.show_symbol)

    @property
    def types(self) -> tuple[AssetType, ...]:
        """What can be drawn, the network first."""
        register = self._session.register
        if register is None:
            return ()
        if self._listed is None or self._listed[0] is not register.catalogue:
            self._listed = register.catalogue, drawable(register.catalogue)
        return self._listed[1]

    @property
    def recent(self) -> AssetType | None:
        """The type drawn last, else the first of the catalogue."""
        types = {each.name: each for each in self.types}
        names = (name for name in (*self.habits.recent, *types) if name in types)
        name = next(names, None)
        return None if name is None else types[name]

    def remember(self, **changes: Any) -> None:
        """Draw so from now on."""
        self.habits = self.habits.changed(**changes)
        self.changed.emit(self.habits)

    def show_symbol(self) -> None:
        """The button that draws shows what it would draw."""
        recent = self.recent
        if recent is not None:
            self._actions.qt("draw.again").setIcon(self._theme.type_symbol(recent, 16))
