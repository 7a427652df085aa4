"""Writing the sample city into a register."""

from __future__ import annotations

from pathlib import Path

from layers.feedback import Feedback
from layers.geometry.crs import Crs
from layers.register import Register
from layers.sample.city import CRS, SampleCity, generate
from layers.sample.planted import Planted
from layers.sample.words import words
from layers.store.settings import write_setting
from layers.text import Message

_PLACES = (
    "grid",
    "service_area",
    "road",
    "water_body",
    "facility",
    "community",
    "building",
    "team",
    "person",
    "absence",
    "programme",
    "project",
    "section",
)
_NETWORK = (
    "customer",
    "assignment",
    "meter_well",
    "pipe",
    "valve",
    "hydrant",
    "network_point",
    "meter",
    "leak",
    "account_visit",
    "account_problem",
)
_CENSUS = ("campaign", "lot", "census_record", "work_order", "defect", "quality_check", "field_report")
_PROJECTS = (
    "milestone",
    "daily_log",
    "contract",
    "price_item",
    "budget_item",
    "supervision_visit",
    "visit_finding",
    "project_document",
)


def create_sample(
    target: Path, size: str, seed: int, *, actor: str, feedback: Feedback | None = None
) -> tuple[Register, tuple[Planted, ...]]:
    """Make the sample city in the new file ``target``; the open register, and what is wrong in it on purpose.

    Raises ``UserError`` when the file exists or cannot be written; then, and when cancelled, nothing stays.
    """
    feedback = feedback or Feedback()
    register = Register.create(target, Crs.parse(CRS), actor=actor, name=words()["city"]["name"], sample=True)
    try:
        city = generate(size, seed, feedback.part(0.0, 0.4))
        write(register, city, feedback.part(0.4, 1.0))
    except BaseException:
        register.close()
        for ending in ("", "-wal", "-shm", "-journal"):
            target.with_name(target.name + ending).unlink(missing_ok=True)
        raise
    return register, city.planted


def write(register: Register, city: SampleCity, feedback: Feedback | None = None) -> None:
    """Fill a new register with the city: first the places and people, then the network on them."""
    feedback = feedback or Feedback()
    total = sum(table.num_rows for table in city.tables.values())
    done = 0
    for names, label in (
        (_PLACES, Message("sample.places_made", {"seed": city.seed})),
        (_NETWORK, Message("sample.network_made", {"seed": city.seed})),
        (_PROJECTS, Message("sample.projects_made", {"seed": city.seed})),
        (_CENSUS, Message("sample.census_made", {"seed": city.seed})),
    ):
        with register.edit(label, "creation") as edit:
            # Teams and their leaders link to each other. Otherwise what is linked to comes first: the database
            # searches long for links to rows that are still to come.
            edit.defer_links()
            if names is _PLACES:
                write_setting(edit, register.catalogue.settings["notice_hotline"], words()["city"]["hotline"])
            for name in names:
                rows = city.tables[name].num_rows
                part = feedback.part(done / total, (done + rows) / total)
                part.progress(0.0, Message("sample.writing", {"type": register.catalogue[name].plural}))
                edit.insert_bulk(name, city.tables[name].drop_columns(["fid"]), part)
                done += rows
            for photo in city.photos if names is _CENSUS else ():
                told = {"kind": photo.kind, "taken_at": photo.taken_at, "remark": words()["city"]["remark"]}
                register.attach(edit, photo.type, photo.id, photo.name, photo.data, told)
