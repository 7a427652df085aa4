"""The rail at the left edge: one button for each desk that works, settings at the foot."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QButtonGroup, QToolButton, QVBoxLayout, QWidget

from gisapp.desks.desk import Desk
from gisapp.language import Language
from gisapp.theme import Theme
from layers.text import Message


class Rail(QWidget):
    """``desk_chosen`` tells the id of the desk clicked."""

    desk_chosen = Signal(str)
    settings_asked = Signal()

    def __init__(self, language: Language, theme: Theme, desks: Sequence[Desk]) -> None:
        super().__init__()
        self.setObjectName("rail")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedWidth(theme.size("rail"))
        self._language, self._theme = language, theme
        self._group = QButtonGroup(self)
        self._buttons: dict[str, QToolButton] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 8)
        column.setSpacing(0)
        column.addWidget(_Mark(theme))
        for desk in desks:
            column.addWidget(self._desk_button(desk))
        column.addStretch(1)
        settings = self._button("gear", Message("window.settings"))
        settings.clicked.connect(self.settings_asked)
        column.addWidget(settings)

    def show_desk(self, name: str) -> None:
        """Mark the desk that is open."""
        self._buttons[name].setChecked(True)

    def enable(self, on: bool) -> None:
        """Desks need a register; without one none is chosen."""
        self._group.setExclusive(on)
        for button in self._buttons.values():
            button.setEnabled(on)
            button.setChecked(button.isChecked() and on)

    def _desk_button(self, desk: Desk) -> QToolButton:
        button = self._button(desk.icon, desk.title)
        button.setCheckable(True)
        button.setObjectName(f"desk.{desk.id}")
        button.clicked.connect(lambda: self.desk_chosen.emit(desk.id))
        self._group.addButton(button)
        self._buttons[desk.id] = button
        return button

    def _button(self, icon: str, title: Message) -> QToolButton:
        return _RailButton(self._language, self._theme, icon, title)


class _RailButton(QToolButton):
    """An icon with its word below."""

    def __init__(self, language: Language, theme: Theme, icon: str, title: Message) -> None:
        super().__init__()
        self._theme, self._icon = theme, icon
        self.setFont(theme.font("rail"))
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        self.setFixedSize(theme.size("rail"), theme.size("rail_item"))
        self.setIconSize(QSize(theme.size("icon_rail"), theme.size("icon_rail")))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        language.say(self, "setText", title)
        theme.changed.connect(self._draw)
        self._draw()

    def _draw(self) -> None:
        self.setIcon(self._theme.icon(self._icon, "rail_text", "rail_active"))


class _Mark(QWidget):
    """The product's mark: a drop with a pipe in it, drawn by ourselves."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.setFixedSize(theme.size("rail"), theme.size("top_bar"))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(self.width() / 2, self.height() / 2 + 1)
        drop = QPainterPath(QPointF(0, -10))
        drop.cubicTo(5, -4, 8, -1, 8, 3)
        drop.cubicTo(8, 8, 4, 10, 0, 10)
        drop.cubicTo(-4, 10, -8, 8, -8, 3)
        drop.cubicTo(-8, -1, -5, -4, 0, -10)
        pen = QPen(self._theme.color("rail_active"), 1.8)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.drawPath(drop)
        painter.drawLine(QPointF(-8, 3), QPointF(-3, 3))
        painter.drawLine(QPointF(3, 3), QPointF(8, 3))
        painter.drawEllipse(QPointF(0, 3), 3, 3)
        painter.end()
