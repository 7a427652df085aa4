"""The page on which one target after the other is logged, by keyboard from first to last."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QElapsedTimer, Qt, QTimer, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from gisapp.forms.chip import Chip
from gisapp.forms.words import Button, ElidedLabel, Label, SymbolLabel
from gisapp.language import Language, Words
from gisapp.panels.census.centre import CensusCentre
from gisapp.panels.census.logging_form import OUTCOMES, Kept, LoggingForm
from gisapp.panels.census.position_part import CLICKED
from gisapp.panels.census.record_writer import RecordWriter
from gisapp.theme import Theme
from layers.census.words import FOUND
from layers.census.worklist import DECIDED, WorkRow
from layers.errors import UserError
from layers.text import Message

_TICK = 1000
_KEYS: tuple[tuple[str, str], ...] = (
    ("F2", "confirm"), ("Ctrl+Return", "save"), ("Ctrl+Enter", "save"), ("F3", "focus_scale"), ("F4", "focus_defects"),
    ("F5", "ask_photo"), ("F6", "paste_photo"), ("F7", "ask_place"), ("Alt+F7", "ask_place_file"),
    ("Ctrl+PgDown", "go_forth"), ("Ctrl+PgUp", "go_back"),
)  # fmt: skip


class LoggingPage(QWidget):
    """Follows the desk. ``pick_asked``: the next click on the map is the place where it was found."""

    pick_asked = Signal()

    def __init__(self, language: Language, theme: Theme, centre: CensusCentre) -> None:
        super().__init__()
        self.setObjectName("inspector")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAcceptDrops(True)
        self._language, self._theme, self.centre = language, theme, centre
        self.writer = RecordWriter(centre)
        self._row: WorkRow | None = None
        self._clock = QElapsedTimer()
        self._tick = QTimer(self, interval=_TICK)
        self._tick.timeout.connect(self._tell_time)
        self._kept: dict[int, Kept] = {}
        self.form = LoggingForm(language, theme, centre.tasks)
        self.symbol = SymbolLabel(theme, 28)
        self.code = ElidedLabel(language, theme, size="heading", strong=True)
        self.place_in_list = Label(language, theme, size="small", tone="quiet")
        self.about = ElidedLabel(language, theme, size="small", tone="quiet")
        self.time = Chip(language, theme, "", "info")
        self.decided = Label(language, theme, size="small", tone="warn", wrap=True)
        self.error = Label(language, theme, size="small", tone="danger", wrap=True)
        self.empty = Label(language, theme, Message("census_desk.page.empty"), tone="quiet", wrap=True)
        self.back = Button(language, Message("census_desk.page.back"))
        self.same = Button(language, Message("census_desk.page.same"))
        self.save_button = Button(language, Message("census_desk.page.save"), "primary")
        language.hint(self.save_button, Message("census_desk.page.save.tip"))
        self._lay_out()
        self._tie()
        self._show()

    # ---- what it shows

    def _show(self) -> None:
        """Show the target of the desk."""
        row, register, form = self.centre.row, self.centre.register, self.centre.form
        is_there = row is not None and register is not None and form is not None
        for part in (self._scroll, self._head, self._foot):
            part.setVisible(is_there)
        self.empty.setVisible(not is_there)
        self.error.hide()
        self._row = row
        if row is None or register is None or form is None:
            self._tick.stop()
            return
        asset_type = register.catalogue[row.type]
        self.symbol.show_type(asset_type)
        self.code.show_words(row.code)
        places = [each.id for each in self.centre.rows]
        told = {"number": places.index(row.id) + 1, "count": len(places)}
        self.place_in_list.show_words(Message("census_desk.page.place", told))
        title = self._language.render(asset_type.title)
        self.about.show_words(" · ".join(part for part in (row.road, title) if part))
        is_decided = row.record["state"] in DECIDED
        reason = row.record["decision_reason"]
        self.decided.setVisible(is_decided or bool(reason))
        if is_decided:
            self.decided.show_words(Message("census_desk.page.decided"))
        elif reason:
            self.decided.show_words(Message("census_desk.page.again", {"reason": reason}))
        self.save_button.setEnabled(not is_decided and self.centre.session.may("edit"))
        self.form.show_row(register, form, row, self._kept.get(row.id))
        self._clock.start()
        self._tick.start()
        self._tell_time()
        self._scroll.verticalScrollBar().setValue(0)

    def _on_edited(self) -> None:
        self.error.hide()
        self.same.setEnabled(self.form.outcomes.value == FOUND and self.save_button.isEnabled())

    def _tell_time(self) -> None:
        seconds = self._clock.elapsed() // 1000
        words = Message("census_desk.page.time", {"time": f"{seconds // 60}:{seconds % 60:02d}"})
        self.time.show_state(words, "info")

    # ---- what keys and buttons do

    def begin(self) -> None:
        """The keyboard comes here."""
        self.form.outcomes.setFocus(Qt.FocusReason.TabFocusReason)

    def confirm(self) -> None:
        """All that is not looked at yet is as in the book."""
        self.form.commit()
        if self.same.isEnabled():
            self.form.confirm()

    def press_outcome(self, key: str) -> None:
        """Choose the outcome of a digit."""
        self.form.commit()
        self.form.outcomes.press(key)

    def focus_scale(self) -> None:
        """Go to the condition, or what else is told on a scale."""
        row = next((row for row in self.form.rows.values() if row.strip is not None), None)
        if row is not None:
            row.focus()

    def focus_defects(self) -> None:
        """Go to the defects."""
        self.form.defects.setFocus()

    def ask_photo(self) -> None:
        """Ask which photos."""
        self.form.photos.ask()

    def paste_photo(self) -> None:
        """Take the picture on the clipboard along."""
        self.form.photos.paste_picture()

    def ask_place(self) -> None:
        """Let the next click on the map say where it was found."""
        self.pick_asked.emit()

    def ask_place_file(self) -> None:
        """Ask for the file of a receiver."""
        self.form.position.ask_file()

    def take_place(self, x: float, y: float) -> None:
        """The place was clicked."""
        self.form.position.take((x, y), CLICKED)
        self.form.remark.setFocus()

    def go_forth(self) -> None:
        """Go to the next row, leaving this one as it is."""
        self._step(1)

    def go_back(self) -> None:
        """Go to the row before."""
        self._step(-1)

    def _step(self, by: int) -> None:
        self.centre.step(by)
        self.begin()

    # ---- writing

    def save(self) -> None:
        """Write what is entered, and go on to the next target."""
        row = self._row
        if row is None or not self.save_button.isEnabled() or self._is_wrong():
            return
        form, centre = self.form, self.centre
        kept = form.entered()
        logged = form.logged(centre.me, centre.my_name or None, round(self._clock.elapsed() / 1000, 1))
        failed = partial(self._come_back, row, kept)
        is_beside = form.is_new and row.target is not None
        try:
            if is_beside:
                self.writer.log_new(form.type, logged, kept.photos, failed)
            else:
                self.writer.log(row, logged, kept.photos, failed)
        except UserError as error:
            self._refuse(_sentences(error))
            return
        self._kept.pop(row.id, None)
        self._row = None
        if is_beside:
            # What was looked for is still to be logged.
            self._show()
        elif not centre.go_on():
            self._row = row
            centre.notifier.info(Message("census_desk.page.all_done"))
        self.begin()

    def _is_wrong(self) -> bool:
        """Whether something cannot be written; it is said, and the keyboard goes there."""
        form = self.form
        form.commit()
        if not form.is_seen:
            return False
        wrong = next((each for each in form.rows.values() if each.problem is not None), None)
        if wrong is not None and wrong.problem is not None:
            self._refuse(wrong.problem.message)
            wrong.focus()
        elif form.position.is_wrong:
            self._refuse(Message("census_desk.place.wrong"))
            form.position.line.setFocus()
        else:
            return False
        return True

    def _come_back(self, row: WorkRow, kept: Kept, error: UserError) -> None:
        """It could not be written: what was entered stands here again."""
        self._row = None
        self._kept[row.id] = kept
        if self.centre.record == row.id:
            self._show()
        else:
            self.centre.choose(row.id)
        self._refuse(_sentences(error))

    def _refuse(self, words: Words) -> None:
        self.error.show_words(words)
        self.error.show()

    # ---- following the desk

    def _on_chosen(self) -> None:
        """Another target: what was entered of this one and not written stands here again when one comes back."""
        row = self._row
        if row is not None and row.record["state"] not in DECIDED and not self.form.is_new:
            self.form.commit()
            self._kept[row.id] = self.form.entered()
        self._show()

    def _on_listed(self) -> None:
        """News of the list: what is being entered stays as it is."""
        row = self.centre.row
        if row is None or self._row is None or row.id != self._row.id:
            self._row = None
            self._show()
        elif row.record.version != self._row.record.version:
            self._kept.pop(row.id, None)
            self._show()

    def _on_language(self) -> None:
        if self._row is not None:
            self._on_chosen()

    # ---- layout

    def _tie(self) -> None:
        form = self.form
        self.centre.chosen.connect(self._on_chosen)
        self.centre.listed.connect(self._on_listed)
        self._language.changed.connect(self._on_language)
        form.edited.connect(self._on_edited)
        form.photos.refused.connect(lambda error: self._refuse(_sentences(error)))
        form.position.refused.connect(lambda error: self._refuse(_sentences(error)))
        form.position.pick_asked.connect(self.pick_asked)
        self.back.clicked.connect(self.go_back)
        self.same.clicked.connect(self.confirm)
        self.save_button.clicked.connect(self.save)
        acts: list[tuple[str, Callable[[], None]]] = [(key, getattr(self, name)) for key, name in _KEYS]
        acts += [(f"Alt+{n}", partial(self.press_outcome, str(n))) for n in range(1, len(OUTCOMES) + 1)]
        for key, act in acts:
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)

    def _lay_out(self) -> None:
        self.error.setContentsMargins(12, 4, 12, 4)
        self.error.hide()
        self.empty.setContentsMargins(16, 24, 16, 24)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._head = QFrame()
        head = QVBoxLayout(self._head)
        head.setContentsMargins(12, 10, 12, 8)
        head.setSpacing(4)
        first = QHBoxLayout()
        first.setSpacing(8)
        first.addWidget(self.symbol)
        first.addWidget(self.code, 1)
        first.addWidget(self.place_in_list)
        first.addWidget(self.time)
        head.addLayout(first)
        for part in (self.about, self.decided, self.form.outcomes):
            head.addWidget(part)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(self.form)
        self._foot = QFrame()
        self._foot.setObjectName("panelFoot")
        foot = QHBoxLayout(self._foot)
        foot.setContentsMargins(12, 8, 12, 8)
        foot.setSpacing(6)
        foot.addWidget(self.back)
        foot.addWidget(self.same)
        foot.addStretch(1)
        foot.addWidget(self.save_button)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self._head)
        whole.addWidget(self.empty)
        whole.addWidget(self._scroll, 1)
        whole.addWidget(self.error)
        whole.addWidget(self._foot)

    # ---- dropping

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() and self.save_button.isEnabled():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.form.photos.add_files(paths)


def _sentences(error: UserError) -> Words:
    if error.hint is None:
        return error.title
    return Message("form.two_sentences", {"first": error.title, "second": error.hint})
