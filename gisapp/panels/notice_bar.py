"""A strip under the top bar for warnings and errors: what happened, what to do, details folded."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from gisapp.forms.words import Button, IconButton, IconLabel, Label, set_style
from gisapp.language import Language
from gisapp.notify import Notice
from gisapp.theme import Theme
from layers.text import Message

_ICONS = {"error": ("warning-circle", "danger"), "warning": ("warning", "warn"), "info": ("info", "info")}


class NoticeBar(QFrame):
    """Shows the latest warning or error until it is closed or another act succeeds."""

    def __init__(self, language: Language, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("noticeBar")
        self._notice: Notice | None = None
        self._icon = IconLabel(theme, "info")
        self._title = Label(language, theme, strong=True, wrap=True)
        self._hint = Label(language, theme, wrap=True)
        self._detail = Label(language, theme, size="small", tone="quiet", wrap=True)
        self._detail.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._title.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._more = Button(language, Message("notify.details"), "link")
        self._more.clicked.connect(self._fold)
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
        row.addWidget(self._more, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()

    def show_notice(self, notice: Notice) -> None:
        """Show a warning or error; a success takes an earlier one away."""
        if notice.severity == "ok":
            self.clear()
            return
        self._notice = notice
        self._icon.show_icon(*_ICONS[notice.severity])
        self._title.show_words(notice.title)
        self._hint.show_words(notice.hint or "")
        self._hint.setVisible(notice.hint is not None)
        self._detail.show_words(notice.detail or "")
        self._detail.hide()
        self._more.setVisible(notice.detail is not None)
        set_style(self, "severity", notice.severity)
        self.show()

    def clear(self) -> None:
        """Take it away."""
        self._notice = None
        self.hide()

    def _fold(self) -> None:
        self._detail.setVisible(not self._detail.isVisible())
