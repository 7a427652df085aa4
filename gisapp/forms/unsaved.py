"""UnsavedWork: what a form holds that is not in the register; asks before it is left, saved or taken back."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from gisapp.abstract_object import AbstractObject
from gisapp.forms.asset_form import AssetForm
from gisapp.forms.save_bar import SaveBar
from gisapp.language import Words
from gisapp.session import Session
from gisapp.tasks import Debounce
from layers.errors import UserError
from layers.model.draft import Draft
from layers.text import Message

#: Milliseconds after which it is told that something is being saved: most is saved by then, and the window is needed
#: to show it on the map.
TELL_SAVING = 150


class UnsavedWork(QObject, metaclass=AbstractObject):
    """The part of editing that one asset and several have in common: the bar, the question, and its answers.

    Whoever inherits says what is worked on (``draft``, ``name``), saves it, and gives the form its state back.
    ``saved`` gives the label of what was saved; ``unsaved_changed``: work began or ended.
    """

    saved = Signal(object)
    unsaved_changed = Signal(int)

    def __init__(self, session: Session, form: AssetForm, bar: SaveBar, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self.form, self.bar = session, form, bar
        self._is_saving = False
        self._was_unsaved = False
        self._then: Callable[[], None] | None = None
        #: Why it could not be saved, told until something else is entered or it is tried again.
        self._failure: UserError | None = None
        self._tell_saving = Debounce(TELL_SAVING, self._show_saving, self)
        bar.save_asked.connect(lambda: self.save())
        bar.revert_asked.connect(self.revert)
        bar.leave_saving_asked.connect(self._leave_saving)
        bar.leave_dropping_asked.connect(self._leave_dropping)
        bar.stay_asked.connect(self._stay)
        session.closing.connect(lambda _: self.let_go())

    # ---- what whoever inherits knows

    @property
    @abstractmethod
    def draft(self) -> Draft | None:
        """What is entered; None when nothing is shown."""

    @property
    @abstractmethod
    def name(self) -> Words:
        """What is worked on, as the question names it."""

    @abstractmethod
    def save(self, then: Callable[[], None] | None = None) -> None:
        """Save what was entered as one act; ``then`` follows when it is in the register."""

    @abstractmethod
    def revert(self) -> None:
        """Take back everything entered."""

    @abstractmethod
    def let_go(self) -> None:
        """Show nothing any more."""

    @abstractmethod
    def _words(self, draft: Draft) -> tuple[Words, Words]:
        """What the bar says of unsaved work, and a note beside it."""

    # ---- in common

    @property
    def is_unsaved(self) -> bool:
        """Whether anything was entered that is not in the register."""
        self.form.commit()
        return self.draft is not None and bool(self.draft.changed)

    def escape(self) -> bool:
        """Esc: the question is answered with staying, then the field, then everything is taken back."""
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
        if not self.is_unsaved or self.draft is None:
            return False
        self._then = then
        self.bar.ask_leave(Message("form.leave", {"name": self.name, "count": len(self.draft.changed)}))
        return True

    def _begin_saving(self) -> None:
        self._is_saving = True
        self._failure = None
        self._tell_saving.touch()

    def _show_saving(self) -> None:
        if self._is_saving:
            self.bar.show_saving()

    def _ready_to_save(self, then: Callable[[], None] | None) -> Draft | None:
        """The draft to save; None when it cannot be now, or nothing was entered (``then`` follows at once)."""
        self.form.commit()
        draft = self.draft
        if draft is None or self._is_saving:
            return None
        if not draft.changed:
            self._tell()
            if then is not None:
                then()
            return None
        return draft

    def _keep_wrong(self, draft: Draft) -> bool:
        """Whether something entered is wrong: it is shown, and nothing else happens."""
        errors = draft.errors
        if not errors:
            return False
        self._then = None
        self.form.reveal(errors[0].field or draft.changed[0])
        self.form.show_marks()
        self._tell()
        return True

    def _on_failed(self, error: UserError) -> None:
        """Nothing was written; everything entered is still in the form."""
        self._is_saving = False
        self._then = None

    def _tell_failed(self, error: UserError) -> None:
        self._failure = error
        self._tell()

    def _on_entered(self) -> None:
        self._failure = None
        self._tell()

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

    def _end(self) -> None:
        """Nothing is worked on any more."""
        self._then = self._failure = None
        self.bar.show_nothing()
        if self._was_unsaved:
            self._was_unsaved = False
            self.unsaved_changed.emit(0)

    def _tell(self) -> None:
        """Say in the bar how things stand."""
        draft = self.draft
        count = 0 if draft is None else len(draft.changed)
        if bool(count) != self._was_unsaved:
            self._was_unsaved = bool(count)
            self.unsaved_changed.emit(count)
        if self._is_saving or self._then is not None:
            return
        if draft is None or not count:
            self.bar.show_nothing()
        elif self._failure is not None:
            self.bar.show_failed(self._failure)
        else:
            self.bar.show_unsaved(*self._words(draft))

    def _wrong_words(self, draft: Draft) -> Words:
        wrong = len({problem.field for problem in draft.errors})
        return Message("form.unsaved.wrong", {"count": wrong}) if wrong else ""
