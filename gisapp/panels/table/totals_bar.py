"""The line under a table: how many, how long, sums and means of columns, and how many of each class."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QActionGroup, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QToolButton, QWidget

from gisapp.forms.chip import Chip
from gisapp.forms.words import IconButton, Label, Line
from gisapp.language import Language, Words
from gisapp.theme import Theme
from layers.model.catalogue import AssetType
from layers.model.fields import ChoiceField, Field, LengthField, NumberField
from layers.table.totals import ClassFigure, Figure, Totals, may_class
from layers.text import Message

HEIGHT = 30
#: So many figures stand in the line, and as many classes as there is room for; more of them in its tip.
FIGURES, GAP = 3, 16
REST_WIDTH = 120


class TotalsBar(QFrame):
    """``classed``: the name of the column whose classes shall be told; empty for none."""

    classed = Signal(str)

    def __init__(self, language: Language, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("totalsBar")
        self.setFixedHeight(HEIGHT)
        self._language, self._theme = language, theme
        self._type: AssetType | None = None
        self._totals: Totals | None = None
        self._whole = 0
        self._selected: tuple[int, float | None] = (0, None)
        self.count = Label(language, theme, size="small", strong=True)
        self.selected = Label(language, theme, size="small", tone="quiet")
        self.figures = Label(language, theme, size="small", tone="quiet")
        self._classes = QWidget()
        self._class_row = QHBoxLayout(self._classes)
        self._class_row.setContentsMargins(0, 0, 0, 0)
        self._class_row.setSpacing(8)
        self.by = IconButton(
            language, theme, "chart-bar-horizontal", Message("table.by.tip"), words=Message("table.by")
        )
        self.by.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.by.setMinimumHeight(22)
        self._menu = QMenu(self.by)
        self.by.setMenu(self._menu)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(GAP)
        for part in (self.count, self.selected, self.figures):
            row.addWidget(part)
        row.addWidget(Line(upright=True, length=12))
        row.addWidget(self._classes)
        row.addStretch(1)
        row.addWidget(self.by)
        language.changed.connect(self._tell)

    def show_totals(
        self, asset_type: AssetType, totals: Totals, whole: int, fields: tuple[Field, ...]
    ) -> None:
        """Show these of ``whole`` rows; ``fields`` are the columns to choose classes from."""
        self._type, self._totals, self._whole = asset_type, totals, whole
        self._offer(tuple(field for field in fields if may_class(field)), totals.field)
        self._tell()

    def show_selected(self, count: int, metres: float | None) -> None:
        """Show how many of the type are selected, and how long they are."""
        self._selected = count, metres
        self._tell_selected()

    def clear(self) -> None:
        """Nothing is shown."""
        self._type = self._totals = None
        for label in (self.count, self.selected, self.figures):
            label.show_words("")
        self._empty_classes()

    def _offer(self, fields: tuple[Field, ...], chosen: Field | None) -> None:
        self._menu.clear()
        group = QActionGroup(self._menu)
        offered: list[tuple[str, Words]] = [("", Message("table.by.none"))]
        offered += [(field.name, field.title) for field in fields]
        for name, words in offered:
            action = self._menu.addAction(self._language.label(words))
            action.setCheckable(True)
            action.setChecked(name == ("" if chosen is None else chosen.name))
            action.triggered.connect(lambda _=False, which=name: self.classed.emit(which))
            group.addAction(action)
        self.by.setEnabled(bool(fields))

    def _tell(self) -> None:
        totals, asset_type = self._totals, self._type
        if totals is None or asset_type is None:
            return
        told = f"{totals.count:,}"
        if totals.count != self._whole:
            # The tab says how many there are: so many of them are listed.
            told = f"{told} / {self._whole:,}"
        count: dict[str, object] = {"count": told, "type": asset_type.plural}
        if totals.metres is None:
            self.count.show_words(Message("table.total", count))
        else:
            self.count.show_words(Message("table.total_km", count | {"km": _km(totals.metres)}))
        words = tuple(_figure_words(figure) for figure in totals.figures)
        self.figures.show_words(Message("table.figures", {"figures": words[:FIGURES]}) if words else "")
        # Classes take the room when they are asked for.
        self.figures.setVisible(bool(words) and totals.field is None)
        self._language.say(
            self.figures, "setToolTip", Message("table.figures", {"figures": words}) if words else ""
        )
        self._tell_selected()
        self._show_classes(totals)

    def _tell_selected(self) -> None:
        number, metres = self._selected
        if not number or self._totals is None:
            self.selected.show_words("")
        elif metres is None:
            self.selected.show_words(Message("table.selected", {"count": f"{number:,}"}))
        else:
            self.selected.show_words(
                Message("table.selected_km", {"count": f"{number:,}", "km": _km(metres)})
            )
        self.selected.setVisible(bool(number))

    def _empty_classes(self) -> None:
        while (item := self._class_row.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()

    def _show_classes(self, totals: Totals) -> None:
        self._empty_classes()
        if totals.field is None:
            return
        told = [self._class_words(totals.field, each) for each in totals.classes]
        chips = [
            self._class_chip(totals.field, each, words)
            for each, words in zip(totals.classes, told, strict=True)
        ]
        shown = self._fitting(totals.classes, [chip.sizeHint().width() + 8 for chip in chips])
        for number, chip in enumerate(chips):
            if number in shown:
                self._class_row.addWidget(chip)
            else:
                chip.deleteLater()
        rest = totals.others + sum(e.count for n, e in enumerate(totals.classes) if n not in shown)
        if rest:
            words = Message("table.others", {"count": f"{rest:,}"})
            self._class_row.addWidget(Label(self._language, self._theme, words, size="small", tone="faint"))
        self._language.say(self._classes, "setToolTip", Message("table.figures", {"figures": tuple(told)}))

    def _fitting(self, classes: Sequence[ClassFigure], widths: Sequence[int]) -> set[int]:
        """The most frequent classes that there is room for."""
        labels = (self.count, self.selected, self.by)
        used = sum(label.sizeHint().width() + GAP for label in labels if not label.isHidden())
        room = self.width() - used - REST_WIDTH
        shown: set[int] = set()
        for number in sorted(range(len(classes)), key=lambda n: -classes[n].count):
            room -= widths[number]
            if room < 0:
                break
            shown.add(number)
        return shown

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._totals is not None:
            self._show_classes(self._totals)

    def _class_words(self, field: Field, each: ClassFigure) -> Message:
        name: object = Message("table.blank")
        if each.value is not None:
            name = field.show(each.value, self._language.code)
            if isinstance(field, NumberField) or (field.unit == "mm" and isinstance(each.value, int)):
                name = f"{name} {field.unit}"
        parameters: dict[str, object] = {"name": name, "count": f"{each.count:,}"}
        if each.metres is None:
            return Message("table.class", parameters)
        return Message("table.class_km", parameters | {"km": _km(each.metres)})

    def _class_chip(self, field: Field, each: ClassFigure, words: Message) -> QWidget:
        tone = ""
        if isinstance(field, ChoiceField) and each.value is not None:
            entry = field.code_list.get(each.value)
            tone = "" if entry is None else entry.tone
        if tone:
            return Chip(self._language, self._theme, words, tone)  # type: ignore[arg-type]
        return Label(self._language, self._theme, words, size="small", tone="quiet")


def _km(metres: float) -> str:
    return f"{metres / 1000:,.1f}"


def _figure_words(figure: Figure) -> Message:
    field = figure.field
    if figure.kind == "share":
        told = {"field": field.title, "share": f"{100 * figure.value:.1f}", "count": f"{figure.count:,}"}
        return Message("table.share", told)
    if isinstance(field, LengthField):
        return Message("table.sum_km", {"field": field.title, "value": _km(figure.value)})
    unit = field.unit or ""
    if figure.kind == "sum":
        return Message("table.sum", {"field": field.title, "value": f"{figure.value:,.0f}"})
    decimals = field.decimals if isinstance(field, NumberField) else 2
    value = f"{figure.value:,.{decimals}f} {unit}".strip()
    return Message("table.mean", {"field": field.title, "value": value, "count": f"{figure.count:,}"})
