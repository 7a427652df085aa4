"""``gisapp backup`` and ``gisapp restore``: a complete copy of a register, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from layers.cli.application import CommandTable
from layers.cli.values import JsonOption, RegisterArgument


def backup(
    context: typer.Context,
    register: RegisterArgument,
    out: Annotated[Path | None, typer.Argument(metavar="OUT.gpkg", help="cli.backup.out")] = None,
    as_json: JsonOption = False,
) -> int:
    """Write a checked copy of the register, beside it unless ``out`` says where."""
    raise NotImplementedError


def restore(
    context: typer.Context,
    copy: Annotated[Path, typer.Argument(metavar="COPY", help="cli.restore.copy")],
    register: RegisterArgument,
    as_json: JsonOption = False,
) -> int:
    """Put ``copy`` in the register's place; what was there is kept beside it."""
    raise NotImplementedError


COMMANDS: CommandTable = {"backup": (backup, "cli.backup.help"), "restore": (restore, "cli.restore.help")}
