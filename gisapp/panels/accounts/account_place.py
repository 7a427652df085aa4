"""The panel of key accounts under the map, and the cards in which visits, problems and contacts are entered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QPoint, Signal

from gisapp.desks.desk_room import DeskRoom
from gisapp.language import Words
from gisapp.panels.accounts.centre import AccountCentre
from gisapp.panels.drafting.acts import Act
from gisapp.panels.renewal.entry import choices_of, given
from gisapp.panels.renewal.entry_card import EntryCard
from gisapp.panels.workplace import Workplace
from layers.editing.plan import Answers, EditPlan
from layers.errors import UserError
from layers.later import Later
from layers.model import edtf
from layers.model.asset import AssetKey
from layers.model.catalogue import AssetType
from layers.model.fields import ChoiceField
from layers.register import Edit, Register
from layers.text import Message

if TYPE_CHECKING:
    from gisapp.panels.accounts import account_panel
    from layers.responsibility.book import Book
    from layers.responsibility.handing_over import handover, move
else:
    account_panel = Later("gisapp.panels.accounts.account_panel")
    handover = Later("layers.responsibility.handing_over.handover")
    move = Later("layers.responsibility.handing_over.move")

NAME = "accounts"
CUSTOMER, VISIT, PROBLEM = "customer", "account_visit", "account_problem"
_CARD_WIDTH = 420
_VISIT = ("visit_date", "kind", "content", "leaflets", "satisfaction")
_PROBLEM = ("problem", "raised_date", "due_date")


class AccountPlace(QObject):
    """Made with the window; the panel when it is first shown. ``gathered``: type and ids to list in the table."""

    gathered = Signal(str, tuple)
    arranged = Signal()
    """The panel was shown, or put away."""

    def __init__(self, place: Workplace, room: DeskRoom) -> None:
        super().__init__(room)
        self._place, self._room = place, room
        self.centre = AccountCentre(place.session, place.tasks, self)
        self._panel: account_panel.AccountPanel | None = None
        self._card: EntryCard | None = None
        self.centre.changed.connect(self.arranged)
        self.centre.chosen.connect(self.arranged)
        place.session.closed.connect(lambda: self.show(False))

    @property
    def panel(self) -> account_panel.AccountPanel:
        """The panel."""
        if self._panel is None:
            place = self._place
            made = account_panel.AccountPanel(place.language, place.theme, self.centre, place.actions)
            made.closed.connect(lambda: self.show(False))
            made.opened.connect(lambda key: self.centre.session.select((key,)))
            made.gathered.connect(self.gathered)
            self._panel = made
        return self._panel

    @property
    def card(self) -> EntryCard:
        """What is being entered, over the map."""
        if self._card is None:
            self._card = EntryCard(self._place.language, self._place.theme, self._place.view)
        return self._card

    @property
    def is_shown(self) -> bool:
        """Whether the panel stands under the map: another desk may have taken the place."""
        return self._panel is not None and self._panel.isVisible()

    def show(self, on: bool) -> None:
        """Put the panel under the map, or away."""
        if on:
            self._room.show_below(NAME, lambda: self.panel)
        elif self.is_shown:
            self._room.show_below(NAME, None)
        if self._card is not None and not on:
            self._card.shut()
        self.centre.show(on)
        self.arranged.emit()

    def show_account(self, key: AssetKey) -> None:
        """Show one account."""
        self.show(True)
        self.centre.choose(key.id)

    # ---- entering

    def enter_visit(self) -> None:
        """Ask for a visit to the account looked at."""
        row, register = self.centre.row, self.centre.session.register
        if row is None or register is None:
            return
        contact = None if row.contact is None else row.contact.id
        start = {"visit_date": self.centre.day.isoformat(), "person": contact}
        self._enter(register.catalogue[VISIT], _VISIT, "person", start, Message("accounts.visit"), "content")

    def enter_problem(self) -> None:
        """Ask for a problem of the account looked at."""
        row, register = self.centre.row, self.centre.session.register
        if row is None or register is None:
            return
        contact = None if row.contact is None else row.contact.id
        newest = row.visits[0].id if row.visits and row.visits[0].day == self.centre.day else None
        start = {"raised_date": self.centre.day.isoformat(), "owner": contact, "visit": newest}
        self._enter(
            register.catalogue[PROBLEM], _PROBLEM, "owner", start, Message("accounts.problem"), "problem"
        )

    def _enter(
        self,
        asset_type: AssetType,
        names: tuple[str, ...],
        person: str,
        start: Mapping[str, Any],
        act: Message,
        first: str,
    ) -> None:
        """A card with the fields ``names`` and whoever it is about; ``start``: what stands there at first."""
        row = self.centre.row
        assert row is not None
        name = row.account.name or row.account.code
        entry = self.card.make(
            Message("accounts.entry", {"act": act, "name": name}), Message("accounts.save")
        )
        fixed = {"customer": row.account.id, **{k: v for k, v in start.items() if k == "visit"}}
        for each in names:
            field = asset_type.field_named(each)
            if isinstance(field, ChoiceField):
                entry.add_choice(each, field.title, [(None, "—"), *choices_of(field)])
            else:
                entry.add_field(each, field, start.get(each))
        entry.add_choice(person, asset_type.field_named(person).title, self._people(), start.get(person))
        label = Message("accounts.act", {"act": act, "name": name})
        entry.saved.connect(
            lambda values: self._insert(asset_type.name, {**given(fixed), **given(values)}, label)
        )
        self.card.open(entry, first, _CARD_WIDTH, QPoint(80, 80))

    def _insert(self, type_name: str, values: Mapping[str, Any], label: Message) -> None:
        def work(edit: Edit) -> None:
            edit.insert(type_name, values)

        self._place.edit(label, work, self.card.shut, self.card.show_failed)

    def enter_contact(self) -> None:
        """Ask who is the contact of the account looked at from a day on."""
        row, register, book = self.centre.row, self.centre.session.register, self.centre.people
        if row is None or register is None or book is None:
            return
        fields = register.catalogue["assignment"]
        name = row.account.name or row.account.code
        entry = self.card.make(
            Message("accounts.entry", {"act": Message("accounts.contact"), "name": name}),
            Message("accounts.save"),
        )
        entry.add_choice("person", fields.field_named("person").title, self._people(), None)
        entry.add_field("from_date", fields.field_named("from_date"), self.centre.day.isoformat())
        for each in ("reason", "document"):
            entry.add_field(each, fields.field_named(each))
        target = AssetKey(CUSTOMER, row.account.id)
        entry.saved.connect(lambda values: self._hand_over(target, book, values))
        self.card.open(entry, "person", _CARD_WIDTH, QPoint(80, 80))

    def _hand_over(self, target: AssetKey, book: Book, values: Mapping[str, Any]) -> None:
        day = self.centre.day if values["from_date"] is None else edtf.earliest(values["from_date"])
        if values["person"] is None or day is None:
            self.card.show_failed(UserError(Message("accounts.no_person")))
            return
        held = next(
            (found for role in book.account_roles if (found := book.primary(target, day, role)) is not None),
            None,
        )
        step = move.Move(
            None if held is None else held.id, values["person"], target=None if held is not None else target
        )

        def make(register: Register, _: Answers) -> EditPlan:
            document, reason = values["document"] or "", values["reason"] or ""
            return handover.plan_handover(register, [step], day, document=document, reason=reason).plan

        def failed() -> None:
            if self.card.entry is not None:
                self.card.entry.save.setEnabled(True)

        self._place.view.drafting.acts.do(Act(make, done=lambda _: self.card.shut(), failed=failed))

    def _people(self) -> list[tuple[Any, Words]]:
        """Everybody who is at work, account managers first."""
        book, day = self.centre.people, self.centre.day
        if book is None:
            return [(None, "—")]
        there = [person for person in book.people.values() if not book.is_gone(person.id, day)]
        there.sort(key=lambda person: (person.role not in book.account_roles, person.code))
        return [(None, "—"), *((person.id, person.name) for person in there)]
