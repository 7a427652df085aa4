"""One person of an answer: who, as what, the phone, since when and by which document; away, and who stands in."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QGuiApplication, QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from gisapp.forms.words import ElidedLabel, IconButton, IconLabel, Label, Tone
from gisapp.language import Language, Words
from gisapp.theme import Theme
from layers.responsibility.asking.answer import Responsible
from layers.text import Message


class Initial(QWidget):
    """The first letter of a name in a disc."""

    def __init__(self, theme: Theme, name: str, *, strong: bool) -> None:
        super().__init__()
        self._theme, self._letter, self._strong = theme, name[:1].upper(), strong
        self.setFixedSize(36, 36)
        theme.changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.color("accent" if self._strong else "neutral_soft"))
        painter.drawEllipse(self.rect())
        painter.setFont(self._theme.font("heading", strong=True))
        painter.setPen(self._theme.color("accent_text" if self._strong else "text2"))
        painter.drawText(QRect(self.rect()), Qt.AlignmentFlag.AlignCenter, self._letter)
        painter.end()


class PersonCard(QFrame):
    """``copied``: the line that was put on the clipboard."""

    copied = Signal(str)

    def __init__(self, language: Language, theme: Theme, who: Responsible) -> None:
        super().__init__()
        self.who = who
        self._language, self._theme = language, theme
        strong = who.rank == "primary" and who.is_main
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 10, 8, 10)
        row.setSpacing(10)
        row.addWidget(Initial(theme, who.name, strong=strong), 0, Qt.AlignmentFlag.AlignTop)
        texts = QVBoxLayout()
        texts.setSpacing(2)
        row.addLayout(texts, 1)
        head = QHBoxLayout()
        head.setSpacing(6)
        self.name = ElidedLabel(
            language, theme, who.name, size="object" if strong else "heading", strong=True
        )
        self.name.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        head.addWidget(self.name, 0)
        rank = Message(
            "grid_desk.rank_role", {"rank": Message(f"grid_desk.rank.{who.rank}"), "role": who.role_title}
        )
        head.addWidget(_pill(language, theme, rank, "info" if strong else "neutral"))
        head.addStretch(1)
        self.copy = IconButton(language, theme, "copy", Message("grid_desk.copy"))
        self.copy.clicked.connect(self._copy)
        head.addWidget(self.copy)
        texts.addLayout(head)
        phone = QHBoxLayout()
        phone.setSpacing(6)
        phone.addWidget(IconLabel(theme, "phone", 14))
        words: Words = who.phone or Message("grid_desk.no_phone")
        self.phone = Label(language, theme, words, size="object" if strong else "base",
                           tone="" if who.phone else "faint")  # fmt: skip
        self.phone.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        phone.addWidget(self.phone, 1)
        texts.addLayout(phone)
        for line, tone in self._lines():
            texts.addWidget(Label(language, theme, line, size="small", tone=tone, wrap=True))

    def _lines(self) -> list[tuple[Words, Tone]]:
        """Since when and why; what keeps the person away."""
        who = self.who
        lines: list[tuple[Words, Tone]] = []
        if who.since is not None:
            values: dict[str, object] = {"from": who.since.isoformat()}
            words: Words = Message("grid_desk.since", values)
            if who.until is not None:
                words = Message("grid_desk.since_until", {**values, "to": who.until.isoformat()})
            if who.document:
                words = Message("grid_desk.by_document", {"since": words, "document": who.document})
            lines.append((words, "faint"))
        if who.is_gone:
            lines.append((Message("grid_desk.gone"), "danger"))
        if who.absence is not None:
            until = Message("grid_desk.away.open")
            if who.absence.last is not None:
                until = Message("grid_desk.away.until", {"day": who.absence.last.isoformat()})
            lines.append((Message("grid_desk.away", {"until": until}), "danger"))
        if who.stand_in is not None:
            values = {"name": who.stand_in.name, "phone": who.stand_in.phone}
            lines.append((Message("grid_desk.stand_in", values), "warn"))
        return lines

    def _copy(self) -> None:
        line = " ".join(part for part in (self.who.name, self.who.phone) if part)
        QGuiApplication.clipboard().setText(line)
        self.copied.emit(line)


def _pill(language: Language, theme: Theme, words: Words, kind: str) -> QFrame:
    """A word on a tinted ground: what somebody is, which is no state and has no icon."""
    frame = QFrame()
    frame.setObjectName("chip")
    frame.setFixedHeight(theme.size("chip"))
    frame.setProperty("kind", kind)
    row = QHBoxLayout(frame)
    row.setContentsMargins(6, 0, 6, 0)
    row.addWidget(Label(language, theme, words, size="small"))
    return frame
