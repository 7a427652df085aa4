"""What floats on the map: tools at the left, zoom at the right, scale bar with coordinates at the foot."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget

from gisapp.actions import Actions
from gisapp.forms.rows import grouped
from gisapp.forms.words import Label
from gisapp.language import Language
from gisapp.theme import Theme
from layers.geometry.crs import Crs
from layers.scene.style_file import style_names, style_title
from layers.text import Message

_STEPS = (1, 2, 5)
BAR_WIDTH = 96


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


class ScaleBar(QWidget):
    """A bar of a round length."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._pixels = 0.0
        self.setFixedSize(BAR_WIDTH, 16)
        theme.changed.connect(self.update)

    def show_scale(self, metres_per_pixel: float) -> float:
        """Fit a round length into the bar; returns it in metres."""
        longest = BAR_WIDTH * metres_per_pixel
        power = 10.0 ** len(str(int(longest))) / 10 if longest >= 1 else 0.1
        fitting = [
            step * scale for scale in (power / 10, power) for step in _STEPS if step * scale <= longest
        ]
        length = max(fitting, default=longest)
        self._pixels = length / metres_per_pixel
        self.setFixedWidth(math.ceil(self._pixels))
        self.update()
        return length

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(QPen(self._theme.color("text"), 1.4))
        y, end = 11.5, self._pixels - 0.7
        painter.drawPolyline([QPointF(0.7, y - 6), QPointF(0.7, y), QPointF(end, y), QPointF(end, y - 6)])
        painter.drawLine(QPointF(end / 2, y - 3), QPointF(end / 2, y))
        painter.end()


class MapFoot(QFrame):
    """Scale bar, scale, cursor coordinates (X north, Y east, as in the trade) and coordinate system."""

    def __init__(self, language: Language, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("mapTools")
        self._bar = ScaleBar(theme)
        self._length = Label(language, theme, size="small")
        self._scale = Label(language, theme, size="small")
        self.position = Label(language, theme, size="small")
        self._crs = Label(language, theme, size="small")
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 2, 8, 2)
        row.setSpacing(12)
        for part in (self._bar, self._length, self._scale, self.position, self._crs):
            row.addWidget(part)
        self.position.setMinimumWidth(theme.size("desk_panel") // 2)
        self.position.hide()

    def show_crs(self, crs: Crs) -> None:
        """Name the register's coordinate system."""
        self._crs.show_words(crs.title)
        self.adjustSize()

    def show_scale(self, metres_per_pixel: float, dots_per_metre: float) -> None:
        """Show the scale of the view on this screen."""
        length = self._bar.show_scale(metres_per_pixel)
        text = f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m"
        self._length.show_words(text)
        self._scale.show_words(f"1 : {grouped(f'{_rounded(metres_per_pixel * dots_per_metre):.0f}')}")
        self.adjustSize()

    def show_position(self, x: float, y: float) -> None:
        """Show where the cursor is."""
        self.position.show_words(
            Message("window.position", {"north": grouped(f"{y:.2f}"), "east": grouped(f"{x:.2f}")})
        )
        self.position.show()
        self.adjustSize()


def _rounded(scale: float) -> float:
    """Two digits are enough for a scale."""
    digits = len(str(int(scale))) - 2
    return round(scale, -digits) if digits > 0 else round(scale)


class StyleButton(QToolButton):
    """How the mains are classed; a menu of the styles there are."""

    chosen = Signal(str)

    def __init__(self, language: Language, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("mapTools")
        self._language = language
        self.setFont(theme.font("small"))
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFixedHeight(theme.size("tool_button") + 2)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        # The arrow stands behind the words.
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self.setIconSize(QSize(12, 12))
        self._theme = theme
        theme.changed.connect(self._dress)
        self._dress()
        self._name = ""
        self._titles = {name: style_title(name) for name in style_names()}
        menu = QMenu(self)
        for name, title in self._titles.items():
            action = menu.addAction("")
            language.say(action, "setText", title)
            action.triggered.connect(lambda _=False, chosen=name: self.chosen.emit(chosen))
        self.setMenu(menu)
        language.changed.connect(self._tell)

    def _dress(self) -> None:
        self.setIcon(self._theme.icon("caret-down"))

    def show_style(self, name: str) -> None:
        """Name the style in use."""
        self._name = name
        self._tell()

    def _tell(self) -> None:
        if self._name:
            render = self._language.render
            self.setText(f"{render(Message('map.style'))}  {render(self._titles[self._name])}  ")
            self.adjustSize()
