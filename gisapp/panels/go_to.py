"""Going to coordinates: one box for every way of writing them; what was understood is said before one goes."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLineEdit, QListView, QVBoxLayout, QWidget

from gisapp.forms.escape import claims_escape
from gisapp.forms.words import IconButton, IconLabel, Label
from gisapp.language import Language
from gisapp.panels.palette.model import ROW_HEIGHT, Entry, PaletteDelegate, PaletteModel
from gisapp.panels.place_words import FAR, distance, stated, understood
from gisapp.theme import Theme
from layers.errors import UserError
from layers.geometry.coordinate_reading import Reading, read_coordinates
from layers.geometry.crs import Crs
from layers.model.query import Box
from layers.text import Message

WIDTH = 600
_SYSTEMS = ("", "register", "EPSG:4326", "EPSG:4490", "GCJ-02", "BD-09")
_LATER = 120


class GoToPanel(QFrame):
    """Opens over the map; Enter goes, Esc leaves."""

    chosen = Signal(object)
    """A Reading to show on the map."""
    left = Signal()
    copy_asked = Signal(object)
    """The button whose menu shall offer the place last gone to in every form."""

    def __init__(self, language: Language, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("palette")
        self._language = language
        self._crs: Crs | None = None
        self._bounds: Box | None = None
        self.readings: tuple[Reading, ...] = ()
        self._asked: Reading | None = None
        self.field = QLineEdit()
        self.field.setFrame(False)
        self.field.setStyleSheet("border: none; background: transparent;")
        language.say(self.field, "setPlaceholderText", Message("navigate.go.prompt"))
        self.field.installEventFilter(self)
        self.system = QComboBox()
        self.system.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        language.hint(self.system, Message("navigate.go.system"))
        self.system.currentIndexChanged.connect(lambda: self._read())
        self.model = PaletteModel(self)
        self.list = QListView(uniformItemSizes=True)
        self.list.setModel(self.model)
        self.list.setItemDelegate(PaletteDelegate(theme, self.list))
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.clicked.connect(self._on_clicked)
        self.note = Label(language, theme, size="small", tone="faint", wrap=True)
        self.copy = IconButton(language, theme, "copy", Message("navigate.copy.hint"))
        self.copy.clicked.connect(lambda: self.copy_asked.emit(self.copy))
        self.copy.setEnabled(False)
        self._close = IconButton(language, theme, "x", Message("navigate.go.close"))
        self._close.clicked.connect(self.leave)
        self._later = QTimer(self, singleShot=True, interval=_LATER)
        self._later.timeout.connect(self._read)
        self.field.textChanged.connect(self._on_typed)
        language.changed.connect(self._fill_systems)
        language.changed.connect(self._read)
        self._lay_out(theme)
        self.hide()

    def open(self, crs: Crs, bounds: Box | None, text: str | None = None) -> None:
        """Come up for a register in ``crs`` that holds what lies in ``bounds``."""
        is_new = crs != self._crs
        self._crs, self._bounds = crs, bounds
        if is_new or not self.system.count():
            self._fill_systems()
            self.copy.setEnabled(False)
        if text is not None:
            self.field.setText(text)
        self._read()
        self.show()
        self.raise_()
        self.field.setFocus()
        self.field.selectAll()

    def leave(self) -> None:
        """Go away; keys are the map's again."""
        self._asked = None
        self.hide()
        self.left.emit()

    def show_gone(self, reading: Reading) -> None:
        """The map shows the place now: it can be copied."""
        self.copy.setEnabled(True)
        self._say(Message("navigate.go.there"), "ok")

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if claims_escape(event):
            return True
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        key = event.key()
        if key == Qt.Key.Key_Escape:
            self.leave()
        elif key in (Qt.Key.Key_Down, Qt.Key.Key_Up):
            row = self.list.currentIndex().row() + (1 if key == Qt.Key.Key_Down else -1)
            if 0 <= row < len(self.readings):
                self.list.setCurrentIndex(self.model.index(row, 0))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self._later.isActive():
                self._read()
            self._enter()
        else:
            return False
        return True

    def _on_typed(self) -> None:
        self._asked = None
        self._later.start()

    def _on_clicked(self, index: QModelIndex) -> None:
        self.list.setCurrentIndex(index)
        self._enter()

    def _enter(self) -> None:
        row = self.list.currentIndex().row()
        if not 0 <= row < len(self.readings):
            if self.field.text().strip():
                self._read()
                self.note.set_tone("danger")
            return
        reading = self.readings[row]
        if reading.outside > FAR and self._asked != reading:
            self._asked = reading
            self._say(Message("navigate.go.far", {"distance": distance(reading.outside)}), "warn")
            return
        self._asked = None
        self.chosen.emit(reading)

    def _read(self) -> None:
        """Say what the text means so far."""
        self._later.stop()
        crs, text = self._crs, self.field.text().strip()
        if crs is None:
            return
        self.readings = ()
        # A register in local coordinates is on no globe: only its own numbers lead anywhere.
        examples = Message("navigate.go.local" if crs.is_local else "coordinates.examples")
        if not text:
            self._say(examples)
        else:
            try:
                self.readings = read_coordinates(text, crs, self._bounds, self._system())
            except UserError as error:
                hint = examples if crs.is_local else error.hint or examples
                self._say(Message("navigate.go.wrong", {"what": error.title, "hint": hint}), "danger")
            else:
                if not self.readings:
                    self._say(Message("navigate.go.nothing", {"hint": examples}), "warn")
                elif len(self.readings) > 1:
                    self._say(Message("navigate.go.choose"))
                else:
                    self._say(Message("navigate.go.enter"))
        render = self._language.render
        entries = [
            Entry(render(stated(each)), render(understood(each, crs)), lambda: None, icon="map-pin")
            for each in self.readings
        ]
        self.model.show(entries)
        self.list.setVisible(bool(entries))
        self.list.setFixedHeight(len(entries) * ROW_HEIGHT)
        self.list.setCurrentIndex(self.model.index(0, 0))
        self.adjustSize()

    def _system(self) -> Crs | None:
        """What the user says the numbers are in; None leaves it to the text."""
        code = self.system.currentData()
        if not code:
            return None
        return self._crs if code == "register" else Crs.parse(code)

    def _fill_systems(self) -> None:
        crs = self._crs
        if crs is None:
            return
        chosen = self.system.currentData()
        self.system.blockSignals(True)
        self.system.clear()
        render = self._language.render
        for code in _SYSTEMS[:2] if crs.is_local else _SYSTEMS:
            if code == "":
                title = render(Message("navigate.go.automatic"))
            elif code == "register":
                title = render(Message("navigate.go.register"))
            else:
                title = render(Message("navigate.go.degrees", {"crs": _short(code)}))
            self.system.addItem(title, code)
        self.system.setCurrentIndex(max(self.system.findData(chosen), 0))
        self.system.blockSignals(False)

    def _say(self, words: Message, tone: str = "faint") -> None:
        self.note.show_words(words)
        self.note.set_tone(tone)  # type: ignore[arg-type]
        self.adjustSize()

    def _lay_out(self, theme: Theme) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(12, 4, 4, 4)
        head.setSpacing(8)
        head.addWidget(IconLabel(theme, "map-pin", 18))
        head.addWidget(self.field, 1)
        for part in (self.system, self.copy, self._close):
            head.addWidget(part)
        self.note.setContentsMargins(42, 4, 12, 8)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 1, 1, 1)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.list)
        column.addWidget(self.note)


def _short(code: str) -> str:
    return {"EPSG:4326": "WGS 84", "EPSG:4490": "CGCS2000"}.get(code, code)
