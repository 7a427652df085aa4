"""The history tab of one asset: every act on it, newest first, each field before and after, and ways back."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QVBoxLayout, QWidget

from gisapp.forms.words import Button, IconButton, IconLabel, Label, Line
from gisapp.language import Language, Words
from gisapp.panels.history.acts import HistoryActs
from gisapp.panels.history.change_card import ChangeCard
from gisapp.panels.history.kinds import kind_look, wall_time
from gisapp.session import Session
from gisapp.tasks import Tasks
from gisapp.theme import Theme
from layers.history.reading import AssetStep, asset_steps
from layers.history.restoring import preview_act, preview_asset
from layers.model.asset import AssetKey
from layers.model.change import ChangeSet
from layers.text import Message

PAGE = 40


class AssetHistory(QWidget):
    """Reads itself beside the window; more of a long history comes on demand."""

    def __init__(
        self,
        language: Language,
        theme: Theme,
        session: Session,
        tasks: Tasks,
        key: AssetKey,
        acts: HistoryActs,
    ) -> None:
        super().__init__()
        self._language, self._theme, self._session, self._tasks = language, theme, session, tasks
        self._key, self._acts = key, acts
        self._limit = PAGE
        self.steps: list[AssetStep] = []
        self._has_ghost = False
        acts.ghost_asked.connect(self._note_ghost)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(12, 8, 8, 8)
        self._column.setSpacing(0)
        self._read()

    def hideEvent(self, event: QHideEvent) -> None:
        """What was shown on the map of a step goes with it."""
        super().hideEvent(event)
        if self._has_ghost:
            self._acts.ghost_asked.emit(())

    def _note_ghost(self, changes: object) -> None:
        self._has_ghost = bool(changes)

    def _read(self) -> None:
        register, limit = self._session.register, self._limit
        if register is None:
            return
        self._tasks.run(
            Message("task.history"),
            lambda _: asset_steps(register, self._key, limit=limit),
            self._show,
            owner=self,
            key="asset-history",
            shown=False,
        )

    def _show(self, steps: list[AssetStep]) -> None:
        self.steps = steps
        while (item := self._column.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        if not steps:
            self._show_nothing()
        for number, step in enumerate(steps):
            if number:
                self._column.addWidget(Line())
            self._column.addWidget(self._step(step))
        if len(steps) >= self._limit:
            more = Button(self._language, Message("history.older"), "link")
            more.clicked.connect(self._read_more)
            self._column.addWidget(more)
        self._column.addStretch(1)

    def _read_more(self) -> None:
        self._limit *= 4
        self._read()

    def _show_nothing(self) -> None:
        self._column.addSpacing(40)
        sign = IconLabel(self._theme, "clock-counter-clockwise", 28, "text3")
        self._column.addWidget(sign, 0, Qt.AlignmentFlag.AlignHCenter)
        words = Label(self._language, self._theme, Message("inspector.no_history"), tone="quiet", wrap=True)
        words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._column.addWidget(words)

    def _step(self, step: AssetStep) -> QWidget:
        card = QWidget()
        column = QVBoxLayout(card)
        column.setContentsMargins(0, 8, 0, 8)
        column.setSpacing(2)
        column.addLayout(self._head(step))
        act = step.act
        label: Words = Message("inspector.outside") if act is None else act.label
        column.addWidget(Label(self._language, self._theme, label, strong=True, wrap=True))
        if step.change is None:
            words = Message("history.in_batch_gone" if step.is_gone else "history.in_batch")
            column.addWidget(Label(self._language, self._theme, words, size="small", tone="quiet"))
        else:
            column.addWidget(
                ChangeCard(
                    self._language,
                    self._theme,
                    step.change,
                    self._acts,
                    named=False,
                    version=None if act is None else act.id - 1,
                    may_restore=lambda: self._session.may("restore"),
                )
            )
        return card

    def _head(self, step: AssetStep) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        act = step.act
        icon, kind = kind_look("outside" if act is None else act.kind)
        sign = IconLabel(self._theme, icon, 14, "text3")
        self._language.hint(sign, kind)
        who = "" if act is None else act.actor
        words = f"{wall_time(step.at)}  {who}"
        row.addWidget(sign)
        row.addWidget(Label(self._language, self._theme, words, size="small", tone="faint"), 1)
        if act is not None:
            more = IconButton(self._language, self._theme, "dots-three", Message("history.step_acts"))
            more.setMinimumHeight(0)
            more.setObjectName("stepMenu")
            more.clicked.connect(lambda: self._open_menu(more, act))
            row.addWidget(more)
        return row

    def _open_menu(self, button: QWidget, act: ChangeSet) -> None:
        menu = self.step_menu(act)
        menu.aboutToHide.connect(menu.deleteLater)
        menu.popup(button.mapToGlobal(QPoint(0, button.height())))

    def step_menu(self, act: ChangeSet) -> QMenu:
        """What can be done with one step."""
        menu = QMenu(self)
        may, key = self._session.may("restore"), self._key
        before = menu.addAction(self._language.label(Message("history.restore_before")))
        before.triggered.connect(
            lambda: self._acts.restore_asked.emit(
                lambda register, _: preview_asset(register, key, act.id - 1, act.at)
            )
        )
        after = menu.addAction(self._language.label(Message("history.restore_after")))
        after.triggered.connect(
            lambda: self._acts.restore_asked.emit(
                lambda register, _: preview_asset(register, key, act.id, act.at)
            )
        )
        whole = menu.addAction(self._language.label(Message("history.take_back")))
        whole.triggered.connect(
            lambda: self._acts.restore_asked.emit(
                lambda register, feedback: preview_act(register, act, feedback)
            )
        )
        for action in (before, after, whole):
            action.setEnabled(may)
        menu.addSeparator()
        show = menu.addAction(self._language.label(Message("history.show_act")))
        show.triggered.connect(lambda: self._acts.act_asked.emit(act.id))
        return menu
