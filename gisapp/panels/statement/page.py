"""The statement itself in the middle of the window: head, what is to be known, tiles, tables, charts."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from gisapp.actions import Actions
from gisapp.forms.chip import Chip
from gisapp.forms.words import Button, ElidedLabel, Label, Line
from gisapp.language import Language, Words
from gisapp.panels.history.day_note import DayNote
from gisapp.panels.statement.bars import BarChart
from gisapp.panels.statement.cards import DifferencesCard, TileRow, Titles, card, tile_list
from gisapp.panels.statement.table_view import ROW_HEIGHT, TableView
from gisapp.panels.statement.work import Opened, StatementWork
from gisapp.session import Session
from gisapp.theme import Theme
from layers.renewal.figure import Breakdown, Figure
from layers.renewal.statement.frozen import Difference
from layers.reports.report import Chart
from layers.reports.wording import number_text
from layers.text import Message

LARGE_TILES = 5
_IN_SERVICE = ("headline", "in_service")
#: Tables with more rows than this are folded at first.
LONG = 14


class StatementPage(QWidget):
    """``figure_chosen`` tells (path, words, figure) of the figure that was clicked."""

    figure_chosen = Signal(str, object, object)

    def __init__(
        self, language: Language, theme: Theme, session: Session, work: StatementWork, actions: Actions
    ) -> None:
        super().__init__()
        self._language, self._theme, self._work, self._actions = language, theme, work, actions
        self.tables: dict[str, TableView] = {}
        self.tiles: TileRow | None = None
        self._shows_differences = False
        self.heading = ElidedLabel(language, theme, Message("reporting.none"), size="object", strong=True)
        self.chip = Chip(language, theme)
        self.when = Label(language, theme, size="small", tone="quiet")
        head = QHBoxLayout()
        head.setContentsMargins(12, 6, 12, 6)
        head.setSpacing(8)
        head.addWidget(self.heading, 1)
        head.addWidget(self.chip)
        head.addWidget(self.when)
        self.buttons: dict[str, Button] = {}
        for name, words in (
            ("statements.submit", Message("reporting.submit")),
            ("statements.word", "Word"),
            ("statements.excel", "Excel"),
            ("statements.pdf", "PDF"),
            ("statements.share", Message("reporting.share")),
        ):
            button = Button(language, words)
            language.say(button, "setToolTip", actions[name].title)
            button.clicked.connect(lambda _=False, name=name: actions.trigger(name))
            self.buttons[name] = button
        # At the right of the head, or below it where there is no room for both.
        self._head, self._below = head, QHBoxLayout()
        self._below.setContentsMargins(12, 0, 12, 0)
        self._below.setSpacing(8)
        self._below.addStretch(1)
        for button in self.buttons.values():
            head.addWidget(button)
        self.strip = QFrame()
        self.strip.setObjectName("noticeBar")
        self.strip_words = Label(language, theme, wrap=True)
        self.strip_link = Button(language, Message("reporting.show_differences"), "link")
        self.strip_link.clicked.connect(self._switch_differences)
        line = QHBoxLayout(self.strip)
        line.setContentsMargins(12, 6, 12, 6)
        line.addWidget(self.strip_words, 1)
        line.addWidget(self.strip_link)
        self.strip.hide()
        self.area = QScrollArea()
        self.area.setObjectName("statementArea")
        self.area.setWidgetResizable(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addLayout(self._below)
        column.addWidget(Line())
        column.addWidget(DayNote(language, theme, session, "today"))
        column.addWidget(self.strip)
        column.addWidget(self.area, 1)
        work.opened.connect(self._show)
        work.compared.connect(self._show_compared)
        work.stale_changed.connect(lambda _: self._show_state())
        work.busy_changed.connect(self._show_busy)
        theme.changed.connect(self._show_again)
        language.changed.connect(self._fit)
        self._show(work.current)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Put the buttons where they are whole."""
        shown = (self.heading, self.chip, self.when, *self.buttons.values())
        needed = sum(part.sizeHint().width() + 8 for part in shown if not part.isHidden()) + 24
        row, other = (self._below, self._head) if needed > self.width() else (self._head, self._below)
        if row.indexOf(self.buttons["statements.submit"]) < 0:
            for button in self.buttons.values():
                other.removeWidget(button)
                row.addWidget(button)
            margin = 6 if row is self._below else 0
            self._below.setContentsMargins(12, 0, 12, margin)

    def _show_again(self) -> None:
        self._show(self._work.current)

    # ---- the whole

    def _show(self, opened: Opened | None) -> None:
        at = self.area.verticalScrollBar().value()
        self.tables, self.tiles = {}, None
        page = QWidget()
        page.setObjectName("statementPage")
        column = QVBoxLayout(page)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        if opened is not None:
            self._fill(column, opened)
        column.addStretch(1)
        self.area.setWidget(page)
        self.area.verticalScrollBar().setValue(at)
        self._show_state()

    def _fill(self, column: QVBoxLayout, opened: Opened) -> None:
        report, language, theme = opened.report, self._language, self._theme
        self.heading.show_words(report.title)
        if self._shows_differences and opened.differences:
            told = DifferencesCard(language, theme, telling(opened), _titles(opened))
            told.figure_chosen.connect(self._choose)
            column.addWidget(told)
        self.tiles = TileRow(language, theme, report.tiles[:LARGE_TILES])
        self.tiles.figure_chosen.connect(self._choose)
        column.addWidget(self.tiles)
        for number, table in enumerate(report.tables, 1):
            column.addWidget(self._table(number, table))
            if number == 1:
                for place, chart in enumerate(report.charts, 1):
                    column.addWidget(self._chart(place, chart))
        rest = tile_list(language, theme, report.tiles[LARGE_TILES:])
        rest.figure_chosen.connect(self._choose)
        column.addWidget(card(language, theme, Message("reporting.further"), "", rest))
        if report.notes:
            notes = QWidget()
            lines = QVBoxLayout(notes)
            for note in report.notes:
                lines.addWidget(Label(language, theme, note, wrap=True, tone="quiet"))
            column.addWidget(card(language, theme, Message("reporting.notes"), "", notes))

    def _table(self, number: int, table: Breakdown) -> QFrame:
        view = TableView(self._language, self._theme, table)
        view.figure_chosen.connect(self._choose)
        self.tables[table.name] = view
        title = Message("reporting.table", {"number": number, "title": table.title})
        frame = card(self._language, self._theme, title, Message("reporting.click"), view)
        if len(view.table_model.rows) > LONG:
            self._fold(frame, view)
        return frame

    def _fold(self, frame: QFrame, view: TableView) -> None:
        """The first rows, and a line that unfolds the rest."""
        whole = view.height()
        view.setFixedHeight(view.head_height + ROW_HEIGHT * LONG)
        rows = len(view.table_model.rows)
        more = Button(self._language, Message("reporting.all_rows", {"count": rows}), "link")

        def unfold() -> None:
            view.setFixedHeight(whole)
            more.hide()

        more.clicked.connect(unfold)
        layout = frame.layout()
        assert layout is not None
        layout.addWidget(more)

    def _chart(self, number: int, chart: Chart) -> QFrame:
        drawn = BarChart(self._language, self._theme, chart)
        drawn.figure_chosen.connect(self._choose)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(12, 4, 4, 8)
        column.addWidget(drawn)
        for remark in chart.remarks:
            column.addWidget(
                Label(self._language, self._theme, remark, size="small", tone="quiet", wrap=True)
            )
        title = Message("reporting.chart", {"number": number, "title": chart.title})
        return card(self._language, self._theme, title, chart.unit, inner)

    # ---- its state

    def _show_state(self) -> None:
        opened = self._work.current
        self.chip.setVisible(opened is not None)
        if opened is None:
            self.heading.show_words(Message("reporting.none"))
            self.when.show_words("")
            self.strip.hide()
            return
        if opened.entry.submitted is not None:
            when, _ = opened.entry.submitted
            self.chip.show_state(Message("reporting.state.frozen"), "neutral")
            self.when.show_words(f"{when:%Y-%m-%d %H:%M}")
        else:
            stale = self._work.is_stale
            state = Message("reporting.state.stale" if stale else "reporting.state.draft")
            self.chip.show_state(state, "warn" if stale else "info")
            self.when.show_words(opened.report.day.isoformat())
        self._show_strip(opened)
        for name, button in self.buttons.items():
            button.setEnabled(self._actions.is_possible(name))
        self._fit()

    def _show_strip(self, opened: Opened) -> None:
        words = self._strip_words(opened)
        self.strip.setVisible(words is not None)
        if words is not None:
            self.strip.setProperty("severity", "info")
            self.strip_words.show_words(words)
        self.strip_link.setVisible(bool(opened.differences))

    def _strip_words(self, opened: Opened) -> Words | None:
        if opened.entry.id is None:
            # Nobody should look for what is wrong: nothing has been built yet.
            of = opened.statement.headline
            is_empty = not any(of[name].ids for name in ("laid", "renewed", "other", "communities"))
            return Message("reporting.empty") if is_empty else None
        if opened.differences is None:
            return Message("reporting.frozen")
        if not opened.differences:
            return Message("reporting.frozen.same")
        grown = sum(each.change for each in opened.differences if (each.table, each.column) == _IN_SERVICE)
        by = number_text(Figure(grown, "m"))
        said = {"count": len(telling(opened)), "km": f"+{by}" if grown > 0 else by}
        return Message("reporting.frozen.differs", said)

    def _show_busy(self, on: bool) -> None:
        if on:
            self.when.show_words(Message("reporting.computing"))
        else:
            self._show_state()

    def _show_compared(self, opened: Opened) -> None:
        if self._shows_differences:
            self._show(opened)
        self._show_state()

    def _switch_differences(self) -> None:
        self._shows_differences = not self._shows_differences
        self.area.verticalScrollBar().setValue(0)
        self._show(self._work.current)

    def _choose(self, path: str, words: Words, figure: Figure) -> None:
        for name, table in self.tables.items():
            if not path.startswith(f"{name}/"):
                table.mark(None)
        self.figure_chosen.emit(path, words, figure)


def telling(opened: Opened) -> tuple[Difference, ...]:
    """The differences without the totals of tables, which all say the same as the headline."""
    return tuple(each for each in opened.differences or () if each.key != "total")


def _titles(opened: Opened) -> Titles:
    """What the figures of a statement are called."""
    titles: dict[tuple[str, str], Words] = {
        (table.name, column.name): column.title for table in opened.report.tables for column in table.columns
    }
    return titles | {
        ("headline", name): Message(f"report.headline.{name}") for name in opened.statement.headline
    }
