"""The inspector's page of a selection of several: how many of what, and kilometres of mains by class."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QScrollArea, QToolButton, QVBoxLayout, QWidget

from gisapp.forms.words import ElidedLabel, IconButton, Label, SymbolLabel
from gisapp.language import Language, Words
from gisapp.theme import Theme
from layers.model.catalogue import AssetType, Catalogue
from layers.model.selection import Selection
from layers.scene.selecting import ClassFigure
from layers.text import Message

NAME_WIDTH = 116


class ManyPage(QWidget):
    """``fly_asked``: show them all on the map. ``type_chosen``: keep only the assets of this type selected."""

    fly_asked = Signal()
    clear_asked = Signal()
    type_chosen = Signal(str)

    def __init__(self, language: Language, theme: Theme, form: QWidget, bar: QWidget, day: QWidget) -> None:
        """``day`` says of which day the figures are."""
        super().__init__()
        self._language, self._theme = language, theme
        self._types: list[tuple[AssetType, int]] = []
        self._figures: tuple[ClassFigure, ...] = ()
        self.heading = Label(language, theme, size="object", strong=True)
        fly = IconButton(
            language, theme, "crosshair-simple", Message("inspector.fly.tip"), words=Message("inspector.fly")
        )
        clear = IconButton(
            language,
            theme,
            "selection-slash",
            Message("action.deselect"),
            words=Message("selecting.clear"),
        )
        for button, signal in ((fly, self.fly_asked), (clear, self.clear_asked)):
            button.setObjectName("filterChip")
            button.clicked.connect(signal)
        acts = QHBoxLayout()
        acts.addWidget(fly)
        acts.addWidget(clear)
        acts.addStretch(1)
        self._scroll = QScrollArea(widgetResizable=True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._note = Label(language, theme, size="small", tone="quiet", wrap=True)
        head = QVBoxLayout()
        head.setContentsMargins(12, 16, 12, 0)
        head.setSpacing(8)
        head.addWidget(self.heading)
        head.addLayout(acts)
        self._figures_holder = QVBoxLayout()
        self._figures_holder.setContentsMargins(12, 0, 4, 0)
        self._figures_holder.addWidget(self._note)
        body = QWidget()
        inner = QVBoxLayout(body)
        inner.setContentsMargins(0, 0, 0, 0)
        inner.setSpacing(8)
        inner.addLayout(self._figures_holder)
        inner.addWidget(form)
        inner.addStretch(1)
        self._form = form
        self._figure_page: QWidget | None = None
        self._scroll.setWidget(body)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(day)
        column.addWidget(self._scroll, 1)
        column.addWidget(bar)

    def show_form(self, note: Words, *, shown: bool) -> None:
        """Show the form under the figures, or say why there is none."""
        self._form.setVisible(shown)
        self._note.show_words(note)
        self._note.setVisible(bool(note))

    def show_selection(self, selection: Selection, catalogue: Catalogue) -> None:
        """List types and how many of each; figures follow once they are counted."""
        self._types = [(catalogue[name], count) for name, count in selection.counts.items()]
        self._figures = ()
        self.heading.show_words(Message("window.selected", {"count": f"{len(selection):,}"}))
        self._show()

    def show_figures(self, figures: Sequence[ClassFigure]) -> None:
        """Add lengths, and the classes of what has any."""
        self._figures = tuple(figures)
        if self._types and self._figures:
            self._show()

    def _show(self) -> None:
        page = QWidget()
        grid = QGridLayout(page)
        grid.setContentsMargins(0, 0, 8, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(0)
        grid.setColumnStretch(1, 1)
        grid.setColumnMinimumWidth(1, NAME_WIDTH)
        row = 0
        for asset_type, count in self._types:
            # The outline of an area is no length of anything.
            is_measured = asset_type.shape == "line"
            figures = [
                f for f in self._figures
                if is_measured and f.layer.type == asset_type.name and f.metres is not None
            ]  # fmt: skip
            metres = sum(f.metres or 0.0 for f in figures) if figures else None
            self._type_row(grid, row, asset_type, count, metres)
            row += 1
            for figure in figures if len(figures) > 1 else ():
                self._row(grid, row, figure.style.title, figure.count, figure.metres)
                row += 1
        grid.setRowStretch(row, 1)
        if self._figure_page is not None:
            self._figures_holder.removeWidget(self._figure_page)
            self._figure_page.hide()
            self._figure_page.deleteLater()
        self._figure_page = page
        self._figures_holder.insertWidget(0, page)

    def _type_row(
        self, grid: QGridLayout, row: int, asset_type: AssetType, count: int, metres: float | None
    ) -> None:
        symbol = SymbolLabel(self._theme, 16)
        symbol.show_type(asset_type)
        symbol.setFixedWidth(20)
        grid.addWidget(symbol, row, 0)
        name = QToolButton()
        name.setFont(self._theme.font("base"))
        name.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        name.setStyleSheet("padding: 0;")
        self._language.say(name, "setText", asset_type.plural)
        self._language.hint(name, Message("selecting.only_type", {"type": asset_type.plural}))
        name.clicked.connect(lambda: self.type_chosen.emit(asset_type.name))
        grid.addWidget(name, row, 1, Qt.AlignmentFlag.AlignLeft)
        self._numbers(grid, row, count, metres, quiet=False)

    def _row(self, grid: QGridLayout, row: int, title: Words, count: int, metres: float | None) -> None:
        grid.addWidget(ElidedLabel(self._language, self._theme, title, size="small", tone="quiet"), row, 1)
        self._numbers(grid, row, count, metres, quiet=True)

    def _numbers(self, grid: QGridLayout, row: int, count: int, metres: float | None, *, quiet: bool) -> None:
        texts = [f"{count:,}", "" if metres is None else f"{metres / 1000:,.2f} km"]
        for column, text in enumerate(texts, 2):
            label = Label(
                self._language,
                self._theme,
                text,
                size="small" if quiet else "base",
                tone="quiet" if quiet else "",
            )
            label.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            label.setFixedHeight(self._theme.size("row_field"))
            grid.addWidget(label, row, column)
