"""The figures of the portfolio in one line: each opens the projects it was counted from."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from gisapp.language import Language, Words
from gisapp.panels.renewal.numbers import km, money, percent
from gisapp.theme import Theme
from layers.renewal.board.board import Board, Card
from layers.text import Message


class FigureStrip(QWidget):
    """``gathered``: the projects behind the figure clicked."""

    gathered = Signal(tuple)

    def __init__(self, language: Language, theme: Theme) -> None:
        super().__init__()
        self._language, self._theme = language, theme
        self._ids: dict[str, tuple[int, ...]] = {}
        self.buttons: dict[str, QToolButton] = {}
        self._rows = QHBoxLayout(), QHBoxLayout()
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 0, 8, 0)
        column.setSpacing(0)
        for each in self._rows:
            each.setSpacing(2)
            column.addLayout(each)
        row = self._rows[0]
        for name in ("count", "planned", "laid", "money", "alarmed", "late"):
            button = QToolButton()
            button.setObjectName("figureButton")
            button.setFont(theme.font("small"))
            button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            button.clicked.connect(lambda _=False, which=name: self.gathered.emit(self._ids.get(which, ())))
            language.hint(button, Message("renewal_desk.figure.hint"))
            if name == "alarmed":
                row.addStretch(1)
            row.addWidget(button)
            self.buttons[name] = button
        self._rows[1].addStretch(1)
        theme.changed.connect(self._draw)
        self._draw()

    def show_cards(self, board: Board | None, cards: tuple[Card, ...]) -> None:
        """Count these."""
        late = () if board is None else tuple(c for c in cards if c.standing(board.day) == "late")
        alarmed = tuple(card for card in cards if card.alarms)
        budgeted = tuple(card for card in cards if card.paid or card.budget)
        paid = money(sum(card.paid for card in cards), self._language.code)
        whole = money(sum(card.budget for card in cards), self._language.code)
        told: dict[str, tuple[Words, tuple[Card, ...]]] = {
            "count": (Message("renewal_desk.figure.count", {"count": f"{len(cards):,}"}), cards),
            **(self._homes(cards) if cards and cards[0].is_conversion else self._metres(cards)),
            "money": (Message("renewal_desk.figure.money", {"paid": paid, "budget": whole}), budgeted),
            "alarmed": (Message("renewal_desk.figure.alarmed", {"count": len(alarmed)}), alarmed),
            "late": (Message("renewal_desk.figure.late", {"count": len(late)}), late),
        }
        for name, (words, its) in told.items():
            self._language.say(self.buttons[name], "setText", words)
            self._ids[name] = tuple(card.id for card in its)
        self.buttons["late"].setVisible(bool(late))
        self.buttons["alarmed"].setVisible(bool(alarmed))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """What calls for attention stands on a line of its own where one line would cut figures short."""
        shown = [button for button in self.buttons.values() if not button.isHidden()]
        needed = sum(button.sizeHint().width() + 2 for button in shown) + 16
        row = self._rows[1 if needed > self.width() else 0]
        for name in ("alarmed", "late"):
            if row.indexOf(self.buttons[name]) < 0:
                other = self._rows[0] if row is self._rows[1] else self._rows[1]
                other.removeWidget(self.buttons[name])
                row.addWidget(self.buttons[name])

    @staticmethod
    def _metres(cards: tuple[Card, ...]) -> dict[str, tuple[Words, tuple[Card, ...]]]:
        """Mains are told by their length."""
        planned, laid = sum(card.planned for card in cards), sum(card.laid for card in cards)
        share = percent(laid / planned) if planned else "0 %"
        return {
            "planned": (
                Message("renewal_desk.figure.planned", {"km": km(planned)}),
                tuple(card for card in cards if card.planned),
            ),
            "laid": (
                Message("renewal_desk.figure.laid", {"km": km(laid), "share": share}),
                tuple(card for card in cards if card.laid),
            ),
        }

    @staticmethod
    def _homes(cards: tuple[Card, ...]) -> dict[str, tuple[Words, tuple[Card, ...]]]:
        """The conversion is told by households, and by those whose communities have reached the last stage."""
        done = tuple(card for card in cards if card.current is None)
        homes, there = sum(card.households for card in cards), sum(card.households for card in done)
        share = percent(there / homes) if homes else "0 %"
        return {
            "planned": (Message("renewal_desk.figure.homes", {"count": f"{homes:,}"}), cards),
            "laid": (
                Message("renewal_desk.figure.homes_done", {"count": f"{there:,}", "share": share}),
                done,
            ),
        }

    def _draw(self) -> None:
        self.buttons["late"].setIcon(self._theme.icon("warning", "danger"))
        self.buttons["alarmed"].setIcon(self._theme.icon("bell", "warn"))
