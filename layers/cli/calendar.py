"""``gisapp calendar``: due dates of projects and census lots as an iCalendar file."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from layers.census.lots.due import due_lots
from layers.cli.application import DONE, CommandTable
from layers.cli.console import Console
from layers.cli.opening import open_register
from layers.cli.values import JsonOption, RegisterArgument
from layers.errors import UserError
from layers.later import Later
from layers.model.query import Compare, Query
from layers.register import Register
from layers.renewal.progress.due_dates import due_dates, lasting_name
from layers.text import Message

if TYPE_CHECKING:
    from layers.exchange import export
    from layers.reports import calendar_file
else:
    # What writes is loaded for this command alone.
    export = Later("layers.exchange.export")
    calendar_file = Later("layers.reports.calendar_file")


def calendar(
    context: typer.Context,
    register: RegisterArgument,
    out: Annotated[Path, typer.Argument(metavar="OUT", help="cli.calendar.out")],
    manager: Annotated[str | None, typer.Option(metavar="NAME", help="cli.calendar.manager")] = None,
    as_json: JsonOption = False,
) -> int:
    """Write what is due in open projects and campaigns to ``out``."""
    console: Console = context.obj
    with open_register(register, read_only=True) as opened:
        export.refuse_own_register(opened.target, out)
        person = None if manager is None else _person(opened, manager)
        dues = (*due_dates(opened, manager=person), *due_lots(opened, person=person))
        name = console.texts.render(Message("due.calendar"))
        now = datetime.datetime.now(datetime.UTC)
        count = calendar_file.write_calendar(
            out, dues, console.texts, name=name, register=lasting_name(opened), now=now
        )
    console.say(Message("due.written", {"count": count, "file": out.name}))
    rows = [{"type": d.kind, "id": d.id, "day": d.day.isoformat(), "project": d.project} for d in dues]
    console.result({"file": str(out), "count": count, "due": rows})
    return DONE


def _person(register: Register, name: str) -> int:
    known = register.by_code("person", name)
    found = (
        [known] if known is not None else register.find(Query("person", Compare("name", "=", name), limit=2))
    )
    if len(found) != 1:
        raise UserError(Message("cli.calendar.nobody", {"name": name}), Message("cli.calendar.nobody.hint"))
    return found[0].id


COMMANDS: CommandTable = {"calendar": (calendar, "cli.calendar.help")}
