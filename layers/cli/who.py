"""``gisapp who``: who is responsible for a place, a number, an address, on any day."""

from __future__ import annotations

from typing import Annotated

import typer

from layers.cli.application import DONE, CommandTable
from layers.cli.console import Console
from layers.cli.layout import table
from layers.cli.opening import open_register
from layers.cli.values import JsonOption, RegisterArgument, day_of
from layers.register import Register
from layers.responsibility.asking.answer import Answer, Responsible
from layers.responsibility.asking.answer_json import as_json
from layers.responsibility.asking.enquiry import Enquiry
from layers.text import Message

RANK_LIST = "assignment_rank"


def who(
    context: typer.Context,
    register: RegisterArgument,
    text: Annotated[str, typer.Argument(metavar="TEXT|X,Y", help="cli.who.text")],
    date: Annotated[str | None, typer.Option("--date", metavar="YYYY-MM-DD", help="cli.who.date")] = None,
    personal: Annotated[bool, typer.Option("--personal", help="cli.who.personal")] = False,
    as_json_: JsonOption = False,
) -> int:
    """Name, phone, backup, the way up and why; nobody is an answer too. Names are masked unless asked for in clear."""
    console: Console = context.obj
    day = day_of("--date", date)
    with open_register(register, read_only=True) as opened:
        opened.veiled = not personal
        answer = Enquiry(opened).who(text=text, day=day)
        console.result({**as_json(answer, console.texts), "masked": not personal})
        if not console.as_json:
            _show(console, opened, answer)
            if answer.people and not personal:
                console.say("")
                console.say(Message("cli.who.masked"))
    return DONE


COMMANDS: CommandTable = {"who": (who, "cli.who.help")}


def _show(console: Console, register: Register, answer: Answer) -> None:
    grids = [f"{grid.code} {grid.name}".strip() for grid in answer.grids]
    about = [] if answer.subject is None else [answer.subject.label]
    if answer.nearby is not None:
        about = [console.texts.render(answer.nearby)]
    console.say(" · ".join([answer.day.isoformat(), *dict.fromkeys([*about, *grids])]))
    for note in (*answer.notes, *answer.missing):
        console.say(note)
    if answer.people:
        console.say("")
        console.say(table(*_rows(console, register, answer), numbers=()).rstrip())
    if len(answer.escalation) > 1:
        steps = [f"{step.person.name} {step.person.phone}".strip() for step in answer.escalation]
        console.say("")
        console.say(Message("cli.who.escalation", {"steps": " → ".join(steps)}))
    if answer.others:
        labels = tuple(other.label for other in answer.others)
        console.say(Message("cli.who.others", {"others": labels}))


def _rows(console: Console, register: Register, answer: Answer) -> tuple[list[str], list[tuple[str, ...]]]:
    names = ("rank", "role", "name", "phone", "target", "since", "document")
    titles = [console.texts.get(f"cli.who.{name}") for name in names]
    return titles, [_row(console, register, each) for each in answer.people]


def _row(console: Console, register: Register, each: Responsible) -> tuple[str, ...]:
    rank = register.catalogue.code_lists[RANK_LIST].get(each.rank)
    name = each.name
    if each.is_gone:
        name = console.texts.get("cli.who.gone", name=name)
    elif each.absence is not None:
        stand_in = "" if each.stand_in is None else each.stand_in.name
        name = console.texts.get("cli.who.absent", name=name, stand_in=stand_in or "—")
    return (
        each.rank if rank is None else console.texts.render(rank.title),
        console.texts.render(each.role_title),
        name,
        each.phone,
        each.target_name,
        "" if each.since is None else each.since.isoformat(),
        each.document,
    )
