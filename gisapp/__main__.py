"""The program's door: one command line for the window, for pictures and for everything without a screen.

What a command needs is loaded when it is asked for, and only here: the window must not wait for the
importers, nor the importers for Qt. This is the one file with imports inside functions.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from layers.cli.application import CommandTable, run_command_line
from layers.cli.values import FULL_HD, PictureSize, RegisterArgument, read_box, read_picture_size
from layers.errors import UserError
from layers.model.query import Box
from layers.text import Message


def open_window(
    context: typer.Context,
    target: Annotated[str | None, typer.Argument(metavar="REGISTER|FILE|URL", help="cli.open.target")] = None,
    sample: Annotated[bool, typer.Option("--sample", help="cli.open.sample")] = False,
) -> int:
    """The window, empty, on ``target`` or on the sample city."""
    _require_display()
    from gisapp.app import run_window

    return run_window(target, sample=sample, language=context.obj.texts.language)


def render(
    context: typer.Context,
    register: RegisterArgument,
    out: Annotated[Path, typer.Argument(metavar="OUT.png|pdf|svg", help="cli.render.out")],
    box: Annotated[
        Box | None,
        typer.Option(metavar="X0,Y0,X1,Y1", parser=read_box, help="cli.render.box"),
    ] = None,
    size: Annotated[
        PictureSize, typer.Option(metavar="WxH", parser=read_picture_size, help="cli.render.size")
    ] = FULL_HD,
    style: Annotated[str | None, typer.Option(metavar="NAME", help="cli.render.style")] = None,
    theme: Annotated[str, typer.Option(metavar="light|dark", help="cli.render.theme")] = "light",
) -> int:
    """The map as a picture, without a screen."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from gisapp.map.picture import render_picture

    return render_picture(context.obj, register, out, box=box, size=size, style=style, theme=theme)


COMMANDS: CommandTable = {
    "open": (open_window, "cli.open.help"),
    "render": (render, "cli.render.help"),
}


def _require_display() -> None:
    unset = not any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))
    if sys.platform.startswith("linux") and unset:
        raise UserError(Message("cli.error.no_display"), Message("cli.hint.no_display"))


def with_open(arguments: Sequence[str]) -> list[str]:
    """``gisapp`` alone and ``gisapp TARGET`` mean ``open``: a word with a dot or a slash is no command."""
    words = list(arguments)
    position = 0
    while position < len(words) and words[position].startswith("--lang"):
        position += 1 if "=" in words[position] else 2
    if position >= len(words):
        return ["open", *words]
    first = words[position]
    is_target = not first.startswith("-") and any(mark in first for mark in (".", "/", "\\"))
    return ["open", *words] if is_target else words


def main() -> None:
    """The console script ``gisapp``."""
    arguments = with_open(sys.argv[1:])
    tables = [COMMANDS]
    if arguments[0] not in COMMANDS:
        from layers.cli.commands import COMMANDS as WITHOUT_SCREEN

        tables.append(WITHOUT_SCREEN)
    raise SystemExit(run_command_line(arguments, tables, os.environ))


if __name__ == "__main__":
    main()
