"""One finding or rule in full: what it means, what to do, its repair with a look before, and letting it stand."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from gisapp.forms.chip import Chip, ChipKind
from gisapp.forms.words import Button, IconButton, Label, Line
from gisapp.language import Language
from gisapp.panels.checks.check_centre import CheckCentre
from gisapp.panels.checks.finding_model import RuleRow
from gisapp.session import Session
from gisapp.theme import Theme
from layers.analysis.checking.finding import Finding
from layers.model import edtf
from layers.model.problem import Severity
from layers.text import Message

_CHIPS: dict[Severity, ChipKind] = {"error": "danger", "warning": "warn", "note": "info"}
#: So many steps of a repair are listed.
_LISTED = 6


class CheckDetail(QFrame):
    """``step_asked`` goes to the next (1) or previous (-1) finding."""

    step_asked = Signal(int)

    def __init__(self, language: Language, theme: Theme, session: Session, centre: CheckCentre) -> None:
        super().__init__()
        self._language, self._theme, self._session, self._centre = language, theme, session, centre
        self._findings: list[Finding] = []
        self._is_rule = False
        self.chip = Chip(language, theme)
        self.heading = Label(language, theme, size="base", strong=True, wrap=True)
        self.sentence = Label(language, theme, wrap=True)
        self.why = Label(language, theme, tone="quiet", size="small", wrap=True)
        self.todo = Label(language, theme, size="small", wrap=True)
        self.fix_button = Button(language, Message("checking.fix"), "primary")
        self.waive_button = Button(language, Message("checking.waive"))
        self.back_button = IconButton(language, theme, "caret-up", Message("checking.previous"))
        self.next_button = IconButton(language, theme, "caret-down", Message("checking.next"))
        self.preview = QFrame()
        self.steps = Label(language, theme, size="small", wrap=True)
        self.apply_button = Button(language, Message("checking.apply"), "primary")
        self.drop_button = Button(language, Message("checking.cancel"))
        self.waiving = QFrame()
        self.reason = QLineEdit()
        self.until = QLineEdit()
        self.let_stand = Button(language, Message("checking.waive"), "primary")
        self.keep = Button(language, Message("checking.cancel"))
        self._wrong = Label(language, theme, size="small", tone="danger", wrap=True)
        self._lay_out()
        self._tie()
        self.show_nothing()

    # ---- what is shown

    def show_nothing(self) -> None:
        """Nothing is chosen."""
        self._findings = []
        self.hide()

    def show_finding(self, finding: Finding) -> None:
        """One finding in full."""
        self._show(finding, [finding], is_rule=False)
        self.sentence.show_words(finding.message)

    def show_rule(self, rule: RuleRow, findings: list[Finding]) -> None:
        """A rule, and what can be done for all its findings that are shown."""
        self._show(findings[0], findings, is_rule=True)
        self.sentence.show_words(Message("checking.of_rule", {"count": f"{len(findings):,}"}))

    def _show(self, first: Finding, findings: list[Finding], *, is_rule: bool) -> None:
        self._findings, self._is_rule = findings, is_rule
        self._centre.drop_preview()
        self.waiving.hide()
        self.chip.show_state(Message(f"check.severity.{first.severity}"), _CHIPS[first.severity])
        self.heading.show_words(Message(f"check.{first.rule}.title"))
        rule = self._centre.rule_book.rule(first.rule)
        about = "field" if rule is None else rule.check
        self.why.show_words(Message(f"check.about.{about}.why"))
        self.todo.show_words(Message("checking.todo", {"words": Message(f"check.about.{about}.todo")}))
        words = Message("checking.fix_all", {"count": f"{len(findings):,}"})
        self.fix_button.show_words(words if is_rule else Message("checking.fix"))
        self.waive_button.setVisible(self._session.may("waive"))
        words = Message("checking.waive_all", {"count": f"{len(findings):,}"})
        self.waive_button.show_words(words if is_rule else Message("checking.waive_open"))
        self._show_preview()
        self.show()

    def _offer_fix(self) -> None:
        """A repair that only waits for today stands there in grey, with the reason."""
        session, centre = self._session, self._centre
        refusal = session.refusal() if session.is_past else None
        has_mend = bool(self._findings) and centre.has_mend(self._findings[0])
        self.fix_button.setVisible(has_mend and (refusal is not None or session.may("edit")))
        self.fix_button.setEnabled(centre.preview is None and refusal is None)
        self._language.say(self.fix_button, "setToolTip", "" if refusal is None else refusal.title)

    # ---- acts

    def fix(self) -> None:
        """Show what a repair would do."""
        if self._findings and self._centre.can_mend(self._findings[0]):
            self.waiving.hide()
            self._centre.prepare(self._findings)

    def begin_waiving(self) -> None:
        """Ask why the finding may stand, and until when."""
        if self._findings and self._session.may("waive"):
            self._centre.drop_preview()
            self._wrong.hide()
            self.waiving.show()
            self.reason.setFocus()

    def _waive(self) -> None:
        reason, day = self.reason.text().strip(), self.until.text().strip()
        until = edtf.parse(day) if day else None
        if not reason or (day and until is None):
            self._wrong.show_words(Message("checking.reason_missing" if not reason else "checking.no_day"))
            self._wrong.show()
            return
        texts = [self._language.render(finding.message) for finding in self._findings]
        self._centre.waive(self._findings, texts, reason, until)
        self.waiving.hide()
        self.reason.clear()
        self.until.clear()

    def _show_preview(self) -> None:
        mending = self._centre.preview
        self.preview.setVisible(mending is not None)
        self._offer_fix()
        if mending is None:
            return
        steps = [self._language.render(each) for each in mending.plan.figures]
        lines = [f"· {step}" for step in steps[:_LISTED]]
        if len(steps) > _LISTED:
            lines.append(
                self._language.render(Message("checking.more_steps", {"count": len(steps) - _LISTED}))
            )
        left = len(mending.told) - mending.count
        if left:
            lines.append(self._language.render(Message("checking.left_over", {"count": f"{left:,}"})))
        self.steps.show_words("\n".join(lines))
        self.apply_button.setEnabled(not mending.plan.is_empty)
        words = Message("checking.apply_all", {"count": f"{mending.count:,}"})
        self.apply_button.show_words(words if mending.count > 1 else Message("checking.apply"))
        self.apply_button.setFocus()

    def _tie(self) -> None:
        centre = self._centre
        self.fix_button.clicked.connect(self.fix)
        self.waive_button.clicked.connect(self.begin_waiving)
        self.apply_button.clicked.connect(centre.mend)
        self.drop_button.clicked.connect(centre.drop_preview)
        self.let_stand.clicked.connect(self._waive)
        self.reason.returnPressed.connect(self._waive)
        self.until.returnPressed.connect(self._waive)
        self.keep.clicked.connect(self.waiving.hide)
        self.back_button.clicked.connect(lambda: self.step_asked.emit(-1))
        self.next_button.clicked.connect(lambda: self.step_asked.emit(1))
        centre.preview_changed.connect(self._show_preview)
        self._session.past_changed.connect(lambda _: self._offer_fix())
        self._language.say(self.reason, "setPlaceholderText", Message("checking.reason"))
        self._language.say(self.until, "setPlaceholderText", Message("checking.until"))
        self._language.hint(self.until, Message("checking.until_hint"))

    # ---- layout

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(Line())
        scroll = QScrollArea(widgetResizable=True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget()
        scroll.setWidget(inside)
        column.addWidget(scroll, 1)
        inner = QVBoxLayout(inside)
        inner.setContentsMargins(12, 8, 12, 12)
        inner.setSpacing(6)
        head = QHBoxLayout()
        head.setSpacing(6)
        head.addWidget(self.chip)
        head.addWidget(self.heading, 1)
        head.addWidget(self.back_button)
        head.addWidget(self.next_button)
        inner.addLayout(head)
        for part in (self.sentence, self.why, self.todo):
            inner.addWidget(part)
        acts = QHBoxLayout()
        acts.setSpacing(8)
        acts.addWidget(self.fix_button)
        acts.addWidget(self.waive_button)
        acts.addStretch(1)
        inner.addLayout(acts)
        inner.addWidget(self._preview_part())
        inner.addWidget(self._waiving_part())
        inner.addStretch(1)

    def _preview_part(self) -> QWidget:
        self.preview.setObjectName("previewBox")
        inner = QVBoxLayout(self.preview)
        inner.setContentsMargins(0, 4, 0, 0)
        inner.setSpacing(6)
        inner.addWidget(
            Label(self._language, self._theme, Message("checking.preview"), size="small", strong=True)
        )
        inner.addWidget(self.steps)
        row = QHBoxLayout()
        row.addWidget(self.apply_button)
        row.addWidget(self.drop_button)
        row.addStretch(1)
        inner.addLayout(row)
        self.preview.hide()
        return self.preview

    def _waiving_part(self) -> QWidget:
        inner = QVBoxLayout(self.waiving)
        inner.setContentsMargins(0, 4, 0, 0)
        inner.setSpacing(6)
        for field in (self.reason, self.until):
            inner.addWidget(field)
        inner.addWidget(self._wrong)
        row = QHBoxLayout()
        row.addWidget(self.let_stand)
        row.addWidget(self.keep)
        row.addStretch(1)
        inner.addLayout(row)
        self.waiving.hide()
        return self.waiving
