"""Parts of the statement's page: cards, tiles, what is otherwise now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from gisapp.forms.words import Button, ElidedLabel, Label, Line
from gisapp.language import Language, Words
from gisapp.theme import Theme
from layers.renewal.figure import Figure
from layers.renewal.statement.frozen import Difference
from layers.reports.report import Tile
from layers.reports.wording import NONE, number_text, shown
from layers.text import Message

#: What a figure is called, by its table and column.
Titles = Mapping[tuple[str, str], Words]
#: More differences than this are counted, not listed.
_MOST = 40


def card(language: Language, theme: Theme, title: Words, note: Words, inner: QWidget) -> QFrame:
    """A framed part with its title."""
    frame = QFrame()
    frame.setObjectName("statementCard")
    head = QHBoxLayout()
    head.setContentsMargins(12, 7, 12, 7)
    head.addWidget(Label(language, theme, title, size="heading", strong=True), 1)
    head.addWidget(Label(language, theme, note, size="small", tone="quiet"))
    column = QVBoxLayout(frame)
    column.setContentsMargins(1, 1, 1, 1)
    column.setSpacing(0)
    column.addLayout(head)
    column.addWidget(Line())
    column.addWidget(inner)
    return frame


class _Tile(QFrame):
    """A figure with its name; a click opens it."""

    chosen = Signal()

    def __init__(self, language: Language, theme: Theme, tile: Tile, *, large: bool) -> None:
        super().__init__()
        self.setObjectName("statementTile")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._opens = bool(tile.figure.ids)
        if self._opens:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        text, unit = number_text(tile.figure), language.render(shown(tile.figure.unit).unit)
        self.number = Label(language, theme, text, size="figure" if large else "base", strong=True)
        line = QHBoxLayout()
        line.setSpacing(4)
        line.addWidget(self.number)
        line.addWidget(
            Label(language, theme, unit, size="small", tone="quiet"), 0, Qt.AlignmentFlag.AlignBottom
        )
        line.addStretch(1)
        title = ElidedLabel(language, theme, tile.title, tone="quiet", size="small" if large else "base")
        if large:
            # Figures stand in the note too: in a narrow window it takes a second line rather than lose one.
            note: QWidget = Label(language, theme, tile.note, size="small", tone="quiet", wrap=True)
            column = QVBoxLayout(self)
            column.setContentsMargins(12, 10, 8, 10)
            column.setSpacing(2)
            column.addWidget(title)
            column.addLayout(line)
            column.addWidget(note)
            column.addStretch(1)
        else:
            note = ElidedLabel(language, theme, tile.note, size="small", tone="quiet")
            row = QHBoxLayout(self)
            row.setContentsMargins(12, 5, 12, 5)
            row.addWidget(title, 2)
            row.addLayout(line, 2)
            row.addWidget(note, 3)
        self.setAccessibleName(f"{language.render(tile.title)} {text} {unit}")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._opens:
            self.chosen.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self._opens and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Space):
            self.chosen.emit()
        else:
            super().keyPressEvent(event)


class TileRow(QFrame):
    """The figures looked at first. ``figure_chosen`` tells (path, words, figure)."""

    figure_chosen = Signal(str, object, object)

    def __init__(
        self, language: Language, theme: Theme, tiles: Sequence[Tile], *, large: bool = True
    ) -> None:
        super().__init__()
        if large:
            self.setObjectName("statementCard")
        self.tiles: dict[str, QWidget] = {}
        row = QHBoxLayout(self) if large else QVBoxLayout(self)
        row.setContentsMargins(1, 1, 1, 1)
        row.setSpacing(0)
        for number, tile in enumerate(tiles):
            if number:
                row.addWidget(Line(upright=True, length=84) if large else Line())
            made = _Tile(language, theme, tile, large=large)
            made.chosen.connect(
                lambda tile=tile: self.figure_chosen.emit(f"tile/{tile.name}", tile.title, tile.figure)
            )
            self.tiles[tile.name] = made
            row.addWidget(made, 1)


def tile_list(language: Language, theme: Theme, tiles: Sequence[Tile]) -> TileRow:
    """The figures after the first, one a line."""
    return TileRow(language, theme, tiles, large=False)


class DifferencesCard(QFrame):
    """What a frozen copy says and what the register would say now; each line opens what is in one of them only."""

    figure_chosen = Signal(str, object, object)

    def __init__(
        self, language: Language, theme: Theme, differences: Sequence[Difference], titles: Titles
    ) -> None:
        super().__init__()
        inner = QWidget()
        grid = QGridLayout(inner)
        grid.setContentsMargins(12, 6, 12, 8)
        grid.setVerticalSpacing(4)
        grid.setHorizontalSpacing(24)
        right = Qt.AlignmentFlag.AlignRight
        for column, title in enumerate(("figure", "before", "now", "change")):
            words = Message(f"reporting.differs.{title}")
            label = Label(language, theme, words, size="small", tone="quiet")
            grid.addWidget(label, 0, column, right if column else Qt.AlignmentFlag.AlignLeft)
        for line, each in enumerate(differences[:_MOST], 1):
            of = titles.get((each.table, each.column), "")
            row = language.render(each.row)
            name: Words = Message("reporting.figure", {"row": row, "column": of}) if row and of else of or row
            link = Button(language, name, "link")
            link.clicked.connect(lambda _=False, each=each, name=name: self._choose(each, name))
            grid.addWidget(link, line, 0)
            for column, figure in ((1, each.before), (2, each.now)):
                grid.addWidget(Label(language, theme, _text(language, figure)), line, column, right)
            grid.addWidget(Label(language, theme, _change(each), strong=True), line, 3, right)
        if len(differences) > _MOST:
            more = Message("reporting.differs.more", {"count": len(differences) - _MOST})
            grid.addWidget(Label(language, theme, more, size="small", tone="faint"), _MOST + 1, 0)
        grid.setColumnStretch(0, 1)
        column_of_all = QVBoxLayout(self)
        column_of_all.setContentsMargins(0, 0, 0, 0)
        column_of_all.addWidget(card(language, theme, Message("reporting.differs"), "", inner))

    def _choose(self, each: Difference, name: Words) -> None:
        known = each.now or each.before
        if known is not None:
            # A length that changed is in both: then all that the figure is made of.
            figure = Figure(each.change, known.unit, known.type, each.objects or known.ids)
            self.figure_chosen.emit(f"difference/{each.table}/{each.key}", name, figure)


def _text(language: Language, figure: Figure | None) -> str:
    if figure is None:
        return NONE
    return f"{number_text(figure)} {language.render(shown(figure.unit).unit)}"


def _change(each: Difference) -> str:
    known = each.now or each.before
    if known is None:
        return NONE
    text = number_text(Figure(each.change, known.unit))
    return f"+{text}" if each.change > 0 else text
