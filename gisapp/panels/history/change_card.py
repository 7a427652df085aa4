"""One asset before and after, as a card: each field with both values, a way back to the old one, its old place."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from gisapp.forms.words import Button, ElidedLabel, IconButton, Label, SymbolLabel
from gisapp.language import Language
from gisapp.panels.history.acts import HistoryActs
from gisapp.theme import Theme
from layers.history.restoring import preview_field
from layers.history.wording import AssetChange, FieldChange
from layers.text import Message

TITLE_WIDTH = 92
#: So many fields are shown before the rest is folded.
FIELDS = 12


class ChangeCard(QWidget):
    """``version`` is the change set before the act: what a field goes back to. None offers no way back."""

    def __init__(
        self,
        language: Language,
        theme: Theme,
        change: AssetChange,
        acts: HistoryActs,
        *,
        named: bool,
        version: int | None = None,
        may_restore: Callable[[], bool] = lambda: False,
    ) -> None:
        super().__init__()
        self._language, self._theme, self._change, self._acts = language, theme, change, acts
        self._version, self._may_restore = version, may_restore
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        if named:
            column.addWidget(self._name())
        elif change.operation != "update":
            words = Message("inspector.created" if change.operation == "insert" else "inspector.deleted")
            column.addWidget(Label(language, theme, words, size="small", tone="quiet"))
        if change.fields:
            column.addLayout(self._fields())

    def _name(self) -> QWidget:
        change = self._change
        line = QWidget()
        row = QHBoxLayout(line)
        row.setContentsMargins(0, 2, 0, 0)
        row.setSpacing(6)
        symbol = SymbolLabel(self._theme, 16)
        symbol.show_type(change.type)
        button = Button(self._language, change.name, "link")
        self._language.hint(button, Message("inspector.fly.tip"))
        button.setEnabled(change.operation != "delete")
        button.clicked.connect(lambda: self._acts.show_asked.emit(change.key))
        row.addWidget(symbol)
        row.addWidget(button)
        words = {"insert": "inspector.created", "delete": "inspector.deleted"}.get(change.operation)
        if words is not None:
            row.addWidget(Label(self._language, self._theme, Message(words), size="small", tone="quiet"))
        row.addStretch(1)
        if change.operation == "delete" and change.old_place is not None:
            row.addWidget(self._ghost_button())
        return line

    def _fields(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(1)
        grid.setColumnMinimumWidth(0, TITLE_WIDTH)
        grid.setColumnStretch(1, 1)
        for number, field in enumerate(self._change.fields[:FIELDS]):
            self._field(grid, number, field)
        left = len(self._change.fields) - FIELDS
        if left > 0:
            more = Message("inspector.more", {"count": left})
            grid.addWidget(Label(self._language, self._theme, more, size="small", tone="faint"), FIELDS, 1)
        return grid

    def _field(self, grid: QGridLayout, number: int, field: FieldChange) -> None:
        title = ElidedLabel(self._language, self._theme, field.title, size="small", tone="quiet")
        title.setFixedWidth(TITLE_WIDTH)
        value = Label(self._language, self._theme, field.told, size="small", wrap=True)
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        grid.addWidget(title, number, 0)
        grid.addWidget(value, number, 1)
        row = QHBoxLayout()
        row.setSpacing(0)
        row.addStretch(1)
        if field.is_place and self._change.is_moved:
            row.addWidget(self._ghost_button())
        if self._version is not None:
            back = IconButton(
                self._language,
                self._theme,
                "arrow-counter-clockwise",
                Message("history.restore_field", {"field": field.title, "value": field.before}),
            )
            back.setMinimumHeight(0)
            back.setObjectName("restoreField")
            back.setEnabled(self._may_restore())
            back.clicked.connect(partial(self._restore_field, field.field))
            row.addWidget(back)
        grid.addLayout(row, number, 2)

    def _ghost_button(self) -> IconButton:
        button = IconButton(
            self._language, self._theme, "eye", Message("history.ghost"), active="accent_ink", checkable=True
        )
        button.setMinimumHeight(0)
        button.setObjectName("ghostButton")
        change = self._change
        button.toggled.connect(lambda on: self._acts.ghost_asked.emit((change,) if on else ()))
        return button

    def _restore_field(self, name: str) -> None:
        key, version = self._change.key, self._version
        if version is not None:
            self._acts.restore_asked.emit(lambda register, _: preview_field(register, key, name, version))
