"""ManyEditing: several assets of one type in one form; what is entered goes to all of them as one act."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from gisapp.forms.asset_form import AssetForm
from gisapp.forms.save_bar import SaveBar
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


class ManyEditing(QObject):
    """``saved`` gives the label of what was saved; ``shown`` the type and count, once they were read."""

    saved = Signal(object)
    unsaved_changed = Signal(int)
    shown = Signal()

    def __init__(self, session: Session, form: AssetForm, bar: SaveBar, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self.form, self.bar = session, form, bar
        self.common: Common | None = None
        self._is_saving = False
        self._was_unsaved = False
        self._then: Callable[[], None] | None = None
        self._failure: UserError | None = None
        form.edited.connect(self._tell)
        bar.save_asked.connect(lambda: self.save())
        bar.revert_asked.connect(self.revert)
        bar.leave_saving_asked.connect(self._leave_saving)
        bar.leave_dropping_asked.connect(self._leave_dropping)
        bar.stay_asked.connect(self._stay)
        session.closing.connect(lambda _: self.let_go())

    @property
    def draft(self) -> Draft | None:
        """What is entered."""
        return self.form.draft if self.common is not None else None

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
        self.common, self._then = None, None
        self.bar.show_nothing()

    def save(self, then: Callable[[], None] | None = None) -> None:
        """Give every asset the values entered, as one act."""
        self.form.commit()
        common, draft = self.common, self.draft
        if common is None or draft is None or self._is_saving:
            return
        if not draft.changed:
            if then is not None:
                then()
            return
        if draft.errors:
            self._then = None
            self.form.reveal(draft.errors[0].field or draft.changed[0])
            self.form.show_marks()
            self._tell()
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

        self._is_saving = True
        self.bar.show_saving()
        self._session.edit(label, work, done, failed=self._on_failed)

    def revert(self) -> None:
        """Take back everything entered."""
        if self.draft is not None:
            self.draft.revert()
            self.form.refresh()
            self._failure = None
            self._tell()

    def escape(self) -> bool:
        """Esc: the field goes back, then everything; whether there was anything."""
        if self._then is not None:
            self._stay()
            return True
        if self.form.escape():
            return True
        if self.draft is not None and self.draft.changed:
            self.revert()
            return True
        return False

    def hold(self, then: Callable[[], None]) -> bool:
        """Whether there is unsaved work: then the user is asked, and ``then`` follows the answer."""
        self.form.commit()
        if self.common is None or self.draft is None or not self.draft.changed:
            return False
        self._then = then
        name = Message("form.many.title", {"count": len(self.common), "type": self.common.asset_type.plural})
        self.bar.ask_leave(Message("form.leave", {"name": name, "count": len(self.draft.changed)}))
        return True

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
        self._is_saving = False
        self._then = None
        if isinstance(error, ValuesRefused) and self.draft is not None:
            self.draft.report(error.problems)
            self.form.show_marks()
        self._failure = error
        self.bar.show_failed(error)
        if self.common is not None and self._session.register is not None:
            self.read(self.common.asset_type, self.common.ids)

    def _tell(self) -> None:
        common, draft = self.common, self.draft
        count = 0 if draft is None else len(draft.changed)
        if bool(count) != self._was_unsaved:
            self._was_unsaved = bool(count)
            self.unsaved_changed.emit(count)
        if self._is_saving or self._then is not None:
            return
        if common is None or draft is None or not count:
            self.bar.show_nothing()
            return
        if self._failure is not None:
            self.bar.show_failed(self._failure)
            self._failure = None
            return
        wrong = len({problem.field for problem in draft.errors})
        if wrong:
            self.bar.show_unsaved(
                Message("form.unsaved", {"count": count}), Message("form.unsaved.wrong", {"count": wrong})
            )
            return
        self.bar.show_unsaved(*self._effect(common, draft))

    def _effect(self, common: Common, draft: Draft) -> tuple[Words, Words]:
        effect = common.effect(draft.changes)
        parameters = {"count": effect.changed, "type": common.asset_type.plural}
        words = Message("form.many.effect", parameters)
        if effect.metres is not None:
            words = Message("form.many.effect_km", {**parameters, "km": f"{effect.metres / 1000:,.2f}"})
        return words, Message("form.many.keep", {"count": effect.kept}) if effect.kept else ""

    def _leave_saving(self) -> None:
        then, self._then = self._then, None
        self.save(then)

    def _leave_dropping(self) -> None:
        then, self._then = self._then, None
        self.revert()
        if then is not None:
            then()

    def _stay(self) -> None:
        self._then = None
        self._tell()
