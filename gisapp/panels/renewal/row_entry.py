"""An entry for a row that belongs to a project, made from the catalogue: its table's fields, the project left out."""

from __future__ import annotations

from gisapp.forms.words import Label
from gisapp.language import Language
from gisapp.panels.renewal.entry import Entry, choices_of
from gisapp.theme import Theme
from layers.model.catalogue import AssetType
from layers.model.fields import ChoiceField, DateField, LinkField
from layers.renewal.words import PROJECT
from layers.text import Message


def row_entry(language: Language, theme: Theme, asset_type: AssetType, day: str) -> Entry:
    """The entry of a new row; the first date that is not a plan is today's."""
    entry = Entry(language, theme, Message("renewal_desk.save"))
    entry.heading.show_words(Message("renewal_desk.new_row", {"type": asset_type.title}))
    entry.heading.show()
    is_dated = False
    for name in asset_type.table_fields:
        field = asset_type.field_named(name)
        if name == PROJECT or isinstance(field, LinkField) or (name == "code" and asset_type.code_prefix):
            continue
        if isinstance(field, ChoiceField):
            entry.add_choice(name, field.title, [(None, "—"), *choices_of(field)])
            continue
        value = (
            day if isinstance(field, DateField) and not is_dated and not name.startswith("planned") else None
        )
        is_dated = is_dated or value is not None
        entry.add_field(name, field, value)
    if not entry.editors:
        entry.add_row(Label(language, theme, Message("renewal_desk.none"), size="small"))
    return entry
