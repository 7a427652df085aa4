"""Rows of a form that are computed and cannot be typed, and the headers of its sections."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QWidget
from shapely.geometry.base import BaseGeometry

from gisapp.forms.chip import Chip, ChipKind, OriginTile
from gisapp.forms.showing import choice_words, grouped, sign_of
from gisapp.forms.words import ElidedLabel, Label
from gisapp.language import Language, Words
from gisapp.theme import Theme
from layers.model.catalogue import AssetType
from layers.text import Message

TITLE_WIDTH = 104
TILE = 18
#: A value of more letters is written a little smaller, so that a pair of coordinates stays whole.
_LONG_VALUE = 20


@dataclass(frozen=True)
class Row:
    """One line that tells and cannot be changed here."""

    title: Words
    value: Words
    unit: str = ""
    origin: str = ""
    origin_note: Words = ""
    chip: ChipKind | None = None


def place_row(asset_type: AssetType, values: Mapping[str, Any]) -> Row:
    """Where the asset lies, or how long or large it is drawn."""
    place: BaseGeometry | None = values.get("geom")
    if place is None:
        return Row(Message("inspector.place"), Message("inspector.unlocated"), chip="warn")
    computed = Message("inspector.origin.computed")
    if asset_type.shape == "point":
        code = values.get("position_origin")
        sign = sign_of(code) if code else ""
        note: Words = choice_words(asset_type, "position_origin", code) if code else ""
        # In the trade X points north and Y east.
        text = f"{grouped(f'{place.y:.2f}')} / {grouped(f'{place.x:.2f}')}"
        height = _heights(place)
        title = Message("inspector.xyz" if height else "inspector.xy")
        return Row(title, f"{text} / {height}" if height else text, "", sign, note)
    if asset_type.shape == "line":
        drawn, heights = grouped(f"{place.length:.2f}"), _heights(place)
        unit = f"m · Z {heights}" if heights else "m"
        return Row(Message("inspector.drawn_length"), drawn, unit, "computed", computed)
    return Row(Message("inspector.area"), grouped(f"{place.area:.0f}"), "m²", "computed", computed)


def _heights(place: BaseGeometry) -> str:
    """The Z of a place, from the lowest to the highest; empty when none is known."""
    if not shapely.has_z(place):
        return ""
    known = shapely.get_coordinates(place, include_z=True)[:, 2]
    known = known[np.isfinite(known)]
    if not len(known):
        return ""
    low, high = f"{known.min():.2f}", f"{known.max():.2f}"
    return low if low == high else f"{low}–{high}"


class RowView(QWidget):
    """One row: title, value, unit, origin tile."""

    def __init__(self, language: Language, theme: Theme, row: Row) -> None:
        super().__init__()
        self._language, self._theme = language, theme
        # English names of fields may take two lines; none is cut.
        self.setMinimumHeight(theme.size("row_field"))
        line = QHBoxLayout(self)
        line.setContentsMargins(12, 0, 12, 0)
        line.setSpacing(0)
        title = Label(language, theme, row.title, size="small", tone="quiet", wrap=True)
        title.setFixedWidth(TITLE_WIDTH)
        line.addWidget(title)
        line.addSpacing(8)
        line.addWidget(self._value(row), 1)
        if row.unit:
            unit = Label(language, theme, row.unit, size="small", tone="faint")
            unit.setContentsMargins(6, 0, 0, 0)
            line.addWidget(unit)
        line.addSpacing(6)
        if row.origin:
            line.addWidget(OriginTile(language, theme, row.origin, row.origin_note))
        elif row.unit:
            line.addSpacing(TILE)

    def show_value(self, value: Words) -> None:
        """Show another value."""
        self._label.show_words(value)

    def _value(self, row: Row) -> QWidget:
        if row.chip is not None:
            holder = QWidget()
            inner = QHBoxLayout(holder)
            inner.setContentsMargins(0, 0, 0, 0)
            inner.addWidget(Chip(self._language, self._theme, row.value, row.chip))
            inner.addStretch(1)
            return holder
        is_long = len(self._language.render(row.value)) > _LONG_VALUE
        tone = "quiet" if row.origin == "computed" else ""
        size = "small" if is_long else "base"
        self._label = ElidedLabel(self._language, self._theme, row.value, size=size, tone=tone)
        self._label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        # In line with the text of the fields, which stand in a frame.
        self._label.setContentsMargins(9, 0, 0, 0)
        return self._label


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
