"""AssetForm: everything one can say of an asset, made from the catalogue; of one, a new one or several at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QApplication, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from gisapp.forms.editors.flat import FlatEdit
from gisapp.forms.editors.offer_list import OfferList
from gisapp.forms.editors.offering import OfferEdit, make_editor
from gisapp.forms.editors.offers import LinkSearch
from gisapp.forms.field_row import FieldRow
from gisapp.forms.rows import GroupHeader, Row, RowView, place_row
from gisapp.forms.words import Button
from gisapp.language import Language, Words
from gisapp.tasks import Debounce
from gisapp.theme import Theme
from layers.model.catalogue import AssetType
from layers.model.computed import Computed, computed_value
from layers.model.draft import Draft
from layers.model.fields import Field, LinkField
from layers.text import Message, Title

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
        self._language, self._theme, self._search = language, theme, search
        self.draft: Draft | None = None
        self.rows: dict[str, FieldRow] = {}
        self._computed: list[tuple[Computed, RowView]] = []
        self._sections: list[_Section] = []
        self._names: dict[tuple[str, Any], str] = {}
        self._is_writable = True
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
        same_kind = self.draft is not None and self.draft.asset_type is draft.asset_type
        kept = self.draft is draft and same_kind
        self.draft, self._is_writable = draft, writable
        self._names.update(names or {})
        if kept:
            self.refresh()
            return
        self._clear()
        for name, (title, fields) in _by_section(draft.asset_type).items():
            if draft.is_many:
                # What must be unique cannot be given to several.
                fields = [field for field in fields if not field.unique]
            section = _Section(self, title, name, fields)
            if section.count:
                self._sections.append(section)
                self._column.addWidget(section)
        self._column.addStretch(1)
        self.refresh()

    def refresh(self) -> None:
        """Show every value anew."""
        draft = self.draft
        if draft is None:
            return
        for section in self._sections:
            section.unfold_filled(draft)
        for row in self.rows.values():
            row.show_draft(draft, writable=self._is_writable)
        self._show_computed(draft)

    def show_marks(self) -> None:
        """Show anew what is wrong and what is changed, not the values that are being typed."""
        for row in self.rows.values():
            row.show_marks()

    def learn_name(self, field: LinkField, value: Any, name: str) -> None:
        """What a link points to is called so."""
        self._names[field.name, value] = name
        row = self.rows.get(field.name)
        if row is not None and self.draft is not None:
            row.show_draft(self.draft, writable=self._is_writable)

    def name_of(self, field: LinkField, value: Any) -> str:
        """What a link points to is called."""
        known = self._names.get((field.name, value))
        return known if known is not None else (str(value) if field.several else f"#{value}")

    def set_writable(self, writable: bool) -> None:
        """Let it be changed, or only read."""
        self._is_writable = writable
        self.refresh()

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
        editor = make_editor(self._language, self._theme, field, self.popup, self._search)
        with_origin = f"{field.name}_origin" in self.draft.asset_type
        row = FieldRow(
            self._language, self._theme, field, editor, self.name_of, inset=inset, with_origin=with_origin
        )
        name = field.name
        editor.typed.connect(lambda text: self._enter(name, text))
        editor.picked.connect(lambda value: self._put(name, value))
        editor.left.connect(self._on_left)
        editor.came.connect(row.show_marks)
        if isinstance(editor, OfferEdit):
            editor.lost.connect(lambda text: self._lose(name, text))
        row.tile_asked.connect(lambda: self._toggle_origin(name))
        row.link_asked.connect(self.link_asked)
        self.rows[name] = row
        return row

    def _row(self, name: str) -> FieldRow | None:
        if name not in self.rows and self.draft is not None:
            owner = self.draft.asset_type.field_named(name).companion_of
            if owner is not None:
                self._row(owner)
                self._open_origin(owner)
            for section in self._sections:
                section.lay_open(name, self.draft, self._is_writable)
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
            row.show_draft(self.draft, writable=self._is_writable)
            self._tell(name)

    def _tell(self, name: str) -> None:
        assert self.draft is not None
        owner = self.draft.asset_type.field_named(name).companion_of
        if owner is not None and owner in self.rows:
            self.rows[owner].show_marks()
        self._show_computed(self.draft)
        self.edited.emit()

    def _on_left(self) -> None:
        self._pause.stop()
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
            if self._is_writable and companions:
                self.rows[companions[0].name].editor.setFocus()
            return
        shown = there[0].isHidden()
        for row in there:
            row.setVisible(shown)

    def _open_origin(self, name: str) -> None:
        owner = self.rows.get(name)
        if owner is None or self.draft is None:
            return
        body = owner.parentWidget().layout()
        place = body.indexOf(owner)
        for step, field in enumerate(self._companions(name), 1):
            if field.name not in self.rows:
                row = self.make_row(field, inset=16)
                body.insertWidget(place + step, row)  # type: ignore[attr-defined]
                row.show_draft(self.draft, writable=self._is_writable)

    def _companions(self, name: str) -> list[Field]:
        assert self.draft is not None
        return [f for f in self.draft.asset_type.fields if f.companion_of == name]

    def _clear(self) -> None:
        self.popup.hide()
        self._pause.stop()
        self.rows, self._computed, self._sections = {}, [], []
        self._names = {} if self.draft is None else self._names
        while self._column.count():
            item = self._column.takeAt(0)
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()


class _Section(QWidget):
    """A section: its header folds it; what is not filled in waits behind one line."""

    def __init__(self, form: AssetForm, title: Words, name: str, fields: list[Field]) -> None:
        super().__init__()
        self._form, self._fields = form, fields
        language, theme = form._language, form._theme
        draft = form.draft
        assert draft is not None
        self._waiting = list(fields)
        self._body = QWidget()
        self._rows = QVBoxLayout(self._body)
        self._rows.setContentsMargins(0, 4, 0, 4)
        self._rows.setSpacing(0)
        self._is_first = not form._sections
        extra = self._extra(draft, name)
        for view in extra:
            self._rows.addWidget(view)
        self.count = len(fields) + len(extra)
        self._more = Button(language, "", "link")
        self._more.setFont(theme.font("small"))
        self._more.clicked.connect(self._unfold_all)
        indent = QHBoxLayout()
        indent.setContentsMargins(12, 2, 12, 2)
        indent.addWidget(self._more)
        indent.addStretch(1)
        self._rows.addLayout(indent)
        self.header = GroupHeader(language, theme, title)
        self.header.toggled.connect(self._body.setVisible)
        self.unfold_filled(draft)
        self.header.setChecked(bool(extra) or len(self._waiting) < len(fields))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self._body)

    def unfold_filled(self, draft: Draft) -> None:
        """Lay open what is filled in, changed, or must be filled in."""
        for field in list(self._waiting):
            if self._is_wanted(field, draft):
                self._lay(field)
        self._say_rest()

    def lay_open(self, name: str, draft: Draft, writable: bool) -> None:
        """Lay open one field, if it is of this section."""
        field = next((f for f in self._fields if f.name == name), None)
        if field is None:
            return
        self.header.setChecked(True)
        if field in self._waiting:
            self._lay(field)
            self._form.rows[name].show_draft(draft, writable=writable)
            self._say_rest()

    def _is_wanted(self, field: Field, draft: Draft) -> bool:
        if draft.value(field.name) is not None or field.name in draft.changed or field.required:
            return True
        return draft.is_new and self._is_first

    def _extra(self, draft: Draft, name: str) -> list[RowView]:
        form = self._form
        views = []
        asset_type = draft.asset_type
        if asset_type.shape is not None and name == _place_section(asset_type) and "geom" in draft.values:
            views.append(RowView(form._language, form._theme, place_row(asset_type, draft.values)))
        for computed in asset_type.computed if not draft.is_many else ():
            if computed.section == name:
                row = Row(
                    computed.title, "—", computed.unit or "", "computed", Message("inspector.origin.computed")
                )
                views.append(RowView(form._language, form._theme, row))
                form.add_computed(computed, views[-1])
        return views

    def _lay(self, field: Field) -> None:
        """Put the field's row where it stands in the catalogue."""
        self._waiting.remove(field)
        row = self._form.make_row(field)
        before = self._fields[: self._fields.index(field)]
        there = [self._form.rows[f.name] for f in before if f.name in self._form.rows]
        place = self._rows.indexOf(there[-1]) + 1 if there else 0
        self._rows.insertWidget(place, row)

    def _say_rest(self) -> None:
        count = len(self._waiting)
        self._more.setVisible(count > 0)
        if count:
            self._more.show_words(Message("inspector.empty_fields", {"count": count}))

    def _unfold_all(self) -> None:
        draft = self._form.draft
        assert draft is not None
        first = self._waiting[0] if self._waiting else None
        for field in list(self._waiting):
            self._lay(field)
            self._form.rows[field.name].show_draft(draft, writable=self._form._is_writable)
        self._say_rest()
        if first is not None:
            self._form.rows[first.name].editor.setFocus()


def _by_section(asset_type: AssetType) -> dict[str, tuple[Words, list[Field]]]:
    """The fields of each section in the catalogue's order; companions stand with their owners."""
    found: dict[str, tuple[Words, list[Field]]] = {
        name: (title, []) for name, title in asset_type.sections.items()
    }
    for field in asset_type.columns:
        if field.companion_of is None:
            found.setdefault(field.section, (Title(field.section, field.section), []))[1].append(field)
    return found


def _place_section(asset_type: AssetType) -> str:
    return "place" if "place" in asset_type.sections else next(iter(asset_type.sections))
