"""Grids and who looks after them as a web map in one file: names, published telephones, no network."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from pathlib import Path

import shapely

from layers.errors import UserError
from layers.exchange.export import refuse_own_register
from layers.feedback import Feedback
from layers.register import Register
from layers.reports.document import whole_file
from layers.reports.grids.gathering import GridPrint, gather_print
from layers.reports.grids.notice import GridNotice
from layers.reports.grids.noting import note_people
from layers.reports.share.features import GROUND, Placing, SharedMap, SharedProject, ground_near
from layers.reports.share.page import PageWords, write_page
from layers.text import Message, Texts

#: Grounds of neighbours, as on paper; and what nobody is in charge of.
_COLOURS = ("#3D7EB8", "#C08A14", "#9A5CA0", "#3E9C78")
_VACANT = "#BD1A12"
_FILL = 0.32


@dataclass(frozen=True)
class SharedGrids:
    """What the file holds."""

    path: Path
    grids: int


def share_grids(
    register: Register,
    path: Path,
    texts: Texts,
    feedback: Feedback | None = None,
    *,
    day: datetime.date | None = None,
    in_clear: bool = True,
) -> SharedGrids:
    """Write the map of all grids as of ``day`` to ``path`` and note it in the register. Long: a task.

    Not ``in_clear``: people are masked. Raises ``UserError``: no grid is drawn, or the file cannot be written.
    """
    feedback = feedback or Feedback()
    refuse_own_register(register.target, path)
    found = gather_print(register, texts, feedback.part(0.0, 0.7), day=day, in_clear=in_clear)
    if not found.all_grids:
        raise UserError(Message("stewards.nothing"), Message("stewards.nothing.hint"))
    feedback.progress(0.7)
    place = Placing(register.crs, exact=True)
    grids = tuple(_shared(each, place, texts) for each in found.all_grids)
    near = [each.shape for each in found.all_grids]
    ground = {name: ground_near(register, name, near, place) for name in GROUND}
    feedback.progress(0.9)
    shared = SharedMap(grids, ground, register.crs.is_local, True, 0)
    title = f"{found.publisher.company} {texts.get('stewards.share')}"
    with whole_file(path) as part:
        page = write_page(shared, title, _words(found, texts, is_sample=register.is_sample), texts.language)
        part.write_text(page, encoding="utf-8")
    note_people(register, path, len(grids), personal=in_clear)
    return SharedGrids(path, len(grids))


def _shared(notice: GridNotice, place: Placing, texts: Texts) -> SharedProject:
    primary = notice.primary
    name = texts.get("stewards.vacant") if primary is None else primary.name
    state = "vacant" if primary is None else f"colour{notice.colour % len(_COLOURS)}"
    # Rings of areas are not cut at the raster of mains: where a grid ends is no secret.
    at = place.placed(shapely.Point(notice.middle))[0]
    return SharedProject(
        notice.id,
        notice.title,
        _facts(notice, texts),
        state,
        (),
        (),
        place.rings(notice.shape),
        f"{notice.code}\n{name}",
        tuple(at),
    )


def _facts(notice: GridNotice, texts: Texts) -> tuple[tuple[str, str], ...]:
    """Who, their published telephones, and for whom."""
    facts = []
    for person in notice.people:
        title = texts.get(
            "stewards.column.primary" if person is notice.primary else f"stewards.card.{person.rank}"
        )
        facts.append((title, f"{person.name} {person.phone}".strip()))
    if notice.area:
        facts.append((texts.get("stewards.area"), notice.area))
    if notice.households:
        count = texts.get("stewards.card.households", count=f"{notice.households:,.0f}")
        facts.append((texts.get("stewards.column.households"), count))
    if notice.communities:
        facts.append(
            (texts.get("stewards.communities"), texts.get("stewards.card.comma").join(notice.communities))
        )
    return tuple(facts)


def _words(found: GridPrint, texts: Texts, *, is_sample: bool) -> PageWords:
    vacant = sum(each.primary is None for each in found.all_grids)
    states = {f"colour{number}": (colour, "") for number, colour in enumerate(_COLOURS)}
    notes = [
        texts.get(f"stewards.card.{name}") + " " + number
        for name, number in (
            ("hotline", found.publisher.hotline),
            ("supervision", found.publisher.supervision),
        )
        if number
    ]
    if is_sample:
        notes.append(texts.get("report.is_sample"))
    return PageWords(
        texts.get("stewards.share.said", day=found.overview.day.isoformat(), count=len(found.all_grids)),
        texts.get("stewards.share.search"),
        texts.get("stewards.share.none"),
        texts.get("stewards.share.list"),
        tuple(notes),
        states | {"vacant": (_VACANT, "")},
        (("vacant", texts.get("stewards.vacant"), vacant),) if vacant else (),
        _FILL,
    )
