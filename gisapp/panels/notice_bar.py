"""A strip under the top bar for warnings and errors: what happened, what to do, details folded."""

from __future__ import annotations

import time

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from gisapp.actions import Actions
from gisapp.forms.words import Button, IconButton, IconLabel, Label, set_style
from gisapp.language import Language
from gisapp.notify import Notice
from gisapp.theme import Theme
from layers.text import Message

_ICONS = {"error": ("warning-circle", "danger"), "warning": ("warning", "warn"), "info": ("info", "info")}
#: Milliseconds for which it stands at most: time to read it twice, and no longer than the work after it.
STAYS = {"error": 40_000, "warning": 25_000, "info": 15_000}
#: A notice younger than this (seconds) may tell of the very act that succeeded: it stays.
YOUNG = 2.0


class NoticeBar(QFrame):
    """Shows the latest warning or error until it is closed, another act succeeds, or a while has gone by.

    News that ask for nothing are told by the status bar alone: a strip that comes and goes moves the map.
    """

    action_asked = Signal(str)

    def __init__(self, language: Language, theme: Theme, actions: Actions) -> None:
        super().__init__()
        self.setObjectName("noticeBar")
        self._notice: Notice | None = None
        self._actions = actions
        self._since = 0.0
        self._while = QTimer(self, singleShot=True)
        self._while.timeout.connect(self._tire)
        self._icon = IconLabel(theme, "info")
        self._title = Label(language, theme, strong=True, wrap=True)
        self._hint = Label(language, theme, wrap=True)
        self._detail = Label(language, theme, size="small", tone="quiet", wrap=True)
        self._detail.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._title.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._more = Button(language, Message("notify.details"), "link")
        self._more.clicked.connect(self._fold)
        self.act = Button(language, "", "link")
        self.act.clicked.connect(self._do)
        close = IconButton(language, theme, "x", Message("notify.close"))
        close.clicked.connect(self.clear)
        texts = QVBoxLayout()
        texts.setSpacing(4)
        for part in (self._title, self._hint, self._detail):
            texts.addWidget(part)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 8, 8)
        row.setSpacing(8)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(texts, 1)
        row.addWidget(self.act, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self._more, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def show_notice(self, notice: Notice) -> None:
        """Show what needs the user's eye; a success takes an earlier one away, but nothing that was just refused."""
        if notice.severity == "ok":
            if self._notice is None or self._notice.severity == "info":
                self.clear()
            else:
                # Of two acts at once the one may succeed that was not refused.
                self.give_way()
            return
        if notice.severity == "info" and notice.hint is None and notice.action is None:
            return
        self._notice, self._since = notice, time.monotonic()
        self._while.start(STAYS[notice.severity])
        self._icon.show_icon(*_ICONS[notice.severity])
        self._title.show_words(notice.title)
        self._hint.show_words(notice.hint or "")
        self._hint.setVisible(notice.hint is not None)
        self._detail.show_words(notice.detail or "")
        self._detail.hide()
        self._more.setVisible(notice.detail is not None)
        self.act.setVisible(notice.action is not None)
        if notice.action is not None:
            self.act.show_words(self._actions[notice.action].title)
        set_style(self, "severity", notice.severity)
        self.show()

    def clear(self) -> None:
        """Take it away."""
        self._notice = None
        self._while.stop()
        self.hide()

    def give_way(self) -> None:
        """Something was done: what was said of work before it is over."""
        if time.monotonic() - self._since > YOUNG:
            self.clear()

    def _tire(self) -> None:
        if self.underMouse() or self._detail.isVisible():
            # Somebody reads it.
            self._while.start()
        else:
            self.clear()

    def _do(self) -> None:
        if self._notice is not None and self._notice.action is not None:
            self.action_asked.emit(self._notice.action)

    def _fold(self) -> None:
        self._detail.setVisible(not self._detail.isVisible())
