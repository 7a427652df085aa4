"""``gisapp backup`` and ``gisapp restore``: a complete copy of a register, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from layers.cli.application import DONE, CommandTable
from layers.cli.console import Console
from layers.cli.opening import open_register
from layers.cli.values import JsonOption, RegisterArgument
from layers.errors import UserError
from layers.register import Register
from layers.text import Message

ENDING = ".gpkg"


def backup(
    context: typer.Context,
    register: RegisterArgument,
    out: Annotated[Path | None, typer.Argument(metavar="OUT.gpkg", help="cli.backup.out")] = None,
    as_json: JsonOption = False,
) -> int:
    """Write a checked copy of the register, beside it unless ``out`` says where."""
    console: Console = context.obj
    if out is not None:
        _refuse_taken(out)
    with open_register(register, read_only=True) as opened, console.feedback() as feedback:
        written = opened.backup(out, feedback)
    console.say(Message("backup.done", {"place": str(written)}))
    console.result({"register": register, "copy": str(written)})
    return DONE


def restore(
    context: typer.Context,
    copy: Annotated[Path, typer.Argument(metavar="COPY", help="cli.restore.copy")],
    register: RegisterArgument,
    as_json: JsonOption = False,
) -> int:
    """Put ``copy`` in the register's place; what was there is kept beside it."""
    console: Console = context.obj
    target = Path(register)
    if "://" in register:
        raise UserError(Message("backup.on_server"), Message("backup.on_server_hint"))
    if target.is_dir() or target.suffix.lower() != ENDING:
        raise UserError(
            Message("backup.not_a_target", {"place": register}), Message("backup.not_a_target_hint")
        )
    with console.feedback() as feedback:
        aside = Register.restore(copy, target, feedback)
    console.say(Message("backup.restored", {"place": str(target), "copy": str(copy)}))
    if aside is not None:
        console.say(Message("backup.kept_aside", {"place": str(aside)}))
    console.result(
        {"register": str(target), "copy": str(copy), "kept": None if aside is None else str(aside)}
    )
    return DONE


def _refuse_taken(out: Path) -> None:
    if out.suffix.lower() != ENDING:
        raise UserError(
            Message("backup.not_a_target", {"place": str(out)}), Message("backup.not_a_target_hint")
        )
    if out.exists():
        raise UserError(Message("store.exists", {"place": str(out)}), Message("backup.exists_hint"))


COMMANDS: CommandTable = {"backup": (backup, "cli.backup.help"), "restore": (restore, "cli.restore.help")}
