"""The state of the quality check: the sample of the lot, or of the whole campaign, and the check worked on."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal

from gisapp.forms.pictures import NewPhoto
from gisapp.panels.census.centre import CensusCentre
from gisapp.tasks import Debounce
from layers.census.words import CHECK, LOT, RECORD
from layers.errors import UserError
from layers.later import Later
from layers.model.asset import Asset
from layers.model.change import ChangeSet
from layers.register import Edit, Register
from layers.text import Message

if TYPE_CHECKING:
    from layers.census.quality import inspecting, sampling
    from layers.census.quality.inspecting import CheckSeen
    from layers.census.quality.sampling import CheckRow, SampleBook
else:
    inspecting = Later("layers.census.quality.inspecting")
    sampling = Later("layers.census.quality.sampling")

Failed = Callable[[UserError], None]
_SOON = 60


class QualityCentre(QObject):
    """One per desk. Reads while somebody looks (``show``). ``changed``: another sample, or news of it; ``chosen``:
    another check is worked on."""

    changed = Signal()
    chosen = Signal()

    def __init__(self, centre: CensusCentre) -> None:
        super().__init__(centre)
        self.centre = centre
        self.is_whole = False
        self.book: SampleBook | None = None
        self.targets: Mapping[str, Asset] = {}
        self.checkers: tuple[tuple[int, str], ...] = ()
        self.me: int | None = None
        self.check: int | None = None
        self._is_shown = False
        self._sent: set[int] = set()
        self._soon = Debounce(_SOON, self.read, self)
        centre.changed.connect(self._soon.touch)
        centre.listed.connect(self._on_listed)
        centre.session.changed.connect(self._on_changed)
        centre.session.closed.connect(self._forget)

    @property
    def register(self) -> Register | None:
        return self.centre.register

    @property
    def rows(self) -> tuple[CheckRow, ...]:
        """The checks that may be seen here: a team does not learn before what of its work will be checked."""
        if self.book is None:
            return ()
        if self.is_of_crew:
            return tuple(row for row in self.book.rows if row.is_done)
        return self.book.rows

    @property
    def is_of_crew(self) -> bool:
        """Whether who works here surveyed it."""
        return self.book is not None and sampling.is_of_crew(self.book, self.me)

    @property
    def row(self) -> CheckRow | None:
        """The check worked on."""
        return next((row for row in self.rows if row.id == self.check), None)

    def target_of(self, row: CheckRow) -> Asset | None:
        """The asset of the book that a check is of."""
        return self.targets.get(str(row.record["target"]))

    @property
    def may_write(self) -> bool:
        return self.register is not None and self.centre.session.may("edit")

    # ---- reading

    def show(self, on: bool) -> None:
        """Somebody looks at the sample, or not any more."""
        self._is_shown = on
        if on:
            self.read()

    def take_scope(self, *, whole: bool) -> None:
        """Look at the whole campaign, or at the lot."""
        if whole != self.is_whole:
            self.is_whole = whole
            self.choose(None)
            self.read()

    def read(self) -> None:
        """Read the sample anew."""
        register, campaign, lot = self.register, self.centre.campaign, self._lot()
        if not self._is_shown or register is None or campaign is None:
            return
        name, whole = self.centre.my_name, self.is_whole
        if lot is None and not whole:
            self._take(None, {}, (), None)
            return

        def work(_: object) -> tuple[Any, ...]:
            # What the list shows may be a moment old: the lot is read with its sample.
            its = None if lot is None or whole else register.get(LOT, lot.id)
            book = sampling.read_sample(register, campaign, its)
            targets = inspecting.read_targets_of(register, book.rows)
            return (
                book,
                targets,
                inspecting.read_checkers(register, book),
                inspecting.read_person(register, name),
            )

        def done(found: tuple[Any, ...]) -> None:
            if self.register is register and self.centre.campaign is not None:
                self._take(*found)

        self.centre.tasks.run(
            Message("quality.task.read"), work, done, owner=self, key="quality-read", shown=False
        )

    def _take(
        self,
        book: SampleBook | None,
        targets: Mapping[str, Asset],
        checkers: Sequence[tuple[int, str]],
        me: int | None,
    ) -> None:
        self.book, self.targets, self.checkers, self.me = book, targets, tuple(checkers), me
        self._sent -= {row.id for row in self.rows if row.is_done}
        self.changed.emit()
        if self.check is not None and self.row is None:
            self.choose(None)

    def _lot(self) -> Asset | None:
        book = self.centre.book
        row = None if book is None else book.lot(self.centre.lot)
        return None if row is None else row.lot

    def _on_listed(self) -> None:
        lot = self._lot()
        shown = None if self.book is None or self.book.lot is None else self.book.lot.id
        if not self.is_whole and lot is not None and lot.id != shown:
            self.choose(None)
            self._soon.touch()

    def _on_changed(self, change: ChangeSet) -> None:
        if change.touches(CHECK, LOT, RECORD):
            self._soon.touch()

    def _forget(self) -> None:
        self._sent.clear()
        self.check = None
        self._take(None, {}, (), None)
        self.chosen.emit()

    # ---- choosing

    def choose(self, check: int | None) -> None:
        """Work on a check; None: on none."""
        if check != self.check:
            self.check = check
            self.chosen.emit()

    def step(self, by: int) -> None:
        """Go to the check before or after."""
        places = [row.id for row in self.rows]
        if self.check in places and 0 <= (place := places.index(self.check) + by) < len(places):
            self.choose(places[place])

    def go_on(self) -> bool:
        """Go to the next check that is not done; False when there is none left."""
        places = [row.id for row in self.rows]
        start = places.index(self.check) + 1 if self.check in places else 0
        for row in (*self.rows[start:], *self.rows[:start]):
            if not row.is_done and row.id not in self._sent and row.id != self.check:
                self.choose(row.id)
                return True
        return False

    # ---- writing

    def draw(self, failed: Failed) -> None:
        """Draw the sample, or its next part."""
        register, book = self.register, self.book
        if register is None or book is None:
            return
        try:
            plan = sampling.plan_next_draw(register, book, self.me)
        except UserError as error:
            failed(error)
            return
        self.centre.write(plan.label, lambda edit: plan.apply(edit), self.read, failed)

    def enter(self, row: CheckRow, seen: CheckSeen, photos: Sequence[NewPhoto], failed: Failed) -> None:
        """Write what was seen at a check, with its photos. Raises ``UserError`` for what is wrong."""
        register, book = self.register, self.book
        assert register is not None
        assert book is not None
        plan = inspecting.plan_check(register, book, row, seen, self.centre.today)

        def work(edit: Edit) -> None:
            plan.apply(edit)
            for photo in photos:
                kind = "photo" if photo.is_picture else "document"
                register.attach(edit, CHECK, row.id, photo.name, photo.data, {"kind": kind})

        def refused(error: UserError) -> None:
            self._sent.discard(row.id)
            failed(error)

        self._sent.add(row.id)
        self.centre.session.edit(plan.label, work, None, refused)

    def sign_off(self, remark: str, done: Callable[[], None], failed: Failed) -> None:
        """Sign it off."""
        register, book = self.register, self.book
        if register is None or book is None:
            return
        now, actor, me = datetime.datetime.now(datetime.UTC), self.centre.my_name, self.me

        def make(its: SampleBook) -> inspecting.LotWord:
            return inspecting.plan_sign_off(register, its, now, actor, me, remark)

        self._say(register, book, make, actor, done, failed)

    def send_back(self, reason: str, done: Callable[[], None], failed: Failed) -> None:
        """Send all of it back into the field."""
        register, book = self.register, self.book
        if register is None or book is None:
            return

        def make(its: SampleBook) -> inspecting.LotWord:
            return inspecting.plan_send_back(register, its, reason)

        self._say(register, book, make, self.centre.my_name, done, failed)

    def _say(
        self,
        register: Register,
        book: SampleBook,
        make: Callable[[SampleBook], inspecting.LotWord],
        actor: str,
        done: Callable[[], None],
        failed: Failed,
    ) -> None:
        try:
            label = make(book).label
        except UserError as error:
            failed(error)
            return

        def work(edit: Edit) -> None:
            # What is judged is what there is now: records arrive while somebody looks at the sample.
            lot = None if book.lot is None else register.get(LOT, book.lot.id)
            its = sampling.read_sample(register, book.campaign, lot)
            make(its).apply(edit, actor)

        self.centre.write(label, work, done, failed, shown=True)
