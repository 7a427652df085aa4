"""One field of the form: what the book says, what is found, and whether that is the same."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from gisapp.forms.editors.flat import FlatEdit
from gisapp.forms.editors.offer_list import OfferList
from gisapp.forms.editors.offering import make_editor
from gisapp.forms.words import ElidedLabel, Label
from gisapp.language import Language, Words
from gisapp.panels.census.choice_strip import ChoiceStrip
from gisapp.theme import Theme
from layers.census.values import same
from layers.model.field import Field, ValueRefused
from layers.model.fields import BooleanField, ChoiceField
from layers.model.problem import Problem
from layers.text import Message

_FEW = 6


class FoundRow(QObject):
    """A field in the rows of a form. ``value`` None: it was not looked at. ``changed``: something was entered."""

    changed = Signal()

    def __init__(
        self,
        language: Language,
        theme: Theme,
        field: Field,
        popup: OfferList,
        parent: QObject,
        *,
        is_new: bool,
    ) -> None:
        super().__init__(parent)
        self._language, self.field, self._is_new = language, field, is_new
        self.book_value: Any = None
        self._instead: Words = ""
        self.value: Any = None
        self.problem: Problem | None = None
        self.title = ElidedLabel(language, theme, field.title, size="small", tone="quiet")
        self.book = ElidedLabel(language, theme, size="small")
        self.mark = Label(language, theme, size="small", tone="faint")
        #: What is wrong, beneath the field as in every form.
        self.note = Label(language, theme, size="small", tone="danger", wrap=True)
        self.note.hide()
        self.strip: ChoiceStrip | None = None
        if isinstance(field, ChoiceField) and _is_scale(field):
            self.strip = ChoiceStrip(language, theme, flowing=True)
            self.strip.offer([(entry.code, entry.title) for entry in field.code_list.entries if entry.active])
            self.strip.changed.connect(lambda: self.put(None if self.strip is None else self.strip.value))
            language.say(self.strip, "setAccessibleName", field.title)
        self.editor: FlatEdit | None = None
        if self.strip is None:
            self.editor = make_editor(language, theme, field, popup, None)
            self.editor.setObjectName("foundField")
            language.say(self.editor, "setAccessibleName", field.title)
            self.editor.typed.connect(self._enter)
            self.editor.picked.connect(self.put)
            self.editor.left.connect(self._show)
        self._show()

    def place(self, grid: QGridLayout, row: int) -> None:
        """Take the next rows of a form."""
        grid.addWidget(self.title, row, 0)
        # Where nothing is entered beside it, the book's word has the room.
        grid.addWidget(self.book, row, 1, 1, 1 if self.strip is None else 2)
        if self.strip is None:
            grid.addWidget(self.widget, row, 2)
        else:
            grid.addWidget(self.strip, row + 1, 0, 1, 4)
        grid.addWidget(self.mark, row, 3)
        grid.addWidget(self.note, row + 2, 1, 1, 3)
        # Now, not when the layout comes to it: the keyboard may be here before.
        for part in (self.title, self.book, self.widget, self.mark):
            part.show()

    def show_book(self, value: Any, instead: Words = "") -> None:
        """What the book says; ``instead``: why it says nothing."""
        self.book_value, self._instead = value, instead
        self._show()

    def put(self, value: Any) -> None:
        """This is found; None: it was not looked at."""
        self.value, self.problem = value, None
        if value is not None:
            self.problem = next((p for p in self.field.check(value) if p.severity == "error"), None)
        self._show()
        self.changed.emit()

    def confirm(self) -> None:
        """It is as in the book."""
        if self.value is None and self.problem is None and self.book_value is not None:
            self.put(self.book_value)

    def commit(self) -> None:
        """Take what stands in the field."""
        if self.editor is not None and self.editor.hasFocus():
            self.editor.commit()

    @property
    def widget(self) -> QWidget:
        """Where it is entered."""
        if self.strip is not None:
            return self.strip
        assert self.editor is not None
        return self.editor

    def focus(self) -> None:
        """Put the keyboard here."""
        self.widget.setFocus()

    @property
    def is_changed(self) -> bool:
        """Whether something else is found than the book says."""
        return self.value is not None and not self._is_new and not same(self.book_value, self.value)

    def set_enabled(self, on: bool) -> None:
        """Let it be filled in, or not."""
        self.widget.setEnabled(on)

    def _enter(self, text: str) -> None:
        try:
            self.value, self.problem = self.field.parse(text), None
        except ValueRefused as refused:
            self.value, self.problem = None, refused.problem
            if self.editor is not None:
                # What is called wrong stays to be read, also when the keyboard has gone elsewhere.
                self.editor.show_value(None, text, text)
        else:
            if self.value is not None:
                self.problem = next((p for p in self.field.check(self.value) if p.severity == "error"), None)
        self._mark()
        self.changed.emit()

    def _show(self) -> None:
        code, field = self._language.code, self.field
        told: Words = self._instead or "—"
        if self.book_value is not None:
            told = field.show(self.book_value, code)
        if field.unit and self.book_value is not None:
            told = f"{told} {field.unit}"
        self.book.show_words("" if self._is_new else told)
        if self.strip is not None:
            self.strip.choose(self.value)
        elif self.editor is not None and (self.problem is None or self.value is not None):
            value = self.value
            shown = field.show(value, code) if value is not None else ""
            self.editor.show_value(value, shown, field.format(value, code) if value is not None else "")
        self._mark()

    def _mark(self) -> None:
        state = "wrong" if self.problem is not None else "warn" if self.is_changed else ""
        if self.editor is not None:
            self.editor.show_state(state)
        words, tone = "", "faint"
        if self.problem is not None:
            words, tone = "wrong", "danger"
        elif self._is_new:
            pass
        elif self.is_changed:
            words, tone = "differs", "warn"
        elif self.value is not None:
            words = "same"
        self.mark.show_words(Message(f"census_desk.mark.{words}") if words else "")
        self.mark.set_tone(tone)  # type: ignore[arg-type]
        self.note.show_words("" if self.problem is None else self.problem.message)
        self.note.setVisible(self.problem is not None)


def _is_scale(field: ChoiceField) -> bool:
    """Whether the entries are the steps of a scale, written with digits: they are pressed, not looked for."""
    entries = [entry for entry in field.code_list.entries if entry.active]
    return (
        not isinstance(field, BooleanField)
        and 1 < len(entries) <= _FEW
        and all(e.code.isdigit() for e in entries)
    )
