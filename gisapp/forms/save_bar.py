"""SaveBar: how much is unsaved, and the two ways out of it; it also asks before unsaved work is left."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from gisapp.forms.words import Button, IconLabel, Label, set_style
from gisapp.language import Language, Words
from gisapp.theme import Theme
from layers.errors import UserError
from layers.text import Message


class SaveBar(QFrame):
    """Stands under a form as long as there is something to save or to say."""

    save_asked = Signal()
    revert_asked = Signal()
    leave_saving_asked = Signal()
    leave_dropping_asked = Signal()
    stay_asked = Signal()

    def __init__(self, language: Language, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("saveBar")
        self._icon = IconLabel(theme, "warning-circle", 16, "danger")
        self._text = Label(language, theme, size="small", wrap=True)
        self._hint = Label(language, theme, size="small", tone="quiet", wrap=True)
        self.revert = Button(language, Message("form.revert"))
        self.save = Button(language, Message("form.save"), "primary")
        self.drop = Button(language, Message("form.leave.drop"))
        self.stay = Button(language, Message("form.leave.stay"))
        self.leave_saving = Button(language, Message("form.leave.save"), "primary")
        for button, signal in (
            (self.save, self.save_asked),
            (self.revert, self.revert_asked),
            (self.leave_saving, self.leave_saving_asked),
            (self.drop, self.leave_dropping_asked),
            (self.stay, self.stay_asked),
        ):
            button.clicked.connect(signal)
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(self._text)
        texts.addWidget(self._hint)
        upper = QHBoxLayout()
        upper.setSpacing(6)
        upper.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        upper.addLayout(texts, 1)
        for button in (self.revert, self.save):
            upper.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        lower = QHBoxLayout()
        lower.setSpacing(8)
        for button in (self.stay, self.drop, self.leave_saving):
            lower.addWidget(button)
        lower.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.setSpacing(8)
        column.addLayout(upper)
        column.addLayout(lower)
        self.hide()

    def show_nothing(self) -> None:
        """Everything is saved."""
        self.hide()

    def show_unsaved(self, words: Words, note: Words = "", *, can_save: bool = True) -> None:
        """So much is unsaved; ``note`` says what saving would do or what keeps it from being saved."""
        self._show("", words, note)
        self.save.setVisible(True)
        self.revert.setVisible(True)
        self.save.setEnabled(can_save)

    def show_saving(self) -> None:
        """It is on its way."""
        self._show("", Message("form.saving"), "")

    def show_failed(self, error: UserError) -> None:
        """It could not be saved; what was entered is still there."""
        self._show("danger", Message("form.not_saved", {"reason": error.title}), error.hint or "")
        self._icon.show()
        self.save.setVisible(True)
        self.save.setEnabled(True)
        self.revert.setVisible(True)

    def ask_leave(self, words: Words) -> None:
        """Somebody wants to go elsewhere: save, drop, or stay."""
        self._show("ask", words, "")
        for button in (self.stay, self.drop, self.leave_saving):
            button.show()
        self.leave_saving.setFocus()

    def _show(self, kind: str, words: Words, note: Words) -> None:
        for part in (self._icon, self.save, self.revert, self.stay, self.drop, self.leave_saving):
            part.hide()
        if self.property("kind") != kind:
            set_style(self, "kind", kind)
        self._text.show_words(words)
        self._hint.show_words(note)
        self._hint.setVisible(bool(note))
        self.show()
