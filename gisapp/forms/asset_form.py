"""AssetForm: everything one can say of an asset, made from the catalogue; of one, a new one or several at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QScrollArea, QVBoxLayout, QWidget

from gisapp.forms.editors.flat import FlatEdit
from gisapp.forms.editors.offer_list import OfferList
from gisapp.forms.editors.offering import OfferEdit, make_editor
from gisapp.forms.editors.offers import LinkSearch
from gisapp.forms.field_row import FieldRow
from gisapp.forms.rows import RowView
from gisapp.forms.section import Section, by_section
from gisapp.language import Language
from gisapp.tasks import Debounce
from gisapp.theme import Theme
from layers.model.computed import Computed, computed_value
from layers.model.draft import MIXED, Draft
from layers.model.fields import Field, LinkField

#: A wrong value is told once the typing pauses, or the keyboard leaves the field.
PAUSE = 300


class AssetForm(QWidget):
    """Shows a ``Draft`` and lets it be changed; it saves nothing itself.

    ``edited``: something was entered or taken back. ``link_asked`` gives a field and its value to go to.
    """

    edited = Signal()
    link_asked = Signal(object)

    def __init__(self, language: Language, theme: Theme, search: LinkSearch | None = None) -> None:
        super().__init__()
        self.language, self.theme, self._search = language, theme, search
        self.draft: Draft | None = None
        self.rows: dict[str, FieldRow] = {}
        self._computed: list[tuple[Computed, RowView]] = []
        self.sections: list[Section] = []
        self._names: dict[tuple[str, Any], str] = {}
        self.is_writable = True
        self.popup = OfferList(language, theme)
        self._pause = Debounce(PAUSE, self.show_marks, self)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 8)
        self._column.setSpacing(0)
        language.changed.connect(self.refresh)
        self.destroyed.connect(self.popup.deleteLater)

    # ---- what it shows

    def show_draft(
        self,
        draft: Draft,
        names: Mapping[tuple[str, Any], str] | None = None,
        *,
        writable: bool = True,
    ) -> None:
        """Show ``draft``; ``names`` are what links point to, by field and value.

        What is filled is laid open, the rest is folded behind a line. Of a new asset the first section is open.
        """
        before, kept = self.draft, self.draft is draft
        self.draft, self.is_writable = draft, writable
        self._names.update(names or {})
        if kept:
            for section in self.sections:
                section.show_place(draft)
            self.refresh()
            return
        if before is not None and before.looks_like(draft):
            self._show_other(draft)
            return
        self._clear()
        for name, (title, fields) in by_section(draft.asset_type).items():
            if draft.is_many:
                # What must be unique cannot be given to several.
                fields = [field for field in fields if not field.unique]
            section = Section(self, title, name, fields)
            if section.count:
                self.sections.append(section)
                self._column.addWidget(section)
        self._column.addStretch(1)
        self.refresh()

    def _show_other(self, draft: Draft) -> None:
        """Another asset of the same type: the rows that are there serve it."""
        self.popup.hide()
        self._pause.stop()
        for name in list(self.rows):
            if draft.asset_type.field_named(name).companion_of is not None:
                self.rows[name].hide()
        for section in self.sections:
            section.show_other(draft)
        self.refresh()

    def refresh(self) -> None:
        """Show every value anew."""
        draft = self.draft
        if draft is None:
            return
        for section in self.sections:
            section.unfold_filled(draft)
        for row in self.rows.values():
            if not row.isHidden():
                row.show_draft(draft, writable=self.is_writable)
        self._show_computed(draft)

    def show_fields(self, names: Iterable[str]) -> None:
        """Show these fields anew, and what follows from them."""
        if self.draft is None:
            return
        for name in names:
            if name in self.rows:
                self.rows[name].show_draft(self.draft, writable=self.is_writable)
        self._show_computed(self.draft)

    def knows(self, names: Mapping[tuple[str, Any], str]) -> bool:
        """Whether links are called so already."""
        return all(self._names.get(link) == name for link, name in names.items())

    def show_marks(self) -> None:
        """Show anew what is wrong and what is changed, not the values that are being typed."""
        for row in self.rows.values():
            row.show_marks()

    def learn_name(self, field: LinkField, value: Any, name: str) -> None:
        """What a link points to is called so."""
        self._names[field.name, value] = name
        row = self.rows.get(field.name)
        if row is not None and self.draft is not None:
            row.show_draft(self.draft, writable=self.is_writable)

    def ask_names(self) -> None:
        """Learn what the links point to that are shown by number yet."""
        draft = self.draft
        for field in draft.asset_type.links if draft is not None else ():
            value = None if draft is None else draft.value(field.name)
            if value not in (None, MIXED) and (field.name, value) not in self._names and self._search:
                self._search.name(field, value, partial(self.learn_name, field, value))

    def name_of(self, field: LinkField, value: Any) -> str:
        """What a link points to is called."""
        known = self._names.get((field.name, value))
        return known if known is not None else (str(value) if field.several else f"#{value}")

    # ---- what is asked of it

    def commit(self) -> None:
        """Take what stands in the field that has the keyboard."""
        editor = QApplication.focusWidget()
        if isinstance(editor, FlatEdit) and self.isAncestorOf(editor):
            editor.commit()

    def escape(self) -> bool:
        """Esc: the field with the keyboard goes back to what it was; whether there was anything to take back."""
        editor = QApplication.focusWidget()
        if not isinstance(editor, FlatEdit) or not self.isAncestorOf(editor) or self.draft is None:
            return False
        if isinstance(editor, OfferEdit) and editor.is_open:
            editor.close_list()
            return True
        if editor.field.name in self.draft.changed or editor.is_typing:
            self.draft.revert(editor.field.name)
            self._show_field(editor.field.name)
            editor.selectAll()
            return True
        return False

    def reveal(self, name: str) -> None:
        """Lay open the field, bring it into view and put the keyboard into it."""
        row = self._row(name)
        if row is None:
            return
        parent = self.parent()
        while parent is not None and not isinstance(parent, QScrollArea):
            parent = parent.parent()
        row.editor.setFocus(Qt.FocusReason.OtherFocusReason)
        if isinstance(parent, QScrollArea):
            parent.ensureWidgetVisible(row, 0, 40)

    def row(self, name: str) -> FieldRow:
        """The row of a field, laid open."""
        row = self._row(name)
        assert row is not None
        return row

    # ---- inside

    def make_row(self, field: Field, *, inset: int = 0) -> FieldRow:
        """The row of a field, tied to the draft."""
        assert self.draft is not None
        editor = make_editor(self.language, self.theme, field, self.popup, self._search)
        with_origin = f"{field.name}_origin" in self.draft.asset_type
        row = FieldRow(
            self.language, self.theme, field, editor, self.name_of, inset=inset, with_origin=with_origin
        )
        name = field.name
        editor.typed.connect(lambda text: self._enter(name, text))
        editor.picked.connect(lambda value: self._put(name, value))
        editor.left.connect(lambda: self._on_left(name))
        editor.came.connect(row.show_marks)
        if isinstance(editor, OfferEdit):
            editor.lost.connect(lambda text: self._lose(name, text))
        row.tile_asked.connect(lambda: self._toggle_origin(name))
        row.link_asked.connect(self.link_asked)
        self.rows[name] = row
        return row

    def _row(self, name: str) -> FieldRow | None:
        row = self.rows.get(name)
        if (row is None or row.isHidden()) and self.draft is not None:
            owner = self.draft.asset_type.field_named(name).companion_of
            if owner is not None:
                self._row(owner)
                self._open_origin(owner)
                self.rows[name].show()
                self.rows[name].show_draft(self.draft, writable=self.is_writable)
            for section in self.sections:
                section.lay_open(name, self.draft, self.is_writable)
        return self.rows.get(name)

    def _enter(self, name: str, text: str) -> None:
        if self.draft is not None:
            self.draft.enter(name, text)
            if not any(problem.severity == "error" for problem in self.draft.problems(name)):
                self.rows[name].show_marks()
            self._pause.touch()
            self._tell(name)

    def _put(self, name: str, value: Any) -> None:
        if self.draft is None:
            return
        field = self.draft.asset_type.field_named(name)
        if isinstance(field, LinkField) and value is not None:
            self._name_link(field, value)
        self.draft.put(name, value)
        self._show_field(name)

    def _name_link(self, field: LinkField, value: Any) -> None:
        """A target chosen from the list is called as it was listed; of one clicked the name is asked."""
        editor = self.rows[field.name].editor
        if isinstance(editor, OfferEdit) and editor.taken == value:
            self._names[field.name, value] = editor.text()
        elif self._search is not None and (field.name, value) not in self._names:
            self._search.name(field, value, lambda name: self.learn_name(field, value, name))

    def _lose(self, name: str, text: str) -> None:
        if self.draft is not None:
            field = self.draft.asset_type.field_named(name)
            self.draft.refuse(name, text, field.problem("not_a_link", "error", text))
            self._show_field(name)

    def _show_field(self, name: str) -> None:
        row = self.rows.get(name)
        if self.draft is not None and row is not None:
            row.show_draft(self.draft, writable=self.is_writable)
            self._tell(name)

    def _tell(self, name: str) -> None:
        assert self.draft is not None
        owner = self.draft.asset_type.field_named(name).companion_of
        if owner is not None and owner in self.rows:
            self.rows[owner].show_marks()
        self._show_computed(self.draft)
        self.edited.emit()

    def _on_left(self, name: str) -> None:
        self._pause.stop()
        if self.draft is not None and name in self.rows:
            self.rows[name].show_draft(self.draft, writable=self.is_writable)
        self.show_marks()

    def _show_computed(self, draft: Draft) -> None:
        for computed, view in self._computed:
            view.show_value(computed_value(computed, draft.values) or "—")

    def add_computed(self, computed: Computed, view: RowView) -> None:
        """A row that follows what is entered in others."""
        self._computed.append((computed, view))

    def _toggle_origin(self, name: str) -> None:
        companions = self._companions(name)
        there = [self.rows[f.name] for f in companions if f.name in self.rows]
        if not there:
            self._open_origin(name)
            if self.is_writable and companions:
                self.rows[companions[0].name].editor.setFocus()
            return
        shown = there[0].isHidden()
        for row in there:
            row.setVisible(shown)
            if shown and self.draft is not None:
                row.show_draft(self.draft, writable=self.is_writable)

    def _open_origin(self, name: str) -> None:
        owner = self.rows.get(name)
        if owner is None or self.draft is None:
            return
        for section in self.sections:
            section.insert_after(owner, self._companions(name))

    def _companions(self, name: str) -> list[Field]:
        assert self.draft is not None
        return [f for f in self.draft.asset_type.fields if f.companion_of == name]

    def _clear(self) -> None:
        self.popup.hide()
        self._pause.stop()
        self.rows, self._computed, self.sections = {}, [], []
        self._names = {} if self.draft is None else self._names
        while (item := self._column.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
