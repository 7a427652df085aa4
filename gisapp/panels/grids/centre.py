"""The state of the grid desk: the grids as of a day, the one looked at, and who answers for a place or an asset.

Panels ask and listen. What is known follows the register: an edit by whomever is read anew.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from gisapp.panels.keeping_up import KeepingUp
from gisapp.panels.workplace import Workplace
from gisapp.tasks import Debounce
from layers.errors import UserError
from layers.feedback import Feedback
from layers.later import Later
from layers.model.asset import AssetKey
from layers.model.change import ChangeSet
from layers.model.duty_words import GRID
from layers.model.selection import Selection
from layers.past.book import Past
from layers.register import Register
from layers.text import Message

if TYPE_CHECKING:
    from gisapp.panels.grids import knowing
    from gisapp.panels.grids.knowing import Known
    from layers.grids.load import stock as stocks
    from layers.responsibility.asking import enquiry
    from layers.responsibility.asking.answer import Answer
    from layers.responsibility.asking.enquiry import Enquiry
    from layers.responsibility.oversight.overview import GridRow, Overview
else:
    enquiry = Later("layers.responsibility.asking.enquiry")
    knowing = Later("gisapp.panels.grids.knowing")
    stocks = Later("layers.grids.load.stock")

_PAUSE = 80


@dataclass(frozen=True)
class Asked:
    """Who is asked for: whoever answers for a place (x, y), an asset, or what a text names."""

    place: tuple[float, float] | None = None
    asset: AssetKey | None = None
    text: str = ""


class GridCentre(QObject):
    """One per window. ``overview`` is None until the desk was first opened or somebody was asked for."""

    changed = Signal()
    """Another overview, or another day."""
    chosen = Signal()
    """Another grid is looked at."""
    answered = Signal()
    """Another answer, or none any more."""

    def __init__(self, place: Workplace, parent: QObject) -> None:
        super().__init__(parent)
        self._place, self.session, self._tasks = place, place.session, place.tasks
        self.known: Known | None = None
        self.grid: int | None = None
        self.asked: Asked | None = None
        self.answer: Answer | None = None
        self.is_shown = False
        self._day: datetime.date | None = None
        self._keeping = KeepingUp(self.read)
        #: For answers while the desk was never opened.
        self._enquiry: Enquiry | None = None
        self._is_choosing = False
        self._later = Debounce(_PAUSE, self._follow, self)
        session = self.session
        session.opened.connect(lambda _: self._forget())
        session.closed.connect(self._forget)
        session.changed.connect(self._on_changed)
        session.selection_changed.connect(self._on_selection)
        session.day_changed.connect(self._on_past)

    @property
    def register(self) -> Register | None:
        return self.session.register

    @property
    def now(self) -> datetime.date:
        """Today."""
        return datetime.date.today()

    @property
    def day(self) -> datetime.date:
        """The day that is told of: the one chosen here, else that of the map's past, else today."""
        return self._asked_day or self.now

    @property
    def _asked_day(self) -> datetime.date | None:
        """The day somebody wants to be told of; None for today, where a record is told of as of its own day."""
        past = self.session.past
        return self._day or (None if past is None else datetime.date.fromisoformat(past.day))

    @property
    def is_today(self) -> bool:
        return self.day == self.now

    @property
    def overview(self) -> Overview | None:
        """The grids of the day."""
        return None if self.known is None else self.known.overview

    @property
    def row(self) -> GridRow | None:
        """The row of the grid looked at."""
        if self.overview is None or self.grid is None:
            return None
        return self.overview.by_id.get(self.grid)

    # ---- reading

    def show(self, on: bool) -> None:
        """The desk is open, or not: what nobody looks at is not read."""
        self.is_shown = on
        if on and self._keeping.is_behind:
            self.read()
        if on:
            self._on_selection(self.session.selection)

    def read(self) -> None:
        """Read anew what changed."""
        register = self.register
        if register is None or GRID not in register.catalogue:
            return
        behind = self._keeping.begin()
        if behind is None:
            return
        day, changes = self.day, behind.changes
        before = None if behind.everything else self.known
        asked = None if before is None else before.enquiry

        def failed(error: UserError) -> None:
            self._keeping.fail()
            self._place.notifier.error(error)

        def count(found: Known) -> None:
            if self.register is not register:
                self._keeping.end(again=True)
                return
            if before is None or before.day != day:
                # Names come before figures; where they stand already, both come at once.
                self._take(found)
            self._tasks.run(
                Message("grid_desk.task.stock"),
                lambda feedback: knowing.count_stock(register, found, before, changes, feedback),
                counted, failed=failed, cancelled=self._keeping.fail, owner=self, shown=before is None,
            )  # fmt: skip

        def counted(found: Known) -> None:
            if self.register is register:
                self._take(found)
            self._keeping.end(again=self.register is not register)

        self._tasks.run(
            Message("grid_desk.task.read"), lambda _: knowing.read_people(register, asked, day, changes), count,
            failed=failed, cancelled=self._keeping.fail, owner=self, shown=False,
        )  # fmt: skip

    def _take(self, known: Known) -> None:
        self.known = known
        if self.grid is not None and self.grid not in known.overview.by_id:
            self.grid = None
            self.chosen.emit()
        self.changed.emit()
        if self.asked is not None:
            self._ask()

    def _forget(self) -> None:
        self.known = self.grid = self.asked = self.answer = self._day = None
        self._enquiry = None
        self._keeping.outdate()
        for news in (self.changed, self.chosen, self.answered):
            news.emit()
        if self.is_shown:
            self._later.touch()

    def _on_changed(self, change: ChangeSet) -> None:
        if self.known is not None:
            self._keeping.note(change)
        # Whoever is asked before the desk is opened again is asked of the register as it is then.
        self._enquiry = None
        if self.is_shown or self.asked is not None:
            self._later.touch()

    def _on_past(self, past: Past | None) -> None:
        self._day = None
        self._read_day()

    # ---- the day

    def go_to_day(self, day: datetime.date) -> None:
        """Tell of this day from now on."""
        self._day = None if day == self.now and self.session.past is None else day
        self._read_day()

    def _read_day(self) -> None:
        self.changed.emit()
        self._follow()

    def _follow(self) -> None:
        """Something is otherwise now: what is looked at is read, what was asked is asked again."""
        if self.is_shown:
            self.read()
        else:
            self._keeping.outdate()
            self._ask()

    # ---- choosing and asking

    def choose(self, grid: int) -> None:
        """Look at a grid: it is selected, and who answers for it is asked."""
        self._select(AssetKey(GRID, grid))
        if grid != self.grid:
            self.grid = grid
            self.chosen.emit()
        self.ask(Asked(asset=AssetKey(GRID, grid)))

    def select_stock(self, code: str) -> None:
        """Select what a figure of the grid looked at counts."""
        register, known, grid = self.register, self.known, self.grid
        if register is None or known is None or known.stock is None or grid is None:
            return
        held, type_name = known.stock, known.stock.figures(grid)[code].measure.type

        def done(ids: list[int]) -> None:
            self._is_choosing = True
            self.session.select(Selection({type_name: ids}))
            self._is_choosing = False

        self._tasks.run(
            Message("grid_desk.task.select"), lambda _: stocks.ids_of(register, held, grid, code), done, owner=self,
            key="grid-desk-select", shown=False,
        )  # fmt: skip

    def ask(self, asked: Asked) -> None:
        """Ask who is responsible; ``answered`` when it is known."""
        self.asked = asked
        self._ask()

    def refuse(self) -> None:
        """Say why nothing can be changed now."""
        self._place.refuse(Message("grid_desk.read_only"))

    def ask_no_more(self) -> None:
        """Let go of the answer."""
        self.asked = self.answer = None
        self.answered.emit()

    def _ask(self) -> None:
        register, asked, day = self.register, self.asked, self._asked_day
        if register is None or asked is None:
            return
        is_known = self.known is not None and not self._keeping.is_behind
        known = self.known.enquiry if is_known and self.known is not None else self._enquiry

        def work(_: Feedback) -> tuple[Enquiry, Answer]:
            asking = known or enquiry.Enquiry(register)
            told = asking.who(place=asked.place, asset=asked.asset, text=asked.text or None, day=day)
            return asking, told

        def done(found: tuple[Enquiry, Answer]) -> None:
            if self.asked is asked and self.register is register:
                self._enquiry, self.answer = found
                self._follow_answer(found[1])
                self.answered.emit()

        self._tasks.run(
            Message("grid_desk.task.who"), work, done, failed=self._refuse, owner=self, key="grid-desk-who",
            shown=False,
        )  # fmt: skip

    def _refuse(self, error: UserError) -> None:
        self._place.notifier.error(error)
        if self.answer is None:
            self.ask_no_more()

    def _follow_answer(self, answer: Answer) -> None:
        """The grid of the place asked for is the one looked at."""
        grid = None if answer.grid is None else answer.grid.id
        if grid != self.grid:
            self.grid = grid
            self.chosen.emit()

    def _select(self, key: AssetKey) -> None:
        self._is_choosing = True
        self.session.select((key,))
        self._is_choosing = False

    def _on_selection(self, selection: Selection) -> None:
        if self._is_choosing:
            return
        grids = selection.ids(GRID).tolist()
        only = selection.only
        if self.is_shown and len(grids) == 1 and only is not None:
            if grids[0] != self.grid or self.asked is None:
                self.grid = grids[0]
                self.chosen.emit()
                self.ask(Asked(asset=AssetKey(GRID, grids[0])))
        elif selection and self.asked is not None and only != self.asked.asset:
            # Something else is looked at: its own page is what one wants to see.
            self.ask_no_more()
