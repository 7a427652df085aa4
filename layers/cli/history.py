"""``gisapp history`` and ``gisapp undo``: who changed what and when, and taking a change back."""

from __future__ import annotations

from typing import Annotated

import typer

from layers.cli.application import CommandTable
from layers.cli.values import JsonOption, RegisterArgument, whole_number


def history(
    context: typer.Context,
    register: RegisterArgument,
    asset: Annotated[str | None, typer.Option(metavar="TYPE:CODE", help="cli.history.asset")] = None,
    as_json: JsonOption = False,
) -> int:
    """The change sets of the register, newest first, or the versions of one asset."""
    raise NotImplementedError


def undo(
    context: typer.Context,
    register: RegisterArgument,
    change: Annotated[
        int | None,
        typer.Option(metavar="N", parser=whole_number("--change", 1, 2**62), help="cli.undo.change"),
    ] = None,
    as_json: JsonOption = False,
) -> int:
    """Take one change set back (default: the newest) by a new, inverse one."""
    raise NotImplementedError


COMMANDS: CommandTable = {"history": (history, "cli.history.help"), "undo": (undo, "cli.undo.help")}
