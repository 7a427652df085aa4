"""The receipt of a package while a file of it is taken in: as it is by then, and with one arrival more."""

from __future__ import annotations

import datetime

from layers.census.packages.back.examining import Examined
from layers.census.packages.receipt import Arrival, Receipt
from layers.census.words import LOT, PACKAGE
from layers.errors import UserError
from layers.store.edit import Edit
from layers.store.one_at_a_time import one_at_a_time
from layers.store.rows import current_row
from layers.store.schema import FID, VERSION
from layers.text import Message


def receipt_now(edit: Edit, examined: Examined) -> Receipt:
    """The receipt as it is by now. Raises ``UserError`` when another file of the package came in since this one was
    looked at: what that brought is to be seen first."""
    package = examined.package
    one_at_a_time(edit.connection, f"wa_package_{package.id}")
    row = current_row(edit.store, edit.connection, PACKAGE, package.id)
    if row is None or Receipt.of(row["receipt"]).token != examined.receipt.token:
        told = {"place": examined.file_name, "code": examined.code}
        raise UserError(Message("packages.unknown", told), Message("packages.unknown_hint"))
    receipt = Receipt.of(row["receipt"])
    since = receipt.arrivals[len(examined.receipt.arrivals) :]
    if any(each.sha256 != examined.kept.sha256 for each in since):
        told = {"code": examined.code, "actor": since[-1].actor, "place": since[-1].file}
        raise UserError(Message("packages.came_meanwhile", told), Message("packages.came_meanwhile_hint"))
    return receipt


def note_arrival(edit: Edit, examined: Examined, receipt: Receipt, arrival: Arrival) -> None:
    """Add an arrival to the receipt; a lot that was out is back."""
    row = current_row(edit.store, edit.connection, PACKAGE, examined.package.id)
    assert row is not None
    told = receipt.with_arrival(arrival).as_text()
    values = {"state": "returned", "returned_at": arrival.at, "receipt": told}
    edit.update(PACKAGE, examined.package.id, row[VERSION], values)
    lot = None if row["lot"] is None else current_row(edit.store, edit.connection, LOT, row["lot"])
    if lot is not None and lot["state"] == "out":
        change = {"state": "back", "returned_date": datetime.date.today().isoformat()}
        edit.update(LOT, lot[FID], lot[VERSION], change)
