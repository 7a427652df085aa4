"""``gisapp sample``: an invented city, labelled as invented."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from layers.cli.application import DONE, CommandTable
from layers.cli.console import Console
from layers.cli.opening import stated_actor
from layers.cli.values import JsonOption, choice, whole_number
from layers.errors import UserError
from layers.model.catalogue import Group
from layers.sample.size import SIZES
from layers.sample.write import create_sample
from layers.text import Message

_SHOWN: tuple[Group, ...] = ("network", "place", "people", "record", "backdrop")


def sample(
    context: typer.Context,
    out: Annotated[Path, typer.Argument(metavar="OUT.gpkg", help="cli.sample.out")],
    size: Annotated[
        str,
        typer.Option(metavar="|".join(SIZES), parser=choice("--size", tuple(SIZES)), help="cli.sample.size"),
    ] = "demo",
    seed: Annotated[
        int,
        typer.Option(metavar="N", parser=whole_number("--seed", 0, 2**31 - 1), help="cli.sample.seed"),
    ] = 1,
    as_json: JsonOption = False,
) -> int:
    """Make the sample city of ``size`` from ``seed`` in the new file ``out``."""
    console: Console = context.obj
    if out.suffix.lower() != ".gpkg" and not out.exists():
        raise UserError(
            Message("backup.not_a_target", {"place": str(out)}), Message("backup.not_a_target_hint")
        )
    with console.feedback() as feedback:
        register, planted = create_sample(out, size, seed, actor=stated_actor(), feedback=feedback)
    with register:
        counts = {t.name: register.count(t.name) for t in register.catalogue.of_group(*_SHOWN)}
    console.say(
        Message(
            "sample.done",
            {
                "file": out.name,
                "pipes": f"{counts['pipe']:,}",
                "meters": f"{counts['meter']:,}",
                "planted": len(planted),
            },
        )
    )
    console.result(
        {
            "register": str(out),
            "size": size,
            "seed": seed,
            "types": counts,
            "planted": [{"rule": p.rule, "type": p.type, "codes": list(p.codes)} for p in planted],
        }
    )
    return DONE


COMMANDS: CommandTable = {"sample": (sample, "cli.sample.help")}
