"""What floats on the map: strips of tools."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from gisapp.actions import Actions
from gisapp.theme import Theme


class ToolStrip(QFrame):
    """Buttons of actions in a row or a column on the map."""

    def __init__(
        self,
        theme: Theme,
        actions: Actions,
        names: tuple[str, ...],
        parent: QWidget,
        *,
        upright: bool = False,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("mapTools")
        layout: QBoxLayout = QVBoxLayout(self) if upright else QHBoxLayout(self)
        layout.setContentsMargins(1, 1, 1, 1)
        layout.setSpacing(0)
        self._theme, self._actions, self._names = theme, actions, names
        self._buttons: list[QToolButton] = []
        for name in names:
            button = QToolButton()
            button.setDefaultAction(actions.qt(name))
            button.setFixedSize(theme.size("tool_button"), theme.size("tool_button"))
            button.setIconSize(QSize(16, 16))
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            self._buttons.append(button)
            layout.addWidget(button)
        self.adjustSize()
