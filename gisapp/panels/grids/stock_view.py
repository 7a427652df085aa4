"""What the grid looked at holds: a figure for every measure the company shows; a click selects what it counts."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from gisapp.forms.words import ElidedLabel, Label
from gisapp.language import Language
from gisapp.panels.grids.centre import GridCentre
from gisapp.theme import Theme
from layers.grids.load.stock import Figure
from layers.text import Message

_COLUMNS = 3


class StockView(QWidget):
    """Follows the centre."""

    def __init__(self, language: Language, theme: Theme, centre: GridCentre) -> None:
        super().__init__()
        self._language, self._theme, self._centre = language, theme, centre
        self.values: dict[str, QToolButton] = {}
        self._figures = QWidget()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        frame = QFrame()
        frame.setObjectName("sectionHead")
        frame.setFixedHeight(theme.size("group_header"))
        row = QHBoxLayout(frame)
        row.setContentsMargins(12, 0, 12, 0)
        row.addWidget(Label(language, theme, Message("grid_desk.stock"), size="small", strong=True))
        row.addStretch(1)
        self._as_of = Label(language, theme, size="small", tone="faint")
        row.addWidget(self._as_of)
        column.addWidget(frame)
        column.addWidget(self._figures)
        centre.changed.connect(self.show_stock)
        language.changed.connect(self.show_stock)
        self.show_stock()

    def show_stock(self) -> None:
        """Show what is counted."""
        centre = self._centre
        stock = None if centre.known is None else centre.known.stock
        figures: dict[str, Figure] = {}
        if stock is not None and centre.grid is not None:
            figures = {code: each for code, each in stock.figures(centre.grid).items() if each.measure.shown}
        self.setVisible(bool(figures))
        words = Message("grid_desk.stock.today") if centre.is_today else Message("grid_desk.stock.now")
        self._as_of.show_words(words)
        layout = self.layout()
        assert layout is not None
        layout.removeWidget(self._figures)
        self._figures.deleteLater()
        self._figures, self.values = QWidget(), {}
        grid = QGridLayout(self._figures)
        grid.setContentsMargins(12, 6, 12, 4)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        for number, (code, figure) in enumerate(figures.items()):
            cell = QVBoxLayout()
            cell.setSpacing(0)
            cell.addWidget(
                ElidedLabel(self._language, self._theme, figure.measure.title, size="small", tone="quiet")
            )
            button = QToolButton()
            button.setObjectName("stockFigure")
            button.setFont(self._theme.font("base"))
            button.setText(told(figure))
            button.setCursor(Qt.CursorShape.PointingHandCursor)
            self._language.hint(button, Message("grid_desk.stock.tip", {"what": figure.measure.title}))
            button.clicked.connect(lambda _=False, which=code: self._centre.select_stock(which))
            cell.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
            self.values[code] = button
            grid.addLayout(cell, number // _COLUMNS, number % _COLUMNS)
        for column in range(_COLUMNS):
            grid.setColumnStretch(column, 1)
        layout.addWidget(self._figures)


def told(figure: Figure) -> str:
    """A figure as it is written: kilometres with one digit, all else whole."""
    return f"{figure.value:,.1f} {figure.unit}" if figure.unit else f"{figure.value:,.0f}"
