"""The form of the style editor: name, layer, field, method, colours, classes and scales of a style under work."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QSpinBox,
    QWidget,
)

from gisapp.forms.words import Label
from gisapp.language import Language
from gisapp.map.legend import ordered_layers
from gisapp.panels.style.classes import ClassTable
from gisapp.panels.style.draft import StyleDraft
from gisapp.session import Session
from gisapp.theme import Theme
from layers.geometry.scale_text import scale_text
from layers.model.fields import Field, TextField
from layers.scene.classing import MOST_CLASSES, fields_for, methods_for, usual_classing
from layers.scene.palettes import Ground, palettes
from layers.scene.request import Counts
from layers.scene.style import Classing, LayerStyle, MapStyle, Method
from layers.text import Message

#: The scales one may choose from.
SCALES = (500, 1000, 2000, 5000, 10_000, 15_000, 25_000, 50_000, 100_000, 200_000)
_METHODS: dict[Method, Message] = {
    "categories": Message("styling.method.categories"),
    "quantile": Message("styling.method.quantile"),
    "equal": Message("styling.method.equal"),
    "natural": Message("styling.method.natural"),
}
_RIBBON = QSize(42, 12)
_CODES_FROM = 1000.0


class StyleForm(QWidget):
    """Shows the draft and changes it; what somebody is typing in is left alone."""

    def __init__(self, language: Language, theme: Theme, session: Session, draft: StyleDraft) -> None:
        super().__init__()
        self._language, self._theme, self._session, self._draft = language, theme, session, draft
        self._counts: Mapping[str, Counts] = {}
        self.name = QLineEdit()
        self.name.setMaxLength(60)
        self.layer = QComboBox()
        self.field = QComboBox()
        self.method = QComboBox()
        self.count = QSpinBox()
        self.count.setRange(2, MOST_CLASSES)
        self.count.setButtonSymbols(QSpinBox.ButtonSymbols.NoButtons)
        self.count.setFixedWidth(48)
        self.palette_choice = QComboBox()
        # Blank boxes would look as if something were missing.
        for combo in (self.method, self.palette_choice):
            language.say(combo, "setPlaceholderText", Message("styling.as_made"))
        self.palette_choice.setIconSize(_RIBBON)
        self.table = ClassTable(language, theme)
        self.nearest, self.farthest, self.density = QComboBox(), QComboBox(), QComboBox()
        self.labels = QCheckBox()
        language.say(self.labels, "setText", Message("styling.labels"))
        self._lay_out()
        self._tie()

    def _tie(self) -> None:
        self.name.textEdited.connect(lambda text: self._draft.rename(text.strip()))
        self.layer.activated.connect(lambda _: self._fill_layer())
        self.field.activated.connect(lambda _: self._choose_field())
        self.method.activated.connect(lambda _: self._choose_method())
        self.count.editingFinished.connect(self._choose_count)
        self.palette_choice.activated.connect(lambda _: self._choose_palette())
        self.table.classes.class_changed.connect(lambda each: self._draft.put_class(self._layer_id, each))
        self.nearest.activated.connect(lambda _: self._put(smallest_denominator=self.nearest.currentData()))
        self.farthest.activated.connect(lambda _: self._put(largest_denominator=self.farthest.currentData()))
        self.density.activated.connect(lambda _: self._put(density_denominator=self.density.currentData()))
        self.labels.clicked.connect(self._choose_labels)

    # ---- showing

    def fill(self) -> None:
        """Show another draft, or the same one in another language."""
        style, register = self._draft.style, self._session.register
        if style is None or register is None:
            return
        self.name.setText(style.name)
        chosen = self.layer.currentData()
        self.layer.clear()
        for layer in _editable(style):
            if layer.type in register.catalogue:
                self.layer.addItem(self._language.render(layer.title), layer.id)
        self.layer.setCurrentIndex(max(self.layer.findData(chosen), 0))
        self.palette_choice.clear()
        ground: Ground = "dark" if self._theme.name == "dark" else "light"
        for palette in palettes().values():
            steps = [palette.colour(n, 7, ground) for n in range(1, 8)]
            self.palette_choice.addItem(
                QIcon(_ribbon(steps)), self._language.render(palette.title), palette.name
            )
        self._fill_layer()

    def show_layer(self) -> None:
        """Show the layer as it is, without filling anything anew that is being edited."""
        register = self._session.register
        if self._draft.style is None or register is None or self.layer.currentData() is None:
            return
        layer = self._draft.layer(self._layer_id)
        classing = layer.classing
        self.table.classes.show_layer(layer)
        self.field.setCurrentIndex(max(self.field.findData(classing.field if classing else ""), 0))
        self._show_method(layer, classing)
        for combo, value in (
            (self.farthest, layer.largest_denominator),
            (self.nearest, layer.smallest_denominator),
            (self.density, layer.density_denominator),
        ):
            if combo.findData(value) < 0:
                combo.addItem(scale_text(value), value)
            combo.setCurrentIndex(combo.findData(value))
        self.density.setEnabled(layer.drawing == "symbol" and layer.largest_denominator > 0)
        self.labels.setChecked(layer.labels is not None)
        can_label = self._draft.base_layer(layer.id).labels is not None or (
            layer.drawing == "symbol" and "code" in register.catalogue[layer.type]
        )
        self.labels.setEnabled(can_label)

    def show_counts(self, counts: Mapping[str, Counts]) -> None:
        """How many assets the map has of each class."""
        self._counts = counts
        found = counts.get(self.layer.currentData() or "", {})
        self.table.classes.show_counts({name: each.count for name, each in found.items()})

    def _fill_layer(self) -> None:
        register = self._session.register
        if register is None or self._draft.style is None:
            return
        layer = self._draft.layer(self._layer_id)
        self.field.clear()
        same = Message("styling.as_base", {"style": self._draft.base_title})
        self.field.addItem(self._language.render(same), "")
        fields = fields_for(register.catalogue[layer.type])
        for free in (False, True):
            # Free text comes last: it rarely makes classes.
            chosen = [field for field in fields if isinstance(field, TextField) is free]
            if chosen:
                self.field.insertSeparator(self.field.count())
            for field in chosen:
                self.field.addItem(self._language.render(field.title), field.name)
        for combo, value, none in (
            (self.farthest, layer.largest_denominator, Message("styling.scale.all")),
            (self.nearest, layer.smallest_denominator, Message("styling.scale.all")),
            (self.density, layer.density_denominator, Message("styling.density.none")),
        ):
            self._fill_scales(combo, value, none)
        self.show_layer()
        self.show_counts(self._counts)

    def _fill_scales(self, combo: QComboBox, value: float, none: Message) -> None:
        combo.clear()
        combo.addItem(self._language.render(none), 0.0)
        for scale in sorted({*map(float, SCALES), value} - {0.0}):
            combo.addItem(scale_text(scale), scale)

    def _show_method(self, layer: LayerStyle, classing: Classing | None) -> None:
        register = self._session.register
        self.method.clear()
        self.method.setEnabled(classing is not None)
        self.count.setEnabled(classing is not None)
        if classing is None or register is None or classing.field not in register.catalogue[layer.type]:
            self.count.setValue(sum(not each.is_state for each in layer.classes))
            self.palette_choice.setCurrentIndex(-1)
            return
        for method in methods_for(register.catalogue[layer.type].field_named(classing.field)):
            self.method.addItem(self._language.render(_METHODS[method]), method)
        self.method.setCurrentIndex(self.method.findData(classing.method))
        if not self.count.hasFocus():
            self.count.setValue(classing.count or MOST_CLASSES)
        self.palette_choice.setCurrentIndex(self.palette_choice.findData(classing.palette))

    # ---- what is chosen

    @property
    def _layer_id(self) -> str:
        return str(self.layer.currentData())

    def _put(self, **values: object) -> None:
        layer = self._draft.layer(self._layer_id)
        self._draft.put(replace(layer, **values))  # type: ignore[arg-type]

    def _field(self) -> Field | None:
        register = self._session.register
        name = self.field.currentData()
        if register is None or not name:
            return None
        return register.catalogue[self._draft.layer(self._layer_id).type].field_named(name)

    def _choose_field(self) -> None:
        field = self._field()
        if field is None:
            self._draft.as_base(self._layer_id)
        else:
            self._draft.classify(self._layer_id, usual_classing(field))

    def _choose_method(self) -> None:
        self._classify(method=self.method.currentData())

    def _choose_count(self) -> None:
        classing = self._draft.layer(self._layer_id).classing if self._draft.style is not None else None
        if classing is not None and classing.count != self.count.value():
            self._classify(count=self.count.value())

    def _classify(self, **values: object) -> None:
        classing = self._draft.layer(self._layer_id).classing
        if classing is not None:
            changed: Classing = replace(classing, **values)  # type: ignore[arg-type]
            if changed != classing:
                self._draft.classify(self._layer_id, changed)

    def _choose_palette(self) -> None:
        self._draft.use_palette(self._layer_id, self.palette_choice.currentData())

    def _choose_labels(self, on: bool) -> None:
        base = self._draft.base_layer(self._layer_id)
        if not on:
            self._put(labels=None)
        elif base.labels is not None:
            self._put(labels=base.labels)
        else:
            self._put(labels="code", label_denominator=_CODES_FROM)

    # ---- layout

    def _lay_out(self) -> None:
        grid = QGridLayout(self)
        grid.setContentsMargins(12, 10, 12, 10)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(6)
        grid.setColumnStretch(1, 1)
        for words, field in (
            (Message("styling.name"), self.name),
            (Message("styling.layer"), self.layer),
            (Message("styling.field"), self.field),
            (Message("styling.method"), self._beside(self.method, self.count)),
            (Message("styling.palette"), self.palette_choice),
        ):
            self._add(grid, words, field)
        grid.addWidget(self.table, grid.rowCount(), 0, 1, 2)
        for words, field in (
            (Message("styling.farthest"), self.farthest),
            (Message("styling.nearest"), self.nearest),
            (Message("styling.density"), self.density),
        ):
            self._add(grid, words, field)
        grid.addWidget(self.labels, grid.rowCount(), 0, 1, 2)
        grid.setRowStretch(grid.rowCount(), 1)
        for combo in (self.layer, self.field, self.method, self.palette_choice):
            combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            combo.setMinimumContentsLength(6)

    def _add(self, grid: QGridLayout, words: Message, field: QWidget) -> None:
        label = Label(self._language, self._theme, words, size="small", tone="quiet")
        label.setBuddy(field)
        field.setFont(self._theme.font("small"))
        self._language.say(field, "setAccessibleName", words)
        number = grid.rowCount()
        grid.addWidget(label, number, 0)
        grid.addWidget(field, number, 1)

    def _beside(self, *fields: QWidget) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        for number, field in enumerate(fields):
            field.setFont(self._theme.font("small"))
            row.addWidget(field, 1 if number == 0 else 0)
        return holder


def _editable(style: MapStyle) -> list[LayerStyle]:
    """The layers as the legend names them, then those of the ground."""
    named = ordered_layers(style.layers)
    return [*named, *(layer for layer in style.layers if layer not in named)]


def _ribbon(colours: list[str]) -> QPixmap:
    """The colours of a palette side by side."""
    pixmap = QPixmap(_RIBBON)
    painter = QPainter(pixmap)
    width = _RIBBON.width() / len(colours)
    for number, colour in enumerate(colours):
        painter.fillRect(round(number * width), 0, round(width) + 1, _RIBBON.height(), QColor(colour))
    painter.end()
    return pixmap
