"""A card over the map in which duties change hands: what is asked at the left, what would come of it at the right."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from gisapp.forms.escape import takes_escape
from gisapp.forms.words import Button, IconButton, IconLabel, Label, Line
from gisapp.language import Language, Words
from gisapp.panels.grids.load_bars import LoadBars
from gisapp.theme import Theme
from layers.errors import UserError
from layers.grids.load.limits import LoadLimits
from layers.responsibility.handing_over.move import Handover
from layers.text import Message

_EDGE = 12
WIDTH = 560


class DutyCard(QFrame):
    """``changed``: something was entered and the effect is to be told anew; ``agreed``: do it; ``left``: leave it."""

    changed = Signal()
    agreed = Signal()
    left = Signal()

    def __init__(
        self,
        language: Language,
        theme: Theme,
        parent: QWidget,
        width: int = WIDTH,
        shares: tuple[int, int] = (2, 3),
    ) -> None:
        super().__init__(parent)
        self.setObjectName("dutyCard")
        self._language, self._theme, self._wide, self._shares = language, theme, width, shares
        self._drag: QPoint | None = None
        self.heading = Label(language, theme, size="heading", strong=True)
        self.asked = QGridLayout()
        self.bars = LoadBars(language, theme)
        self.told: list[Label] = []
        self.check_icon = IconLabel(theme, "check", 16, "ok")
        self.check = Label(language, theme, size="small", wrap=True)
        self.do = Button(language, Message("grid_desk.card.do"), "primary")
        self.cancel = Button(language, Message("grid_desk.card.leave"))
        self.buttons = QHBoxLayout()
        self._effect = QVBoxLayout()
        self.do.clicked.connect(self._agree)
        self.cancel.clicked.connect(self.left)
        self._lay_out()
        self.hide()

    # ---- what the desk asks

    def open(self) -> None:
        """Come up over the map, at its foot."""
        self.do.setEnabled(False)
        self.tell(None)
        self.show()
        self.raise_()
        self.place()

    def place(self) -> None:
        """Stand at the lower left of the map."""
        parent = self.parentWidget()
        assert parent is not None
        self.setFixedWidth(min(self._wide, parent.width() - 2 * _EDGE))
        self.adjustSize()
        self.move(_EDGE, max(parent.height() - self.height() - 4 * _EDGE, _EDGE))

    def tell(
        self, handover: Handover | None, lines: Sequence[Words] = (), limits: LoadLimits | None = None
    ) -> None:
        """Say what would come of it; None while that is being thought through."""
        self._forget_told()
        self.do.setEnabled(handover is not None and not handover.has_gap)
        if handover is None:
            self.bars.show_changes((), limits)
            self._check("hourglass-medium", "text2", Message("grid_desk.card.thinking"), "")
        else:
            self.bars.show_changes(handover.loads, limits, handover.mean)
            for warning in handover.warnings:
                self._line(warning, "danger")
            for line in lines:
                self._line(line, "")
            for note in handover.notes:
                self._line(note, "quiet")
            if handover.has_gap:
                self._check("warning", "danger", Message("grid_desk.card.gap"), "danger")
            elif handover.gaps:
                self._check("warning", "warn", Message("grid_desk.card.gap_accepted"), "warn")
            else:
                self._check("check", "ok", Message("grid_desk.card.sound"), "ok")
        self._settle()

    def refuse(self, error: UserError) -> None:
        """It cannot be so: why, and what to do."""
        self._forget_told()
        self.bars.show_changes(())
        self.do.setEnabled(False)
        self._line(error.title, "danger")
        if error.hint is not None:
            self._line(error.hint, "quiet")
        self._check("warning", "danger", Message("grid_desk.card.not_so"), "danger")
        self._settle()

    def wait_for(self, words: Message) -> None:
        """Something must be entered first."""
        self._forget_told()
        self.bars.show_changes(())
        self.do.setEnabled(False)
        self._check("info", "text2", words, "quiet")
        self._settle()

    def ask(self, row: int, column: int, title: Words, editor: QWidget, columns: int = 1) -> None:
        """Put something to enter below its title."""
        label = Label(self._language, self._theme, title, size="small", tone="quiet")
        self._language.say(editor, "setAccessibleName", title)
        self.asked.addWidget(label, 2 * row, column, 1, columns)
        self.asked.addWidget(editor, 2 * row + 1, column, 1, columns)
        editor.installEventFilter(self)

    # ---- inside

    def _agree(self) -> None:
        self.do.setEnabled(False)
        self.agreed.emit()

    def _check(self, icon: str, colour: str, words: Words, tone: str) -> None:
        self.check_icon.show_icon(icon, colour)
        self.check.show_words(words)
        self.check.set_tone(tone)  # type: ignore[arg-type]

    def _line(self, words: Words, tone: str) -> None:
        label = Label(self._language, self._theme, words, size="small", tone=tone, wrap=True)  # type: ignore[arg-type]
        if tone == "danger":
            label.setObjectName("saidBox")
        self.told.append(label)
        self._effect.addWidget(label)

    def _forget_told(self) -> None:
        for label in self.told:
            self._effect.removeWidget(label)
            label.hide()
            label.deleteLater()
        self.told = []

    def _settle(self) -> None:
        """Keep the foot where it is while what is told grows and shrinks."""
        self._fit()
        # What has just been put in knows its room only once it is dressed.
        QTimer.singleShot(0, self, self._fit)

    def _fit(self) -> None:
        bottom = self.y() + self.height()
        self.adjustSize()
        self.move(self.x(), max(bottom - self.height(), _EDGE))

    def sizeHint(self) -> QSize:
        layout = self.layout()
        assert layout is not None
        width = self.width() if self.minimumWidth() else self._wide
        return QSize(width, max(layout.heightForWidth(width), layout.minimumSize().height()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not takes_escape(event):
            return False
        if event.type() == QEvent.Type.KeyPress:
            self.left.emit()
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.do.isEnabled():
            self._agree()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        # The card can be moved off what one wants to see.
        self._drag = event.position().toPoint()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        parent = self.parentWidget()
        if self._drag is not None and parent is not None:
            at = self.mapToParent(event.position().toPoint() - self._drag)
            room = parent.rect().adjusted(0, 0, -self.width(), -self.height())
            self.move(min(max(at.x(), 0), max(room.right(), 0)), min(max(at.y(), 0), max(room.bottom(), 0)))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._drag = None

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(12, 6, 6, 6)
        head.addWidget(self.heading, 1)
        close = IconButton(self._language, self._theme, "x", Message("grid_desk.card.leave"))
        close.clicked.connect(self.left)
        head.addWidget(close)
        self.asked.setHorizontalSpacing(8)
        self.asked.setVerticalSpacing(3)
        left = QVBoxLayout()
        left.addLayout(self.asked)
        left.addStretch(1)
        right = QVBoxLayout()
        right.setSpacing(6)
        right.addWidget(
            Label(
                self._language,
                self._theme,
                Message("grid_desk.card.loads"),
                size="small",
                tone="quiet",
                wrap=True,
            )
        )
        right.addWidget(self.bars)
        self._effect.setSpacing(4)
        right.addLayout(self._effect)
        right.addStretch(1)
        body = QHBoxLayout()
        body.setContentsMargins(12, 8, 12, 8)
        body.setSpacing(16)
        body.addLayout(left, self._shares[0])
        body.addLayout(right, self._shares[1])
        foot = QHBoxLayout()
        foot.setContentsMargins(12, 8, 12, 8)
        foot.setSpacing(8)
        foot.addWidget(self.check_icon)
        foot.addWidget(self.check, 1)
        foot.addLayout(self.buttons)
        foot.addWidget(self.cancel)
        foot.addWidget(self.do)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(Line())
        column.addLayout(body, 1)
        column.addWidget(Line())
        column.addLayout(foot)
