"""The button of styles on the map: how it is drawn now, the other ways there are, and the way to make one."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from gisapp.actions import Actions
from gisapp.language import Language
from gisapp.plain_tip import plain_tip
from gisapp.theme import Theme
from layers.scene.style import MapStyle
from layers.text import Message, Title

ACTS = ("style.edit", "style.new", "style.import")


class StyleButton(QToolButton):
    """``chosen`` tells the name of a style."""

    chosen = Signal(str)

    def __init__(self, language: Language, theme: Theme, actions: Actions, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("mapTools")
        self._language, self._theme, self._actions = language, theme, actions
        self.setFont(theme.font("small"))
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFixedHeight(theme.size("tool_button") + 2)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        # The arrow stands behind the words.
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self.setIconSize(QSize(12, 12))
        self._title: Title | None = None
        self._name = ""
        self._choices: dict[str, QAction] = {}
        self._group = QActionGroup(self)
        self.setMenu(QMenu(self))
        self.menu().setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        theme.changed.connect(self._dress)
        language.changed.connect(self._tell)
        self._dress()

    def show_titles(self, program: Mapping[str, Title], saved: Mapping[str, Title]) -> None:
        """List the styles of the program, then those saved in the register."""
        menu = self.menu()
        menu.clear()
        for action in self._group.actions():
            self._group.removeAction(action)
        self._choices = {}
        for titles in (program, saved):
            for name, title in titles.items():
                action = QAction(menu)
                action.setCheckable(True)
                self._language.say(action, "setText", title)
                action.triggered.connect(lambda _=False, chosen=name: self.chosen.emit(chosen))
                self._group.addAction(action)
                menu.addAction(action)
                self._choices[name] = action
            if titles:
                menu.addSeparator()
        for name in ACTS:
            menu.addAction(self._actions.qt(name))
        self._tell()

    def choice(self, name: str) -> QAction:
        """The entry of the menu for a style."""
        return self._choices[name]

    def show_style(self, style: MapStyle) -> None:
        """Name the style in use."""
        self._title, self._name = style.title, style.name
        self._tell()

    def _dress(self) -> None:
        self.setIcon(self._theme.icon("caret-down"))

    def _tell(self) -> None:
        if self._title is None:
            return
        for name, action in self._choices.items():
            action.setChecked(name == self._name)
        render = self._language.render
        words = self.fontMetrics().elidedText(render(self._title), Qt.TextElideMode.ElideRight, 220)
        self.setText(f"{render(Message('map.style'))}  {words}  ")
        self.setToolTip(plain_tip(render(self._title)))
        self.adjustSize()
