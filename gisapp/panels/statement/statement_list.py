"""The desk's panel: every statement there is, drafts first, and what the one looked at was counted by."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from gisapp.actions import Actions
from gisapp.forms.chip import Chip
from gisapp.forms.words import Button, ElidedLabel, Label, Line, set_style
from gisapp.language import Language, Words
from gisapp.panels.statement.work import Entry, Opened, StatementWork
from gisapp.theme import Theme
from layers.text import Message


class StatementList(QWidget):
    """Rows to click; the settings of what is open below."""

    def __init__(self, language: Language, theme: Theme, work: StatementWork, actions: Actions) -> None:
        super().__init__()
        self._language, self._theme, self._work = language, theme, work
        self.rows: dict[str, _Row] = {}
        head = QHBoxLayout()
        head.setContentsMargins(12, 6, 12, 6)
        head.addWidget(Label(language, theme, Message("reporting.list"), size="heading", strong=True), 1)
        new = Button(language, Message("reporting.new"))
        new.clicked.connect(lambda: actions.trigger("statements.new"))
        head.addWidget(new)
        self._list = QVBoxLayout()
        self._list.setContentsMargins(0, 0, 0, 0)
        self._list.setSpacing(0)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._list)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inner)
        self._settings = QGridLayout()
        self._settings.setContentsMargins(12, 8, 12, 8)
        self._settings.setVerticalSpacing(4)
        self._settings.setColumnStretch(1, 1)
        self._settings_head = _heading(language, theme, Message("reporting.settings"))
        self.code = Label(language, theme, size="small", tone="faint", wrap=True)
        foot = QVBoxLayout()
        foot.setContentsMargins(12, 6, 12, 8)
        foot.addWidget(self.code)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(head)
        whole.addWidget(Line())
        whole.addWidget(area, 1)
        whole.addWidget(self._settings_head)
        whole.addLayout(self._settings)
        whole.addWidget(Line())
        whole.addLayout(foot)
        self._settings_head.hide()
        work.listed.connect(self._show_entries)
        work.opened.connect(self._show_opened)
        work.stale_changed.connect(lambda _: self._mark())

    def _show_entries(self, entries: tuple[Entry, ...]) -> None:
        while (item := self._list.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self.rows = {}
        for frozen, title in ((False, Message("reporting.drafts")), (True, Message("reporting.copies"))):
            mine = [entry for entry in entries if (entry.id is not None) == frozen]
            if mine:
                self._list.addWidget(_heading(self._language, self._theme, title))
            for entry in mine:
                row = _Row(self._language, self._theme, entry, self._work)
                self.rows[entry.key] = row
                self._list.addWidget(row)
        self._mark()

    def _show_opened(self, opened: Opened | None) -> None:
        while (item := self._settings.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self._settings_head.setVisible(opened is not None)
        self.code.show_words("")
        if opened is not None:
            for number, (title, value) in enumerate(opened.report.settings):
                name = Label(self._language, self._theme, title, size="small", tone="quiet")
                said = Label(self._language, self._theme, value, size="small", wrap=True)
                said.setAlignment(Qt.AlignmentFlag.AlignRight)
                self._settings.addWidget(name, number, 0, Qt.AlignmentFlag.AlignTop)
                self._settings.addWidget(said, number, 1)
            self.code.show_words(
                Message("reporting.code", {"code": opened.report.code.replace(" ", "\u00a0")})
            )
        self._mark()

    def _mark(self) -> None:
        current = self._work.current
        for key, row in self.rows.items():
            is_current = current is not None and current.entry.key == key
            row.show_state(is_current=is_current, is_stale=is_current and self._work.is_stale)


class _Row(QFrame):
    """One statement: what it is, its state, when it was submitted."""

    def __init__(self, language: Language, theme: Theme, entry: Entry, work: StatementWork) -> None:
        super().__init__()
        self.setObjectName("statementRow")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._entry, self._work = entry, work
        self._title = ElidedLabel(language, theme, _title(entry), strong=True)
        self._chip = Chip(language, theme)
        self._when = Label(language, theme, _when(entry), size="small", tone="quiet")
        upper = QHBoxLayout()
        upper.addWidget(self._title, 1)
        upper.addWidget(self._chip)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 7, 12, 7)
        column.setSpacing(2)
        column.addLayout(upper)
        column.addWidget(self._when)
        self.setAccessibleName(language.render(_title(entry)))

    def show_state(self, *, is_current: bool, is_stale: bool) -> None:
        """Whether it is the one looked at, and older than the register."""
        set_style(self, "current", "true" if is_current else "")
        if self._entry.id is not None:
            self._chip.show_state(Message("reporting.state.frozen"), "neutral")
        elif is_stale:
            self._chip.show_state(Message("reporting.state.stale"), "warn")
        else:
            self._chip.show_state(Message("reporting.state.draft"), "info")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._work.open(self._entry)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Space):
            self._work.open(self._entry)
        else:
            super().keyPressEvent(event)


def _title(entry: Entry) -> Words:
    first, last = entry.first, entry.last
    if entry.title:
        return entry.title
    if (first.month, first.day, last.month, last.day, first.year) == (1, 1, 12, 31, last.year):
        return Message("reporting.draft_of", {"year": first.year})
    if (first.month, first.day, last.month, last.day) == (1, 1, 12, 31):
        return Message("reporting.draft_of_years", {"first": first.year, "last": last.year})
    return f"{first} – {last}"


def _when(entry: Entry) -> Words:
    if entry.submitted is None:
        return Message("reporting.live")
    when, who = entry.submitted
    return Message("reporting.submitted", {"when": f"{when:%Y-%m-%d}", "who": who})


def _heading(language: Language, theme: Theme, words: Words) -> QFrame:
    frame = QFrame()
    frame.setObjectName("statementHeading")
    row = QHBoxLayout(frame)
    row.setContentsMargins(12, 5, 12, 5)
    row.addWidget(Label(language, theme, words, size="small", tone="quiet"))
    return frame
