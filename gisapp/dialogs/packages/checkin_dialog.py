"""A file that came back: what of it would be taken in, what not and why, what is in dispute."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from gisapp.dialogs.frame import Dialog
from gisapp.dialogs.packages.dispute_list import DisputeList, DisputeRow
from gisapp.forms.words import Label
from gisapp.language import Language
from gisapp.theme import Theme
from layers.text import Message


class CheckinDialog(Dialog):
    """``go``: take it in, with the disputes decided here (key to whether the field is right); others stay open."""

    go = Signal(object)

    def __init__(
        self,
        language: Language,
        theme: Theme,
        title: Message,
        lines: Sequence[Message],
        rows: Sequence[DisputeRow],
        parent: QWidget,
        *,
        is_idle: bool = False,
    ) -> None:
        super().__init__(language, theme, Message("packages.in.title"), parent, 600)
        self.body.addWidget(Label(language, theme, title, size="heading", strong=True, wrap=True))
        for line in lines:
            self.body.addWidget(Label(language, theme, line, wrap=True))
        self.list = DisputeList(language, theme, rows)
        self.list.setVisible(bool(rows))
        self.body.addWidget(self.list, 1)
        note = Message("packages.in.note" if rows else "packages.in.kept")
        self.body.addWidget(Label(language, theme, note, size="small", tone="faint", wrap=True))
        self.button = self.add_buttons(Message("packages.in.go"), Message("settings.cancel"))
        self.button.setEnabled(not is_idle)

    def accept(self) -> None:
        """Go: tell what was decided."""
        self.go.emit(self.list.answers)
        super().accept()


class DisputesDialog(Dialog):
    """What is still in dispute: ``go`` tells what was decided."""

    go = Signal(object)

    def __init__(self, language: Language, theme: Theme, rows: Sequence[DisputeRow], parent: QWidget) -> None:
        super().__init__(language, theme, Message("packages.disputes.title"), parent, 600)
        words = Message("packages.disputes.count", {"count": len(rows)})
        self.body.addWidget(Label(language, theme, words, tone="quiet", wrap=True))
        self.list = DisputeList(language, theme, rows)
        self.body.addWidget(self.list, 1)
        self.button = self.add_buttons(Message("packages.disputes.go"), Message("settings.cancel"))
        self.button.setEnabled(False)
        self.list.chosen.connect(lambda: self.button.setEnabled(bool(self.list.answers)))

    def accept(self) -> None:
        """Go: tell what was decided."""
        self.go.emit(self.list.answers)
        super().accept()
