"""Editing: ties a form to the asset it shows. Saves, reverts, asks before leaving, and says what others did."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from gisapp.forms.asset_form import AssetForm
from gisapp.forms.drafts import Drafts
from gisapp.forms.news import FormNews
from gisapp.forms.save_bar import SaveBar
from gisapp.forms.showing import value_words
from gisapp.forms.unsaved import UnsavedWork
from gisapp.language import Words
from gisapp.session import Session
from gisapp.tasks import Debounce
from layers.errors import Conflict, UserError
from layers.model.asset import Asset, AssetKey
from layers.model.catalogue import AssetType
from layers.model.change import ChangeSet
from layers.model.draft import Difference, Draft
from layers.model.fields import LinkField
from layers.register import Edit, ValuesRefused
from layers.text import Message

KEEP_MILLISECONDS = 600
_FIELDS_NAMED = 3

Names = Mapping[tuple[str, Any], str]


class Editing(UnsavedWork):
    """One asset at a time."""

    reread_asked = Signal()
    kept = Signal(object)
    """The Message that unsaved work was put aside, for its asset went."""

    def __init__(
        self, session: Session, form: AssetForm, bar: SaveBar, news: FormNews, drafts: Drafts, parent: QObject
    ) -> None:
        super().__init__(session, form, bar, parent)
        self.news, self._drafts = news, drafts
        self._asset: Asset | None = None
        self._label: Words = ""
        self._dropped: tuple[AssetKey, dict[str, Any]] | None = None
        self._others: ChangeSet | None = None
        self._conflict: UserError | None = None
        #: My values of fields where theirs was chosen, for a change of mind.
        self._mine: dict[str, Any] = {}
        self._keep = Debounce(KEEP_MILLISECONDS, self._keep_draft, self)
        form.edited.connect(self._on_edited)
        news.chosen.connect(self._on_chosen)
        session.changed.connect(self._on_changed)

    # ---- what it shows

    @property
    def asset(self) -> Asset | None:
        """The asset as it was last read."""
        return self._asset

    @property
    def draft(self) -> Draft | None:
        """What is entered."""
        return self.form.draft if self._asset is not None else None

    @property
    def name(self) -> Words:
        """What the asset is called."""
        return self._label

    def show(self, asset_type: AssetType, asset: Asset, label: Words, names: Names) -> None:
        """Show the asset as it was just read. Of the one shown already, what was entered stays."""
        writable = self._session.may("edit")
        before, draft = self._asset, self.draft
        self._asset, self._label = asset, label
        if before is not None and before.key == asset.key and draft is not None:
            if draft.asset_type is asset_type:
                self._stand_on(draft, asset, names, writable=writable)
                return
            self._keep_draft()
        draft = Draft(asset_type, asset.values)
        self.news.clear()
        self._others = self._conflict = self._failure = None
        self.form.show_draft(draft, names, writable=writable)
        self._take_up(draft, asset.key)
        self._tell()

    def let_go(self) -> None:
        """Show nothing any more; what is unsaved is kept for the next time."""
        draft = self.draft
        if self._asset is not None and draft is not None:
            self._keep_draft()
            if draft.changed:
                self.kept.emit(Message("form.kept", {"name": self._label, "count": len(draft.changed)}))
        self._asset = None
        self.news.clear()
        self._end()

    # ---- what a user asks

    def save(self, then: Callable[[], None] | None = None) -> None:
        """Save what was entered as one act; ``then`` follows when it is in the register."""
        draft, asset = self._ready_to_save(then), self._asset
        if draft is None or asset is None or not self._can_save(draft):
            return
        changes = draft.changes
        label = self._act(draft)
        version = asset.version

        def work(edit: Edit) -> None:
            nonlocal version
            version = edit.update(asset.type, asset.id, asset.version, changes)

        def done(_: ChangeSet | None) -> None:
            self._on_saved(replace(asset, version=version, values={**asset.values, **changes}), changes)
            self.saved.emit(label)
            if then is not None:
                then()

        self._begin_saving()
        self._session.edit(label, work, done, failed=self._on_failed, conflict=self._on_failed)

    def revert(self) -> None:
        """Take back everything entered; ``bring_back`` undoes that."""
        draft, asset = self.draft, self._asset
        if draft is None or asset is None or not draft.changed:
            return
        self._dropped = (asset.key, draft.kept())
        self._drop(draft, asset)

    def bring_back(self) -> None:
        """Enter again what was reverted last."""
        draft, asset = self.draft, self._asset
        if self._dropped is None or draft is None or asset is None or self._dropped[0] != asset.key:
            return
        draft.take_up(self._dropped[1])
        self._dropped = None
        self.form.refresh()
        self._on_edited()

    @property
    def can_bring_back(self) -> bool:
        """Whether something was reverted here that can be had again."""
        return self._dropped is not None and self._asset is not None and self._dropped[0] == self._asset.key

    # ---- inside

    def _can_save(self, draft: Draft) -> bool:
        contested = draft.contested
        if not contested:
            return not self._keep_wrong(draft)
        self._show_contested(draft)
        self.form.reveal(contested[0].field)
        self._then = None
        self._tell()
        return False

    def _act(self, draft: Draft) -> Message:
        """What the trail calls it."""
        titles = tuple(draft.asset_type.field_named(name).title for name in draft.changed)
        parameters = {"type": draft.asset_type.title, "name": self._label, "fields": titles[:_FIELDS_NAMED]}
        if len(titles) > _FIELDS_NAMED:
            return Message("form.act.more", {**parameters, "count": len(titles)})
        return Message("form.act", parameters)

    def _on_saved(self, asset: Asset, changes: Mapping[str, Any]) -> None:
        self._is_saving = False
        self._conflict = None
        if self._asset is None or self._asset.key != asset.key or self.draft is None:
            return
        if asset.version > self._asset.version:
            self._asset = asset
        self.draft.saved(changes)
        self.news.clear()
        self._keep_draft()
        # Only these: the map is being painted at the same time.
        self.form.show_fields(changes)
        self._tell()

    def _on_failed(self, error: UserError) -> None:
        super()._on_failed(error)
        if isinstance(error, Conflict) and error.changed_fields:
            self._conflict = error
            self._tell()
            self.reread_asked.emit()
            return
        draft = self.draft
        if isinstance(error, ValuesRefused) and draft is not None:
            draft.report(error.problems)
            if error.problems[0].field is not None:
                self.form.reveal(error.problems[0].field)
            self.form.show_marks()
            self._tell()
            return
        self._keep_draft()
        self._tell_failed(error)

    def _stand_on(self, draft: Draft, asset: Asset, names: Names, *, writable: bool) -> None:
        """The asset was read again: what was not entered follows, what was is kept and compared."""
        was_entered = bool(draft.changed)
        moved = draft.values.get("geom") != asset.values.get("geom")
        differences = draft.rebase(asset.values)
        if differences or moved or writable != self.form.is_writable or not self.form.knows(names):
            self.form.show_draft(draft, names, writable=writable)
        shown = [each for each in differences if self._is_told(draft, each)]
        if shown and was_entered:
            self._show_differences(draft, shown)
        elif self._conflict is not None and draft.contested:
            # It was read while the save was under way: what to choose stays in sight.
            self._show_contested(draft)
        elif self._conflict is not None:
            self.news.tell(self._conflict.title, warn=True)
        self._conflict = None
        self._tell()

    def _is_told(self, draft: Draft, difference: Difference) -> bool:
        return draft.asset_type.field_named(difference.field).storage.kind not in ("geometry", "none")

    def _show_contested(self, draft: Draft) -> None:
        self._show_differences(draft, list(draft.contested))

    def _show_differences(self, draft: Draft, differences: list[Difference]) -> None:
        contested = {each.field for each in differences if each.is_contested}
        differences += [each for each in draft.contested if each.field not in contested]
        words = Message("form.news.changed", {"name": self._label})
        if self._others is not None:
            words = Message("form.news.by", {"name": self._label, "actor": self._others.actor})
            register = self._session.register
            if self._others.kind in ("undo", "redo") and register is not None:
                # What one has taken back oneself is no news of somebody.
                own = self._others.actor == register.actor
                words = Message("form.news.undone", {"name": self._label}) if own else words
        titles = {each.field: draft.asset_type.field_named(each.field).title for each in differences}
        self.news.show_differences(words, differences, lambda name: titles[name], self._say)

    def _say(self, name: str, value: object) -> Words:
        assert self.draft is not None
        field = self.draft.asset_type.field_named(name)
        if value is None:
            return Message("form.nothing")
        if isinstance(field, LinkField):
            return self.form.name_of(field, value)
        words = value_words(field, value) if value != self.draft.refused(name) else str(value)
        return Message("form.with_unit", {"value": words, "unit": field.unit}) if field.unit else words

    def _on_chosen(self, name: str, mine: bool) -> None:
        draft = self.draft
        if draft is None:
            return
        if mine and not draft.is_contested(name) and name not in draft.changed:
            draft.take_up({"values": {name: self._mine.get(name)}, "texts": {}, "base": {}})
        if not mine:
            self._mine[name] = draft.value(name)
        draft.settle(name, mine=mine)
        if not draft.contested:
            self.news.settled()
        self.form.refresh()
        self._on_edited()

    def _take_up(self, draft: Draft, key: AssetKey) -> None:
        """Enter what was left unsaved the last time."""
        register = self._session.register
        data = None if register is None else self._drafts.find(str(register.target), key)
        if data is None or not self._session.may("edit"):
            return
        draft.take_up(data)
        if not draft.changed:
            self._keep_draft()
            return
        self.form.refresh()
        if draft.contested:
            self._show_contested(draft)
        else:
            self.news.tell(Message("form.taken_up", {"count": len(draft.changed)}))

    def _keep_draft(self) -> None:
        """Write down what is unsaved, or that nothing is any more."""
        self._keep.stop()
        register, asset, draft = self._session.register, self._asset, self.draft
        if register is None or asset is None or draft is None:
            return
        if draft.changed:
            self._drafts.keep(str(register.target), asset.key, draft.kept())
        else:
            self._drafts.forget(str(register.target), asset.key)

    def _drop(self, draft: Draft, asset: Asset) -> None:
        draft.revert()
        self.news.clear()
        self._keep_draft()
        self.form.refresh()
        self._on_entered()

    def _on_edited(self) -> None:
        self._keep.touch()
        self._on_entered()

    def _on_changed(self, change: ChangeSet) -> None:
        asset = self._asset
        if asset is None:
            return
        part = change.changes.get(asset.type)
        if part is not None and asset.id in part.updated:
            self._others = change

    def _words(self, draft: Draft) -> tuple[Words, Words]:
        note = self._wrong_words(draft)
        if draft.contested:
            note = Message("form.unsaved.contested", {"count": len(draft.contested)})
        return Message("form.unsaved", {"count": len(draft.changed)}), note
