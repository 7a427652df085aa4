"""``gisapp sample``: an invented city, labelled as invented."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from layers.cli.application import CommandTable
from layers.cli.values import JsonOption, choice, whole_number

SIZES = ("demo", "city")


def sample(
    context: typer.Context,
    out: Annotated[Path, typer.Argument(metavar="OUT.gpkg", help="cli.sample.out")],
    size: Annotated[
        str, typer.Option(metavar="|".join(SIZES), parser=choice("--size", SIZES), help="cli.sample.size")
    ] = "demo",
    seed: Annotated[
        int,
        typer.Option(metavar="N", parser=whole_number("--seed", 0, 2**31 - 1), help="cli.sample.seed"),
    ] = 1,
    as_json: JsonOption = False,
) -> int:
    """Make the sample city of ``size`` from ``seed`` in the new file ``out``."""
    raise NotImplementedError


COMMANDS: CommandTable = {"sample": (sample, "cli.sample.help")}
