"""Due dates of projects and census lots for the calendar of a telephone or an office program."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from gisapp.actions import Action
from gisapp.commands.folders import free_path, written
from gisapp.window import Window
from layers.census.words import LOT
from layers.errors import UserError
from layers.feedback import Feedback
from layers.later import Later
from layers.register import Register
from layers.renewal.words import PROJECT
from layers.text import Message, Texts

if TYPE_CHECKING:
    from layers.census.lots import due as lots
    from layers.exchange import noting
    from layers.renewal.progress import due_dates as due
    from layers.reports import calendar_file
else:
    # The calendar's library is loaded when the first one is written.
    calendar_file = Later("layers.reports.calendar_file")
    due = Later("layers.renewal.progress.due_dates")
    lots = Later("layers.census.lots.due")
    noting = Later("layers.exchange.noting")


def calendar_actions(window: Window) -> list[Action]:
    """Writing the due dates of the projects and lots selected, or of all that are open."""
    session = window.parts.session
    return [
        Action(
            id="projects.calendar", title=Message("due.action"), icon="calendar-check", menu="projects", group=9,
            handler=lambda: write_due_dates(window), enabled=lambda: session.is_open,
            words="calendar ics ical due dates lots census 日历 到期 提醒 节点 普查 任务 期限 rili",
        ),
    ]  # fmt: skip


def write_due_dates(window: Window, path: Path | None = None) -> None:
    """Write them into a file of its own; a click on what is then said opens it."""
    register = window.parts.session.register
    if register is None:
        return
    texts = Texts(window.parts.language.code)
    name = texts.render(Message("due.calendar"))
    out = path or free_path(window, name, ".ics")
    chosen = {
        name: tuple(int(id) for id in window.parts.session.selection.ids(name)) for name in (PROJECT, LOT)
    }
    window.parts.tasks.run(
        Message("due.writing", {"file": out.name}),
        lambda feedback: _write(register, out, chosen, texts, name, feedback),
        written(window, out),
        owner=window,
        key="due-dates",
    )


def _write(
    register: Register,
    out: Path,
    chosen: Mapping[str, tuple[int, ...]],
    texts: Texts,
    name: str,
    feedback: Feedback,
) -> int:
    some = any(chosen.values())
    dues = due.due_dates(register, projects=chosen[PROJECT] if some else None)
    feedback.check()
    dues += lots.due_lots(register, lots=chosen[LOT] if some else None)
    if not dues:
        raise UserError(Message("due.none"), Message("due.none.hint"))
    now = datetime.datetime.now(datetime.UTC)
    count = calendar_file.write_calendar(
        out, dues, texts, name=name, register=due.lasting_name(register), now=now
    )
    # Owners are named in it.
    label = Message("due.noted", {"count": count, "file": out.name})
    types = sorted({LOT if each.kind == LOT else PROJECT for each in dues})
    noting.note_given(register, out, label, types, count, personal=True)
    return count
