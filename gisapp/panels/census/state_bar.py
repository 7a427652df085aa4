"""How far a lot is: a bar of what its records say, and the numbers below."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gisapp.language import Language
from gisapp.panels.census.kinds import BAR, TONES
from gisapp.theme import Theme
from layers.text import Message

_BAR = 8
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class StateBar(QWidget):
    """``show_counts`` gives how many records say what."""

    def __init__(self, language: Language, theme: Theme) -> None:
        super().__init__()
        self._language, self._theme = language, theme
        self._counts: Mapping[str, int] = {}
        self.setFixedHeight(_BAR + 22)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        language.changed.connect(self.update)
        theme.changed.connect(self.update)

    def show_counts(self, counts: Mapping[str, int]) -> None:
        """Show these."""
        self._counts = counts
        self.setAccessibleName(self.words())
        self.update()

    def words(self) -> str:
        """What was found, in words."""
        say = self._language.render
        return "  ".join(
            say(Message("census_desk.counted", {"kind": Message(f"census_desk.kind.{kind}"), "count": count}))
            for kind in BAR
            if (count := self._counts.get(kind, 0))
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = QPainter(self), self._theme
        total = sum(self._counts.values())
        bar = QRect(0, 0, self.width(), _BAR)
        painter.fillRect(bar, theme.color("bar_bg"))
        left = 0.0
        for kind in BAR:
            width = self.width() * self._counts.get(kind, 0) / total if total else 0.0
            if width:
                painter.fillRect(
                    QRect(round(left), 0, max(1, round(left + width) - round(left)), _BAR),
                    theme.color(TONES[kind]),
                )
                left += width
        painter.setFont(theme.font("small"))
        painter.setPen(theme.color("text2"))
        line = QRect(0, _BAR + 2, self.width(), 18)
        waiting = self._language.render(
            Message(
                "census_desk.counted",
                {"kind": Message("census_desk.kind.planned"), "count": self._counts.get("planned", 0)},
            )
        )
        painter.drawText(line, _RIGHT, waiting)
        room = line.width() - painter.fontMetrics().horizontalAdvance(waiting) - 8
        painter.drawText(
            line, _LEFT, painter.fontMetrics().elidedText(self.words(), Qt.TextElideMode.ElideRight, room)
        )
        painter.end()
