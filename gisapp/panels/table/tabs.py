"""The tabs of the table drawer: a type each, with how many there are; what does not fit stands in a menu."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QToolButton, QWidget

from gisapp.forms.chip import tab_button
from gisapp.language import Language
from gisapp.theme import Theme
from layers.model.catalogue import AssetType
from layers.text import Message

_GAP = 4


class TypeTabs(QWidget):
    """``chosen``: the name of a type."""

    chosen = Signal(str)

    def __init__(self, language: Language, theme: Theme) -> None:
        super().__init__()
        self._language, self._theme = language, theme
        self.counts: dict[str, tuple[AssetType, int]] = {}
        self.current = ""
        self.tabs: dict[str, QToolButton] = {}
        self.more = QToolButton()
        self.more.setObjectName("tab")
        self.more.setFont(theme.font("small"))
        self.more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._menu = QMenu(self.more)
        self.more.setMenu(self._menu)
        language.say(self.more, "setText", Message("table.more_types"))
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(_GAP)
        self._row.addWidget(self.more)
        self._row.addStretch(1)
        self.setFixedHeight(theme.size("tab_bar"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        language.changed.connect(self._name)

    def show_types(self, counts: Sequence[tuple[AssetType, int]]) -> None:
        """Show the types that there is anything of, and the current one."""
        found = {t.name: (t, n) for t, n in counts if n or t.name == self.current}
        is_same = list(found) == list(self.counts)
        self.counts = found
        if not is_same:
            for tab in self.tabs.values():
                tab.hide()
                tab.deleteLater()
            self.tabs = {name: self._tab(name) for name in found}
            for number, tab in enumerate(self.tabs.values()):
                self._row.insertWidget(number, tab)
        self._name()

    def choose(self, name: str) -> None:
        """Show that this type is the one in the table."""
        self.current = name
        for other, tab in self.tabs.items():
            tab.setChecked(other == name)
        self._place()

    def _tab(self, name: str) -> QToolButton:
        tab = tab_button(self._theme)
        tab.setFixedHeight(self._theme.size("tab_bar"))
        tab.clicked.connect(lambda: self._choose(name))
        return tab

    def _choose(self, name: str) -> None:
        self.choose(name)
        self.chosen.emit(name)

    def _name(self) -> None:
        self._menu.clear()
        for name, (asset_type, count) in self.counts.items():
            text = f"{self._language.render(asset_type.plural)}  {count:,}"
            tab = self.tabs[name]
            tab.setText(text)
            tab.setChecked(name == self.current)
            action = self._menu.addAction(text)
            action.triggered.connect(lambda _=False, which=name: self._choose(which))
        self._place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        """As many tabs as there is room for, the current one among them."""
        widths = {name: tab.sizeHint().width() + _GAP for name, tab in self.tabs.items()}
        room = self.width()
        if sum(widths.values()) > room:
            room -= self.more.sizeHint().width() + _GAP
        shown: list[str] = []
        used = widths.get(self.current, 0)
        for name, width in widths.items():
            if name == self.current:
                shown.append(name)
            elif used + width <= room:
                used += width
                shown.append(name)
            else:
                # In order: what comes behind does not jump before what has no room.
                room = 0
        for name, tab in self.tabs.items():
            tab.setVisible(name in shown)
        self.more.setVisible(len(shown) < len(self.tabs))

    def minimumSizeHint(self):  # type: ignore[no-untyped-def]
        """Tabs go into the menu before the drawer gets wider."""
        hint = super().minimumSizeHint()
        hint.setWidth(120)
        return hint
