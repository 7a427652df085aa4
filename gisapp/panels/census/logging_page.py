"""The page on which one target after the other is logged, by keyboard from first to last."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QElapsedTimer, QTimer

from gisapp.language import Language
from gisapp.panels.census.centre import CensusCentre
from gisapp.panels.census.logging_form import Kept, LoggingForm
from gisapp.panels.census.record_writer import RecordWriter, same_word
from gisapp.panels.census.target_page import TargetPage, sentences
from gisapp.theme import Theme
from layers.census.fieldwork.logging import TO_LOG
from layers.census.lots.worklist import DECIDED, WorkRow
from layers.errors import UserError
from layers.text import Message

_TICK = 1000


class LoggingPage(TargetPage):
    """Follows the desk."""

    def __init__(self, language: Language, theme: Theme, centre: CensusCentre) -> None:
        super().__init__(
            language,
            theme,
            LoggingForm(language, theme, centre.tasks),
            Message("census_desk.page.empty"),
            Message("census_desk.page.same"),
            Message("census_desk.page.save"),
        )
        self.centre = centre
        self.writer = RecordWriter(centre)
        self._row: WorkRow | None = None
        self._clock = QElapsedTimer()
        self._tick = QTimer(self, interval=_TICK)
        self._tick.timeout.connect(self._tell_time)
        #: With it all are logged, once it is written.
        self._last: WorkRow | None = None
        self._kept: dict[int, Kept] = {}
        #: The form as it was shown; None where what was entered before stands in it.
        self._begun: Kept | None = None
        self.saved.connect(self._write)
        self.stepped.connect(centre.step)
        centre.chosen.connect(self._on_chosen)
        centre.listed.connect(self._on_listed)
        centre.changed.connect(self._tell_empty)
        language.changed.connect(self._on_language)
        # Another register's records have the same numbers.
        centre.session.closed.connect(self._kept.clear)
        centre.session.opened.connect(lambda _: self._kept.clear())
        self._show()

    # ---- what it shows

    def _show(self) -> None:
        """Show the target of the desk."""
        row, register, form = self.centre.row, self.centre.register, self.centre.form
        self.show_target(row is not None and register is not None and form is not None)
        self._row = row
        self._tell_empty()
        if row is None or register is None or form is None:
            self._tick.stop()
            return
        asset_type = register.catalogue[row.type]
        self.symbol.show_type(asset_type)
        self._tell_code(row)
        places = [each.id for each in self.centre.rows]
        told = {"number": places.index(row.id) + 1, "count": len(places)}
        self.place_in_list.show_words(Message("census_desk.page.place", told))
        title = self._language.render(asset_type.title)
        self.about.show_words(" · ".join(part for part in (row.road, title) if part))
        self._tell_state(row)
        kept = self._kept.get(row.id)
        self.form.show_row(register, form, row, kept)
        self._begun = None if kept is not None else self.form.entered()
        self._clock.start()
        self._tick.start()
        self._tell_time()
        self.to_top()

    def _tell_state(self, row: WorkRow) -> None:
        """Whether it can be logged, and why not, or why again."""
        state, reason = row.record["state"], row.record["decision_reason"]
        self.decided.setVisible(state not in TO_LOG or bool(reason) or row.is_older)
        if state in DECIDED:
            self.decided.show_words(Message("census_desk.page.decided"))
        elif state not in TO_LOG:
            self.decided.show_words(Message("census_desk.page.signed"))
        elif row.is_older:
            self.decided.show_words(Message("census_desk.page.older"))
        elif reason:
            self.decided.show_words(Message("census_desk.page.again", {"reason": reason}))
        self.save_button.setEnabled(state in TO_LOG and self.centre.session.may("edit"))

    def _tell_empty(self) -> None:
        """What is missing before anything can be logged."""
        book = self.centre.book
        words = Message("census_desk.page.empty")
        if book is None:
            words = Message("census_desk.page.no_campaign")
        elif not book.lots:
            words = Message("census_desk.page.no_lots")
        self.empty.show_words(words)

    def _on_edited(self) -> None:
        super()._on_edited()
        if self._row is not None:
            self._tell_code(self._row)

    def _tell_code(self, row: WorkRow) -> None:
        """What is logged: the target, or what stands beside it and has no code yet."""
        register = self.centre.register
        is_beside = self.form.is_new and row.target is not None
        self.place_in_list.setVisible(not is_beside)
        if is_beside and register is not None:
            title = register.catalogue[self.form.type].title
            self.code.show_words(Message("census_desk.page.new", {"type": title}))
        else:
            self.code.show_words(row.code)

    def _tell_time(self) -> None:
        seconds = self._clock.elapsed() // 1000
        words = Message("census_desk.page.time", {"time": f"{seconds // 60}:{seconds % 60:02d}"})
        self.chip.show_state(words, "info")

    # ---- writing

    def _write(self) -> None:
        """Write what is entered, and go on to the next target."""
        row = self._row
        if row is None or not self.save_button.isEnabled() or self.is_wrong():
            return
        form, centre = self.form, self.centre
        if form.is_blank:
            # A key pressed once too often is no visit: nothing was looked at.
            self.refuse(Message("census_desk.page.blank"))
            return
        kept = form.entered()
        logged = form.logged(centre.me, centre.my_name or None, round(self._clock.elapsed() / 1000, 1))
        failed = partial(self._come_back, row, kept)
        is_beside = form.is_new and row.target is not None
        try:
            if is_beside:
                self.writer.log_new(form.type, logged, kept.photos, failed)
            else:
                self.writer.log(row, logged, kept.photos, failed, partial(self._tell_all_done, row))
        except UserError as error:
            self.turn_down(error)
            return
        self._kept.pop(row.id, None)
        self._row = None
        if is_beside:
            # What was looked for is still to be logged.
            self._show()
        elif not centre.go_on():
            self._row, self._begun = row, form.entered()
            self._last = row
        self.begin()

    def _tell_all_done(self, row: WorkRow) -> bool:
        """Once the last is written, and not before: it, or one before it, may be refused."""
        if row is not self._last:
            return False
        self.centre.notifier.info(Message("census_desk.page.all_done"))
        return True

    def _come_back(self, row: WorkRow, kept: Kept, error: UserError) -> None:
        """It could not be written: what was entered stands here again."""
        self._row = self._last = None
        self._kept[row.id] = kept
        if self.centre.record == row.id:
            self._show()
        else:
            self.centre.choose(row.id)
        self.refuse(sentences(error))

    # ---- following the desk

    def _on_chosen(self) -> None:
        """Another target: what was entered of this one and not written stands here again when one comes back."""
        self._keep()
        self._show()

    def _keep(self) -> None:
        """What was entered of this target stands here again when one comes back to it."""
        row = self._row
        if row is None:
            return
        self.form.commit()
        if row.record["state"] in TO_LOG and self._is_touched:
            self._kept[row.id] = self.form.entered()
        else:
            self._kept.pop(row.id, None)

    @property
    def _is_touched(self) -> bool:
        """Whether something was entered since the target was shown."""
        return self._begun is None or self.form.is_typing or self.form.entered() != self._begun

    def _on_listed(self) -> None:
        """News of the list: what is being entered stays as it is."""
        row = self.centre.row
        if row is None or self._row is None or row.id != self._row.id:
            self._keep()
            self._row = None
            self._show()
        elif row.record.version != self._row.record.version:
            self._follow(self._row, row)

    def _follow(self, before: WorkRow, row: WorkRow) -> None:
        """The record is another one now: what is being entered of it stays, and who else logged it is said."""
        if not self._is_touched or row.record["state"] not in TO_LOG:
            self._kept.pop(row.id, None)
            self._show()
            return
        self._row = row
        self._tell_state(row)
        if not same_word(before.record, row.record) and self.error.isHidden():
            told = Message("census_desk.page.logged_meanwhile", {"code": row.code})
            self.refuse(sentences(UserError(told, Message("census_desk.page.logged_meanwhile_hint"))))

    def _on_language(self) -> None:
        if self._row is not None:
            self._on_chosen()
