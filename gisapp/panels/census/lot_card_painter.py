"""How the card of a lot is painted."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QPainter

from gisapp.language import Language, Words
from gisapp.panels.board.card_frame import paint_frame
from gisapp.panels.census.kinds import BAR, TONES, done_words
from gisapp.theme import Theme
from layers.census.lots.board import LotCard, whole_days
from layers.model.catalogue import Catalogue
from layers.text import Message

CARD_HEIGHT = 80
_BAR = 5
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter


class LotCardPainter:
    """Code and state with what is wrong or when it is due, name and count, bar, classes, length and days."""

    def __init__(self, language: Language, theme: Theme) -> None:
        self._language, self._theme = language, theme
        self.catalogue: Catalogue | None = None

    def paint(
        self, painter: QPainter, place: QRectF, card: LotCard, *, is_current: bool, ask_team: bool
    ) -> None:
        """Paint one card; ``ask_team``: its column does not say whose it is."""
        theme = self._theme
        inner = paint_frame(painter, theme, place, is_current=is_current)
        line = QRect(inner.left(), inner.top(), inner.width(), 16)
        used = self._paint_due(painter, line, card)
        other: Words = (
            self._state(card) if not ask_team else card.row.team or Message("census_desk.lots.nobody")
        )
        head = f"{card.row.lot['code']}  {self._language.render(other)}"
        self._text(painter, line.adjusted(0, 0, -used, 0), head, "rail", "text3")
        name = line.translated(0, 17).adjusted(0, 0, 0, 3)
        count = self._language.render(done_words(card.row.done, card.row.total, card.row.new))
        used = self._text(painter, name, count, "small", "text2", _RIGHT)
        self._text(
            painter,
            name.adjusted(0, 0, -used - 6, 0),
            str(card.row.lot["name"]),
            "base",
            "text",
            strong=is_current,
        )
        self._paint_bar(painter, QRect(inner.left(), inner.top() + 41, inner.width(), _BAR), card)
        foot = QRect(inner.left(), inner.top() + 50, inner.width(), 18)
        used = self._text(painter, foot, self._work(card), "small", "text2", _RIGHT)
        self._text(painter, foot.adjusted(0, 0, -used - 6, 0), self.classes(card), "small", "text3")

    def classes(self, card: LotCard) -> str:
        """How many of which class."""
        catalogue = self.catalogue
        parts = []
        for name, count in card.row.types.items():
            title: Words = name if catalogue is None or name not in catalogue else catalogue[name].title
            parts.append(self._language.render(Message("lots.class", {"type": title, "count": count})))
        return "  ".join(parts)

    def _work(self, card: LotCard) -> str:
        """The walk and the days it takes."""
        say = self._language.render
        parts = [] if card.walk_m is None else [say(Message("lots.km", {"km": f"{card.walk_m / 1000:,.1f}"}))]
        if card.left:
            parts.append(say(Message("lots.days", {"days": whole_days(card.days)})))
        return " · ".join(parts)

    def _state(self, card: LotCard) -> Words:
        catalogue = self.catalogue
        entry = None if catalogue is None else catalogue.code_lists["lot_state"].get(card.state)
        return card.state if entry is None else entry.title

    def _paint_due(self, painter: QPainter, line: QRect, card: LotCard) -> int:
        """When it is due at the right, as a chip where something is wrong; the room it takes."""
        theme, alarm = self._theme, card.alarm
        if alarm is None:
            due = "" if card.due is None else self._language.render(
                Message("lots.due", {"day": f"{card.due:%m-%d}" if card.due.year == card.day.year else str(card.due)})
            )  # fmt: skip
            return self._text(painter, line, due, "rail", "text3", _RIGHT) + 6
        words = self._language.render(alarm.short)
        painter.setFont(theme.font("rail"))
        width = painter.fontMetrics().horizontalAdvance(words) + 22
        chip = QRectF(line.right() - width + 1, line.top() - 1, width, 17)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.color(f"{alarm.severity}_soft"))
        painter.drawRoundedRect(chip, 3, 3)
        icon = "warning" if alarm.severity == "danger" else "clock" if alarm.kind != "nobody" else "user"
        theme.icon(icon, alarm.severity).paint(painter, QRect(int(chip.left()) + 4, line.top() + 2, 11, 11))
        painter.setPen(theme.color(alarm.severity))
        painter.drawText(chip.adjusted(17, 0, 0, 0), _LEFT, words)
        return width + 6

    def _paint_bar(self, painter: QPainter, bar: QRect, card: LotCard) -> None:
        painter.fillRect(bar, self._theme.color("bar_bg"))
        left, total = 0.0, card.row.total + card.row.new
        for kind in BAR:
            width = bar.width() * card.row.counts.get(kind, 0) / total if total else 0.0
            if width:
                its = QRect(bar.left() + round(left), bar.top(), max(1, round(width)), bar.height())
                painter.fillRect(its, self._theme.color(TONES[kind]))
                left += width

    def _text(
        self,
        painter: QPainter,
        place: QRect,
        text: str,
        font: str,
        tone: str,
        align: Qt.AlignmentFlag = _LEFT,
        *,
        strong: bool = False,
    ) -> int:
        """Write a text, cut where there is no room; how wide it is."""
        painter.setFont(self._theme.font(font, strong=strong))
        painter.setPen(self._theme.color(tone))
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(place, align, shown)
        return painter.fontMetrics().horizontalAdvance(shown)
