"""The page of one target after another: its head, the form of what was seen, and the keys that drive it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from gisapp.forms.chip import Chip
from gisapp.forms.words import Button, ElidedLabel, Label, SymbolLabel
from gisapp.language import Language, Words
from gisapp.panels.census.logging_form import OUTCOMES, LoggingForm, Part
from gisapp.panels.census.photo_drop import accept_files, take_files
from gisapp.panels.census.position_part import CLICKED
from gisapp.theme import Theme
from layers.census.words import FOUND
from layers.errors import UserError
from layers.text import Message

KEYS: tuple[tuple[str, str], ...] = (
    ("F2", "confirm"), ("Ctrl+Return", "save"), ("Ctrl+Enter", "save"), ("F3", "focus_scale"), ("F4", "focus_defects"),
    ("F5", "ask_photo"), ("F6", "paste_photo"), ("F7", "ask_place"), ("Alt+F7", "ask_place_file"),
    ("Ctrl+PgDown", "go_forth"), ("Ctrl+PgUp", "go_back"),
)  # fmt: skip


#: Pixels around what is pointed at.
_AROUND = 40
#: To what part of the form it belongs what a record is refused for.
_PLACES: Mapping[str, Part] = {
    "census.photo_missing": "photos",
    "census.no_found_place": "place",
    "census.why_not": "remark",
}


class TargetPage(QWidget):
    """A page that is filled in. ``saved``: what is entered shall be written; ``stepped``: another row is asked for,
    this one stays as it is; ``pick_asked``: the next click on the map is the place where it was found."""

    saved = Signal()
    stepped = Signal(int)
    pick_asked = Signal()

    def __init__(
        self,
        language: Language,
        theme: Theme,
        form: LoggingForm,
        empty: Message,
        same: Message,
        save: Message,
    ) -> None:
        super().__init__()
        self.setObjectName("inspector")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAcceptDrops(True)
        self._language, self._theme, self.form = language, theme, form
        self.symbol = SymbolLabel(theme, 28)
        self.code = ElidedLabel(language, theme, size="heading", strong=True)
        self.place_in_list = Label(language, theme, size="small", tone="quiet")
        self.about = ElidedLabel(language, theme, size="small", tone="quiet")
        self.chip = Chip(language, theme, "", "info")
        self.decided = Label(language, theme, size="small", tone="warn", wrap=True)
        self.error = Label(language, theme, size="small", tone="danger", wrap=True)
        self.empty = Label(language, theme, empty, tone="quiet", wrap=True)
        self.back = Button(language, Message("census_desk.page.back"))
        self.same = Button(language, same)
        self.save_button = Button(language, save, "primary")
        language.hint(self.save_button, Message("census_desk.page.save.tip"))
        self._lay_out()
        self._tie_page()

    def save(self) -> None:
        """Have what is entered written."""
        self.saved.emit()

    def show_target(self, on: bool) -> None:
        """Show a target, or what the page is for; a page that has the keyboard keeps it."""
        within = QApplication.focusWidget()
        if not on and within is not None and self.isAncestorOf(within):
            self.setFocus()
        for part in (self._scroll, self._head, self._foot):
            part.setVisible(on)
        self.empty.setVisible(not on)
        self.error.hide()
        if on and self.hasFocus():
            self.begin()

    def to_top(self) -> None:
        """Show the first rows."""
        self._scroll.verticalScrollBar().setValue(0)

    # ---- what keys and buttons do

    def begin(self) -> None:
        """The keyboard comes here: to the outcomes, as soon as there is a target."""
        at = self if self._head.isHidden() else self.form.outcomes
        at.setFocus(Qt.FocusReason.TabFocusReason)

    def confirm(self) -> None:
        """All that is not looked at yet is as it is said beside it."""
        self.form.commit()
        if self.same.isEnabled():
            self.form.confirm()

    def press_outcome(self, key: str) -> None:
        """Choose the outcome of a digit."""
        if not self._head.isHidden():
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
        self.stepped.emit(1)
        self.begin()

    def go_back(self) -> None:
        """Go to the row before."""
        self.stepped.emit(-1)
        self.begin()

    def is_wrong(self) -> bool:
        """Whether something cannot be written; it is said, and the keyboard goes there."""
        form = self.form
        form.commit()
        if not form.is_seen:
            return False
        wrong = next((each for each in form.rows.values() if each.problem is not None), None)
        if wrong is not None:
            self._point_at(wrong.note)
            wrong.focus()
        elif form.position.is_wrong:
            self._point_at(form.position.said)
            form.position.line.setFocus()
        else:
            return False
        return True

    def turn_down(self, error: UserError) -> None:
        """Say why it cannot be written, where it belongs if that is in one place; who has to type there is there."""
        part = _PLACES.get(error.title.id)
        if part is None:
            self.refuse(sentences(error))
            return
        self._point_at(self.form.ask_for(part, sentences(error)))
        if part == "remark":
            self.form.remark.setFocus()

    def _point_at(self, words: QWidget) -> None:
        """What is wrong stands beneath its field: it is brought into sight."""
        self.refuse(Message("census_desk.page.wrong"))
        # Once it has its place.
        QTimer.singleShot(0, words, lambda: self._scroll.ensureWidgetVisible(words, 0, _AROUND))

    def refuse(self, words: Words) -> None:
        """Say why it cannot be written."""
        self.error.show_words(words)
        self.error.show()

    def _on_edited(self) -> None:
        self.error.hide()
        self.same.setEnabled(self.form.outcomes.value == FOUND and self.save_button.isEnabled())

    # ---- layout

    def _tie_page(self) -> None:
        form = self.form
        form.edited.connect(self._on_edited)
        form.photos.refused.connect(lambda error: self.refuse(sentences(error)))
        form.position.refused.connect(lambda error: self.refuse(sentences(error)))
        form.position.pick_asked.connect(self.pick_asked)
        self.back.clicked.connect(self.go_back)
        self.same.clicked.connect(self.confirm)
        self.save_button.clicked.connect(lambda _=False: self.save())
        acts: list[tuple[str, Callable[[], None]]] = [(key, getattr(self, name)) for key, name in KEYS]
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
        first.addWidget(self.chip)
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
        accept_files(event, wanted=self.save_button.isEnabled())

    def dropEvent(self, event: QDropEvent) -> None:
        take_files(event, self.form.photos)


def sentences(error: UserError) -> Words:
    """What happened, and what to do next."""
    if error.hint is None:
        return error.title
    return Message("form.two_sentences", {"first": error.title, "second": error.hint})
