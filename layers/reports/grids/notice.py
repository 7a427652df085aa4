"""What stands on the notice of a grid, and on its page in the book of maps: where it is, and who looks after it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from segno.helpers import make_vcard_data
from shapely.geometry.base import BaseGeometry

from layers.feedback import Feedback
from layers.model.query import Compare, Query
from layers.register import Register
from layers.responsibility.book import Book
from layers.responsibility.oversight.overview import GridRow, Overview
from layers.responsibility.person import BACKUP, CO, PRIMARY, Person
from layers.text import Message, Texts

#: The company's settings.
_COMPANY, _HOTLINE, _SUPERVISION, _OWN_PHONE, _LINK = (
    "notice_company", "notice_hotline", "notice_supervision", "notice_own_phone", "notice_link",
)  # fmt: skip
_PHOTO = "photo"
_PICTURES = ("image/jpeg", "image/png", "image/webp")


@dataclass(frozen=True)
class NoticePerson:
    """Somebody named on a notice. ``rank`` is primary, backup or co; ``phone`` what the company publishes of it."""

    id: int
    rank: str
    name: str
    phone: str
    photo: bytes | None = None


@dataclass(frozen=True)
class GridNotice:
    """One grid for print. ``middle`` (x, y): where its name stands; ``communities`` by name; ``code_text`` is what the
    code for telephones says, or empty."""

    id: int
    code: str
    name: str
    area: str
    colour: int
    shape: BaseGeometry
    middle: tuple[float, float]
    people: tuple[NoticePerson, ...]
    communities: tuple[str, ...]
    households: float | None
    load: float | None
    code_text: str

    @property
    def title(self) -> str:
        """Number and name."""
        return f"{self.code} {self.name}"

    @property
    def primary(self) -> NoticePerson | None:
        """Who is in charge."""
        return next((person for person in self.people if person.rank == PRIMARY), None)


@dataclass(frozen=True)
class Publisher:
    """Who publishes notices, and the lines to ring beside the person's own; an empty one is left out.

    ``role``: what people in charge of a grid are called.
    """

    company: str
    role: str
    hotline: str
    supervision: str


def publisher_of(register: Register, book: Book, texts: Texts) -> Publisher:
    """As the company's settings say."""
    roles = [book.roles[name].title for name in book.grid_roles]
    return Publisher(
        str(register.setting(_COMPANY) or register.name),
        texts.render(roles[0] if roles else Message("stewards.in_charge")),
        str(register.setting(_HOTLINE) or ""),
        str(register.setting(_SUPERVISION) or ""),
    )


def grid_notices(
    register: Register,
    overview: Overview,
    ids: Iterable[int] | None = None,
    *,
    photos: bool = False,
    in_clear: bool = True,
    feedback: Feedback | None = None,
) -> tuple[GridNotice, ...]:
    """The notices of some grids (default: all of the lowest level that are drawn), by code.

    Not ``in_clear``: ``overview`` has masked people, of whom no face is shown and no code made.
    """
    feedback = feedback or Feedback()
    wanted = None if ids is None else set(ids)
    rows = [
        row
        for row in overview.rows
        if row.shape is not None and row.label is not None and (wanted is None or row.id in wanted)
    ]
    found = []
    for number, row in enumerate(rows):
        feedback.check()
        feedback.progress(number / len(rows))
        found.append(_notice(register, row, photos=photos and in_clear, in_clear=in_clear))
    return tuple(found)


def _notice(register: Register, row: GridRow, *, photos: bool, in_clear: bool) -> GridNotice:
    own = bool(register.setting(_OWN_PHONE))

    def named(rank: str, person: Person) -> NoticePerson:
        photo = _photo(register, person.id) if photos and rank == PRIMARY else None
        return NoticePerson(person.id, rank, person.name, person.phone if own else "", photo)

    told = [named(PRIMARY, row.primary)] if row.primary is not None else []
    told += [named(BACKUP, each) for each in row.backups] + [named(CO, each) for each in row.others]
    assert row.shape is not None
    assert row.label is not None
    return GridNotice(
        row.id,
        row.code,
        row.name,
        row.area,
        row.colour,
        row.shape,
        row.label,
        tuple(told),
        _communities(register, row.id),
        row.households,
        row.percent,
        _code_text(register, row, told if in_clear else ()),
    )


def _code_text(register: Register, row: GridRow, people: Sequence[NoticePerson]) -> str:
    """The company's own address with the number of the grid in it, or who is in charge as a card for telephones."""
    link = str(register.setting(_LINK) or "")
    if link:
        return link.replace("{code}", row.code)
    if not people or people[0].rank != PRIMARY:
        return ""
    name = people[0].name
    phone = people[0].phone or str(register.setting(_HOTLINE) or "")
    grid = f"{row.code} {row.name}"
    return make_vcard_data(name, name, org=grid, phone=phone or None) if phone else ""


def _communities(register: Register, grid: int) -> tuple[str, ...]:
    if "community" not in register.catalogue:
        return ()
    found = register.find(Query("community", where=Compare("grid", "=", grid), fields=("name",)))
    return tuple(sorted({str(each.get("name")) for each in found if each.get("name")}))


def _photo(register: Register, person: int) -> bytes | None:
    """The newest photo of a person."""
    for each in reversed(register.attachments("person", person)):
        if each.get("kind") == _PHOTO and each.get("media_type") in _PICTURES and each.get("sha256"):
            return register.attachment_data(str(each.get("sha256")))
    return None
