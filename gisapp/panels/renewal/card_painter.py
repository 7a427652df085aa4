"""How the card of a project is painted."""

from __future__ import annotations

import datetime

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QPainter

from gisapp.language import Language
from gisapp.panels.board.card_frame import paint_frame
from gisapp.panels.renewal.numbers import km, percent, standing_words
from gisapp.theme import Theme
from layers.renewal.board.board import Card
from layers.text import Message

CARD_HEIGHT = 104
#: A name with less room than this says nothing.
_LEAST_NAME = 30
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_CHIPS = {"danger": "danger", "warn": "warn", "neutral": "neutral", "ok": "ok"}


class CardPainter:
    """Code and size, name, stage and share, bar and length, chip and manager."""

    def __init__(self, language: Language, theme: Theme) -> None:
        self._language, self._theme = language, theme

    def paint(
        self, painter: QPainter, place: QRectF, card: Card, day: datetime.date, is_current: bool
    ) -> None:
        """Paint one card."""
        theme = self._theme
        inner = paint_frame(painter, theme, place, is_current=is_current)
        line = QRect(inner.left(), inner.top(), inner.width(), 16)
        size = "" if card.size is None else f"DN{card.size}"
        if card.is_conversion:
            size = self._language.render(
                Message("renewal_desk.households", {"count": f"{card.households:,}"})
            )
        self._pair(painter, line, card.code, size, "rail", "text3", "text3")
        painter.setFont(theme.font("base", strong=is_current))
        painter.setPen(theme.color("text"))
        name = QRect(inner.left(), inner.top() + 16, inner.width(), 20)
        self._text(painter, name, card.name)
        self._pair(
            painter, line.translated(0, 36), self._stage(card), "" if card.is_conversion else percent(card.share),
            "small", "text2", "text2",
        )  # fmt: skip
        self._bar(painter, QRect(inner.left(), inner.top() + 54, inner.width(), 18), card)
        self._foot(painter, QRect(inner.left(), inner.bottom() - 19, inner.width(), 20), card, day)

    def _stage(self, card: Card) -> str:
        step = card.current
        if step is None:
            return self._language.render(Message("renewal_desk.all_reached"))
        return f"{card.at + 1} {self._language.render(step.stage.title)}"

    def _bar(self, painter: QPainter, place: QRect, card: Card) -> None:
        theme = self._theme
        reached = sum(step.actual is not None for step in card.steps)
        share = reached / len(card.steps) if card.is_conversion and card.steps else card.share
        words = f"{reached}/{len(card.steps)}" if card.is_conversion else f"{km(card.planned)} km"
        painter.setFont(theme.font("rail"))
        room = painter.fontMetrics().horizontalAdvance(words) + 8
        bar = QRect(place.left(), place.top() + 6, max(place.width() - room, 8), 6)
        painter.fillRect(bar, theme.color("bar_bg"))
        painter.fillRect(bar.adjusted(0, 0, round(bar.width() * (share - 1)), 0), theme.color("bar_fill"))
        painter.setPen(theme.color("text3"))
        painter.drawText(place, _RIGHT, words)

    def _foot(self, painter: QPainter, place: QRect, card: Card, day: datetime.date) -> None:
        theme = self._theme
        words, kind, icon = standing_words(card, day, brief=True)
        text = self._language.render(words)
        painter.setFont(theme.font("small"))
        metrics = painter.fontMetrics()
        width = metrics.horizontalAdvance(text) + 16
        colour = _CHIPS.get(kind, "text2")
        left = place.left()
        if kind in _CHIPS:
            chip = QRectF(left, place.top() + 1, min(width + 12, place.width()), 18)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.color(f"{kind}_soft"))
            painter.drawRoundedRect(chip, 3, 3)
            left += 5
        theme.icon(icon, "ok" if icon == "check" else colour).paint(
            painter, QRect(left, place.top() + 4, 12, 12)
        )
        painter.setPen(theme.color(colour))
        painter.drawText(QRect(left + 16, place.top(), place.right() - left - 16, 20), _LEFT, text)
        used = left + width + 6 - place.left()
        rest = QRect(place.left() + used, place.top(), place.width() - used, 20)
        if rest.width() > _LEAST_NAME:
            painter.setPen(theme.color("text2"))
            if painter.fontMetrics().horizontalAdvance(card.manager_name) > rest.width():
                # Whole in smaller letters says more than a surname.
                painter.setFont(theme.font("rail"))
            self._text(painter, rest, card.manager_name, _RIGHT)

    def _pair(
        self, painter: QPainter, place: QRect, left: str, right: str, font: str, colour: str, other: str
    ) -> None:
        """A text at either end of a line; the left one gives way."""
        painter.setFont(self._theme.font(font))
        painter.setPen(self._theme.color(other))
        used = painter.fontMetrics().horizontalAdvance(right) + 6 if right else 0
        painter.drawText(place, _RIGHT, right)
        painter.setPen(self._theme.color(colour))
        self._text(painter, place.adjusted(0, 0, -used, 0), left)

    def _text(self, painter: QPainter, place: QRect, text: str, align: Qt.AlignmentFlag = _LEFT) -> None:
        shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, place.width())
        painter.drawText(place, align, shown)
