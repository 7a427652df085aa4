"""ManyEditing: several assets of one type in one form; what is entered goes to all of them as one act."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from gisapp.forms.asset_form import AssetForm
from gisapp.forms.save_bar import SaveBar
from gisapp.forms.unsaved import UnsavedWork
from gisapp.language import Words
from gisapp.session import Session
from layers.errors import UserError
from layers.model.catalogue import AssetType
from layers.model.change import ChangeSet
from layers.model.common import Common, common_fields
from layers.model.draft import Draft
from layers.register import Edit, ValuesRefused
from layers.text import Message

LIMIT = 20_000


class ManyEditing(UnsavedWork):
    """``shown``: type and count were read and are in the form."""

    shown = Signal()

    def __init__(self, session: Session, form: AssetForm, bar: SaveBar, parent: QObject) -> None:
        super().__init__(session, form, bar, parent)
        self.common: Common | None = None
        form.edited.connect(self._on_entered)

    @property
    def draft(self) -> Draft | None:
        """What is entered."""
        return self.form.draft if self.common is not None else None

    @property
    def name(self) -> Words:
        """How many of what type."""
        common = self.common
        if common is None:
            return ""
        return Message("form.many.title", {"count": len(common), "type": common.asset_type.plural})

    def read(self, asset_type: AssetType, ids: list[int]) -> None:
        """Read the assets and show what they have in common; what was entered for the same ones stays."""
        register = self._session.register
        if register is None:
            return

        def work(_: object) -> Common:
            return Common(asset_type, register.rows(asset_type.name, ids, common_fields(asset_type)))

        self._session.tasks.run(
            Message("form.many.reading", {"count": len(ids), "type": asset_type.plural}),
            work, self._show, owner=self, key="many", shown=len(ids) > 1000,
        )  # fmt: skip

    def let_go(self) -> None:
        """Show nothing any more."""
        self.common = None
        self._end()

    def save(self, then: Callable[[], None] | None = None) -> None:
        """Give every asset the values entered, as one act."""
        draft, common = self._ready_to_save(then), self.common
        if draft is None or common is None or self._keep_wrong(draft):
            return
        changes = draft.changes
        updates = list(common.updates(changes))
        name = common.asset_type.name
        titles = tuple(common.asset_type.field_named(each).title for each in draft.changed)
        label = Message(
            "form.act.many", {"count": len(updates), "type": common.asset_type.plural, "fields": titles}
        )

        def work(edit: Edit) -> None:
            for id, version, values in updates:
                edit.update(name, id, version, values)

        def done(change: ChangeSet | None) -> None:
            self._is_saving = False
            draft.saved(changes)
            draft.revert()
            if change is not None:
                self.saved.emit(label)
            if then is not None:
                then()
            elif self.common is not None:
                self.read(self.common.asset_type, self.common.ids)

        self._begin_saving()
        self._session.edit(label, work, done, failed=self._on_failed)

    def revert(self) -> None:
        """Take back everything entered."""
        if self.draft is not None:
            self.draft.revert()
            self.form.refresh()
            self._on_entered()

    # ---- inside

    def _show(self, common: Common) -> None:
        before, draft = self.common, self.draft
        again = before is not None and draft is not None and before.ids == common.ids
        self.common = common
        if again and draft is not None and draft.asset_type is common.asset_type:
            draft.rebase(common.values)
            for each in draft.contested:
                # All get the value entered, whatever each had before: the preview says how many change.
                draft.settle(each.field, mine=True)
        else:
            draft = Draft(common.asset_type, common.values, several=len(common))
        self.form.show_draft(draft, writable=self._session.may("edit"))
        self.form.ask_names()
        self._tell()
        self.shown.emit()

    def _on_failed(self, error: UserError) -> None:
        """Nothing was written; what was entered stays, and what others changed is read."""
        super()._on_failed(error)
        if isinstance(error, ValuesRefused) and self.draft is not None:
            self.draft.report(error.problems)
            self.form.show_marks()
        self._tell_failed(error)
        if self.common is not None and self._session.register is not None:
            self.read(self.common.asset_type, self.common.ids)

    def _words(self, draft: Draft) -> tuple[Words, Words]:
        wrong = self._wrong_words(draft)
        if wrong or self.common is None:
            return Message("form.unsaved", {"count": len(draft.changed)}), wrong
        return self._effect(self.common, draft)

    def _effect(self, common: Common, draft: Draft) -> tuple[Words, Words]:
        effect = common.effect(draft.changes)
        parameters = {"count": effect.changed, "type": common.asset_type.plural}
        words = Message("form.many.effect", parameters)
        if effect.metres is not None:
            words = Message("form.many.effect_km", {**parameters, "km": f"{effect.metres / 1000:,.2f}"})
        return words, Message("form.many.keep", {"count": effect.kept}) if effect.kept else ""
