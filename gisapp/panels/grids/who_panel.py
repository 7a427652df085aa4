"""Who is responsible: for the place, asset or text asked for on a day, whom to turn to else, since when, and why."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QScrollArea, QToolButton, QVBoxLayout, QWidget

from gisapp.actions import Actions
from gisapp.forms.panel_head import PanelHead
from gisapp.forms.words import Button, ElidedLabel, IconLabel, Label, Line, Tone
from gisapp.language import Language, Words
from gisapp.panels.grids.action_button import ActionButton, is_known
from gisapp.panels.grids.centre import Asked, GridCentre
from gisapp.panels.grids.day_field import DayField
from gisapp.panels.grids.history_strip import HistoryStrip
from gisapp.panels.grids.person_card import PersonCard
from gisapp.panels.grids.stock_view import StockView
from gisapp.theme import Theme
from layers.model.duty_words import GRID
from layers.responsibility.asking.answer import Answer, Responsible
from layers.responsibility.person import PRIMARY
from layers.text import Message

_LABEL = 84
#: What the cards and the lines of an answer say already.
_SAID = ("no_primary", "primary_absent", "person_left")
#: Loads are those of today: an answer of another day says nothing of them.
_OF_TODAY = ("load_over", "load_high", "load_low")
_CARD = "grid_print.card"


class WhoPanel(QFrame):
    """Follows the centre. ``closed``: no longer wanted; ``rows_asked``: the assignments of what is answered for."""

    closed = Signal()
    rows_asked = Signal()
    told = Signal(object)
    """A Message for the status bar."""

    def __init__(self, language: Language, theme: Theme, centre: GridCentre, actions: Actions) -> None:
        super().__init__()
        self.setObjectName("inspector")
        self._language, self._theme, self._centre, self._actions = language, theme, centre, actions
        self.day = DayField(language, theme, Message("grid_desk.day.tip"))
        self._of_past = Label(language, theme, Message("grid_desk.past_answer"), tone="quiet")
        self.subject = ElidedLabel(language, theme, strong=True)
        self.chain = ElidedLabel(language, theme, size="small", tone="quiet")
        self.cards: list[PersonCard] = []
        self.history: HistoryStrip | None = None
        self.stock: StockView | None = None
        self._scroll = QScrollArea()
        self._lay_out()
        self.day.chosen.connect(centre.go_to_day)
        centre.answered.connect(self.show_answer)
        self.show_answer()

    def show_answer(self) -> None:
        """Show the answer there is now."""
        answer = self._centre.answer
        if answer is None:
            return
        self.day.show_day(answer.day)
        self._of_past.setVisible(not answer.is_today)
        self.subject.show_words(self._subject(answer))
        subject = None if answer.subject is None else answer.subject.key
        above = [each for each in answer.grids if subject != (GRID, each.id)]
        chain = " · ".join(f"{each.code} {each.name}" for each in above)
        self.chain.setVisible(bool(above))
        self.chain.show_words(chain)
        is_vacant = answer.grid is not None and not answer.primaries
        if self.card is not None:
            self.card.setVisible(answer.grid is not None)
        self.hand_over.setVisible(answer.grid is not None)
        self.hand_over.show_words(Message(f"grid_desk.{'appoint' if is_vacant else 'hand_over_this'}"))
        self._fill(answer)

    def _subject(self, answer: Answer) -> Words:
        if answer.subject is not None:
            return answer.subject.label
        if answer.nearby is not None:
            return answer.nearby
        if answer.grid is not None:
            return Message("grid_desk.at_place", {"grid": answer.grid.name})
        return Message("grid_desk.at_nowhere")

    def _fill(self, answer: Answer) -> None:
        """Everything between the date and the foot, anew."""
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 8)
        column.setSpacing(0)
        for note in answer.notes:
            column.addWidget(self._line(note, "clock-counter-clockwise", "info"))
        row = self._centre.row
        for alarm in () if row is None or answer.day != self._centre.day else row.alarms:
            if alarm.kind not in _SAID and (answer.is_today or alarm.kind not in _OF_TODAY):
                icon = "info" if alarm.severity == "info" else "warning"
                column.addWidget(self._line(alarm.words, icon, alarm.severity))
        for words in self._coming(answer):
            column.addWidget(self._line(words, "calendar-blank", "info"))
        for words in answer.missing:
            column.addWidget(self._line(words, "warning", "danger"))
        first = [who for who in (answer.main, *answer.backups, *answer.co_stewards) if who is not None]
        self.cards = []
        for who in dict.fromkeys(first):
            card = PersonCard(self._language, self._theme, who)
            card.copied.connect(lambda line: self.told.emit(Message("grid_desk.copied", {"text": line})))
            self.cards.append(card)
            column.addWidget(card)
            column.addWidget(Line())
        if not first and not answer.missing and not answer.notes:
            column.addWidget(self._line(Message("grid_desk.nobody"), "warning", "danger"))
        rest = [who for who in answer.people if who not in first]
        self._section(column, Message("grid_desk.others"), self._other_rows(rest))
        self._section(column, Message("grid_desk.escalation"), self._steps(answer))
        if answer.history:
            column.addWidget(self._history_head(len(answer.history)))
            strip = HistoryStrip(self._language, self._theme)
            strip.show_spans(answer.history, answer.day)
            strip.day_asked.connect(self._centre.go_to_day)
            column.addWidget(strip)
            self.history = strip
        if answer.grid is not None:
            self.stock = StockView(self._language, self._theme, self._centre)
            column.addWidget(self.stock)
        if answer.others:
            links = [(each.label, each.key) for each in answer.others]
            column.addWidget(self._heading(Message("grid_desk.or_meant")))
            for label, key in links:
                button = Button(self._language, label, "link")
                button.clicked.connect(lambda _=False, which=key: self._centre.ask(Asked(asset=which)))
                button.setContentsMargins(12, 2, 12, 2)
                column.addWidget(button)
        column.addStretch(1)
        self._scroll.setWidget(body)

    def _other_rows(self, people: Iterable[Responsible]) -> list[tuple[Words, Words, str]]:
        """The others, by what they are; where it is not of the grid itself, of what is said."""
        answer = self._centre.answer
        grid = None if answer is None or answer.grid is None else (GRID, answer.grid.id)
        found: list[tuple[Words, Words, str]] = []
        for who in people:
            words: Words = who.name
            if who.target != grid:
                words = Message("grid_desk.other", {"name": who.name, "target": who.target_name})
            found.append((who.role_title, words, who.phone))
        return found

    def _steps(self, answer: Answer) -> list[tuple[Words, Words, str]]:
        """Whom to turn to after the one who is asked first."""
        main = None if answer.main is None else answer.main.person.id
        after = [step for step in answer.escalation if step.person.id != main]
        return [
            (
                str(number),
                Message("grid_desk.step", {"as": step.words, "name": step.person.name}),
                step.person.phone,
            )
            for number, step in enumerate(after, start=1)
        ]

    @staticmethod
    def _coming(answer: Answer) -> list[Message]:
        """Who is the next primary, and from when."""
        return [
            Message("grid_desk.coming", {"day": span.first.isoformat(), "name": span.name})
            for span in answer.history
            if span.rank == PRIMARY
            and span.kind == "held"
            and span.first is not None
            and span.first > answer.day
        ]

    def _section(self, column: QVBoxLayout, title: Message, rows: list[tuple[Words, Words, str]]) -> None:
        if not rows:
            return
        column.addWidget(self._heading(title))
        grid = QGridLayout()
        grid.setContentsMargins(12, 6, 12, 8)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(1, 1)
        is_numbered = all(isinstance(label, str) and label.isdigit() for label, _, _ in rows)
        for number, (label, words, phone) in enumerate(rows):
            name = Label(self._language, self._theme, label, size="small", tone="quiet", wrap=not is_numbered)
            name.setFixedWidth(14 if is_numbered else _LABEL)
            grid.addWidget(name, number, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(
                Label(self._language, self._theme, words, size="small", wrap=True), number, 1, Qt.AlignmentFlag.AlignTop
            )  # fmt: skip
            told = Label(self._language, self._theme, phone, size="small", tone="quiet")
            told.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(told, number, 2, Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight)
        column.addLayout(grid)

    def _heading(self, title: Message) -> QWidget:
        frame = QFrame()
        frame.setObjectName("sectionHead")
        frame.setFixedHeight(self._theme.size("group_header"))
        row = QHBoxLayout(frame)
        row.setContentsMargins(12, 0, 8, 0)
        row.addWidget(Label(self._language, self._theme, title, size="small", strong=True))
        row.addStretch(1)
        return frame

    def _history_head(self, count: int) -> QWidget:
        frame = self._heading(Message("grid_desk.history"))
        every = QToolButton()
        every.setFont(self._theme.font("small"))
        self._language.say(every, "setText", Message("grid_desk.history.all", {"count": count}))
        every.clicked.connect(self.rows_asked)
        layout = frame.layout()
        assert layout is not None
        layout.addWidget(every)
        return frame

    def _line(self, words: Message, icon: str, kind: str) -> QWidget:
        frame = QFrame()
        frame.setObjectName("saidLine")
        frame.setProperty("kind", kind)
        row = QHBoxLayout(frame)
        row.setContentsMargins(12, 6, 8, 6)
        row.setSpacing(8)
        row.addWidget(IconLabel(self._theme, icon, 16, kind), 0, Qt.AlignmentFlag.AlignTop)
        tone: Tone = "danger" if kind == "danger" else ""
        row.addWidget(Label(self._language, self._theme, words, size="small", tone=tone, wrap=True), 1)
        return frame

    def _lay_out(self) -> None:
        language, theme = self._language, self._theme
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        head = PanelHead(language, theme, Message("grid_desk.who"), icon="user", spacing=8)
        self.closing = head.add_closing(Message("grid_desk.who.close"))
        self.closing.clicked.connect(self.closed)
        place = QVBoxLayout()
        place.setContentsMargins(12, 8, 12, 8)
        place.setSpacing(2)
        place.addWidget(self.subject)
        place.addWidget(self.chain)
        day = QHBoxLayout()
        day.setSpacing(8)
        day.addWidget(Label(language, theme, Message("grid_desk.day"), size="small", tone="quiet"))
        day.addWidget(self.day)
        day.addWidget(self._of_past)
        day.addStretch(1)
        place.addLayout(day)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        foot = QFrame()
        foot.setObjectName("panelFoot")
        buttons = QHBoxLayout(foot)
        buttons.setContentsMargins(12, 8, 12, 8)
        self.card: ActionButton | None = None
        if is_known(self._actions, _CARD):
            self.card = ActionButton(language, theme, self._actions, _CARD, Message("grid_desk.print_card"))
            buttons.addWidget(self.card)
        buttons.addStretch(1)
        self.hand_over = ActionButton(
            language, theme, self._actions, "grids.hand_over", Message("grid_desk.hand_over_this"), primary=True
        )  # fmt: skip
        buttons.addWidget(self.hand_over)
        for part in (head, Line()):
            column.addWidget(part)
        column.addLayout(place)
        column.addWidget(Line())
        column.addWidget(self._scroll, 1)
        column.addWidget(foot)
