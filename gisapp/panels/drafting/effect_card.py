"""What an act would do, said before it is done: figures, what must be looked at, questions, a reason or a date."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from gisapp.forms.escape import claims_escape
from gisapp.forms.words import Button, IconLabel, Label, set_style
from gisapp.language import Language
from gisapp.panels.drafting.acts import Act
from gisapp.theme import Theme
from layers.editing.plan import EditPlan, Entry, Question, Recheck
from layers.text import Message

WIDTH = 380
ENTRY_WIDTH = 96
_MOST = 8
#: So many of those to be looked at are named.
_NAMED = 4
_EDGE = 8
#: What is told of an act never gets lower than this: two lines.
_LEAST = 44


class EffectCard(QFrame):
    """Floats on the map until it is agreed to or left; the map stays alive meanwhile."""

    agreed = Signal(object)
    """The answers: names of questions and entries (and what else is asked: ``reason``, ``date``) to values."""
    refused = Signal()

    def __init__(self, language: Language, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("mapTools")
        self._language, self._theme = language, theme
        self._plan: EditPlan | None = None
        self._asked = ""
        self.title = Label(language, theme, strong=True, wrap=True)
        self._lines: list[QWidget] = []
        self._choices: dict[str, QComboBox] = {}
        self.entries: dict[str, QLineEdit] = {}
        self.typed = QLineEdit()
        self.typed.installEventFilter(self)
        self._typed_name = Label(language, theme, size="small", tone="quiet")
        self.ok = Button(language, Message("draft.card.do"), "primary")
        self.ok.clicked.connect(self.agree)
        self.leave_button = Button(language, Message("draft.card.leave"))
        self.leave_button.clicked.connect(self.refused)
        self._told = QWidget()
        self._body = QVBoxLayout(self._told)
        self._body.setContentsMargins(0, 0, 0, 0)
        self._body.setSpacing(4)
        self._scroll = QScrollArea()
        self._scroll.setObjectName("told")
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(self._told)
        self._scroll.viewport().setAutoFillBackground(False)
        self._told.setAutoFillBackground(False)
        self._lay_out(theme)
        language.changed.connect(self._show)
        self.setFixedWidth(WIDTH)
        self.hide()

    def open(self, plan: EditPlan, act: Act) -> None:
        """Show a plan and ask what must be asked; of the plan shown last, the answers given still stand."""
        is_again = plan is self._plan
        self._plan, self._asked = plan, act.asked
        if not is_again:
            self.entries, self._choices = {}, {}
            self.typed.setText(date.today().isoformat() if act.asked == "date" else "")
        self._show()
        self.show()
        self.raise_()
        if act.asked:
            self.typed.setFocus()
            self.typed.selectAll()
        else:
            self.ok.setFocus()

    def fit(self, room: QSize, left: int, top: int) -> None:
        """Stand at (``left``, ``top``), or higher where the buttons would be out of sight; in a map too small for
        all that is told, it scrolls."""
        self.setFixedWidth(max(min(WIDTH, room.width() - left - _EDGE), 200))
        needed = self._needed()
        self._scroll.setFixedHeight(needed)
        self.adjustSize()
        over = self.height() - (room.height() - 2 * _EDGE)
        if over > 0:
            self._scroll.setFixedHeight(min(needed, max(needed - over, _LEAST)))
            self.adjustSize()
        self.move(left, max(min(top, room.height() - self.height() - _EDGE), _EDGE))

    def _needed(self) -> int:
        """The height of all that is told, at the card's width."""
        layout = self.layout()
        assert layout is not None
        margins = layout.contentsMargins()
        inside = self.width() - margins.left() - margins.right()
        self._body.activate()
        height = self._body.heightForWidth(inside) if self._body.hasHeightForWidth() else -1
        return max(height, 0) if height >= 0 else self._body.sizeHint().height()

    def agree(self) -> None:
        """Do it, if what must be said is said."""
        answers = {name: str(box.currentData()) for name, box in self._choices.items()}
        answers |= {name: editor.text().strip() for name, editor in self.entries.items()}
        if self._asked:
            text = self.typed.text().strip()
            set_style(self.typed, "wrong", "false" if text else "true")
            if not text:
                self.typed.setFocus()
                return
            answers[self._asked] = text
        self.agreed.emit(answers)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if claims_escape(event):
            return True
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        if event.key() == Qt.Key.Key_Escape:
            self.refused.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.agree()
        else:
            return False
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.refused.emit()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.agree()
        else:
            super().keyPressEvent(event)

    def _show(self) -> None:
        plan = self._plan
        for widget in self._lines:
            self._body.removeWidget(widget)
            widget.deleteLater()
        self._lines, chosen = [], {name: box.currentData() for name, box in self._choices.items()}
        typed = {name: editor.text() for name, editor in self.entries.items()}
        self._choices, self.entries = {}, {}
        if plan is None:
            return
        # A reason is part of the label: until it is given, the label would show a gap.
        self.title.show_words(
            Message(f"draft.card.title.{self._asked}") if self._asked == "reason" else plan.label
        )
        for figure in plan.figures[:_MOST]:
            self._line(Label(self._language, self._theme, figure, size="small", wrap=True))
        checks = _grouped(plan.rechecks)
        for words in checks[:_MOST]:
            self._line(Label(self._language, self._theme, words, size="small", tone="warn", wrap=True))
        more = max(len(plan.figures) - _MOST, 0) + max(len(checks) - _MOST, 0)
        if more:
            words = Message("draft.more", {"count": more})
            self._line(Label(self._language, self._theme, words, size="small", tone="faint"))
        for question in plan.questions:
            self._ask(question, chosen.get(question.name))
        for entry in plan.entries:
            self._enter(entry, typed.get(entry.name, entry.value))
        self.typed.setVisible(bool(self._asked))
        self._typed_name.setVisible(bool(self._asked))
        # A date is short, and stands beside its name; what is told in words stands below.
        short = self._asked == "date"
        self._answer.setDirection(
            QBoxLayout.Direction.LeftToRight if short else QBoxLayout.Direction.TopToBottom
        )
        self.typed.setMaximumWidth(2 * ENTRY_WIDTH if short else WIDTH)
        if self._asked:
            self._typed_name.show_words(Message(f"draft.card.{self._asked}"))
            set_style(self.typed, "wrong", "false")
        self._scroll.setFixedHeight(self._needed())
        self.adjustSize()

    def _ask(self, question: Question, chosen: object) -> None:
        self._line(Label(self._language, self._theme, question.text, size="small", strong=True, wrap=True))
        box = QComboBox()
        for choice in question.choices:
            box.addItem(self._language.render(choice.title), choice.value)
        box.setCurrentIndex(max(box.findData(chosen or question.preferred), 0))
        self._choices[question.name] = box
        self._line(box)

    def _enter(self, entry: Entry, text: str) -> None:
        """Something that may be typed: its name, the field with what is likely in grey, the unit."""
        row = QWidget()
        across = QHBoxLayout(row)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(6)
        name = Label(self._language, self._theme, entry.text, size="small", tone="quiet", wrap=True)
        editor = QLineEdit(text)
        editor.setPlaceholderText(entry.hint)
        editor.setAccessibleName(self._language.render(entry.text))
        editor.setFixedWidth(ENTRY_WIDTH)
        editor.installEventFilter(self)
        across.addWidget(name, 1)
        across.addWidget(editor)
        if entry.unit:
            unit = Message("draft.card.unit", {"unit": entry.unit})
            across.addWidget(Label(self._language, self._theme, unit, size="small", tone="faint"))
        self.entries[entry.name] = editor
        self._line(row)

    def _line(self, widget: QWidget) -> None:
        self._lines.append(widget)
        self._body.addWidget(widget)

    def _lay_out(self, theme: Theme) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(IconLabel(theme, "info", 18), 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self.title, 1)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addStretch(1)
        foot.addWidget(self.leave_button)
        foot.addWidget(self.ok)
        self._answer = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._answer.setSpacing(4)
        self._answer.addWidget(self._typed_name)
        self._answer.addWidget(self.typed)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 10)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self._scroll)
        column.addLayout(self._answer)
        column.addLayout(foot)


def _grouped(checks: Sequence[Recheck]) -> list[Message]:
    """A sentence for each reason to look at something, with what it is; of many the first few."""
    groups: dict[str, list[Recheck]] = {}
    for check in checks:
        groups.setdefault(repr(check.why), []).append(check)
    sentences = []
    for same in groups.values():
        codes = tuple(check.code for check in same[:_NAMED])
        if len(same) == 1:
            sentences.append(Message("draft.card.recheck", {"code": codes[0], "why": same[0].why}))
        else:
            why = same[0].why
            sentences.append(
                Message("draft.card.recheck_few", {"codes": codes, "why": why})
                if len(same) <= _NAMED
                else Message("draft.card.recheck_many", {"codes": codes, "count": len(same), "why": why})
            )
    return sentences
