"""Due dates as an iCalendar file (RFC 5545), which the calendar of a telephone or an office program takes in."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from pathlib import Path

import icalendar

from layers.model.due_date import DueDate
from layers.reports.document import whole_file
from layers.text import Texts

_PRODUCT = "-//gisapp//renewal//"


def write_calendar(
    path: Path, dues: Iterable[DueDate], texts: Texts, *, name: str, register: str, now: datetime.datetime
) -> int:
    """Write one whole-day event for every due date; how many there are.

    The same asset of the same ``register`` (a name that lasts) has the same id in every file, so that taking in a newer
    file moves its event. Raises ``UserError`` when the file cannot be written; the one before is then still there.
    """
    calendar = icalendar.Calendar()
    calendar.add("prodid", _PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _line(name))
    count = 0
    for due in dues:
        event = icalendar.Event()
        event.add("uid", f"{due.kind}-{due.id}@{register}")
        event.add("dtstamp", now)
        event.add("sequence", max(due.version - 1, 0))
        event.add("dtstart", due.day)
        if due.day < datetime.date.max:
            event.add("dtend", due.day + datetime.timedelta(days=1))
        event.add("summary", _line(texts.render(due.title)))
        event.add("description", "\n".join(_line(texts.render(note)) for note in due.notes))
        event.add("transp", "TRANSPARENT")
        if due.place:
            event.add("location", _line(due.place))
        calendar.add_component(event)
        count += 1
    with whole_file(path) as part:
        part.write_bytes(calendar.to_ical())
    return count


def _line(text: str) -> str:
    """One line without control characters: those end what an entry says, or the whole file."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())
