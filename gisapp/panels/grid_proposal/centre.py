"""What panel and map show of a proposal: computed beside the window, kept until it is taken or left."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from gisapp.panels.drafting.acts import Act
from gisapp.session import Session
from gisapp.tasks import Task, Tasks
from layers.editing.plan import EditPlan
from layers.errors import UserError
from layers.feedback import Feedback
from layers.later import Later
from layers.register import Register
from layers.reports.wording import NONE
from layers.text import Message

if TYPE_CHECKING:
    from layers.grids.dividing.quality import Quality
    from layers.grids.dividing.wishes import Wishes
    from layers.grids.faces import Shapes
    from layers.grids.proposing import acceptance, designing, site_reading
    from layers.grids.proposing.proposal import Proposal, Row
    from layers.grids.proposing.site_reading import Survey
else:
    # METIS and the programmes of balancing are loaded when the first proposal is computed.
    acceptance = Later("layers.grids.proposing.acceptance")
    designing = Later("layers.grids.proposing.designing")
    site_reading = Later("layers.grids.proposing.site_reading")

KEY = "grid_design.compute"
PART = "grid_design.part"


@dataclass(frozen=True, eq=False)
class Shown:
    """A proposal with the chosen moves made: ``shapes`` of the grids, the table, the figures before and after.

    ``broken`` are codes of grids that would fall apart if only these moves were made.
    """

    survey: Survey
    proposal: Proposal
    chosen: frozenset[int]
    shapes: Shapes
    rows: tuple[Row, ...]
    before: Quality | None
    after: Quality
    moved: float
    broken: tuple[str, ...]

    @property
    def is_whole(self) -> bool:
        return len(self.chosen) == len(self.proposal.moves)

    def code(self, grid: int) -> str:
        """The code of a grid; of a new one its number with a plus, of none a dash."""
        if grid < 0:
            return NONE
        codes = self.survey.codes
        return codes[grid] if grid < len(codes) else f"+{grid - len(codes) + 1}"


class ProposalCentre(QObject):
    """``changed``: what is shown is another, or nothing; ``busy_changed``: a computation began or ended."""

    changed = Signal()
    busy_changed = Signal()
    read = Signal()
    """How many grids there are is known."""

    def __init__(self, session: Session, tasks: Tasks, do: Callable[[Act], None], parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._tasks, self._do = session, tasks, do
        self.shown: Shown | None = None
        self.known = 0
        self._task: Task | None = None
        session.closed.connect(self.discard)

    @property
    def is_busy(self) -> bool:
        return self._task is not None

    def count(self) -> None:
        """Find out how many lowest grids there are today."""
        register = self._session.register
        if register is None:
            return

        def done(known: int) -> None:
            self.known = known
            self.read.emit()

        self._tasks.run(
            Message("grid_proposal.task"), lambda _: site_reading.count_grids(register), done,
            owner=self, key="grid_design.count", shown=False,
        )  # fmt: skip

    def compute(self, wishes: Wishes, *, as_many: bool = False) -> None:
        """Compute a proposal; the one there was stays until the new one is there.

        ``as_many``: with as many grids as there are, whatever the wishes say.
        """
        register = self._session.register
        if register is None:
            return

        def done(shown: Shown) -> None:
            self._end()
            self.shown = shown
            self.known = len(shown.survey.ids)
            self.changed.emit()

        def failed(error: UserError) -> None:
            self._end()
            self._tasks.failed.emit(error)

        self._task = self._tasks.run(
            Message("grid_proposal.task"), lambda feedback: _proposed(register, wishes, as_many, feedback), done,
            failed=failed, cancelled=self._end, owner=self, key=KEY,
        )  # fmt: skip
        self.busy_changed.emit()

    def cancel(self) -> None:
        """Stop computing."""
        if self._task is not None:
            self._task.cancel()

    def choose(self, moves: Collection[int]) -> None:
        """Keep to these moves."""
        shown = self.shown
        if shown is None or shown.chosen == frozenset(moves):
            return

        def done(part: Shown) -> None:
            if self.shown is not None and self.shown.proposal is part.proposal:
                self.shown = part
                self.changed.emit()

        chosen = frozenset(moves)
        self._tasks.run(
            Message("grid_proposal.task"), lambda _: _with_moves(shown.survey, shown.proposal, chosen), done,
            owner=self, key=PART, shown=False,
        )  # fmt: skip

    def accept(self, title: str) -> None:
        """Make the chosen moves: one act, one step back. ``title`` begins the names of grids where none were."""
        shown = self.shown
        if shown is None:
            return
        moves = None if shown.is_whole else shown.chosen

        def make(register: Register, _: object) -> EditPlan:
            return acceptance.plan_acceptance(register, shown.survey, shown.proposal, moves, title=title)

        self._do(Act(make, done=lambda _: self.discard()))

    def discard(self) -> None:
        """Leave the proposal."""
        self.cancel()
        if self.shown is not None:
            self.shown = None
            self.changed.emit()

    def _end(self) -> None:
        self._task = None
        self.busy_changed.emit()


def _proposed(register: Register, wishes: Wishes, as_many: bool, feedback: Feedback) -> Shown:
    survey = site_reading.read_survey(register, feedback.part(0.0, 0.3))
    if as_many:
        wishes = replace(wishes, grids=max(len(survey.ids), 1))
    made = designing.propose(survey.site, wishes, feedback.part(0.3, 0.95))
    return _with_moves(survey, made, frozenset(range(len(made.moves))))


def _with_moves(survey: Survey, made: Proposal, chosen: frozenset[int]) -> Shown:
    label = made.after if len(chosen) == len(made.moves) else made.accepted(chosen)
    shapes = made.shapes_of(label)
    before = made.quality_of(made.before, made.shapes_before) if made.known else None
    after = made.quality_of(label, shapes)
    broken = tuple(
        survey.codes[grid] if grid < made.known else f"+{grid - made.known + 1}"
        for grid in made.broken(label)
    )
    return Shown(
        survey, made, chosen, shapes, made.rows(label, shapes), before, after, made.moved_share(label), broken
    )
