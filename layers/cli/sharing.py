"""``gisapp share``: projects as one HTML file with a map that needs no network."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from layers.cli.application import DONE, CommandTable
from layers.cli.console import Console
from layers.cli.opening import open_register
from layers.cli.values import JsonOption, RegisterArgument
from layers.errors import UserError
from layers.later import Later
from layers.register import Register
from layers.text import Message

if TYPE_CHECKING:
    from layers.reports.share import sharing
else:
    # Leaflet and what makes its pages: for this command alone.
    sharing = Later("layers.reports.share.sharing")


def share_map(
    context: typer.Context,
    register: RegisterArgument,
    out: Annotated[Path, typer.Argument(metavar="OUT.html", help="cli.share.out")],
    projects: Annotated[str, typer.Option("--projects", metavar="A,B", help="cli.share.projects")] = "",
    title: Annotated[str, typer.Option("--title", help="cli.share.title")] = "",
    exact: Annotated[bool, typer.Option("--exact", help="cli.share.exact")] = False,
    reason: Annotated[str, typer.Option("--reason", help="cli.share.reason")] = "",
    as_json: JsonOption = False,
) -> int:
    """Write the web map of some projects, or of all."""
    console: Console = context.obj
    with open_register(register, read_only=False) as opened, console.feedback() as feedback:
        chosen = tuple(_project(opened, code) for code in projects.split(",") if code.strip())
        made = sharing.share(
            opened, out, sharing.ShareWish(chosen, title, exact, reason), console.texts, feedback
        )
    said = {"file": out.name, "projects": made.projects, "mains": f"{made.mains:,}"}
    console.say(Message("sharing.done", said))
    console.result({"file": str(out), "projects": made.projects, "mains": made.mains, "exact": exact})
    return DONE


def _project(register: Register, code: str) -> int:
    found = register.by_code("project", code.strip())
    if found is None:
        raise UserError(Message("cli.share.nobody", {"code": code.strip()}), Message("cli.share.nobody.hint"))
    return found.id


COMMANDS: CommandTable = {"share": (share_map, "cli.share.help")}
