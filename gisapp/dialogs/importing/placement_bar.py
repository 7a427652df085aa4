"""How coordinates and text of the files are read, where the guess is not right."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QFrame, QHBoxLayout, QLineEdit

from gisapp.forms.words import Label, set_style
from gisapp.language import Language
from gisapp.theme import Theme
from layers.errors import UserError
from layers.exchange.import_plan import ImportOptions, ImportPlan
from layers.exchange.placement import PlacementWish
from layers.geometry.crs import Crs
from layers.search.systems import find_systems
from layers.text import Message

ENCODINGS = ("utf-8", "gbk", "gb18030", "big5", "latin-1")


class PlacementBar(QFrame):
    """``changed`` tells the options with what was said here."""

    changed = Signal(object)

    def __init__(self, language: Language, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("panel")
        self._language = language
        self._options = ImportOptions()
        self.crs = QComboBox(editable=True)
        self.crs.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.crs.setMinimumWidth(280)
        self.crs.activated.connect(self._tell)
        field = self.crs.lineEdit()
        assert field is not None
        field.returnPressed.connect(self._tell)
        self.scale = QLineEdit("1")
        self.scale.setFixedWidth(72)
        self.offset = QLineEdit("0,0")
        self.offset.setFixedWidth(120)
        for box in (self.scale, self.offset):
            box.editingFinished.connect(self._tell)
        self.swapped = QCheckBox()
        language.say(self.swapped, "setText", Message("importing.swapped"))
        self._swap_said = False
        self.swapped.toggled.connect(self._say_swapped)
        self.encoding = QComboBox()
        self.encoding.activated.connect(self._tell)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 16, 6)
        row.setSpacing(8)
        for title, part in (
            (Message("importing.crs"), self.crs),
            (Message("importing.scale"), self.scale),
            (Message("importing.offset"), self.offset),
        ):
            row.addWidget(Label(language, theme, title, size="small", tone="quiet"))
            row.addWidget(part)
        row.addWidget(self.swapped)
        row.addStretch(1)
        row.addWidget(Label(language, theme, Message("importing.encoding"), size="small", tone="quiet"))
        row.addWidget(self.encoding)
        language.changed.connect(self._list)
        self._list()

    def _list(self) -> None:
        chosen, encoding = self.crs.currentIndex(), self.encoding.currentIndex()
        self.crs.clear()
        self.crs.addItem(self._language.render(Message("importing.crs.auto")), None)
        for crs in (*find_systems(""), Crs.parse("EPSG:4326"), Crs.parse("EPSG:4490"), Crs.parse("GCJ-02")):
            self.crs.addItem(self._language.render(crs.title), crs)
        self.crs.setCurrentIndex(max(chosen, 0))
        self.encoding.clear()
        self.encoding.addItem(self._language.render(Message("importing.encoding.auto")), None)
        for name in ENCODINGS:
            self.encoding.addItem(name.upper(), name)
        self.encoding.setCurrentIndex(max(encoding, 0))

    def show_plan(self, plan: ImportPlan) -> None:
        """Tick what was found to be swapped, as long as the user said nothing of it."""
        if self._swap_said:
            return
        found = any(layer.placement is not None and layer.placement.swapped for layer in plan.imported)
        with QSignalBlocker(self.swapped):
            self.swapped.setChecked(found)

    def _say_swapped(self) -> None:
        self._swap_said = True
        self._tell()

    def _tell(self) -> None:
        try:
            wish = PlacementWish(
                source=self._crs(),
                scale=self._scale(),
                offset=self._offset(),
                swapped=self.swapped.isChecked() if self._swap_said else None,
            )
        except (UserError, ValueError):
            return
        options = replace(self._options, coordinates=wish, encoding=self.encoding.currentData())
        if options != self._options:
            self._options = options
            self.changed.emit(options)

    def _crs(self) -> Crs | None:
        """The system chosen from the list or typed; marked when it cannot be read."""
        text = self.crs.currentText().strip()
        position = self.crs.findText(text, Qt.MatchFlag.MatchExactly)
        set_style(self.crs, "wrong", "false")
        if position >= 0:
            crs = self.crs.itemData(position)
            return crs if isinstance(crs, Crs) else None
        try:
            return Crs.parse(text)
        except UserError:
            set_style(self.crs, "wrong", "true")
            raise

    def _scale(self) -> float | None:
        scale = self._number(self.scale, self.scale.text())
        if scale <= 0:
            set_style(self.scale, "wrong", "true")
            raise ValueError(scale)
        # Typed, 1 means that nothing is to be scaled, whatever the file states.
        return scale if scale != 1 or self.scale.isModified() else None

    def _offset(self) -> tuple[float, float] | None:
        east, _, north = self.offset.text().replace("，", ",").partition(",")
        offset = self._number(self.offset, east), self._number(self.offset, north)
        return None if offset == (0, 0) else offset

    def _number(self, box: QLineEdit, text: str) -> float:
        """The number typed; the box is marked when it is none."""
        try:
            number = float(text)
        except ValueError:
            set_style(box, "wrong", "true")
            raise
        set_style(box, "wrong", "false")
        return number
