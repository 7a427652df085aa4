"""Rows of a form, read-only: what a field is called, its value with unit, and where the value came from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QVBoxLayout, QWidget
from shapely.geometry.base import BaseGeometry

from gisapp.forms.chip import Chip, OriginTile
from gisapp.forms.words import Button, ElidedLabel, Label, Tone
from gisapp.language import Language, Words
from gisapp.theme import Theme
from layers.model.catalogue import AssetType
from layers.model.fields import ChoiceField, Field, LengthField, LinkField, NumericField
from layers.text import Message, Title

TITLE_WIDTH = 104
#: A value of more letters is written a little smaller, so that a pair of coordinates stays whole.
_LONG_VALUE = 20
_SIGNS = {
    "surveyed": "survey",
    "detected": "survey",
    "census": "census",
    "estimated": "computed",
}


@dataclass(frozen=True)
class Row:
    """One line of the form. ``missing`` rows have no value; they are folded away."""

    title: Words
    value: Words
    unit: str = ""
    origin: str = ""
    origin_note: Words = ""
    tip: Words = ""
    missing: bool = False
    chip: str = ""
    link: Any = None


def sections(asset_type: AssetType, values: Mapping[str, Any]) -> Iterator[tuple[Words, list[Row]]]:
    """The sections of the form in the catalogue's order, each with its rows."""
    by_section: dict[str, list[Row]] = {name: [] for name in asset_type.sections}
    for field in asset_type.fields:
        if field.companion_of is None and field.storage.kind not in ("geometry", "none"):
            by_section.setdefault(field.section, []).append(_row(asset_type, field, values))
    place = values.get("geom")
    if asset_type.shape is not None:
        home = "place" if "place" in by_section else next(iter(by_section))
        by_section[home].append(_place_row(place, values, asset_type))
    for name, rows in by_section.items():
        if rows:
            yield asset_type.sections.get(name, Title(name, name)), rows


def _row(asset_type: AssetType, field: Field, values: Mapping[str, Any]) -> Row:
    value = values.get(field.name)
    origin, note = _origin(asset_type, field.name, values)
    shown: Words = "—" if value is None else _value(field, value)
    link = (field, value) if isinstance(field, LinkField) and value is not None else None
    if field.computed and not origin:
        origin, note = "computed", Message("inspector.origin.computed")
    unit = (field.unit or "") if value is not None else ""
    return Row(field.title, shown, unit, origin, note, field.note or "", value is None, link=link)


def _value(field: Field, value: Any) -> Words:
    if isinstance(field, ChoiceField):
        entry = field.code_list.get(value)
        return entry.title if entry is not None else str(value)
    if isinstance(field, NumericField) and (isinstance(field, LengthField) or abs(value) >= 10_000):
        return grouped(field.format(value))
    return Title(field.format(value, "zh"), field.format(value, "en"))


def grouped(number: str) -> str:
    """A written number with a thin space after every three digits before the point."""
    whole, point, rest = number.partition(".")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    parts: list[str] = []
    while len(digits) > 3:
        parts.insert(0, digits[-3:])
        digits = digits[:-3]
    return sign + "\u2009".join([digits, *parts]) + point + rest


def _origin(asset_type: AssetType, name: str, values: Mapping[str, Any]) -> tuple[str, Words]:
    """The sign of a field's origin and the words of its tip."""
    code = values.get(f"{name}_origin")
    if code is None or f"{name}_origin" not in asset_type:
        return "", ""
    words: Words = _choice(asset_type, f"{name}_origin", code)
    accuracy = values.get(f"{name}_accuracy")
    if accuracy is not None:
        parameters = {"origin": words, "accuracy": _choice(asset_type, f"{name}_accuracy", accuracy)}
        words = Message("inspector.origin.with_accuracy", parameters)
    source = values.get(f"{name}_source")
    if source:
        words = Message("inspector.origin.with_source", {"origin": words, "source": source})
    return _SIGNS.get(code, "book"), words


def _choice(asset_type: AssetType, name: str, code: Any) -> Words:
    field = asset_type.field_named(name)
    entry = field.code_list.get(str(code)) if isinstance(field, ChoiceField) else None
    return entry.title if entry is not None else str(code)


