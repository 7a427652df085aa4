"""The foot of the map: scale bar, scale to type into, the cursor's coordinates and the system they are shown in."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QFontMetrics, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QMenu, QToolButton, QWidget

from gisapp.forms.showing import grouped
from gisapp.forms.words import Label
from gisapp.language import Language
from gisapp.theme import Theme
from layers.geometry.coordinate_forms import form_names, form_title, write_place
from layers.geometry.crs import Crs
from layers.geometry.scale_text import read_scale
from layers.text import Message

_STEPS = (1, 2, 5)
BAR_WIDTH = 96
#: The name of the system keeps at least so many px.
_SHORTEST_NAME = 72


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


class ScaleField(QLineEdit):
    """The scale of the map; another one can be typed into it, Esc leaves it as it was."""

    asked = Signal(float)
    """N of the scale 1:N that was typed."""
    refused = Signal(str)
    """What was typed is no scale."""
    left = Signal()
    """The field is done with: keys are the map's again."""

    def __init__(self, language: Language, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("scaleField")
        self.setFont(theme.font("small"))
        self.setFrame(False)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        language.hint(self, Message("navigate.scale.hint"))
        self._shown = ""
        self.returnPressed.connect(self._read)

    def show_scale(self, denominator: float) -> None:
        """Show this scale, unless another is being typed."""
        self._shown = f"1 : {grouped(f'{_rounded(denominator):.0f}')}"
        if not self.hasFocus():
            self.setText(self._shown)
        self.setFixedWidth(QFontMetrics(self.font()).horizontalAdvance(self._shown) + 16)

    def begin(self) -> None:
        """Let the user type."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._leave()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.setFixedWidth(max(self.width(), 96))
        self.selectAll()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.setText(self._shown)

    def _read(self) -> None:
        typed = self.text()
        denominator = read_scale(typed)
        if denominator is None:
            self.refused.emit(typed)
            self.selectAll()
            return
        self._leave()
        self.asked.emit(denominator)

    def _leave(self) -> None:
        self.setText(self._shown)
        self.left.emit()


class MapFoot(QFrame):
    """Scale bar, scale, cursor coordinates (X north, Y east, as in the trade) and coordinate system."""

    form_chosen = Signal(str)
    """Coordinates shall be shown in this form (``coordinate_forms``) from now on."""
    resized = Signal()

    def __init__(self, language: Language, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("mapTools")
        self._language, self._theme = language, theme
        self._crs: Crs | None = None
        self._form = "register"
        self._title = ""
        self._at: tuple[float, float] | None = None
        self._room = 10_000
        self._bar = ScaleBar(theme)
        self._length = Label(language, theme, size="small")
        self.scale = ScaleField(language, theme)
        self.position = Label(language, theme, size="small")
        self.system = QToolButton()
        self.system.setObjectName("mapSystem")
        self.system.setFont(theme.font("small"))
        self.system.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.system.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        language.hint(self.system, Message("navigate.system.hint"))
        self._menu = QMenu(self.system)
        self._menu.aboutToShow.connect(self._fill)
        self.system.setMenu(self._menu)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 2, 8, 2)
        row.setSpacing(12)
        for part in (self._bar, self._length, self.scale, self.position, self.system):
            row.addWidget(part)
        self.position.hide()
        language.changed.connect(self._name_system)

    @property
    def form(self) -> str:
        """The form in which coordinates are shown."""
        known = self._crs is None or self._form in form_names(self._crs)
        return self._form if known else "register"

    def show_crs(self, crs: Crs) -> None:
        """A register in this system was opened."""
        self._crs = crs
        self._at = None
        self.position.hide()
        self._name_system()

    def use_form(self, name: str) -> None:
        """Show coordinates in this form, in registers that can be shown so."""
        self._form = name
        self._name_system()
        if self._at is not None:
            self.show_position(*self._at)

    def show_scale(self, metres_per_pixel: float, dots_per_metre: float) -> None:
        """Show the scale of the view on this screen."""
        length = self._bar.show_scale(metres_per_pixel)
        self._length.show_words(f"{length / 1000:g} km" if length >= 1000 else f"{length:g} m")
        self.scale.show_scale(metres_per_pixel * dots_per_metre)
        self._fit()

    def show_position(self, x: float, y: float) -> None:
        """Show where the cursor is."""
        if self._crs is None:
            return
        self._at = x, y
        text = self._written(x, y)
        if text != self.position.text():
            self.position.setText(text)
            # Digits come and go; the strip need not tremble with them.
            wanted = QFontMetrics(self.position.font()).horizontalAdvance(text)
            if not self.position.minimumWidth() - 12 <= wanted <= self.position.minimumWidth():
                self.position.setMinimumWidth(wanted + 4)
        if self.position.isHidden():
            self.position.show()
        self._fit()

    def give_room(self, width: int) -> None:
        """Be no wider than ``width`` px: the name of the system is cut first."""
        if width != self._room:
            self._room = width
            self._fit()

    def _fit(self) -> None:
        metrics = QFontMetrics(self.system.font())
        others = self._wanted_width() - self.system.sizeHint().width()
        frame = self.system.sizeHint().width() - metrics.horizontalAdvance(self.system.text())
        room = max(self._room - others - frame, _SHORTEST_NAME)
        text = metrics.elidedText(self._title, Qt.TextElideMode.ElideRight, room)
        if text != self.system.text():
            self.system.setText(text)
        self.adjustSize()

    def _wanted_width(self) -> int:
        layout = self.layout()
        assert layout is not None
        layout.activate()
        return layout.sizeHint().width()

    def _written(self, x: float, y: float) -> str:
        assert self._crs is not None
        if not (math.isfinite(x) and math.isfinite(y)):
            return ""
        if self.form in ("register", "east_north"):
            digits = {"north": grouped(f"{y:.2f}"), "east": grouped(f"{x:.2f}")}
            which = "window.position" if self.form == "register" else "navigate.position.east_north"
            return self._language.render(Message(which, digits))
        first, second = write_place(x, y, self._crs, self.form).parts
        if "nan" in first or "inf" in first:
            return self._language.render(Message("navigate.position.none"))
        return f"{first}  {second}"

    def _name_system(self) -> None:
        if self._crs is None:
            return
        title = self._crs.title if self.form == "register" else form_title(self.form, self._crs)
        self._title = self._language.render(title)
        self._fit()
        self.resized.emit()

    def _fill(self) -> None:
        self._menu.clear()
        if self._crs is None:
            return
        for name in form_names(self._crs):
            action = self._menu.addAction(self._language.label(form_title(name, self._crs)))
            action.setCheckable(True)
            action.setChecked(name == self.form)
            action.triggered.connect(lambda _=False, chosen=name: self._choose(chosen))

    def _choose(self, name: str) -> None:
        self.use_form(name)
        self.form_chosen.emit(name)


def _rounded(scale: float) -> float:
    """Three digits are enough for a scale."""
    digits = len(str(int(scale))) - 3
    return round(scale, -digits) if digits > 0 else round(scale)
