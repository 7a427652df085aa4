"""Writing what was seen: the record with its defects, orders and photos, as one act."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from gisapp.forms.pictures import NewPhoto
from gisapp.panels.census.centre import CensusCentre
from gisapp.panels.census.order_person import OrderPerson
from layers.census.words import ORDER, RECORD
from layers.errors import Conflict, UserError
from layers.later import Later
from layers.model.asset import Asset
from layers.register import Edit, Register
from layers.text import Message

if TYPE_CHECKING:
    from layers.census.fieldwork import logging
    from layers.census.fieldwork.logging import Logged
    from layers.census.lots.worklist import WorkRow
else:
    logging = Later("layers.census.fieldwork.logging")

Failed = Callable[[UserError], None]


class RecordWriter:
    """Writes for the desk; what cannot be written is told at once or by ``failed``."""

    def __init__(self, centre: CensusCentre) -> None:
        self._centre = centre

    def log(
        self,
        row: WorkRow,
        logged: Logged,
        photos: Sequence[NewPhoto],
        failed: Failed,
        written: Callable[[], bool] = lambda: False,
    ) -> None:
        """Write what was seen of a target, with its photos. Raises ``UserError`` for what is wrong.

        ``written`` is called once it stands in the book; True when it has said so.
        """
        register, form = self._centre.register, self._centre.form
        assert register is not None
        assert form is not None
        now, fields = datetime.datetime.now(datetime.UTC), form.fields.get(row.type, ())
        plan = logging.plan_log(register, row.record, logged, now, fields)
        raises_order = any(insert.type == ORDER for insert in plan.inserts)

        def work(edit: Edit) -> None:
            its = plan
            if raises_order:
                # Who looks after the asset takes a while to find out: not while the keyboard waits.
                asked = OrderPerson(register)
                its = logging.plan_log(
                    register, row.record, logged, now, fields, asked.of_asset, asked.at_place
                )
            its.apply(edit)
            _attach(register, edit, row.id, photos)

        def refused(error: UserError) -> None:
            self._centre.forget_sent(row)
            failed(error)

        def others(conflict: Conflict) -> None:
            """Another number in the walk is no matter; what somebody else saw of it is for the user to judge."""
            now = register.get(RECORD, row.id)
            if now is None or not same_word(row.record, now):
                refused(conflict if now is None else _meanwhile(row, conflict))
                return
            try:
                self.log(replace(row, record=now), logged, photos, failed, written)
            except UserError as error:
                refused(error)

        self._centre.note_sent(row)
        self._centre.session.edit(plan.label, work, self._told(plan.label, written), refused, others)

    def log_new(self, type_name: str, logged: Logged, photos: Sequence[NewPhoto], failed: Failed) -> None:
        """Write an asset that is not in the book. Raises ``UserError`` for what is wrong."""
        register, campaign = self._centre.register, self._centre.campaign
        assert register is not None
        assert campaign is not None
        now, code = datetime.datetime.now(datetime.UTC), self._provisional_code()
        place = campaign.id, self._centre.lot, type_name
        plan = logging.plan_new(register, *place, logged, now, code)
        raises_order = any(insert.type == ORDER for insert in plan.inserts)

        def work(edit: Edit) -> None:
            its = plan
            if raises_order:
                its = logging.plan_new(register, *place, logged, now, code, OrderPerson(register).at_place)
            made = its.apply(edit).made
            _attach(register, edit, made[0].id, photos)

        self._centre.session.edit(plan.label, work, self._told(plan.label), failed)

    def _told(self, label: Message, written: Callable[[], bool] = lambda: False) -> Callable[[object], None]:
        """Says below what was written, so that an older message does not stand there."""

        def tell(_: object) -> None:
            if not written():
                self._centre.notifier.done(label)

        return tell

    def _provisional_code(self) -> str:
        """The next code of an asset found new in this campaign."""
        centre = self._centre
        count = 0 if centre.book is None else int(centre.book.found.of("new").sum())
        number = max(count, sum(row.kind == "new" for row in centre.rows)) + 1
        # Found by two people on two laptops, codes would be the same without the time.
        stamp = datetime.datetime.now().strftime("%H%M%S")
        campaign = centre.campaign
        return f"{'' if campaign is None else campaign['code']}-L{number:03d}-{stamp}"


def same_word(one: Asset, other: Asset) -> bool:
    """Whether a record says the same of its target, whatever its place in a walk or lot."""
    return all(one[name] == other[name] for name in ("state", "outcome", "found", "remark", "logged_at"))


def _meanwhile(row: WorkRow, conflict: Conflict) -> UserError:
    given = conflict.title.parameters
    told = {"code": row.code, "actor": given["actor"], "at": given["at"]}
    return UserError(
        Message("census_desk.page.logged_by", told), Message("census_desk.page.logged_meanwhile_hint")
    )


def _attach(register: Register, edit: Edit, record: int, photos: Sequence[NewPhoto]) -> None:
    for photo in photos:
        kind = "photo" if photo.is_picture else "document"
        register.attach(edit, RECORD, record, photo.name, photo.data, {"kind": kind})
