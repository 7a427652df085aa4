"""The strip for survey entry: coordinates, distance and bearing, two distances, offset from a line, a parallel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QHBoxLayout, QLineEdit, QToolButton, QVBoxLayout, QWidget

from gisapp.forms.escape import claims_escape
from gisapp.forms.words import Button, IconButton, Label, set_style
from gisapp.language import Language
from gisapp.panels.drafting.survey_entry import (
    KNOWN_LINE,
    KNOWN_POINTS,
    MODES,
    Entry,
    Mode,
    entered,
    entered_height,
)
from gisapp.theme import Theme
from layers.errors import UserError
from layers.geometry.crs import Crs
from layers.geometry.packed import Floats
from layers.model.query import Box
from layers.scene.snapping import Place
from layers.text import Message

_FIRST = {
    "coordinates": Message("draft.survey.coordinates.first"),
    "bearing": Message("draft.survey.bearing.first"),
    "distances": Message("draft.survey.distances.first"),
    "offset": Message("draft.survey.offset.first"),
    "parallel": Message("draft.survey.parallel.first"),
}
_SECOND = {
    "bearing": Message("draft.survey.bearing.second"),
    "distances": Message("draft.survey.distances.second"),
    "offset": Message("draft.survey.offset.second"),
}
_TITLES = {
    "coordinates": Message("draft.survey.coordinates"),
    "bearing": Message("draft.survey.bearing"),
    "distances": Message("draft.survey.distances"),
    "offset": Message("draft.survey.offset"),
    "parallel": Message("draft.survey.parallel"),
}
WIDTH, HEIGHT_WIDTH = 470, 62
Where = Callable[[], tuple[Crs, Box | None, Place | None] | None]


class SurveyStrip(QFrame):
    """Shown while drawing when it is switched on. ``where`` tells the system, the bounds and the place set last."""

    entered = Signal(object, object)
    """Places (x, y) to set as one step; their height, None when it is not known."""
    pick_asked = Signal(str)
    """``point`` or ``line``: the next click on the map is a known one."""
    left = Signal()
    closed = Signal()

    def __init__(self, language: Language, theme: Theme, where: Where, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("mapTools")
        self._language, self._where = language, where
        self._entry = Entry("coordinates")
        self.modes: dict[Mode, QToolButton] = {}
        group = QButtonGroup(self)
        for mode in MODES:
            button = QToolButton()
            button.setCheckable(True)
            button.setFont(theme.font("small"))
            button.setFixedHeight(24)
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            language.say(button, "setText", _TITLES[mode])
            button.clicked.connect(lambda _=False, chosen=mode: self.use(chosen))
            group.addButton(button)
            self.modes[mode] = button
        self.first, self.second, self.height_field = QLineEdit(), QLineEdit(), QLineEdit()
        self._names = [Label(language, theme, size="small", tone="quiet") for _ in range(2)]
        self._height_name = Label(language, theme, Message("draft.survey.height"), size="small", tone="quiet")
        language.hint(self.height_field, Message("draft.survey.height_tip"))
        for editor in (self.first, self.second, self.height_field):
            editor.installEventFilter(self)
            editor.setFont(theme.font("small"))
            editor.setFixedHeight(theme.size("control"))
            editor.textEdited.connect(lambda _: self._say_known())
        self.height_field.setFixedWidth(HEIGHT_WIDTH)
        self.side = QToolButton()
        self.side.setFont(theme.font("small"))
        self.side.setFixedHeight(24)
        self.side.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        language.hint(self.side, Message("draft.survey.side"))
        self.side.clicked.connect(lambda: self._change(left=not self._entry.left))
        self.pick = IconButton(language, theme, "crosshair", Message("draft.survey.pick"))
        self.pick.setFixedSize(26, 24)
        self.pick.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.pick.clicked.connect(self._ask_pick)
        self.set_button = Button(language, Message("draft.survey.set"))
        self.set_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.set_button.clicked.connect(self.enter)
        self._close = IconButton(language, theme, "x", Message("draft.survey.close"))
        self._close.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._close.clicked.connect(self.closed)
        self.note = Label(language, theme, size="small", tone="faint", wrap=True)
        self._lay_out()
        self.setFixedWidth(WIDTH)
        self.hide()
        language.changed.connect(self._show)
        self.use("coordinates")

    @property
    def mode(self) -> Mode:
        """How places are entered."""
        return self._entry.mode

    def use(self, mode: Mode) -> None:
        """Enter places this way."""
        self._entry = Entry(mode, left=self._entry.left)
        self._clear()
        self.modes[mode].setChecked(True)
        self._show()
        if self.isVisible():
            if mode in KNOWN_LINE or KNOWN_POINTS.get(mode):
                self._ask_pick()
            else:
                self.first.setFocus()

    def take_point(self, place: Place) -> None:
        """A known point was picked."""
        points = (*self._entry.points, place) if len(self._entry.points) < 2 else (place,)
        self._change(points=points)
        if len(points) < KNOWN_POINTS.get(self.mode, 0):
            self.pick_asked.emit("point")
        else:
            self.first.setFocus()

    def take_line(self, line: Floats) -> None:
        """The line one measures along was picked."""
        self._change(line=line)
        self.first.setFocus()

    def enter(self) -> None:
        """Set the places typed, or say what is wrong."""
        where = self._where()
        if where is None:
            return
        crs, bounds, start = where
        entry = replace(self._entry, first=self.first.text(), second=self.second.text(), start=start)
        wrong = self.first
        try:
            places = entered(entry, crs, bounds)
            wrong = self.height_field
            height = entered_height(self.height_field.text()) if self._takes_height else None
        except UserError as error:
            words = (
                error.title
                if error.hint is None
                else Message("draft.survey.wrong", {"what": error.title, "hint": error.hint})
            )
            self.note.show_words(words)
            self.note.set_tone("danger")
            set_style(wrong, "wrong", "true")
            self.adjustSize()
            return
        self._clear()
        self._say_known()
        self.first.setFocus()
        self.entered.emit(places, height)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if claims_escape(event):
            return True
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        key = event.key()
        if key == Qt.Key.Key_Escape:
            self.left.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if watched is self.first and self.second.isVisible() and not self.second.text().strip():
                self.second.setFocus()
            else:
                self.enter()
        else:
            return False
        return True

    @property
    def _takes_height(self) -> bool:
        """Whether a place is set by itself: a parallel has many."""
        return self.mode != "parallel"

    def _clear(self) -> None:
        for editor in (self.first, self.second, self.height_field):
            editor.clear()

    def _ask_pick(self) -> None:
        if self.mode in KNOWN_LINE:
            self.pick_asked.emit("line")
        elif KNOWN_POINTS.get(self.mode):
            self._change(points=())
            self.pick_asked.emit("point")

    def _change(self, **values: object) -> None:
        self._entry = replace(self._entry, **values)  # type: ignore[arg-type]
        self._show()

    def _show(self) -> None:
        mode = self.mode
        self._names[0].show_words(_FIRST[mode])
        second = _SECOND.get(mode)
        self._names[1].setVisible(second is not None)
        self.second.setVisible(second is not None)
        if second is not None:
            self._names[1].show_words(second)
        for part in (self._height_name, self.height_field):
            part.setVisible(self._takes_height)
        self.pick.setVisible(mode in KNOWN_LINE or mode in KNOWN_POINTS)
        self.side.setVisible(mode == "distances")
        side = "draft.survey.left" if self._entry.left else "draft.survey.right"
        self.side.setText(self._language.render(Message(side)))
        self._say_known()

    def _say_known(self) -> None:
        for editor in (self.first, self.height_field):
            set_style(editor, "wrong", "false")
        entry, mode = self._entry, self.mode
        if mode in KNOWN_POINTS:
            count = len(entry.points)
            words = (
                Message("draft.survey.known", {"count": count})
                if count > 1
                else Message("draft.survey.pick_second" if count else "draft.survey.pick_first")
            )
        elif mode in KNOWN_LINE:
            words = (
                Message("draft.survey.pick_line")
                if entry.line is None
                else Message(f"draft.survey.hint.{mode}")
            )
        else:
            words = Message(f"draft.survey.hint.{mode}")
        self.note.show_words(words)
        self.note.set_tone("faint")
        self.adjustSize()

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(2)
        for button in self.modes.values():
            head.addWidget(button)
        head.addStretch(1)
        head.addWidget(self._close)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.pick)
        for name, editor in zip(self._names, (self.first, self.second), strict=True):
            row.addWidget(name)
            row.addWidget(editor, 1)
        row.addWidget(self.side)
        row.addWidget(self._height_name)
        row.addWidget(self.height_field)
        row.addWidget(self.set_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 4, 4, 6)
        column.setSpacing(4)
        column.addLayout(head)
        column.addLayout(row)
        column.addWidget(self.note)
