"""What waits for a decision: kinds with their numbers, book beside field, taken, refused or sent back in bulk."""

from __future__ import annotations

import datetime
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QToolButton, QVBoxLayout, QWidget

from gisapp.forms.words import Button, Label
from gisapp.language import Language
from gisapp.panels.census.centre import CensusCentre
from gisapp.panels.census.one_act import Done, Failed, OneAct
from gisapp.panels.census.plain_table import PlainTable, TableRow
from gisapp.panels.census.target_page import sentences
from gisapp.plain_tip import plain_tip
from gisapp.theme import Theme
from layers.census.words import ACCEPTED, AGAIN, REJECTED, Kind
from layers.editing.plan import EditPlan
from layers.errors import UserError
from layers.feedback import Feedback
from layers.later import Later
from layers.register import Edit
from layers.text import Message, in_one

if TYPE_CHECKING:
    from layers.census import deciding
    from layers.census.acceptance import accepting, findings, twins
    from layers.census.acceptance.accepting import AcceptancePlan
    from layers.census.acceptance.findings import Finding
    from layers.census.acceptance.twins import Twin
else:
    accepting = Later("layers.census.acceptance.accepting")
    deciding = Later("layers.census.deciding")
    findings = Later("layers.census.acceptance.findings")
    twins = Later("layers.census.acceptance.twins")

_KINDS: tuple[Kind, ...] = ("differs", "moved", "not_found", "new", "inaccessible", "same")
SAME = "same"
"""Decision: it is what another team found new too."""