def _place_row(place: BaseGeometry | None, values: Mapping[str, Any], asset_type: AssetType) -> Row:
    if place is None:
        return Row(Message("inspector.place"), Message("inspector.unlocated"), chip="warn")
    code = values.get("position_origin")
    sign = _SIGNS.get(code, "book") if code else ""
    note: Words = _choice(asset_type, "position_origin", code) if code else ""
    if asset_type.shape == "point":
        # In the trade X points north and Y east.
        text = f"{grouped(f'{place.y:.2f}')} / {grouped(f'{place.x:.2f}')}"
        return Row(Message("inspector.xy"), text, "", sign, note)
    if asset_type.shape == "line":
        return Row(
            Message("inspector.drawn_length"),
            grouped(f"{place.length:.2f}"),
            "m",
            "computed",
            Message("inspector.origin.computed"),
        )
    area = grouped(f"{place.area:.0f}")
    return Row(Message("inspector.area"), area, "m²", "computed", Message("inspector.origin.computed"))


class RowView(QWidget):
    """One row: title, value, unit, origin tile. ``on_link`` is told the link of a row that has one."""

    def __init__(self, language: Language, theme: Theme, row: Row, on_link: Any = None) -> None:
        super().__init__()
        # English names of fields may take two lines; none is cut.
        self.setMinimumHeight(theme.size("row_field"))
        line = QHBoxLayout(self)
        line.setContentsMargins(12, 0, 12, 0)
        line.setSpacing(8)
        title = Label(language, theme, row.title, size="small", tone="quiet", wrap=True)
        title.setFixedWidth(TITLE_WIDTH)
        line.addWidget(title)
        line.addWidget(self._value(language, theme, row, on_link), 1)
        if row.unit:
            line.addWidget(Label(language, theme, row.unit, size="small", tone="faint"))
        if row.origin:
            line.addWidget(OriginTile(language, theme, row.origin, row.origin_note))
        elif row.unit:
            line.addSpacing(18)
        if row.tip:
            language.say(self, "setToolTip", row.tip)

    def _value(self, language: Language, theme: Theme, row: Row, on_link: Any) -> QWidget:
        if row.chip:
            holder = QWidget()
            inner = QHBoxLayout(holder)
            inner.setContentsMargins(0, 0, 0, 0)
            inner.addWidget(Chip(language, theme, row.value, row.chip))  # type: ignore[arg-type]
            inner.addStretch(1)
            return holder
        if row.link is not None and on_link is not None:
            button = Button(language, row.value, "link")
            button.clicked.connect(lambda: on_link(row.link))
            return button
        is_long = len(language.render(row.value)) > _LONG_VALUE
        tone: Tone = "faint" if row.missing else ""
        label = ElidedLabel(language, theme, row.value, size="small" if is_long else "base", tone=tone)
        label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        return label


class SectionView(QWidget):
    """A section: its header folds it; empty fields are folded behind one line."""

    def __init__(
        self, language: Language, theme: Theme, title: Words, rows: list[Row], on_link: Any = None
    ) -> None:
        super().__init__()
        self._theme = theme
        self._body = QWidget()
        body = QVBoxLayout(self._body)
        body.setContentsMargins(0, 4, 0, 4)
        body.setSpacing(0)
        self._empty = [RowView(language, theme, row, on_link) for row in rows if row.missing]
        for row in rows:
            if not row.missing:
                body.addWidget(RowView(language, theme, row, on_link))
        if self._empty:
            self._more = Button(
                language, Message("inspector.empty_fields", {"count": len(self._empty)}), "link"
            )
            self._more.setFont(theme.font("small"))
            self._more.setContentsMargins(12, 0, 12, 0)
            self._more.clicked.connect(self._unfold_empty)
            indent = QHBoxLayout()
            indent.setContentsMargins(12, 2, 12, 2)
            indent.addWidget(self._more)
            indent.addStretch(1)
            body.addLayout(indent)
            for view in self._empty:
                view.hide()
                body.addWidget(view)
        self.header = GroupHeader(language, theme, title)
        self.header.toggled.connect(self._body.setVisible)
        self.header.setChecked(len(self._empty) < len(rows))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self._body)

    def _unfold_empty(self) -> None:
        self._more.hide()
        for view in self._empty:
            view.show()


class GroupHeader(QToolButton):
    """A flat header with a caret; switched on means unfolded."""

    def __init__(self, language: Language, theme: Theme, title: Words) -> None:
        super().__init__()
        self.setObjectName("groupHeader")
        self._theme = theme
        self.setCheckable(True)
        self.setChecked(True)
        self.setFont(theme.font("small", strong=True))
        self.setFixedHeight(theme.size("group_header"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        language.say(self, "setText", title)
        self.toggled.connect(self._draw)
        theme.changed.connect(self._draw)
        self._draw()

    def _draw(self) -> None:
        self.setIcon(self._theme.icon("caret-down" if self.isChecked() else "caret-right"))
