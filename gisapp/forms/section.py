"""Section: a part of a form under a header that folds it; what is not filled in waits behind one line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from gisapp.forms.field_row import FieldRow
from gisapp.forms.rows import GroupHeader, Row, RowView, place_row
from gisapp.forms.words import Button
from gisapp.language import Language, Words
from gisapp.theme import Theme
from layers.model.catalogue import AssetType
from layers.model.computed import Computed
from layers.model.draft import Draft
from layers.model.fields import Field
from layers.text import Message, Title


class Sheet(Protocol):
    """The form that a section belongs to."""

    language: Language
    theme: Theme
    draft: Draft | None
    rows: dict[str, FieldRow]
    is_writable: bool

    @property
    def sections(self) -> Sequence[QWidget]:
        """The sections made so far."""
        ...

    def make_row(self, field: Field, *, inset: int = 0) -> FieldRow:
        """The row of a field, tied to the draft."""
        ...

    def add_computed(self, computed: Computed, view: RowView) -> None:
        """A row that follows what is entered in others."""
        ...


class Section(QWidget):
    """A section: its header folds it; what is not filled in waits behind one line."""

    def __init__(self, form: Sheet, title: Words, name: str, fields: list[Field]) -> None:
        super().__init__()
        self._form, self._fields = form, fields
        language, theme = form.language, form.theme
        draft = form.draft
        assert draft is not None
        self._waiting = list(fields)
        self._body = QWidget()
        self._rows = QVBoxLayout(self._body)
        self._rows.setContentsMargins(0, 4, 0, 4)
        self._rows.setSpacing(0)
        self._is_first = not form.sections
        self._name = name
        self._place: RowView | None = None
        computed = self._computed(draft)
        for view in computed:
            self._rows.addWidget(view)
        self.show_place(draft)
        self.count = len(fields) + len(computed)
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
        self._fold(draft)
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

    def insert_after(self, owner: FieldRow, fields: Sequence[Field]) -> None:
        """Put the rows of further fields under the row they belong to, if it stands here."""
        place = self._rows.indexOf(owner)
        draft = self._form.draft
        if place < 0 or draft is None:
            return
        for step, field in enumerate(fields, 1):
            if field.name not in self._form.rows:
                row = self._form.make_row(field, inset=16)
                self._rows.insertWidget(place + step, row)
                row.show_draft(draft, writable=self._form.is_writable)

    def _is_wanted(self, field: Field, draft: Draft) -> bool:
        if draft.value(field.name) is not None or field.name in draft.changed or field.required:
            return True
        return draft.is_new and self._is_first

    def show_other(self, draft: Draft) -> None:
        """Show another asset of the type in the rows that are there."""
        for field in self._fields:
            row = self._form.rows.get(field.name)
            if row is not None and field not in self._waiting and not self._is_wanted(field, draft):
                row.hide()
                self._waiting.append(field)
        self._waiting.sort(key=self._fields.index)
        self.show_place(draft)
        self.unfold_filled(draft)
        self._fold(draft)

    def _fold(self, draft: Draft) -> None:
        has_views = self._place is not None or bool(self._computed_views)
        self.header.setChecked(has_views or len(self._waiting) < len(self._fields))

    def _computed(self, draft: Draft) -> list[RowView]:
        form = self._form
        views = []
        for computed in draft.asset_type.computed if not draft.is_many else ():
            if computed.section == self._name:
                note = Message("inspector.origin.computed")
                row = Row(computed.title, "—", computed.unit or "", "computed", note)
                views.append(RowView(form.language, form.theme, row))
                form.add_computed(computed, views[-1])
        self._computed_views = views
        return views

    def show_place(self, draft: Draft) -> None:
        """Where it lies; the row is made anew, for an asset without a place looks another way."""
        asset_type = draft.asset_type
        if asset_type.shape is None or self._name != _place_section(asset_type) or "geom" not in draft.values:
            return
        if self._place is not None:
            self._rows.removeWidget(self._place)
            self._place.hide()
            self._place.deleteLater()
        row = place_row(asset_type, draft.values)
        self._place = RowView(self._form.language, self._form.theme, row)
        rest = self._rows.count() - 1 if hasattr(self, "_more") else self._rows.count()
        self._rows.insertWidget(rest, self._place)

    def _lay(self, field: Field) -> None:
        """Put the field's row where it stands in the catalogue."""
        self._waiting.remove(field)
        if field.name in self._form.rows:
            self._form.rows[field.name].show()
            return
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
            self._form.rows[field.name].show_draft(draft, writable=self._form.is_writable)
        self._say_rest()
        if first is not None:
            self._form.rows[first.name].editor.setFocus()


def by_section(asset_type: AssetType) -> dict[str, tuple[Words, list[Field]]]:
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
