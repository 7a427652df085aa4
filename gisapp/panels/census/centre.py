"""The state of the census desk: the campaign, the lot and the target worked on, and what is written from here.

Panels ask and listen. Lists follow the register: what somebody else logs is seen too.
"""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from gisapp.panels.workplace import Workplace
from gisapp.tasks import Debounce
from layers.census.form import Form
from layers.census.words import CAMPAIGN, LOT, RECORD
from layers.errors import UserError
from layers.feedback import Feedback
from layers.later import Later
from layers.model.asset import Asset
from layers.model.change import ChangeSet
from layers.model.query import Compare, Query
from layers.model.selection import Selection
from layers.register import Register
from layers.text import Message

if TYPE_CHECKING:
    from layers.census.lots import worklist
    from layers.census.lots.worklist import CampaignBook, WorkRow
else:
    worklist = Later("layers.census.lots.worklist")

#: Pauses before a list and the figures of a whole campaign are read anew.
_SOON, _LATER = 40, 1200
_MANY = 200


class CensusCentre(QObject):
    """One per window. Nothing is read before the desk was opened first."""

    changed = Signal()
    """Other campaigns, lots or figures."""
    listed = Signal()
    """Another work list, or something in it is new."""
    chosen = Signal()
    """Another target is worked on."""

    def __init__(self, place: Workplace, parent: QObject) -> None:
        super().__init__(parent)
        self.session, self.tasks, self.notifier = place.session, place.tasks, place.notifier
        self._my_name, self.render = place.my_name, place.language.render
        #: Does something as one act, says so and offers to undo it.
        self.write = place.edit
        self.campaigns: tuple[Asset, ...] = ()
        self.book: CampaignBook | None = None
        self.form: Form | None = None
        self.lot: int | None = None
        self.rows: tuple[WorkRow, ...] = ()
        self.record: int | None = None
        self.me: int | None = None
        self.is_shown = False
        self._campaign: int | None = None
        self._sent: set[int] = set()
        self._opening: int | None = None
        self._changed: set[int] = set()
        self._is_stale = True
        self._soon = Debounce(_SOON, self._follow, self)
        self._later = Debounce(_LATER, self.read, self)
        session = self.session
        session.opened.connect(lambda _: self._forget())
        session.closed.connect(self._forget)
        session.changed.connect(self._on_changed)
        session.selection_changed.connect(self._on_selection)

    @property
    def register(self) -> Register | None:
        return self.session.register

    @property
    def campaign(self) -> Asset | None:
        """The campaign looked at."""
        return None if self.book is None else self.book.campaign

    @property
    def row(self) -> WorkRow | None:
        """The target worked on."""
        return next((row for row in self.rows if row.id == self.record), None)

    @property
    def my_name(self) -> str:
        """Who works here."""
        return self._my_name()

    @property
    def today(self) -> datetime.date:
        return datetime.date.today()

    # ---- reading

    def show(self, on: bool) -> None:
        """The desk is open, or not: nothing is read for a desk nobody looks at."""
        self.is_shown = on
        if on and self._is_stale:
            self.read()

    def read(self) -> None:
        """Read campaigns, lots and figures anew; the work list too when there is none yet."""
        register = self.register
        if register is None or not self.is_shown or CAMPAIGN not in register.catalogue:
            return
        self._is_stale = False
        wanted, lot, has_rows, name = self._campaign, self.lot, bool(self.rows), self._my_name()

        def work(feedback: Feedback) -> tuple[Any, ...]:
            campaigns = worklist.read_campaigns(register)
            chosen = next((c.id for c in campaigns if c.id == wanted), None)
            if chosen is None:
                running = [c.id for c in campaigns if c["state"] == "open"]
                chosen = next(iter(running or [c.id for c in campaigns]), None)
            book = None if chosen is None else worklist.read_campaign_book(register, chosen)
            feedback.check()
            at = _lot_of(book, lot)
            rows = (
                worklist.read_worklist(register, at)
                if at is not None and (at != lot or not has_rows)
                else None
            )
            people = register.find(Query("person", Compare("name", "=", name), limit=1))
            return campaigns, book, at, rows, people[0].id if people else None

        def done(found: tuple[Any, ...]) -> None:
            if self.register is not register:
                return
            campaigns, self.book, at, rows, self.me = found
            self.campaigns = tuple(campaigns)
            self._campaign = None if self.book is None else self.book.campaign.id
            if self.book is not None:
                self.form = Form.of(self.book.campaign, register.catalogue)
            self.lot = at
            self.changed.emit()
            if at is None:
                self._take_rows(())
            elif rows is not None:
                self._take_rows(rows)

        def failed(error: UserError) -> None:
            self._is_stale = True
            self.notifier.error(error)

        self.tasks.run(
            Message("census_desk.task.read"),
            work,
            done,
            failed=failed,
            owner=self,
            key="counting-read",
            shown=False,
        )

    def choose_campaign(self, campaign: int) -> None:
        """Look at a campaign; its first lot that is not done is opened."""
        if campaign != self._campaign:
            self._campaign, self.lot, self.rows, self.record = campaign, None, (), None
            self.listed.emit()
            self.chosen.emit()
        self.read()

    def choose_lot(self, lot: int) -> None:
        """Open the work list of a lot."""
        if lot == self.lot and self.rows:
            return
        self.lot, self.record = lot, None
        self._sent.clear()
        self._read_rows()

    def _read_rows(self) -> None:
        register, lot = self.register, self.lot
        if register is None or lot is None:
            return

        def done(rows: tuple[WorkRow, ...]) -> None:
            if self.lot == lot and self.register is register:
                self._take_rows(rows)

        self.tasks.run(
            Message("census_desk.task.list"), lambda _: worklist.read_worklist(register, lot), done,
            owner=self, key="counting-list", shown=False,
        )  # fmt: skip

    def _follow(self) -> None:
        """Read anew the records that changed."""
        register, lot, rows, changed = self.register, self.lot, self.rows, self._changed
        self._changed = set()
        if register is None or lot is None:
            return

        def done(found: tuple[WorkRow, ...]) -> None:
            if self.lot == lot and self.register is register and self.rows is rows:
                self._take_rows(found)
            else:
                self._changed |= changed
                self._soon.touch()

        self.tasks.run(
            Message("census_desk.task.list"),
            lambda _: worklist.follow_worklist(register, rows, changed, lot),
            done,
            owner=self,
            shown=False,
        )

    def _take_rows(self, rows: tuple[WorkRow, ...]) -> None:
        self.rows = rows
        self._sent -= {row.id for row in rows if not row.is_open}
        self.listed.emit()
        if self.row is not None and self._opening == self.record:
            self.chosen.emit()
        self._opening = None
        if self.row is None:
            first = next((row.id for row in rows if row.is_open), rows[0].id if rows else None)
            self.choose(first)

    def _forget(self) -> None:
        self.campaigns, self.book, self.form, self.lot, self.rows, self.record = (
            (),
            None,
            None,
            None,
            (),
            None,
        )
        self._campaign, self._is_stale = None, True
        self._sent.clear()
        self._changed.clear()
        self.changed.emit()
        self.listed.emit()
        self.chosen.emit()
        if self.is_shown:
            self._later.touch()

    def _on_changed(self, change: ChangeSet) -> None:
        if not self.is_shown:
            self._is_stale = True
            self.rows = () if change.touches(RECORD, LOT) else self.rows
            return
        part = change.changes.get(RECORD)
        if part is not None and (part.is_bulk or part.count > _MANY):
            self._read_rows()
            self._later.stop()
            self.read()
        elif part is not None:
            self._changed |= part.updated | part.inserted | part.deleted
            self._sent -= part.updated
            self._soon.touch()
            self._later.touch()
        elif change.touches(CAMPAIGN, LOT, "defect", "acceptance", "team"):
            self.read()

    # ---- choosing

    def choose(self, record: int | None) -> None:
        """Work on the target of a record."""
        if record != self.record or self.row is None:
            self.record = record
            self.chosen.emit()

    def open_record(self, record: int) -> None:
        """Work on a record of the campaign, whichever lot it is in."""
        if any(row.id == record for row in self.rows):
            self.choose(record)
            return
        book = self.book
        lots = [] if book is None else book.found.lot[book.found.ids == record].tolist()
        if lots and lots[0]:
            self.record = self._opening = record
            self.lot = lots[0]
            self._sent.clear()
            self._read_rows()

    def step(self, by: int) -> None:
        """Go to the row before or after."""
        places = [row.id for row in self.rows]
        if self.record in places:
            place = places.index(self.record) + by
            if 0 <= place < len(places):
                self.choose(places[place])

    def go_on(self) -> bool:
        """Go to the next target that nobody logged yet; False when there is none left."""
        places = [row.id for row in self.rows]
        start = places.index(self.record) + 1 if self.record in places else 0
        for row in (*self.rows[start:], *self.rows[:start]):
            if row.is_open and row.id not in self._sent and row.id != self.record:
                self.choose(row.id)
                return True
        return False

    def _on_selection(self, selection: Selection) -> None:
        """An asset picked on the map is the one worked on, if it is of this lot."""
        only = selection.only if self.is_shown else None
        if only is None:
            return
        for row in self.rows:
            if (row.target is not None and row.target.key == only) or (
                only.type == RECORD and only.id == row.id
            ):
                self.choose(row.id)
                return

    # ---- writing

    def note_sent(self, row: WorkRow) -> None:
        """A record is being written: it is not to be visited next."""
        self._sent.add(row.id)

    def forget_sent(self, row: WorkRow) -> None:
        """It could not be written."""
        self._sent.discard(row.id)


def _lot_of(book: CampaignBook | None, lot: int | None) -> int | None:
    """The lot looked at if it is still there, else the first that is not done."""
    if book is None or not book.lots:
        return None
    if book.lot(lot) is not None:
        return lot
    return next((row.id for row in book.lots if row.done < row.total), book.lots[0].id)
