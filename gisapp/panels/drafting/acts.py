"""Acts on the network, one after another: planned on what the one before left, shown where that is wise, done."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal

from PySide6.QtCore import QObject, Signal
from shapely.geometry.base import BaseGeometry

from gisapp.session import Session
from gisapp.tasks import Tasks
from layers.editing.plan import Answers, Done, EditPlan
from layers.errors import Conflict, UserError
from layers.history.clashing import ClashTold, clash_lines, tell_clashes
from layers.model.change import ChangeSet
from layers.register import Edit, Register
from layers.text import Message

Make = Callable[[Register, Answers], EditPlan]
Draw = Callable[[Register, str, BaseGeometry, Mapping[str, Any]], EditPlan]
"""Plans a new asset of a type, with this shape and these values."""
Asked = Literal["", "reason", "date", "cause"]

#: An act on more assets than this is seen in the status bar while it is written.
_MANY = 20_000


@dataclass(frozen=True)
class Act:
    """How to plan an act; whether its effect is shown first and what is asked then; whom to tell of the end.

    ``asked`` names an answer that the user types: the ``reason`` of a mistake, a ``date``, the ``cause`` of a decision.
    """

    make: Make
    shown: bool = False
    asked: Asked = ""
    done: Callable[[Done], None] | None = None
    failed: Callable[[], None] | None = None


class Acts(QObject):
    """Plans and does acts in the order in which they were asked for."""

    proposed = Signal(object, object)
    """An EditPlan to be shown and agreed to, and its Act."""
    settled = Signal()
    """What was proposed is agreed to, refused, or no longer asked for."""
    told = Signal(object)
    """A Message: what was done and can be undone."""
    noticed = Signal(object)
    """A Message: there was nothing to do."""

    def __init__(self, session: Session, tasks: Tasks, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._tasks = session, tasks
        self._waiting: deque[Act] = deque()
        self._now: Act | None = None
        self._plan: EditPlan | None = None
        #: What others did that the act being planned ran into.
        self._told_before: tuple[Message, ...] = ()
        session.closed.connect(self.forget)

    @property
    def proposal(self) -> EditPlan | None:
        """The plan that waits to be agreed to."""
        return self._plan

    def do(self, act: Act) -> None:
        """Do it when those before are done; a proposal nobody answered is dropped."""
        if self._plan is not None:
            self.refuse()
        self._waiting.append(act)
        self._next()

    def agree(self, answers: Answers) -> None:
        """Do what was proposed, with these answers."""
        if self._plan is None or self._now is None:
            return
        plan, self._plan = self._plan, None
        self.settled.emit()
        if answers:
            self._make(answers, agreed=plan)
        else:
            self._write(plan)

    def refuse(self) -> None:
        """Leave what was proposed."""
        if self._plan is not None:
            self._plan = None
            self.settled.emit()
            self._end(done=None)

    def forget(self) -> None:
        """Drop everything: the register is closed."""
        self._waiting.clear()
        self._now, self._told_before = None, ()
        if self._plan is not None:
            self._plan = None
            self.settled.emit()

    def _next(self) -> None:
        if self._now is None and self._waiting and self._session.register is not None:
            self._now = self._waiting.popleft()
            self._make({})

    def _make(self, answers: Answers, *, agreed: EditPlan | None = None) -> None:
        """Plan it; ``agreed`` is the plan that was shown and agreed to, if one was."""
        act, register = self._now, self._session.register
        assert act is not None
        assert register is not None

        def planned(plan: EditPlan) -> None:
            if self._now is not act:
                return
            before = {} if agreed is None else agreed.versions
            if agreed is not None and any(before.get(k, v) != v for k, v in plan.versions.items()):
                # What was agreed to is not what would be done now.
                self._look_again(act, agreed, None)
            else:
                self._take(plan, agreed=agreed is not None)

        self._tasks.run(
            Message("draft.task.plan"), lambda _: act.make(register, answers), planned,
            failed=lambda error: self._ask_again(act, agreed, error), owner=self, shown=False,
        )  # fmt: skip

    def _ask_again(self, act: Act, agreed: EditPlan | None, error: UserError) -> None:
        """What was answered cannot be: that is said, and the question stands again with the answers in it."""
        if agreed is None or self._now is not act:
            self._fail(act, error)
            return
        self._tasks.failed.emit(error)
        self._plan = agreed
        self.proposed.emit(agreed, act)

    def _take(self, plan: EditPlan, *, agreed: bool) -> None:
        act = self._now
        assert act is not None
        plan, self._told_before = replace(plan, figures=(*self._told_before, *plan.figures)), ()
        if plan.questions or (act.shown and not agreed):
            self._plan = plan
            self.proposed.emit(plan, act)
        elif plan.is_empty:
            self.noticed.emit(Message("draft.nothing"))
            self._end(done=None)
        else:
            self._write(plan)

    def _write(self, plan: EditPlan) -> None:
        act = self._now
        assert act is not None
        made: list[Done] = []

        def work(edit: Edit) -> None:
            made.append(plan.apply(edit))

        def done(change: ChangeSet | None) -> None:
            if change is not None:
                self.told.emit(plan.label)
            if self._now is act:
                self._end(done=made[-1])

        self._session.edit(
            plan.label, work, done, failed=lambda error: self._fail(act, error),
            conflict=lambda error: self._look_again(act, plan, error),
            shown=sum(len(many.ids) for many in plan.bulk) > _MANY,
        )  # fmt: skip

    def _look_again(self, act: Act, plan: EditPlan, error: Conflict | None) -> None:
        """Others were before the act: what they changed is told, and the act planned anew on it and shown."""
        register = self._session.register
        if register is None or self._now is not act:
            return

        def show(told: tuple[ClashTold, ...]) -> None:
            if self._now is not act:
                return
            if not told and error is not None:
                self._fail(act, error)
                return
            self._told_before = clash_lines(told)
            self._now = replace(act, shown=act.shown or bool(self._told_before))
            self._make({})

        self._tasks.run(
            Message("clash.task"), lambda _: tell_clashes(register, partial(_do, plan.on_what_is_there)), show,
            failed=lambda failure: self._fail(act, failure), owner=self, lane="writer", shown=False,
        )  # fmt: skip

    def _fail(self, act: Act, error: UserError) -> None:
        self._tasks.failed.emit(error)
        if self._now is act:
            self._end(done=None)

    def _end(self, done: Done | None) -> None:
        act, self._now = self._now, None
        self._told_before = ()
        if act is not None:
            if done is not None and act.done is not None:
                act.done(done)
            elif done is None and act.failed is not None:
                act.failed()
        self._next()


def _do(plan: EditPlan, edit: Edit) -> None:
    plan.apply(edit)
