"""What one sees with no register open: what this is, four ways to begin, and the registers of late."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from gisapp.forms.chip import SampleMark
from gisapp.forms.words import Button, ElidedLabel, IconButton, IconLabel, Label
from gisapp.language import Language
from gisapp.settings import Recent
from gisapp.theme import Theme
from layers.text import Message

WIDTH = 760
NAME_WIDTH = 280


class Card(QFrame):
    """A large button: icon, title, a line of explanation."""

    clicked = Signal()

    def __init__(
        self,
        language: Language,
        theme: Theme,
        icon: str,
        title: Message,
        text: Message,
        *,
        first: bool = False,
    ) -> None:
        super().__init__()
        self.setObjectName("card")
        self.setProperty("first", "true" if first else "false")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setMinimumHeight(72)
        language.say(self, "setAccessibleName", title)
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(Label(language, theme, title, size="heading", strong=True))
        texts.addWidget(Label(language, theme, text, size="small", tone="quiet", wrap=True))
        texts.addStretch(1)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 12, 16, 12)
        row.setSpacing(12)
        row.addWidget(IconLabel(theme, icon, 28, "accent"), 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(texts, 1)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.clicked.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.clicked.emit()
        else:
            super().keyPressEvent(event)


class RecentRow(QFrame):
    """A register opened before: click opens it, the cross takes it off the list."""

    chosen = Signal(str)
    forgotten = Signal(str)

    def __init__(self, language: Language, theme: Theme, recent: Recent) -> None:
        super().__init__()
        self.setObjectName("recentRow")
        self.target = recent.target
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFixedHeight(44)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 8, 0)
        row.setSpacing(8)
        row.addWidget(IconLabel(theme, "database" if "://" in recent.target else "file"))
        name = ElidedLabel(language, theme, recent.name, strong=True)
        name.setMinimumWidth(min(name.sizeHint().width(), NAME_WIDTH))
        row.addWidget(name)
        if recent.sample:
            row.addWidget(SampleMark(language, theme))
        row.addWidget(ElidedLabel(language, theme, _place(recent.target), size="small", tone="faint"), 1)
        row.addWidget(Label(language, theme, recent.opened_at[:10], size="small", tone="faint"))
        self.forget_button = IconButton(language, theme, "x", Message("start.forget"))
        self.forget_button.clicked.connect(lambda: self.forgotten.emit(self.target))
        self.forget_button.setIconSize(QSize(12, 12))
        row.addWidget(self.forget_button)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.chosen.emit(self.target)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.chosen.emit(self.target)
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        self.setProperty("hot", "true")

    def leaveEvent(self, event: QEvent) -> None:
        self.setProperty("hot", "false")


class StartPage(QScrollArea):
    """Every button is an action of the registry; ``recent_chosen`` and ``recent_forgotten`` tell a target."""

    recent_chosen = Signal(str)
    recent_forgotten = Signal(str)

    def __init__(self, language: Language, theme: Theme, trigger: Callable[[str], None]) -> None:
        super().__init__()
        self.setObjectName("startPage")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self._language, self._theme = language, theme
        page = QWidget()
        page.setObjectName("startPage")
        column = QWidget()
        column.setMaximumWidth(WIDTH)
        self._column = QVBoxLayout(column)
        self._column.setContentsMargins(0, 48, 0, 32)
        self._column.setSpacing(8)
        self._column.addWidget(Label(language, theme, Message("start.title"), size="figure", strong=True))
        self._column.addWidget(Label(language, theme, Message("start.text"), tone="quiet", wrap=True))
        self._column.addSpacing(16)
        self._column.addLayout(self._cards(trigger))
        self._column.addWidget(self._drop_hint())
        self.server = Button(language, Message("start.server"), "link")
        self.server.clicked.connect(lambda: trigger("file.open_server"))
        self._column.addWidget(self.server, 0, Qt.AlignmentFlag.AlignLeft)
        self._column.addSpacing(16)
        self._title = Label(language, theme, Message("start.recent"), size="heading", strong=True)
        self._column.addWidget(self._title)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(0)
        self._column.addLayout(self._rows)
        self._column.addStretch(1)
        row = QHBoxLayout(page)
        row.setContentsMargins(32, 0, 32, 0)
        row.addStretch(1)
        row.addWidget(column, 8)
        row.addStretch(1)
        self.setWidget(page)

    def show_recent(self, recent: Sequence[Recent]) -> None:
        """List the registers of late; nothing is said when there are none."""
        while (item := self._rows.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        for entry in recent[:8]:
            row = RecentRow(self._language, self._theme, entry)
            row.chosen.connect(self.recent_chosen)
            row.forgotten.connect(self.recent_forgotten)
            self._rows.addWidget(row)
        self._title.setVisible(bool(recent))

    def _cards(self, trigger: Callable[[str], None]) -> QGridLayout:
        grid = QGridLayout()
        grid.setSpacing(12)
        language, theme = self._language, self._theme
        self.cards = {
            "file.sample": Card(
                language, theme, "drop", Message("start.sample"), Message("start.sample.text"), first=True
            ),
            "file.open": Card(
                language, theme, "folder-open", Message("start.open"), Message("start.open.text")
            ),
            "file.new": Card(language, theme, "file-plus", Message("start.new"), Message("start.new.text")),
            "file.import": Card(
                language, theme, "download-simple", Message("start.import"), Message("start.import.text")
            ),
        }
        for position, (action, card) in enumerate(self.cards.items()):
            card.clicked.connect(lambda name=action: trigger(name))
            grid.addWidget(card, position // 2, position % 2)
            grid.setColumnStretch(position % 2, 1)
        return grid

    def _drop_hint(self) -> QWidget:
        strip = QFrame()
        strip.setObjectName("dropHint")
        row = QHBoxLayout(strip)
        row.setContentsMargins(12, 8, 12, 8)
        row.addWidget(IconLabel(self._theme, "arrow-square-down", 16, "text3"))
        row.addWidget(
            Label(self._language, self._theme, Message("start.drop"), size="small", tone="quiet", wrap=True),
            1,
        )
        return strip


def _place(target: str) -> str:
    if "://" in target:
        return target
    path = Path(target)
    home = Path.home()
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)
