"""One case that waits for something to be done: its photos before and after, a day, a word, and what comes next."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from gisapp.forms.chip import Chip
from gisapp.forms.words import ElidedLabel, Label
from gisapp.language import Language
from gisapp.panels.census.photo_drop import accept_files, take_files
from gisapp.panels.census.photo_pair import PhotoPair
from gisapp.panels.census.photo_strip import PhotoStrip
from gisapp.panels.census.target_page import sentences
from gisapp.session import Session
from gisapp.tasks import Tasks
from gisapp.theme import Theme
from layers.editing.plan import EditPlan
from layers.errors import UserError
from layers.register import Edit
from layers.text import Message

WIDTH = 490
_DAY = 96
Write = Callable[..., None]
"""Does an act, says so and offers to undo it: label, work, and by name ``failed``."""


class CaseCard(QWidget):
    """``proceeded``: Ctrl+Enter, what comes next shall be done. ``today`` says which day it is."""

    proceeded = Signal()

    def __init__(
        self,
        language: Language,
        theme: Theme,
        session: Session,
        tasks: Tasks,
        write: Write,
        sides: tuple[Message, Message],
        empty: Message,
    ) -> None:
        super().__init__()
        self.setAcceptDrops(True)
        self._language, self._theme, self.session, self._tasks, self._write = (
            language,
            theme,
            session,
            tasks,
            write,
        )
        self.heading = ElidedLabel(language, theme, strong=True)
        self.state = Chip(language, theme, "", "neutral")
        self.about = ElidedLabel(language, theme, size="small", tone="quiet")
        self.pair = PhotoPair(language, theme, session, tasks, sides)
        self.day = QLineEdit()
        self.remark = QLineEdit()
        self.photos = PhotoStrip(language, theme, tasks)
        self.error = Label(language, theme, size="small", tone="danger", wrap=True)
        self.empty = Label(language, theme, empty, tone="quiet", wrap=True)
        self._buttons: tuple[QPushButton, ...] = ()
        self._lay_out()
        self.photos.refused.connect(self.refuse)
        keys = (
            ("Ctrl+Return", self.proceeded.emit), ("Ctrl+Enter", self.proceeded.emit), ("F5", self.photos.ask),
            ("F6", self.photos.paste_picture),
        )  # fmt: skip
        for key, act in keys:
            shortcut = QShortcut(QKeySequence(key), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)

    @property
    def today(self) -> datetime.date:
        return datetime.date.today()

    @property
    def typed_day(self) -> str:
        """The day typed, as it is kept; blank when it is none."""
        try:
            return datetime.date.fromisoformat(
                self.day.text().strip().replace("/", "-").replace(".", "-")
            ).isoformat()
        except ValueError:
            return ""

    def show_body(self, on: bool) -> None:
        """Show a case, or what can be done here."""
        self._body.setVisible(on)
        self.empty.setVisible(not on)

    def begin(self) -> None:
        """Nothing is entered of it yet."""
        self.error.hide()
        self.day.setText(self.today.isoformat())
        self.remark.clear()
        self.photos.show_photos(())
        self.pair.show_photos((), ())

    def offer(self, *, entries: bool, photos: bool, buttons: Sequence[QPushButton]) -> None:
        """What can be entered and done now."""
        for widget in (self.day, self.remark):
            widget.setVisible(entries)
        self.photos.setVisible(photos)
        for button in self._buttons:
            button.setVisible(button in buttons)

    def do(self, make: Callable[[], EditPlan], work: Callable[[Edit], Any] | None = None) -> None:
        """Plan it, and write it (by ``work`` where it is more than the plan); what cannot be is told here."""
        self.error.hide()
        try:
            plan = make()
        except UserError as error:
            self.refuse(error)
            return
        self._write(plan.label, work or (lambda edit: plan.apply(edit)), failed=self.refuse)

    def refuse(self, error: UserError) -> None:
        """Say why not."""
        self.error.show_words(sentences(error))
        self.error.show()

    def add_buttons(self, *buttons: QPushButton, last: QPushButton | None = None) -> None:
        """What can be done, in order; ``last`` stands apart."""
        self._buttons = tuple(each for each in (*buttons, last) if each is not None)
        for button in buttons:
            self._row.addWidget(button)
        self._row.addStretch(1)
        if last is not None:
            self._row.addWidget(last)

    # ---- layout

    def _lay_out(self) -> None:
        language, theme = self._language, self._theme
        for editor, words in ((self.day, "repairs.day"), (self.remark, "census_desk.remark")):
            editor.setFont(theme.font("small"))
            language.say(editor, "setAccessibleName", Message(words))
        language.hint(self.day, Message("repairs.day"))
        self.day.setFixedWidth(_DAY)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.heading, 1)
        head.addWidget(self.state)
        typed = QHBoxLayout()
        typed.setSpacing(6)
        typed.addWidget(self.day)
        typed.addWidget(self.remark, 1)
        self._row = QHBoxLayout()
        self._row.setSpacing(6)
        right = QVBoxLayout()
        right.setSpacing(6)
        right.addLayout(typed)
        right.addWidget(self.photos)
        right.addWidget(self.error)
        right.addStretch(1)
        both = QHBoxLayout()
        both.setSpacing(12)
        both.addWidget(self.pair)
        both.addLayout(right, 1)
        self._body = QWidget()
        body = QVBoxLayout(self._body)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(4)
        body.addLayout(head)
        body.addWidget(self.about)
        body.addLayout(both, 1)
        body.addLayout(self._row)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(12, 8, 12, 8)
        whole.addWidget(self._body, 1)
        whole.addWidget(self.empty)
        self.setFixedWidth(WIDTH)

    # ---- dropping

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        accept_files(event, wanted=not self.photos.isHidden())

    def dropEvent(self, event: QDropEvent) -> None:
        take_files(event, self.photos)
