"""One act of the trail in full: who, when, what; every asset before and after; batches as runs; ways back."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from gisapp.forms.words import Button, IconButton, Label, Line
from gisapp.language import Language, Words
from gisapp.panels.history.acts import HistoryActs
from gisapp.panels.history.change_card import ChangeCard
from gisapp.panels.history.kinds import kind_look, wall_time
from gisapp.session import Session
from gisapp.theme import Theme
from layers.history.reading import ActDetail, Batch
from layers.history.restoring import preview_act
from layers.text import Message
from layers.trail import REVERSIBLE

#: So many assets are told in full.
CARDS = 40


class ActView(QWidget):
    """``since_asked``: this act and all after it shall be taken back. ``closed``: the list alone again."""

    since_asked = Signal(object)
    closed = Signal()

    def __init__(self, language: Language, theme: Theme, session: Session, acts: HistoryActs) -> None:
        super().__init__()
        self._language, self._theme, self._session, self._acts = language, theme, session, acts
        self.detail: ActDetail | None = None
        self._scroll = QScrollArea(widgetResizable=True)
        self.ghosts = IconButton(
            language, theme, "eye", Message("history.ghosts"), active="accent_ink", checkable=True
        )
        self.fly = IconButton(language, theme, "crosshair-simple", Message("inspector.fly.tip"))
        self.close_button = IconButton(language, theme, "x", Message("history.close_act"))
        self.take_back = Button(language, Message("history.take_back"))
        self.since = Button(language, Message("history.take_back_since"))
        self._title = Label(language, theme, Message("history.act"), strong=True)
        self.ghosts.toggled.connect(self._show_ghosts)
        self.close_button.clicked.connect(self.closed)
        self.take_back.clicked.connect(self._take_back)
        self.since.clicked.connect(lambda: self.since_asked.emit(self.detail))
        acts.ghost_asked.connect(self._on_ghosts)
        session.past_changed.connect(lambda _: self.show_act(self.detail))
        self._lay_out()

    def show_act(self, detail: ActDetail | None) -> None:
        """Tell an act; None tells none."""
        self.detail = detail
        if self.ghosts.isChecked():
            self.ghosts.setChecked(False)
        if detail is None:
            return
        may = self._session.may("restore")
        self.take_back.setEnabled(may and detail.act.kind in REVERSIBLE)
        self.since.setEnabled(may)
        self.ghosts.setEnabled(any(change.has_ghost for change in detail.changes))
        self.fly.setEnabled(bool(detail.changes))
        self._scroll.setWidget(self._body(detail))

    def _body(self, detail: ActDetail) -> QWidget:
        language, theme, act = self._language, self._theme, detail.act
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(12, 8, 8, 8)
        column.setSpacing(4)
        column.addWidget(Label(language, theme, act.label, strong=True, wrap=True))
        who: Words = Message("history.stated", {"actor": act.actor}) if act.stated else act.actor
        told = Message(
            "history.who_when", {"at": wall_time(act.at), "actor": who, "kind": kind_look(act.kind)[1]}
        )
        column.addWidget(Label(language, theme, told, size="small", tone="quiet", wrap=True))
        if act.undoes is not None:
            back = Button(language, Message("history.undoes", {"id": act.undoes}), "link")
            back.clicked.connect(lambda: self._acts.act_asked.emit(act.undoes))
            column.addWidget(back)
        for batch in detail.batches:
            column.addWidget(Label(language, theme, batch_words(batch), size="small", wrap=True))
        for change in detail.changes[:CARDS]:
            column.addWidget(Line())
            card = ChangeCard(
                language,
                theme,
                change,
                self._acts,
                named=True,
                version=act.id - 1,
                may_restore=lambda: self._session.may("restore"),
            )
            column.addWidget(card)
        left = detail.count - min(len(detail.changes), CARDS)
        if left > 0:
            more = Message("history.more_assets", {"count": f"{left:,}"})
            column.addWidget(Label(language, theme, more, size="small", tone="faint"))
        column.addStretch(1)
        return page

    def _show_ghosts(self, on: bool) -> None:
        changes = [] if self.detail is None or not on else [c for c in self.detail.changes if c.has_ghost]
        self._acts.ghost_asked.emit(tuple(changes))

    def _on_ghosts(self, changes: object) -> None:
        if not changes and self.ghosts.isChecked():
            self.ghosts.setChecked(False)

    def _take_back(self) -> None:
        if self.detail is not None:
            act = self.detail.act
            self._acts.restore_asked.emit(lambda register, feedback: preview_act(register, act, feedback))

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(12, 2, 4, 2)
        head.setSpacing(0)
        head.addWidget(self._title, 1)
        for button in (self.ghosts, self.fly, self.close_button):
            head.addWidget(button)
        foot = QHBoxLayout()
        foot.setContentsMargins(12, 6, 12, 8)
        foot.setSpacing(8)
        foot.addWidget(self.take_back)
        foot.addWidget(self.since)
        foot.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (Line(), head, Line(), self._scroll, Line(), foot):
            column.addLayout(part) if isinstance(part, QHBoxLayout) else column.addWidget(part)


def batch_words(batch: Batch) -> Message:
    """A batch in words: how many of what, and their ids."""
    runs = tuple(f"{run.first:,}–{run.last:,}" for run in batch.runs[:4])
    parameters = {"type": batch.type.title, "count": f"{batch.count:,}", "runs": runs}
    return Message("history.batch_gone" if batch.is_gone else "history.batch", parameters)
