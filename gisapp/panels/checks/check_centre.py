"""The state of the checks: what was found and waived, what an edit changed in it, what a repair would do.

Runs go to the worker; what follows an edit is looked at around it, quietly. Panels ask and listen.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from gisapp.notify import Notifier
from gisapp.panels.checks.scope import Scope
from gisapp.session import Session
from gisapp.tasks import Task, Tasks
from layers.analysis.checking.finding import Finding, Findings, merged
from layers.analysis.checking.rule_file import RuleBook, load_rules
from layers.analysis.checking.waivers import WAIVER, Sorted, Waiver, read_waivers, sort_out, waive, withdraw
from layers.errors import Conflict
from layers.feedback import Feedback
from layers.later import Later
from layers.model.change import ChangeSet
from layers.register import Edit, Register
from layers.text import Message

if TYPE_CHECKING:
    from layers.analysis.checking import around, gathering
    from layers.analysis.checking.around import Around
    from layers.analysis.mending import mends
    from layers.analysis.mending.mends import Mending
else:
    # They bring scipy along, which no start should wait for.
    around = Later("layers.analysis.checking.around")
    gathering = Later("layers.analysis.checking.gathering")
    mends = Later("layers.analysis.mending.mends")

#: A run so quick (seconds) is done again for the rules that an edit may touch from afar.
QUICK = 3.0


@dataclass(frozen=True)
class Run:
    """A finished run: of what, when, how long it took."""

    scope: Scope
    at: datetime
    seconds: float


@dataclass(frozen=True)
class _Found:
    parts: list[Findings]
    waivers: list[Waiver]


class CheckCentre(QObject):
    """One per window. ``found`` is all that is known; ``sorted`` parts the waived from the open."""

    changed = Signal()
    """Other findings, other waivers, or another state of the run."""
    news_changed = Signal(int)
    """How many findings came with the edits since one looked last."""
    preview_changed = Signal()

    def __init__(
        self, session: Session, tasks: Tasks, notifier: Notifier, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._tasks, self._notifier = session, tasks, notifier
        self.rule_book: RuleBook = load_rules()
        self._task: Task | None = None
        self._waiting: list[ChangeSet] = []
        self._is_following = False
        self._forget()
        session.opened.connect(self._on_opened)
        session.closed.connect(self._on_closed)
        session.changed.connect(self._on_changed)
        session.past_changed.connect(self._on_past)

    def _forget(self) -> None:
        self.found: list[Findings] = []
        self.waivers: list[Waiver] = []
        self.sorted = Sorted([], [])
        self.run: Run | None = None
        self.is_outdated = False
        self.news: frozenset[str] = frozenset()
        self.preview: Mending | None = None
        self.preview_of: tuple[Finding, ...] = ()

    @property
    def is_running(self) -> bool:
        return self._task is not None

    @property
    def open_count(self) -> int:
        """How many findings are open."""
        return sum(map(len, self.sorted.open))

    # ---- running

    def check(self, scope: Scope) -> None:
        """Run every rule; the status bar shows how far it is, and cancels it."""
        register = self._session.register
        if register is None:
            return
        began = time.monotonic()

        def work(feedback: Feedback) -> _Found:
            return _Found(scope.kept(gathering.check_register(register, feedback)), read_waivers(register))

        def done(found: _Found) -> None:
            self._task = None
            if self._session.register is not register:
                return
            self.run = Run(scope, datetime.now(), time.monotonic() - began)
            self.is_outdated = False
            self.found, self.waivers = found.parts, found.waivers
            self._set_news(frozenset())
            self._sort_out()

        def ended(*_: object) -> None:
            self._task = None
            self.changed.emit()

        self._waiting.clear()
        self._task = self._tasks.run(
            Message("checking.task"), work, done, cancelled=ended, owner=self, key="checks"
        )
        self.changed.emit()

    def cancel(self) -> None:
        """Stop the run; what was found before stays."""
        if self._task is not None:
            self._task.cancel()

    def look_at_news(self) -> None:
        """The new findings have been seen."""
        self._set_news(frozenset())

    # ---- after an edit

    def _on_opened(self, register: Register) -> None:
        self._forget()
        self.changed.emit()
        self._set_news(frozenset())

    def _on_closed(self) -> None:
        self._task = None
        self._waiting.clear()
        self._forget()
        self.changed.emit()
        self.news_changed.emit(0)
        self.preview_changed.emit()

    def _on_changed(self, change: ChangeSet) -> None:
        self.drop_preview()
        if WAIVER in change.changes:
            self._read_waivers()
        if self.run is None:
            return
        self._waiting.append(change)
        if not self._is_following and not self.is_running:
            self._follow()

    def _follow(self) -> None:
        """Look around what changed since; one look at a time."""
        register, run = self._session.register, self.run
        changes, self._waiting = self._waiting, []
        if register is None or run is None or not changes:
            return
        if not all(around.is_local(change, register) for change in changes):
            self.is_outdated = True
            self.changed.emit()
            return
        self._is_following = True
        before = self.found
        again = run.seconds <= QUICK and run.scope.name == "all"
        whole = frozenset(rule.id for rule in self.rule_book.rules if rule.scope == "whole")

        def work(feedback: Feedback) -> tuple[list[Findings], Around]:
            looked = around.check_around(register, changes, feedback, self.rule_book)
            found = looked.into(before)
            if again and looked.assets:
                kept = [part for part in found if part.rule not in whole]
                found = merged([*kept, *gathering.check_register(register, feedback, rules=whole)])
            return found, looked

        def done(result: tuple[list[Findings], Around]) -> None:
            self._is_following = False
            found, looked = result
            # A run that ended meanwhile knows better.
            if self._session.register is register and self.found is before:
                self._take(found, before, looked)
            self._follow()

        def failed(*_: object) -> None:
            self._is_following = False
            self.is_outdated = True
            self.changed.emit()

        self._tasks.run(
            Message("checking.following"),
            work,
            done,
            failed=failed,
            cancelled=failed,
            owner=self,
            key="checks-around",
            shown=False,
        )

    def _take(self, found: list[Findings], before: list[Findings], looked: Around) -> None:
        old = {part.identity(n) for part in before for n in _numbers(part, looked)}
        now = {part.identity(n) for part in found for n in _numbers(part, looked)}
        waived = {waiver.finding for waiver in self.waivers}
        self.found = found
        self._sort_out()
        gone = old - now
        self._set_news(frozenset((self.news - gone) | (now - old - waived)))

    def _set_news(self, news: frozenset[str]) -> None:
        if news != self.news:
            self.news = news
            self.news_changed.emit(len(news))

    # ---- waiving

    def waive(
        self, findings: Sequence[Finding], texts: Sequence[str], reason: str, until: str | None
    ) -> None:
        """Let findings stand, as one act; ``texts`` are the sentences they were told in."""
        register = self._session.register
        if register is None or not findings:
            return
        known, actor = list(self.waivers), register.actor
        pairs = list(zip(findings, texts, strict=True))

        def work(edit: Edit) -> None:
            for finding, text in pairs:
                waive(edit, finding, text, reason, until, actor, known)

        self._session.edit(
            Message("checking.waived_label", {"count": len(pairs)}),
            work,
            lambda _: self._notifier.done(
                Message("checking.waived_done", {"count": len(pairs)}), "edit.undo"
            ),
        )

    def withdraw(self, waivers: Sequence[Waiver]) -> None:
        """Let the findings count again."""

        def work(edit: Edit) -> None:
            for waiver in waivers:
                withdraw(edit, waiver)

        if waivers:
            self._session.edit(
                Message("checking.withdrawn_label", {"count": len(waivers)}),
                work,
                lambda _: self._notifier.done(
                    Message("checking.withdrawn_done", {"count": len(waivers)}), "edit.undo"
                ),
            )

    def _read_waivers(self) -> None:
        register = self._session.register
        if register is None:
            return

        def done(waivers: list[Waiver]) -> None:
            if self._session.register is register:
                self.waivers = waivers
                self._sort_out()

        self._tasks.run(
            Message("checking.reading_waivers"),
            lambda _: read_waivers(register),
            done,
            owner=self,
            key="waivers",
            shown=False,
        )

    def _sort_out(self) -> None:
        self.sorted = sort_out(self.found, self.waivers)
        self.changed.emit()

    # ---- repairing

    def has_mend(self, finding: Finding) -> bool:
        """Whether there is a one-click repair for findings of this rule."""
        rule = self.rule_book.rule(finding.rule)
        return rule is not None and rule.mend is not None

    def can_mend(self, finding: Finding) -> bool:
        """Whether there is a one-click repair for findings of this rule, and it may be made here and now."""
        return self.has_mend(finding) and self._session.may("edit")

    def _on_past(self, is_past: bool) -> None:
        # What it would change is drawn as it is today.
        if is_past:
            self.drop_preview()

    def prepare(self, findings: Sequence[Finding]) -> None:
        """Find out what a repair of these (of one rule) would do; ``preview`` then has it."""
        register = self._session.register
        if register is None or not findings:
            return

        def done(mending: Mending) -> None:
            if self._session.register is register and self._session.may("edit"):
                self.preview, self.preview_of = mending, tuple(findings)
                self.preview_changed.emit()

        self._tasks.run(
            Message("checking.preparing"),
            lambda _: mends.plan_mending(register, findings, self.rule_book),
            done,
            owner=self,
            key="mending",
            shown=len(findings) > 1,
        )

    def drop_preview(self) -> None:
        """Do not repair after all."""
        if self.preview is not None:
            self.preview, self.preview_of = None, ()
            self.preview_changed.emit()

    def mend(self) -> None:
        """Do what the preview shows, as one act."""
        mending = self.preview
        if mending is None or mending.plan.is_empty:
            return
        plan, findings = mending.plan, self.preview_of
        self.drop_preview()

        def work(edit: Edit) -> None:
            plan.apply(edit)

        def again(conflict: Conflict) -> None:
            # A repair fits what was there when it was worked out: it is worked out anew and shown again.
            self._notifier.warn(conflict.title, Message("checking.mend_again"))
            self.prepare(findings)

        self._session.edit(
            plan.label,
            work,
            lambda _: self._notifier.done(Message("checking.mended", {"count": mending.count}), "edit.undo"),
            conflict=again,
        )


def _numbers(part: Findings, looked: Around) -> list[int]:
    """The positions of the findings about what was looked at."""
    concerned: list[int] = looked.concerns(part).nonzero()[0].tolist()
    return concerned
