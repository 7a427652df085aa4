"""What a feature of a reference layer says: its columns as the file names them, to be read and copied."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QScrollArea, QWidget

from gisapp.dialogs.frame import Dialog
from gisapp.forms.words import Label
from gisapp.language import Language, Words
from gisapp.theme import Theme
from layers.text import Message

_HEIGHT = 320


class FeatureDialog(Dialog):
    """Read-only."""

    def __init__(
        self,
        language: Language,
        theme: Theme,
        name: Words,
        values: Sequence[tuple[Words, object]],
        parent: QWidget,
    ) -> None:
        super().__init__(language, theme, Message("reference.feature", {"name": name}), parent)
        page = QWidget()
        grid = QGridLayout(page)
        grid.setHorizontalSpacing(16)
        grid.setColumnStretch(1, 1)
        for row, (column, value) in enumerate(values):
            said = Label(language, theme, "—" if value is None else str(value), wrap=True)
            said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(Label(language, theme, column, size="small", tone="quiet"), row, 0)
            grid.addWidget(said, row, 1)
        grid.setRowStretch(len(values), 1)
        area = QScrollArea(widgetResizable=True)
        area.setMinimumHeight(min(_HEIGHT, 40 + 26 * len(values)))
        area.setWidget(page)
        note = Label(
            language, theme, Message("reference.feature_note"), size="small", tone="faint", wrap=True
        )
        self.body.addWidget(note)
        self.body.addWidget(area, 1)
        self.add_buttons(Message("reference.close"))
