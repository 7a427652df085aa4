"""What becomes of each layer and column: guessed, shown, changed here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFrame, QGridLayout, QScrollArea, QVBoxLayout, QWidget

from gisapp.dialogs.importing.steps import SURE
from gisapp.forms.words import Button, ElidedLabel, IconLabel, Label, Line
from gisapp.language import Language
from gisapp.theme import Theme
from layers.exchange.cad.titles import column_words, layer_words
from layers.exchange.import_plan import ImportPlan, PlannedLayer
from layers.exchange.mapping import ColumnRule, LayerMapping, TypeRule
from layers.exchange.survey import ColumnSurvey
from layers.model.catalogue import AssetType, Catalogue
from layers.model.code_list import normalise
from layers.model.fields import ChoiceField, Field
from layers.text import Message

WORDS_SHOWN = 12
#: What a column of a plain table can be besides a field: the easting or the northing of its row.
COORDINATES = {"@east": Message("importing.east"), "@north": Message("importing.north")}


class MappingPanel(QWidget):
    """``changed`` tells the key of a layer and its new mapping."""

    changed = Signal(tuple, object)
    look_asked = Signal(object)
    """The PlannedLayer looked at shall be shown, not imported."""

    def __init__(self, language: Language, theme: Theme, catalogue: Catalogue) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._language, self._theme, self._catalogue = language, theme, catalogue
        self._shown: list[PlannedLayer] = []
        self.layers = QComboBox()
        self.layers.currentIndexChanged.connect(self._show_layer)
        self.kind = QComboBox()
        self.kind.activated.connect(self._choose_type)
        self._scroll = QScrollArea(widgetResizable=True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        head = QGridLayout()
        head.setContentsMargins(12, 8, 12, 8)
        head.setHorizontalSpacing(8)
        head.setVerticalSpacing(8)
        head.addWidget(Label(language, theme, Message("importing.layer"), size="small", tone="quiet"), 0, 0)
        head.addWidget(self.layers, 0, 1)
        head.addWidget(Label(language, theme, Message("importing.as"), size="small", tone="quiet"), 1, 0)
        head.addWidget(self.kind, 1, 1)
        head.setColumnStretch(1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(Line())
        column.addWidget(self._scroll, 1)
        language.changed.connect(self._retell)

    def show_plan(self, plan: ImportPlan) -> None:
        """Show the layers of a plan; the one looked at stays."""
        before = self.layer
        self._shown = sorted(plan.layers, key=_importance)
        self._list_layers()
        keys = [layer.key for layer in self._shown]
        self.layers.setCurrentIndex(
            keys.index(before.key) if before is not None and before.key in keys else 0
        )
        self.layers.blockSignals(False)
        self._show_layer()

    def _list_layers(self) -> None:
        self.layers.blockSignals(True)
        self.layers.clear()
        for layer in self._shown:
            said = {"layer": layer_words(layer.path, layer.survey.name), "count": f"{layer.survey.rows:,}"}
            self.layers.addItem(self._language.render(Message("importing.layer_item", said)))

    @property
    def layer(self) -> PlannedLayer | None:
        """The layer looked at."""
        position = self.layers.currentIndex()
        return self._shown[position] if 0 <= position < len(self._shown) else None

    def _retell(self) -> None:
        position = self.layers.currentIndex()
        self._list_layers()
        self.layers.setCurrentIndex(position)
        self.layers.blockSignals(False)
        self._show_layer()

    def _show_layer(self) -> None:
        layer = self.layer
        if layer is None:
            return
        self._list_types(layer)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(12, 8, 12, 12)
        column.setSpacing(8)
        if layer.mapping.template:
            followed = Message("importing.template.followed", {"name": layer.mapping.template})
            column.addWidget(
                Label(self._language, self._theme, followed, size="small", tone="quiet", wrap=True)
            )
        if layer.mapping.is_reference:
            words = Message("importing.reference")
            column.addWidget(Label(self._language, self._theme, words, tone="quiet", wrap=True))
            self.look = Button(self._language, Message("importing.show_reference"))
            self.look.setEnabled(layer.placement is not None and len(layer.survey.points) > 0)
            self.look.clicked.connect(lambda: self.look_asked.emit(layer))
            column.addWidget(self.look, 0, Qt.AlignmentFlag.AlignLeft)
        for rule in layer.mapping.types.values():
            asset_type = self._catalogue[rule.type]
            if len(layer.mapping.types) > 1:
                column.addWidget(Label(self._language, self._theme, asset_type.title, strong=True))
            column.addLayout(self._columns(layer, rule, asset_type))
            for each in rule.columns:
                self._add_words(column, layer, rule, each, asset_type)
        for problem in layer.problems:
            row = Label(self._language, self._theme, problem.message, size="small", tone="quiet", wrap=True)
            column.addWidget(row)
        column.addStretch(1)
        self._scroll.setWidget(page)

    def _list_types(self, layer: PlannedLayer) -> None:
        self.kind.clear()
        self.kind.addItem(self._language.render(Message("importing.nothing")), None)
        for asset_type in self._catalogue:
            if asset_type.group != "system":
                self.kind.addItem(self._language.render(asset_type.title), asset_type.name)
        types = tuple(layer.mapping.types)
        if len(types) > 1:
            titles = tuple(self._catalogue[name].title for name in types)
            self.kind.insertItem(0, self._language.render(Message("importing.by_row", {"types": titles})), "")
            self.kind.setCurrentIndex(0)
        else:
            self.kind.setCurrentIndex(self.kind.findData(types[0]) if types else 0)

    def _columns(self, layer: PlannedLayer, rule: TypeRule, asset_type: AssetType) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        for position, words in enumerate(("importing.column", "importing.first", "importing.field")):
            grid.addWidget(
                Label(self._language, self._theme, _HEADS[words], size="small", tone="faint"), 0, position
            )
        grid.setColumnStretch(2, 1)
        by_column = {each.column: each for each in rule.columns}
        for row, column in enumerate(layer.survey.columns, 1):
            self._add_column(grid, row, layer, rule, asset_type, column, by_column.get(column.name))
        return grid

    def _add_column(
        self,
        grid: QGridLayout,
        row: int,
        layer: PlannedLayer,
        rule: TypeRule,
        asset_type: AssetType,
        column: ColumnSurvey,
        chosen: ColumnRule | None,
    ) -> None:
        words = column_words(layer.path, column.name)
        name = ElidedLabel(self._language, self._theme, words, size="small")
        name.setMinimumWidth(72)
        name.setMaximumWidth(96)
        first = "" if not column.top else str(column.top[0][0])
        value = ElidedLabel(self._language, self._theme, first, size="small", tone="quiet")
        value.setMinimumWidth(56)
        value.setMaximumWidth(72)
        fields = QComboBox()
        fields.setObjectName(f"column.{column.name}")
        fields.setFont(self._theme.font("small"))
        fields.addItem(self._language.render(Message("importing.leave_out")), None)
        if layer.survey.is_plain and asset_type.shape is not None:
            for code, title in COORDINATES.items():
                fields.addItem(self._language.render(title), code)
        for field in _fields(asset_type):
            fields.addItem(self._field_text(field), field.name)
        role = coordinate_role(layer, column.name)
        meant = role if role is not None else None if chosen is None else chosen.field
        fields.setCurrentIndex(max(fields.findData(meant), 0))
        fields.activated.connect(lambda _: self._choose_field(layer, rule, column.name, fields.currentData()))
        sure = _is_sure_of_place(layer) if role is not None else chosen is None or chosen.confidence >= SURE
        is_used = role is not None or chosen is not None
        sign = IconLabel(self._theme, "minus" if not is_used else "check" if sure else "question", 14,
                         "text3" if not is_used else "ok" if sure else "warn")  # fmt: skip
        share = "" if chosen is None or role is not None else f"{chosen.confidence:.0%}"
        self._language.say(sign, "setToolTip", Message("importing.confidence", {"share": share}))
        for position, part in enumerate((name, value, fields, sign)):
            grid.addWidget(part, row, position)

    def _add_words(
        self,
        column: QVBoxLayout,
        layer: PlannedLayer,
        rule: TypeRule,
        each: ColumnRule,
        asset_type: AssetType,
    ) -> None:
        """Words of a column that its list does not know: what they mean can be said."""
        field = asset_type.field_named(each.field)
        if not isinstance(field, ChoiceField):
            return
        top = layer.survey.column(each.column).top
        told = [
            (str(word), count)
            for word, count in top
            if word is not None
            and (field.code_list.find(str(word)) is None or normalise(str(word)) in each.words)
        ]
        if not told:
            return
        frame = QFrame()
        grid = QGridLayout(frame)
        grid.setContentsMargins(0, 4, 0, 4)
        title = Message("importing.words", {"field": field.title, "count": len(told)})
        grid.addWidget(Label(self._language, self._theme, title, size="small", strong=True), 0, 0, 1, 3)
        for row, (word, count) in enumerate(told[:WORDS_SHOWN], 1):
            entries = QComboBox()
            entries.setFont(self._theme.font("small"))
            entries.addItem(self._language.render(Message("importing.word_unknown")), None)
            for entry in field.code_list.entries:
                entries.addItem(self._language.render(entry.title), entry.code)
            meaning = each.words.get(normalise(word))
            entries.setCurrentIndex(entries.findData(meaning) if meaning else 0)
            entries.activated.connect(
                lambda _, w=word, box=entries: self._choose_word(layer, rule, each, w, box.currentData())
            )
            grid.addWidget(ElidedLabel(self._language, self._theme, word, size="small"), row, 0)
            rows = Message("importing.rows", {"count": f"{count:,}"})
            grid.addWidget(Label(self._language, self._theme, rows, size="small", tone="faint"), row, 1)
            grid.addWidget(entries, row, 2)
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(2, 2)
        column.addWidget(frame)

    def _field_text(self, field: Field) -> str:
        title = self._language.render(field.title)
        return f"{title}  {field.unit}" if field.unit else title

    def _choose_type(self) -> None:
        layer, name = self.layer, self.kind.currentData()
        if layer is None or name == "":
            return
        types: Mapping[str, TypeRule] = {} if name is None else {name: self._rule_for(layer, name)}
        mapping = replace(layer.mapping, types=types, type_column=None, choices={}, said=True)
        self.changed.emit(layer.key, mapping)

    def _rule_for(self, layer: PlannedLayer, name: str) -> TypeRule:
        known = next(iter(layer.mapping.types.values()), None)
        columns = tuple(
            each for each in (known.columns if known else ()) if each.field in self._catalogue[name]
        )
        return TypeRule(name, columns)

    def _choose_field(self, layer: PlannedLayer, rule: TypeRule, column: str, field: str | None) -> None:
        others = tuple(each for each in rule.columns if each.column != column and each.field != field)
        is_place = field in COORDINATES
        columns = others if field is None or is_place else (*others, ColumnRule(column, field))
        was = coordinate_role(layer, column)
        mapping = layer.mapping.with_rule(replace(rule, columns=columns))
        if is_place or was is not None:
            mapping = replace(mapping, coordinates=_coordinates_with(layer, column, field))
        self.changed.emit(layer.key, replace(mapping, said=True))

    def _choose_word(
        self, layer: PlannedLayer, rule: TypeRule, each: ColumnRule, word: str, code: str | None
    ) -> None:
        words = {known: meant for known, meant in each.words.items() if known != normalise(word)}
        if code is not None:
            words[normalise(word)] = code
        columns = tuple(replace(c, words=words) if c.column == each.column else c for c in rule.columns)
        self._tell(layer, replace(rule, columns=columns))

    def _tell(self, layer: PlannedLayer, rule: TypeRule) -> None:
        mapping: LayerMapping = replace(layer.mapping.with_rule(rule), said=True)
        self.changed.emit(layer.key, mapping)


_HEADS = {
    "importing.column": Message("importing.column"),
    "importing.first": Message("importing.first"),
    "importing.field": Message("importing.field"),
}


def _importance(layer: PlannedLayer) -> tuple[bool, int]:
    """Of a drawing few layers among many are imported: these come first, the largest before the others."""
    survey = layer.survey
    return (layer.mapping.is_reference, -survey.rows) if survey.called else (False, 0)


def coordinate_role(layer: PlannedLayer, column: str) -> str | None:
    """Whether the places of the rows are made from this column: as which coordinate."""
    pair = layer.mapping.coordinates or layer.survey.coordinate_fields or ("", "")
    return next((role for role, name in zip(COORDINATES, pair, strict=True) if name == column), None)


def _coordinates_with(layer: PlannedLayer, column: str, role: str | None) -> tuple[str, str]:
    """The columns of the eastings and northings once ``column`` has this role, or another one or none."""
    pair = layer.mapping.coordinates or layer.survey.coordinate_fields or ("", "")
    east, north = ("" if name == column else name for name in pair)
    east_role, north_role = COORDINATES
    return (column if role == east_role else east, column if role == north_role else north)


def _is_sure_of_place(layer: PlannedLayer) -> bool:
    """Whether the columns say by themselves, or somebody has said, which coordinate is which."""
    return all(problem.rule != "axes_by_custom" for problem in layer.problems)


def _fields(asset_type: AssetType) -> list[Field]:
    """The fields that a column may fill."""
    return [field for field in asset_type.columns if field.companion_of is None and not field.computed]
