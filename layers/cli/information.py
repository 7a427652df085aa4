"""``gisapp info`` and ``gisapp check``: what a register holds, and what is wrong in it."""

from __future__ import annotations

import typer

from layers.cli.application import CommandTable
from layers.cli.values import JsonOption, RegisterArgument


def info(context: typer.Context, register: RegisterArgument, as_json: JsonOption = False) -> int:
    """CRS, bounds, data version; counts per type; the three lengths of pipes by status and DN class."""
    raise NotImplementedError


def check(context: typer.Context, register: RegisterArgument, as_json: JsonOption = False) -> int:
    """Every finding with its rule, severity, type, code, place and text; exit code 1 when there is one."""
    raise NotImplementedError


COMMANDS: CommandTable = {"info": (info, "cli.info.help"), "check": (check, "cli.check.help")}
