"""``gisapp quarantine``: rows that imports kept out, to be looked at, corrected and taken in, or dropped."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from layers.cli.application import DONE, CommandTable
from layers.cli.console import Console
from layers.cli.layout import table
from layers.cli.opening import open_register
from layers.cli.values import JsonOption, RegisterArgument
from layers.errors import UserError
from layers.exchange.quarantine import QuarantinedRow, drop, get_quarantined, list_quarantined, take_in
from layers.register import Register
from layers.text import Message

_MOST = 1000


def quarantine(
    context: typer.Context,
    register: RegisterArgument,
    accept: Annotated[str | None, typer.Option(metavar="N,N|all", help="cli.quarantine.accept")] = None,
    drop_rows: Annotated[
        str | None, typer.Option("--drop", metavar="N,N|all", help="cli.quarantine.drop")
    ] = None,
    values: Annotated[
        list[str] | None, typer.Option("--set", metavar="FIELD=VALUE", help="cli.quarantine.set")
    ] = None,
    prefix: Annotated[bool, typer.Option("--prefix", help="cli.quarantine.prefix")] = False,
    as_type: Annotated[str | None, typer.Option("--as", metavar="TYPE", help="cli.quarantine.as")] = None,
    as_json: JsonOption = False,
) -> int:
    """List the rows in quarantine; or take some in, corrected, as one change set; or drop some."""
    console: Console = context.obj
    changes = accept is not None or drop_rows is not None
    if accept is None and (values or prefix or as_type):
        raise UserError(
            Message("cli.quarantine.nothing_chosen"),
            Message("cli.hint.example", {"example": "--accept 12,15 --set dn=200"}),
        )
    with open_register(register, read_only=not changes) as opened:
        if accept is not None:
            rows = _chosen(opened, accept, "--accept")
            keys = take_in(opened, rows, _corrections(values or []), prefix=prefix, as_type=as_type)
            console.say(Message("import.quarantine.taken_in", {"count": len(rows), "assets": len(keys)}))
            console.result({"taken_in": [f"{key.type}:{key.id}" for key in keys]})
        elif drop_rows is not None:
            rows = _chosen(opened, drop_rows, "--drop")
            drop(opened, rows)
            console.say(Message("import.quarantine.dropped", {"count": len(rows)}))
            console.result({"dropped": [row.id for row in rows]})
        else:
            _show(console, opened)
    return DONE


COMMANDS: CommandTable = {"quarantine": (quarantine, "cli.quarantine.help")}


def _chosen(register: Register, word: str, option: str) -> list[QuarantinedRow]:
    if word == "all":
        return list_quarantined(register, limit=1_000_000)
    numbers = [part.strip() for part in word.split(",")]
    if not all(part.isascii() and part.isdigit() for part in numbers):
        raise UserError(
            Message("cli.error.value", {"option": option, "value": word}),
            Message("cli.hint.example", {"example": "12,15"}),
        )
    return [get_quarantined(register, int(part)) for part in dict.fromkeys(numbers)]


def _corrections(words: list[str]) -> dict[str, Any]:
    found = {}
    for word in words:
        name, sign, value = word.partition("=")
        if not sign or not name.strip():
            raise UserError(
                Message("cli.error.value", {"option": "--set", "value": word}),
                Message("cli.hint.example", {"example": "dn=200"}),
            )
        found[name.strip()] = value.strip()
    return found


def _show(console: Console, register: Register) -> None:
    rows = list_quarantined(register, limit=_MOST)
    console.result({"quarantined": [_as_json(console, row) for row in rows]})
    if not rows:
        console.say(Message("import.quarantine.empty"))
        return
    titles = [
        console.texts.get(f"import.column.{name}") for name in ("number", "file", "line", "type", "text")
    ]
    lines = [
        (
            str(row.id),
            row.file,
            str(row.row),
            _title(console, register, row.type),
            " ".join(console.texts.render(p.message) for p in row.problems if p.severity == "error"),
        )
        for row in rows
    ]
    console.say(table(titles, lines, numbers=[0, 2]).rstrip())


def _title(console: Console, register: Register, name: str) -> str:
    return register.catalogue[name].title[console.texts.language] if name in register.catalogue else name


def _as_json(console: Console, row: QuarantinedRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "type": row.type,
        "data_set": row.source,
        "file": row.file,
        "layer": row.layer,
        "line": row.row,
        "proposed": dict(row.proposed),
        "as_written": dict(row.as_written),
        "problems": [
            {"rule": p.rule, "field": p.field, "value": p.value, "text": console.texts.render(p.message)}
            for p in row.problems
        ],
    }
