"""``gisapp duties``: how far responsibility reaches on a day, what is wrong with it, and what changes next."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from layers.cli.application import DONE, CommandTable
from layers.cli.console import Console
from layers.cli.opening import open_register
from layers.cli.values import JsonOption, RegisterArgument, day_of, whole_number
from layers.later import Later
from layers.model.asset import AssetKey
from layers.renewal.figure import Figure
from layers.responsibility.book import read_book
from layers.responsibility.finding import Alarm, CalendarEntry
from layers.responsibility.key_accounts import read_accounts
from layers.responsibility.naming import names_of
from layers.responsibility.oversight.alarms import AlarmSettings, alarms
from layers.responsibility.oversight.calendar import calendar
from layers.responsibility.oversight.cover import Cover, cover
from layers.text import Message

if TYPE_CHECKING:
    from layers.grids.load import stock, workload
else:
    # Counting what grids hold is loaded for this command alone.
    stock = Later("layers.grids.load.stock")
    workload = Later("layers.grids.load.workload")


def duties(
    context: typer.Context,
    register: RegisterArgument,
    date: Annotated[str | None, typer.Option("--date", metavar="YYYY-MM-DD", help="cli.who.date")] = None,
    days: Annotated[
        int,
        typer.Option("--days", metavar="N", parser=whole_number("--days", 0, 3660), help="cli.duties.days"),
    ] = 30,
    as_json: JsonOption = False,
) -> int:
    """Cover, alarms, and the changes of the coming days."""
    console: Console = context.obj
    day = day_of("--date", date) or datetime.date.today()
    with open_register(register, read_only=True) as opened:
        with console.feedback() as feedback:
            loads = workload.workload(opened, stock.read_stock(opened, day, feedback))
        book, accounts = read_book(opened), read_accounts(opened)
        targets = {assignment.target for assignment in book.assignments.values()}
        names = names_of(opened, book, targets | {AssetKey("customer", id) for id in accounts})
        percents = {id: load.percent for id, load in loads.items()}
        found = alarms(book, day, AlarmSettings.of(opened), percents, accounts, names)
        reach = cover(book, day, accounts)
        changes = calendar(book, day, day + datetime.timedelta(days), names)
    console.result(_as_json(console, day, reach, found, changes))
    if not console.as_json:
        _show(console, reach, found, changes)
    return DONE


COMMANDS: CommandTable = {"duties": (duties, "cli.duties.help")}


def _show(console: Console, reach: Cover, found: Sequence[Alarm], changes: Sequence[CalendarEntry]) -> None:
    for name, figures in _reach(reach).items():
        whole, primary, backup = (f"{figure.value or 0:.0f}" for figure in figures)
        console.say(Message(f"cli.duties.{name}", {"count": whole, "primary": primary, "backup": backup}))
    console.say("")
    console.say(Message("cli.duties.alarms", {"count": len(found)}))
    for alarm in found:
        console.say(Message("cli.duties.line", {"short": alarm.short, "words": alarm.words}))
    if changes:
        console.say("")
        console.say(Message("cli.duties.calendar", {"count": len(changes)}))
    for entry in changes:
        console.say(Message("cli.duties.line", {"short": str(entry.day), "words": entry.words}))


def _as_json(
    console: Console,
    day: datetime.date,
    reach: Cover,
    found: Sequence[Alarm],
    changes: Sequence[CalendarEntry],
) -> dict[str, Any]:
    render = console.texts.render
    return {
        "day": day.isoformat(),
        "cover": {
            name: dict(zip(("all", "primary", "backup"), (f.as_json() for f in figures), strict=True))
            for name, figures in _reach(reach).items()
        },
        "alarms": [
            {
                "kind": a.kind, "severity": a.severity, "type": a.target.type, "id": a.target.id,
                "words": render(a.words), "person": a.person, "amount": round(a.amount, 1),
                "day": None if a.day is None else a.day.isoformat(),
            }
            for a in found
        ],
        "calendar": [
            {
                "day": e.day.isoformat(), "kind": e.kind, "words": render(e.words), "person": e.person,
                "type": None if e.target is None else e.target.type,
                "id": None if e.target is None else e.target.id,
            }
            for e in changes
        ],
    }  # fmt: skip


def _reach(reach: Cover) -> Mapping[str, tuple[Figure, Figure, Figure]]:
    return {
        "grids": (reach.grids, reach.grids_with_primary, reach.grids_with_backup),
        "accounts": (reach.accounts, reach.accounts_with_primary, reach.accounts_with_backup),
    }
