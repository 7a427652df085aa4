"""``gisapp import`` and ``gisapp export``: files into a register and out of it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from layers.cli.application import CommandTable
from layers.cli.values import JsonOption, Offset, RegisterArgument, positive_number, read_offset


def import_files(
    context: typer.Context,
    register: RegisterArgument,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="cli.import.files")],
    as_type: Annotated[str | None, typer.Option("--as", metavar="TYPE", help="cli.import.as")] = None,
    mapping: Annotated[Path | None, typer.Option(metavar="M.toml", help="cli.import.mapping")] = None,
    crs: Annotated[str | None, typer.Option(metavar="C", help="cli.import.crs")] = None,
    register_crs: Annotated[str | None, typer.Option(metavar="C", help="cli.import.register_crs")] = None,
    scale: Annotated[
        float | None, typer.Option(metavar="S", parser=positive_number("--scale"), help="cli.import.scale")
    ] = None,
    offset: Annotated[
        Offset | None,
        typer.Option(metavar="X,Y", parser=read_offset, help="cli.import.offset"),
    ] = None,
    encoding: Annotated[str | None, typer.Option(metavar="E", help="cli.import.encoding")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="cli.import.dry_run")] = False,
    as_json: JsonOption = False,
) -> int:
    """Import ``files`` as one change set; exit code 1 when rows were quarantined or rejected."""
    raise NotImplementedError


def export(
    context: typer.Context,
    register: RegisterArgument,
    out: Annotated[Path, typer.Argument(metavar="OUT", help="cli.export.out")],
    types: Annotated[str | None, typer.Option(metavar="A,B", help="cli.export.types")] = None,
    crs: Annotated[str | None, typer.Option(metavar="C", help="cli.export.crs")] = None,
    where: Annotated[str | None, typer.Option(metavar="FILTER", help="cli.export.where")] = None,
    as_json: JsonOption = False,
) -> int:
    """Write assets to ``out`` in the format of its ending."""
    raise NotImplementedError


COMMANDS: CommandTable = {"import": (import_files, "cli.import.help"), "export": (export, "cli.export.help")}
