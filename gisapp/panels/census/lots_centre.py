"""The state of the board of lots: what is read for it, which lots are chosen, and what is done with them.

Which lots are chosen is the selection of the window: board, list and map show the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from gisapp.panels.census.centre import CensusCentre
from layers.census.words import LOT
from layers.errors import UserError
from layers.feedback import Feedback
from layers.later import Later
from layers.model.asset import AssetKey
from layers.register import Edit
from layers.text import Message

if TYPE_CHECKING:
    from layers.census.lots import assigning
    from layers.census.lots import board as lot_board
    from layers.census.lots.board import LotBoard
    from layers.census.walking import walks
    from layers.census.walking.walks import Walks
    from layers.editing.plan import EditPlan
else:
    assigning = Later("layers.census.lots.assigning")
    lot_board = Later("layers.census.lots.board")
    walks = Later("layers.census.walking.walks")


class LotsCentre(QObject):
    """One per desk. Nothing is read while nobody looks at the board."""

    changed = Signal()
    """The board was read, or is gone."""
    proposed = Signal(object)
    """Which lots should go to which team, as ``assigning.even_out`` has it."""

    def __init__(self, centre: CensusCentre) -> None:
        super().__init__(centre)
        self.centre = centre
        self.board: LotBoard | None = None
        self._is_shown = False
        self._waiting: Callable[[], None] | None = None
        centre.changed.connect(self._follow)
        centre.session.closed.connect(self._forget)

    # ---- reading

    def show(self, on: bool) -> None:
        """The board is looked at, or not."""
        if on and not self._is_shown:
            self._is_shown = True
            self.read()
        self._is_shown = on

    def read(self) -> None:
        """Read the board of the campaign."""
        register, book = self.centre.register, self.centre.book
        if register is None or book is None:
            self._take(None)
            return
        day = self.centre.today
        self.centre.tasks.run(
            Message("census_desk.task.read"),
            lambda feedback: lot_board.read_lot_board(register, book, day, feedback),
            self._take,
            owner=self,
            key="counting-board",
            shown=False,
        )

    def when_read(self, then: Callable[[], None]) -> None:
        """Do this now, or once the board was read."""
        if self.board is not None:
            then()
        else:
            self._waiting = then
            self.read()

    def _follow(self) -> None:
        if self._is_shown:
            self.read()
        else:
            self.board = None

    def _take(self, board: LotBoard | None) -> None:
        self.board = board
        self.changed.emit()
        then, self._waiting = self._waiting, None
        if then is not None and board is not None:
            then()

    def _forget(self) -> None:
        self._waiting = None
        self._take(None)

    # ---- choosing

    def choose(self, lots: Sequence[int]) -> None:
        """Choose lots: the window selects them; one alone is opened, too."""
        self.centre.session.select([AssetKey(LOT, lot) for lot in lots])
        if len(lots) == 1:
            self.centre.choose_lot(lots[0])

    @property
    def chosen(self) -> tuple[int, ...]:
        """The lots that are selected; without any the one whose work list is open."""
        register = self.centre.register
        ids = () if register is None else tuple(self.centre.session.selection.ids(LOT).tolist())
        known = set() if self.centre.book is None else {row.id for row in self.centre.book.lots}
        found = tuple(id for id in ids if id in known)
        return found or (() if self.centre.lot is None else (self.centre.lot,))

    # ---- acts

    def assign(self, lots: Sequence[int], team: int) -> None:
        """Give lots to a team (0: to nobody) as one act."""
        board, register = self.board, self.centre.register
        if board is not None and register is not None:
            cards = lot_board.cards_of(board, lots)
            name = board.teams.get(team, "")
            self._do(lambda: assigning.plan_assignment(register, cards, team, name))

    def move(self, moves: dict[int, int], done: Callable[[], None]) -> None:
        """Give each lot to its team, as one act: what was proposed."""
        board, register = self.board, self.centre.register
        if board is not None and register is not None:
            label = Message("lots.act.even", {"count": len(moves)})
            cards, names = lot_board.cards_of(board, tuple(moves)), board.teams
            self._do(lambda: assigning.plan_moves(register, cards, moves, names, label=label), done)

    def put_due(self, lots: Sequence[int], due: str | None, done: Callable[[], None], failed: Any) -> None:
        """A due date for lots, as one act."""
        if self.board is not None:
            cards = lot_board.cards_of(self.board, lots)
            self._do(lambda: assigning.plan_due(cards, due), done, failed)

    def put_state(self, lots: Sequence[int], state: str) -> None:
        """Lots into another state, as far as that is done by hand."""
        board, register = self.board, self.centre.register
        if board is not None and register is not None:
            cards = lot_board.cards_of(board, lots)
            entry = register.catalogue.code_lists["lot_state"].get(state)
            title = state if entry is None else entry.title
            day = self.centre.today.isoformat()
            self._do(lambda: assigning.plan_state(cards, state, title, day))

    def propose(self) -> None:
        """Work out how what is before the teams could be evened out."""
        board = self.board
        if board is None:
            return
        teams = board.working or tuple(board.teams)
        self.centre.tasks.run(
            Message("lots.task.even"),
            lambda _: assigning.even_out(board, teams),
            self.proposed.emit,
            owner=self,
            key="counting-even",
        )

    def walk(self, lots: Sequence[int]) -> None:
        """Put lots into walking order; with progress, and it can be stopped."""
        register = self.centre.register
        if register is None or not lots:
            return
        label = Message("lots.act.walk", {"count": len(lots)})

        def work(feedback: Feedback) -> Walks:
            return walks.plan_walks(register, lots, feedback)

        def write(found: Walks) -> None:
            def number(edit: Edit) -> None:
                walks.number_walks(edit, found)

            def told() -> None:
                given = {
                    "count": len(found.metres),
                    "km": f"{sum(found.metres.values()) / 1000:,.1f}",
                    "unplaced": found.unplaced,
                }
                self.centre.notifier.done(Message("lots.walked", given), "edit.undo")

            self.centre.session.edit(label, number, lambda _: told(), None, shown=len(lots) > 1)

        self.centre.tasks.run(Message("lots.task.walk"), work, write, owner=self, key="counting-walk")

    def _do(
        self,
        plan_of: Callable[[], EditPlan],
        done: Callable[[], None] = lambda: None,
        failed: Callable[[UserError], None] | None = None,
    ) -> None:
        """Do a plan as one act; what cannot be done is said."""
        if not self.centre.session.may("edit"):
            self.centre.notifier.info(Message("lots.may_not"))
            return
        refuse = failed or self.centre.notifier.error
        try:
            plan = plan_of()
        except UserError as error:
            refuse(error)
            return
        if plan.is_empty:
            done()
        else:
            self.centre.write(plan.label, plan.apply, done, refuse)
