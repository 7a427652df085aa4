"""A due date of anything: a milestone of a project, a lot of a census. Calendars list them side by side."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from layers.text import Message


@dataclass(frozen=True)
class DueDate:
    """One thing that is due. ``kind`` and ``id`` name the asset whose date it is; ``project`` its project, if any."""

    kind: str
    id: int
    version: int
    day: datetime.date
    title: Message
    notes: tuple[Message, ...]
    project: int | None
    place: str | None = None
