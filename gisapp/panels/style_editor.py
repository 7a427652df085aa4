"""The style editor: how each layer is classed and drawn, seen on the map at once, saved with the register."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QScrollArea,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gisapp.forms.words import Button, IconButton, Label, Line
from gisapp.language import Language, Words
from gisapp.map.legend import ordered_layers
from gisapp.panels.style_classes import ClassTable
from gisapp.panels.style_draft import StyleDraft
from gisapp.session import Session
from gisapp.tasks import Debounce, Tasks
from gisapp.theme import Theme
from layers.model.change import ChangeSet
from layers.model.field import Field
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
_RIBBON = QSize(56, 12)
#: The map follows this long after the last touch (ms).
PAUSE = 120
_CODES_FROM = 1000.0


class StyleEditor(QFrame):
    """``opened`` asks for room, ``preview`` tells a style to draw, ``closed`` the one to go back to."""

    opened = Signal()
    preview = Signal(object)
    closed = Signal(str)
    told = Signal(object)
    """A Message of what was done."""

    def __init__(self, language: Language, theme: Theme, session: Session, tasks: Tasks) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._language, self._theme, self._session = language, theme, session
        self.draft = StyleDraft(session, tasks, self)
        self._home = ""
        self._is_filling = False
        self._counts: Mapping[str, Counts] = {}
        self._later = Debounce(PAUSE, self._show_on_map, self)
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
        self.palette_choice.setIconSize(_RIBBON)
        self.table = ClassTable(language, theme)
        self.nearest, self.farthest, self.density = QComboBox(), QComboBox(), QComboBox()
        self.labels = QCheckBox()
        language.say(self.labels, "setText", Message("styling.labels"))
        self.save_button = Button(language, Message("styling.save"), "primary")
        self.revert_button = Button(language, Message("styling.revert"))
        self._note = Label(language, theme, size="rail", tone="faint", wrap=True)
        self._lay_out()
        self._tie()

    # ---- what the window asks

    @property
    def is_open(self) -> bool:
        """Whether a style is under work."""
        return bool(self._home)

    def open_style(self, name: str, *, anew: bool) -> None:
        """Work on the style of that name; ``anew`` makes a new one from it, and so does one of the program."""
        self._home = name
        self.opened.emit()
        self.draft.begin(name, anew=anew, copy_of=self._copy_name)

    def open_file(self, path: Path, home: str) -> None:
        """Work on a style that was exported to a file; ``home`` is the one to go back to."""
        self._home = home
        self.opened.emit()
        self.draft.read_file(path)

    def close_style(self) -> None:
        """Leave the editor; what is not saved is given up."""
        if not self.is_open:
            return
        home, self._home = self._home, ""
        self._later.stop()
        self.draft.end()
        self.closed.emit(home)

    def show_counts(self, counts: Mapping[str, Counts]) -> None:
        """How many assets the map has of each class."""
        self._counts = counts
        found = counts.get(self.layer.currentData() or "", {})
        self.table.classes.show_counts({name: each.count for name, each in found.items()})

    # ---- following

    def _tie(self) -> None:
        draft = self.draft
        draft.began.connect(self._fill)
        draft.changed.connect(self._on_changed)
        draft.saved.connect(self._on_saved)
        draft.deleted.connect(self._on_deleted)
        draft.done.connect(self.told)
        self._session.closed.connect(self.close_style)
        self._session.changed.connect(self._on_register)
        self._language.changed.connect(self._fill)
        self._theme.changed.connect(self._fill)
        self.name.textEdited.connect(lambda text: draft.rename(text.strip()))
        self.layer.activated.connect(lambda _: self._fill_layer())
        self.field.activated.connect(lambda _: self._choose_field())
        self.method.activated.connect(lambda _: self._choose_method())
        self.count.editingFinished.connect(self._choose_count)
        self.palette_choice.activated.connect(lambda _: self._choose_palette())
        self.table.classes.class_changed.connect(lambda each: draft.put_class(self._layer_id, each))
        self.nearest.activated.connect(lambda _: self._put(smallest_denominator=self.nearest.currentData()))
        self.farthest.activated.connect(lambda _: self._put(largest_denominator=self.farthest.currentData()))
        self.density.activated.connect(lambda _: self._put(density_denominator=self.density.currentData()))
        self.labels.clicked.connect(self._choose_labels)
        self.save_button.clicked.connect(draft.save)
        self.revert_button.clicked.connect(draft.revert)

    def _on_changed(self) -> None:
        style = self.draft.style
        if style is None:
            return
        self._show_layer()
        self._show_state()
        self._later.touch()

    def _show_on_map(self) -> None:
        if self.draft.style is not None:
            self.preview.emit(self.draft.style)

    def _on_saved(self, name: str) -> None:
        self._home = name
        self.preview.emit(name)

    def _on_deleted(self) -> None:
        self._home = self.draft.style.base or "" if self.draft.style is not None else ""
        self.close_style()

    def _on_register(self, change: ChangeSet) -> None:
        # Undone, or changed by somebody else: what is under work is looked up again when nothing would be lost.
        if (
            self.is_open
            and "map_style" in change.changes
            and self.draft.row is not None
            and not self.draft.is_changed
        ):
            touched = change.changes["map_style"]
            if self.draft.row.id in touched.deleted:
                self._on_deleted()
            elif self.draft.row.id in touched.updated:
                self.draft.begin_row(self.draft.row.id)

    # ---- what is chosen

    @property
    def _layer_id(self) -> str:
        return str(self.layer.currentData())

    def _put(self, **values: object) -> None:
        layer = self.draft.layer(self._layer_id)
        self.draft.put(replace(layer, **values))  # type: ignore[arg-type]

    def _field(self) -> Field | None:
        register = self._session.register
        name = self.field.currentData()
        if register is None or not name:
            return None
        return register.catalogue[self.draft.layer(self._layer_id).type].field_named(name)

    def _choose_field(self) -> None:
        field = self._field()
        if field is None:
            self.draft.as_base(self._layer_id)
        else:
            self.draft.classify(self._layer_id, usual_classing(field))

    def _choose_method(self) -> None:
        self._classify(method=self.method.currentData())

    def _choose_count(self) -> None:
        classing = self.draft.layer(self._layer_id).classing if self.is_open else None
        if classing is not None and classing.count != self.count.value():
            self._classify(count=self.count.value())

    def _classify(self, **values: object) -> None:
        classing = self.draft.layer(self._layer_id).classing
        if classing is not None:
            changed: Classing = replace(classing, **values)  # type: ignore[arg-type]
            if changed != classing:
                self.draft.classify(self._layer_id, changed)

    def _choose_palette(self) -> None:
        self.draft.use_palette(self._layer_id, self.palette_choice.currentData())

    def _choose_labels(self, on: bool) -> None:
        base = self.draft.base_layer(self._layer_id)
        if not on:
            self._put(labels=None)
        elif base.labels is not None:
            self._put(labels=base.labels)
        else:
            self._put(labels="code", label_denominator=_CODES_FROM)

    # ---- showing

    def _fill(self) -> None:
        style, register = self.draft.style, self._session.register
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
        self._show_state()

    def _fill_layer(self) -> None:
        register = self._session.register
        if register is None or self.draft.style is None:
            return
        layer = self.draft.layer(self._layer_id)
        self.field.clear()
        base = self.draft.style.base or ""
        same = Message("styling.as_base", {"style": self.draft.base_title})
        self.field.addItem(self._language.render(same), "")
        for field in fields_for(register.catalogue[layer.type]):
            self.field.addItem(self._language.render(field.title), field.name)
        self.field.setToolTip(base)
        for combo, value, none in (
            (self.farthest, layer.largest_denominator, Message("styling.scale.all")),
            (self.nearest, layer.smallest_denominator, Message("styling.scale.all")),
            (self.density, layer.density_denominator, Message("styling.density.none")),
        ):
            self._fill_scales(combo, value, none)
        self._show_layer()
        self.show_counts(self._counts)

    def _fill_scales(self, combo: QComboBox, value: float, none: Message) -> None:
        combo.clear()
        combo.addItem(self._language.render(none), 0.0)
        for scale in sorted({*map(float, SCALES), value} - {0.0}):
            combo.addItem(f"1:{scale:,.0f}", scale)

    def _show_layer(self) -> None:
        """Show the layer as it is, without filling anything anew that is being edited."""
        register = self._session.register
        if self.draft.style is None or register is None or self.layer.currentData() is None:
            return
        layer = self.draft.layer(self._layer_id)
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
                combo.addItem(f"1:{value:,.0f}", value)
            combo.setCurrentIndex(combo.findData(value))
        self.density.setEnabled(layer.drawing == "symbol" and layer.largest_denominator > 0)
        self.labels.setChecked(layer.labels is not None)
        can_label = self.draft.base_layer(layer.id).labels is not None or (
            layer.drawing == "symbol" and "code" in register.catalogue[layer.type]
        )
        self.labels.setEnabled(can_label)

    def _show_method(self, layer: LayerStyle, classing: Classing | None) -> None:
        register = self._session.register
        self.method.clear()
        self.method.setEnabled(classing is not None)
        self.count.setEnabled(classing is not None)
        if classing is None or register is None or classing.field not in register.catalogue[layer.type]:
            return
        for method in methods_for(register.catalogue[layer.type].field_named(classing.field)):
            self.method.addItem(self._language.render(_METHODS[method]), method)
        self.method.setCurrentIndex(self.method.findData(classing.method))
        if not self.count.hasFocus():
            self.count.setValue(classing.count or MOST_CLASSES)
        self.palette_choice.setCurrentIndex(self.palette_choice.findData(classing.palette))

    def _show_state(self) -> None:
        draft = self.draft
        if draft.style is None:
            return
        self.save_button.setEnabled(draft.is_changed and bool(draft.style.name) and self._session.is_writable)
        self.revert_button.setEnabled(draft.style != draft.first)
        words: Words = Message("styling.note.saved")
        if draft.row is None:
            words = Message("styling.note.new", {"style": draft.base_title})
        elif draft.is_changed:
            words = Message("styling.note.changed")
        self._note.show_words(words)
        for name, action in self._acts.items():
            action.setEnabled(name not in ("delete", "duplicate") or draft.row is not None)

    # ---- acts of the menu

    def ask_import(self, home: str) -> None:
        """Ask for a style file and work on it; ``home`` is the style to go back to."""
        title = self._language.render(Message("styling.import"))
        chosen, _ = QFileDialog.getOpenFileName(self, title, str(Path.home()), "TOML (*.toml)")
        if chosen:
            self.open_file(Path(chosen), home)

    def ask_export(self) -> None:
        """Ask where to and write the style to a file."""
        style = self.draft.style
        if style is None:
            return
        title = self._language.render(Message("styling.export"))
        name = style.name.replace("/", "_") or "style"
        chosen, _ = QFileDialog.getSaveFileName(
            self, title, str(Path.home() / f"{name}.toml"), "TOML (*.toml)"
        )
        if chosen:
            self.draft.write_file(Path(chosen).with_suffix(".toml"))

    def duplicate(self) -> None:
        """Go on with a copy that is not saved yet."""
        self.draft.duplicate(self._copy_name(self.draft.name))

    def _copy_name(self, words: Words) -> str:
        """What a copy is called until somebody gives it a name."""
        return self._language.render(Message("styling.copy_of", {"style": words}))

    # ---- layout

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._head())
        column.addWidget(Line())
        scroll = QScrollArea(widgetResizable=True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self._form())
        column.addWidget(scroll, 1)
        column.addWidget(Line())
        foot = QWidget()
        inner = QVBoxLayout(foot)
        inner.setContentsMargins(12, 8, 12, 8)
        inner.setSpacing(8)
        inner.addWidget(self._note)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        row.addWidget(self.revert_button)
        row.addWidget(self.save_button)
        inner.addLayout(row)
        column.addWidget(foot)

    def _head(self) -> QWidget:
        language, theme = self._language, self._theme
        head = QFrame()
        head.setFixedHeight(theme.size("panel_title"))
        row = QHBoxLayout(head)
        row.setContentsMargins(12, 0, 4, 0)
        row.setSpacing(0)
        row.addWidget(Label(language, theme, Message("styling.title"), size="heading", strong=True))
        row.addStretch(1)
        self.menu_button = IconButton(language, theme, "dots-three", Message("styling.more"))
        self.menu_button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.menu_button)
        self._acts: dict[str, QAction] = {}
        for name, words, act in (
            ("duplicate", Message("styling.duplicate"), self.duplicate),
            ("delete", Message("styling.delete"), self.draft.delete),
            ("import", Message("styling.import"), lambda: self.ask_import(self._home)),
            ("export", Message("styling.export"), self.ask_export),
        ):
            action = menu.addAction("")
            language.say(action, "setText", words)
            action.triggered.connect(lambda _=False, chosen=act: chosen())
            self._acts[name] = action
        self.menu_button.setMenu(menu)
        self.close_button = IconButton(language, theme, "x", Message("styling.close"))
        self.close_button.clicked.connect(self.close_style)
        row.addWidget(self.menu_button)
        row.addWidget(self.close_button)
        return head

    def _form(self) -> QWidget:
        form = QWidget()
        grid = QGridLayout(form)
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
        return form

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