class DifferencesTab(QWidget):
    """``opened``: the record double-clicked. What is chosen is decided; without a choice, all that is listed."""

    opened = Signal(int)

    def __init__(self, language: Language, theme: Theme, centre: CensusCentre) -> None:
        super().__init__()
        self._language, self._theme, self.centre = language, theme, centre
        self.kind: Kind = "differs"
        self.plan: AcceptancePlan | EditPlan | None = None
        self._asked = ""
        self._asked_of: tuple[int, ...] = ()
        self._act = OneAct(centre.session, self)
        self._found: tuple[Finding, ...] = ()
        self.chips: dict[Kind, QToolButton] = {}
        columns = ("code", "type", "difference", "surveyor_note")
        self.table = PlainTable(
            language, theme, [Message(f"census_desk.differences.{name}") for name in columns], stretch=2
        )
        self.accept = Button(language, Message("census_desk.decide.accept"), "primary")
        self.reject = Button(language, Message("census_desk.decide.reject"))
        self.again = Button(language, Message("census_desk.decide.again"))
        self.same = Button(language, Message("census_desk.decide.same"))
        self.not_same = Button(language, Message("census_desk.decide.not_same"))
        self.reason = QLineEdit()
        self.told = Label(language, theme, size="small", wrap=True)
        self.go = Button(language, Message("census_desk.decide.go"), "primary")
        self.leave = Button(language, Message("census_desk.decide.leave"))
        self._lay_out()
        self._tie()

    # ---- showing

    def read(self) -> None:
        """List what waits, as the desk knows the campaign."""
        register, book = self.centre.register, self.centre.book
        if register is None or book is None:
            self._found = ()
            self.table.show_rows(())
            return
        for kind, chip in self.chips.items():
            count = int((book.found.of(kind) & book.found.is_waiting).sum())
            words = Message(
                "census_desk.counted", {"kind": Message(f"census_desk.kind.{kind}"), "count": count}
            )
            self._language.say(chip, "setText", words)
            chip.setChecked(kind == self.kind)
        found, kind, code = book.found, self.kind, self._language.code
        self.centre.tasks.run(
            Message("census_desk.task.differences"),
            lambda _: findings.read_findings(register, found, (kind,), code),
            self._show,
            owner=self,
            key="counting-differences",
            shown=False,
        )

    def _show(self, found: tuple[Finding, ...]) -> None:
        register = self.centre.register
        if register is None:
            return
        if self._asked and _versions(found) == _versions(self._found):
            return  # what is being asked about is as it was
        self._found = found
        say = self._language.render
        rows = []
        for each in found:
            parts = [
                say(Message("census_desk.differences.one", {"field": title, "book": book, "found": its}))
                for title, book, its in each.told
            ]
            if each.twin is not None:
                its = {"code": str(each.twin.partner["provisional_code"] or f"#{each.twin.partner.id}")}
                parts.append(
                    say(Message("census_desk.differences.twin", {**its, "metres": f"{each.twin.metres:.1f}"}))
                )
            words = "；".join(parts) or say(Message(f"census_desk.kind.{each.kind}"))
            type_name = str(each.record["target_type"])
            title = register.catalogue[type_name].title if type_name in register.catalogue else type_name
            rows.append(TableRow(each.record.id, (each.code, title, words, str(each.record["remark"] or ""))))
        self.table.show_rows(rows)
        self._ask_no_more()

    @property
    def ids(self) -> tuple[int, ...]:
        """What would be decided: the rows chosen, else all of the kind that wait."""
        chosen = self.table.chosen_ids
        if chosen or self.centre.book is None:
            return chosen
        found = self.centre.book.found
        return tuple(found.ids[found.of(self.kind) & found.is_waiting].tolist())

    # ---- deciding

    def ask(self, decision: str) -> None:
        """Say what a decision would do, and wait for the word to do it."""
        register, campaign, ids = self.centre.register, self.centre.campaign, self.ids
        if register is None or campaign is None or not ids:
            return
        self._asked, self._asked_of, self.plan = decision, ids, None
        self.told.setToolTip("")
        is_planned = decision in (ACCEPTED, SAME)
        self._ask_reason("reason", "go")
        self.reason.setVisible(not is_planned)
        self.go.setEnabled(not is_planned)
        for widget in (self.told, self.go, self.leave):
            widget.show()
        self.told.set_tone("")
        self.told.show_words(Message(f"census_desk.decide.{decision}.told", {"count": len(ids)}))
        if not is_planned:
            self.reason.setFocus()
            return
        lot = None

        pairs, actor = self._twins(ids), self.centre.my_name

        def work(feedback: Feedback) -> AcceptancePlan | EditPlan:
            if decision == SAME:
                return twins.plan_same(register, pairs, actor)
            return accepting.plan_acceptance(register, campaign, ids, lot=lot, check=feedback.check)

        def tell(plan: AcceptancePlan | EditPlan) -> None:
            if (self._asked, self._asked_of) == (decision, ids):
                self._tell_plan(plan)

        def refuse(error: UserError) -> None:
            if (self._asked, self._asked_of) == (decision, ids):
                self._refuse(error)

        self.centre.tasks.run(
            Message("census_desk.task.plan"), work, tell, failed=refuse, owner=self, key="counting-plan"
        )

    def _twins(self, ids: Collection[int]) -> list[Twin]:
        return [each.twin for each in self._found if each.twin is not None and each.record.id in ids]

    def _tell_plan(self, plan: AcceptancePlan | EditPlan) -> None:
        self.plan = plan
        self.told.show_words(in_one(plan.figures) if plan.figures else "")
        self.go.setEnabled(True)
        is_unsigned = _is_unsigned(plan)
        if not isinstance(plan, EditPlan):
            # What the line has no room for.
            self.told.setToolTip(plain_tip("\n".join(plan.unsigned_lots)))
        self._ask_reason("why_unsigned" if is_unsigned else "reason", "go_unsigned" if is_unsigned else "go")
        if is_unsigned:
            self.told.set_tone("warn")
            self.reason.show()
        (self.reason if is_unsigned else self.go).setFocus()

    def _ask_reason(self, place: str, go: str) -> None:
        """What is asked for, and what the button says that goes on."""
        self._language.say(self.reason, "setPlaceholderText", Message(f"census_desk.decide.{place}"))
        self._language.say(self.reason, "setAccessibleName", Message(f"census_desk.decide.{place}"))
        self._language.say(self.go, "setText", Message(f"census_desk.decide.{go}"))

    def part(self) -> None:
        """What may be one is two: it is remembered, and can be undone."""
        pairs = self._twins(self.ids)
        if pairs:
            plan = twins.plan_not_same(pairs)
            self._write(plan.label, plan.apply)

    def decide(self) -> None:
        """Do what was asked."""
        # What was asked about, not what the list holds by now.
        plan, ids, decision = self.plan, self._asked_of, self._asked
        if self._act.is_busy:
            return
        actor, reason = self.centre.my_name, self.reason.text()
        now = datetime.datetime.now(datetime.UTC)
        if isinstance(plan, EditPlan):
            self._write(plan.label, plan.apply)
        elif decision == ACCEPTED:
            if plan is None:
                return
            if plan.unsigned and not reason.strip():
                self._refuse(UserError(Message("census.unsigned_reason")))
                self.go.setEnabled(True)
                self.reason.setFocus()
                return
            self._write(plan.label, lambda edit: plan.apply(edit, now, actor, reason))
        elif decision in (REJECTED, AGAIN):
            if not reason.strip():
                self._refuse(UserError(Message("census.reason_missing")))
                self.reason.setFocus()
                return
            label = Message(f"census_desk.act.{decision}", {"count": len(ids)})
            read_at = {each.record.id: each.record.version for each in self._found}
            self._write(label, lambda edit: deciding.decide(edit, ids, decision, actor, reason, read_at))

    def _write(self, label: Message, work: Any) -> None:
        def act(edit: Edit) -> None:
            work(edit)

        def write(done: Done, failed: Failed) -> None:
            self.go.setEnabled(False)
            self.centre.write(label, act, done, failed, shown=True)

        self._act.begin(write, self._ask_no_more, self._refuse)

    def _refuse(self, error: UserError) -> None:
        self.told.set_tone("danger")
        self.told.show_words(sentences(error))
        self.told.show()
        self.go.setEnabled(self._asked in (REJECTED, AGAIN))

    def _ask_no_more(self) -> None:
        self._asked, self._asked_of, self.plan = "", (), None
        self.reason.clear()
        for widget in (self.reason, self.told, self.go, self.leave):
            widget.hide()
        has = bool(self.ids) and self.centre.session.may("edit")
        for button in (self.accept, self.reject, self.again):
            button.setEnabled(has)
        for button in (self.same, self.not_same):
            button.setVisible(any(each.twin is not None for each in self._found))
            button.setEnabled(has and bool(self._twins(self.ids)))

    def _keep(self, kind: Kind) -> None:
        self.kind = kind
        self.read()

    # ---- layout

    def _tie(self) -> None:
        self.accept.clicked.connect(lambda: self.ask(ACCEPTED))
        self.reject.clicked.connect(lambda: self.ask(REJECTED))
        self.again.clicked.connect(lambda: self.ask(AGAIN))
        self.same.clicked.connect(lambda: self.ask(SAME))
        self.not_same.clicked.connect(self.part)
        self.go.clicked.connect(self.decide)
        self.reason.returnPressed.connect(self.decide)
        self.leave.clicked.connect(self._ask_no_more)
        self.table.doubleClicked.connect(lambda index: self.opened.emit(self.table.rows.rows[index.row()].id))
        self.table.selectionModel().selectionChanged.connect(lambda *_: self._ask_no_more())

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(12, 6, 12, 4)
        row.setSpacing(6)
        for kind in _KINDS:
            chip = QToolButton()
            chip.setObjectName("filterChip")
            chip.setCheckable(True)
            chip.setFont(self._theme.font("small"))
            chip.clicked.connect(lambda _=False, which=kind: self._keep(which))
            self.chips[kind] = chip
            row.addWidget(chip)
        row.addStretch(1)
        for button in (self.same, self.not_same, self.accept, self.reject, self.again):
            row.addWidget(button)
        asked = QHBoxLayout()
        asked.setContentsMargins(12, 0, 12, 6)
        asked.setSpacing(8)
        self._ask_reason("reason", "go")
        asked.addWidget(self.told, 3)
        asked.addWidget(self.reason, 2)
        asked.addWidget(self.go)
        asked.addWidget(self.leave)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(row)
        column.addLayout(asked)
        column.addWidget(self.table, 1)
        self._ask_no_more()


def _is_unsigned(plan: AcceptancePlan | EditPlan) -> bool:
    return not isinstance(plan, EditPlan) and bool(plan.unsigned)


def _versions(found: Collection[Finding]) -> list[tuple[int, int]]:
    return [(each.record.id, each.record.version) for each in found]
