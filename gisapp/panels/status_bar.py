"""The bar at the bottom: last message, running task with progress and cancel, selection, saved when."""

from __future__ import annotations

from datetime import datetime

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QWidget

from gisapp.actions import Actions
from gisapp.forms.words import Button, ElidedLabel, IconLabel, Label, Line
from gisapp.language import Language
from gisapp.notify import Notice
from gisapp.panels.checks.check_chip import CheckChip
from gisapp.panels.notice_bar import YOUNG
from gisapp.tasks import Task, Tasks
from gisapp.theme import Theme
from layers.text import Message

_ICONS = {
    "ok": ("check", "ok"),
    "info": ("info", "info"),
    "warning": ("warning", "warn"),
    "error": ("warning-circle", "danger"),
}


#: Milliseconds for which a warning or an error stands here: some longer than in the strip above.
REFUSAL_STAYS = 60_000


class StatusBar(QWidget):
    """Listens to the tasks; the window tells it the rest."""

    action_asked = Signal(str)
    """What a message offers beside it."""

    def __init__(self, language: Language, theme: Theme, tasks: Tasks, actions: Actions) -> None:
        super().__init__()
        self._actions, self._offered = actions, ""
        self.setObjectName("statusBar")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(theme.size("status_bar"))
        self._language, self._tasks = language, tasks
        self._icon = IconLabel(theme, "check", 14, "ok")
        self._icon.hide()
        self._refusal = QTimer(self, singleShot=True, interval=REFUSAL_STAYS)
        self._refusal.timeout.connect(self._fall_silent)
        self.message = ElidedLabel(language, theme, size="small", tone="quiet")
        self.offer = Button(language, "", "link")
        self.offer.setFont(theme.font("small"))
        self.offer.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.offer.clicked.connect(lambda: self.action_asked.emit(self._offered))
        self.offer.hide()
        self._what = Label(language, theme, size="small", strong=True)
        self._bar = QProgressBar(textVisible=False)
        self._bar.setFixedWidth(120)
        self._amount = Label(language, theme, size="small", tone="quiet")
        self._cancel = Button(language, Message("task.cancel"), "link")
        self._cancel.setFont(theme.font("small"))
        self._cancel.clicked.connect(self._cancel_shown)
        self.selected = Label(language, theme, size="small", tone="quiet")
        self.saved = Label(language, theme, size="small", tone="quiet")
        self.checks = CheckChip(language, theme)
        self._selected_line, self._saved_line = Line(upright=True, length=12), Line(upright=True, length=12)
        self._task: Task | None = None
        self._lay_out()
        tasks.started.connect(self._choose)
        tasks.ended.connect(self._choose)
        self._choose()
        self.show_selected(None)
        self.show_saved(None)

    def show_notice(self, notice: Notice) -> None:
        """Show the line of a notice."""
        self._icon.show_icon(*_ICONS[notice.severity])
        self._icon.show()
        self.message.show_words(notice.title)
        if notice.severity in ("warning", "error"):
            self._refusal.start()
        else:
            self._refusal.stop()
        self._offered = notice.action or ""
        self.offer.setVisible(bool(self._offered))
        if self._offered:
            self.offer.show_words(self._actions[self._offered].title)

    def give_way(self) -> None:
        """Something was done: a refusal of work before it is over, if there was time to read it."""
        if self._refusal.isActive() and self._refusal.remainingTime() < REFUSAL_STAYS - YOUNG * 1000:
            self._fall_silent()

    def _fall_silent(self) -> None:
        self._refusal.stop()
        self._icon.hide()
        self.offer.hide()
        self.message.show_words("")

    def show_selected(self, words: Message | None) -> None:
        """Say what is selected; nothing when None."""
        self.selected.show_words(words or "")
        self.selected.setVisible(words is not None)
        self._selected_line.setVisible(words is not None)

    def show_saved(self, at: datetime | None, *, read_only: bool = False) -> None:
        """Say when the register was last written."""
        words = (
            Message("window.read_only")
            if read_only
            else Message("window.saved", {"time": f"{at:%H:%M}" if at else ""})
        )
        self.saved.show_words(words)
        shown = read_only or at is not None
        self.saved.setVisible(shown)
        self._saved_line.setVisible(shown)

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(8)
        row.addWidget(self._icon)
        row.addWidget(self.message)
        row.addWidget(self.offer)
        row.addStretch(1)
        row.addWidget(self.checks)
        parts: tuple[QWidget, ...] = (self._what, self._bar, self._amount, self._cancel)
        for part in (*parts, self._selected_line, self.selected, self._saved_line, self.saved):
            row.addWidget(part)

    def _choose(self) -> None:
        """Show the oldest task that is worth showing."""
        shown = next((task for task in self._tasks.running if task.shown and not task.is_stale), None)
        if shown is not self._task:
            self._task = shown
            if shown is not None:
                shown.progressed.connect(self._show_progress)
        for part in (self._what, self._bar, self._amount, self._cancel):
            part.setVisible(shown is not None)
        self._show_progress()

    def _show_progress(self) -> None:
        task = self._task
        if task is None:
            return
        self._what.show_words(task.label)
        self._bar.setRange(0, 0 if task.fraction is None else 1000)
        self._bar.setValue(int((task.fraction or 0.0) * 1000))
        left = task.seconds_left
        parts = [self._language.render(task.what)] if task.what else []
        if left is not None:
            minutes, seconds = divmod(round(left), 60)
            parts.append(self._language.render(Message("task.left", {"time": f"{minutes}:{seconds:02d}"})))
        self._amount.show_words("  ".join(parts))

    def _cancel_shown(self) -> None:
        if self._task is not None:
            self._task.stop()
            self._choose()
