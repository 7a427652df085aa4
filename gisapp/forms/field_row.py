"""FieldRow: one field of a form: its name, what one types into, unit, where the value came from, what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from gisapp.forms.chip import OriginTile
from gisapp.forms.editors.flat import FlatEdit
from gisapp.forms.rows import TILE, TITLE_WIDTH
from gisapp.forms.showing import exact_words, limits_words, origin_of, unit_words, value_words
from gisapp.forms.words import IconButton, Label, Tone
from gisapp.language import Language, Words
from gisapp.theme import Theme
from layers.model.draft import MIXED, Draft
from layers.model.fields import Field, LinkField, NumericField
from layers.text import Message

#: Finds the name of what a link points to.
NameOf = Callable[[LinkField, Any], str]


class FieldRow(QWidget):
    """Shows one field of a draft. ``tile_asked``: where the value comes from shall be shown or set."""

    tile_asked = Signal()
    link_asked = Signal(object)

    def __init__(
        self,
        language: Language,
        theme: Theme,
        field: Field,
        editor: FlatEdit,
        name_of: NameOf,
        *,
        inset: int = 0,
        with_origin: bool = False,
    ) -> None:
        super().__init__()
        self._language, self._theme, self.field, self.editor = language, theme, field, editor
        self._name_of = name_of
        self._with_origin = with_origin
        self._draft: Draft | None = None
        self._note: Label | None = None
        self.tile: OriginTile | None = None
        self._go: IconButton | None = None
        column = self._column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        self._line = QHBoxLayout()
        self._line.setContentsMargins(12 + inset, 0, 12, 0)
        self._line.setSpacing(0)
        title = Label(language, theme, field.title, size="small", tone="quiet", wrap=True)
        title.setFixedWidth(TITLE_WIDTH - inset)
        title.setBuddy(editor)
        if field.note is not None:
            language.say(title, "setToolTip", field.note)
        language.say(editor, "setAccessibleName", field.title)
        self._line.addWidget(title)
        self._line.addSpacing(8)
        self._line.addWidget(editor, 1)
        unit = Label(language, theme, unit_words(field), size="small", tone="faint")
        if field.unit:
            unit.setContentsMargins(6, 0, 0, 0)
            self._line.addWidget(unit)
        self._line.addSpacing(6)
        column.addLayout(self._line)
        # English names may take two lines.
        self.setMinimumHeight(theme.size("row_field"))

    def show_draft(self, draft: Draft, *, writable: bool) -> None:
        """Show the field as it stands in ``draft``."""
        self._draft = draft
        name = self.field.name
        self.editor.setReadOnly(not writable)
        self.editor.setFocusPolicy(Qt.FocusPolicy.StrongFocus if writable else Qt.FocusPolicy.ClickFocus)
        refused = draft.refused(name)
        value = draft.value(name)
        if refused is not None:
            self.editor.show_value(value, refused, refused)
        else:
            shown, exact = self._texts(value)
            self.editor.show_value(value, shown, exact)
        if name not in draft.changed:
            self.editor.forget_typing()
        self.editor.setPlaceholderText(self._placeholder(value))
        self.show_marks()

    def show_marks(self) -> None:
        """Show anew what is wrong, changed, and where the value came from."""
        draft = self._draft
        if draft is None:
            return
        name = self.field.name
        is_changed = name in draft.changed
        problems = draft.problems(name)
        matters = is_changed or (draft.is_new and bool(draft.changed))
        worst = problems[0].severity if problems and (matters or draft.value(name) is not None) else ""
        state = {"error": "wrong", "warning": "warn"}.get(worst, "")
        if not state and is_changed:
            state = "changed"
        if not state and draft.value(name) is MIXED:
            state = "mixed"
        self.editor.show_state(state)
        self._show_tile(draft, is_changed)
        self._show_note(draft, is_changed)

    # ---- inside

    def _texts(self, value: Any) -> tuple[str, str]:
        if isinstance(self.field, LinkField):
            shown = "" if value is None or value is MIXED else self._name_of(self.field, value)
            return shown, shown
        render = self._language.render
        return render(value_words(self.field, value)), render(exact_words(self.field, value))

    def _placeholder(self, value: Any) -> str:
        if value is MIXED:
            return self._language.render(Message("form.mixed"))
        return "—" if not self.editor.isReadOnly() or value is None else ""

    def _show_tile(self, draft: Draft, is_changed: bool) -> None:
        name = self.field.name
        sign, note = origin_of(draft.asset_type, name, draft.values) if self._with_origin else ("", "")
        if self._with_origin and not sign:
            sign, note = "none", Message("form.origin.none")
        if is_changed:
            sign, note = "edited", Message("inspector.origin.edited")
        if not sign and self._can_go(draft):
            self._show_go(draft)
            return
        if self._go is not None:
            self._go.hide()
        if not sign:
            if self.tile is not None:
                self.tile.hide()
            self._keep_room(self.tile is None)
            return
        if self.tile is None:
            self.tile = OriginTile(self._language, self._theme, sign, note)
            self.tile.clicked.connect(self.tile_asked)
            self._keep_room(False)
            self._line.addWidget(self.tile)
        self.tile.setEnabled(True)
        self.tile.show_origin(sign, note)
        self.tile.show()

    def _keep_room(self, needed: bool) -> None:
        """Units stand in one column whether or not a tile follows."""
        margins = self._line.contentsMargins()
        margins.setRight(12 + TILE if needed else 12)
        self._line.setContentsMargins(margins)

    def _can_go(self, draft: Draft) -> bool:
        value = draft.value(self.field.name)
        return isinstance(self.field, LinkField) and value is not None and value is not MIXED

    def _show_go(self, draft: Draft) -> None:
        value = draft.value(self.field.name)
        assert isinstance(self.field, LinkField)
        tip = Message("form.link.go", {"name": self._name_of(self.field, value)})
        if self._go is None:
            self._go = IconButton(self._language, self._theme, "arrow-right", tip, color="accent_ink")
            self._go.setObjectName("goButton")
            self._go.setMinimumHeight(0)
            self._go.setFixedSize(TILE, TILE)
            self._go.clicked.connect(self._on_go)
            self._line.addWidget(self._go)
            self._keep_room(False)
        self._language.hint(self._go, tip)
        if self.tile is not None:
            self.tile.hide()
        self._go.show()

    def _on_go(self) -> None:
        if self._draft is not None:
            self.link_asked.emit((self.field, self._draft.value(self.field.name)))

    def _show_note(self, draft: Draft, is_changed: bool) -> None:
        words, tone = self._note_words(draft, is_changed)
        if not words:
            if self._note is not None:
                self._note.hide()
            return
        if self._note is None:
            self._note = Label(self._language, self._theme, size="small", wrap=True)
            inset = self._line.contentsMargins().left()
            self._note.setContentsMargins(inset + TITLE_WIDTH + 8 - (inset - 12), 1, 12, 4)
            self._column.addWidget(self._note)
        self._note.show_words(words)
        if self._note.property("tone") != tone:
            self._note.set_tone(tone)
        self._note.show()

    def _note_words(self, draft: Draft, is_changed: bool) -> tuple[Words, Tone]:
        name = self.field.name
        problems = draft.problems(name)
        is_here = self.editor.hasFocus()
        if problems and (is_changed or (is_here and draft.value(name) is not None)):
            return problems[0].message, "danger" if problems[0].severity == "error" else "warn"
        parts: list[Words] = []
        if isinstance(self.field, NumericField) and (is_here or is_changed) and not self.editor.isReadOnly():
            limits = limits_words(self.field)
            parts += [limits] if limits else []
        if is_changed and not draft.is_new:
            parts.append(self._was(draft))
        if len(parts) == 2:
            return Message("form.two_notes", {"first": parts[0], "second": parts[1]}), "quiet"
        return (parts[0], "quiet") if parts else ("", "quiet")

    def _was(self, draft: Draft) -> Words:
        contested = next((each for each in draft.contested if each.field == self.field.name), None)
        base = draft.base(self.field.name) if contested is None else contested.base
        if base is MIXED:
            return Message("form.was_mixed")
        if base is None:
            return Message("form.was_empty")
        words = self._name_of(self.field, base) if isinstance(self.field, LinkField) else None
        which = "form.was" if contested is None else "form.was_both"
        return Message(which, {"value": words or value_words(self.field, base)})

    @property
    def note_text(self) -> str:
        """The sentence under the field, if there is one."""
        return "" if self._note is None or self._note.isHidden() else self._note.text()
