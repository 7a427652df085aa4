"""Enquiry: who is responsible here, asked of a register again and again: by place, asset or text, on any day."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence

import numpy as np
import shapely

from layers.grids.ground import NONE, Grids, read_grids
from layers.model.asset import AssetKey
from layers.model.change import ChangeSet
from layers.model.duty_words import GRID
from layers.register import Register
from layers.responsibility.asking.answer import Answer, GridOn, Responsible, Subject
from layers.responsibility.asking.asking_order import main_first, named_managers
from layers.responsibility.asking.escalation import escalation
from layers.responsibility.asking.history import spans
from layers.responsibility.asking.nearby import nearby
from layers.responsibility.asking.subjects import find_subjects, place_of, subject_of
from layers.responsibility.book import Book, concerns, read_book
from layers.responsibility.key_accounts import is_key_account
from layers.responsibility.naming import name_of, role_title
from layers.responsibility.person import Assignment, Day
from layers.responsibility.record_day import record_day
from layers.responsibility.targets import Belonging, Place, areas_at, belonging
from layers.search.index import SearchIndex
from layers.text import Message

#: The grids of so many days are kept.
_DAYS_KEPT = 12
#: So many metres of a road in a grid are more than a touch.
_TOUCHES = 1.0


class Enquiry:
    """Keeps the book of a register and the grids of the days asked for, so that an answer takes milliseconds."""

    def __init__(self, register: Register, book: Book | None = None) -> None:
        self._register = register
        self._book = book
        self._grids: dict[Day, Grids] = {}

    @property
    def book(self) -> Book:
        """The book, read when it is asked for first, and anew after midnight."""
        if self._book is None or self._book.today < datetime.date.today():
            self._book = read_book(self._register)
        return self._book

    def grids(self, day: Day) -> Grids:
        """The grids of a day."""
        if day not in self._grids:
            if len(self._grids) >= _DAYS_KEPT:
                self._grids.pop(next(iter(self._grids)))
            self._grids[day] = read_grids(self._register, day)
        return self._grids[day]

    def follow(self, change: ChangeSet) -> bool:
        """Forget what a change set made untrue; whether that was anything."""
        if GRID in change.changes:
            self._grids.clear()
        if concerns(change):
            self._book = None
            return True
        return False

    def who(
        self,
        *,
        place: Place | None = None,
        asset: AssetKey | None = None,
        text: str | None = None,
        day: Day | None = None,
        index: SearchIndex | None = None,
    ) -> Answer:
        """Who is responsible for a place (x, y in metres), an asset, or what a text means, on a day (default: today; of
        a record of something that happened: its own day).

        A text that means nothing known is answered with a note and nobody.
        """
        others: tuple[Subject, ...] = ()
        if text is not None and place is None and asset is None:
            place = place_of(text)
            if place is None:
                found = find_subjects(self._register, text, index)
                if not found:
                    unknown = (Message("duty.note.unknown", {"text": text}),)
                    return _nobody(self.book, day, None, place, unknown)
                # Of two grids of one name the one that is there on the day is meant.
                likely = sorted(found, key=lambda subject: not self._is_there(subject.key, day))
                asset, others = likely[0].key, tuple(likely[1:])
        belongs = None if asset is None else belonging(self._register, asset)
        if asset is not None and belongs is None:
            return _nobody(self.book, day, None, None, (Message("duty.note.gone"),))
        if day is None and belongs is not None:
            day = record_day(self._register, belongs.asset)
        return self._answer(belongs, place, day or self.book.today, others)

    def _is_there(self, key: AssetKey, day: Day | None) -> bool:
        grid = self.book.grids.get(key.id) if key.type == GRID else None
        return grid is None or grid.is_valid(day or self.book.today)

    def _answer(
        self, belongs: Belonging | None, place: Place | None, day: Day, others: tuple[Subject, ...]
    ) -> Answer:
        book, register = self.book, self._register
        subject = None if belongs is None else subject_of(register, belongs.asset)
        place = belongs.place if belongs is not None else place
        chain, notes = self._chain(belongs, place, day)
        through = self._through(belongs, day)
        if len(through) > 1:
            codes = tuple(each.label for each in through)
            notes.append(Message("duty.note.several_grids", {"count": len(codes), "grids": codes}))
            here = chain[0].id if chain else None
            others = (*(each for each in through if each.key.id != here), *others)
        targets = list(belongs.targets) if belongs is not None else []
        is_area = belongs is not None and register.catalogue[belongs.asset.type].shape == "polygon"
        if place is not None and not is_area:
            targets += [key for key in areas_at(register, book, place) if key not in targets]
        grids = tuple(GridOn(g.id, g.code, g.name, g.level) for g in chain)
        targets += [AssetKey(GRID, grid.id) for grid in grids]
        people = [each for target in targets for each in self._people(target, day)]
        if belongs is not None:
            people = [*named_managers(register, book, belongs.targets, people, day), *people]
        located = belongs is None or belongs.asset.geometry is not None
        ordered = main_first(book, people, subject, grids, located)
        main = next((each for each in ordered if each.is_main), None)
        about = main.target if main is not None else AssetKey(GRID, grids[0].id) if grids else None
        same = [p for p in ordered if p.target == about and (main is None or p.role == main.role)]
        return Answer(
            day,
            day == book.today,
            subject,
            place,
            grids,
            tuple(ordered),
            escalation(book, day, same, grids[1:] if about is None or about.type == GRID else grids),
            tuple(self._missing(belongs, grids, day)),
            () if about is None else spans(book, about, None if main is None else main.role),
            others,
            tuple(notes),
            None if subject is not None or place is None else nearby(register, place),
        )

    def _chain(
        self, belongs: Belonging | None, place: Place | None, day: Day
    ) -> tuple[Sequence[GridOn], list[Message]]:
        """The grids on the day, from the lowest level up, and what to say about them."""
        book, notes = self.book, []
        grid: int | None = None
        if belongs is not None and belongs.asset.type == GRID:
            grid = book.predecessor(belongs.asset.id, day)
            if grid is None:
                notes.append(Message("duty.note.no_grid_then", {"grid": belongs.asset.get("code") or ""}))
            elif grid != belongs.asset.id:
                was = book.grids[grid]
                notes.append(Message("duty.note.was_part", {"grid": f"{was.code} {was.name}"}))
        else:
            if place is not None:
                found = int(self.grids(day).at([place])[0])
                if found == NONE and day != book.today:
                    # Nothing was drawn there on that day: what lies there now may have taken another's place.
                    now = int(self.grids(book.today).at([place])[0])
                    found = NONE if now == NONE else book.predecessor(now, day) or NONE
                grid = None if found == NONE else found
            if grid is None and belongs is not None and belongs.entered is not None:
                grid = book.predecessor(belongs.entered, day)
            if grid is None:
                outside = place is not None
                notes.append(Message("duty.note.outside" if outside else "duty.note.no_place"))
        chain = () if grid is None else book.grid_chain(grid, day)
        return tuple(GridOn(g.id, g.code, g.name, g.level) for g in chain), notes

    def _through(self, belongs: Belonging | None, day: Day) -> tuple[Subject, ...]:
        """The grids of the lowest level that a line of the backdrop, a road, goes through: it is in none of them."""
        asset = None if belongs is None else belongs.asset
        if asset is None or asset.geometry is None or asset.geometry.is_empty:
            return ()
        asset_type = self._register.catalogue[asset.type]
        if (asset_type.group, asset_type.shape) != ("backdrop", "line"):
            return ()
        grids = self.grids(day)
        near = grids.lowest[np.sort(grids.tree.query(asset.geometry, predicate="intersects"))]
        inside = shapely.length(shapely.intersection(grids.shapes[near], asset.geometry)) > _TOUCHES
        return tuple(
            Subject(AssetKey(GRID, int(grids.ids[at])), f"{grids.codes[at]} {grids.names[at]}")
            for at in near[inside]
        )

    def _people(self, target: AssetKey, day: Day) -> list[Responsible]:
        running = self.book.running(target, day)
        if not running:
            return []
        name = name_of(self._register, self.book, target)
        found = (self._responsible(each, name, day) for each in running)
        return [each for each in found if each is not None]

    def _responsible(self, assignment: Assignment, target_name: str, day: Day) -> Responsible | None:
        book = self.book
        person = book.people.get(assignment.person)
        if person is None:
            return None
        absence = book.absence_of(person.id, day)
        stand_in = None if absence is None else book.people.get(absence.stand_in or 0)
        return Responsible(
            person, assignment.role, role_title(book, assignment.role), assignment.rank, assignment.target,
            target_name, assignment, absence, stand_in, book.is_gone(person.id, day),
        )  # fmt: skip

    def _missing(self, belongs: Belonging | None, grids: Sequence[GridOn], day: Day) -> Iterable[Message]:
        book = self.book
        if grids and grids[0].id in {grid.id for grid in book.lowest_grids(day)}:
            for role in book.grid_roles:
                if book.primary(AssetKey(GRID, grids[0].id), day, role) is None:
                    named = {"role": role_title(book, role), "target": f"{grids[0].code} {grids[0].name}"}
                    yield Message("duty.missing.grid", named)
        if belongs is not None and is_key_account(belongs.asset):
            for role in book.account_roles:
                if book.primary(belongs.asset.key, day, role) is None:
                    yield Message("duty.missing.account", {"role": role_title(book, role)})


def who(
    register: Register,
    *,
    place: Place | None = None,
    asset: AssetKey | None = None,
    text: str | None = None,
    day: Day | None = None,
    book: Book | None = None,
    index: SearchIndex | None = None,
) -> Answer:
    """``Enquiry.who``, asked once."""
    return Enquiry(register, book).who(place=place, asset=asset, text=text, day=day, index=index)


def _nobody(
    book: Book, day: Day | None, subject: Subject | None, place: Place | None, notes: tuple[Message, ...]
) -> Answer:
    day = day or book.today
    return Answer(day, day == book.today, subject, place, (), (), notes=notes)
