"""Metres by DN and money of a project, as bars."""

from __future__ import annotations

import datetime

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from gisapp.language import Language
from gisapp.panels.renewal.numbers import metres, money, percent
from gisapp.theme import Theme
from layers.renewal.board.board import Card, SizeProgress
from layers.text import Message

_ROW, _PAD = 22, 12
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class ProgressView(QWidget):
    """Laid of planned for each DN, what should have been laid, and contract against what is paid."""

    def __init__(self, language: Language, theme: Theme) -> None:
        super().__init__()
        self._language, self._theme = language, theme
        self._card: Card | None = None
        theme.changed.connect(self.update)
        language.changed.connect(self.update)

    def show_card(self, card: Card) -> None:
        """Show a project."""
        self._card = card
        self.setFixedHeight(self._lines() * _ROW + 24)
        self._tell()
        self.update()

    def _lines(self) -> int:
        card = self._card
        return 0 if card is None else len(_told_sizes(card)) + 4

    def _tell(self) -> None:
        card = self._card
        if card is not None:
            values = {
                "laid": metres(card.laid),
                "planned": metres(card.planned),
                "share": percent(card.share),
            }
            self.setAccessibleName(self._language.render(Message("renewal_desk.page.laid_of", values)))

    def paintEvent(self, event: QPaintEvent) -> None:
        card = self._card
        if card is None:
            return
        painter = QPainter(self)
        say, theme, top = self._language.render, self._theme, 4
        values = {"laid": metres(card.laid), "planned": metres(card.planned), "share": percent(card.share)}
        self._heading(
            painter,
            top,
            say(Message("renewal_desk.page.progress")),
            say(Message("renewal_desk.page.laid_of", values)),
        )
        top += _ROW
        for size in _told_sizes(card):
            name = say(Message("renewal_desk.dn_unknown")) if size.dn is None else f"DN{size.dn}"
            share = min(size.laid / size.planned, 1.0) if size.planned else 0.0
            told = {"laid": metres(size.laid), "planned": metres(size.planned)}
            self._row(
                painter, top, name, share, say(Message("renewal_desk.page.metres", told)), percent(share)
            )
            top += _ROW
        painter.setFont(theme.font("small"))
        painter.setPen(theme.color("text2"))
        painter.drawText(QRect(_PAD, top, self.width() - 2 * _PAD, _ROW), _LEFT, self._expected(card))
        top += _ROW + 6
        whole, code = card.contract or card.budget, self._language.code
        self._heading(
            painter, top, say(Message("renewal_desk.page.money")), say(Message("renewal_desk.page.wan"))
        )
        top += _ROW
        bar = QRect(_PAD, top + 4, self.width() - 2 * _PAD, 8)
        painter.fillRect(bar, theme.color("bar_bg"))
        share = min(card.paid / whole, 1.0) if whole else 0.0
        painter.fillRect(bar.adjusted(0, 0, round(bar.width() * (share - 1)), 0), theme.color("bar_fill"))
        top += 14
        painter.setFont(theme.font("small"))
        painter.setPen(theme.color("text2"))
        line = QRect(_PAD, top, self.width() - 2 * _PAD, _ROW)
        painter.drawText(
            line, _LEFT, say(Message("renewal_desk.page.paid", {"paid": money(card.paid, code)}))
        )
        told = {"budget": money(card.budget, code), "contract": money(card.contract, code)}
        painter.drawText(line, _RIGHT, say(Message("renewal_desk.page.contract", told)))
        painter.end()

    def _expected(self, card: Card) -> str:
        say = self._language.render
        forecast = _day(card.forecast)
        if card.expected is None:
            return say(Message("renewal_desk.page.forecast", {"day": forecast})) if forecast else ""
        values = {"share": percent(card.expected / 100), "day": forecast or "—"}
        return say(Message("renewal_desk.page.expected", values))

    def _heading(self, painter: QPainter, top: int, left: str, right: str) -> None:
        line = QRect(_PAD, top, self.width() - 2 * _PAD, _ROW)
        painter.setPen(self._theme.color("text"))
        painter.setFont(self._theme.font("small", strong=True))
        painter.drawText(line, _LEFT, left)
        painter.drawText(line, _RIGHT, right)

    def _row(self, painter: QPainter, top: int, name: str, share: float, words: str, told: str) -> None:
        theme, width = self._theme, self.width()
        painter.setFont(theme.font("small"))
        painter.setPen(theme.color("text"))
        painter.drawText(QRect(_PAD, top, 76, _ROW), _LEFT, name)
        painter.drawText(QRect(width - _PAD - 42, top, 42, _ROW), _RIGHT, told)
        room = painter.fontMetrics().horizontalAdvance(words) + 8
        painter.setPen(theme.color("text2"))
        painter.drawText(QRect(width - _PAD - 46 - room, top, room, _ROW), _RIGHT, words)
        bar = QRect(_PAD + 80, top + 8, max(width - 2 * _PAD - 80 - 52 - room, 12), 6)
        painter.fillRect(bar, theme.color("bar_bg"))
        painter.fillRect(bar.adjusted(0, 0, round(bar.width() * (share - 1)), 0), theme.color("bar_fill"))


def _told_sizes(card: Card) -> list[SizeProgress]:
    """The sizes with any length: what has none says nothing about progress."""
    return [size for size in card.sizes if size.planned or size.laid]


def _day(day: datetime.date | None) -> str:
    return "" if day is None else day.isoformat()
