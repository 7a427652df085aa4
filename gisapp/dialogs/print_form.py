"""The form of a print: paper, scale, what to show, and the words of the title block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QCompleter,
    QHBoxLayout,
    QLayout,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from gisapp.dialogs.print_choice import EXTENTS, RESOLUTIONS, Extent, PrintChoice
from gisapp.forms.words import Label
from gisapp.language import Language
from gisapp.theme import Theme
from layers.errors import UserError
from layers.geometry.scale_text import scale_text
from layers.model.query import Box
from layers.scene.paper import ORIENTATIONS, SCALES, SIZES, read_paper, read_scale
from layers.text import Message

_TONGUES = {"zh": "中文", "en": "English"}
_FREE = "free"

Area = tuple[str, Box]
"""What an area is called, and its extent."""


class PrintForm(QScrollArea):
    """``changed`` tells that ``choice`` or ``area`` is another; ``problem`` is what makes no sense in it."""

    changed = Signal()

    def __init__(
        self, language: Language, theme: Theme, choice: PrintChoice, *, selected: bool, ground: bool
    ) -> None:
        super().__init__()
        self._language, self._theme = language, theme
        self._choice = choice
        self._filling = True
        self.problem: Message | None = None
        self._areas: Sequence[Area] = ()
        self._make(selected, ground)
        self._place()
        self._fill(choice)
        self._tie()
        self._filling = False
        self._read()

    @property
    def choice(self) -> PrintChoice:
        """What the form says; where it makes no sense, what it said before."""
        return self._choice

    @property
    def area(self) -> Box | None:
        """The extent of the area chosen by name."""
        text = self.area_name.currentText().strip()
        return next((box for name, box in self._areas if name == text), None)

    def show_areas(self, areas: Sequence[Area]) -> None:
        """The areas that can be chosen."""
        self._areas = areas
        text = self.area_name.currentText()
        self.area_name.clear()
        self.area_name.addItems([name for name, _ in areas])
        self.area_name.setEditText(text)
        self._enable("area", bool(areas))

    def _enable(self, extent: Extent, possible: bool) -> None:
        model = self.extent.model()
        assert isinstance(model, QStandardItemModel)
        model.item(EXTENTS.index(extent)).setEnabled(possible)

    def show_scale(self, denominator: float | None) -> None:
        """Another scale, as if it had been typed."""
        self.scale.setEditText("" if denominator is None else scale_text(denominator))
        self._changed()

    # ---- making

    def _make(self, selected: bool, ground: bool) -> None:
        say = self._language.render
        self.paper = QComboBox()
        for name, sides in SIZES.items():
            self.paper.addItem(f"{name}  {sides[1]:g} × {sides[0]:g}", name)
        self.paper.addItem(say(Message("printing.form.free")), _FREE)
        self.free = QLineEdit()
        self.free.setPlaceholderText("900x600")
        self.orientation = QComboBox()
        for name in ORIENTATIONS:
            self.orientation.addItem(say(Message(f"printing.form.{name}")), name)
        self.scale = QComboBox()
        self.scale.setEditable(True)
        self.scale.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.scale.addItems(["", *(scale_text(scale) for scale in SCALES)])
        edit = self.scale.lineEdit()
        assert edit is not None
        edit.setPlaceholderText(say(Message("printing.form.fit")))
        self.extent = QComboBox()
        for extent in EXTENTS:
            self.extent.addItem(say(Message(f"printing.form.extent.{extent}")), extent)
        self._enable("selection", selected)
        self._enable("area", False)
        self.area_name = QComboBox()
        self.area_name.setEditable(True)
        self.area_name.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        completer = self.area_name.completer()
        assert completer is not None
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self.series = QCheckBox(say(Message("printing.form.series")))
        self.heading, self.unit, self.number = QLineEdit(), QLineEdit(), QLineEdit()
        self.datum, self.drawn_by, self.checked_by = QLineEdit(), QLineEdit(), QLineEdit()
        self.datum.setPlaceholderText(say(Message("printing.form.datum.example")))
        self.legend = QCheckBox(say(Message("printing.form.legend")))
        self.crosses = QCheckBox(say(Message("printing.form.crosses")))
        self.ground = QCheckBox(say(Message("printing.form.ground")))
        self.ground.setVisible(ground)
        self.tongue = QComboBox()
        for code, word in _TONGUES.items():
            self.tongue.addItem(word, code)
        self.dpi = QComboBox()
        for value in RESOLUTIONS:
            self.dpi.addItem(f"{value} dpi", value)

    def _place(self) -> None:
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(8)

        def field(title: str, *parts: QWidget) -> QVBoxLayout:
            box = QVBoxLayout()
            box.setSpacing(3)
            label = Label(self._language, self._theme, Message(title), size="small", tone="quiet")
            label.setBuddy(parts[0])
            box.addWidget(label)
            for part in parts:
                box.addWidget(part)
            return box

        def row(*fields: QLayout) -> QHBoxLayout:
            box = QHBoxLayout()
            box.setSpacing(8)
            for each in fields:
                box.addLayout(each, 1)
            return box

        paper = field("printing.form.paper", self.paper, self.free)
        extent = field("printing.form.extent", self.extent)
        tongue = field("printing.form.tongue", self.tongue)
        drawn_by = field("printing.block.drawn_by", self.drawn_by)
        column.addLayout(row(paper, field("printing.form.orientation", self.orientation)))
        column.addLayout(row(extent, field("printing.block.scale", self.scale)))
        column.addWidget(self.area_name)
        column.addWidget(self.series)
        column.addLayout(field("printing.form.title", self.heading))
        column.addLayout(
            row(field("printing.form.unit", self.unit), field("printing.block.number", self.number))
        )
        column.addLayout(row(field("printing.block.datum", self.datum), tongue))
        column.addLayout(row(drawn_by, field("printing.block.checked_by", self.checked_by)))
        marks = QHBoxLayout()
        marks.setSpacing(16)
        for box in (self.legend, self.crosses, self.ground):
            marks.addWidget(box)
        marks.addStretch(1)
        column.addLayout(marks)
        column.addLayout(field("printing.form.dpi", self.dpi))
        column.addStretch(1)
        self.setWidget(inner)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFixedWidth(344)

    def _fill(self, choice: PrintChoice) -> None:
        free = choice.size not in SIZES
        self.paper.setCurrentIndex(self.paper.findData(_FREE if free else choice.size))
        self.free.setText(choice.size if free else "")
        self.orientation.setCurrentIndex(self.orientation.findData(choice.orientation))
        self.scale.setEditText("" if choice.scale is None else scale_text(choice.scale))
        self.extent.setCurrentIndex(EXTENTS.index(choice.extent))
        for line, text in (
            (self.heading, choice.title), (self.unit, choice.unit), (self.number, choice.number),
            (self.datum, choice.datum), (self.drawn_by, choice.drawn_by), (self.checked_by, choice.checked_by),
        ):  # fmt: skip
            line.setText(text)
        self.series.setChecked(choice.series)
        self.legend.setChecked(choice.legend)
        self.crosses.setChecked(choice.crosses)
        self.ground.setChecked(choice.ground)
        self.tongue.setCurrentIndex(self.tongue.findData(choice.language))
        self.dpi.setCurrentIndex(self.dpi.findData(choice.dpi))

    def _tie(self) -> None:
        for combo in (self.paper, self.orientation, self.extent, self.tongue, self.dpi):
            combo.currentIndexChanged.connect(self._changed)
        for combo in (self.scale, self.area_name):
            combo.editTextChanged.connect(self._changed)
        for line in (
            self.free, self.heading, self.unit, self.number, self.datum, self.drawn_by, self.checked_by
        ):  # fmt: skip
            line.textChanged.connect(self._changed)
        for box in (self.series, self.legend, self.crosses, self.ground):
            box.toggled.connect(self._changed)

    # ---- reading

    def _changed(self) -> None:
        if not self._filling:
            self._read()
            self.changed.emit()

    def _read(self) -> None:
        free = self.paper.currentData() == _FREE
        self.free.setVisible(free)
        self.orientation.setEnabled(not free)
        extent: Extent = self.extent.currentData()
        self.area_name.setVisible(extent == "area")
        scale = self.scale.currentText().strip()
        self.series.setEnabled(bool(scale))
        size = self.free.text().strip() if free else self.paper.currentData()
        self.problem = None
        choice = replace(
            self._choice, orientation=self.orientation.currentData(), extent=extent,
            series=self.series.isChecked() and bool(scale), title=self.heading.text().strip(),
            unit=self.unit.text().strip(), number=self.number.text().strip(), datum=self.datum.text().strip(),
            drawn_by=self.drawn_by.text().strip(), checked_by=self.checked_by.text().strip(),
            legend=self.legend.isChecked(), crosses=self.crosses.isChecked(), ground=self.ground.isChecked(),
            language=self.tongue.currentData(), dpi=self.dpi.currentData(),
        )  # fmt: skip
        try:
            read_paper(size)
            choice = replace(choice, size=size)
            choice = replace(choice, scale=read_scale(scale) if scale else None)
        except UserError as error:
            self.problem = error.hint or error.title
        if extent == "area" and self.area is None:
            self.problem = Message("printing.form.which_area")
        self._choice = choice
