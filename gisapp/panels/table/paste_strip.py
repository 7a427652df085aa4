"""What a paste would do, before it does it: how many cells of which columns, or which cells are wrong and why."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QListWidget, QListWidgetItem, QVBoxLayout

from gisapp.forms.escape import claims_escape
from gisapp.forms.words import Button, Label, set_style
from gisapp.language import Language
from gisapp.theme import Theme
from layers.model.catalogue import AssetType
from layers.table.pasting import CellPlan, Refused
from layers.text import Message

LISTED = 200
_SHOWN = 120
_LINE, _LINES = 26, 3


class PasteStrip(QFrame):
    """``accepted``: the plan shown shall be written. ``row_asked``: a row of the table shall be shown."""

    accepted = Signal(object)
    left = Signal()
    row_asked = Signal(int)

    def __init__(self, language: Language, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("pasteStrip")
        self._language = language
        self._plan: CellPlan | None = None
        self.words = Label(language, theme, strong=True)
        self.hint = Label(language, theme, size="small", tone="quiet")
        self.write = Button(language, Message("table.write"), "primary")
        self.write.clicked.connect(self._accept)
        self.cancel = Button(language, Message("settings.cancel"))
        self.cancel.clicked.connect(self._leave)
        self.cells = QListWidget()
        self.cells.setFont(theme.font("small"))
        self.cells.itemClicked.connect(self._on_cell)
        self.cells.itemActivated.connect(self._on_cell)
        head = QHBoxLayout()
        head.setSpacing(12)
        head.addWidget(self.words)
        head.addWidget(self.hint)
        head.addStretch(1)
        head.addWidget(self.cancel)
        head.addWidget(self.write)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 6, 12, 6)
        column.setSpacing(4)
        column.addLayout(head)
        column.addWidget(self.cells)
        self.hide()

    def show_plan(self, asset_type: AssetType, plan: CellPlan) -> None:
        """Show what it would do, or why it cannot."""
        self._plan = plan
        wrong = bool(plan.refused)
        told = plan.refused or plan.odd
        names = {f.name: f.title for f in asset_type.fields}
        if wrong:
            self.words.show_words(Message("table.refused", {"count": f"{len(plan.refused):,}"}))
            self.hint.show_words(Message("table.refused.hint"))
        else:
            counts = tuple(
                Message("table.cells_of", {"field": names[name], "count": f"{count:,}"})
                for name, count in plan.counts.items()
            )
            effect = {"rows": f"{len(plan.rows):,}", "type": asset_type.plural, "cells": counts}
            self.words.show_words(Message("table.effect", effect))
            self.hint.show_words(
                Message("table.odd", {"count": f"{len(plan.odd):,}"})
                if plan.odd
                else Message("table.undoable")
            )
        set_style(self, "severity", "error" if wrong else "warning" if plan.odd else "info")
        self.write.setVisible(not wrong)
        self.cells.clear()
        for cell in told[:LISTED]:
            item = QListWidgetItem(self._language.render(_cell_words(cell)))
            item.setData(Qt.ItemDataRole.UserRole, cell.row)
            self.cells.addItem(item)
        self.cells.setFixedHeight(_LINE * min(len(told), _LINES) + 4)
        self.cells.setVisible(bool(told))
        self.show()
        (self.cancel if wrong else self.write).setFocus()

    def event(self, event: QEvent) -> bool:
        # Esc here leaves the strip; it is not the window's, which would let go of the selection.
        return claims_escape(event) or bool(super().event(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._leave()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._accept() if self.write.hasFocus() else self._leave()
        else:
            super().keyPressEvent(event)

    def _accept(self) -> None:
        plan = self._plan
        self._leave()
        if plan is not None and not plan.refused:
            self.accepted.emit(plan)

    def _leave(self) -> None:
        self._plan = None
        self.hide()
        self.left.emit()

    def _on_cell(self, item: QListWidgetItem) -> None:
        self.row_asked.emit(item.data(Qt.ItemDataRole.UserRole))


def _cell_words(cell: Refused) -> Message:
    text = cell.text if len(cell.text) <= _SHOWN else f"{cell.text[:_SHOWN]}…"
    told = {"name": cell.name, "field": cell.field.title, "text": text, "why": cell.why}
    return Message("table.cell", told)
