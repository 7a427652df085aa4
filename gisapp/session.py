"""Session: the register a window works on, what is selected in it, and the news about both."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from PySide6.QtCore import QObject, Signal

from gisapp.tasks import Tasks
from gisapp.upkeep import Upkeep
from layers.errors import Conflict, UserError
from layers.feedback import Feedback
from layers.history.clashing import ClashTold, is_harmless, settlements, tell_clashes
from layers.model.asset import AssetKey
from layers.model.change import ChangeKind, ChangeSet
from layers.model.query import Condition
from layers.model.roles import EDIT, MANAGER, SEE_PERSONAL, allows
from layers.model.selection import NOTHING, Selection, SelectionMode
from layers.past.book import Past
from layers.register import Edit, Register
from layers.scene.kept import BUILDING_MODULES
from layers.store.settling import Settlement
from layers.store.worker import Worker
from layers.text import Message

#: Seconds after which an act is a long one: who undoes something meanwhile does not mean it.
LONG = 1.0


@dataclass(frozen=True)
class ClashAsk:
    """An act that ran into what others changed: ``told`` by asset. ``Session.settle`` does it, ``refuse`` leaves it."""

    label: Message
    work: Callable[[Edit], None]
    done: Callable[[ChangeSet | None], None] | None
    refuse: Callable[[UserError], None]
    error: Conflict
    told: tuple[ClashTold, ...] = ()


class Session(QObject):
    """One open register. Panels read through it, listen to it, and never to each other."""

    opened = Signal(object)
    """The Register, ready."""
    closing = Signal(object)
    """The Register, while it can still be asked where it is."""
    closed = Signal()
    changed = Signal(object)
    """A ChangeSet: by this window, another window, or another program."""
    selection_changed = Signal(object)
    """The Selection there is now."""
    filters_changed = Signal(object)
    """The conditions by type that map, lists and figures keep to now."""
    past_changed = Signal(bool)
    """Whether the map shows a past day now: nothing can be edited then."""
    clashed = Signal(object)
    """A ClashAsk: others changed what an act was to change, and the user must choose."""
    day_changed = Signal(object)
    """The Past that map, table and inspector show from now on; None for today."""
    steps_changed = Signal()
    """What undo and redo would do is another step now."""

    _news = Signal(object)

    def __init__(self, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.tasks = tasks
        self.register: Register | None = None
        self.selection: Selection = NOTHING
        self.filters: Mapping[str, Condition] = {}
        self.saved_at: datetime | None = None
        self.undo_label: Message | None = None
        self.redo_label: Message | None = None
        #: Whoever holds unsaved work: given what shall be done, it keeps that for later and answers True.
        self.holder: Callable[[Callable[[], None]], bool] | None = None
        self.past: Past | None = None
        self.role = MANAGER
        #: What is done once the register is let go of, on the writer lane: asked for while it is ``closing``.
        self.afterwards: list[Callable[[], None]] = []
        self._spare: Worker | None = None
        self._unlisten: Callable[[], None] | None = None
        self._news.connect(self._on_news)
        self.upkeep = Upkeep(tasks, self)

    def warm_up(self) -> None:
        """Start the process now in which the register will be read that is opened first."""
        if self._spare is None:
            self._spare = Worker(preload=BUILDING_MODULES)
            self._spare.warm_up()

    def take_worker(self) -> Worker | None:
        """The worker that was started for the first register; None when it was taken or never started."""
        spare, self._spare = self._spare, None
        return spare

    @property
    def is_open(self) -> bool:
        return self.register is not None

    @property
    def is_past(self) -> bool:
        """Whether a past day is shown."""
        return self.past is not None

    @property
    def is_writable(self) -> bool:
        """Whether something can be changed now: in a register that is not read-only, on today's map."""
        return self.register is not None and not self.register.read_only and not self.is_past

    def may(self, act: str) -> bool:
        """Whether the user may do ``act`` here (one of ``layers.model.roles``), in this role and register."""
        return self.is_writable and allows(self.role, act)

    def take_role(self, role: str) -> bool:
        """The user works in this role from now on (``layers.model.roles``).

        True when what is shown tells more, or less, than the role may see: ``show_anew`` mends that.
        """
        was_veiled = self.register is not None and self.register.veiled
        if role != self.role:
            self.role = role
            self._draw_veil()
            self.steps_changed.emit()
        return self.register is not None and self.register.veiled != was_veiled

    def _draw_veil(self) -> None:
        if self.register is not None:
            self.register.veiled = not allows(self.role, SEE_PERSONAL)

    def show_anew(self) -> None:
        """Let every panel forget the register and read it again, as if it was opened now."""
        self.leave(self._show_anew)

    def _show_anew(self) -> None:
        register = self.register
        if register is None:
            return
        self.closing.emit(register)
        # What was to be done with a closed register: it stays open.
        self.afterwards = []
        self._take(NOTHING)
        self.filter({})
        self.register = None
        self.closed.emit()
        self.tasks.cancel_readers()
        self.register = register
        self.opened.emit(register)
        self._ask_steps()

    def refusal(self) -> UserError | None:
        """Why nothing can be edited at this moment; a register that is read-only says so itself."""
        if self.is_past:
            return UserError(Message("past.no_edit"), Message("past.no_edit_hint"))
        if not allows(self.role, EDIT):
            return UserError(Message("role.no_edit"), Message("role.no_edit_hint"))
        return None

    def show_past(self, past: Past | None) -> None:
        """Go to a past day, to another one, or come back to today (None)."""
        before, self.past = self.past, past
        if (before is None) != (past is None):
            self.past_changed.emit(self.is_past)
            self.steps_changed.emit()
        if past != before:
            self.day_changed.emit(past)

    def begin(self, register: Register) -> None:
        """Work on ``register`` from now on; one open before is closed."""
        self.close()
        self.register = register
        self._draw_veil()
        self._unlisten = register.listen(self._news.emit)
        self.opened.emit(register)
        self._ask_steps()
        self.upkeep.begin(register)

    def close(self) -> None:
        """Let go of the register; its last words are written on the writer lane."""
        register = self.register
        if register is None:
            return
        self.closing.emit(register)
        self.upkeep.end()
        if self._unlisten is not None:
            self._unlisten()
        self._take(NOTHING)
        self.filter({})
        self.register = None
        self.saved_at = self.undo_label = self.redo_label = None
        self.closed.emit()
        self.tasks.cancel_readers()
        afterwards, self.afterwards = self.afterwards, []

        def let_go(_: Feedback) -> None:
            register.close()
            for work in afterwards:
                work()

        self.tasks.run(
            Message("task.close"),
            let_go,
            lane="writer",
            shown=False,
            certain=True,
            after_readers=True,
        )

    def select(self, keys: Iterable[AssetKey], mode: SelectionMode = "new") -> None:
        """Select ``keys``, or let them join, lessen, meet or turn over what is selected."""
        chosen = self.selection.combined(Selection.of(keys), mode)
        if chosen != self.selection:
            self.leave(lambda: self._take(chosen))

    def leave(self, then: Callable[[], None]) -> None:
        """Do ``then``, which leaves the asset worked on: at once, or when its user has decided on what is unsaved."""
        if self.holder is None or not self.holder(then):
            then()

    def _take(self, chosen: Selection) -> None:
        if chosen != self.selection:
            self.selection = chosen
            self.selection_changed.emit(chosen)

    def filter(self, filters: Mapping[str, Condition]) -> None:
        """Let map, lists and figures keep to these conditions, by type; types not named are shown whole."""
        if dict(filters) != self.filters:
            self.filters = dict(filters)
            self.filters_changed.emit(self.filters)

    def edit(
        self,
        label: Message,
        work: Callable[[Edit], None],
        done: Callable[[ChangeSet | None], None] | None = None,
        failed: Callable[[UserError], None] | None = None,
        conflict: Callable[[Conflict], None] | None = None,
        decided: Mapping[AssetKey, Settlement] | None = None,
        *,
        shown: bool = False,
        kind: ChangeKind = "edit",
    ) -> None:
        """Do ``work`` as one edit called ``label`` on the writer lane; it may be called again.

        ``shown``: it is long; its user sees how far it is and can stop it, which ``failed`` is told.

        Where others changed an asset since it was read, ``conflict`` is told; without it the user is asked by
        ``clashed`` and the act goes on as ``decided``, or ``failed`` is told that it was left.
        """
        register = self._open_register()
        refuse = self.tasks.failed.emit if failed is None else failed
        if (error := self.refusal()) is not None:
            refuse(error)
            return

        def write(feedback: Feedback) -> ChangeSet | None:
            with register.edit(label, kind, decided, feedback) as edit:
                work(edit)
            return edit.change_set

        def refused(error: UserError) -> None:
            if not isinstance(error, Conflict):
                refuse(error)
            elif conflict is not None:
                conflict(error)
            else:
                self._ask_clashes(ClashAsk(label, work, done, refuse, error))

        def stopped() -> None:
            refuse(UserError(Message("notify.stopped"), Message("notify.stopped_hint")))

        self.tasks.run(
            label, write, done, failed=refused, cancelled=stopped, lane="writer", shown=shown, certain=True
        )

    def _ask_clashes(self, ask: ClashAsk) -> None:
        """Find out what others changed under an act, and let the user choose."""
        register = self._open_register()

        def show(told: tuple[ClashTold, ...]) -> None:
            if self.register is not register:
                return
            if all(clash.is_gone for clash in told):
                ask.refuse(ask.error)
            elif all(map(is_harmless, told)):
                self.settle(replace(ask, told=told), {})
            else:
                self.clashed.emit(replace(ask, told=told))

        self.tasks.run(
            Message("clash.task"), lambda _: tell_clashes(register, ask.work), show,
            failed=ask.refuse, lane="writer", shown=False,
        )  # fmt: skip

    def settle(self, ask: ClashAsk, theirs: Mapping[AssetKey, frozenset[str]]) -> None:
        """Do the act now: these fields of these assets stay as others made them (``layers.history.clashing``)."""
        self.edit(ask.label, ask.work, ask.done, ask.refuse, decided=settlements(ask.told, theirs))

    def undo(
        self,
        done: Callable[[ChangeSet | None], None],
        failed: Callable[[UserError], None] | None = None,
    ) -> None:
        """Take back the actor's latest step."""
        self._step(Message("task.undo"), Register.undo, done, failed)

    def redo(
        self,
        done: Callable[[ChangeSet | None], None],
        failed: Callable[[UserError], None] | None = None,
    ) -> None:
        """Do again what was taken back."""
        self._step(Message("task.redo"), Register.redo, done, failed)

    def _step(
        self,
        label: Message,
        step: Callable[[Register, Feedback], ChangeSet | None],
        done: Callable[[ChangeSet | None], None],
        failed: Callable[[UserError], None] | None,
    ) -> None:
        register = self._open_register()
        if (error := self.refusal() or self._busy()) is not None:
            self.tasks.failed.emit(error)
            return
        self.tasks.run(label, lambda feedback: step(register, feedback), done, failed=failed, lane="writer")

    def _busy(self) -> UserError | None:
        """Why no step is taken back while a long act is under way: it would be another one than was meant."""
        for task in self.tasks.running:
            if task.lane == "writer" and task.certain and task.shown and task.seconds > LONG:
                told = Message("notify.step_waits", {"act": task.label})
                return UserError(told, Message("notify.step_waits_hint"))
        return None

    def _open_register(self) -> Register:
        if self.register is None:
            raise RuntimeError("no register is open")
        return self.register

    def _on_news(self, change: ChangeSet) -> None:
        if self.register is None:
            return
        self.saved_at = datetime.now()
        self._take(self._left(change))
        self.changed.emit(change)
        self._ask_steps()
        self.upkeep.note_change()

    def _left(self, change: ChangeSet) -> Selection:
        """The selection without what a change removed."""
        left = self.selection
        for name, part in change.changes.items():
            if len(left.ids(name)) and (part.deleted or part.deleted_ranges):
                left = left.difference(Selection({name: list(part.deleted)}))
                left = left.without_ranges(name, part.deleted_ranges)
        return left

    def _ask_steps(self) -> None:
        """Learn what undo and redo would do; asked beside the window, for it reads the trail."""
        register = self.register
        if register is None or register.read_only:
            return

        def keep(labels: tuple[Message | None, Message | None]) -> None:
            if self.register is register:
                self.undo_label, self.redo_label = labels
                self.steps_changed.emit()

        self.tasks.run(
            Message("task.steps"),
            lambda _: register.step_labels,
            keep,
            owner=self,
            key="steps",
            shown=False,
        )
