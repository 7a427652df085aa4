"""Values in dispute, one below the other: the office's or the field's is chosen, or it is left for later."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from gisapp.forms.mine_theirs import MineTheirs
from gisapp.forms.words import Button, Label, Line, SymbolLabel
from gisapp.language import Language
from gisapp.theme import Theme
from layers.model.catalogue import AssetType
from layers.text import Message, Title

SHOWN = 60
_HEIGHT = 260


@dataclass(frozen=True)
class DisputeRow:
    """One value: of what, when it went out, in the office, from the field. ``key`` tells it apart."""

    key: object
    type: AssetType
    name: str
    field: Title | Message
    base: str
    office: str
    found: str


class DisputeList(QWidget):
    """``chosen`` whenever a side is taken. ``answers``: those rows that were decided, True for the field's value."""

    chosen = Signal()

    def __init__(self, language: Language, theme: Theme, rows: Sequence[DisputeRow]) -> None:
        super().__init__()
        self.pairs: dict[object, MineTheirs] = {}
        self._language, self._theme = language, theme
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 8, 0)
        column.setSpacing(4)
        for row in rows[:SHOWN]:
            column.addWidget(Line())
            self._add(column, row)
        if len(rows) > SHOWN:
            more = Message("packages.more", {"count": len(rows) - SHOWN})
            column.addWidget(Label(language, theme, more, size="small", tone="faint", wrap=True))
        column.addStretch(1)
        scroll = QScrollArea(widgetResizable=True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidget(page)
        scroll.setMinimumHeight(min(_HEIGHT, page.sizeHint().height() + 4))
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        if len(rows) > 1:
            whole.addLayout(self._for_all())
        whole.addWidget(scroll, 1)

    @property
    def answers(self) -> dict[object, bool]:
        return {key: pair.answer for key, pair in self.pairs.items() if pair.answer is not None}

    def choose_all(self, field: bool) -> None:
        """Take one side everywhere."""
        for pair in self.pairs.values():
            pair.choose(field)

    def _for_all(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addStretch(1)
        for name, field in (("field", True), ("office", False)):
            button = Button(self._language, Message(f"packages.all.{name}"), "link")
            button.setObjectName(f"all_{name}")
            button.clicked.connect(lambda _=False, which=field: self.choose_all(which))
            row.addWidget(button)
        return row

    def _add(self, column: QVBoxLayout, row: DisputeRow) -> None:
        head = QHBoxLayout()
        head.setSpacing(6)
        symbol = SymbolLabel(self._theme, 16)
        symbol.show_type(row.type)
        head.addWidget(symbol)
        words = Message("packages.dispute", {"name": row.name, "field": row.field, "base": row.base})
        head.addWidget(Label(self._language, self._theme, words, wrap=True), 1)
        column.addLayout(head)
        pair = MineTheirs(
            self._language,
            self._theme,
            Message("packages.field_value", {"value": row.found}),
            Message("packages.office_value", {"value": row.office}),
        )
        pair.setContentsMargins(22, 0, 0, 2)
        pair.chosen.connect(lambda _: self.chosen.emit())
        self.pairs[row.key] = pair
        column.addWidget(pair)
